"""A stored index of marks: new marks are compared with all earlier ones without taking those apart again.

A query gives what `MarkIndex.near` over stored and new rows together gives: every new mark with those stored before
it and with the new ones further up. Files, digests and refusals: `lantian.detect.shelf`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from lantian.detect.blocks import check_columns, check_ids
from lantian.detect.marks import alphabets, index, keys
from lantian.detect.marks.index import ENTIRE, SHORTENED, SOUNDING, MarkIndex, Part, Sorted
from lantian.detect.shelf import Shelf, refuse_known

SCHEMA = "mark-index/1"


def made_with() -> dict[str, Any]:
    """What keys depend on: how many readings and look-alikes count, and the tables of sounds and of writing."""
    alike = "\n".join(f"{sign} {others}" for sign, others in sorted(alphabets.look_alikes().items()))
    return {
        "readings": alphabets.READINGS,
        "look_alikes": sha256(alike.encode()).hexdigest(),
        "short": keys.SHORT,
        "picture": keys.PICTURE,
        "crowded": index.CROWDED,
        "sounds": version("pypinyin"),
        "writing": version("opencc"),
    }


@dataclass(frozen=True)
class Answer:
    """Pairs (new, stored: ids as text; kind; likeness), sorted by row of the new one, and counts."""

    pairs: pl.DataFrame
    counts: dict[str, int]


@dataclass(frozen=True)
class MarkStore:
    """An index of marks on disk."""

    shelf: Shelf

    @classmethod
    def open(cls, path: Path, *, whole: bool = False) -> MarkStore:
        """Open an index; `whole` and what it raises as `Shelf.open`."""
        return cls(Shelf.open(path, SCHEMA, made_with(), whole=whole))

    @property
    def counts(self) -> dict[str, int]:
        """How many segments and rows it has."""
        return {"segments": len(self.shelf.named), "rows": sum(one["rows"] for one in self.shelf.named)}

    def parts(self) -> list[tuple[pl.Series, Part]]:
        """Ids and marks of its segments in the order written; arrays stay in their files until read."""
        return [_part(*self.shelf.arrays(number)) for number in range(len(self.shelf.named))]

    def with_part(self, ids: pl.Series, part: Part) -> MarkStore:
        """Write one more segment."""
        arrays: dict[str, np.ndarray[Any, Any]] = {"lengths": part.lengths, "ordered": part.ordered}
        for name, both in part.keyed.items():
            arrays |= {f"{name}_keys": both.keys, f"{name}_rows": both.rows}
        return MarkStore(self.shelf.with_segment(ids, arrays))


def build(frame: pl.DataFrame, path: Path, *, id: str, mark: str) -> MarkStore:
    """Write a new index of a table's marks. Raises `Refused` where one stands already, or for odd ids."""
    ids, marks = _read(frame, id, mark)
    shelf = Shelf.new(path, SCHEMA, made_with(), {})
    return MarkStore(shelf).with_part(ids, Part.of(marks))


def query(
    frame: pl.DataFrame, store: MarkStore, *, id: str, mark: str, least: float = 0.6, add: bool = False
) -> Answer:
    """Compare new marks with the stored ones and with each other; `add` then stores them as a segment.

    Raises `Refused` for an id that is stored already.
    """
    ids, marks = _read(frame, id, mark)
    stored, fresh = store.parts(), Part.of(marks)
    refuse_known(ids, (held for held, _ in stored))
    near = MarkIndex((*(part for _, part in stored), fresh)).near(marks, least=least)
    before = store.counts["rows"]
    # Of two new ones the later is the one that is near.
    near = near.filter(pl.col("row") < pl.col("new") + before)
    every = pl.concat([pl.Series("id", [], dtype=pl.String), *(held for held, _ in stored), ids])
    pairs = near.select(
        new=ids.gather(near["new"]), stored=every.gather(near["row"]), kind="kind", likeness="likeness"
    )
    if add:
        store.with_part(ids, fresh)
    return Answer(pairs, {"stored": before, "rows": len(ids), "pairs": pairs.height})


def merge(stores: Sequence[MarkStore], path: Path) -> MarkStore:
    """Write one index of one segment with the marks of several, in the order given. Raises `Refused` as `query`."""
    merged = MarkStore(Shelf.new(path, SCHEMA, made_with(), {}))
    ids: list[pl.Series] = [pl.Series("id", [], dtype=pl.String)]
    parts: list[Part] = []
    for store in stores:
        for held, part in store.parts():
            refuse_known(held, ids)
            ids.append(held)
            parts.append(part)
    return merged.with_part(pl.concat(ids), Part.joined(parts))


def _read(frame: pl.DataFrame, id: str, mark: str) -> tuple[pl.Series, pl.Series]:
    check_columns(frame.columns, [id, mark])
    check_ids(frame[id])
    return frame[id].cast(pl.String).alias("id"), frame[mark].cast(pl.String)


def _part(ids: pl.Series, arrays: dict[str, np.ndarray[Any, Any]]) -> tuple[pl.Series, Part]:
    keyed = {
        name: Sorted(arrays[f"{name}_keys"], arrays[f"{name}_rows"]) for name in (ENTIRE, SHORTENED, SOUNDING)
    }
    return ids, Part(arrays["lengths"], arrays["ordered"], keyed)
