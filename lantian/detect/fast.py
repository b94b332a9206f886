"""Whether the engine works in machine loops: where numba is installed (extra `fast`), it does.

Same bytes either way. Nothing is compiled at install; the first table pays some seconds once, then the loops lie in
numba's cache and load in less than a second. They are loaded when a table is read, not to compare two texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

_in_use: list[Any] = [None]
"""The loops last; None where the ordinary way is taken."""


def load() -> None:
    """Load the loops where numba is installed; from then on they are used."""
    if len(_in_use) == 1:
        _in_use[0] = _compiled()


def loops() -> Any:
    """`lantian.detect.loops` where it was loaded; else None."""
    return _in_use[-1]


@contextmanager
def left_out() -> Iterator[None]:
    """Take the ordinary way, whatever is installed."""
    _in_use.append(None)
    try:
        yield
    finally:
        _in_use.pop()


@cache
def _compiled() -> Any:
    try:
        return import_module("lantian.detect.loops")
    except ImportError:
        return None
