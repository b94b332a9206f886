"""Whether the engine works in machine loops: where numba is installed (extra `fast`), and worth its loading.

Same bytes either way. Nothing is compiled at install; the first large table pays some seconds once, then the loops
lie in numba's cache and load in a part of a second.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

WORTH = 1 << 18
"""Units of text below which loading the loops costs more than it saves."""


def loops(size: int) -> Any:
    """`lantian.detect.loops` for so many units of text; None where numba is not installed or would not pay."""
    return _compiled() if size >= WORTH else None


@cache
def _compiled() -> Any:
    try:
        return import_module("lantian.detect.loops")
    except ImportError:
        return None
