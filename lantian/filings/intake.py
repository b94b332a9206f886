"""Patent applications as a table that can be taken in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from lantian.core.messages import Text
from lantian.filings import grants, numbers, secrecy
from lantian.filings.models import Patent
from lantian.filings.secrecy import TEXTS
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.intake import cells
from lantian.office.intake.moving import Fate, upsert
from lantian.office.intake.spec import (
    BETWEEN_NAMES,
    BETWEEN_SYMBOLS,
    Cell,
    Column,
    Fault,
    Moved,
    TableSpec,
    words,
)
from lantian.office.models import IntakeBatch
from lantian.office.permissions import Permission, check_permission

KINDS = ("invention", "utility_model", "design")
STATUSES = (
    "pending", "published", "granted", "rejected", "withdrawn", "deemed_withdrawn", "abandoned", "invalidated",
)  # fmt: skip
UNNAMED = "不公告发明人"
_NAME_AND_CODE = r"^(.*\S)\s*[ 　\t(（]\s*([0-9０-９]{5})\s*[)）]?$"
_NO_KIND = Text(
    "缺专利类型，从号码也看不出；请填写发明、实用新型或外观设计。",
    "The kind is missing and the number does not tell it; write invention, utility model or design.",
)
# What became public stays public: a later file that does not say so cannot hide it again.
STAYS_PUBLIC = """
UPDATE stage SET disclosure = 'published' {texts} FROM filings_patent known
WHERE known.application_no = stage.application_no
  AND known.disclosure = 'published' AND stage.disclosure <> 'published'
"""
# An empty cell takes no secret text away: corrected rows come back from an errors file without it.
KEEPS_TEXT = """
UPDATE stage SET {texts} FROM filings_unpublishedtext known WHERE known.application_no = stage.application_no
"""
_NOT_YET = Text(
    "写明已公开，公开日却在今天之后；请核对公开状态和公开日。",
    "It says published, but the day of publication is still to come; check both.",
)
_PUBLICATION = re.compile(r"(CN)?[0-9]{7,9}[ABCSUY][0-9]?")


def check(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Numbers in normal form, kind and disclosure derived where the file does not say them."""
    normal, kind, invalid = numbers.read(frame["application_no"])
    faults = [
        Fault(frame["row"][index], "application_no", number.normal[:60], number.reason or Text("", ""))
        for index, number in invalid.items()
    ]
    given = frame["kind"] if "kind" in frame.columns else None
    kinds = kind if given is None else given.fill_null(kind)
    if given is not None:  # a file that tells kinds owes one where a foreign number cannot tell it either
        faults += [
            Fault(row, "kind", "", _NO_KIND)
            for row in frame["row"].filter(kinds.is_null()).to_list()
            if row not in {fault.row for fault in faults}
        ]
    faults += [Fault(row, "disclosure", "", _NOT_YET) for row in frame.filter(_contradicts(frame))["row"]]
    frame = frame.with_columns(
        normal.alias("application_no"), kinds.alias("kind"), _disclosure(frame), *_agency(frame)
    )
    return frame.filter(~pl.col("row").is_in([fault.row for fault in faults])), faults


def move(frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Published rows whole; of the others the text goes into the protected table."""
    texts = [name for name in TEXTS if name in frame.columns]
    public = pl.col("disclosure") == "published"
    secret = frame.filter(~public)
    fates: dict[int, Fate] = {}
    if texts and not secret.is_empty():
        check_permission(by.permissions, Permission.READ_UNPUBLISHED)
        constants = {"batch_id": batch.pk, "seen_by": batch.seen_by}
        fates |= upsert(
            secrecy.sealed(secret.select("row", "application_no", *texts), texts),
            table="filings_unpublishedtext",
            key="application_no",
            constants=constants,
            adjust=KEEPS_TEXT.format(texts=", ".join(f"{n} = coalesce(stage.{n}, known.{n})" for n in texts)),
        )
    open_rows = frame.with_columns(pl.when(public).then(pl.col(name)).alias(name) for name in texts)
    keeps = "".join(f", {name} = known.{name}" for name in texts)
    fates |= upsert(
        open_rows,
        table="filings_patent",
        key="application_no",
        constants={"batch_id": batch.pk},
        adjust=STAYS_PUBLIC.format(texts=keeps),
    )
    new = sum(fate == "new" for fate in fates.values())
    return Moved(new=new, changed=len(fates) - new, same=frame.height - len(fates))


def known_public(rows: pl.DataFrame, named: Mapping[str, str]) -> list[int]:
    """Rows of a file, with its own headers, of which the file itself says that they are published."""
    wanted = {header: name for header, name in named.items() if name in _SAYS}
    typed, _ = cells.shape(rows, PATENTS, wanted)
    return typed.filter(_disclosure(typed) == "published")["row"].to_list()


def public_cells(row: Sequence[str]) -> bool:
    """Whether a row out of shape says somewhere that it is published, and nowhere that it is secret."""
    published = [word for word, meaning in words(_SAYS["disclosure"]).items() if meaning == "published"]
    said = any(
        cell.strip() in ("published", *published) or _PUBLICATION.fullmatch(cell.strip()) for cell in row
    )
    return said and not secrecy.marked(row)


def explain(columns: Sequence[str]) -> Text:
    """What the file did not say and what was assumed instead."""
    if "disclosure" in columns or {"publication_no", "publication_date"} <= set(columns):
        return Text("", "")
    return Text(
        "文件没有“公开状态”列，也没有公开号和公开日：这些申请按未公开处理，不参加比对。",
        "The file says neither disclosure nor publication number and date: "
        "its applications count as unpublished and are not screened.",
    )


def remark(batch: IntakeBatch) -> Text:
    """Inventors who asked not to be named are kept as the office publishes them, and counted."""
    count = Patent.objects.filter(batch=batch, inventors__contains=[UNNAMED]).count()
    if not count:
        return Text("", "")
    return Text(
        f"{count} 件登记为“{UNNAMED}”，照原样保留。",
        f"{count} applications give '{UNNAMED}' (inventor not to be named); kept as written.",
    )


def _agency(frame: pl.DataFrame) -> list[pl.Expr]:
    """Agencies written as name and code in one cell are parted, as in exports of the patent office."""
    given = pl.col("agency_code").str.normalize("NFKC") if "agency_code" in frame.columns else None
    if "agency_name" not in frame.columns:
        return [] if given is None else [given]
    name = pl.col("agency_name")
    code = name.str.extract(_NAME_AND_CODE, 2).str.normalize("NFKC")
    parted = pl.coalesce(name.str.extract(_NAME_AND_CODE, 1), name)
    return [parted, (code if given is None else pl.coalesce(given, code)).alias("agency_code")]


def _disclosure(frame: pl.DataFrame) -> pl.Expr:
    """Published when the file says so, or when it gives a number and a past day of publication."""
    said = pl.col("disclosure") if "disclosure" in frame.columns else pl.lit(None, pl.String)
    derived = pl.lit("unknown")
    if {"publication_no", "publication_date"} <= set(frame.columns):
        past = pl.col("publication_no").is_not_null() & (pl.col("publication_date") <= clock.today())
        derived = pl.when(past).then(pl.lit("published")).otherwise(derived)
    return (
        pl.when(_contradicts(frame))
        .then(pl.lit("unknown"))
        .otherwise(pl.coalesce(said, derived))
        .alias("disclosure")
    )


def _contradicts(frame: pl.DataFrame) -> pl.Expr:
    """A row that says "published" and gives a day of publication still to come: secret until it is settled."""
    if not {"disclosure", "publication_date"} <= set(frame.columns):
        return pl.lit(False)
    return ((pl.col("disclosure") == "published") & (pl.col("publication_date") > clock.today())).fill_null(
        False
    )


def _columns() -> tuple[Column, ...]:
    special = {
        "application_no": Column("application_no", required=True),
        "disclosure": Column("disclosure", Cell.CHOICE, choices=("published", "unpublished", "unknown")),
        "status": Column("status", Cell.CHOICE, choices=STATUSES),
        "kind": Column("kind", Cell.CHOICE, choices=KINDS),
        **{n: Column(n, Cell.DATE) for n in ("filing_date", "publication_date", "grant_date", "status_date")},
        "dual_filing_declared": Column("dual_filing_declared", Cell.FLAG),
        **{n: Column(n, Cell.LIST) for n in LISTS},
        **{n: Column(n, Cell.LIST, commas=BETWEEN_NAMES) for n in ("applicants", "inventors")},
        **{n: Column(n, Cell.LIST, placed=True) for n in OF_APPLICANTS},
        "ipc": Column("ipc", Cell.LIST, commas=BETWEEN_SYMBOLS),
    }
    return tuple(special.get(name, Column(name)) for name in ORDER)


LISTS = (
    "ipc", "applicants", "applicant_ids", "applicant_kinds", "applicant_addresses", "inventors", "signers",
    "priority_nos",
)  # fmt: skip
# What is told of each applicant stands at its place: an applicant without a number has not the next one's.
OF_APPLICANTS = ("applicant_ids", "applicant_kinds", "applicant_addresses")
ORDER = (
    "application_no", "disclosure", "filing_date", "publication_no", "publication_date", "grant_date", "status",
    "status_date", "kind", "title", "abstract", "claim", "main_ipc", "ipc", "applicants", "applicant_ids",
    "applicant_kinds", "applicant_addresses", "inventors", "agency_code", "agency_name", "signers",
    "dual_filing_declared", "priority_nos", "parent_no",
)  # fmt: skip

_SAYS = {c.name: c for c in _columns() if c.name in ("disclosure", "publication_no", "publication_date")}

PATENTS = TableSpec(
    name="patents",
    title=Text("专利申请", "Patent applications"),
    key="application_no",
    columns=_columns(),
    check=check,
    move=move,
    explain=explain,
    remark=remark,
    secret=TEXTS,
    admit=grants.check_intake,
    known_public=known_public,
    bar=secrecy.barred,
    public_cells=public_cells,
)
