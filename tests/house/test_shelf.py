"""Every rule book is one that an office may replace, or one of which we say why it may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lantian
from lantian.core import door, shelf
from lantian.core.rulebook import BadRulebook, shipped
from lantian.desk import shelving

ASKED = re.compile(r'\bshipped\((?:FILE|"([\w.]+)")\)')
BOOKS = sorted(path.stem for path in (Path(lantian.__path__[0]) / "rulebooks").glob("*.toml"))


def test_every_rule_book_is_on_the_shelf_or_named_with_the_reason_why_not() -> None:
    assert sorted((*shelf.READERS, *shelf.KEPT)) == BOOKS
    assert all(why.zh.strip() and why.en.strip() for why in shelf.KEPT.values())
    assert shelf.READERS.keys() == shelf.SHAPES.keys()


@pytest.mark.parametrize("book", sorted(shelf.READERS))
def test_every_book_on_the_shelf_passes_as_it_comes(book: str) -> None:
    file = shelf.file_of(book)
    assert shelf.check(shipped(file), file=file) == book
    assert shelf.opened(book, shipped(file), file=file).versions


@pytest.mark.parametrize("book", sorted(shelf.KEPT))
def test_a_book_that_is_kept_is_refused_with_the_reason(book: str) -> None:
    text = f'[book]\nid = "{book}"\nversion = "9"\ntitle_zh = "表"\ntitle_en = "table"\n'
    with pytest.raises(BadRulebook) as caught:
        shelf.check(text, file="mine.toml")
    assert shelf.KEPT[book].zh in caught.value.text.zh and shelf.KEPT[book].en in caught.value.text.en


def test_a_rule_that_the_program_asks_for_by_name_cannot_end_or_go() -> None:
    text = shipped("captures.toml")
    ended = text.replace("valid_from = 2019-04-01", "valid_from = 2019-04-01\nvalid_to = 2030-01-01", 1)
    with pytest.raises(BadRulebook, match=r"line 11, rule\.retaken\[1\]\.valid_to: the program asks"):
        shelf.check(ended, file="captures.toml")
    with pytest.raises(BadRulebook, match="this rule is missing"):
        shelf.check(text.split("[[rule.")[0], file="captures.toml")


def test_nobody_goes_past_the_door_for_a_book_that_the_house_may_replace() -> None:
    root, kept = Path(lantian.__path__[0]), {shelf.file_of(id) for id in shelf.KEPT}
    for path in sorted(root.rglob("*.py")):
        source = re.sub(r"^ *>>>.*$", "", path.read_text("utf-8"), flags=re.M)
        own = re.search(r'^FILE(?:, \w+)* = "([\w.]+)"', source, re.M)
        asked = {found[1] or (own[1] if own else "?") for found in ASKED.finditer(source)}
        assert {name for name in asked if name.endswith(".toml")} <= kept, path


@pytest.mark.parametrize("book", sorted(shelving.ROOMS))
def test_every_room_reads_its_book_at_the_door(book: str) -> None:
    room, file = vars(shelving.ROOMS[book]), shelf.file_of(book)
    get = next(room[name] for name in ("book", "_book", "_days") if name in room)
    before = get()
    other = re.sub('^version = ".*"$', 'version = "other"', shipped(file), count=1, flags=re.M)
    with door.on_trial({file: other}):
        assert get() is get() is not before
    assert get() is before
