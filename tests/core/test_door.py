"""One door: whoever asks for a rule book reads the text that the house goes by, and reads it once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from lantian.core import (
    competence,
    completeness,
    deadlines,
    door,
    gain,
    lists,
    publicity,
    service,
    shelf,
    supervision,
    workdays,
)
from lantian.core.credit import book as credit
from lantian.core.rulebook import shipped
from lantian.desk import shelving

GETTERS: dict[str, Callable[[], object]] = {
    "workdays": workdays.load,
    "deadlines": deadlines.book,
    "service": service.book,
    "competence": competence.matrix,
    "credit_agency": credit.agency,
    "credit_practitioner": credit.practitioner,
    "discretion": gain.book,
    "lists": lists.book,
    "supervision": supervision.book,
    "publicity": publicity.book,
    "instruments": lambda: completeness.instruments().digest,
}


def text_of(book: str, version: str = "other") -> str:
    """The shipped text of a book under another version."""
    return re.sub('^version = ".*"$', f'version = "{version}"', shipped(f"{book}.toml"), count=1, flags=re.M)


@pytest.fixture
def house() -> Iterator[dict[str, str]]:
    """A house that serves what a test puts in."""
    held: dict[str, str] = {}
    before = list(door._house)
    door.serve(held.get)
    yield held
    door._house[:] = before


def test_every_book_of_the_shelf_has_its_way_to_the_door() -> None:
    assert GETTERS.keys() | shelving.ROOMS.keys() == shelf.READERS.keys()


@pytest.mark.parametrize("book", GETTERS)
def test_a_book_is_read_as_the_house_serves_it_and_once(book: str, house: dict[str, str]) -> None:
    get, file = GETTERS[book], shelf.file_of(book)
    ours = get()
    assert get() == ours
    house[file] = text_of(book)
    other = get()
    assert get() == other != ours and door.text_in_use(file) == text_of(book)
    assert get() is other or book == "instruments", "read once; instruments give their digest here"
    del house[file]
    assert get() == ours
    assert door.text_in_use(file) == shipped(file)


def test_a_trial_ends_with_its_block_and_goes_before_the_house(house: dict[str, str]) -> None:
    file = shelf.file_of("lists")
    house[file] = text_of("lists", "house")
    with door.on_trial({file: text_of("lists", "trial")}):
        assert 'version = "trial"' in door.text_in_use(file)
        assert lists.book().version == "trial"
    assert lists.book().version == "house"
