"""T07: marks filed by agencies that were never enrolled with CNIPA, or whose enrolment had expired (备案).

An enrolment counts from its day until some days after its end, because renewals within the window come late into
files. Stops and cancellations carry no day in the table: such an enrolment counts until its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency with marks filed while it was not enrolled."""
    marks = ground.tables["trademarks"].drop_nulls("filed_on")
    marks = marks.filter(pl.col("filed_on") >= ground.rules.rule.valid_from)
    marks = marks.with_columns(agent=agents.agents(marks["agency_name"], marks["agency_id"], ground))
    marks = marks.drop_nulls("agent")
    terms = ground.tables["enrolments"].select(
        agent="credit_code", begins="filed_on", ends=pl.col("expires_on")
    )
    grace = timedelta(days=ground.limit("grace_days"))
    covered = marks.join(terms.drop_nulls("agent"), on="agent").filter(
        (pl.col("begins").is_null() | (pl.col("begins") <= pl.col("filed_on")))
        & (pl.col("ends").is_null() | (pl.col("filed_on") <= pl.col("ends") + grace))
    )
    bare = marks.join(covered.select("number"), on="number", how="anti").sort("agent", "filed_on", "number")
    last = dict(terms.group_by("agent").agg(pl.col("ends").max()).iter_rows())
    for (agent,), rows in bare.group_by("agent", maintain_order=True):
        yield _found(str(agent), rows, last, ground)


def _found(agent: str, rows: pl.DataFrame, last: dict[str, object], ground: Ground) -> Found:
    no, name, district = agents.named(agent, ground)
    key = "expired" if agent in last else "never"
    count = rows.height
    said = ground.rules.say(
        key, count=count, first=rows["filed_on"].min(), last=rows["filed_on"].max(), end=last.get(agent)
    )
    return Found(
        kind="agency",
        no=no,
        name=name,
        district=district,
        anchor=f"trademarks:{rows['number'][0]}",
        score=1 - 0.5 ** (count + (key == "expired")),
        strength="strong" if key == "expired" and count >= ground.limit("strong_marks") else "medium",
        says=said,
        evidence=[
            *(f"trademarks:{number}" for number in rows["number"]),
            *([f"enrolments:{agent}"] if key == "expired" else []),
        ],
    )


DETECTOR = Detector(
    id="T07",
    subject="agency",
    reads=(
        Reads("trademarks", ("number", "filed_on"), one_of=("agency_name", "agency_id")),
        Reads("enrolments", ("credit_code", "expires_on"), also=("name", "filed_on")),
        agents.AGENCIES,
    ),
    limits=("grace_days", "strong_marks"),
    find=find,
)
