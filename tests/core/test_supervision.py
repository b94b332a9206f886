"""A supervision class follows from official grades, lists and confirmed facts, never from findings."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core import lists, supervision
from lantian.core.messages import WrongUse
from lantian.core.rulebook import BadRulebook, Confidence, shipped
from lantian.core.supervision import Fact, FactKind, Standing, propose, read_book

ON = date(2026, 6, 1)
ORDER = ("I", "II", "III", "IV")


def fact(kind: str, on: date = date(2026, 1, 5), document: str = "样例〔2026〕1号") -> Fact:
    return Fact(FactKind(kind), on, document)


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(), "II"),
        (Standing(credit="A"), "I"),
        (Standing(credit="A+", quality="A"), "I"),
        (Standing(credit="A", quality="B"), "II"),
        (Standing(credit="B"), "II"),
        (Standing(credit="C"), "III"),
        (Standing(credit="A", quality="D"), "III"),
        (Standing(credit="D"), "IV"),
        (Standing(credit="A", lists=frozenset({"enterprise_abnormal"})), "III"),
        (Standing(credit="A", lists=frozenset({"agency_abnormal"})), "IV"),
        (Standing(credit="A", lists=frozenset({"key_monitoring"})), "IV"),
        (Standing(credit="A", facts=(fact("penalty"),)), "III"),
        (Standing(credit="A", facts=(fact("stop_business"),)), "IV"),
        (Standing(credit="A", facts=(fact("penalty", date(2024, 5, 31)),)), "I"),
    ],
)
def test_the_table_gives_the_class(standing: Standing, code: str) -> None:
    assert propose(standing, ON).code == code


def test_the_visit_of_the_measures_on_patent_agency_is_told_of_their_own_lists_only() -> None:
    found = propose(Standing(credit="A", lists=frozenset({"tm_stop_accept"})), ON)
    assert found.code == "IV" and not any("40" in each.zh for each in found.reasons)


def test_a_class_tells_every_reason_the_deciding_one_first_and_what_follows() -> None:
    standing = Standing(credit="C", lists=frozenset({"agency_serious"}), facts=(fact("penalty"),))
    found = propose(standing, ON)
    assert [each.en for each in found.reasons] == [
        "on a list of patent agencies (Measures on Patent Agency art. 40: checked on the spot)",
        "official credit grade C",
        "a confirmed breach",
    ]
    assert found.documents == ("样例〔2026〕1号",)
    assert (found.rate_percent, found.weight, found.key_object) == (100, 10, True)
    assert found.review_by == date(2027, 6, 1)
    assert found.confidence is Confidence.UNVERIFIED


def test_a_finding_is_no_input() -> None:
    assert set(Standing._fields) == {"quality", "credit", "lists", "facts"}
    assert not any("finding" in kind or "score" in kind for kind in FactKind)
    with pytest.raises(WrongUse, match="a finding is none"):
        propose(Standing(facts=(fact("penalty", document=" "),)), ON)


def test_a_list_that_does_not_exist_is_refused() -> None:
    with pytest.raises(WrongUse):
        propose(Standing(lists=frozenset({"grey_list"})), ON)


@given(
    st.sampled_from([None, "A+", "A", "B", "C", "D"]),
    st.sampled_from([None, "A", "B", "C", "D"]),
    st.frozensets(st.sampled_from(sorted(lists.book().versions)), max_size=3),
    st.frozensets(st.sampled_from(sorted(lists.book().versions)), max_size=2),
)
def test_a_further_list_never_makes_a_class_lighter(
    credit: str | None, quality: str | None, some: frozenset[str], more: frozenset[str]
) -> None:
    before, after = (propose(Standing(quality, credit, held), ON).code for held in (some, some | more))
    assert ORDER.index(after) >= ORDER.index(before)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('class = "II", text_zh', 'class = "V", text_zh', "there is no class 'V'"),
        ('lists = ["key_monitoring"]', 'lists = ["watching"]', "there is no list 'watching'"),
        ('class = "II", text_zh', 'class = "II", credit = ["B"], text_zh', "the last row takes everything"),
        ('facts = ["heavy_penalty"', 'facts = ["finding"', "must be one of"),
    ],
)
def test_a_table_that_leaves_somebody_out_is_refused(old: str, new: str, words: str) -> None:
    text = shipped(supervision.FILE)
    assert old in text
    with pytest.raises(BadRulebook) as refusal:
        read_book(text.replace(old, new))
    assert words in refusal.value.text.en
