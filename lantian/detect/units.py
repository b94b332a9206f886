"""Text as UTF-16 code units: whole columns of it, decoded as arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lantian.detect import fast

Units = npt.NDArray[np.uint16]
Bytes = npt.NDArray[np.uint8]
WINDOW = 1 << 17
"""Units worked on at a time: what lies between the steps stays in the processor's cache."""


def units_of(text: str) -> Units:
    """UTF-16 units of a text; half a surrogate pair stays what it is."""
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2").astype(np.uint16, copy=False)


def decoded(utf8: Bytes) -> Units:
    """UTF-16 units of valid UTF-8."""
    ready = fast.loops()
    units: Units = units_of(str(utf8.data, "utf-8")) if ready is None else ready.decoded(utf8)
    return units


def beyond_basic(utf8: Bytes) -> bool:
    """Whether there are characters beyond the basic plane: only these take four bytes."""
    return int(utf8.max(initial=0)) >= 0xF0
