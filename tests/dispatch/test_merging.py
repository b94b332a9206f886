"""Merging answers: nothing is lost, order does not matter, the same twice is nothing new."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.dispatch.merging import KnownAnswer, Merge, merge
from lantian.dispatch.reading import Answer

AT = datetime(2026, 11, 22, tzinfo=UTC)
WORDS = st.sampled_from(["", "", "属实", "不属实", "查无"])
VALUES = st.fixed_dictionaries({}, optional={"outcome": WORDS, "facts": WORDS, "proof": WORDS})
KEYS = st.sampled_from(["a", "b", "c"])
KNOWN = st.dictionaries(KEYS, st.builds(KnownAnswer, VALUES, st.integers(1, 3), st.just("张三"), st.just(AT)))
INCOMING = st.lists(st.builds(Answer, KEYS, VALUES, st.integers(5, 9)), max_size=6)
BASE = st.dictionaries(KEYS, st.integers(0, 3))


def known(version: int = 1, **values: str) -> dict[str, KnownAnswer]:
    return {"a": KnownAnswer(values, version, "张三", AT)}


def applied(before: dict[str, KnownAnswer], merged: Merge) -> dict[str, KnownAnswer]:
    """The known answers after an officer accepted everything and chose the first of each conflict."""
    after = dict(before)
    chosen = [(change.key, change.after(accept_loss=True)) for change in merged.changed]
    chosen += [(answer.key, dict(answer.values)) for answer in merged.new]
    for conflict in merged.conflicts:
        values = conflict.known.values if conflict.known else {}
        chosen.append((conflict.key, {**values, **conflict.answers[0].values}))
    for key, values in chosen:
        version = before[key].version if key in before else 0
        after[key] = KnownAnswer(values, version + 1, "李四", AT)
    return after


def test_a_first_answer_is_new_and_an_untouched_row_is_nothing() -> None:
    merged = merge({}, [Answer("a", {"outcome": "属实"}, 5), Answer("b", {"outcome": ""}, 6)], base={})
    assert merged == Merge(new=(Answer("a", {"outcome": "属实"}, 5),))


def test_an_empty_cell_takes_nothing_away_without_acceptance() -> None:
    (change,) = merge(
        known(outcome="属实", facts="三件"),
        [Answer("a", {"outcome": "不属实", "facts": ""}, 7)],
        base={"a": 1},
    ).changed
    assert change.lost == ("facts",) and "将丢失" in change.text.zh and "row 7" in change.text.en
    assert change.after() == {"outcome": "不属实", "facts": "三件"}
    assert change.after(accept_loss=True) == {"outcome": "不属实", "facts": ""}


def test_two_people_who_answered_one_row_are_a_conflict() -> None:
    merged = merge(known(2, outcome="属实"), [Answer("a", {"outcome": "不属实"}, 5)], base={"a": 1})
    (conflict,) = merged.conflicts
    assert conflict.known and conflict.known.by_name == "张三" and conflict.fields == ("outcome",)
    assert "张三" in conflict.text.zh and "第 5 行" in conflict.text.zh


def test_two_rows_of_one_file_that_differ_are_a_conflict_with_both_rows_named() -> None:
    (conflict,) = merge({}, [Answer("a", {"f": "1"}, 5), Answer("a", {"f": "2"}, 9)], base={}).conflicts
    assert "row 5, row 9" in conflict.text.en and conflict.fields == ("f",)


def test_a_copy_of_a_row_left_half_empty_says_nothing_against_the_full_one() -> None:
    full = Answer("a", {"f": "1", "g": "2"}, 5)
    assert merge({}, [Answer("a", {"f": "1", "g": ""}, 9), full], base={}) == Merge(new=(full,))


def test_an_older_blank_sheet_leaves_later_answers_alone_and_says_so() -> None:
    merged = merge(known(2, outcome="属实"), [Answer("a", {"outcome": ""}, 5)], base={"a": 0})
    assert merged == Merge(same=("a",), kept=("a",))


def test_a_column_that_is_gone_changes_nothing() -> None:
    merged = merge(known(outcome="属实", facts="三件"), [Answer("a", {"outcome": "属实"}, 5)], base={"a": 1})
    assert merged == Merge(same=("a",))


@settings(deadline=None)  # the machine is shared
@given(KNOWN, INCOMING, BASE)
def test_no_word_that_anyone_wrote_is_lost(
    before: dict[str, KnownAnswer], incoming: list[Answer], base: dict[str, int]
) -> None:
    merged = merge(before, incoming, base=base)
    shown = {(each.key, item) for each in merged.new for item in each.values.items()}
    shown |= {(each.key, item) for each in merged.changed for item in each.values.items()}
    shown |= {
        (each.key, item) for each in merged.conflicts for a in each.answers for item in a.values.items()
    }
    shown |= {(key, item) for key in merged.same for item in before[key].values.items()}
    assert {(a.key, item) for a in incoming for item in a.values.items() if item[1]} <= shown
    for change in merged.changed:
        after = change.after()
        assert all(after.get(name) for name, value in change.known.values.items() if value)


@settings(deadline=None)  # the machine is shared
@given(KNOWN, INCOMING, BASE, st.randoms(use_true_random=False))
def test_the_order_of_answers_is_no_matter(
    before: dict[str, KnownAnswer], incoming: list[Answer], base: dict[str, int], chance: object
) -> None:
    turned = list(incoming)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    assert merge(before, turned, base=base) == merge(before, incoming, base=base)


@settings(deadline=None)  # the machine is shared
@given(KNOWN, INCOMING, BASE)
def test_each_row_ends_in_one_place_only(
    before: dict[str, KnownAnswer], incoming: list[Answer], base: dict[str, int]
) -> None:
    merged = merge(before, incoming, base=base)
    ends = [each.key for part in (merged.new, merged.changed, merged.conflicts) for each in part]
    ends += merged.same
    assert len(ends) == len(set(ends)) and set(merged.kept) <= set(merged.same)
    asked = {answer.key for answer in incoming if not answer.blank or answer.key in before}
    assert set(ends) == asked


@settings(deadline=None)  # the machine is shared
@given(KNOWN, st.lists(st.builds(Answer, KEYS, VALUES, st.integers(5, 9)), unique_by=lambda a: a.key), BASE)
def test_the_same_sheet_twice_is_nothing_new(
    before: dict[str, KnownAnswer], incoming: list[Answer], base: dict[str, int]
) -> None:
    after = applied(before, merge(before, incoming, base=base))
    again = merge(after, incoming, base=base)
    assert (again.new, again.changed, again.conflicts) == ((), (), ())
