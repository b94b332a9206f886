"""A small sample of each text's 8-grams, the same for the same words in any text (FracMinHash).

An 8-gram is sampled when its hash falls below a threshold, so that two texts sample the same shared grams
without knowing each other (Broder 1997; Irber et al. 2022). One gram in 16 is enough for long texts; a short
text takes a larger share, so that about AIMED grams stand for every text.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.detect.grams import Keys, eight_grams, whole
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
    lengths = folded.ends - folded.starts
    share = np.clip(AIMED / np.maximum(lengths - GRAM, 1), 1 / ONE_IN, 1.0)
    limits = (share * float(2**64 - 2**12)).astype(np.uint64)
    hashes, places = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for begin in range(0, len(folded.units), WINDOW):
        part = folded.units[begin : begin + WINDOW + GRAM - 1]
        grams = eight_grams(part)
        taken = grams <= _unit_limits(folded.ends, limits, begin, len(grams))
        taken &= whole(part, GRAM)
        found = np.flatnonzero(taken)
        hashes.append(grams[found])
        places.append(found + begin)
    rows = np.searchsorted(folded.ends, np.concatenate(places), side="right")
    return Sketch(np.concatenate(hashes), rows)


def _unit_limits(ends: Places, limits: Keys, begin: int, count: int) -> Keys:
    """Return the limit of the row of each of `count` units from `begin`."""
    first, last = np.searchsorted(ends, [begin, begin + count - 1], side="right")
    edges = np.minimum(ends[first : last + 1], begin + count)
    return np.repeat(limits[first : last + 1], np.diff(edges, prepend=begin))
