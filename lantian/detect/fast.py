"""Folding and comparing as machine loops, where numba is installed (extra `fast`): the same numbers, sooner.

Nothing is compiled at install; the first large table pays a few seconds once, then the loops lie in numba's cache.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lantian.detect.folding import EXPANDED, INVISIBLE, POINT, SPACE, ZERO, Rules, Units

Counts = npt.NDArray[np.int64]
WORTH = 1 << 20
"""Units below which loading the loop costs more than it saves."""


class Loops(NamedTuple):
    """The loops, compiled: see the functions of these names below."""

    one_by_one: Callable[..., Units]
    without: Callable[..., Units]
    shared: Callable[..., Counts]


@cache
def _compiled() -> Loops | None:
    try:
        numba: Any = import_module("numba")
    except ImportError:
        return None
    ready = numba.njit(cache=True)
    return Loops(ready(_one_by_one), ready(_without), ready(_shared))


def loops(size: int) -> Loops | None:
    """The loops for so many units; None where numba is not installed or would not pay."""
    return _compiled() if size >= WORTH else None


def fold(raw: Units, rules: Rules) -> Units | None:
    """Fold many units as `normalise._fold` does; None where that has to do it."""
    ready = loops(len(raw))
    if ready is None:
        return None
    units = ready.one_by_one(raw, rules.table, *_listed(rules.expansions))
    return ready.without(units, rules.phrase_start, *_listed(rules.phrases))


def _listed(texts: tuple[Units, ...]) -> tuple[Units, Any]:
    """Texts one after another, and where each begins; one place more at the end."""
    return np.concatenate([*texts, np.zeros(0, np.uint16)]), np.cumsum([0, *map(len, texts)])


def _one_by_one(raw: Any, table: Any, signs: Any, sign_at: Any) -> Any:
    """Table and expansion, invisible units, numbers, spaces and points."""
    last = EXPANDED + len(sign_at) - 1
    room = len(raw)
    for unit in raw:
        folded = table[unit]
        if EXPANDED <= folded < last:
            room += sign_at[folded - EXPANDED + 1] - sign_at[folded - EXPANDED]
    out = np.empty(room, np.uint16)
    count, before, older = 0, SPACE, SPACE
    for unit in raw:
        folded = table[unit]
        first, stop, wide = 0, 1, EXPANDED <= folded < last
        if wide:
            first, stop = sign_at[folded - EXPANDED], sign_at[folded - EXPANDED + 1]
        for at in range(first, stop):
            one = signs[at] if wide else folded
            if one != INVISIBLE:
                goes_on = one == ZERO and (before == ZERO or (before == POINT and older == ZERO))
                if not goes_on and one != SPACE and one != POINT:
                    out[count] = one
                    count += 1
                older, before = before, one
    return out[:count]


def _without(units: Any, begins: Any, phrases: Any, phrase_at: Any) -> Any:
    """Take listed phrases out, in place: what is written lies before what is read."""
    count, until, size = 0, 0, len(units)
    for at in range(size):
        if begins[units[at]]:
            for each in range(len(phrase_at) - 1):
                low, length = phrase_at[each], phrase_at[each + 1] - phrase_at[each]
                same = at + length <= size
                offset = 0
                while same and offset < length:
                    same = units[at + offset] == phrases[low + offset]
                    offset += 1
                if same and at + length > until:
                    until = at + length
        if at >= until:
            units[count] = units[at]
            count += 1
    return units[:count].copy()


def _shared(grams: Any, left: Any, left_sizes: Any, right: Any, right_sizes: Any) -> Any:
    """How many numbers two rising runs of `grams` have in common, for each pair of runs."""
    found = np.zeros(len(left), np.int64)
    for pair in range(len(left)):
        one, other, both = left[pair], right[pair], 0
        end, stop = one + left_sizes[pair], other + right_sizes[pair]
        while one < end and other < stop:
            a, b = grams[one], grams[other]
            both += a == b
            one += a <= b
            other += b <= a
        found[pair] = both
    return found
