"""P10: applications signed by somebody who might not sign for that agency on that day.

A signer whom no register names is unknown, not unlicensed (专利代理条例 第十六条; agencies of other places keep
their own): no finding, and counted as left out. Death is never read from a register: only an authority's answer in a
case shows it. A divisional keeps its parent's filing date, so its day of signing is unknown and it is not judged.

Whoever signs more within a week than one person can read lets others sign in his name, or signs unread: that output
is a finding of its own, whatever his standing. Whose licence was taken or stopped may sign for nobody: one signature
is strong.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads

WORST = ("revoked", "suspended", "elsewhere", "left")

REGISTERED = dict(zip(WORST, ("practitioner_status",) * 2 + ("employments",) * 2, strict=True))
"""The table whose rows of the practitioner show an obstacle."""


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each practitioner, agency and kind of obstacle."""
    signed = _signed(ground)
    judged = pl.concat([_by_status(signed, ground), _by_employment(signed, ground)])
    rank = pl.col("kind").replace_strict(dict(zip(WORST, range(4), strict=True)), return_dtype=pl.Int64)
    first = judged.sort(rank, "filing_date", "application_no").unique(
        ["application_no", "licence_no"], keep="first", maintain_order=True
    )
    order = ["kind", "licence_no", "agency_code", "filing_date", "application_no"]
    for (kind, licence, agency), rows in first.sort(order).group_by(
        "kind", "licence_no", "agency_code", maintain_order=True
    ):
        yield _found(str(kind), str(licence), str(agency), rows, ground)
    yield from _outputs(ground)


def _outputs(ground: Ground) -> Iterator[Found]:
    """Practitioners with more signatures within some days than can be read, each with the busiest such days."""
    days = ground.limit("output_days")
    signed = _signatures(ground).unique(["application_no", "licence_no"]).sort("licence_no", "filing_date")
    counted = signed.rolling("filing_date", period=f"{days}d", group_by="licence_no").agg(count=pl.len())
    most = ground.limit("output_most")
    strong = most * ground.share("strong_output_percent")
    over = counted.filter(pl.col("count") > most)
    busiest = over.sort("licence_no", "count", "filing_date", descending=[False, True, False])
    names = dict(ground.tables["practitioners"].select("licence_no", "name").iter_rows())
    for licence, last, count in busiest.unique("licence_no", keep="first", maintain_order=True).iter_rows():
        first = last - timedelta(days=days - 1)
        within = pl.col("filing_date").is_between(first, last) & (pl.col("licence_no") == licence)
        rows = signed.filter(within).sort("filing_date", "application_no")
        agencies = rows["agency_code"].unique().sort().to_list()
        said = ground.rules.say("output", count=count, first=rows["filing_date"][0], last=last, days=days)
        yield Found(
            kind="practitioner",
            no=licence,
            name=names.get(licence) or licence,
            anchor=f"practitioners:{licence}",
            score=1 - most / (2 * count),
            strength="strong" if count > strong else "medium",
            says=said,
            evidence=[f"patents:{number}" for number in rows["application_no"]],
            # The busiest days of another month are another fault; a day more or less of the same are not.
            faults=[f"output:{last:%Y-%m}"],
            members=agencies,
            district=ground.agencies.get(agencies[0], (None, None))[1],
        )


def _signed(ground: Ground) -> pl.DataFrame:
    """One row for each signature of a known practitioner, with agency and day."""
    known = ground.tables["employments"]["licence_no"].unique().implode()
    return _signatures(ground).filter(pl.col("licence_no").is_in(known))


def unjudged(ground: Ground) -> dict[str, int]:
    """Count applications with a signer whom no register of practitioners names."""
    known = ground.tables["employments"]["licence_no"].unique().implode()
    unlisted = _signatures(ground).filter(~pl.col("licence_no").is_in(known))
    return {"patents.unlisted_signer": unlisted["application_no"].n_unique()}


def _signatures(ground: Ground) -> pl.DataFrame:
    """One row for each signature, with agency and day."""
    return (
        ground.tables["patents"]
        .filter(pl.col("filing_date").is_not_null() & pl.col("agency_code").is_not_null())
        .filter(pl.col("parent_no").is_null())
        .select("application_no", "filing_date", "agency_code", licence_no="signers")
        .explode("licence_no")
        .drop_nulls("licence_no")
    )


def _by_status(signed: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    spells = ground.tables["practitioner_status"].filter(pl.col("status").is_in(["suspended", "revoked"]))
    hit = signed.join(spells.rename({"status": "kind"}), on="licence_no").filter(
        (pl.col("from") < pl.col("filing_date"))
        & (pl.col("to").is_null() | (pl.col("filing_date") < pl.col("to")))
    )
    return hit.select(*signed.columns, "kind")


def _by_employment(signed: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Signatures on days when the register, with its grace, has him not at the agency."""
    grace = pl.duration(days=ground.limit("grace_days"))
    spells = ground.tables["employments"]
    # A signature is lawful inside a stretch of employment widened by the days a change may take to be filed.
    # Of an unknown first day nobody can say that it came later.
    begun = pl.col("from").is_null() | (pl.col("filing_date") >= pl.col("from") - grace)
    covers = begun & (pl.col("to").is_null() | (pl.col("filing_date") <= pl.col("to") + grace))
    keys = ["application_no", "licence_no"]
    lawful = signed.join(spells, on=["licence_no", "agency_code"]).filter(covers)
    open_ = signed.join(lawful, on=keys, how="anti")
    others = open_.join(spells.rename({"agency_code": "other"}), on="licence_no").filter(covers)
    elsewhere = open_.join(others.filter(pl.col("from").is_not_null()), on=keys, how="semi").with_columns(
        kind=pl.lit("elsewhere")
    )
    left = open_.join(others, on=keys, how="anti").with_columns(kind=pl.lit("left"))
    return pl.concat([elsewhere, left]).select(*signed.columns, "kind")


def _found(kind: str, licence: str, agency: str, rows: pl.DataFrame, ground: Ground) -> Found:
    numbers, days = rows["application_no"].to_list(), rows["filing_date"]
    names = dict(ground.tables["practitioners"].select("licence_no", "name").iter_rows())
    called, district = ground.agencies.get(agency, (None, None))
    count = len(numbers)
    strong = kind in WORST[:2] or count >= ground.limit("strong_from")
    return Found(
        kind="practitioner",
        no=licence,
        name=names.get(licence) or licence,
        anchor=f"patents:{numbers[0]}",
        score=1 - 0.5 ** (count + (kind in WORST[:2])),
        strength="strong" if strong else "medium",
        says=ground.rules.say(
            kind, count=count, agency=f"{called or ''} {agency}".strip(), first=days.min(), last=days.max()
        ),
        evidence=[*(f"patents:{number}" for number in numbers), f"{REGISTERED[kind]}:{licence}"],
        faults=[kind],
        members=[agency],
        district=district,
    )


DETECTOR = Detector(
    id="P10",
    subject="practitioner",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "filing_date", "agency_code", "signers"),
            also=("parent_no",),
        ),
        Reads("employments", ("licence_no", "agency_code", "from"), also=("to",)),
        Reads("practitioner_status", ("licence_no", "status", "from"), also=("to",), needed=False),
        Reads("practitioners", ("licence_no",), also=("name",), needed=False),
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=("grace_days", "strong_from", "output_days", "output_most", "strong_output_percent"),
    find=find,
    unjudged=unjudged,
    version="7",
)
