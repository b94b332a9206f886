"""Exact likeness of candidate pairs: Jaccard and containment of their sets of 4-grams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from lantian.detect.candidates import Candidates
from lantian.detect.grams import four_grams, whole
from lantian.detect.normalise import Folded, Mask

GRAM = 4

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
    """Compare pairs of rows exactly, `block` pairs at a time; the block size changes no number."""
    inside = whole(folded.units, GRAM)
    parts = [_nothing()]
    for at in range(0, len(pairs.left), block):
        left, right = pairs.left[at : at + block], pairs.right[at : at + block]
        parts.append(_compare(folded, inside, left, right))
        tell(min(at + block, len(pairs.left)))
    columns = ([part.left for part in parts], [part.right for part in parts], [part.shared for part in parts])
    return Likeness(*(np.concatenate(column) for column in columns))


def _nothing() -> Likeness:
    none = np.zeros(0, np.int64)
    return Likeness(none, none, none)


def _compare(folded: Folded, inside: Mask, left: Counts, right: Counts) -> Likeness:
    rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    sets = _gram_sets(folded, inside, rows)
    sizes = np.diff(sets.indptr).astype(np.int64)
    a, b = place[: len(left)], place[len(left) :]
    shared = np.asarray(sets[a].multiply(sets[b]).sum(axis=1)).ravel().astype(np.int64)
    return Likeness(sizes[a], sizes[b], shared)


def _gram_sets(folded: Folded, inside: Mask, rows: Counts) -> csr_array:
    """Return a 0/1 matrix: one line a row, one column a distinct 4-gram among these rows."""
    starts, ends = folded.starts[rows], folded.ends[rows]
    places, line = _ranges(starts, np.minimum(ends, len(inside)))
    valid = inside[places]
    grams, column = np.unique(four_grams(folded.units)[places[valid]], return_inverse=True)
    ones = np.ones(len(column), np.int32)
    sets = csr_array((ones, (line[valid], column)), shape=(len(rows), max(len(grams), 1)))
    sets.sum_duplicates()
    sets.data[:] = 1
    return sets


def _ranges(starts: Counts, ends: Counts) -> tuple[Counts, Counts]:
    """Write out the numbers of all ranges one after another, and the range each comes from."""
    lengths = np.maximum(ends - starts, 0)
    before = np.cumsum(lengths) - lengths
    line = np.repeat(np.arange(len(starts)), lengths)
    return np.arange(lengths.sum()) - before[line] + starts[line], line
