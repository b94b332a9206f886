"""Clearing: what the law permits is cleared or presumed lawful, with the reason; what it does not stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lantian.detect.clearing import Clearing, Outcome, Pair, clear
from lantian.detect.filing import Filing, Party
from lantian.detect.parameters import parameters

RULES = parameters(date(2026, 11, 22))
DAY = date(2025, 3, 4)
FIRM, OTHER = Party("91120000MA05XXXX01", "甲公司"), Party("91120000MA05XXXX02", "乙公司")
INVENTION = Filing(0, "202510000001.1", "invention", DAY, True, None, frozenset(), (FIRM,), (), None)
MODEL = replace(INVENTION, order=1, number="202520000001.2", kind="utility_model")


def judged(a: Filing = INVENTION, b: Filing = MODEL, jaccard: float = 0.98) -> Clearing:
    (clearing,) = clear([Pair(a, b, jaccard)], RULES)
    return clearing


def test_a_declared_double_filing_of_one_day_is_cleared() -> None:
    clearing = judged()
    assert clearing.outcome is Outcome.CLEARED
    assert clearing.reason is not None
    for condition in (
        "申请人相同",
        "申请日相同",
        "两件均作双申请说明",
        "一件发明、一件实用新型",
        "第九条第一款",
    ):
        assert condition in clearing.reason.zh
    assert "Not on file" not in clearing.reason.en


def test_a_citation_that_nobody_verified_says_so_in_the_reason() -> None:
    reason = judged().reason
    assert reason is not None
    assert RULES.rules["P01_double_filing"].confidence == "memory"
    assert "凭记忆录入，未经核对" in reason.zh and "from memory, not verified" in reason.en


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"filed_on": None}, "申请日相同", "same filing day"),
        ({"declared": None}, "两件均作双申请说明", "double filing declared in both"),
    ],
)
@pytest.mark.parametrize("side", ["invention", "model"])
def test_a_double_filing_with_a_gap_is_presumed_lawful_and_says_what_is_missing(
    change: dict[str, Any], zh: str, en: str, side: str
) -> None:
    pair = {"a": replace(INVENTION, **change)} if side == "invention" else {"b": replace(MODEL, **change)}
    clearing = judged(**pair)
    assert clearing.outcome is Outcome.PRESUMED
    assert clearing.reason is not None
    assert clearing.reason.zh.endswith(f"无从核对：{zh}，推定合法。")
    assert clearing.reason.en.endswith(f"Not on file: {en}; presumed lawful.")


@pytest.mark.parametrize(
    "change",
    [
        {"filed_on": date(2025, 3, 5)},
        {"declared": False},
        {"kind": "invention"},
        {"kind": "design"},
        {"kind": None},
        {"applicants": (OTHER,)},
        {"applicants": (FIRM, OTHER)},
        {"applicants": ()},
    ],
)
def test_a_double_filing_that_misses_a_condition_is_not_cleared(change: dict[str, Any]) -> None:
    assert judged(b=replace(MODEL, **change)) == Clearing(Outcome.NOT_CLEARED)


def test_a_known_failure_outweighs_a_gap() -> None:
    assert judged(b=replace(MODEL, declared=None, filed_on=date(2025, 3, 5))).outcome is Outcome.NOT_CLEARED


def test_distant_texts_are_no_double_filing() -> None:
    assert judged(jaccard=0.79).outcome is Outcome.NOT_CLEARED
    assert judged(jaccard=0.80).outcome is Outcome.CLEARED


def test_an_application_belongs_to_one_double_filing_only() -> None:
    """Two inventions and one model: the nearest pair is cleared, the other stays open."""
    second = replace(INVENTION, order=2, number="202510000003.3")
    pairs = [Pair(INVENTION, MODEL, 0.95), Pair(MODEL, second, 0.97), Pair(INVENTION, second, 0.96)]
    assert [c.outcome for c in clear(pairs, RULES)] == ["not_cleared", "cleared", "not_cleared"]


def test_whoever_lost_the_nearest_partner_gets_no_second_choice() -> None:
    third = replace(INVENTION, order=2, number="202510000003.3")
    distant = replace(MODEL, order=3, number="202520000004.4")
    pairs = [Pair(INVENTION, MODEL, 0.99), Pair(MODEL, third, 0.95), Pair(third, distant, 0.90)]
    assert [c.outcome for c in clear(pairs, RULES)] == ["cleared", "not_cleared", "not_cleared"]


def test_equally_near_partners_are_told_apart_by_their_figures() -> None:
    twin = replace(MODEL, order=2, number="202520000003.3")
    pairs = [Pair(INVENTION, MODEL, 1.0), Pair(INVENTION, twin, 1.0, verbatim=True)]
    assert [c.outcome for c in clear(pairs, RULES)] == ["not_cleared", "cleared"]


def test_a_batch_of_double_filings_stays_open_across_its_pairs() -> None:
    """Ten inventions and ten models of one text: ten pairs may be lawful, the rest are not."""
    inventions = [replace(INVENTION, order=n, number=f"i{n}") for n in range(10)]
    models = [replace(MODEL, order=10 + n, number=f"m{n}") for n in range(10)]
    pairs = [Pair(a, b, 1.0) for a in inventions for b in models]
    pairs += [Pair(a, b, 1.0) for a in inventions for b in inventions if a.order < b.order]
    outcomes = [c.outcome for c in clear(pairs, RULES)]
    assert outcomes.count(Outcome.CLEARED) == 10
    assert outcomes.count(Outcome.NOT_CLEARED) == len(pairs) - 10


PARENT = replace(INVENTION, declared=None)
DIVISIONAL = replace(
    PARENT, order=1, number="202510000002.9", filed_on=date(2025, 9, 1), parent="202510000001.1"
)


@pytest.mark.parametrize("sibling", [PARENT, replace(DIVISIONAL, order=2, number="202510000005.5")])
def test_divisionals_of_one_applicant_are_cleared(sibling: Filing) -> None:
    clearing = judged(sibling, DIVISIONAL, 0.7)
    assert clearing.outcome is Outcome.CLEARED
    assert clearing.reason is not None
    assert "分案申请" in clearing.reason.zh


@pytest.mark.parametrize(
    "later",
    [
        replace(PARENT, order=1, number="x", priorities=frozenset({"202510000001.1"})),
        replace(DIVISIONAL, parent=None, priorities=frozenset({"US1", "JP2"})),
    ],
)
def test_a_priority_family_of_one_applicant_is_cleared(later: Filing) -> None:
    earlier = replace(PARENT, priorities=frozenset({"JP2"}))
    assert judged(earlier, later, 0.7).outcome is Outcome.CLEARED


def test_a_family_without_known_applicants_is_presumed_lawful() -> None:
    clearing = judged(replace(PARENT, applicants=()), DIVISIONAL, 0.7)
    assert clearing.outcome is Outcome.PRESUMED
    assert clearing.reason is not None
    assert "无从核对：申请人相同，" in clearing.reason.zh


def test_a_foreign_applicant_does_not_enter_a_family() -> None:
    assert judged(PARENT, replace(DIVISIONAL, applicants=(OTHER,)), 0.7).outcome is Outcome.NOT_CLEARED


def test_a_renamed_company_is_the_same_applicant_by_its_number() -> None:
    assert judged(b=replace(MODEL, applicants=(Party(FIRM.no, "甲集团"),))).outcome is Outcome.CLEARED
    namesake = replace(MODEL, applicants=(Party(OTHER.no, FIRM.name),))
    assert judged(b=namesake).outcome is Outcome.NOT_CLEARED


def test_without_numbers_the_names_as_filed_decide() -> None:
    nameless = replace(INVENTION, applicants=(Party(None, "甲公司", filed=False),))
    assert judged(nameless, MODEL).outcome is Outcome.CLEARED
    assert (
        judged(replace(nameless, applicants=(Party(None, "甲集团", filed=False),)), MODEL).outcome
        is Outcome.NOT_CLEARED
    )
