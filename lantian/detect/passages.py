"""Where two texts agree: aligned passages for the eye, and the numbers of one pair.

Greedy string tiling on the normalised texts (Wise 1993): the longest common stretch first, then the longest
in what is left, in any order, so that reordered clauses are found. Stretches come from shared grams on one
diagonal. A gram that is frequent in both texts is matched occurrence by occurrence, and the gaps this leaves
are closed by extending each stretch: the work stays near linear even for texts that repeat themselves.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lantian.detect.candidates import Candidates
from lantian.detect.normalise import Mask, Places, Traced, fold_rows, trace
from lantian.detect.units import Units
from lantian.detect.verify import likeness

SHORTEST = 6
"""Normalised units that a passage has at least."""
FREQUENT = 64
"""Occurrences in one text times occurrences in the other up to which a gram is matched with all."""


@dataclass(frozen=True)
class Passage:
    """One stretch that both texts share: half-open offsets into the two original strings."""

    left_from: int
    left_to: int
    right_from: int
    right_to: int


@dataclass(frozen=True)
class Numbers:
    """Exact likeness of one pair: Jaccard and containment of 4-grams, and the number of shared ones."""

    jaccard: float
    containment: float
    shared: int


def numbers(left: Sequence[str], right: Sequence[str]) -> Numbers:
    """Compare two rows of texts (same columns in the same order), each text normalised alone."""
    columns = [[a, b] for a, b in zip(_row(left), _row(right), strict=True)]
    pair = Candidates(np.array([0]), np.array([1]))
    found = likeness(fold_rows(columns), pair, 1, lambda done: None)
    return Numbers(float(found.jaccard[0]), float(found.containment[0]), int(found.shared[0]))


def _row(texts: Sequence[str]) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else texts


def aligned(left: str, right: str) -> list[Passage]:
    """Return the passages that two texts share, in left order, non-overlapping on both sides.

    Each is equal on both sides after normalisation and has at least `SHORTEST` normalised units.
    """
    a, b = trace(left), trace(right)
    passages = []
    for i, j, length in _tiles(a.units, b.units):
        cut = _whole_characters(a, b, i, j, length)
        if cut is not None:
            i, j, length = cut
            ends = (int(a.stops[i + length - 1]), int(b.stops[j + length - 1]))
            passages.append(Passage(int(a.starts[i]), ends[0], int(b.starts[j]), ends[1]))
    return sorted(passages, key=lambda passage: passage.left_from)


def _tiles(left: Units, right: Units) -> Iterator[tuple[int, int, int]]:
    """Yield (left place, right place, length), longest first, never using a unit twice."""
    free_left, free_right = np.ones(len(left), bool), np.ones(len(right), bool)
    heap = [(-length, j, i) for i, j, length in _stretches(left, right)]
    heapq.heapify(heap)
    while heap:
        negative, j, i = heapq.heappop(heap)
        length = -negative
        free = free_left[i : i + length] & free_right[j : j + length]
        if free.all():
            i, j, length = _extended(left, right, (free_left, free_right), (i, j, length))
            free_left[i : i + length] = free_right[j : j + length] = False
            yield i, j, length
            continue
        for offset, rest in _runs(free):
            heapq.heappush(heap, (-rest, j + offset, i + offset))


def _extended(
    left: Units, right: Units, free: tuple[Mask, Mask], tile: tuple[int, int, int]
) -> tuple[int, int, int]:
    """Grow a tile both ways over units that are equal and free."""
    i, j, length = tile
    while i and j and free[0][i - 1] and free[1][j - 1] and left[i - 1] == right[j - 1]:
        i, j, length = i - 1, j - 1, length + 1
    while i + length < len(left) and j + length < len(right):
        a, b = i + length, j + length
        if not (free[0][a] and free[1][b] and left[a] == right[b]):
            break
        length += 1
    return i, j, length


def _runs(free: Mask) -> list[tuple[int, int]]:
    """Return (offset, length) of the free stretches that are still long enough."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(np.int8), [0]])))
    return [(int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= SHORTEST]


def _stretches(left: Units, right: Units) -> Iterator[tuple[int, int, int]]:
    """Join shared grams that follow each other on one diagonal into common stretches."""
    i, j = _shared_grams(left, right)
    order = np.lexsort((i, j - i))
    i, j = i[order], j[order]
    breaks = np.flatnonzero((np.diff(j - i) != 0) | (np.diff(i) != 1)) + 1
    begins = np.concatenate([[0], breaks]).astype(np.int64)
    ends = np.concatenate([breaks, [len(i)]]).astype(np.int64)
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if end > begin:
            yield int(i[begin]), int(j[begin]), end - begin + SHORTEST - 1


def _shared_grams(left: Units, right: Units) -> tuple[Places, Places]:
    """Return places (in left, in right) where the same gram of `SHORTEST` units begins."""
    first, second, kinds = _grams(left, right)
    many_left = np.bincount(first, minlength=kinds)
    many_right = np.bincount(second, minlength=kinds)
    in_order = np.argsort(second, kind="stable")
    starts = np.cumsum(many_right) - many_right
    frequent = (many_left * many_right > FREQUENT)[first]
    few = np.flatnonzero(~frequent)
    times = many_right[first[few]]
    step = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    places = in_order[np.repeat(starts[first[few]], times) + step]
    again_left, again_right = _occurrence_by_occurrence(first, frequent, starts, many_right, in_order)
    return np.concatenate([np.repeat(few, times), again_left]), np.concatenate([places, again_right])


def _occurrence_by_occurrence(
    first: Places, frequent: Mask, starts: Places, many_right: Places, in_order: Places
) -> tuple[Places, Places]:
    """Match the n-th occurrence of a frequent gram in the left text with its n-th in the right one."""
    order = np.argsort(first, kind="stable")
    counts = np.bincount(first, minlength=len(starts))
    turn = np.empty(len(first), np.int64)
    turn[order] = np.arange(len(first)) - (np.cumsum(counts) - counts)[first[order]]
    chosen = np.flatnonzero(frequent & (turn < many_right[first]))
    return chosen, in_order[starts[first[chosen]] + turn[chosen]]


def _grams(left: Units, right: Units) -> tuple[Places, Places, int]:
    """Number the grams of both texts, equal ones alike: those of the left text, of the right, and how many kinds.

    Half a gram is three units and fits one number; a gram is the numbers of its halves.
    """
    half = SHORTEST // 2
    halves = [_halves(units, half) for units in (left, right)]
    kinds, which = np.unique(np.concatenate(halves), return_inverse=True)
    numbers = which[: len(halves[0])], which[len(halves[0]) :]
    wholes = [one[: max(len(one) - half, 0)] * len(kinds) + one[half:] for one in numbers]
    kinds, which = np.unique(np.concatenate(wholes), return_inverse=True)
    return which[: len(wholes[0])], which[len(wholes[0]) :], len(kinds)


def _halves(units: Units, half: int) -> Places:
    """Every `half` units as one number, 16 bits each."""
    wide = units.astype(np.int64)
    count = max(len(units) - half + 1, 0)
    parts = [wide[offset : offset + count] << (16 * offset) for offset in range(half)]
    return np.bitwise_or.reduce(parts) if count else np.zeros(0, np.int64)


def _whole_characters(a: Traced, b: Traced, i: int, j: int, length: int) -> tuple[int, int, int] | None:
    """Shrink a tile until no original character is cut in two; None if too little is left."""
    while length and (_inside(a, i) or _inside(b, j)):
        i, j, length = i + 1, j + 1, length - 1
    while length and (_inside(a, i + length) or _inside(b, j + length)):
        length -= 1
    return (i, j, length) if length >= SHORTEST else None


def _inside(text: Traced, place: int) -> bool:
    """Whether a unit and the one before it come from one original character (㎜ gives two letters)."""
    return 0 < place < len(text.units) and bool(text.stops[place - 1] > text.starts[place])
