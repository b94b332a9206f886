"""Arrays that are picked from, and arrays that grow."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

Number = TypeVar("Number", bound=np.generic)


def picked(values: npt.NDArray[Number], mask: npt.NDArray[np.bool_]) -> npt.NDArray[Number]:
    """Return the values that are marked, in order; polars does it several times sooner than numpy. Read-only."""
    taken: npt.NDArray[Any] = pl.Series(values).filter(pl.Series(mask)).to_numpy()
    return taken


class Gathered:
    """An array that grows where it lies: memory that was touched once is not touched again."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._kind = np.dtype(kind)
        self._held = bytearray()

    @property
    def size(self) -> int:
        """How many values it has."""
        return len(self._held) // self._kind.itemsize

    def add(self, values: npt.NDArray[Any]) -> None:
        """Put values of its kind behind those it has."""
        assert values.dtype == self._kind
        if len(values):
            self._held += np.ascontiguousarray(values).data.cast("B")

    def all(self) -> npt.NDArray[Any]:
        """The array; nothing can be added any more."""
        return np.frombuffer(self._held, self._kind)
