"""Pairs of rows that share sampled grams: the only pairs worth an exact look.

A hash that many rows share would give a quadratic number of pairs. It is not thrown away (a fixed limit loses
whole batches as the data grows): its rows are all paired with the two earliest of them, a star that keeps a
batch together at linear cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.detect.grams import Keys

COMMON = 64
"""Rows sharing one hash up to which every pair is formed."""
SHARED = 3
"""Sampled grams that two rows must share; fewer where a row has too few to ask for three."""
CHUNK = 1 << 22

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Candidates:
    """Pairs of row numbers with left < right, sorted by (left, right)."""

    left: Rows
    right: Rows


def candidates(hashes: Keys, rows: Rows, height: int) -> Candidates:
    """Return the pairs among `height` rows that share enough of the sampled hashes."""
    bits = np.uint64(max(int(height - 1).bit_length(), 1))
    low = (np.uint64(1) << bits) - np.uint64(1)
    postings = np.unique((hashes & ~low) | rows.astype(np.uint64))
    members = (postings & low).astype(np.int64)
    sizes = np.bincount(members, minlength=height)
    pairs, times = np.unique(_pairs(postings >> bits, members, height), return_counts=True)
    left, right = pairs // height, pairs % height
    needed = np.clip(np.minimum(sizes[left], sizes[right]) // 4, 1, SHARED)
    enough = times >= needed
    return Candidates(left[enough], right[enough])


def _pairs(hashes: Keys, members: Rows, height: int) -> Rows:
    """Number every pair of rows under one hash as left * height + right, once for each hash they share."""
    begins = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]])) if len(hashes) else hashes
    begins = begins.astype(np.int64)
    counts = np.diff(np.append(begins, len(hashes)))
    found = [np.zeros(0, np.int64)]
    for count in np.unique(counts[(counts > 1) & (counts <= COMMON)]).tolist():
        found += _every_pair(begins[counts == count], count, members, height)
    common = counts > COMMON
    found += _stars(begins[common], counts[common], members, height)
    return np.concatenate(found)


def _every_pair(begins: Rows, count: int, members: Rows, height: int) -> list[Rows]:
    """Pair all with all under hashes that `count` rows share; members of a hash come in row order."""
    first, second = np.triu_indices(count, 1)
    step = max(CHUNK // len(first), 1)
    found = []
    for at in range(0, len(begins), step):
        block = begins[at : at + step, None]
        found.append((members[block + first] * height + members[block + second]).ravel())
    return found


def _stars(begins: Rows, counts: Rows, members: Rows, height: int) -> list[Rows]:
    """Pair the two earliest rows of an over-common hash with all later ones."""
    found = []
    for begin, count in zip(begins.tolist(), counts.tolist(), strict=True):
        group = members[begin : begin + count]
        found += [group[0] * height + group[1:], group[1] * height + group[2:]]
    return found
