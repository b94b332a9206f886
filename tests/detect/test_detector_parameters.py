"""The detectors' rule book: every value is cited and dated; a book that is not is refused with its place."""

from __future__ import annotations

from datetime import date

import pytest

from lantian.core.rulebook import BadRulebook, NotInForce, shipped
from lantian.detect import near, phrases
from lantian.detect.detectors import DECLARED
from lantian.detect.parameters import FILE, limits, parameters, read, shipped_book
from lantian.detect.rules import rules_of
from tests.detect.tables import BY_ID

ON = date(2026, 11, 22)
BOOK = shipped(FILE)


def test_p01_says_its_law_and_its_innocent_explanation_in_both_languages() -> None:
    rules = parameters(ON)
    assert "第77号" in rules.basis.zh and "art. 3(1)" in rules.basis.en
    for key in ("name", "innocent", "refuted", "reason", "window"):
        assert rules.said(key).zh and rules.said(key).en
    assert "同日双申请" in rules.said("innocent").zh


def test_the_rule_begins_with_order_77() -> None:
    assert parameters(date(2024, 1, 20)).likeness == 0.5
    with pytest.raises(NotInForce):
        parameters(date(2024, 1, 19))


def test_our_own_rules_say_that_they_are_not_law() -> None:
    for id in ("P01_likeness", "P01_expiry", "P01_regrowth"):
        assert "非法律规定" in shipped_book().rule(id, ON).basis.instrument.zh
    assert parameters(ON).expiry_days > 0


def test_strength_is_reached_by_likeness_and_number_together() -> None:
    rules = parameters(ON)
    assert rules.strength(rules.strong.likeness, rules.strong.applications) == "strong"
    assert rules.strength(rules.strong.likeness, rules.strong.applications - 1) == "medium"
    assert rules.strength(rules.medium.likeness - 0.01, rules.many.applications - 1) == "weak"


def test_a_group_of_very_many_is_strong_at_any_likeness_that_is_found() -> None:
    rules = parameters(ON)
    assert rules.strength(rules.likeness, rules.many.applications) == "strong"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("jaccard_percent = 50", "jacard_percent = 50", "rule.P01_likeness[1].jacard_percent"),
        ("limit = 180", 'limit = "180"', "rule.P01_expiry[1].limit"),
        ("basis = {", "base = {", "base"),
        ('confidence = "text"', 'confidence = "sure"', "rule.P01[1].confidence"),
        (
            "{ percent = 85, applications = 3 }",
            "{ percent = 85 }",
            "rule.P01_likeness[1].strong.applications",
        ),
        ("[[rule.P01_expiry]]", "[[rule.P02_expiry]]", "rule.P02_expiry"),
    ],
)
def test_a_faulty_book_is_refused_with_file_and_key(old: str, new: str, place: str) -> None:
    assert old in BOOK
    with pytest.raises(BadRulebook) as refusal:
        read(BOOK.replace(old, new, 1))
    assert refusal.value.text.en.startswith(FILE)
    assert place in refusal.value.text.en


@pytest.mark.parametrize(
    ("id", "old", "new", "floor"),
    [
        ("P01_likeness", "jaccard_percent = 50", "jaccard_percent = 49", 50),
        ("P04", 'name = "jaccard_percent", value = 50', 'name = "jaccard_percent", value = 30', 50),
        ("P02", 'name = "covered_percent", value = 80', 'name = "covered_percent", value = 79', 80),
    ],
)
def test_a_limit_below_what_the_comparison_reports_is_refused_and_not_passed_over(
    id: str, old: str, new: str, floor: int
) -> None:
    before, rule, after = BOOK.partition(f"[[rule.{id}]]")
    assert old in after
    with pytest.raises(BadRulebook, match=rf"rule\.{id}\[1\].*at least {floor}, not") as refusal:
        read(before + rule + after.replace(old, new, 1))
    assert f"不得小于{floor}" in refusal.value.text.zh and refusal.value.text.en.startswith(f"{FILE}, line ")
    assert read(before + rule + after.replace(old, old.replace(str(floor), str(floor + 5)), 1))


def test_a_book_without_one_of_the_rules_cannot_be_used() -> None:
    book = read(BOOK[: BOOK.index("[[rule.P01_priority]]")])
    with pytest.raises(Exception, match="P01_priority"):
        parameters(ON, book)


def test_a_changed_parameter_changes_the_digest_of_a_run() -> None:
    assert parameters(ON, read(BOOK.replace("limit = 180", "limit = 181"))).digest != parameters(ON).digest


@pytest.mark.parametrize(
    ("id", "value"),
    [("P08", '"window_days", value = '), ("P07", '"payer_hub", value = '), ("P16", '"payer_hub", value = ')],
)
def test_another_value_is_another_digest_also_of_a_rule_that_detectors_share(id: str, value: str) -> None:
    assert value in BOOK
    limits = next(one.limits for one in DECLARED if one.id == id)
    before, after = (
        rules_of(read(text), id, ON, limits) for text in (BOOK, BOOK.replace(value, value + "1"))
    )
    assert before.digest != after.digest and before.limits != after.limits


@pytest.mark.parametrize("id", ["W01", "W02", "P11"])
def test_every_expression_that_a_detector_looks_for_is_among_its_values(id: str) -> None:
    """What a page or a scope is searched for decides as much as a number does: card and page show it."""
    shown = {one.value: one.means for one in limits(id, ON)}
    sought = [one for kind in phrases.kinds(id, ON).values() for one in kind.phrases]
    assert all(one.any.pattern in shown and one.near.pattern in shown[one.any.pattern].zh for one in sought)
    assert bool(sought) == (id != "P11")
    assert (phrases.business_scope(ON).pattern in shown) == (id == "P11")


@pytest.mark.parametrize("id", ["P01", "P02", "P03", "P04"])
def test_findings_of_likeness_hang_on_how_texts_are_compared(
    id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digest() -> str:
        return parameters(ON).digest if id == "P01" else BY_ID[id].rules(ON).digest

    before = digest()
    monkeypatch.setitem(near.PARAMETERS, "jaccard", "0.6")
    assert digest() != before
