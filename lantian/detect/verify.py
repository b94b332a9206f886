"""Exact likeness of candidate pairs: Jaccard and containment of their sets of 4-grams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.detect import fast
from lantian.detect.candidates import Candidates, distinct
from lantian.detect.grams import Keys, whole
from lantian.detect.normalise import Folded

GRAM = 4
PAIRS = 512
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
    alphabet = _alphabet(folded)
    step = max(min(block, PAIRS, 1 << max(63 - alphabet.bits, 0)), 1)
    parts = [nothing()]
    for at in range(0, len(pairs.left), step):
        parts.append(_compare(folded, alphabet, pairs.left[at : at + step], pairs.right[at : at + step]))
        tell(min(at + step, len(pairs.left)))
    columns = ([part.left for part in parts], [part.right for part in parts], [part.shared for part in parts])
    return Likeness(*(np.concatenate(column) for column in columns))


def nothing() -> Likeness:
    """Return the likeness of no pairs."""
    none = np.zeros(0, np.int64)
    return Likeness(none, none, none)


@dataclass(frozen=True)
class _Alphabet:
    """Numbers of the units that occur, `width` bits each: a 4-gram then leaves room for a line number."""

    numbers: Keys
    width: int

    @property
    def bits(self) -> int:
        return GRAM * self.width


def _alphabet(folded: Folded) -> _Alphabet:
    occurs = np.zeros(0x10000, bool)
    occurs[folded.units] = True
    numbers = np.cumsum(occurs, dtype=np.uint64) - np.uint64(1)
    return _Alphabet(numbers, max(int(occurs.sum() - 1).bit_length(), 1))


def _compare(folded: Folded, alphabet: _Alphabet, left: Counts, right: Counts) -> Likeness:
    rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    keys = _gram_sets(folded, alphabet, rows)
    bits = np.uint64(alphabet.bits)
    sizes = np.bincount((keys >> bits).astype(np.int64), minlength=len(rows))
    grams, begins = keys & ((np.uint64(1) << bits) - np.uint64(1)), np.cumsum(sizes) - sizes
    sides = (place[: len(left)], place[len(left) :])
    ready = fast.loops(len(folded.units))
    if ready is not None:
        runs = [part for side in sides for part in (begins[side], sizes[side])]
        return Likeness(sizes[sides[0]], sizes[sides[1]], ready.shared(grams, *runs))
    both = np.sort(np.concatenate([_of_pairs(grams, begins[s], sizes[s], bits) for s in sides]))
    twice = both[1:][both[1:] == both[:-1]]
    shared = np.bincount((twice >> bits).astype(np.int64), minlength=len(left))
    return Likeness(sizes[sides[0]], sizes[sides[1]], shared)


def _gram_sets(folded: Folded, alphabet: _Alphabet, rows: Counts) -> Keys:
    """Return the distinct 4-grams of rows, sorted, each with the number of its row in the bits above it."""
    starts = folded.starts[rows]
    places, line = _ranges(starts, folded.ends[rows])
    units = folded.units[places]
    numbers = alphabet.numbers[units]
    count = max(len(units) - GRAM + 1, 0)
    grams, width = numbers[:count].copy(), np.uint64(alphabet.width)
    for offset in range(1, GRAM):
        grams <<= width
        grams |= numbers[offset : offset + count]
    grams |= line[:count].astype(np.uint64) << np.uint64(alphabet.bits)
    return distinct(grams[whole(units, GRAM)])


def _of_pairs(grams: Keys, begins: Counts, sizes: Counts, bits: np.uint64) -> Keys:
    """Write out one side's set of every pair, each gram with the number of the pair in the bits above it."""
    places, pair = _ranges(begins, begins + sizes)
    return grams[places] | pair.astype(np.uint64) << bits


def _ranges(starts: Counts, ends: Counts) -> tuple[Counts, Counts]:
    """Write out the numbers of all ranges one after another, and the range each comes from."""
    lengths = np.maximum(ends - starts, 0)
    before = np.cumsum(lengths) - lengths
    line = np.repeat(np.arange(len(starts)), lengths)
    return np.arange(lengths.sum()) + np.repeat(starts - before, lengths), line
