"""T01: malicious non-use cancellations: very many petitions, by petitioners without a business, again and again.

One sign alone is no finding: a brand owner clears many marks in its own classes, and an honest petition may fail.
Signs: many petitions within a year against different owners; no staff, or a person; one mark attacked repeatedly;
the same agency files the attacked mark for somebody else soon after.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents
from lantian.detect.marks.index import SCALE, MarkIndex, likeness_of

SIGNS = ("bulk", "front", "repeated", "refiled")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each petitioner with enough signs."""
    cases = ground.tables["trademark_proceedings"]
    cases = cases.filter(pl.col("kind") == "non_use_cancellation").drop_nulls("filed_on")
    cases = cases.with_columns(
        party=agents.applicants(cases["petitioner"], cases["petitioner_id"], ground),
        agent=agents.agents(cases["petitioner_agency"], cases["petitioner_agency_id"], ground),
    ).drop_nulls("party")
    cases = cases.join(_clearing_own(cases, ground), on="number", how="anti").sort(
        "party", "filed_on", "number"
    )
    again = set(_refiled(cases, ground))
    staff = dict(
        ground.tables["companies"]
        .select("credit_code", "insured_staff")
        .drop_nulls("credit_code")
        .iter_rows()
    )
    for (party,), rows in cases.group_by("party", maintain_order=True):
        signs = _signs(str(party), rows, staff, again, ground)
        if sum(map(bool, signs.values())) >= ground.limit("least_signs"):
            yield _found(str(party), rows, signs, ground)


def _clearing_own(cases: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Petitions against marks near one the petitioner has itself in one of the classes: a conflict of its own."""
    marks = ground.tables["trademarks"]
    owned = marks.with_columns(party=agents.applicants(marks["applicant"], marks["applicant_id"], ground))
    attacked = cases.join(
        marks.select(mark_number="number", mark="mark", classes="classes"), on="mark_number"
    ).drop_nulls("mark")
    least, scale = ground.share("likeness_percent"), likeness_of(ground.rules.limits)
    near = MarkIndex.of(owned["mark"]).near(attacked["mark"], least=least, likeness=scale)
    both = near.select("new", "row").with_columns(
        by=attacked["party"].gather(near["new"]),
        party=owned["party"].gather(near["row"]),
        classes=attacked["classes"].gather(near["new"]),
        own=owned["classes"].gather(near["row"]),
    )
    met = both.filter(
        (pl.col("by") == pl.col("party")) & (pl.col("classes").list.set_intersection("own").list.len() > 0)
    )
    return attacked[met["new"].unique().sort()].select("number")


def _refiled(cases: pl.DataFrame, ground: Ground) -> list[str]:
    """Numbers of cases after which the petitioner's agency filed the same mark for another than the owner."""
    marks = ground.tables["trademarks"]
    filed = marks.select(
        "mark",
        "filed_on",
        agent=agents.agents(marks["agency_name"], marks["agency_id"], ground),
        applicant=agents.applicants(marks["applicant"], marks["applicant_id"], ground),
    ).drop_nulls(["mark", "filed_on", "agent"])
    attacked = cases.select("number", "filed_on", "agent", "mark_number").join(
        marks.select(mark_number="number", mark="mark", owner="applicant"), on="mark_number"
    )
    met = attacked.join(filed, on=["mark", "agent"], suffix="_again")
    days = (pl.col("filed_on_again") - pl.col("filed_on")).dt.total_days()
    met = met.filter((days >= 0) & (days <= ground.limit("again_days")))
    return met["number"].unique().sort().to_list()


def _signs(
    party: str, rows: pl.DataFrame, staff: dict[str, int | None], again: set[str], ground: Ground
) -> dict[str, int]:
    year = rows.rolling("filed_on", period="365d").agg(
        count=pl.len(), against=pl.col("respondent").n_unique()
    )
    busy = year.filter(pl.col("against") >= ground.limit("least_respondents"))["count"].max()
    bulk = busy if isinstance(busy, int) and busy >= ground.limit("least_petitions") else 0
    most = rows["mark_number"].drop_nulls().value_counts()["count"].max()
    repeated = most if isinstance(most, int) and most >= ground.limit("least_repeats") else 0
    people = staff.get(party, 0 if _person(party, ground) else None)
    front = int(people is not None and people <= ground.limit("front_staff"))
    return {
        "bulk": bulk, "front": front, "repeated": repeated,
        "refiled": sum(number in again for number in rows["number"]),
    }  # fmt: skip


def _person(party: str, ground: Ground) -> bool:
    """Whether a petitioner without a number bears a man's name; a longer one may be a firm's, of unknown staff."""
    return party.startswith("name:") and len(party.removeprefix("name:")) <= ground.limit("person_name")


def _found(party: str, rows: pl.DataFrame, signs: dict[str, int], ground: Ground) -> Found:
    shown = [sign for sign in SIGNS if signs[sign]]
    said = [ground.rules.say(sign, count=signs[sign], all=rows.height) for sign in shown]
    number = rows["petitioner_id"].drop_nulls()
    name = rows["petitioner"].drop_nulls()
    who: dict[str, Any] = {"kind": "applicant", "name": name[0] if len(name) else party}
    no = f"{who['name']}|{rows['number'][0]}" if party.startswith("name:") else party
    text = type(said[0])("".join(one.zh for one in said), " ".join(one.en for one in said))
    return Found(
        **who,
        no=no if not len(number) else number[0],
        anchor=f"trademark_proceedings:{rows['number'][0]}",
        score=1 - 0.5 ** len(shown),
        strength="strong" if len(shown) >= ground.limit("strong_signs") else "medium",
        says=text,
        evidence=[f"trademark_proceedings:{number}" for number in rows["number"]],
        members=rows["agent"].drop_nulls().unique().sort().to_list(),
    )


DETECTOR = Detector(
    id="T01",
    subject="applicant",
    reads=(
        Reads(
            "trademark_proceedings",
            ("number", "kind", "filed_on", "petitioner"),
            also=("petitioner_id", "petitioner_agency", "petitioner_agency_id", "mark_number", "respondent"),
        ),
        Reads(
            "trademarks",
            ("number",),
            also=("mark", "classes", "filed_on", "applicant", "applicant_id", "agency_name", "agency_id"),
            needed=False,
        ),
        agents.COMPANIES,
        agents.AGENCIES,
        agents.ENROLMENTS,
    ),
    limits=(
        "least_petitions", "least_respondents", "least_repeats", "front_staff", "again_days", "likeness_percent",
        "person_name", "least_signs", "strong_signs", *SCALE,
    ),
    find=find,
    version="3",
)  # fmt: skip
