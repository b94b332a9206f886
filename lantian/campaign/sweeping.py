"""A street's list of firms looked at, as officers have it: pasted from a sheet, or a workbook. Pure reading.

The first row names the columns in any order; every row of the list is either understood or refused with a reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lantian.campaign.models import SweepEntry
from lantian.core import identifiers
from lantian.core.messages import Text, Unreadable

MOST = 2_000
HEADERS: dict[str, tuple[str, ...]] = {
    "street": ("街道", "街道（镇）", "街道(镇)", "镇街", "street"),
    "firm": ("企业名称", "单位名称", "名称", "主体名称", "firm"),
    "firm_no": ("统一社会信用代码", "信用代码", "credit code"),
    "address": ("地址", "住所", "经营地址", "address"),
    "on": ("排查日期", "日期", "检查日期", "day"),
    "method": ("排查方式", "方式", "method"),
    "officer": ("排查人员", "排查人", "人员", "officer"),
    "result": ("排查结果", "结果", "result"),
    "note": ("备注", "说明", "note"),
}
NEEDED = ("street", "firm", "on", "method", "officer", "result")
METHODS: dict[str, str] = {
    "实地走访": "onsite", "实地": "onsite", "现场": "onsite", "走访": "onsite", "电话核实": "phone",
    "电话": "phone",    "网络检索": "online", "网络": "online", "网上": "online", "登记信息核对": "records",
    "书面": "records", "核对": "records",
}  # fmt: skip
RESULTS: dict[str, str] = {
    "未发现问题": "clear", "无问题": "clear", "正常": "clear", "未发现": "clear", "无": "clear",
    "查无下落": "not_found", "查无": "not_found", "无法联系": "not_found", "涉嫌无资质代理": "suspected",
    "涉嫌": "suspected", "疑似": "suspected", "当场改正": "fixed", "已改正": "fixed", "当场改正（如广告用语）": "fixed",
}  # fmt: skip
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_LENGTHS = {"street": 60, "firm": 200, "address": 200, "officer": 40, "note": 300}


@dataclass(frozen=True)
class Look:
    """One firm looked at, as understood."""

    street: str
    firm: str
    firm_no: str
    address: str
    on: date
    method: str
    officer: str
    result: str
    note: str

    @property
    def fold(self) -> str:
        """What tells one look from another: firm, day, method."""
        firm = self.firm_no or identifiers.fold(self.firm)
        return hashlib.sha256(f"{firm}|{self.on}|{self.method}".encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    """One row of the list (counted as in the list, the header is row 1): a look, or why it is refused."""

    row: int
    cells: tuple[str, ...]
    look: Look | None = None
    refused: Text | None = None


def recognise(cells: Sequence[str]) -> int:
    """How many cells of a row are names of columns."""
    return sum(1 for cell in cells if _column(cell))


def pasted(text: str) -> list[list[str]]:
    """The cells of pasted rows: tabs as spreadsheets copy them, else commas."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    sign = "\t" if any("\t" in line for line in lines) else ","
    return [[cell.strip() for cell in line.replace("，", sign).split(sign)] for line in lines]


def read(rows: Iterable[Sequence[str]], street: str = "") -> list[Line]:
    """Read rows, the header first; `street` fills an empty street. Raises `Unreadable` without a header."""
    table = [list(row) for row in rows]
    if not table:
        raise Unreadable("没有内容。", "There is nothing.")
    columns = [_column(cell) for cell in table[0]]
    missing = [name for name in NEEDED if name not in columns and not (name == "street" and street.strip())]
    if missing:
        titles = "、".join(HEADERS[name][0] for name in missing)
        raise Unreadable(
            f"第一行应为表头，缺少：{titles}。", f"The first row names the columns; missing: {titles}."
        )
    if len(table) > MOST + 1:
        raise Unreadable(
            f"一次最多 {MOST} 行，请分批登记。", f"At most {MOST} rows at once; enter them in parts."
        )
    lines = [_line(place, cells, columns, street.strip()) for place, cells in enumerate(table[1:], start=2)]
    return _without_twins(lines)


def _line(row: int, cells: Sequence[str], columns: Sequence[str], street: str) -> Line:
    said = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
    said["street"] = said.get("street") or street
    try:
        return Line(row, tuple(cells), _look(said))
    except Unreadable as fault:
        return Line(row, tuple(cells), refused=fault.text)


def _look(said: Mapping[str, str]) -> Look:
    for name in NEEDED:
        if not said.get(name):
            raise Unreadable(f"“{HEADERS[name][0]}”未填。", f"'{name}' is empty.")
    for name, length in _LENGTHS.items():
        if len(said.get(name, "")) > length:
            raise Unreadable(
                f"“{HEADERS[name][0]}”超过 {length} 字。", f"'{name}' is longer than {length} characters."
            )
    return Look(
        street=said["street"],
        firm=said["firm"],
        firm_no=_number(said.get("firm_no", "")),
        address=said.get("address", ""),
        on=_day(said["on"]),
        method=_choice(said["method"], METHODS, SweepEntry.Method.values, "method"),
        officer=said["officer"],
        result=_choice(said["result"], RESULTS, SweepEntry.Result.values, "result"),
        note=said.get("note", ""),
    )


def _number(typed: str) -> str:
    if not typed:
        return ""
    found = identifiers.credit_code(typed)
    if found.invalid:
        raise Unreadable(f"统一社会信用代码“{typed[:30]}”有误。", f"The credit code '{typed[:30]}' is wrong.")
    return found.normal


def _day(typed: str) -> date:
    found = _DAY.fullmatch(typed.strip())
    try:
        assert found is not None
        return date(*map(int, found.groups()))
    except (AssertionError, ValueError):
        raise Unreadable(
            f"日期“{typed[:20]}”看不懂，请写作 2026-11-22。", f"'{typed[:20]}' is no day; write 2026-11-22."
        ) from None


def _choice(typed: str, words: Mapping[str, str], values: Sequence[str], name: str) -> str:
    if typed in values:
        return typed
    if typed in words:
        return words[typed]
    known = "、".join(dict.fromkeys(words))
    raise Unreadable(
        f"“{HEADERS[name][0]}”写的是“{typed[:20]}”；可写：{known}。",
        f"'{typed[:20]}' is not known; write {known}.",
    )


def _column(cell: str) -> str:
    folded = cell.strip().lower().lstrip("*")
    return next((name for name, words in HEADERS.items() if folded in words), "")


def _without_twins(lines: Sequence[Line]) -> list[Line]:
    """The second of two rows about one firm, day and method is refused: nobody can tell which one is meant."""
    first: dict[str, int] = {}
    told: list[Line] = []
    for line in lines:
        if line.look is not None and (before := first.setdefault(line.look.fold, line.row)) != line.row:
            text = Text(
                f"与第 {before} 行是同一企业、同日、同一方式。",
                f"The same firm, day and method as row {before}.",
            )
            told.append(Line(line.row, line.cells, refused=text))
        else:
            told.append(line)
    return told
