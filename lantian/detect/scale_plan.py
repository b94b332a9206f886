"""The near-duplicate kernel as a Daft plan: on one machine (its native runner) or on many (Ray).

A worker reads a block of rows from Parquet where it lies, folds and samples it: whole texts do not travel. Sampled
grams are grouped by hash, the rows under one hash are paired, pairs are counted; the normalised texts of those that
share enough are brought together and compared exactly. Each step calls the code that one machine runs alone, and no
step depends on the order in which blocks come: the pairs are the same.

Guard: a hash that more than COMMON rows share is never gathered in a list. It is counted in partial sums, and its
rows are paired with the two earliest only, by a join with the short table of such hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import daft
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from daft import DataType as Type
from daft import col, lit
from daft.functions import bitwise_and, shift_left, shift_right
from pyarrow import compute

from lantian.detect.blocks import BLOCK
from lantian.detect.candidates import (
    COMMON,
    SHARED,
    Candidates,
    Groups,
    Rows,
    counted,
    distinct,
    numbered_pairs,
    posted,
)
from lantian.detect.grams import Keys
from lantian.detect.normalise import Folded, fold_frame
from lantian.detect.sketch import sketch
from lantian.detect.stored import Block, Stored
from lantian.detect.verify import Likeness, likeness

SIZE_BITS = 4
"""A member is a row number and, below it, how many sampled grams the row has; 4 * SHARED stands for more."""
SIZE = (1 << SIZE_BITS) - 1
FEW = ((1, 8), (2, 4 * SHARED))
"""Shared grams that do where one of two rows has fewer sampled grams than the second number."""
COMPARED = 4096
LIKENESS = ("grams", "others", "shared")

Frame = Any
"""A Daft frame or expression; the library is optional, and its types with it."""
_LONGS = Type.list(Type.int64())


@dataclass(frozen=True)
class Table:
    """What workers read: a stored table, its text columns, the bits of a row number in it."""

    stored: Stored
    texts: Sequence[str]
    bits: int

    @property
    def width(self) -> int:
        """Bits of a member."""
        return self.bits + SIZE_BITS

    def folded(self, block: Block) -> Folded:
        """Read and fold the rows of a block."""
        return fold_frame(self.stored.rows(block, self.texts), self.texts)

    def members(self, block: Block) -> tuple[Keys, Rows]:
        """Distinct hashes of each row of a block, without the bits given up to row numbers, and their members."""
        folded = self.folded(block)
        sample = sketch(folded)
        keys = distinct(posted(sample.hashes, sample.rows, self.bits))
        rows = (keys & np.uint64((1 << self.bits) - 1)).astype(np.int64)
        sizes = np.minimum(np.bincount(rows, minlength=len(folded.ends)), 4 * SHARED)
        return keys >> np.uint64(self.bits), block.rows[rows] << SIZE_BITS | sizes[rows]


def described(blocks: Iterable[Block]) -> Frame:
    """Blocks as a table, a row each: what a worker needs to know to read one."""
    each = [(block.begin, block.places.tobytes(), block.rows.tobytes()) for block in blocks]
    begin, places, rows = zip(*each, strict=True) if each else ((), (), ())
    columns = {
        "begin": pa.array(begin, pa.int64()),
        "places": pa.array(places, pa.large_binary()),
        "rows": pa.array(rows, pa.large_binary()),
    }
    table = daft.from_arrow(pa.table(columns))
    return table.into_partitions(max(len(each), 1)) if daft.get_or_infer_runner_type() == "ray" else table


def _blocks(begin: Any, places: Any, rows: Any) -> Iterator[Block]:
    """Blocks of a batch of such a table."""
    for at, some, numbers in zip(begin.to_pylist(), places.to_pylist(), rows.to_pylist(), strict=True):
        yield Block(at, np.frombuffer(some, np.int64), np.frombuffer(numbers, np.int64))


def sampled(blocks: Frame, table: Table) -> Frame:
    """Read, fold and sample blocks: lists of hashes and members, and how many rows have any, a row a block."""

    def of_block(begin: Any, places: Any, rows: Any) -> Any:
        found = [table.members(block) for block in _blocks(begin, places, rows)]
        screened = pa.array([len(np.unique(members)) for _, members in found], pa.int64())
        lists = [_lists([hashes for hashes, _ in found]), _lists([members for _, members in found])]
        return [*lists, screened]

    given = {"hash": Type.list(Type.uint64()), "member": _LONGS, "screened": Type.int64()}
    return blocks.select(_batches(of_block, given, 1)(col("begin"), col("places"), col("rows")))


def proposed(lists: Frame, table: Table) -> Frame:
    """Pairs of members that share enough sampled grams, as one number each: left << width | right."""
    members = members_of(lists)
    common = common_hashes(members)
    pairs = _every_pair(gathered(members, common), table.width)
    if common.count_rows():
        pairs = pairs.union_all(_stars(members.join(common, on="hash"), table.width))
    often = pairs.groupby("pair").agg(col("times").sum())
    right = bitwise_and(col("pair"), SIZE)
    left = bitwise_and(shift_right(col("pair"), lit(table.width)), SIZE)
    enough = col("times") >= SHARED
    for times, fewer in FEW:
        enough = enough | ((col("times") >= times) & ((left < fewer) | (right < fewer)))
    return often.where(enough).select("pair")


def members_of(lists: Frame) -> Frame:
    """One row for every hash of every row."""
    return lists.select("hash", "member").explode("hash", "member", ignore_empty_and_null=True)


def common_hashes(members: Frame) -> Frame:
    """Hashes of more than COMMON rows with the earliest of these, counted in partial sums."""
    seen = col("member")
    counts = members.groupby("hash").agg(seen.count().alias("times"), seen.min().alias("first"))
    return counts.where(col("times") > COMMON).select("hash", "first").collect()


def gathered(members: Frame, common: Frame) -> Frame:
    """The members under each hash that two or more rows share, as a list: never more than COMMON."""
    rare = members.join(common.select("hash"), on="hash", how="anti")
    lists = rare.groupby("hash").agg(col("member").list_agg().alias("members"))
    return lists.where(col("members").list_count() > 1)


def _every_pair(lists: Frame, width: int) -> Frame:
    """Pair all with all under each hash; the pairs of a batch are counted before they travel."""

    def paired(lists: Any) -> Any:
        pairs, times = counted(numbered_pairs(_groups(lists.to_arrow()), width))
        none = [pairs[:0]] * (len(lists) - 1)
        return [_lists([pairs, *none]), _lists([times, *none])]

    numbers = _batches(paired, {"pair": _LONGS, "times": _LONGS})
    return lists.select(numbers(col("members"))).explode("pair", "times", ignore_empty_and_null=True)


def _groups(lists: pa.Array) -> Groups:
    """Lists of members as one machine pairs them: one after another, each in the order of its rows."""
    counts = np.asarray(compute.list_value_length(lists), np.int64)
    flat = np.asarray(compute.list_flatten(lists), np.int64)
    ordered = flat[np.lexsort((flat, np.repeat(np.arange(len(counts)), counts)))]
    return Groups(np.cumsum(counts) - counts, counts, np.zeros(len(counts), bool), ordered.astype(np.uint64))


def _stars(members: Frame, width: int) -> Frame:
    """Pair the rows under each over-common hash with the two earliest of them."""
    rest = members.where(col("member") > col("first"))
    second = rest.groupby("hash").agg(col("member").min().alias("second"))
    later = rest.join(second, on="hash").where(col("member") > col("second"))
    return _around(rest, "first", width).union_all(_around(later, "second", width))


def _around(frame: Frame, centre: str, width: int) -> Frame:
    pair = shift_left(col(centre), lit(width)) + col("member")
    return frame.select(pair.alias("pair"), lit(1).cast(Type.int64()).alias("times"))


def compared(blocks: Frame, table: Table, pairs: Candidates) -> Likeness:
    """Compare pairs (sorted) exactly; `blocks` name at least the rows that stand in them."""
    rows = _folded_rows(blocks, table)
    left = rows.select(col("row").alias("left"), col("units").alias("one"))
    right = rows.select(col("row").alias("right"), col("units").alias("other"))
    asked = daft.from_arrow(pa.table({"left": pairs.left, "right": pairs.right}))
    both = asked.join(left, on="left").join(right, on="right")
    exact = _batches(_exact, dict.fromkeys(LIKENESS, Type.int64()), COMPARED)
    found = both.select("left", "right", exact(*map(col, ("left", "right", "one", "other")))).to_arrow()
    ordered = found.sort_by([("left", "ascending"), ("right", "ascending")])
    return Likeness(*(np.asarray(ordered[name], np.int64) for name in LIKENESS))


def _folded_rows(blocks: Frame, table: Table) -> Frame:
    """Normalised texts: row number, units with the mark at the end of each field."""

    def of_block(begin: Any, places: Any, rows: Any) -> Any:
        numbers, units = [], []
        for block in _blocks(begin, places, rows):
            folded = table.folded(block)
            spans = zip(folded.starts.tolist(), folded.ends.tolist(), strict=True)
            numbers.append(block.rows)
            units.append([folded.units[start:end].tobytes() for start, end in spans])
        texts = pa.array(units, pa.large_list(pa.large_binary()))
        return [_lists(numbers), texts]

    read = _batches(of_block, {"row": _LONGS, "units": Type.list(Type.binary())}, 1)
    lists = blocks.select(read(col("begin"), col("places"), col("rows")))
    return lists.explode("row", "units", ignore_empty_and_null=True)


def _exact(left: Any, right: Any, one: Any, other: Any) -> list[pa.Array]:
    numbers = np.concatenate([np.asarray(left.to_arrow()), np.asarray(right.to_arrow())])
    _, place, line = np.unique(numbers, return_index=True, return_inverse=True)
    texts = [*one.to_pylist(), *other.to_pylist()]
    units = [np.frombuffer(texts[at], np.uint16) for at in place.tolist()]
    folded = Folded(np.concatenate(units), np.cumsum([len(each) for each in units]))
    pairs = Candidates(line[: len(left)], line[len(left) :])
    found = likeness(folded, pairs, BLOCK, lambda done: None)
    return [pa.array(each) for each in (found.left, found.right, found.shared)]


def _batches(work: Callable[..., list[pa.Array]], given: dict[str, Any], size: int | None = None) -> Any:
    """Make a function of columns from one of batches that gives columns; empty batches come too."""
    kind = Type.struct(given)

    def columns(*batch: Any) -> pa.Array:
        if not len(batch[0]):
            return pa.array([], kind.to_arrow_dtype())
        return pa.StructArray.from_arrays(work(*batch), list(given))

    return daft.func.batch(return_dtype=kind, unnest=True, batch_size=size)(columns)


def _lists(values: Sequence[npt.NDArray[Any]]) -> pa.Array:
    ends = np.cumsum([0, *map(len, values)])
    return pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), pa.array(np.concatenate(values)))
