"""Receipts from a workbook or a table, as lines of a worksheet. Knows columns, writes no records."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lantian.core.messages import Text
from lantian.core.worksheet import MOST_LINES, BadLine
from lantian.office.intake.cells import shape
from lantian.office.intake.readers import open_source
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec, name_columns, recognised

RECEIPTS = TableSpec(
    name="worksheet_receipts",
    title=Text("按客户的收入", "receipts by client"),
    key="client",
    columns=(
        Column("client", required=True),
        Column("received_on", Cell.DATE, required=True),
        Column("amount", required=True),
        Column("document"),
        Column("returned"),
    ),
    check=lambda frame: (frame, []),
    move=lambda frame, batch, by: Moved(),
)


def read_file(path: Path) -> str:
    """Lines of receipts as `core.worksheet` reads them; raises `Unreadable`, or `BadLine` naming the first bad cell."""
    source = open_source(path, partial(recognised, RECEIPTS))
    named = name_columns(RECEIPTS, source.headers)
    lines: list[str] = []
    for window in source.windows(0):
        frame, faults = shape(window.frame, RECEIPTS, named)
        if found := sorted([*window.faults, *faults], key=lambda one: one.row):
            raise _bad(found[0])
        for row in frame.iter_rows(named=True):
            cells = (str(row.get(column.name) or "") for column in RECEIPTS.columns)
            lines.append("\t".join(" ".join(cell.split()) for cell in cells))
        if len(lines) > MOST_LINES:
            raise BadLine(
                f"最多{MOST_LINES}行，请先合并。", f"{MOST_LINES} lines at most; sum them up first."
            )
    return "\n".join(lines)


def _bad(fault: Fault) -> BadLine:
    zh, en = fault.text.zh.rstrip("。"), fault.text.en.rstrip(".")
    return BadLine(
        f"文件第{fault.row}行“{fault.value[:30]}”：{zh}。整个文件未读入。",
        f"Row {fault.row} of the file, '{fault.value[:30]}': {en}. Nothing was read.",
    )
