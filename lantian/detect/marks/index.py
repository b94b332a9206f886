"""Stored marks by their keys, and the question which of them a new mark is near.

Likeness: 1 the same characters in the same order; 0.95 in another order; 0.9 the same sound, or look-alikes in
place of one or two characters; else the share of characters in common where one is added, taken out or replaced.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from lantian.detect.marks.alphabets import Codes
from lantian.detect.marks.keys import Marks, Rows, taken_apart

SAME, TURNED, SOUND, LOOK, SHARED = "same", "turned", "sound", "look", "shared"
KINDS = (SAME, TURNED, SOUND, LOOK, SHARED)
CROWDED = 2000
"""Stored marks taken under one key without a character, the first ones; whole keys are never cut."""
_BLOCK = 2000
LIKENESS = {SAME: 1.0, TURNED: 0.95, SOUND: 0.9, LOOK: 0.9}
_Places = npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Sorted:
    """Keys in order, and the row each belongs to."""

    keys: Codes
    rows: _Places

    @classmethod
    def of(cls, keys: Codes, rows: Rows) -> _Sorted:
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], rows[order].astype(np.int32))

    def meet(self, keys: Codes, asked: Rows, most: int | None = None) -> tuple[Rows, Rows, int]:
        """Return the asking and the stored row of every equal key, and how many were left out as crowded."""
        order = np.argsort(keys, kind="stable")
        keys, asked = keys[order], asked[order]
        low = np.searchsorted(self.keys, keys, side="left")
        count = np.searchsorted(self.keys, keys, side="right") - low
        left_out = 0
        if most is not None:
            left_out = int(np.maximum(count - most, 0).sum())
            count = np.minimum(count, most)
        line = np.repeat(np.arange(len(keys)), count)
        places = np.arange(len(line)) + (low - np.cumsum(count) + count)[line]
        return asked[line], self.rows[places].astype(np.int64), left_out


@dataclass(frozen=True)
class MarkIndex:
    """Stored marks; build with `of`, ask with `near`."""

    lengths: Rows
    whole: Codes
    ordered: Codes
    _entire: _Sorted
    _shortened: _Sorted
    _sounding: _Sorted

    @classmethod
    def of(cls, marks: pl.Series, groups: Codes | None = None) -> MarkIndex:
        """Store marks; with `groups` (a number each) only marks of one group can be near each other."""
        apart = taken_apart(marks, groups)
        return cls(
            apart.lengths,
            apart.whole,
            apart.ordered,
            _Sorted.of(*apart.entire),
            _Sorted.of(*apart.shortened),
            _Sorted.of(*apart.sounding),
        )

    def near(self, marks: pl.Series, groups: Codes | None = None, *, least: float = 0.6) -> pl.DataFrame:
        """Return near pairs: new (row asked), row (stored), kind, likeness; each pair once, by its best kind.

        Sorted by new, then likeness (highest first), then row.
        """
        parts = []
        for at in range(0, len(marks), _BLOCK):
            block = slice(at, at + _BLOCK)
            apart = taken_apart(marks[block], None if groups is None else groups[block])
            parts.append(self._asked(apart, least).with_columns(pl.col("new") + at))
        return pl.concat(parts) if parts else _pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), [])

    def _asked(self, apart: Marks, least: float) -> pl.DataFrame:
        new, row, _ = self._entire.meet(*apart.entire)
        turned = np.where(apart.ordered[new] == self.ordered[row], 0, 1)
        found = [(new, row, turned, np.where(turned == 0, 1.0, LIKENESS[TURNED]))]
        for kind, sorted_, keys in ((2, self._sounding, apart.spoken), (3, self._entire, apart.resembling)):
            new, row, _ = sorted_.meet(*keys)
            found.append((new, row, np.full(len(new), kind), np.full(len(new), LIKENESS[KINDS[kind]])))
        for stored, keys in (
            (self._entire, apart.shortened),
            (self._shortened, apart.entire),
            (self._shortened, apart.shortened),
        ):
            new, row, _ = stored.meet(*keys, None if stored is self._entire else CROWDED)
            longer = np.maximum(apart.lengths[new], self.lengths[row])
            share = (longer - 1) / np.maximum(longer, 1)
            found.append((new, row, np.full(len(new), 4), share))
        return _best(found, least)


def _best(found: list[tuple[Rows, Rows, Rows, npt.NDArray[np.float64]]], least: float) -> pl.DataFrame:
    new, row, kind, likeness = (np.concatenate(column) for column in zip(*found, strict=True))
    enough = likeness >= least
    new, row, kind, likeness = new[enough], row[enough], kind[enough], likeness[enough]
    order = np.lexsort((kind, -likeness, row, new))
    new, row, kind, likeness = new[order], row[order], kind[order], likeness[order]
    first = np.ones(len(new), bool)
    first[1:] = (new[1:] != new[:-1]) | (row[1:] != row[:-1])
    order = np.flatnonzero(first)
    order = order[np.lexsort((row[order], -likeness[order], new[order]))]
    return _pairs(new[order], row[order], kind[order], likeness[order])


def _pairs(
    new: Rows, row: Rows, kind: Rows | list[int], likeness: npt.NDArray[np.float64] | None = None
) -> pl.DataFrame:
    names = pl.Series("kind", np.array(KINDS)[np.asarray(kind, np.int64)], dtype=pl.String)
    values = np.zeros(0) if likeness is None else likeness
    return pl.DataFrame({"new": new, "row": row, "kind": names, "likeness": values})
