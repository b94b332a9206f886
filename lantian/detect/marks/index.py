"""Stored marks by their keys, and the question which of them a new mark is near.

Likeness: 1 the same characters in the same order; less in another order, for the same sound, and for look-alikes in
place of one or two characters (detectors take these from the dated rule `marks`); else the share of characters in
common where one is added, taken out or replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
LIKENESS: Mapping[str, float] = {SAME: 1.0, TURNED: 0.95, SOUND: 0.9, LOOK: 0.9}
"""Likeness by kind where no rule book is asked (`lantian detect marks`)."""
SCALE = tuple(f"{kind}_likeness_percent" for kind in (TURNED, SOUND, LOOK))
"""The limits of the shared rule `marks`, which every detector that compares marks goes by."""
_Places = npt.NDArray[np.int32]
_Likeness = npt.NDArray[np.float64]
Met = tuple[Rows, Rows, Rows, _Likeness]
"""Asking row, stored row, kind and likeness of pairs."""


@dataclass(frozen=True)
class Sorted:
    """Keys in order, and the row each belongs to."""

    keys: Codes
    rows: _Places

    @classmethod
    def of(cls, keys: Codes, rows: Rows) -> Sorted:
        """Sort keys; under one key rows stay in their order."""
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], rows[order].astype(np.int32))

    @classmethod
    def joined(cls, parts: Sequence[Sorted], befores: Sequence[int]) -> Sorted:
        """Join the keys of several parts, the rows of each counted on from those before it."""
        rows = [part.rows.astype(np.int64) + before for part, before in zip(parts, befores, strict=True)]
        keys = [part.keys for part in parts]
        return cls.of(np.concatenate([np.zeros(0, np.uint64), *keys]), np.concatenate([_NO_ROWS, *rows]))


_NO_ROWS = np.zeros(0, np.int64)


def likeness_of(limits: Mapping[str, int]) -> Mapping[str, float]:
    """Read the likeness by kind (0 to 1) out of the limits of a detector."""
    return {SAME: 1.0} | {kind: limits[f"{kind}_likeness_percent"] / 100 for kind in (TURNED, SOUND, LOOK)}


ENTIRE, SHORTENED, SOUNDING = "entire", "shortened", "sounding"


@dataclass(frozen=True)
class Part:
    """Marks in the order taken in, by their keys; arrays may lie in a file."""

    lengths: npt.NDArray[np.uint8]
    ordered: Codes
    keyed: dict[str, Sorted]

    @classmethod
    def of(cls, marks: pl.Series, groups: Codes | None = None) -> Part:
        """Take marks apart and sort their keys."""
        apart = taken_apart(marks, groups)
        keys = {ENTIRE: apart.entire, SHORTENED: apart.shortened, SOUNDING: apart.sounding}
        keyed = {name: Sorted.of(*both) for name, both in keys.items()}
        return cls(apart.lengths.astype(np.uint8), apart.ordered, keyed)

    @classmethod
    def joined(cls, parts: Sequence[Part]) -> Part:
        """Several parts as one, their rows one after another."""
        befores = np.cumsum([0, *(len(part.lengths) for part in parts)]).tolist()[: len(parts)]
        keyed = {
            name: Sorted.joined([part.keyed[name] for part in parts], befores)
            for name in (ENTIRE, SHORTENED, SOUNDING)
        }
        lengths = np.concatenate([np.zeros(0, np.uint8), *(part.lengths for part in parts)])
        return cls(lengths, np.concatenate([np.zeros(0, np.uint64), *(p.ordered for p in parts)]), keyed)


class _Question:
    """Keys asked in order, with the row each is asked for; under a key at most so many stored rows are taken."""

    def __init__(self, asked: tuple[Codes, Rows], most: int | None = None) -> None:
        keys, rows = asked
        order = np.argsort(keys, kind="stable")
        self._keys, self._rows = keys[order], rows[order]
        self._room = None if most is None else np.full(len(keys), most, np.int64)

    def met(self, stored: Sorted) -> tuple[Rows, Rows]:
        """Return the asking and the stored row of every equal key."""
        low = np.searchsorted(stored.keys, self._keys, side="left")
        count = np.searchsorted(stored.keys, self._keys, side="right") - low
        if self._room is not None:
            count = np.minimum(count, self._room)
            self._room = self._room - count
        line = np.repeat(np.arange(len(self._keys)), count)
        places = np.arange(len(line)) + (low - np.cumsum(count) + count)[line]
        return self._rows[line], stored.rows[places].astype(np.int64)


@dataclass(frozen=True)
class MarkIndex:
    """Stored marks, in parts one after another; build with `of`, ask with `near`."""

    parts: tuple[Part, ...]

    @classmethod
    def of(cls, marks: pl.Series, groups: Codes | None = None) -> MarkIndex:
        """Store marks; with `groups` (a number each) only marks of one group can be near each other."""
        return cls((Part.of(marks, groups),))

    def near(
        self,
        marks: pl.Series,
        groups: Codes | None = None,
        *,
        least: float = 0.6,
        likeness: Mapping[str, float] = LIKENESS,
    ) -> pl.DataFrame:
        """Return near pairs: new (row asked), row (stored), kind, likeness; each pair once, by its best kind.

        Sorted by new, then likeness (highest first), then row.
        """
        parts = []
        for at in range(0, len(marks), _BLOCK):
            block = slice(at, at + _BLOCK)
            apart = taken_apart(marks[block], None if groups is None else groups[block])
            parts.append(_best(list(self._asked(apart, likeness)), least).with_columns(pl.col("new") + at))
        return pl.concat(parts) if parts else _best([], least)

    def _asked(self, apart: Marks, likeness: Mapping[str, float]) -> Iterator[Met]:
        entire, shortened = apart.entire, apart.shortened
        whole, sound, look = (_Question(keys) for keys in (entire, apart.spoken, apart.resembling))
        shares = (
            (ENTIRE, _Question(shortened)),
            (SHORTENED, _Question(entire, CROWDED)),
            (SHORTENED, _Question(shortened, CROWDED)),
        )
        before = 0
        for part in self.parts:
            new, row = whole.met(part.keyed[ENTIRE])
            turned = np.where(apart.ordered[new] == part.ordered[row], 0, 1)
            yield new, row + before, turned, np.where(turned == 0, likeness[SAME], likeness[TURNED])
            for kind, name, question in ((2, SOUNDING, sound), (3, ENTIRE, look)):
                new, row = question.met(part.keyed[name])
                alike = np.full(len(new), likeness[KINDS[kind]])
                yield new, row + before, np.full(len(new), kind), alike
            for name, question in shares:
                new, row = question.met(part.keyed[name])
                longer = np.maximum(apart.lengths[new], part.lengths[row].astype(np.int64))
                share = (longer - 1) / np.maximum(longer, 1)
                yield new, row + before, np.full(len(new), 4), share
            before += len(part.lengths)


def _best(found: Sequence[Met], least: float) -> pl.DataFrame:
    none = (_NO_ROWS, _NO_ROWS, _NO_ROWS, np.zeros(0))
    new, row, kind, likeness = (np.concatenate(column) for column in zip(none, *found, strict=True))
    enough = likeness >= least
    new, row, kind, likeness = new[enough], row[enough], kind[enough], likeness[enough]
    order = np.lexsort((kind, -likeness, row, new))
    new, row, kind, likeness = new[order], row[order], kind[order], likeness[order]
    first = np.ones(len(new), bool)
    first[1:] = (new[1:] != new[:-1]) | (row[1:] != row[:-1])
    order = np.flatnonzero(first)
    order = order[np.lexsort((row[order], -likeness[order], new[order]))]
    names = pl.Series("kind", np.array(KINDS)[kind[order]], dtype=pl.String)
    return pl.DataFrame({"new": new[order], "row": row[order], "kind": names, "likeness": likeness[order]})
