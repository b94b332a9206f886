"""The stored index of texts: segments of screened rows, in the files of a `Shelf`.

A segment holds the ids of its rows (text), their normalised texts with the end of each, the sampled grams as sorted
numbers (hash above, row below) and how many each row has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lantian.core.messages import Refused
from lantian.detect import normalise
from lantian.detect.candidates import ROW_BITS, Rows, distinct, posted
from lantian.detect.grams import Keys
from lantian.detect.near import PARAMETERS
from lantian.detect.normalise import Folded
from lantian.detect.shelf import Shelf
from lantian.detect.sketch import Sketch
from lantian.detect.units import Units

SCHEMA = "near-index/1"
MOST = 1 << ROW_BITS
_ARRAYS = ("units", "ends", "postings", "sizes")
_LOW = np.uint64(MOST - 1)
_BITS = np.uint64(ROW_BITS)


@dataclass(frozen=True)
class Segment:
    """Screened rows in the order taken in; arrays may lie in a file."""

    ids: pl.Series
    units: Units
    ends: Rows
    postings: Keys
    sizes: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, ids: pl.Series, folded: Folded, sketched: Sketch) -> Segment:
        """Rows that were just read. Raises `Refused` above 16,777,216 rows."""
        if len(ids) > MOST:
            raise Refused(
                f"一段索引最多{MOST}行；请分成几个文件。",
                f"A segment holds {MOST} rows at most; divide the file.",
            )
        postings = distinct(posted(sketched.hashes, sketched.rows, ROW_BITS))
        sizes = np.bincount((postings & _LOW).astype(np.int64), minlength=len(ids)).astype(np.uint32)
        return cls(ids.cast(pl.String).alias("id"), folded.units, folded.ends, postings, sizes)

    @classmethod
    def joined(cls, parts: Sequence[Segment]) -> Segment:
        """Several segments as one, their rows one after another."""
        rows = np.cumsum([0, *(len(part.ids) for part in parts)])
        units = np.cumsum([0, *(len(part.units) for part in parts)])
        postings = [part.postings + np.uint64(before) for part, before in zip(parts, rows, strict=False)]
        return cls(
            pl.concat([pl.Series("id", [], dtype=pl.String), *(part.ids for part in parts)]),
            np.concatenate([np.zeros(0, np.uint16), *(part.units for part in parts)]),
            _together([part.ends + before for part, before in zip(parts, units, strict=False)]),
            np.sort(np.concatenate([np.zeros(0, np.uint64), *postings])),
            np.concatenate([np.zeros(0, np.uint32), *(part.sizes for part in parts)]),
        )

    @property
    def height(self) -> int:
        """Rows in it."""
        return len(self.ids)

    @property
    def hashes(self) -> Keys:
        """Hash of every posting, sorted."""
        return self.postings >> _BITS

    def rows_at(self, places: Rows) -> Rows:
        """Rows of some postings."""
        return (self.postings[places] & _LOW).astype(np.int64)

    def span(self, hashes: Keys) -> tuple[Rows, Rows]:
        """Where the postings of each hash begin and end."""
        low = np.searchsorted(self.postings, hashes << _BITS, side="left")
        high = np.searchsorted(self.postings, hashes << _BITS | _LOW, side="right")
        return low, high

    def texts_of(self, rows: Rows) -> tuple[list[Units], Rows]:
        """Normalised texts of some rows, and their lengths."""
        ends = np.asarray(self.ends[rows])
        starts = np.where(rows > 0, self.ends[np.maximum(rows - 1, 0)], 0)
        spans = [self.units[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
        return spans, ends - starts


def _together(parts: Sequence[Rows]) -> Rows:
    return np.concatenate([np.zeros(0, np.int64), *parts])


@dataclass(frozen=True)
class Store:
    """An index of texts on disk."""

    shelf: Shelf

    @property
    def texts(self) -> tuple[str, ...]:
        """Its text columns."""
        return tuple(self.shelf.facts["texts"])

    @property
    def named(self) -> tuple[dict[str, Any], ...]:
        """Its segments by name, with rows and files."""
        return self.shelf.named

    @classmethod
    def new(cls, path: Path, texts: Sequence[str]) -> Store:
        """Begin an index in a folder that holds none. Raises as `Shelf.new`."""
        return cls(Shelf.new(path, SCHEMA, made_with(), {"texts": list(texts)}))

    @classmethod
    def open(cls, path: Path, *, whole: bool = False) -> Store:
        """Open an index; `whole` and what it raises as `Shelf.open`."""
        return cls(Shelf.open(path, SCHEMA, made_with(), whole=whole))

    def check_texts(self, texts: Sequence[str]) -> None:
        """Refuse text columns other than those of the index."""
        if tuple(texts) != self.texts:
            held = "、".join(self.texts)
            raise Refused(f"索引的文本列是：{held}。", f"The text columns of the index are: {held}.")

    def segments(self) -> list[Segment]:
        """Its segments in the order written; arrays stay in their files until read."""
        read = [self.shelf.arrays(number) for number in range(len(self.named))]
        return [Segment(ids, *(arrays[name] for name in _ARRAYS)) for ids, arrays in read]

    def with_segment(self, segment: Segment) -> Store:
        """Write one more segment."""
        arrays = {name: getattr(segment, name) for name in _ARRAYS}
        return Store(self.shelf.with_segment(segment.ids, arrays))


def made_with() -> dict[str, Any]:
    """What an index depends on: parameters and the normaliser's digest."""
    return {"parameters": PARAMETERS, "normaliser": normalise.digest(), "row_bits": ROW_BITS}
