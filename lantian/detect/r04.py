"""R04: annual reports missing, late, or at odds with what the registers and published filings show."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeAlias

import polars as pl

from lantian.core.messages import Text
from lantian.detect.contract import Detector, Found, Ground, Reads

KINDS = ("invention", "utility_model", "design")
Fault: TypeAlias = tuple[str, Text]  # its name, and what is said of it


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency and year with a fault."""
    reports = (
        ground.tables["annual_reports"]
        .drop_nulls(["agency_code", "year"])
        .filter((pl.col("due_on") < ground.on) & pl.col("year").is_between(1985, 9998))
        # A report sent twice is one report: the first counts.
        .sort("agency_code", "year", "submitted_on", nulls_last=True)
        .unique(["agency_code", "year"], keep="first", maintain_order=True)
    )
    filed = _filed(ground)
    for row in reports.sort("agency_code", "year").iter_rows(named=True):
        faults = [*_late(row, ground), *_false(row, filed, ground)]
        if faults:
            yield _found(row["agency_code"], row["year"], faults, ground)
    yield from _missing(reports, ground)


def _late(row: dict[str, Any], ground: Ground) -> Iterator[Fault]:
    if row["submitted_on"] is None:
        yield "missing", ground.rules.say("missing", year=row["year"], due=row["due_on"])
    elif row["submitted_on"] > row["due_on"]:
        days = (row["submitted_on"] - row["due_on"]).days
        values = {"year": row["year"], "due": row["due_on"], "submitted": row["submitted_on"], "days": days}
        yield "late", ground.rules.say("late", **values)


def _filed(ground: Ground) -> dict[tuple[str, int, str], int]:
    """Published filings of each agency, year and kind."""
    rows = ground.tables["patents"].drop_nulls(["agency_code", "filing_date", "kind"])
    counted = rows.group_by("agency_code", pl.col("filing_date").dt.year().alias("year"), "kind").agg(
        count=pl.len()
    )
    return {(code, year, kind): count for code, year, kind, count in counted.iter_rows()}


def _false(row: dict[str, Any], filed: dict[tuple[str, int, str], int], ground: Ground) -> Iterator[Fault]:
    for kind in KINDS:
        said, seen = row[f"filings_{kind}"], filed.get((row["agency_code"], row["year"], kind), 0)
        short = said is not None and seen - said >= ground.limit("least_missing")
        if short and said < seen * ground.share("reported_percent"):
            name = f"filings_{kind}"
            yield name, ground.rules.say(name, year=row["year"], said=said, seen=seen)
    said, staff = row["practitioners"], _staff(row["agency_code"], row["year"], ground)
    if (
        said is not None
        and staff
        and abs(said - staff) > max(ground.limit("least_people"), staff * ground.share("people_percent"))
    ):
        yield "people", ground.rules.say("people", year=row["year"], said=said, seen=staff)


def _staff(agency: str, year: int, ground: Ground) -> int:
    """Practitioners of an agency at the end of a year, by the register."""
    end = date(year, 12, 31)
    spells = ground.tables["employments"].filter(
        (pl.col("agency_code") == agency)
        & (pl.col("from").is_null() | (pl.col("from") <= end))
        & (pl.col("to").is_null() | (pl.col("to") > end))
    )
    return spells["licence_no"].n_unique()


def _missing(reports: pl.DataFrame, ground: Ground) -> Iterator[Found]:
    """Agencies in practice without a report of a year that others have reported."""
    due = reports.group_by("year").agg(due=pl.col("due_on").max()).sort("year")
    agencies = ground.tables["agencies"].filter(pl.col("status").fill_null("active") == "active")
    # Only agencies that the reports know at all: others may report elsewhere.
    known = agencies.filter(pl.col("agency_code").is_in(reports["agency_code"].implode()))
    have = set(reports.select("agency_code", "year").iter_rows())
    for year, day in due.iter_rows():
        for code, licensed in known.select("agency_code", "licensed_on").sort("agency_code").iter_rows():
            if (code, year) not in have and (licensed is None or licensed.year <= year):
                missing = ground.rules.say("missing", year=year, due=day)
                yield _found(code, year, [("missing", missing)], ground)


def _found(agency: str, year: int, faults: list[Fault], ground: Ground) -> Found:
    return Found(
        kind="agency",
        no=agency,
        anchor=f"annual_reports:{agency}|{year}",
        score=1 - 0.5 ** (len(faults) + 1),
        strength="strong" if len(faults) >= ground.limit("strong_faults") else "medium",
        says=Text("".join(said.zh for _, said in faults), " ".join(said.en for _, said in faults)),
        evidence=[f"agencies:{agency}"],
        faults=[name for name, _ in faults],
    )


DETECTOR = Detector(
    id="R04",
    subject="agency",
    reads=(
        Reads(
            "annual_reports",
            ("agency_code", "year", "due_on"),
            also=("submitted_on", "practitioners", *(f"filings_{kind}" for kind in KINDS)),
        ),
        Reads(
            "agencies",
            ("agency_code",),
            also=("name", "district_code", "status", "licensed_on"),
            needed=False,
        ),
        Reads(
            "patents",
            ("application_no", "disclosure"),
            also=("agency_code", "filing_date", "kind"),
            needed=False,
        ),
        Reads("employments", ("licence_no", "agency_code"), also=("from", "to"), needed=False),
    ),
    limits=("least_missing", "reported_percent", "least_people", "people_percent", "strong_faults"),
    find=find,
    version="3",
)
