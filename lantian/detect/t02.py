"""T02: manufactured same-day filings: near marks, one class, one day, different applicants that belong together.

Applicants belong together where one agency filed for them, or where they share a phone or an address. One
applicant's filing in several classes is nothing. Equal days by chance are many: without a tie there is no finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import polars as pl

from lantian.detect import identity
from lantian.detect.clusters import earliest_of_cluster
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents
from lantian.detect.marks.index import SCALE, MarkIndex, likeness_of
from lantian.detect.marks.order import kept_in_order

TIES = ("phone", "address", "agent")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each group of same-day filings that hang together."""
    marks = _marks(ground)
    pairs = _pairs(marks, ground)
    if not pairs.height:
        return
    left, right = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    first = earliest_of_cluster(left, right, marks.height)
    groups: dict[int, list[int]] = defaultdict(list)
    for row in np.unique(np.concatenate([left, right])).tolist():
        groups[int(first[row])].append(row)
    best = pairs.with_columns(group=pl.Series(first[left]))
    for group in sorted(groups):
        yield _found(marks[groups[group]], best.filter(pl.col("group") == group), ground)


def _marks(ground: Ground) -> pl.DataFrame:
    marks = ground.tables["trademarks"].drop_nulls(["filed_on", "classes"])
    return marks.with_columns(
        party=agents.applicants(marks["applicant"], marks["applicant_id"], ground),
        agent=agents.agents(marks["agency_name"], marks["agency_id"], ground),
        phone=identity.mapped(marks["contact_phone"], "digits"),
        address=identity.mapped(marks["applicant_address"], "plain"),
    ).sort("filed_on", "number")


def _pairs(marks: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Pairs of rows (a < b) near each other on one day in one class, of different and tied applicants."""
    spread = marks.select("filed_on", "mark", "classes").with_row_index("at").explode("classes")
    spread = spread.drop_nulls("classes").with_columns(pl.col("at").cast(pl.Int64))
    days = spread["filed_on"].to_physical().to_numpy().astype(np.uint64)
    groups = days * np.uint64(64) + spread["classes"].to_numpy().astype(np.uint64)
    least, scale = ground.share("likeness_percent"), likeness_of(ground.rules.limits)
    near = MarkIndex.of(spread["mark"], groups).near(spread["mark"], groups, least=least, likeness=scale)
    near = near.filter(kept_in_order(near, spread["mark"], spread["mark"]))
    at = spread["at"].to_numpy()
    pairs = pl.DataFrame(
        {"a": at[near["new"].to_numpy()], "b": at[near["row"].to_numpy()], "likeness": near["likeness"]}
    )
    pairs = pairs.filter(pl.col("a") < pl.col("b")).group_by("a", "b").agg(pl.col("likeness").max())
    facts = marks.select("party", *TIES).with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    both = pairs.join(facts, left_on="a", right_on="at").join(facts, left_on="b", right_on="at", suffix="_b")
    both = both.filter(pl.col("party").ne_missing(pl.col("party_b")))
    tied = [(pl.col(tie) == pl.col(f"{tie}_b")).fill_null(False).alias(f"by_{tie}") for tie in TIES]
    both = both.with_columns(tied).filter(pl.any_horizontal(f"by_{tie}" for tie in TIES))
    return both.select("a", "b", "likeness", *(f"by_{tie}" for tie in TIES)).sort("a", "b")


def _found(rows: pl.DataFrame, pairs: pl.DataFrame, ground: Ground) -> Found:
    linked = bool(pairs["by_phone"].any() or pairs["by_address"].any())
    agent = bool(pairs["by_agent"].any())
    agencies = rows["agency_id"].fill_null(rows["agency_name"]).drop_nulls().unique().sort().to_list()
    parties = (
        rows["applicant_id"].fill_null(rows["applicant"]).drop_nulls().unique(maintain_order=True).to_list()
    )
    likeness = float(pairs["likeness"].max() or 0)  # type: ignore[arg-type]
    marks = "、".join(rows["mark"].drop_nulls().unique(maintain_order=True).to_list()[:3])
    key = "both" if linked and agent else "linked" if linked else "agency"
    many = len(parties) >= ground.limit("strong_applicants")
    return Found(
        kind="network",
        no="",
        name="、".join(rows["applicant"].drop_nulls().unique(maintain_order=True).to_list()[:3]),
        anchor=f"trademarks:{rows['number'][0]}",
        score=likeness * (1.0 if linked else 0.7),
        strength="strong" if (linked and agent) or many else "medium",
        says=ground.rules.say(
            key, count=rows.height, applicants=len(parties), day=rows["filed_on"][0], marks=marks
        ),
        evidence=[f"trademarks:{number}" for number in rows["number"]],
        members=[*(agencies if agent else []), *parties],
    )


DETECTOR = Detector(
    id="T02",
    subject="network",
    reads=(
        Reads(
            "trademarks",
            ("number", "filed_on", "mark", "classes", "applicant"),
            also=("applicant_id",),
            one_of=("agency_id", "agency_name", "contact_phone", "applicant_address"),
        ),
        agents.AGENCIES,
        agents.ENROLMENTS,
        agents.COMPANIES,
    ),
    limits=("likeness_percent", "strong_applicants", *SCALE),
    find=find,
    version="3",
)
