"""Canonical tables from files: Parquet or CSV, with the types of the columns that detectors read.

A CSV holds lists as text separated by `；`; any column may come as text. Empty text is unknown (null).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from lantian.core.messages import Refused, Unreadable
from lantian.detect.blocks import Blocks
from lantian.detect.columns import from_text, kind_of


def read_frame(path: Path) -> pl.DataFrame:
    """Read a Parquet or CSV file as it is; every CSV column is text, so that numbers keep their zeros.

    A folder stands for the Parquet files in it, in the order of their names.
    """
    with _readable(path):
        if path.is_dir():
            return pl.read_parquet(path / "*.parquet")
        return pl.read_parquet(path) if _is_parquet(path) else pl.read_csv(path, infer_schema=False)


def read_blocks(path: Path, columns: Sequence[str], block: int) -> Blocks:
    """Read some columns of a file a block of rows at a time, in file order; a CSV is read whole."""
    with _readable(path):
        if not _is_parquet(path):
            frame = read_frame(path)
            return Blocks(frame.height, frame.columns, frame.iter_slices(block))
        table = pl.scan_parquet(path)
        present = table.collect_schema().names()
        height = table.select(pl.len()).collect().item()
    wanted = [name for name in dict.fromkeys(columns) if name in present]
    return Blocks(height, present, _blocks(path, table.select(wanted), block))


def _blocks(path: Path, table: pl.LazyFrame, block: int) -> Iterator[pl.DataFrame]:
    with _readable(path):
        for part in table.collect_batches(chunk_size=block, maintain_order=True):
            yield from part.iter_slices(block)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say kindly that a file cannot be read."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Unreadable(
            f"无法读取文件 {path}（{error}）；应为Parquet或UTF-8编码的CSV。",
            f"Cannot read {path} ({error}); it must be Parquet, or CSV in UTF-8.",
        ) from error


def read_tables(folder: Path, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Read those of the named tables that lie in a folder as NAME.parquet or NAME.csv, rows in file order."""
    if not folder.is_dir():
        raise Unreadable(f"没有文件夹 {folder}。", f"There is no folder {folder}.")
    tables = {}
    for name in dict.fromkeys(names):
        paths = [folder / f"{name}{suffix}" for suffix in (".parquet", ".csv")]
        path = next((path for path in paths if path.exists()), None)
        if path is not None:
            tables[name] = typed(read_frame(path), path)
    return tables


def typed(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Give text columns their canonical types; raises `Refused` naming file, column and value."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    frame = frame.with_columns(pl.col(name).replace("", None) for name in text)
    for name in text:
        column = from_text(frame[name], kind_of(path.stem, name))
        wrong = frame[name].filter(column.is_null() & frame[name].is_not_null())
        if len(wrong):
            raise Refused(
                f"{path} 的列“{name}”中的值无法识别：{wrong[0]}。",
                f"{path}: column {name} holds a value that cannot be read: {wrong[0]}.",
            )
        frame = frame.with_columns(column)
    return frame
