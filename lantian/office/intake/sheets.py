"""Inside an XLSX before it is read whole: sizes held to, reach of the cells, cells without a value.

An XLSX (ECMA-376) is a zip of XML parts. The reader of workbooks makes room for the whole rectangle of a sheet
and shows neither formulas nor error values, so both are looked for here, in a stream.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lantian.core.messages import Unreadable
from lantian.office.intake.limits import check_packing, check_unpacked, limit

CHUNK = 1 << 20
NO_VALUE = "#NO_VALUE!"
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*\"([^\"]*)\"")
_CELL = re.compile(rb"<(?:\w+:)?c\s[^>]*?r=\"([A-Z]{1,3})([0-9]{1,7})\"")
_ERROR = re.compile(rb"<(?:\w+:)?c\s(?=[^>]*t=\"e\")[^>]*?r=\"([A-Z]{1,3})([0-9]{1,7})\"")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s[^>]*?r=\"([A-Z]{1,3})([0-9]{1,7})\"[^>]*>\s*"
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?=</(?:\w+:)?c>|<(?:\w+:)?v\s*/>|<(?:\w+:)?v></)"
)
Place = tuple[int, int]


@dataclass(frozen=True)
class Scan:
    """Rows and columns that a sheet reaches to, and its cells without a value: (row, column) from 0 → sign."""

    rows: int
    columns: int
    marks: Mapping[Place, str]


def check_package(path: Path) -> None:
    """Refuse what would unpack to too much, from the zip directory; then hold every part to its stated size."""
    try:
        with zipfile.ZipFile(path) as package:
            check_packing(package)
            parts = package.infolist()
            packed = path.stat().st_size
            check_unpacked("workbook", sum(part.file_size for part in parts), packed)
            names = set(package.namelist())
            if "xl/workbook.xml" not in names:
                raise _other(names)
            if any(part.flag_bits & 1 for part in parts):
                raise Unreadable(
                    "压缩包有密码，请去掉密码后再上传。", "The archive has a password; remove it."
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    for _ in _chunks(package, part.filename):
                        pass
            if re.search(rb"date1904=\"(1|true)\"", package.read("xl/workbook.xml")):
                raise Unreadable(
                    "工作簿使用 1904 日期系统，日期会差四年；请在选项中取消“使用 1904 日期系统”后另存。",
                    "The workbook counts days from 1904; switch that option off in Excel and save it again.",
                )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as fault:
        raise broken(fault) from fault


def scan(path: Path, name: str) -> Scan:
    """Look through a sheet's cells; `Unreadable` when they reach further than there is room."""
    rows = columns = 0
    marks: dict[Place, str] = {}
    with zipfile.ZipFile(path) as package:
        for text in _whole_cells(package, _part(package, name)):
            cells = _CELL.findall(text)
            if cells:
                rows = max(rows, int(cells[-1][1]))
                columns = max(columns, *(column_number(letters) for letters in {cell[0] for cell in cells}))
                marks |= {_place(cell): "#ERROR!" for cell in _ERROR.findall(text)}
                marks |= {_place(cell): NO_VALUE for cell in _FORMULA.findall(text)}
    if rows * columns > limit("workbook", "cells"):
        raise Unreadable(
            f"工作表“{name}”的单元格一直到第 {rows} 行、第 {columns} 列，范围过大；"
            "请删除数据之外的行和列，或另存为 CSV。",
            f"The cells of sheet '{name}' reach to row {rows} and column {columns}: too far. "
            "Delete rows and columns outside the data, or save as CSV.",
        )
    return Scan(rows, columns, marks)


def column_number(letters: bytes) -> int:
    """Number of a column by its letters.

    >>> column_number(b"A"), column_number(b"AA")
    (1, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def broken(fault: object) -> Unreadable:
    """The refusal of a workbook that no program could open."""
    return Unreadable(
        f"工作簿已损坏，无法打开（{fault}）；请在 Excel 或 WPS 中打开并另存后再上传。",
        f"The workbook is broken ({fault}); open it in Excel or WPS, save it again and upload that.",
    )


def _other(names: set[str]) -> Unreadable:
    if "xl/workbook.bin" in names or "content.xml" in names:
        return Unreadable(
            "这是 XLSB 或 ODS 表格；请另存为“Excel 工作簿（.xlsx）”后再上传。",
            "This is an XLSB or ODS table; save it as an Excel workbook (.xlsx) and upload that.",
        )
    return Unreadable(
        "这是压缩包，不是工作簿；请解开后上传其中的文件。",
        "This is a ZIP archive, no workbook; unpack it and upload the file inside.",
    )


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with package.open(part) as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def _whole_cells(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Chunks of a sheet, cut before a cell's beginning, so that no cell is seen in halves."""
    rest = b""
    for chunk in _chunks(package, part):
        text = rest + chunk
        cut = max(text.rfind(b"<c "), text.rfind(b":c "))
        cut = text.rfind(b"<", 0, cut + 1) if cut > 0 else 0
        yield text[:cut]
        rest = text[cut:]
    yield rest


def _part(package: zipfile.ZipFile, name: str) -> str:
    """Name of the part in which a sheet stands, by the workbook's relations."""
    relations = {
        found[b"Id"]: found[b"Target"].decode()
        for found in map(_attributes, _RELATION.findall(package.read("xl/_rels/workbook.xml.rels")))
    }
    for found in map(_attributes, _SHEET.findall(package.read("xl/workbook.xml"))):
        if _unescaped(found[b"name"]) == name:
            identity = next(value for key, value in found.items() if key.endswith(b":id"))
            return posixpath.normpath(posixpath.join("xl", relations[identity])).lstrip("/")
    raise broken(name)


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(tag))


def _unescaped(name: bytes) -> str:
    text = name.decode()
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text


def _place(cell: tuple[bytes, bytes]) -> Place:
    return int(cell[1]) - 1, column_number(cell[0]) - 1
