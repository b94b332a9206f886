"""Passages: where two texts agree, as offsets into the texts an officer reads."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.city.chance import stream
from lantian.city.edits import edit, join_claim, split_claim
from lantian.city.texts import compose
from lantian.detect.normalise import normalise
from lantian.detect.passages import SHORTEST, Passage, aligned, numbers

PIECES = st.lists(
    st.sampled_from(
        [
            *"支架与底座，。 12.5本发明所述㎜½𠮷\u200b",
            "升降丝杆穿过支撑座的底部",
            "电机的输出轴与主动齿轮固定连接",
            "甲甲甲甲甲甲甲甲",
        ]
    ),
    max_size=40,
).map("".join)


def check(left: str, right: str) -> list[Passage]:
    """What every answer must hold, whatever the texts."""
    passages = aligned(left, right)
    for p in passages:
        assert 0 <= p.left_from < p.left_to <= len(left)
        assert 0 <= p.right_from < p.right_to <= len(right)
        shared = normalise(left[p.left_from : p.left_to])
        assert shared == normalise(right[p.right_from : p.right_to])
        assert len(shared.encode("utf-16-le")) // 2 >= SHORTEST
    assert all(a.left_to <= b.left_from for a, b in pairwise(passages))
    by_right = sorted(passages, key=lambda p: p.right_from)
    assert all(a.right_to <= b.right_from for a, b in pairwise(by_right))
    return passages


@given(PIECES, PIECES)
def test_passages_lie_in_both_texts_and_say_the_same(left: str, right: str) -> None:
    check(left, right)


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=20))
def test_any_text_inside_another_is_aligned_without_fault(text: str, before: str, after: str) -> None:
    check(text, before + text + after)


def test_a_copy_is_one_passage_whatever_was_done_to_its_signs() -> None:
    words = compose(5, 1, "invention").words
    assert words.claim is not None
    for kind in ("a", "b", "n"):
        copy = edit(kind, words, stream(5, kind)).claim
        assert copy is not None
        (passage,) = check(words.claim, copy)
        assert passage.left_to - passage.left_from >= len(words.claim) - 4


def test_reordered_clauses_are_found_where_they_went() -> None:
    claim = compose(5, 2, "invention").words.claim
    assert claim is not None
    head, clauses, _ = split_claim(claim)
    moved = join_claim(head, clauses[::-1], "")
    passages = check(claim, moved)
    covered = sum(p.left_to - p.left_from for p in passages)
    assert covered >= 0.8 * len(claim)
    assert [p.right_from for p in passages] != sorted(p.right_from for p in passages)


def test_a_sign_of_several_letters_is_never_cut_in_two() -> None:
    """㎜ reads mm: an m alone on the other side is no half of it."""
    (passage,) = check("㎜支架与底座固定连接", "m支架与底座固定连接")
    assert (passage.left_from, passage.right_from) == (1, 1)
    (passage,) = check("支架与底座固定连接㎜", "支架与底座固定连接m")
    assert (passage.left_to, passage.right_to) == (9, 9)


def test_unrelated_texts_share_no_passage_of_a_clause() -> None:
    first, second = (compose(5, n, "invention").words.abstract for n in (10, 11))
    assert all(p.left_to - p.left_from < 20 for p in check(first, second))
    assert check("", "") == check("短", "短") == []


@pytest.mark.parametrize(
    ("left", "right", "covered"),
    [
        ("甲" * 20_000, "甲" * 15_000, 15_000),
        ("abcdefg" * 3000, "gabcdef" * 3000, 20_900),
        ("甲乙" * 10_000, "乙甲丙" * 7000, 0),
        ("升降丝杆穿过底座" * 2000, "底座升降丝杆穿过" * 2000, 15_900),
    ],
)
def test_texts_that_repeat_themselves_cost_no_more_than_others(left: str, right: str, covered: int) -> None:
    begun = time.process_time()
    passages = aligned(left, right)
    assert time.process_time() - begun < 2
    assert sum(p.left_to - p.left_from for p in passages) >= covered


def test_the_numbers_of_a_pair_are_those_of_the_engine() -> None:
    same = numbers("支撑座与升降丝杆", "支撐座與升降絲杆。")
    assert (same.jaccard, same.containment, same.shared) == (1, 1, 5)
    half = numbers(["支撑座与升降丝杆", "一"], ["支撑座与", "升降丝杆一"])
    assert (half.jaccard, half.containment, half.shared) == (2 / 6, 2 / 3, 2)
    assert numbers("", "").jaccard == 0
