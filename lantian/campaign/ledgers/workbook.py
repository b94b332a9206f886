"""A ledger as a workbook (XLSX) that Excel and WPS open without a warning, ready to print and sign.

Every text is written as text: credit codes and application numbers keep all their digits, and what begins with an
equals sign is no formula. Rows are streamed (xlsxwriter's constant memory), so they must come in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from lantian.campaign.ledgers.frame import Cell, Kind, Ledger
from lantian.core.messages import Refused, Text
from lantian.office.spreadsheets import fit

MOST_ROWS = 1_000_000
SIGNATURE = "填表人：                    审核人：                    单位盖章："
A4, A3 = 9, 8  # paper codes of the format
_HEAD = 3  # rows above the first row of data


@dataclass(frozen=True)
class Heading:
    """What stands above the table: the office, the period, when it was made, how many rows."""

    office: str
    first: date
    last: date
    made_at: datetime
    rows: int

    @property
    def line(self) -> str:
        """The line below the title."""
        made = f"{self.made_at:%Y-%m-%d %H:%M}"
        return f"单位：{self.office}    期间：{self.first} 至 {self.last}    共 {self.rows} 条    生成时间：{made}"


class LedgerBook:
    """A workbook being written: `add` rows in order, then leave the block."""

    def __init__(self, path: Path, ledger: Ledger, heading: Heading) -> None:
        if heading.rows > MOST_ROWS:
            raise Refused(
                f"所选范围有 {heading.rows} 条，一个工作表最多 {MOST_ROWS} 条；请缩短期间或选择一个单位。",
                f"{heading.rows} rows, but a sheet holds {MOST_ROWS}; shorten the period or choose an office.",
            )
        self.ledger = ledger
        self.book: Any = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
        self.sheet: Any = self.book.add_worksheet(ledger.title.zh[:31])
        self.formats = _formats(self.book)
        self.written = 0
        self._lay_out()
        self._head(heading)

    def __enter__(self) -> LedgerBook:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sheet.write_string(_HEAD + self.written + 1, 0, SIGNATURE, self.formats["signature"])
        self.book.close()

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write the next rows, each with its running number."""
        for cells in rows:
            place = _HEAD + self.written
            self.written += 1
            self.sheet.write_number(place, 0, self.written, self.formats["number"])
            for column, (kind, cell) in enumerate(zip(self.kinds, cells, strict=True), start=1):
                self._write(place, column, kind, cell)

    def _write(self, row: int, column: int, kind: Kind, cell: Cell) -> None:
        if cell is None or cell == "":
            self.sheet.write_blank(row, column, None, self.formats["text"])
        elif kind is Kind.DATE and isinstance(cell, date):
            self.sheet.write_datetime(row, column, cell, self.formats["date"])
        elif kind is Kind.NUMBER and isinstance(cell, int):
            self.sheet.write_number(row, column, cell, self.formats["number"])
        else:
            self.sheet.write_string(row, column, as_text(cell), self.formats["text"])

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the columns."""
        return tuple(column.kind for column in self.ledger.columns)

    def _lay_out(self) -> None:
        """Landscape, one page wide, the header on every page; A3 where A4 would make the text too small."""
        sheet, width = self.sheet, sum(column.width for column in self.ledger.columns)
        sheet.set_landscape()
        sheet.set_paper(A3 if width > 160 else A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(_HEAD - 1)
        sheet.freeze_panes(_HEAD, 2)
        sheet.set_footer("&L&A&C第 &P 页，共 &N 页")
        sheet.set_column(0, 0, 6)
        for place, column in enumerate(self.ledger.columns, start=1):
            sheet.set_column(place, place, column.width)
        # Numbers kept as text are meant so: no green corner on every cell.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})

    def _head(self, heading: Heading) -> None:
        self.sheet.write_string(0, 0, self.ledger.title.zh, self.formats["title"])
        self.sheet.write_string(1, 0, heading.line, self.formats["line"])
        titles = ["序号", *(column.title.zh for column in self.ledger.columns)]
        for place, title in enumerate(titles):
            self.sheet.write_string(2, place, title, self.formats["header"])


def as_text(cell: Cell) -> str:
    """A cell as the Chinese text of an official table; what is longer than a cell may be is cut and says so."""
    return fit(cell.zh if isinstance(cell, Text) else str(cell))


def _formats(book: Any) -> dict[str, Any]:
    cell = {"border": 1, "valign": "top", "text_wrap": True, "font_name": "宋体", "font_size": 10}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "font_name": "宋体"}),
        "line": book.add_format({"font_size": 10, "font_name": "宋体"}),
        "header": book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#E9EDF3"}),
        "text": book.add_format({**cell, "num_format": "@"}),
        "number": book.add_format({**cell, "num_format": "0", "align": "center"}),
        "date": book.add_format({**cell, "num_format": "yyyy-mm-dd", "align": "center"}),
        "signature": book.add_format({"font_size": 11, "font_name": "宋体"}),
    }
