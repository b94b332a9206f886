"""A returned file as a grid of texts: header, rows with their numbers, merged cells, and what it says it is.

Whatever was saved counts by its content: XLSX, WPS's .et and old .xls (both BIFF), or delimited text.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from lantian.core.messages import Text
from lantian.office.intake.limits import limit
from lantian.office.intake.readers import open_source
from lantian.office.intake.sheets import scan
from lantian.office.intake.sources import Recognise, find_header
from lantian.office.intake.workbooks import COMPOUND, ZIP, Sheet

_MARK = re.compile(r"表号[\s::]*(\S+?)[\s·]*校验[\s::]*([0-9a-f]{16})")
_SPACE = re.compile(r"[\s\u200b\ufeff]+")


@dataclass(frozen=True)
class Merged:
    """A merged area within the rows: first and last row number, column (0-based)."""

    first: int
    last: int
    column: int


@dataclass(frozen=True)
class Grid:
    """What a file holds: `rows` carry their number as an officer counts, `marks` (sheet id, digest) found in it."""

    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    merged: tuple[Merged, ...]
    marks: tuple[tuple[str, str], ...]
    notes: tuple[Text, ...]


def fold(text: str) -> str:
    """A text for comparison: full-width signs folded, no blanks at all, small letters.

    >>> fold(" ＡＢ　１２ ")
    'ab12'
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def marks_in(data: bytes) -> tuple[tuple[str, str], ...]:
    """Sheet ids and digests which a returned file names, the hidden ones first; `Unreadable` for what is no table."""
    return read_grid(data, lambda headers: 0).marks


def read_grid(data: bytes, recognise: Recognise) -> Grid:
    """Read a file; `recognise` counts the headers it knows. `Unreadable` with advice for what no program could read."""
    suffix = {ZIP: ".xlsx", COMPOUND: ".xls"}.get(data[:4], ".csv")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"returned{suffix}")
        path.write_bytes(data)
        source = open_source(path, recognise)  # refuses what is broken, locked or too large
        if suffix != ".csv":
            return _workbook(path, recognise)
        rows = [
            (row, tuple(cell or "" for cell in cells))
            for window in source.windows(0)
            for row, *cells in window.frame.iter_rows()
        ]
        spare = [source.headers, *(cells for _, cells in rows)]
        return Grid(source.headers, tuple(rows), (), tuple(_marks_of(spare)), ())


def _workbook(path: Path, recognise: Recognise) -> Grid:
    workbook = CalamineWorkbook.from_path(path)
    marks: list[tuple[str, str]] = []
    best: tuple[int, str, Grid] | None = None
    others: list[str] = []
    for about in workbook.sheets_metadata:
        sheet = workbook.get_sheet_by_name(about.name)
        signs = scan(path, about.name).marks if path.suffix == ".xlsx" else {}
        rows = [tuple(row) for row in Sheet(sheet, signs).rows()]
        visible = about.visible == SheetVisibleEnum.Visible
        found = list(_marks_of(rows))
        marks = [*marks, *found] if visible else [*found, *marks]
        if not visible or not any(any(row) for row in rows[: limit("header", "rows_searched")]):
            continue
        known, grid = _grid(sheet, rows, recognise)
        others += [about.name] if best and known and known >= best[0] // 2 else []
        if best is None or known > best[0]:
            best = (known, about.name, grid)
    assert best is not None, "open_source found a row"
    return Grid(best[2].headers, best[2].rows, best[2].merged, tuple(marks), _spare(best[1], others))


def _grid(sheet: CalamineSheet, rows: Sequence[tuple[str, ...]], recognise: Recognise) -> tuple[int, Grid]:
    found = find_header(rows[: limit("header", "rows_searched")], recognise)
    width = len(found.headers)
    body = tuple(
        (number, cells + ("",) * (width - len(cells)))
        for number, cells in enumerate(rows[found.index + 1 :], start=found.index + 2)
    )
    merged = tuple(
        Merged(upper + 1, lower + 1, left)
        for (upper, left), (lower, right) in sheet.merged_cell_ranges or []
        if upper > found.index and upper < lower and left == right
    )
    return recognise(found.headers), Grid(found.headers, body, merged, (), ())


def _marks_of(rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    for row in rows:
        for cell in row:
            if "校验" in cell:
                yield from _MARK.findall(unicodedata.normalize("NFKC", cell))


def _spare(name: str, others: Sequence[str]) -> tuple[Text, ...]:
    listed = [other for other in others if other != name]
    if not listed:
        return ()
    return (
        Text(
            f"只读取了工作表“{name}”；“{'、'.join(listed)}”里也有类似的内容，如有答复请并入后重新上传。",
            f"Only sheet '{name}' was read; {', '.join(listed)} look alike: move answers from there and send again.",
        ),
    )
