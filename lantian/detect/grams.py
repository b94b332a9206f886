"""n-grams of normalised text as 64-bit numbers, without copying the text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lantian.detect.folding import MARK
from lantian.detect.hashing import HEAD, LAST, TAIL
from lantian.detect.normalise import Mask
from lantian.detect.units import Units

Keys = npt.NDArray[np.uint64]


def four_grams(units: Units) -> Keys:
    """Return the 4-gram that starts at every unit but the last three, four units packed into one number."""
    if len(units) < 4:
        return np.zeros(0, np.uint64)
    packed = np.ascontiguousarray(units, dtype="<u2")
    return np.ndarray((len(packed) - 3,), dtype="<u8", buffer=packed, strides=(2,))


def eight_grams(units: Units) -> Keys:
    """Return a 64-bit number of the 8-gram that starts at every unit but the last seven.

    It is a sum of two products: its upper bits are fit to sample by, its lower bits need `mixed`.
    """
    four = four_grams(units).copy()
    if len(four) < 5:
        return four[:0]
    numbers: Keys = four[:-4] * HEAD
    four *= TAIL
    numbers += four[4:]
    return numbers


def mixed(numbers: Keys) -> Keys:
    """Return numbers whose every bit depends on all bits of the given ones; distinct ones stay distinct."""
    hashes: Keys = numbers ^ numbers >> np.uint64(32)
    hashes *= LAST
    hashes ^= hashes >> np.uint64(29)
    return hashes


def whole(units: Units, length: int) -> Mask:
    """Tell which grams of a length lie inside one field: none that holds the mark at a field's end."""
    count = max(len(units) - length + 1, 0)
    valid = np.ones(count, bool)
    marks = np.flatnonzero(units == ord(MARK))
    for offset in range(length):
        places = marks - offset
        valid[places[(places >= 0) & (places < count)]] = False
    return valid
