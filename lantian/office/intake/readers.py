"""Files as windows of rows: CSV and Parquet, streamed, every row with its place in the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.spec import Fault

WINDOW = 50_000
HEADER_ROWS = 1
LONGEST_CELL = 1_000_000
csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True)
class Source:
    """A readable file: its headers and how many rows follow them."""

    path: Path
    parquet: bool
    headers: tuple[str, ...]
    rows: int

    def windows(self, start: int) -> Iterator[tuple[pl.DataFrame, list[Fault]]]:
        """Yield windows of rows from `start` (0-based) on, with column `row`, and the rows out of shape."""
        return _parquet_windows(self, start) if self.parquet else _csv_windows(self, start)

    def column(self, header: str) -> pl.Series:
        """One whole column, as text; rows out of shape give null."""
        if self.parquet:
            return pl.read_parquet(self.path, columns=[header])[header].cast(pl.String)
        place = self.headers.index(header)
        cells = (row[place] if len(row) == len(self.headers) else None for row in _csv_rows(self.path))
        return pl.Series(header, cells, dtype=pl.String)


def open_source(path: Path) -> Source:
    """Look at a file: what it is by content, its headers, its length. Raises `Unreadable` with advice."""
    with path.open("rb") as handle:
        head = handle.read(4096)
    if not head:
        raise _empty()
    return _open_parquet(path) if head.startswith(b"PAR1") else _open_csv(path, head)


def _open_parquet(path: Path) -> Source:
    try:
        scan = pl.scan_parquet(path)
        headers = tuple(scan.collect_schema().names())
        rows = int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise Unreadable(f"不是完整的 Parquet 文件：{fault}", f"Not a whole Parquet file: {fault}") from fault
    return Source(path, True, headers, rows)


def _open_csv(path: Path, head: bytes) -> Source:
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(
            "这是 Excel 工作簿；请在 Excel 或 WPS 中另存为“CSV UTF-8”后再导入。",
            "This is an Excel workbook; save it as 'CSV UTF-8' in Excel or WPS and take that in.",
        )
    try:
        headers = tuple(next(_csv_lines(path), ()))
        rows = sum(1 for _ in _csv_rows(path))
    except UnicodeDecodeError as fault:
        raise Unreadable(
            f"文件不是 UTF-8 编码（第 {fault.start} 字节）；请另存为“CSV UTF-8”。",
            f"The file is not UTF-8 (byte {fault.start}); save it as 'CSV UTF-8'.",
        ) from fault
    except csv.Error as fault:
        raise Unreadable(f"CSV 格式错误：{fault}", f"Broken CSV: {fault}") from fault
    if not headers:
        raise _empty()
    return Source(path, False, headers, rows)


def _empty() -> Unreadable:
    return Unreadable("文件是空的。", "The file is empty.")


def _csv_lines(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        yield from csv.reader(handle)


def _csv_rows(path: Path) -> Iterator[list[str]]:
    return islice(_csv_lines(path), HEADER_ROWS, None)


def _csv_windows(source: Source, start: int) -> Iterator[tuple[pl.DataFrame, list[Fault]]]:
    rows = islice(_csv_rows(source.path), start, None)
    place = start
    while window := list(islice(rows, WINDOW)):
        numbered = list(enumerate(window, start=place + HEADER_ROWS + 1))
        place += len(window)
        good = [(number, row) for number, row in numbered if len(row) == len(source.headers)]
        bad = [(number, row) for number, row in numbered if len(row) != len(source.headers)]
        yield _frame(source.headers, good), [_out_of_shape(*row, source.headers) for row in bad]


def _frame(headers: Sequence[str], rows: Sequence[tuple[int, list[str]]]) -> pl.DataFrame:
    columns = list(zip(*(row for _, row in rows), strict=True)) or [()] * len(headers)
    cells = {
        header: pl.Series(header, column, dtype=pl.String)
        for header, column in zip(_distinct(headers), columns, strict=True)
    }
    return pl.DataFrame({"row": pl.Series("row", [number for number, _ in rows], dtype=pl.Int64), **cells})


def _distinct(headers: Sequence[str]) -> list[str]:
    """Headers for a frame: a second column of one name (of no meaning to us, or it were refused) keeps its place."""
    return [
        header if header not in headers[:place] else f"{header}\x00{place}"
        for place, header in enumerate(headers)
    ]


def _out_of_shape(number: int, row: Sequence[str], headers: Sequence[str]) -> Fault:
    text = Text(
        f"本行有 {len(row)} 格，表头有 {len(headers)} 列；请检查多余或缺少的逗号、引号。",
        f"The row has {len(row)} cells, the header {len(headers)}; look for a stray or missing comma or quote.",
    )
    return Fault(number, "", "", text, tuple(row))


def _parquet_windows(source: Source, start: int) -> Iterator[tuple[pl.DataFrame, list[Fault]]]:
    for place in range(start, source.rows, WINDOW):
        window = pl.scan_parquet(source.path).slice(place, WINDOW).collect()
        first = place + HEADER_ROWS + 1
        row = pl.int_range(first, first + window.height, dtype=pl.Int64, eager=True).alias("row")
        yield window.select(row, pl.all().exclude("row")), []
