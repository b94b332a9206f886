"""The office's own workbook: its places found, and filled without touching anything else of it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from lantian.campaign.returns.places import Bound, Known, Wrong, bound, inner, is_word, spread
from lantian.core.messages import Refused, Text, Unreadable
from lantian.office.intake.limits import check_packing, check_unpacked

MOST_CELLS = 5_000
MOST_SHOWN = 20


@dataclass(frozen=True)
class Cell:
    """A bound cell: sheet, address such as `C5`, what it shows."""

    sheet: str
    address: str
    bound: Bound


class BadTemplate(Refused):
    """A workbook cannot serve as template; the text names the cells."""


def read_template(data: bytes, known: Known) -> list[Cell]:
    """Find the bound cells of a workbook. Raises `BadTemplate` with every cell that is not understood."""
    book = _open(data)
    found: list[Cell] = []
    wrong: list[tuple[str, Wrong]] = []
    for sheet, cell, text in _places(book):
        for place in inner(text):
            if is_word(place):
                continue
            try:
                found.append(Cell(sheet, cell.coordinate, _alone(text, bound(place, known))))
            except Wrong as fault:
                wrong.append((f"{sheet}!{cell.coordinate}", fault))
    if wrong:
        raise _refusal(wrong)
    if not found:
        raise BadTemplate(
            "没有找到指标：请在要填数的单元格中写入如 {{登记线索数|本月}} 的标记后再上传。",
            "No figure was found: write marks such as {{leads_opened|month}} into the cells to fill, then upload.",
        )
    if len(found) > MOST_CELLS:
        raise BadTemplate(
            f"指标单元格过多（{len(found)}个，最多{MOST_CELLS}个）。",
            f"Too many bound cells ({len(found)}, at most {MOST_CELLS}).",
        )
    return found


def fill(data: bytes, values: Mapping[tuple[str, str], int], words: Mapping[str, str]) -> bytes:
    """Write values by (sheet, address) and words into a template; formulas are computed by whoever opens it."""
    book = _open(data)
    for sheet, cell, text in list(_places(book)):
        if (sheet, cell.coordinate) in values:
            cell.value = values[sheet, cell.coordinate]
        else:
            cell.value = spread(text, words)
    book.calculation.fullCalcOnLoad = True
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _alone(text: str, found: Bound) -> Bound:
    if text.strip().count("{{") > 1 or not (text.strip().startswith("{{") and text.strip().endswith("}}")):
        raise Wrong(Text("指标标记要独占一个单元格", "the mark of a figure needs a cell of its own"))
    return found


def _places(book: Any) -> Iterator[tuple[str, Any, str]]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and inner(cell.value):
                    yield sheet.title, cell, cell.value


def _refusal(wrong: list[tuple[str, Wrong]]) -> BadTemplate:
    zh = "；".join(f"{place}：{fault.text.zh}" for place, fault in wrong[:MOST_SHOWN])
    en = "; ".join(f"{place}: {fault.text.en}" for place, fault in wrong[:MOST_SHOWN])
    more = len(wrong) - MOST_SHOWN
    return BadTemplate(
        f"以下单元格的标记无法识别，模板未保存。{zh}" + (f"；另有{more}处" if more > 0 else ""),
        f"These cells are not understood; the template was not kept. {en}"
        + (f"; {more} more" if more > 0 else ""),
    )


def _open(data: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            check_packing(packed)
            check_unpacked("workbook", sum(one.file_size for one in packed.infolist()), len(data))
            if any(name.lower().endswith("vbaproject.bin") for name in packed.namelist()):
                raise BadTemplate(
                    "模板含有宏，不能使用；请另存为不含宏的 .xlsx。",
                    "The template has macros; save it as .xlsx without them.",
                )
        return openpyxl.load_workbook(io.BytesIO(data))
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, TypeError) as error:
        raise Unreadable(
            f"无法读取（{error}）；请上传 Excel 或 WPS 另存的 .xlsx 文件。",
            f"Cannot be read ({error}); upload an .xlsx file saved by Excel or WPS.",
        ) from error
