"""A return sheet that came back: answers, and everything about it that an officer must see.

Pure: facts in, answers and remarks out. A bad cell never takes a good one with it, and the sender's own columns
are compared with what was sent, never taken over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from lantian.core.messages import Refused, Text
from lantian.dispatch.columns import STOPS, absent, check_columns, known, places_of
from lantian.dispatch.grids import Grid, fold, marks_in, read_grid
from lantian.dispatch.sheets import KEY_HEADER, Field, sheet_digest
from lantian.office.spreadsheets import fit

_FEET = ("填表人", "审核人", "单位盖章", "表号", "制表人", "负责人")
_NOTHING = frozenset({"无", "-", "—", "——", "--", "/", "null", "none"})
_DAY_ZERO, _SERIAL = date(1899, 12, 30), re.compile(r"[2-6][0-9]{4}(\.0+)?")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_WRITTEN_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_NO_VALUES = ("#NO_VALUE!", "#ERROR!", "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
_LISTED = 12


@dataclass(frozen=True)
class SheetFacts:
    """What was sent: the rows by key with the sender's cells, the sender's columns, the columns to fill."""

    sheet_id: str
    keys: Mapping[str, Mapping[str, str]]
    columns: Sequence[str]
    fields: Sequence[Field]


@dataclass(frozen=True)
class Answer:
    """One row's answers by field name; a field whose cell was refused or whose column is gone is not in `values`.

    `row` is the row of the file as an officer counts, or 0 for an answer that came by screen.
    """

    key: str
    values: Mapping[str, str]
    row: int = 0

    @property
    def blank(self) -> bool:
        """Whether nothing was written in this row."""
        return not any(self.values.values())


@dataclass(frozen=True)
class Remark:
    """Something to see: row of the file (0: none), key, title of the column, the cell, and what to do about it."""

    row: int
    key: str
    column: str
    value: str
    text: Text


@dataclass(frozen=True)
class Returned:
    """A sheet as read. The same key in two rows gives two answers; `merging.merge` shows them as a conflict."""

    answers: tuple[Answer, ...]
    unknown: tuple[Remark, ...]
    missing: tuple[Remark, ...]
    changed: tuple[Remark, ...]
    refused: tuple[Remark, ...]
    notes: tuple[Text, ...]


def sheet_ids(data: bytes) -> tuple[str, ...]:
    """Ids of the return sheets which a file names, so that any sheet can be handed in at one place."""
    return tuple(dict.fromkeys(sheet for sheet, _ in marks_in(data)))


def read_return_sheet(data: bytes, name: str, *, expected: SheetFacts) -> Returned:
    """Read a returned file (`name` as the office named it).

    Raises `Unreadable` for what no program can open or where no answer column is found, `Refused` for another sheet.
    """
    grid = read_grid(data, lambda headers: known(headers, expected.columns, expected.fields))
    notes = [*grid.notes, *_identity(grid, name, expected)]
    places, renamed = places_of(grid.headers, expected.columns, expected.fields)
    check_columns(places, name, expected.columns, expected.fields)
    notes += [*renamed, *absent(places, expected.fields)]
    reading = _Reading(expected, places, _Keys(expected, places))
    filled = _filled_down(grid, places, expected, reading.notes)
    for row, cells in filled:
        reading.take(row, cells)
    return reading.result(notes)


@dataclass
class _Reading:
    """Rows on their way to answers."""

    expected: SheetFacts
    places: Mapping[str, int]
    keys: _Keys
    answers: list[Answer] = field(default_factory=list)
    unknown: list[Remark] = field(default_factory=list)
    changed: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)

    def take(self, row: int, cells: Sequence[str]) -> None:
        if not any(cell.strip() for cell in cells) or _is_foot(cells):
            return
        key, guessed = self.keys.find(cells)
        if key is None:
            self.unknown.append(_unknown(row, self.keys.written(cells)))
            return
        if guessed:
            self.notes.append(
                Text(
                    f"第 {row} 行没有行键，按内容认作“{key}”，请核对。",
                    f"Row {row} has no key; by its content it is '{key}'. Please check.",
                )
            )
        self.changed += _changes(row, key, cells, self.places, self.expected)
        self.answers.append(self._answer(row, key, cells))

    def _answer(self, row: int, key: str, cells: Sequence[str]) -> Answer:
        values: dict[str, str] = {}
        faults: list[Remark] = []
        for each in self.expected.fields:
            if each.header in self.places:
                cell = _cleaned(cells[self.places[each.header]])
                value, advice = _value(each, cell)
                if advice is None:
                    values[each.name] = value
                else:
                    faults.append(Remark(row, key, each.title.zh, cell[:60], _at(row, each, advice)))
        answer = Answer(key, values, row)
        if not answer.blank or faults:
            faults += [
                Remark(row, key, each.title.zh, "", _at(row, each, _EMPTY))
                for each in self.expected.fields
                if each.required and values.get(each.name) == ""
            ]
        self.refused += faults
        return answer

    def result(self, notes: Sequence[Text]) -> Returned:
        answers, twice = _without_copies(self.answers)
        there = {answer.key for answer in answers}
        missing = tuple(_missing(key) for key in self.expected.keys if key not in there)
        blank = sum(1 for answer in answers if answer.blank)
        left = (
            [Text(f"{blank} 行还没有填写。", f"{blank} rows have not been filled in yet.")] if blank else []
        )
        return Returned(
            answers,
            tuple(self.unknown),
            missing,
            tuple(self.changed),
            tuple(self.refused),
            (*notes, *self.notes, *twice, *left),
        )


class _Keys:
    """Rows by their keys, as written, re-typed, or lost but with the sender's cells untouched."""

    def __init__(self, expected: SheetFacts, places: Mapping[str, int]) -> None:
        self._place = places.get(KEY_HEADER)
        self._columns = [(column, places[column]) for column in expected.columns if column in places]
        self._by_key = _unique((_key(key), key) for key in expected.keys)
        self._by_content = _unique(
            (tuple(_same(cells.get(column, "")) for column, _ in self._columns), key)
            for key, cells in expected.keys.items()
        )

    def written(self, cells: Sequence[str]) -> str:
        """The key as it stands in a row."""
        return "" if self._place is None else cells[self._place].strip()

    def find(self, cells: Sequence[str]) -> tuple[str | None, bool]:
        """The key that was sent, and whether it was guessed from the content."""
        written = self.written(cells)
        if written:
            return self._by_key.get(_key(written)), False
        content = tuple(_same(cells[place]) for _, place in self._columns)
        return (self._by_content.get(content) if any(content) else None), True


def _unique(pairs: Iterator[tuple[object, str]]) -> dict[object, str]:
    found: dict[object, str] = {}
    twice = set()
    for form, key in pairs:
        if form in found:
            twice.add(form)
        found[form] = key
    return {form: key for form, key in found.items() if form not in twice}


def _key(text: str) -> str:
    """A key as people re-type it: full-width, with blanks, without leading zeros where it is a number."""
    folded = fold(text).removesuffix(".0")
    return (folded.lstrip("0") or "0") if folded.isdigit() else folded


def _same(text: str) -> str:
    """A sender's cell for comparison: what re-typing and saving change without changing the meaning."""
    day = _day(_cleaned(text))
    return day or fold(fit(text)).removesuffix(".0")


def _cleaned(cell: str) -> str:
    return _MIDNIGHT.sub(
        "", cell.replace("\x00", "").replace("\r\n", "\n").strip().strip("\u3000\u200b\ufeff")
    )


def _is_foot(cells: Sequence[str]) -> bool:
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return first.startswith(_FEET) and sum(1 for cell in cells if cell.strip()) <= len(_FEET)


_EMPTY = Text("必填，不能为空；请填写。", "must not be empty; fill it in.")


def _value(each: Field, cell: str) -> tuple[str, Text | None]:
    """A cell as the field wants it, or why it is refused."""
    if cell in _NO_VALUES:
        return "", Text(
            "公式没有结果；请粘贴为数值后重发。",
            "is a formula without a result; paste its value and send again.",
        )
    if not cell:
        return "", None
    if each.choices:
        return _choice(each.choices, cell)
    if each.day:
        day = _day(cell)
        return (
            (day, None)
            if day
            else ("", Text("不是日期；请写作 2026-05-27。", "is no date; write it like 2026-05-27."))
        )
    return cell, None


def _choice(choices: Sequence[str], cell: str) -> tuple[str, Text | None]:
    known = {fold(choice).strip(STOPS): choice for choice in choices}
    wanted = fold(cell).strip(STOPS)
    if wanted in known:
        return known[wanted], None
    if cell.strip() in _NOTHING:
        return "", None
    listed = "、".join(choices[:_LISTED]) + ("……" if len(choices) > _LISTED else "")
    return "", Text(
        f"“{cell[:30]}”不在选项内；请改为：{listed}。", f"'{cell[:30]}' is no choice; write one of: {listed}."
    )


def _day(cell: str) -> str:
    """A date in ISO form from what people and spreadsheets write (Excel's serials too), or nothing."""
    text = fold(cell)
    if _SERIAL.fullmatch(text):
        return (_DAY_ZERO + timedelta(days=int(float(text)))).isoformat()
    found = _WRITTEN_DAY.fullmatch(text)
    if not found:
        return ""
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _at(row: int, each: Field, advice: Text) -> Text:
    return Text(f"第 {row} 行“{each.title.zh}”：{advice.zh}", f"Row {row}, '{each.title.en}': {advice.en}")


def _unknown(row: int, written: str) -> Remark:
    if written:
        text = Text(
            f"第 {row} 行的行键“{written}”不在本表内，可能属于其他单位或其他批次；未录入，请转给相应单位填报。",
            f"Row {row}: key '{written}' is not of this sheet; it may be another office's or another list's. "
            "It was not taken; let that office answer it.",
        )
    else:
        text = Text(
            f"第 {row} 行没有行键，也认不出是哪一行；未录入。如为本表的行请补上行键，新增线索请另行登记。",
            f"Row {row} has no key and matches no row of this sheet; it was not taken. Put the key back, "
            "or register it apart if it is something new.",
        )
    return Remark(row, written, "", "", text)


def _missing(key: str) -> Remark:
    text = Text(
        f"表中没有“{key}”这一行；已有答复不变，尚未答复的请补报。",
        f"Row '{key}' is not in the file; a known answer stays, an open one is still due.",
    )
    return Remark(0, key, "", "", text)


def _changes(
    row: int, key: str, cells: Sequence[str], places: Mapping[str, int], expected: SheetFacts
) -> Iterator[Remark]:
    """Sender's cells that were altered; the original stands."""
    for column in expected.columns:
        sent = expected.keys[key].get(column, "")
        if column in places and _same(cells[places[column]]) != _same(sent):
            now = cells[places[column]].strip()
            text = Text(
                f"第 {row} 行原件列“{column}”被改为“{now[:40]}”，"
                f"以下发内容“{sent[:40]}”为准；如原件有误请在备注中说明。",
                f"Row {row}: the sender's column '{column}' was altered to '{now[:40]}'; '{sent[:40]}' as sent stands. "
                "If that is wrong, say so in the remarks.",
            )
            yield Remark(row, key, column, now, text)


def _without_copies(answers: Sequence[Answer]) -> tuple[tuple[Answer, ...], list[Text]]:
    """Drop rows that repeat an answer word for word; differing ones stay, side by side."""
    kept: dict[tuple[str, tuple[tuple[str, str], ...]], Answer] = {}
    notes = []
    for answer in answers:
        first = kept.setdefault((answer.key, tuple(sorted(answer.values.items()))), answer)
        if first is not answer:
            notes.append(
                Text(
                    f"第 {answer.row} 行与第 {first.row} 行重复，只录入一次。",
                    f"Row {answer.row} repeats row {first.row}; it was taken once.",
                )
            )
    return tuple(kept.values()), notes


def _identity(grid: Grid, name: str, expected: SheetFacts) -> Iterator[Text]:
    """Refuse another sheet; say when a sheet does not know itself or is of an earlier edition."""
    found = dict(reversed(grid.marks))
    if not found:
        yield Text(
            "文件中没有表号，按行键认行；请尽量在原表上填写。",
            "The file names no sheet; rows were known by their keys. Better fill in the sheet as sent.",
        )
        return
    first = grid.marks[0][0]
    if first != expected.sheet_id:
        raise Refused(
            f"“{name}”是另一张反馈表（表号 {first}），不是 {expected.sheet_id}；请在该表的页面上传。",
            f"'{name}' is another return sheet ({first}), not {expected.sheet_id}; hand it in on that sheet's page.",
        )
    if found[first] != sheet_digest(expected.sheet_id, expected.keys, expected.columns, expected.fields):
        yield Text(
            "这是较早一版的表，之后本表的行或列有过变动；已按现在的表读取，请核对。",
            "This is an earlier edition of the sheet; it was read by the present one. Please check.",
        )


def _filled_down(
    grid: Grid, places: Mapping[str, int], expected: SheetFacts, notes: list[Text]
) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows in which a merged answer cell stands for every row it covers; keys and sender's cells likewise."""
    ours = {place: name for name, place in places.items() if name != KEY_HEADER}
    rows = {number: list(cells) for number, cells in grid.rows}
    for area in grid.merged:
        if area.column not in ours or area.first not in rows:
            continue
        for number in range(area.first + 1, area.last + 1):
            if number in rows:
                rows[number][area.column] = rows[area.first][area.column]
        notes.append(
            Text(
                f"“{ours[area.column]}”列第 {area.first} 至 {area.last} 行"
                "是合并单元格，各行按同一内容读取，请核对。",
                f"Rows {area.first} to {area.last} of '{ours[area.column]}' are one merged cell: "
                "read as the same for each. Please check.",
            )
        )
    return iter(rows.items())
