"""R01: conditions of the licence no longer met: partners or shareholders, their certificates and practice.

What the register does not know is taken as met: a missing date of first practice never makes a finding, a
missing certificate does where the table has that column. An agency of which no member or no form is known is not
judged, and counted as left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads

MEMBERS = ("partner", "shareholder")
CHIEFS = ("legal_representative",)
FORMS = ("company", "partnership", "law_firm")


@dataclass(frozen=True)
class _Standing:
    """Members of an agency on the day: all, the qualified ones, and whether the chief is qualified."""

    members: int
    qualified: int
    chief: bool


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency in practice that falls short of its form's conditions."""
    agencies, members = _practising(ground), _current(ground)
    by_agency = {code: rows for (code,), rows in members.group_by("agency_code", maintain_order=True)}
    for code, form in agencies.select("agency_code", "form").sort("agency_code").iter_rows():
        rows = by_agency.get(code)
        if rows is None:
            continue
        standing = _standing(rows)
        if short := _short(form, standing, ground):
            yield _found(code, short, standing, rows, ground)


def unjudged(ground: Ground) -> dict[str, int]:
    """Count agencies in practice of no form that the law gives conditions for, and those without a known member."""
    formed = pl.col("form").is_in(FORMS).fill_null(False)
    agencies, members = _practising(ground), _current(ground)
    bare = agencies.filter(formed).join(members, on="agency_code", how="anti")
    return {"agencies.no_form": agencies.filter(~formed).height, "agencies.no_member": bare.height}


def _practising(ground: Ground) -> pl.DataFrame:
    return ground.tables["agencies"].filter(pl.col("status").fill_null("active") == "active")


def _current(ground: Ground) -> pl.DataFrame:
    """Members on the day, each with whether he is qualified."""
    on = pl.lit(ground.on)
    gone = ground.tables["practitioner_status"].filter(
        (pl.col("status") == "revoked")
        & (pl.col("from") <= on)
        & (pl.col("to").is_null() | (pl.col("to") > on))
    )
    rows = (
        ground.tables["agency_members"]
        .drop_nulls("agency_code")
        .filter(
            (pl.col("from").is_null() | (pl.col("from") <= on))
            & (pl.col("to").is_null() | (pl.col("to") > on))
        )
    )
    certified = pl.col("licence_no").is_not_null() & ~pl.col("licence_no").is_in(gone["licence_no"].implode())
    years = pl.col("practising_since").dt.offset_by(f"{ground.limit('practice_years')}y")
    qualified = certified & (years.is_null() | (years <= on))
    return rows.with_columns(qualified=qualified).sort(
        "agency_code", "role", "name", "licence_no", nulls_last=True
    )


def _standing(rows: pl.DataFrame) -> _Standing:
    people = rows.filter(pl.col("role").is_in(MEMBERS))
    chiefs = rows.filter(pl.col("role").is_in(CHIEFS))
    return _Standing(
        people.height, int(people["qualified"].sum()), not chiefs.height or bool(chiefs["qualified"].all())
    )


def _short(form: str | None, standing: _Standing, ground: Ground) -> str | None:
    """Name the condition an agency of this form falls short of, if any."""
    if form == "company":
        if standing.members < ground.limit("company_shareholders"):
            return "shareholders"
        if standing.qualified < standing.members * ground.share("company_qualified_percent"):
            return "shares"
        return None if standing.chief else "chief"
    if form in ("partnership", "law_firm"):
        least = ground.limit("partnership_partners" if form == "partnership" else "law_firm_partners")
        return "partners" if standing.qualified < least else None
    return None


def _found(code: str, short: str, standing: _Standing, rows: pl.DataFrame, ground: Ground) -> Found:
    said = ground.rules.say(short, members=standing.members, qualified=standing.qualified, on=ground.on)
    people = [str(no or name) for no, name in rows.select("licence_no", "name").iter_rows()]
    return Found(
        kind="agency",
        no=code,
        anchor=f"agencies:{code}",
        score=0.9,
        strength="strong",
        says=said,
        faults=[short],
        evidence=[f"agency_members:{code}|{person}" for person in dict.fromkeys(people)],
    )


DETECTOR = Detector(
    id="R01",
    subject="agency",
    reads=(
        Reads("agencies", ("agency_code", "form"), also=("name", "district_code", "status")),
        Reads(
            "agency_members",
            ("agency_code", "role", "licence_no"),
            also=("name", "practising_since", "from", "to"),
        ),
        Reads("practitioner_status", ("licence_no", "status"), also=("from", "to"), needed=False),
    ),
    limits=(
        "partnership_partners",
        "law_firm_partners",
        "company_shareholders",
        "company_qualified_percent",
        "practice_years",
    ),
    find=find,
    unjudged=unjudged,
    version="2",
)
