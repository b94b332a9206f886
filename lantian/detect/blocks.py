"""Tables read once, a block of rows at a time, so that a large one never lies in memory as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from lantian.core.messages import Refused, WrongUse
from lantian.detect import fast
from lantian.detect.arrays import Gathered
from lantian.detect.normalise import Folded, fold_frame
from lantian.detect.progress import Progress
from lantian.detect.sketch import Sketch, sketch

BLOCK = 2_000
Read = tuple[pl.Series, Folded, Sketch]
"""Ids, folded and sampled texts of a table."""


@dataclass(frozen=True)
class Blocks:
    """A table that is read once, a block of rows at a time: its height, its columns, its blocks in row order."""

    height: int
    columns: Sequence[str]
    frames: Iterable[pl.DataFrame]


def check_columns(present: Sequence[str], wanted: Sequence[str]) -> None:
    """Refuse columns that the frame does not have, naming those it has."""
    missing = "、".join(name for name in dict.fromkeys(wanted) if name not in present)
    if missing:
        has = "、".join(present)
        raise WrongUse(
            f"没有列“{missing}”；文件中的列：{has}。", f"No column {missing}; the file has: {has}."
        )


def check_ids(ids: pl.Series) -> None:
    """Refuse null and repeated ids, naming the row (from 1, without the header)."""
    empty = ids.is_null().arg_max() if ids.null_count() else None
    if empty is not None:
        raise Refused(
            f"第{empty + 1}行的“{ids.name}”为空；每行都要有编号。",
            f"Row {empty + 1} has no {ids.name}; every row needs its id.",
        )
    repeated = (~ids.is_first_distinct()).arg_max() if ids.n_unique() < len(ids) else None
    if repeated is not None:
        first = int((ids == ids[repeated]).arg_max() or 0)
        raise Refused(
            f"第{repeated + 1}行的“{ids.name}”与第{first + 1}行重复：{ids[repeated]}；请先去重。",
            f"Row {repeated + 1} repeats the {ids.name} of row {first + 1}: {ids[repeated]}; remove one.",
        )


def read_texts(blocks: Blocks, id: str, texts: Sequence[str], progress: Progress) -> Read:
    """Normalise and sample a table block by block; return its ids too. Raises as `near_duplicates`."""
    check_columns(blocks.columns, [id, *texts])
    fast.load()
    ids: list[pl.Series] = []
    units, ends, hashes, rows = (Gathered(kind) for kind in (np.uint16, np.int64, np.uint64, np.int64))
    start = 0
    for part in blocks.frames:
        progress("read", start, blocks.height)
        ids.append(part[id])
        folded = fold_frame(part, texts)
        sample = sketch(folded)
        ends.add(folded.ends + units.size)
        units.add(folded.units)
        hashes.add(sample.hashes)
        rows.add(sample.rows + start)
        start += part.height
    progress("read", start, blocks.height)
    every = pl.concat(ids, rechunk=True) if ids else pl.Series(id, [], dtype=pl.String)
    check_ids(every)
    return every, Folded(units.all(), ends.all()), Sketch(hashes.all(), rows.all())
