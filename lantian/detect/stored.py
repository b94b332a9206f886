"""Parquet read where it lies, a local folder or object storage (`s3://`, `gs://`, `az://`), by the place of its rows.

A table is `NAME.parquet`: one file, or a folder of files taken in the order of their names. Object storage is
reached with what the environment of the process says (`AWS_ENDPOINT_URL`, keys, region): nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from lantian.core.messages import Unreadable
from lantian.detect.blocks import Blocks
from lantian.detect.candidates import Rows
from lantian.detect.tables import typed

EMPTY = "expanded paths were empty"
"""What polars says of a pattern that no file fits."""


@dataclass(frozen=True)
class Block:
    """Rows that one worker reads together: they lie at `begin + places` and are called `rows`; both rise."""

    begin: int
    places: Rows
    rows: Rows

    @classmethod
    def cut(cls, places: Rows, rows: Rows, size: int) -> Iterator[Block]:
        """Cut rows, called `rows`, that lie at `places` of a table into blocks that span at most `size` of it."""
        for number in np.unique(places // size).tolist():
            low, high = np.searchsorted(places, [number * size, (number + 1) * size])
            yield cls(number * size, places[low:high] - number * size, rows[low:high])


@dataclass(frozen=True)
class Stored:
    """One table by its address."""

    address: str

    @classmethod
    def under(cls, folder: str, name: str) -> Stored:
        """The table of that name in a folder, local or far; it need not exist."""
        whole = cls(f"{folder.rstrip('/')}/{name}.parquet")
        parts = cls(f"{whole.address}/*.parquet")
        return whole if whole.exists() or not parts.exists() else parts

    def exists(self) -> bool:
        """Whether there is such a table."""
        try:
            self.columns()
        except Unreadable as error:
            if isinstance(error.__cause__, FileNotFoundError) or EMPTY in str(error.__cause__):
                return False
            raise
        return True

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.address.removesuffix("/*.parquet").rpartition("/")[2].removesuffix(".parquet")

    def columns(self) -> list[str]:
        """Its columns. Raises `Unreadable` where there is no such table."""
        try:
            return self._scan().collect_schema().names()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise Unreadable(
                f"无法读取 {self.address}（{error}）；应为Parquet文件或者其文件夹。",
                f"Cannot read {self.address} ({error}); it must be a Parquet file, or a folder of them.",
            ) from error

    def facts(self, without: Sequence[str] = ()) -> pl.DataFrame:
        """Its rows with canonical types, but for some columns."""
        wanted = [name for name in self.columns() if name not in without]
        return typed(self._scan().select(wanted).collect(), Path(f"{self.name}.parquet"))

    def column(self, name: str) -> pl.Series:
        """One column of every row, as it is stored."""
        return self._scan().select(name).collect()[name]

    def blocks(self, columns: Sequence[str], size: int) -> Blocks:
        """Some columns of every row, a block at a time."""
        table = self._scan().select(columns)
        height = table.select(pl.len()).collect().item()
        return Blocks(height, columns, table.collect_batches(chunk_size=size, maintain_order=True))

    def rows(self, block: Block, columns: Sequence[str]) -> pl.DataFrame:
        """Some columns of the rows of a block, as text."""
        span = int(block.places[-1]) + 1 if len(block.places) else 0
        part = self._scan().slice(block.begin, span).select(pl.col(columns).cast(pl.String)).collect()
        return part if len(block.places) == part.height else part[block.places]

    def _scan(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.address)


def read_stored(folder: str, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Read those of the named tables that lie in a folder, local or far."""
    stored = {name: Stored.under(folder, name) for name in dict.fromkeys(names)}
    return {name: table.facts() for name, table in stored.items() if table.exists()}
