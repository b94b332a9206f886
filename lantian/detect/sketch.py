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
from lantian.detect.normalise import Folded

ONE_IN = 16
AIMED = 32
GRAM = 8


@dataclass(frozen=True)
class Sketch:
    """Sampled hashes and the row each belongs to (from 0 within the block), in text order."""

    hashes: Keys
    rows: npt.NDArray[np.int64]


def sketch(folded: Folded) -> Sketch:
    """Sample the 8-grams of every row of a block; rows do not influence each other."""
    hashes = eight_grams(folded.units)
    lengths = folded.ends - folded.starts
    share = np.clip(AIMED / np.maximum(lengths - GRAM, 1), 1 / ONE_IN, 1.0)
    limits = (share * float(2**64 - 2**12)).astype(np.uint64)
    taken = hashes <= np.repeat(limits, lengths)[: len(hashes)]
    taken &= whole(folded.units, GRAM)
    places = np.flatnonzero(taken)
    return Sketch(hashes[places], np.searchsorted(folded.ends, places, side="right"))
