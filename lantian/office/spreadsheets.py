"""Spreadsheets that we write: XLSX that WPS and Excel open without a warning, byte-identical for the same facts.

Every value is written as text, so that codes and application numbers keep their digits and nothing becomes a formula.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

_LONGEST_CELL, _LONGEST_NAME = 32_000, 31
_CUT = "……（原文过长，全文见系统）"
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  a fixed moment: the bytes must not tell when they were written
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_A4_COLUMNS, _A4, _A3 = 12, 9, 8
_NARROWEST, _WIDEST = 8, 36
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_FORBIDDEN_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")


def fit(text: str) -> str:
    """A cell's text as a spreadsheet can hold it (32,767 characters at most), cut with a word that says so."""
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(_CUT)] + _CUT


def write_table(
    *, columns: Sequence[str], rows: Sequence[Sequence[str]], added: Sequence[str] = (), name: str
) -> bytes:
    """One table: `columns`, then `added` ones in another colour; each row holds a text for every one of them."""
    pad = Pad("", name=name)
    headers = [*columns, *added]
    for place, title in enumerate(headers):
        pad.text(0, place, title, "given" if place < len(columns) else "asked")
    for number, row in enumerate(rows, start=1):
        for place, (_, cell) in enumerate(zip(headers, row, strict=True)):
            pad.text(number, place, cell, "open")
    pad.page(0, len(rows), len(headers))
    pad.widen(headers, rows)
    return pad.close()


@dataclass
class Pad:
    """A workbook under the pen: one visible sheet and its formats."""

    mark: str
    name: str
    out: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        self.book: Any = xlsxwriter.Workbook(self.out, _OPTIONS)
        self.book.set_properties({"created": _MADE, "comments": self.mark})
        self.sheet: Any = self.book.add_worksheet(allowed_name(self.name))
        box = {**_FONT, "border": 1, "border_color": "#8C8C8C"}
        head = {**box, "bold": True, "align": "center"}
        styles: dict[str, dict[str, object]] = {
            "title": {**_FONT, "bold": True, "font_size": 16, "align": "center"},
            "line": {**_FONT, "font_size": 11},
            "small": {**_FONT, "font_size": 8, "font_color": "#595959"},
            "given": {**head, "bg_color": "#D9D9D9"},
            "asked": {**head, "bg_color": "#C6E0B4"},
            "locked": {**box, "num_format": "@", "bg_color": "#F2F2F2"},
            "open": {**box, "num_format": "@", "locked": False},
            "day": {**box, "num_format": "yyyy-mm-dd", "locked": False},
        }
        self.styles = {name: self.book.add_format(style) for name, style in styles.items()}

    def text(self, row: int, column: int, text: str, style: str) -> None:
        """Write a cell as text, an empty one as an empty cell with its style."""
        if text:
            self.sheet.write_string(row, column, fit(text), self.styles[style])
        else:
            self.sheet.write_blank(row, column, None, self.styles[style])

    def across(self, row: int, width: int, text: str, style: str) -> None:
        """Write a line over all columns."""
        self.sheet.merge_range(row, 0, row, width - 1, fit(text), self.styles[style])

    def page(self, header: int, rows: int, width: int) -> None:
        """Freeze and repeat the header; landscape, A4 or A3 by the number of columns."""
        sheet = self.sheet
        sheet.freeze_panes(header + 1, 1)
        sheet.repeat_rows(header)
        sheet.set_landscape()
        sheet.set_paper(_A4 if width <= _A4_COLUMNS else _A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.autofilter(header, 0, header + max(rows, 1), width - 1)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        small = self.mark.replace("&", "&&")
        sheet.set_footer(f"&L&8{small}&R&8第 &P 页，共 &N 页")

    def widen(self, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Widths by what stands in the columns, wide characters counted twice, within bounds."""
        widths = [max(_NARROWEST, min(_width(header), _WIDEST)) for header in headers]
        for row in rows:
            widths = [max(width, min(_width(cell), _WIDEST)) for width, cell in zip(widths, row, strict=True)]
        for place, width in enumerate(widths):
            self.sheet.set_column(place, place, width + 2)

    def close(self) -> bytes:
        """Finish the file."""
        self.book.close()
        return self.out.getvalue()


def allowed_name(name: str) -> str:
    """A name that spreadsheets allow: 31 characters, without the signs they refuse.

    >>> allowed_name("线索[1]/清单")
    '线索1清单'
    """
    return name.translate(_FORBIDDEN_IN_NAMES).strip()[:_LONGEST_NAME] or "Sheet1"


def _width(text: str) -> int:
    return max(
        (
            sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line[:_WIDEST])
            for line in text.splitlines()
        ),
        default=0,
    )
