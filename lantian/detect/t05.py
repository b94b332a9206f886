"""T05: one agency on both sides of a case, itself or through another under common control; and turned coats.

A turned coat filed a mark for its owner and later attacks it for somebody else. Consent clears a finding, and so
does enough time between the two mandates.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lantian.core.messages import Text
from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents

_SCORES = ("same_percent", "control_percent", "turned_percent", "again_percent")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency, first of open cases, then of cleared ones."""
    cases = ground.tables["trademark_proceedings"]
    cases = cases.with_columns(
        one=agents.agents(cases["petitioner_agency"], cases["petitioner_agency_id"], ground),
        two=agents.agents(cases["respondent_agency"], cases["respondent_agency_id"], ground),
    ).drop_nulls("one")
    now = {"long_ago": pl.lit(False)}
    both = cases.filter(pl.col("one") == pl.col("two")).with_columns(how=pl.lit("same"), **now)
    tied = cases.join(_control(ground), on=["one", "two"], how="semi")
    tied = tied.with_columns(how=pl.lit("control"), **now)
    met = pl.concat([both, tied, _turned(cases, ground)]).unique("number", keep="first", maintain_order=True)
    met = met.with_columns(cleared=pl.col("consent").fill_null(False) | pl.col("long_ago"))
    ordered = met.sort("cleared", "one", "filed_on", "number", nulls_last=True)
    for (_, agent), rows in ordered.group_by("cleared", "one", maintain_order=True):
        yield _found(str(agent), rows, ground)


def _turned(cases: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Cases whose petitioner's agency had filed the attacked mark for another."""
    marks = ground.tables["trademarks"]
    filed = marks.select(
        mark_number="number",
        one=agents.agents(marks["agency_name"], marks["agency_id"], ground),
        owner=agents.applicants(marks["applicant"], marks["applicant_id"], ground),
        since="filed_on",
    ).drop_nulls(["mark_number", "one"])
    attacks = cases.with_columns(by=agents.applicants(cases["petitioner"], cases["petitioner_id"], ground))
    met = attacks.join(filed, on=["mark_number", "one"]).filter(pl.col("by").ne_missing(pl.col("owner")))
    days = (pl.col("filed_on") - pl.col("since")).dt.total_days()
    met = met.with_columns((days > ground.limit("years_apart") * 365).fill_null(False).alias("long_ago"))
    return met.with_columns(how=pl.lit("turned")).select(*cases.columns, "how", "long_ago")


def _control(ground: Ground) -> pl.DataFrame:
    """Pairs of agencies with one phone or address, or with enough leaders or owners in common."""
    people = ground.tables["agency_members"].select(code="credit_code", key="name").drop_nulls().unique()
    people = people.with_columns(identity.mapped(people["key"], "plain"))
    shared = _sharing(people).group_by("one", "two").agg(common=pl.len())
    shared = shared.filter(pl.col("common") >= ground.limit("common_people"))
    desks = ground.tables["agencies"].drop_nulls("credit_code")
    at = [
        pl.DataFrame({"code": desks["credit_code"], "key": identity.mapped(desks[column].alias("key"), how)})
        for column, how in (("phone", "digits"), ("address", "plain"))
    ]
    pairs = [_sharing(one.drop_nulls().unique()).select("one", "two") for one in at]
    return pl.concat([*pairs, shared.select("one", "two")]).unique()


def _sharing(rows: pl.DataFrame) -> pl.DataFrame:
    met = rows.join(rows, on="key").filter(pl.col("code") != pl.col("code_right"))
    return met.select("key", one="code", two="code_right")


def _found(agent: str, rows: pl.DataFrame, ground: Ground) -> Found:
    no, name, district = agents.named(agent, ground)
    first = rows.row(0, named=True)
    kinds = rows["how"].unique().sort().to_list()
    key = max(kinds, key=lambda kind: ground.limit(f"{kind}_percent"))
    cleared: Text | None = None
    if first["cleared"]:
        cleared = ground.rules.say(
            "consent" if first["consent"] else "years", years=ground.limit("years_apart")
        )
    return Found(
        kind="agency",
        no=no,
        name=name,
        district=district,
        anchor=f"trademark_proceedings:{first['number']}",
        score=1 - (1 - ground.share(f"{key}_percent")) * ground.share("again_percent") ** (rows.height - 1),
        strength="strong" if "same" in kinds else "medium",
        says=ground.rules.say(key, count=rows.height, number=first["number"], filed=first["filed_on"] or "—"),
        evidence=[
            *(f"trademark_proceedings:{number}" for number in rows["number"]),
            *(f"trademarks:{number}" for number in rows["mark_number"].drop_nulls().unique().sort()),
        ],
        members=sorted({*rows["two"].drop_nulls(), *rows["petitioner"].drop_nulls()} - {agent}),
        clearing="cleared" if cleared else "not_cleared",
        cleared=cleared,
    )


DETECTOR = Detector(
    id="T05",
    subject="agency",
    reads=(
        Reads(
            "trademark_proceedings",
            ("number",),
            also=(
                "kind", "filed_on", "mark_number", "petitioner", "petitioner_id", "respondent_agency",
                "respondent_agency_id", "consent",
            ),
            one_of=("petitioner_agency_id", "petitioner_agency"),
        ),
        Reads(
            "trademarks",
            ("number",),
            also=("filed_on", "applicant", "applicant_id", "agency_name", "agency_id"),
            needed=False,
        ),
        agents.AGENCIES,
        agents.ENROLMENTS,
        agents.COMPANIES,
        Reads("agency_members", ("credit_code", "name"), also=("role",), needed=False),
    ),
    limits=("years_apart", "common_people", *_SCORES),
    find=find,
    version="2",
)  # fmt: skip
