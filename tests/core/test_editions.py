"""A draft is laid beside the book in force, and what it would rewrite is seen before it is approved."""

from __future__ import annotations

from datetime import date

from lantian.core import deadlines
from lantian.core.deadlines import read_book
from lantian.core.editions import KIND_TEXTS, Field, Kind, compare
from lantian.core.rulebook import shipped

ON = date(2026, 6, 1)
TEXT = shipped(deadlines.FILE)
BOOK = deadlines.book()
START = TEXT.index("[[rule.closure_form]]")
ROW = TEXT[START : TEXT.index("\n\n", START)]
FROM = "valid_from = 2021-07-15"


def test_the_same_book_does_not_differ() -> None:
    assert compare(BOOK, read_book(TEXT), ON) == ()


def test_a_new_version_ends_the_old_one_and_touches_nothing_past() -> None:
    ended = ROW.replace(FROM, f"{FROM}\nvalid_to = 2026-12-31")
    later = ROW.replace(FROM, "valid_from = 2027-01-01").replace("limit = 15", "limit = 10")
    first, second = compare(BOOK, read_book(TEXT.replace(ROW, f"{ended}\n\n{later}")), ON)
    assert (first.kind, first.fields) == (Kind.ENDED, (Field("valid_to", None, date(2026, 12, 31)),))
    assert (second.kind, second.valid_from, second.in_force) == (Kind.ADDED, date(2027, 1, 1), False)
    assert not first.touches_the_past and not second.touches_the_past


def test_a_value_changed_in_place_is_shown_as_rewriting_the_past() -> None:
    (found,) = compare(BOOK, read_book(TEXT.replace(ROW, ROW.replace("limit = 15", "limit = 10"))), ON)
    assert (found.rule, found.kind, found.touches_the_past) == ("closure_form", Kind.REWRITTEN, True)
    assert found.fields == (Field("limit", 15, 10),)


def test_an_end_in_the_past_rewrites_it() -> None:
    ended = ROW.replace(FROM, f"{FROM}\nvalid_to = 2025-12-31")
    (found,) = compare(BOOK, read_book(TEXT.replace(ROW, ended)), ON)
    assert (found.kind, found.touches_the_past) == (Kind.REWRITTEN, True)


def test_a_rule_that_is_left_out_is_shown_as_removed() -> None:
    (found,) = compare(BOOK, read_book(TEXT.replace(ROW, "")), ON)
    assert (found.kind, found.touches_the_past) == (Kind.REMOVED, True)
    assert Field("limit", 15, None) in found.fields


def test_every_kind_of_difference_has_words() -> None:
    assert KIND_TEXTS.keys() == set(Kind)
