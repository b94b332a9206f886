"""T06: agencies that file marks for themselves, or in the names of those who lead them, beyond agency services."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency with own marks outside the classes of agency services."""
    marks = ground.tables["trademarks"].drop_nulls("classes")
    own = [ground.limit("agency_class"), ground.limit("legal_class")]
    beyond = marks.with_columns(
        others=pl.col("classes").list.eval(pl.element().filter(~pl.element().is_in(own)))
    ).filter(pl.col("others").list.len() > 0)
    beyond = beyond.with_columns(party=agents.agents(beyond["applicant"], beyond["applicant_id"], ground))
    listed = _trademark_agencies(ground)
    itself = beyond.filter(pl.col("party").is_in(listed.implode())).with_columns(
        agent="party", how=pl.lit("itself")
    )
    led = _led(beyond, ground, listed)
    both = pl.concat([itself, led]).sort("agent", "filed_on", "number", nulls_last=True)
    for (agent,), rows in both.group_by("agent", maintain_order=True):
        yield _found(str(agent), rows, ground)


def _trademark_agencies(ground: Ground) -> pl.Series:
    """Credit codes of those enrolled, and of those the directory has as agencies of marks."""
    directory = ground.tables["agencies"].filter(pl.col("kinds").list.contains("trademark"))
    codes = [directory["credit_code"], ground.tables["enrolments"]["credit_code"]]
    return pl.concat(codes).drop_nulls().unique().sort()


def _led(beyond: pl.DataFrame, ground: Ground, listed: pl.Series) -> pl.DataFrame:
    """Marks that an agency filed in the name of one of its own leaders or owners."""
    members = (
        ground.tables["agency_members"]
        .filter(pl.col("credit_code").is_in(listed.implode()))
        .filter(pl.col("to").is_null())
    )
    members = members.select(agent="credit_code", who="name").drop_nulls().unique()
    members = members.with_columns(identity.mapped(members["who"], "plain"))
    filed = beyond.with_columns(
        agent=agents.agents(beyond["agency_name"], beyond["agency_id"], ground),
        who=identity.mapped(beyond["applicant"].alias("who"), "plain"),
    )
    met = filed.join(members, on=["agent", "who"], how="semi").drop("who")
    return met.with_columns(how=pl.lit("led")).select(*beyond.columns, "agent", "how")


def _found(agent: str, rows: pl.DataFrame, ground: Ground) -> Found:
    no, name, district = agents.named(agent, ground)
    classes = "、".join(str(one) for one in rows["others"].explode().unique().sort().to_list())
    itself = rows.filter(pl.col("how") == "itself").height
    return Found(
        kind="agency",
        no=no,
        name=name,
        district=district,
        anchor=f"trademarks:{rows['number'][0]}",
        score=1 - 0.5 ** (itself + rows.height),
        strength="strong" if itself else "medium",
        says=ground.rules.say("own" if itself else "led", count=rows.height, classes=classes),
        evidence=[f"trademarks:{number}" for number in rows["number"]],
        members=rows["applicant"].drop_nulls().unique().sort().to_list(),
    )


DETECTOR = Detector(
    id="T06",
    subject="agency",
    reads=(
        Reads(
            "trademarks",
            ("number", "applicant", "classes"),
            also=("applicant_id", "filed_on", "agency_name", "agency_id"),
        ),
        Reads("agencies", ("credit_code", "name", "kinds"), also=("district_code",)),
        agents.ENROLMENTS,
        Reads("agency_members", ("credit_code", "name"), also=("role", "to"), needed=False),
    ),
    limits=("agency_class", "legal_class"),
    find=find,
)
