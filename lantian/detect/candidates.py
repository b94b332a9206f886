"""Pairs of rows that share sampled grams: the only pairs worth an exact look.

A hash that many rows share would give a quadratic number of pairs. It is not thrown away (a fixed limit loses
whole batches as the data grows): its rows are all paired with the two earliest of them, a star that keeps a
batch together at linear cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from lantian.detect import fast
from lantian.detect.arrays import picked
from lantian.detect.grams import Keys

COMMON = 64
"""Rows sharing one hash up to which every pair is formed."""
SHARED = 3
"""Sampled grams that two rows must share; fewer where a row has too few to ask for three."""
CHUNK = 1 << 16
"""Pairs numbered at a time: they stay in the processor's cache."""
ROW_BITS = 24

Rows = npt.NDArray[np.int64]
Members = npt.NDArray[np.unsignedinteger[Any]]
Key = TypeVar("Key", bound=np.generic)


@dataclass(frozen=True)
class Candidates:
    """Pairs of row numbers with left < right, sorted by (left, right)."""

    left: Rows
    right: Rows


def candidates(hashes: Keys, rows: Rows, height: int) -> Candidates:
    """Return the pairs among `height` rows that share enough of the sampled hashes."""
    bits, ready = row_bits(height), fast.loops()
    postings = posted(hashes, rows, bits)
    postings.sort()
    if ready is not None and bits <= ROW_BITS:
        enough = asked(np.arange(4 * SHARED + 1))
        return Candidates(*ready.meeting(postings, bits, height, COMMON, enough))
    postings = picked(postings, _firsts(postings))
    members: Members = (postings & np.uint64((1 << bits) - 1)).astype(np.uint32 if bits <= 32 else np.uint64)
    begins, counts = runs(postings >> np.uint64(bits))
    numbers = numbered_pairs(Groups(begins, counts, counts > COMMON, members), bits)
    return shared_enough(numbers, np.bincount(members, minlength=height), bits)


def asked(sizes: Rows) -> Rows:
    """Sampled grams that two rows must share, if the lesser of them has so many: SHARED, or else a quarter."""
    return np.clip(sizes // 4, 1, SHARED)


@dataclass(frozen=True)
class Groups:
    """Rows under each hash, in row order: `members[begins[g] : begins[g] + counts[g]]`; `common` gives a star."""

    begins: Rows
    counts: Rows
    common: npt.NDArray[np.bool_]
    members: Members


def shared_enough(numbers: Rows, sizes: Rows, bits: int) -> Candidates:
    """Keep pairs, numbered once for each hash they share, that share enough; `sizes`: sampled grams per row."""
    numbers.sort()
    often = numbers[SHARED - 1 :][numbers[SHARED - 1 :] == numbers[: 1 - SHARED]]
    pairs = distinct(np.concatenate([often, _of_few(numbers, sizes, bits)]))
    return Candidates(pairs >> bits, pairs & ((1 << bits) - 1))


def row_bits(height: int) -> int:
    """Bits that a row number takes below the hash: the same for tables of any usual size."""
    return max(ROW_BITS, int(height - 1).bit_length())


def posted(hashes: Keys, rows: Rows, bits: int) -> Keys:
    """Write hash and row as one number. The upper bits of a sampled hash are all small: they are given up."""
    postings: Keys = hashes << np.uint64(bits)
    postings |= rows.view(np.uint64) if rows.dtype == np.int64 else rows.astype(np.uint64)
    return postings


def _of_few(numbers: Rows, sizes: Rows, bits: int) -> Rows:
    """Pairs with a row of so few sampled grams that a quarter of them is fewer than SHARED."""
    few = sizes < 4 * SHARED
    if not few.any() or not len(numbers):
        return numbers[:0]
    low = (1 << bits) - 1
    blocks = (numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK))
    pairs, times = counted(np.concatenate([block[few[block >> bits] | few[block & low]] for block in blocks]))
    smaller = np.minimum(sizes[pairs >> bits], sizes[pairs & low])
    enough: Rows = pairs[times >= asked(smaller)]
    return enough


def distinct(keys: npt.NDArray[Key]) -> npt.NDArray[Key]:
    """Return the sorted distinct keys; sorting whole numbers is several times quicker than hashing them."""
    keys = np.sort(keys)
    return picked(keys, _firsts(keys))


def counted(numbers: Rows) -> tuple[Rows, Rows]:
    """Return the sorted distinct numbers and how often each occurs."""
    numbers = np.sort(numbers)
    begins, times = runs(numbers)
    return numbers[begins], times


def _firsts(ordered: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Mark the first of every run of equal numbers."""
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first


def runs(ordered: npt.NDArray[Any]) -> tuple[Rows, Rows]:
    """Return where every run of equal numbers begins, and how long it is."""
    begins = np.flatnonzero(_firsts(ordered))
    return begins, np.diff(begins, append=len(ordered))


def numbered_pairs(groups: Groups, bits: int) -> Rows:
    """Number every pair of rows under one hash as left << bits | right, once for each hash they share."""
    counts = groups.counts
    sizes = np.where(groups.common, 2 * counts - 3, counts * (counts - 1) // 2)
    numbers = np.empty(int(sizes.sum()), np.int64)
    at = 0
    for block in _blocks(groups, bits):
        numbers[at : at + len(block)] = block
        at += len(block)
    return numbers


def _blocks(groups: Groups, bits: int) -> Iterator[Rows]:
    """All with all under hashes of up to COMMON rows; a star around the two earliest under the others."""
    every, members = ~groups.common, groups.members
    for count in np.flatnonzero(np.bincount(groups.counts[every])).tolist():
        if count > 1:
            yield from _every_pair(groups.begins[every & (groups.counts == count)], count, members, bits)
    stars = zip(groups.begins[groups.common].tolist(), groups.counts[groups.common].tolist(), strict=True)
    for begin, count in stars:
        group = members[begin : begin + count].astype(np.int64)
        yield group[0] << bits | group[1:]
        yield group[1] << bits | group[2:]


def _every_pair(begins: Rows, count: int, members: Members, bits: int) -> Iterator[Rows]:
    """Pair all with all under hashes that `count` rows share; members of a hash come in row order."""
    first, second = np.triu_indices(count, 1)
    step = max(CHUNK // len(first), 1)
    for at in range(0, len(begins), step):
        group = members[begins[at : at + step] + np.arange(count)[:, None]].astype(np.int64)
        pairs = (group << bits)[first]
        pairs |= group[second]
        yield pairs.ravel()
