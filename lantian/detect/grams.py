"""n-grams of normalised text as 64-bit numbers, without copying the text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lantian.detect.folding import MARK
from lantian.detect.normalise import Mask, Units

Keys = npt.NDArray[np.uint64]

_MIX_HEAD = np.uint64(0x9E3779B97F4A7C15)
_MIX_TAIL = np.uint64(0xC2B2AE3D27D4EB4F)
_MIX_LAST = np.uint64(0xFF51AFD7ED558CCD)


def four_grams(units: Units) -> Keys:
    """Return the 4-gram that starts at every unit but the last three, four units packed into one number."""
    if len(units) < 4:
        return np.zeros(0, np.uint64)
    packed = np.ascontiguousarray(units, dtype="<u2")
    return np.ndarray((len(packed) - 3,), dtype="<u8", buffer=packed, strides=(2,))


def eight_grams(units: Units) -> Keys:
    """Return a 64-bit hash of the 8-gram that starts at every unit but the last seven."""
    four = four_grams(units)
    if len(four) < 5:
        return np.zeros(0, np.uint64)
    hashes = four[:-4] * _MIX_HEAD
    hashes ^= hashes >> np.uint64(32)
    hashes += four[4:] * _MIX_TAIL
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX_LAST
    hashes ^= hashes >> np.uint64(32)
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
