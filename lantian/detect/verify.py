"""Exact likeness of candidate pairs: Jaccard and containment of their sets of 4-grams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lantian.detect import fast
from lantian.detect.candidates import Candidates
from lantian.detect.folding import MARK
from lantian.detect.grams import Keys, four_grams, whole
from lantian.detect.normalise import Folded, Places
from lantian.detect.units import Units

GRAM = 4
LAST = np.uint64(2**64 - 1)
PAIRS = 64
"""Pairs compared at a time: their grams stay in the processor's cache."""

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Likeness:
    """Per pair: sizes of both 4-gram sets and of their intersection."""

    left: Counts
    right: Counts
    shared: Counts

    @property
    def jaccard(self) -> Shares:
        """Shared grams over all grams of both; 0 where neither has any."""
        either: Counts = np.maximum(self.left + self.right - self.shared, 1)
        return self.shared.astype(np.float64) / either.astype(np.float64)

    @property
    def containment(self) -> Shares:
        """Shared grams over the grams of the smaller side."""
        smaller: Counts = np.maximum(np.minimum(self.left, self.right), 1)
        return self.shared.astype(np.float64) / smaller.astype(np.float64)


def likeness(folded: Folded, pairs: Candidates, block: int, tell: Callable[[int], None]) -> Likeness:
    """Compare pairs of rows exactly; `tell` hears after at most `block` pairs. Blocks change no number."""
    ready = fast.loops()
    if ready is not None:
        return _in_loops(ready, folded, pairs, block, tell)
    texts = _Texts(folded.units, folded.starts, folded.ends, *_alphabet(folded.units))
    room = 63 - texts.gram_bits
    step = max(min(block, PAIRS, 1 << max(room, 0)), 1)
    compare, parts = _compare if room >= 0 else _one_pair, [nothing()]
    for at in range(0, len(pairs.left), step):
        parts.append(compare(texts, pairs.left[at : at + step], pairs.right[at : at + step]))
        tell(min(at + step, len(pairs.left)))
    columns = ([part.left for part in parts], [part.right for part in parts], [part.shared for part in parts])
    return Likeness(*(np.concatenate(column) for column in columns))


def _in_loops(
    loops: Any, folded: Folded, pairs: Candidates, block: int, tell: Callable[[int], None]
) -> Likeness:
    starts, parts = folded.starts, [np.zeros((0, 3), np.int64)]
    for at in range(0, len(pairs.left), block):
        sides = pairs.left[at : at + block], pairs.right[at : at + block]
        parts.append(loops.compared(folded.units, starts, folded.ends, *sides))
        tell(min(at + block, len(pairs.left)))
    return Likeness(*np.concatenate(parts).T)


def nothing() -> Likeness:
    """Return the likeness of no pairs."""
    none = np.zeros(0, np.int64)
    return Likeness(none, none, none)


@dataclass(frozen=True)
class _Texts:
    """Normalised texts, and numbers of the units that occur, `width` bits each: a 4-gram leaves room for a pair."""

    units: Units
    starts: Places
    ends: Places
    numbers: Keys
    width: int

    @property
    def gram_bits(self) -> int:
        return GRAM * self.width


def _alphabet(units: Units) -> tuple[Keys, int]:
    """Numbers of the units that occur, from 0, and the bits these take."""
    occurs = np.zeros(0x10000, bool)
    occurs[units] = True
    numbers = np.cumsum(occurs, dtype=np.uint64) - np.uint64(1)
    return numbers, max(int(occurs.sum() - 1).bit_length(), 1)


def _compare(texts: _Texts, left: Counts, right: Counts) -> Likeness:
    """Sort the grams of both rows of every pair together: a gram of both stands beside itself."""
    keys = _keys(texts, np.column_stack([left, right]).ravel())
    pairs = np.arange(len(left), dtype=np.uint64) << np.uint64(texts.gram_bits + 1)
    edges = [*np.searchsorted(keys, pairs).tolist(), len(keys)]
    differs = keys.copy()
    differs[1:] ^= keys[:-1]
    first, both = differs != 0, differs == 1
    first[:1], both[:1] = True, False
    of_right = first & (keys & np.uint64(1) != 0)
    sizes, rights, shared = (
        np.array([np.count_nonzero(marked[begin:end]) for begin, end in pairwise(edges)], np.int64)
        for marked in (first, of_right, both)
    )
    return Likeness(sizes - rights, rights, shared)


def _one_pair(texts: _Texts, left: Counts, right: Counts) -> Likeness:
    """One pair among texts of more than 32,768 different units, whose 4-grams leave no room beside them."""
    spans = (texts.units[texts.starts[side[0]] : texts.ends[side[0]]] for side in (left, right))
    one, other = (np.unique(four_grams(span)[whole(span, GRAM)]) for span in spans)
    sizes = (len(one), len(other), len(np.intersect1d(one, other, assume_unique=True)))
    return Likeness(*(np.array([size]) for size in sizes))


def _keys(texts: _Texts, rows: Counts) -> Keys:
    """Sorted 4-grams of rows, left and right of each pair in turn: pair, gram, and the side in the lowest bit."""
    starts, ends = texts.starts[rows], texts.ends[rows]
    spans = zip(starts.tolist(), ends.tolist(), strict=True)
    units = np.concatenate([texts.units[:0], *(texts.units[start:end] for start, end in spans)])
    numbers, width = texts.numbers.take(units, mode="wrap"), np.uint64(texts.width)
    count = max(len(units) - GRAM + 1, 0)
    keys = numbers[:count].copy()
    for offset in range(1, GRAM):
        keys <<= width
        keys |= numbers[offset : offset + count]
    keys <<= np.uint64(1)
    side = np.arange(len(rows), dtype=np.uint64)
    above = side >> np.uint64(1) << np.uint64(texts.gram_bits + 1) | side & np.uint64(1)
    keys |= np.repeat(above, ends - starts)[:count]
    across = np.flatnonzero(units == ord(MARK))[:, None] - np.arange(GRAM)
    across = np.unique(across[(across >= 0) & (across < count)])
    keys[across] = LAST
    return np.sort(keys)[: count - len(across)]
