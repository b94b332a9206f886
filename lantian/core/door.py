"""The one door to the texts of rule books: what comes with the program, unless the house serves another edition.

Every room asks here, so that all of them read the same law on the same day. The core keeps no editions and asks
no database: whoever does hands in, at start, how a file is answered. A text is read once, however often it is
asked for; another text is another book, so there is nothing to forget when an edition is approved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import TypeVar

from lantian.core.rulebook import shipped

Book = TypeVar("Book")
Served = Callable[[str], "str | None"]

EDITIONS_KEPT = 8  # of one book, read and ready: the one in use and some that replays ask for
_trial: ContextVar[Mapping[str, str]] = ContextVar("texts on trial", default={})  # noqa: B039 - never written to
_house: list[Served] = []


def serve(served: Served) -> None:
    """From now on ask `served` first: the text in use of a file, or None for the one that comes with the program."""
    _house[:] = [served]


def text_in_use(file: str) -> str:
    """The text of a rule book to go by now."""
    trial = _trial.get()
    if file in trial:
        return trial[file]
    for served in _house:
        text = served(file)
        if text is not None:
            return text
    return shipped(file)


@contextmanager
def on_trial(texts: Mapping[str, str]) -> Iterator[None]:
    """Go by other texts inside the block, in this thread only: to see what a draft would mean to other books."""
    token = _trial.set({**_trial.get(), **texts})
    try:
        yield
    finally:
        _trial.reset(token)


def in_use(file: str) -> Callable[[Callable[[str], Book]], Callable[[], Book]]:
    """Turn a reader of a text into a function that gives the book in use.

    >>> @in_use("service.toml")
    ... def letters(text):
    ...     return len(text)
    >>> letters() == len(shipped("service.toml"))
    True
    >>> with on_trial({"service.toml": "short"}):
    ...     letters()
    5
    """

    def made(read: Callable[[str], Book]) -> Callable[[], Book]:
        read_once = lru_cache(maxsize=EDITIONS_KEPT)(read)

        @wraps(read)
        def book() -> Book:
            return read_once(text_in_use(file))

        # The text is given by the door: to a caller this takes nothing.
        del book.__wrapped__
        return book

    return made
