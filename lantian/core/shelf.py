"""The shelf: every rule book that the core reads, with the reader that checks it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

from lantian.core import (
    competence,
    completeness,
    deadlines,
    gain,
    lists,
    publicity,
    service,
    supervision,
    workdays,
)
from lantian.core.credit import book as credit
from lantian.core.rulebook import BadRulebook, Rulebook

Reader = Callable[[str, str], object]

READERS: dict[str, Reader] = {
    "workdays": lambda text, file: workdays.Calendar.from_text(text, file=file),
    "deadlines": lambda text, file: deadlines.read_book(text, file=file),
    "service": lambda text, file: service.read_book(text, file=file),
    "competence": lambda text, file: competence.read_matrix(text, file=file),
    "credit_agency": lambda text, file: credit.read_book(text, file=file),
    "credit_practitioner": lambda text, file: credit.read_book(text, file=file),
    "discretion": lambda text, file: gain.read_book(text, file=file),
    "lists": lambda text, file: lists.read_book(text, file=file),
    "supervision": lambda text, file: supervision.read_book(text, file=file),
    "publicity": lambda text, file: publicity.read_book(text, file=file),
    "instruments": lambda text, file: completeness.instruments(text),
}
PRINTED = {
    "deadlines": deadlines.SHAPES,
    "service": service.SHAPES,
    "credit_agency": credit.SHAPES,
    "credit_practitioner": credit.SHAPES,
    "discretion": gain.SHAPES,
    "lists": lists.SHAPES,
    "supervision": supervision.SHAPES,
    "publicity": publicity.SHAPES,
}
SHAPES = {
    **PRINTED,
    "workdays": workdays.SHAPES,
    "competence": competence.SHAPES,
    "instruments": completeness.SHAPES,
}


def file_of(id: str) -> str:
    """The name of a book's file, by which the door knows it.

    >>> file_of("lists")
    'lists.toml'
    """
    return f"{id}.toml"


def check(text: str, *, file: str) -> str:
    """Check a book by the reader for its id and return the id; raises `BadRulebook` with file, place and line."""
    try:
        id = tomllib.loads(text)["book"]["id"]
        reader = READERS[id]
    except (ValueError, RecursionError):
        # The strict reader says at which table and line.
        Rulebook.from_text(text, file=file, shapes={})
        raise
    except (KeyError, TypeError):
        known = ", ".join(READERS)
        raise BadRulebook(
            f"{file}，book.id：不认识的规则库；可用：{known}。",
            f"{file}, book.id: unknown book; known: {known}.",
        ) from None
    reader(text, file)
    return str(id)


def opened(id: str, text: str, *, file: str) -> Rulebook:
    """Read a book of the shelf as rules and versions, for browsing, comparing and printing."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES[id])


def opened_any(text: str) -> Rulebook:
    """The same for a text that was checked before, whichever book of the shelf it is."""
    id = str(tomllib.loads(text)["book"]["id"])
    return opened(id, text, file=file_of(id))
