"""Whatever is wrong with an uploaded book is refused with its file, its line and its place, whichever book it is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from lantian.core import shelf
from lantian.core.rulebook import BadRulebook, shipped

FIRST = re.compile(r"^\[\[rule\.[^\]]+\]\]\n(?:(?!\[\[rule\.).*\n?)*", re.M)
BASIS = re.compile(r"^basis = .*\n|^\[rule\.[^\]]*\.basis\]\n(?:\w+ = .*\n)*", re.M)
PLACED = re.compile(r"^mine\.toml, line \d+, [\w.\[\]-]+: ")


def first(change: Callable[[str], str]) -> Callable[[str], str]:
    """A change of the first version of a rule in a book."""
    return lambda text: FIRST.sub(lambda found: change(found[0]), text, count=1)


def line(pattern: str, instead: str) -> Callable[[str], str]:
    return first(lambda block: re.sub(pattern, instead, block, count=1, flags=re.M))


FAULTS: dict[str, Callable[[str], str]] = {
    "an unknown key in the head": lambda text: text.replace("[book]\n", "[book]\nnote = 1\n", 1),
    "an unknown key in a rule": line("^valid_from", "odd = 1\nvalid_from"),
    "a key said twice": line(r"^(valid_from = .*)$", r"\1\n\1"),
    "no citation": first(lambda block: BASIS.sub("", block, count=1)),
    "half a citation": line(r', article_en = "[^"]*"', ""),
    "two versions that overlap": first(lambda block: f"{block.rstrip()}\n\n{block}"),
    "an end before the beginning": first(
        lambda block: re.sub(r"^valid_to = .*\n", "", block, flags=re.M).replace(
            "valid_from", "valid_to = 1900-01-01\nvalid_from", 1
        )
    ),
    "a number for a text": line("^text_zh = .*$", "text_zh = 5"),
    "a text in one language": line("^text_en = .*\n", ""),
    "an unknown confidence": line('^confidence = ".*"$', 'confidence = "sure"'),
    "a moment for a date": line(r"^(valid_from = \S+)$", r"\1T00:00:00"),
    "a number that is none": line(r"^valid_from = \S+$", "valid_from = nan"),
    "no TOML": first(lambda block: f"{block}\nthis is no toml\n"),
    "an unknown table": lambda text: text + "\n[extra]\nx = 1\n",
    "a rule without a version": lambda text: text + "\n[rule]\nabc = []\n",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_form_is_placed_in_every_book(fault: str) -> None:
    for book in shelf.READERS:
        text = shipped(shelf.file_of(book))
        wrong = FAULTS[fault](text)
        if fault == "half a citation" and wrong == text:
            continue  # its citation is written over several lines
        assert wrong != text, book
        with pytest.raises(BadRulebook) as caught:
            shelf.check(wrong, file="mine.toml")
        assert PLACED.match(caught.value.text.en), caught.value.text.en
        assert "mine.toml，第" in caught.value.text.zh


@pytest.mark.parametrize(
    ("book", "old", "new", "said"),
    [
        ("workdays", "off = [2026-10-01,", "off = [2026-10-03, 2026-10-01,", "is a weekend"),
        ("workdays", "off = [2026-10-01,", "off = [2025-10-01,", "is not in that year"),
        ("deadlines", "limit = 15\nunit", "unit", "is required"),
        ("deadlines", "limit = 15\n", "limit = 0\n", "at least 1"),
        ("crediting", 'agency = "', 'agency = "NO-', "has no 'NO-"),
        ("supervision", 'class = "', 'class = "X', "there is no class"),
        ("publicity", 'withdraw = "', 'withdraw = "x', "there is no 'x"),
        ("routing", "code = ", "codes = ", "unknown key"),
        ("dispatch", "[[rule.kind_abnormal]]", "[[rule.abnormal]]", "is named 'kind_"),
        ("figures", 'flow = "leads_opened"', 'flow = "fines"', "must be one of"),
        ("summary", 'text = "', 'text = "{fines_total}', "does not exist"),
        ("summary", "[A-Za-z0-9._%+-]{1,64}+@", "[A-Za-z0-9._%+-]+@", "a repeat without end"),
        ("campaign", 'indicator = "', 'indicator = "fines", weight = 1 }, { indicator = "', "must be one of"),
        ("ranking", 'detector = "P01"', 'detector = "P02"', "every detector exactly once"),
        ("modules", 'built = "no"', 'built = "yes"', "has not this module"),
        ("measures", "least = 2", "least = 1", "at least 2"),  # who sits in an interview
        ("captures", "officers = 2", "officers = 1", "at least 2"),
        ("persons", "limit = ", "limit = -", "at least 1"),
        ("instruments", "names = [", 'names = ["专利代理管理办法", ', "is a name of"),
    ],
)
def test_what_contradicts_the_house_is_placed_as_well(book: str, old: str, new: str, said: str) -> None:
    text = shipped(shelf.file_of(book))
    assert old in text
    with pytest.raises(BadRulebook, match=re.escape(said)) as caught:
        shelf.check(text.replace(old, new, 1), file="mine.toml")
    assert PLACED.match(caught.value.text.en) and "mine.toml，第" in caught.value.text.zh


def test_a_book_lowers_the_officers_of_a_re_check_only() -> None:
    text = shipped("measures.toml")
    assert text.count("least = 2") == 2 and text.count("least = 1") == 1
    head, last = text.rsplit("least = 2", 1)
    with pytest.raises(BadRulebook, match="at least 2"):
        shelf.check(f"{head}least = 1{last}", file="measures.toml")  # a warning talk
    shelf.check(text, file="measures.toml")


def test_a_hole_between_two_versions_is_refused() -> None:
    for book in sorted(shelf.READERS.keys() - {"workdays", "instruments"}):
        text = shipped(shelf.file_of(book))
        block = FIRST.search(text)
        assert block is not None
        early = re.sub(r"^valid_to = .*\n", "", block[0], flags=re.M)
        early = re.sub(
            r"^valid_from = .*$", "valid_from = 1951-01-01\nvalid_to = 1951-12-31", early, flags=re.M
        )
        with pytest.raises(BadRulebook, match="leaves days without a rule"):
            shelf.check(text.replace(block[0], f"{early.rstrip()}\n\n{block[0]}", 1), file="mine.toml")


@pytest.mark.parametrize("deep", ["[" * 900 + "]" * 900, "9" * 1_900, "[" + " " * 1_900])
def test_what_is_nested_or_wide_beyond_reason_is_refused_at_once(deep: str) -> None:
    for book in ("lists", "persons"):
        with pytest.raises(BadRulebook):
            shelf.check(f"{shipped(shelf.file_of(book))}\nx = {deep}\n{deep}\n", file="mine.toml")
