"""Workbooks (XLSX, XLS): the first sheet with a header that the table knows, as rows of text.

Numbers come as text: whole ones exactly, those beyond 15 digits (which Excel has rounded already) in scientific
notation, so that the check of cells refuses them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.limits import limit
from lantian.office.intake.sheets import Place, Scan, broken, check_package, scan
from lantian.office.intake.sources import Found, Recognise, Record, Records, empty, find_header, header_note

ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LARGEST_EXACT = 10**15
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Sheet:
    """An opened sheet: rows of text from the first row of the sheet on."""

    sheet: CalamineSheet
    marks: Mapping[Place, str] = field(default_factory=dict)

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows from the sheet's first on, the columns too; cells without a value carry their sign."""
        _, left = self.sheet.start or (0, 0)
        marked: dict[int, dict[int, str]] = {}
        for (row, column), sign in self.marks.items():
            marked.setdefault(row, {})[column] = sign
        for number, cells in enumerate(self.sheet.iter_rows()):
            texts = [""] * left + [cell if type(cell) is str else plain(cell) for cell in cells]
            for column, sign in marked.get(number, {}).items():
                texts += [""] * (column + 1 - len(texts))
                texts[column] = texts[column] or sign
            yield texts


def open_workbook(path: Path, recognise: Recognise) -> Records:
    """Choose sheet and header. Raises `Unreadable` for what is broken, locked or unpacks to too much."""
    with path.open("rb") as handle:
        packed = handle.read(4) == ZIP
    if packed:
        check_package(path)
    with _readable(path):
        workbook = CalamineWorkbook.from_path(path)
        names = [
            sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible
        ]
        chosen: tuple[int, str, Sheet, Found] | None = None
        for name in names:
            reach = scan(path, name) if packed else Scan(0, 0, {})
            sheet = Sheet(workbook.get_sheet_by_name(name), reach.marks)
            top = list(islice(sheet.rows(), limit("header", "rows_searched")))
            if not any(any(row) for row in top):
                continue
            found = _header(sheet, top, recognise)
            known = recognise(found.headers)
            if chosen is None or known > chosen[0]:
                chosen = (known, name, sheet, found)
            if known > 1:
                break
    if chosen is None:
        raise empty()
    _, name, sheet, found = chosen
    notes = header_note(found.index + 1)
    if len(names) > 1:
        notes = (Text(f"读取工作表“{name}”。", f"Read from sheet '{name}'."), *notes)
    return Records(found.headers, found.index + 2, partial(_records, sheet, found), notes)


def plain(cell: object) -> str:
    """A cell as text.

    >>> plain(201520787791.7), plain(45439.0), plain(911201167803031405.0)
    ('201520787791.7', '45439', '9.11201167803031E+17')
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell)
        return str(int(cell)) if abs(cell) < _LARGEST_EXACT else f"{cell:.14E}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _records(sheet: Sheet, found: Found) -> Iterator[Record]:
    width = len(found.headers)
    for cells in islice(sheet.rows(), found.index + 1, None):
        yield Record(cells + [""] * (width - len(cells)) if len(cells) < width else cells)


def _header(sheet: Sheet, top: Sequence[Sequence[str]], recognise: Recognise) -> Found:
    """The best header among rows and pairs of rows whose upper one is merged over the lower."""
    best = find_header(top, recognise)
    for index in range(1, len(top)):
        joined = _joined(sheet, top, index)
        if joined and recognise(joined) > recognise(best.headers):
            best = Found(index, joined)
    return best


def _joined(sheet: Sheet, top: Sequence[Sequence[str]], index: int) -> tuple[str, ...]:
    """Headers of a row under merged cells: over several columns the parent is put before, over two rows it stands."""
    headers = [cell.strip() for cell in top[index]]
    whole = sum(1 for above, below in zip(top[index - 1], top[index], strict=False) if above or below)
    touched = False
    for (upper, left), (lower, right) in sheet.sheet.merged_cell_ranges or []:
        parent = top[upper][left].strip() if upper < index and left < len(top[upper]) else ""
        for column in range(left, min(right + 1, len(headers))):
            if upper < index <= lower:
                headers[column], touched = parent, True
            elif upper <= lower == index - 1 and left < right and right - left + 1 < whole:
                headers[column], touched = parent + headers[column], True
    return tuple(headers) if touched else ()


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except PasswordError:
        raise _locked() from None
    except (CalamineError, OSError, ValueError) as fault:
        raise (_locked() if _encrypted(path) else broken(fault)) from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # the reader's own end, which it does not export
            raise
        raise broken("…") from None


def _encrypted(path: Path) -> bool:
    with path.open("rb") as handle:
        return _ENCRYPTED in handle.read(1 << 26)


def _locked() -> Unreadable:
    return Unreadable(
        "工作簿有打开密码；请在 Excel 或 WPS 中去掉密码后再上传。",
        "The workbook has a password; remove it in Excel or WPS and upload it again.",
    )
