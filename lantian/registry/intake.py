"""The directory of agencies as a table that can be taken in."""

from __future__ import annotations

import polars as pl
from pypinyin import lazy_pinyin

from lantian.core import identifiers
from lantian.core.messages import Text
from lantian.office.actors import Actor
from lantian.office.intake.moving import upsert
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.keys import new_key
from lantian.office.models import IntakeBatch

FORMS = ("partnership", "company", "law_firm")
STATUSES = ("active", "suspended", "revoked", "closed")


def check(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Codes in normal form; a wrong credit code or agency code is refused with its row."""
    faults: list[Fault] = []
    readers = {"credit_code": identifiers.credit_code, "agency_code": identifiers.agency_code}
    for column, read in readers.items():
        if column not in frame.columns:
            continue
        codes = [read(text) if text else None for text in frame[column]]
        frame = frame.with_columns(
            pl.Series(column, [code and code.normal for code in codes], dtype=pl.String)
        )
        for row, code in zip(frame["row"].to_list(), codes, strict=True):
            if code and code.invalid:
                faults.append(Fault(row, column, code.normal[:60], code.reason or Text("", "")))
    bad = [fault.row for fault in faults]
    return frame.filter(~pl.col("row").is_in(bad)), faults


def move(frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Subjects first, then their agencies."""
    if frame.is_empty():
        return Moved()
    provenance: dict[str, object] = {"batch_id": batch.pk}
    names = frame["name"].to_list()
    subjects = frame.select("row", pl.col("credit_code").alias("number"), "name").with_columns(
        pl.lit("agency").alias("kind"),
        pl.Series("name_pinyin", [" ".join(lazy_pinyin(name))[:400] for name in names], dtype=pl.String),
        pl.Series("key", [new_key() for _ in names], dtype=pl.String),
        frame["district_code"]
        if "district_code" in frame.columns
        else pl.lit(None, pl.String).alias("district_code"),
    )
    fates = upsert(
        subjects, table="registry_subject", key="number", constants=provenance, only_new=["key", "kind"]
    )
    agencies = frame.drop("name")
    fates |= upsert(agencies, table="registry_agency", key="credit_code", constants=provenance)
    new = sum(fate == "new" for fate in fates.values())
    return Moved(new=new, changed=len(fates) - new, same=frame.height - len(fates))


AGENCIES = TableSpec(
    name="agencies",
    title=Text("代理机构名录", "Directory of agencies"),
    key="credit_code",
    columns=(
        Column("agency_code"),
        Column("credit_code", required=True),
        Column("name", required=True),
        Column("kinds", Cell.LIST),
        Column("form", Cell.CHOICE, choices=FORMS),
        Column("licensed_on", Cell.DATE),
        Column("status", Cell.CHOICE, choices=STATUSES),
        Column("status_date", Cell.DATE),
        Column("address"),
        Column("district_code"),
        Column("phone"),
        Column("email"),
        Column("website"),
    ),
    check=check,
    move=move,
)
