"""P01 against the planted truth of the synthetic city: batches found, lawful likenesses let go."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from lantian.city.city import build
from lantian.city.edits import PLANTED
from lantian.detect import p01
from lantian.detect.findings import Findings

ON = date(2026, 11, 22)


City = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def city() -> City:
    return build(3, 6000)


@pytest.fixture(scope="module")
def found(city: City) -> Findings:
    return p01.run({"patents": city["patents"], "agencies": city["agencies"]}, on=ON)


@pytest.fixture(scope="module")
def readable(city: City) -> pl.DataFrame:
    """Planted groups with those of their filings that may be read, at least two."""
    published = city["patents"].filter(pl.col("disclosure") == "published")["application_no"]
    numbers = ("patents:" + published).implode()
    truth = (
        city["truth"].with_row_index("group").explode("evidence").filter(pl.col("evidence").is_in(numbers))
    )
    groups = truth.group_by("group", "detector", "planted", maintain_order=True).agg("evidence")
    return groups.filter(pl.col("evidence").list.len() > 1)


def gathered(found: Findings, *clearings: str) -> list[set[str]]:
    chosen = found.frame.filter(pl.col("clearing").is_in(clearings))
    return [set(evidence) for evidence in chosen["evidence"]]


def test_ninety_nine_of_a_hundred_planted_filings_are_in_an_open_finding(
    found: Findings, readable: pl.DataFrame
) -> None:
    batches = readable.filter(pl.col("detector") == "P01")
    assert set(batches["planted"]) == set(PLANTED)
    planted = set(batches.explode("evidence")["evidence"])
    reported = set().union(*gathered(found, "not_cleared"))
    assert len(planted & reported) >= 0.99 * len(planted)


def test_an_open_finding_lies_within_one_planted_batch(found: Findings, readable: pl.DataFrame) -> None:
    batches = [set(batch) for batch in readable.filter(pl.col("detector") == "P01")["evidence"]]
    open_findings = gathered(found, "not_cleared")
    within = sum(any(evidence <= batch for batch in batches) for evidence in open_findings)
    assert within >= 0.99 * len(open_findings)


@pytest.mark.parametrize(
    ("planted", "clearing"),
    [
        ("lawful_dual", "cleared"),
        ("presumed_dual", "presumed_lawful"),
        ("lawful_divisional", "cleared"),
        ("lawful_priority", "cleared"),
    ],
)
def test_lawful_likenesses_come_out_lawful(
    found: Findings, readable: pl.DataFrame, planted: str, clearing: str
) -> None:
    groups = readable.filter(pl.col("planted") == planted)["evidence"].to_list()
    lawful, open_findings = gathered(found, clearing), gathered(found, "not_cleared")
    assert groups
    assert all(set(group) in lawful for group in groups)
    assert not any(set(group) & evidence for group in groups for evidence in open_findings)


def test_an_improvement_that_keeps_a_quarter_is_no_pair(found: Findings, readable: pl.DataFrame) -> None:
    groups = readable.filter(pl.col("planted") == "lawful_series")["evidence"].to_list()
    findings = gathered(found, "not_cleared", "presumed_lawful", "cleared")
    assert groups
    assert not any(len(set(group) & evidence) > 1 for group in groups for evidence in findings)
