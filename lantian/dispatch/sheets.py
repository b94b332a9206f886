"""Return sheets (反馈表) and answer workbooks as XLSX that WPS and Excel open without a warning.

Pure: the same facts give the same bytes. Every value is written as text, so that codes and application numbers
keep their digits and nothing becomes a formula.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from lantian.core.messages import Text
from lantian.office.spreadsheets import Pad, write_table

KEY_HEADER = "行键（勿改）"
MARKS_SHEET = "_表信息"
_HEADER_ROW = 3
_LONGEST_LIST = 250
_LOCK = {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True}
_PICK = "本列只能填列表中的词；列表里没有的情况请选最接近的一项，并在备注中说明。"


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
    pad = Pad(face.mark, "反馈表")
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
    return write_table(columns=columns, rows=rows, added=added, name=sheet_name)


def _face(pad: Pad, face: _Face, width: int) -> None:
    pad.across(0, width, face.title, "title")
    pad.across(1, width, face.instruction, "line")
    pad.across(2, width, f"{face.origin}　{face.mark}", "small")
    pad.sheet.set_row(0, 28)
    pad.sheet.set_row(1, 34)


def _body(pad: Pad, columns: Sequence[str], rows: Sequence[ReturnRow], fields: Sequence[Field]) -> None:
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
    pad.widen(headers, ([row.key, *(row.cells.get(title, "") for title in columns), *asked] for row in rows))


def _feet(pad: Pad, rows: int, width: int) -> None:
    """The line of signatures below the rows; printing ends there."""
    place = _HEADER_ROW + rows + 2
    line = "填表人：　　　　　　　审核人：　　　　　　　单位盖章：　　　　　　　日期：　　　年　　月　　日"
    pad.across(place, width, line, "line")
    pad.sheet.print_area(0, 0, place, width - 1)


def _marks(pad: Pad, marks: Sequence[str]) -> Any:
    """The hidden sheet on which the sheet knows itself (row 1)."""
    hidden = pad.book.add_worksheet(MARKS_SHEET)
    hidden.write_row(0, 0, marks)
    hidden.protect()
    hidden.very_hidden()
    return hidden


def _choices(pad: Pad, hidden: Any, fields: Sequence[Field], place: tuple[int, int]) -> None:
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
