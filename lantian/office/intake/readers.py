"""A file by its content: Parquet, workbook, SQL dump or delimited text, plain or packed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.dumps import is_dump, open_dump
from lantian.office.intake.sources import WINDOW, Recognise, Source, Window, empty
from lantian.office.intake.texts import form_of, open_table
from lantian.office.intake.workbooks import COMPOUND, ZIP, open_workbook

_FIRST_ROW = 2


def open_source(path: Path, recognise: Recognise) -> Source:
    """Look at a file: what it is by content, its headers. Raises `Unreadable` with advice.

    `recognise` counts the names in a row that the table knows; the header is the row with the most.
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    if not head:
        raise empty()
    if head == b"PAR1":
        return _open_parquet(path)
    _refuse_other(head)
    if head in (ZIP, COMPOUND):
        return open_workbook(path, recognise)
    form = form_of(path)
    return open_dump(form) if is_dump(form) else open_table(form, recognise)


# What people upload by mistake, by the first four bytes.
_PICTURE = Text("图片", "a picture")
_ARCHIVE = Text("压缩包", "an archive")
_OTHERS = {
    b"%PDF": Text("PDF 文件", "a PDF file"),
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff\xe0": _PICTURE,
    b"\xff\xd8\xff\xe1": _PICTURE,
    b"Rar!": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
}


def _refuse_other(head: bytes) -> None:
    if head in _OTHERS:
        what = _OTHERS[head]
        raise Unreadable(
            f"这是{what.zh}，不是表格；请从原系统导出 Excel 或 CSV。",
            f"This is {what.en}, not a table; export Excel or CSV from the system it comes from.",
        )


@dataclass(frozen=True)
class Parquet:
    """A Parquet file; its types are kept."""

    path: Path
    headers: tuple[str, ...]
    rows: int
    first_row: int = _FIRST_ROW
    notes: tuple[Text, ...] = ()

    def windows(self, start: int, only: Sequence[str] = ()) -> Iterator[Window]:
        """As `Source.windows`."""
        scan = pl.scan_parquet(self.path).select(*only) if only else pl.scan_parquet(self.path)
        for place in range(start, self.rows, WINDOW):
            window = scan.slice(place, WINDOW).collect()
            first = place + self.first_row
            row = pl.int_range(first, first + window.height, dtype=pl.Int64, eager=True).alias("row")
            yield Window(first, window.height, window.select(row, pl.all().exclude("row")), [])


def _open_parquet(path: Path) -> Parquet:
    try:
        scan = pl.scan_parquet(path)
        headers = tuple(scan.collect_schema().names())
        rows = int(scan.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as fault:
        raise Unreadable(f"不是完整的 Parquet 文件：{fault}", f"Not a whole Parquet file: {fault}") from fault
    return Parquet(path, headers, rows)
