"""Return sheets (反馈表) and answer workbooks as XLSX that WPS and Excel open without a warning.

Pure: the same facts give the same bytes. Every value is written as text, so that codes and application numbers
keep their digits and nothing becomes a formula.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from lantian.core.messages import Text

KEY_HEADER = "行键（勿改）"
MARKS_SHEET = "_表信息"
_HEADER_ROW = 3
_LONGEST_CELL, _LONGEST_LIST, _LONGEST_NAME = 32_000, 250, 31
_CUT = "……（原文过长，全文见系统）"
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001  a fixed moment: the bytes must not tell when they were written
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_LOCK = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
_A4_COLUMNS, _A4, _A3 = 12, 9, 8
_NARROWEST, _WIDEST = 8, 36
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
_PICK = "本列只能填列表中的词；列表里没有的情况请选最接近的一项，并在备注中说明。"
_FORBIDDEN_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")


@dataclass(frozen=True)
class ReturnRow:
    """One row to be answered: its key and the sender's cells by column title."""

    key: str
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One column to be filled in; `choices` makes it a list, `day` a date (both keep other text out)."""

    name: str
    title: Text
    choices: tuple[str, ...] | None = None
    required: bool = False
    day: bool = False

    @property
    def header(self) -> str:
        """What stands above the column."""
        return f"{self.title.zh}（{'必填' if self.required else '选填'}）"


@dataclass(frozen=True)
class _Face:
    """What a return sheet says about itself."""

    title: str
    instruction: str
    origin: str
    mark: str


def fit(text: str) -> str:
    """A cell's text as a spreadsheet can hold it (32,767 characters at most), cut with a word that says so."""
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - len(_CUT)] + _CUT


def sheet_digest(
    sheet_id: str, keys: Mapping[str, Mapping[str, str]], columns: Sequence[str], fields: Sequence[Field]
) -> str:
    """Sixteen hex digits over what a sheet asks: its rows, columns, fields; the order of the rows is no matter."""
    asked = [
        sheet_id,
        list(columns),
        [[each.name, each.title.zh, list(each.choices or ()), each.required, each.day] for each in fields],
        [[key, [cells.get(column, "") for column in columns]] for key, cells in sorted(keys.items())],
    ]
    return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()[:16]


def write_return_sheet(  # noqa: PLR0913  the parts of a form
    *,
    title: str,
    columns: Sequence[str],
    rows: Sequence[ReturnRow],
    fields: Sequence[Field],
    sheet_id: str,
    unit_name: str,
    letter: str,
    deadline: date,
) -> bytes:
    """One office's return sheet: keys and sender's columns locked, answers open. Same facts, same bytes.

    `letter` is the number of the sender's letter. Raises `ValueError` for a key or a column that stands twice.
    """
    keys = {row.key: row.cells for row in rows}
    if len(keys) != len(rows) or len(set(columns)) != len(columns):
        raise ValueError("a row key or a column stands twice")
    digest = sheet_digest(sheet_id, keys, columns, fields)
    day = f"{deadline.year}年{deadline.month}月{deadline.day}日"
    face = _Face(
        title,
        f"请于 {day}前逐行填写绿色表头的各列，在系统中上传本表，或将本表发回交办单位。"
        "灰色各列为原件内容，请勿改动、增删行或合并单元格；不属本单位的，请在备注类列中写明理由。",
        f"来文：{letter}　填报单位：{unit_name}",
        f"表号 {sheet_id} · 校验 {digest}",
    )
    pad = _Pad(face.mark)
    _face(pad, face, 1 + len(columns) + len(fields))
    _body(pad, columns, rows, fields)
    _feet(pad, len(rows), 1 + len(columns) + len(fields))
    _choices(pad, _marks(pad, (sheet_id, digest, face.mark)), fields, (1 + len(columns), len(rows)))
    return pad.close()


def write_answer_workbook(
    *,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    added: Sequence[str],
    sheet_name: str,
) -> bytes:
    """The answer to the sender: the sender's columns and rows in their order, `added` columns behind them.

    Each row holds a text for every one of `columns` and `added`. An answer that belongs into a column which the
    sender left empty goes there; `added` is for the others. Same facts, same bytes.
    """
    pad = _Pad("", name=sheet_name)
    headers = [*columns, *added]
    for place, title in enumerate(headers):
        pad.text(0, place, title, "given" if place < len(columns) else "asked")
    for number, row in enumerate(rows, start=1):
        for place, (_, cell) in enumerate(zip(headers, row, strict=True)):
            pad.text(number, place, cell, "open")
    pad.page(0, len(rows), len(headers))
    _widen(pad, headers, rows)
    return pad.close()


@dataclass
class _Pad:
    """A workbook under the pen: one visible sheet and its formats."""

    mark: str
    name: str = "反馈表"
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


def _face(pad: _Pad, face: _Face, width: int) -> None:
    pad.across(0, width, face.title, "title")
    pad.across(1, width, face.instruction, "line")
    pad.across(2, width, f"{face.origin}　{face.mark}", "small")
    pad.sheet.set_row(0, 28)
    pad.sheet.set_row(1, 34)


def _body(pad: _Pad, columns: Sequence[str], rows: Sequence[ReturnRow], fields: Sequence[Field]) -> None:
    headers = [KEY_HEADER, *columns, *(each.header for each in fields)]
    for place, header in enumerate(headers):
        pad.text(_HEADER_ROW, place, header, "given" if place <= len(columns) else "asked")
    for number, row in enumerate(rows, start=_HEADER_ROW + 1):
        pad.text(number, 0, row.key, "locked")
        for place, column in enumerate(columns, start=1):
            pad.text(number, place, row.cells.get(column, ""), "locked")
        for place, each in enumerate(fields, start=1 + len(columns)):
            pad.text(number, place, "", "day" if each.day else "open")
    pad.page(_HEADER_ROW, len(rows), len(headers))
    pad.sheet.protect("", _LOCK)
    asked = [""] * len(fields)
    _widen(
        pad, headers, ([row.key, *(row.cells.get(title, "") for title in columns), *asked] for row in rows)
    )


def _feet(pad: _Pad, rows: int, width: int) -> None:
    """The line of signatures below the rows; printing ends there."""
    place = _HEADER_ROW + rows + 2
    line = "填表人：　　　　　　　审核人：　　　　　　　单位盖章：　　　　　　　日期：　　　年　　月　　日"
    pad.across(place, width, line, "line")
    pad.sheet.print_area(0, 0, place, width - 1)


def _marks(pad: _Pad, marks: Sequence[str]) -> Any:
    """The hidden sheet on which the sheet knows itself (row 1)."""
    hidden = pad.book.add_worksheet(MARKS_SHEET)
    hidden.write_row(0, 0, marks)
    hidden.protect()
    hidden.very_hidden()
    return hidden


def _choices(pad: _Pad, hidden: Any, fields: Sequence[Field], place: tuple[int, int]) -> None:
    """Lists and dates of the answer columns; lists too long for a cell's rule stand on the hidden sheet.

    `place` is the first answer column and the number of rows.
    """
    first, rows = place
    for number, each in enumerate(fields):
        rule = _rule(each, number)
        for line, choice in enumerate(each.choices or (), start=2):
            hidden.write_string(line, number, choice)
        if rule and rows:
            pad.sheet.data_validation(
                _HEADER_ROW + 1, first + number, _HEADER_ROW + rows, first + number, rule
            )


def _rule(each: Field, number: int) -> dict[str, object] | None:
    if each.choices:
        short = len(",".join(each.choices)) <= _LONGEST_LIST and not any("," in word for word in each.choices)
        column = xl_col_to_name(number)
        last = len(each.choices) + 2
        source = list(each.choices) if short else f"='{MARKS_SHEET}'!${column}$3:${column}${last}"
        return {"validate": "list", "source": source, "error_title": "请从列表中选择", "error_message": _PICK}
    if each.day:
        span = {"minimum": date(1985, 1, 1), "maximum": date(2099, 12, 31)}
        return {
            "validate": "date",
            "criteria": "between",
            **span,
            "error_title": "不是日期",
            "error_message": "请写作 2026-05-27。",
        }
    return None


def _widen(pad: _Pad, headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Widths by what stands in the columns, wide characters counted twice, within bounds."""
    widths = [max(_NARROWEST, min(_width(header), _WIDEST)) for header in headers]
    for row in rows:
        widths = [max(width, min(_width(cell), _WIDEST)) for width, cell in zip(widths, row, strict=True)]
    for place, width in enumerate(widths):
        pad.sheet.set_column(place, place, width + 2)


def _width(text: str) -> int:
    return max(
        (
            sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line[:_WIDEST])
            for line in text.splitlines()
        ),
        default=0,
    )
