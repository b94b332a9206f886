"""A small sample of each text's 8-grams, the same for the same words in any text (FracMinHash).

An 8-gram is sampled when its hash falls below a threshold, so that two texts sample the same shared grams
without knowing each other (Broder 1997; Irber et al. 2022). One gram in 16 is enough for long texts; a short
text takes a larger share, so that about AIMED grams stand for every text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.detect import fast
from lantian.detect.folding import MARK
from lantian.detect.grams import Keys, eight_grams, mixed
from lantian.detect.normalise import Folded, Places

ONE_IN = 16
AIMED = 32
GRAM = 8
WINDOW = 1 << 15
"""Units hashed at a time: intermediate numbers stay in the processor's cache."""


@dataclass(frozen=True)
class Sketch:
    """Sampled hashes and the row each belongs to (from 0 within the block), in text order."""

    hashes: Keys
    rows: npt.NDArray[np.int64]


def sketch(folded: Folded) -> Sketch:
    """Sample the 8-grams of every row of a block; rows do not influence each other."""
    limits, ready = _limits(folded), fast.loops()
    if ready is not None:
        return Sketch(*ready.sampled(folded.units, folded.ends, limits))
    numbers, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for begin in range(0, len(folded.units), WINDOW):
        grams = eight_grams(folded.units[begin : begin + WINDOW + GRAM - 1])
        found = np.flatnonzero(grams <= _unit_limits(folded.ends, limits, begin, len(grams)))
        numbers.append(grams[found])
        places.append(found + begin)
    at = np.concatenate(places)
    marks = np.flatnonzero(folded.units == ord(MARK))
    inside = at + GRAM <= np.repeat(marks, _up_to_each(marks, at))
    rows = np.repeat(np.arange(len(folded.ends)), _up_to_each(folded.ends - 1, at))
    return Sketch(mixed(np.concatenate(numbers)[inside]), rows[inside])


def _limits(folded: Folded) -> Keys:
    """Number up to which grams of each row are sampled."""
    lengths = folded.ends - folded.starts
    share = np.clip(AIMED / np.maximum(lengths - GRAM, 1), 1 / ONE_IN, 1.0)
    limits: Keys = (share * float(2**64 - 2**12)).astype(np.uint64)
    return limits


def _up_to_each(marks: Places, places: Places) -> Places:
    """How many of the places, which rise, lie up to each mark and after the one before it."""
    return np.diff(np.searchsorted(places, marks, side="right"), prepend=0)


def _unit_limits(ends: Places, limits: Keys, begin: int, count: int) -> Keys:
    """Return the limit of the row of each of `count` units from `begin`."""
    first, last = np.searchsorted(ends, [begin, begin + count - 1], side="right")
    edges = np.minimum(ends[first : last + 1], begin + count)
    return np.repeat(limits[first : last + 1], np.diff(edges, prepend=begin))
