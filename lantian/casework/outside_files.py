"""Exports of outside systems read, and upload tables written. Knows columns and layouts, writes no records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.cells import shape
from lantian.office.intake.readers import open_source
from lantian.office.intake.spec import (
    Cell,
    Column,
    Fault,
    Moved,
    TableSpec,
    fold_header,
    name_columns,
    recognised,
)
from lantian.office.modes import FIELDS, Module, rule
from lantian.office.spreadsheets import write_table

MOST_ROWS = 20_000  # one page's work; an export larger than this is cut by year
DATES = ("opened_on", "closed_on")
LONGEST = {
    "external_no": 80,
    "title": 200,
    "stage": 40,
    "result": 500,
    "handler": 80,
    "subject_no": 120,
    "subject_name": 200,
}
Values = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One matter of an export: its row in the file and the cells that say something, dates in ISO form."""

    row: int
    values: Values

    @property
    def number(self) -> str:
        """Its number in the outside system."""
        return self.values["external_no"]


@dataclass(frozen=True)
class Export:
    """An export as read: good lines, faults by row, columns of no meaning here, remarks."""

    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    unused: tuple[str, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True)
class Difference:
    """A known matter that would change: number, row, and per field what it is and what it would be."""

    line: Line
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Plan:
    """What taking an export in would do; `digest` names it, so that what is done is what was looked at."""

    new: tuple[Line, ...]
    changed: tuple[Difference, ...]
    same: int
    faults: tuple[Fault, ...]

    @property
    def digest(self) -> str:
        """Sixteen hex digits over what would be written."""
        told = [
            [dict(line.values) for line in self.new],
            [[one.line.number, sorted(one.fields.items())] for one in self.changed],
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def spec_of(module: Module) -> TableSpec:
    """The columns of a module's export; names that files use stand in `headers.toml`."""
    columns = tuple(
        Column(
            name, Cell.DATE if name in DATES else Cell.TEXT, required=name in ("external_no", "subject_name")
        )
        for name in FIELDS
    )
    return TableSpec(
        name=f"outside_{module}",
        title=rule(module).text,
        key="external_no",
        columns=columns,
        check=lambda frame: (frame, []),
        move=lambda frame, batch, by: Moved(),
    )


def read_export(path: Path, module: Module) -> Export:
    """Read an export. Raises `Unreadable` for what is no table, lacks a needed column or is too long."""
    spec = spec_of(module)
    source = open_source(path, partial(recognised, spec))
    named = name_columns(spec, source.headers)
    lines: list[Line] = []
    faults: list[Fault] = []
    for window in source.windows(0):
        frame, found = shape(window.frame, spec, named)
        faults += [*window.faults, *found]
        lines += [_line(row) for row in frame.iter_rows(named=True)]
        if len(lines) > MOST_ROWS:
            raise _too_long()
    unused = tuple(header for header in source.headers if header and header not in named)
    good, bad = _checked(lines)
    return Export(good, tuple(sorted([*faults, *bad], key=lambda fault: fault.row)), unused, source.notes)


def compare(export: Export, known: Mapping[str, Values]) -> Plan:
    """Compare an export with the matters known by number. An empty cell takes nothing away."""
    new, changed, same = [], [], 0
    for line in export.lines:
        before = known.get(line.number)
        if before is None:
            new.append(line)
            continue
        fields = {
            name: (before.get(name, ""), value)
            for name, value in line.values.items()
            if value != before.get(name, "")
        }
        same += not fields
        changed += [Difference(line, fields)] if fields else []
    return Plan(tuple(new), tuple(changed), same, export.faults)


def write_layout(module: Module, matters: Iterable[Values], titles: Sequence[str] = ()) -> bytes:
    """The table to be uploaded to the outside system: the rule book's columns, or those of a template (`titles`)."""
    columns = layout_of(module, titles)
    rows = [[matter.get(field, "") for _, field in columns] for matter in matters]
    return write_table(columns=[title for title, _ in columns], rows=rows, name=rule(module).text.zh)


def layout_of(module: Module, titles: Sequence[str] = ()) -> list[tuple[str, str]]:
    """(title, field) of each column that goes out, in order; a title of no meaning here stays empty."""
    if not titles:
        return [(each["title"], each["field"]) for each in rule(module).values["layout"]]
    meaning = {fold_header(each["title"]): str(each["field"]) for each in rule(module).values["layout"]}
    known = name_columns(_loose(module), [title for title in titles if title])
    return [(title, known.get(title, meaning.get(fold_header(title), ""))) for title in titles]


def titles_of(path: Path, module: Module) -> tuple[str, ...]:
    """The columns of an uploaded template, in order. Raises `Unreadable` when none of them is known."""
    spec = _loose(module)
    headers = tuple(header for header in open_source(path, partial(recognised, spec)).headers if header)
    if not recognised(spec, headers):
        raise Unreadable(
            "模板中没有认得的列名；请上传表头在前二十行内的官方模板，或使用系统自带的列。",
            "The template has no column that is known; upload the official one with its header in the first twenty "
            "rows, or use the built-in columns.",
        )
    return headers


def _loose(module: Module) -> TableSpec:
    """The module's columns without any that must be there."""
    spec = spec_of(module)
    columns = tuple(Column(column.name, column.cell) for column in spec.columns)
    return TableSpec(spec.name, spec.title, spec.key, columns, spec.check, spec.move)


def _line(row: Mapping[str, object]) -> Line:
    told = {name: value for name, value in row.items() if name != "row" and value not in (None, "")}
    values = {
        name: value.isoformat() if isinstance(value, date) else str(value) for name, value in told.items()
    }
    return Line(int(str(row["row"])), values)


def _checked(lines: Sequence[Line]) -> tuple[tuple[Line, ...], list[Fault]]:
    """Leave out what cannot be stored: texts too long, dates in the wrong order, a number twice with other cells."""
    good: dict[str, Line] = {}
    faults: list[Fault] = []
    for line in lines:
        fault = _fault(line, good.get(line.number))
        if fault:
            faults.append(fault)
        else:
            good.setdefault(line.number, line)
    return tuple(good.values()), faults


def _fault(line: Line, first: Line | None) -> Fault | None:
    for name, most in LONGEST.items():
        if len(line.values.get(name, "")) > most:
            text = Text(f"超过 {most} 字，请缩短。", f"Longer than {most} signs; shorten it.")
            return Fault(line.row, name, line.values[name][:60], text)
    begun, ended = line.values.get("opened_on", ""), line.values.get("closed_on", "")
    if begun and ended and ended < begun:
        text = Text("结束日期早于开始日期，请核对。", "It ends before it begins; check both dates.")
        return Fault(line.row, "closed_on", ended, text)
    if first and dict(first.values) != dict(line.values):
        text = Text(
            f"与第 {first.row} 行编号相同而内容不同；请在外部系统核实，只保留一行。",
            f"It has the number of row {first.row} but says something else; check it there and keep one of them.",
        )
        return Fault(line.row, "external_no", line.number, text)
    return None


def _too_long() -> Unreadable:
    return Unreadable(
        f"导出文件超过 {MOST_ROWS} 行；请按年度或状态分次导出后分别导入。",
        f"The export has more than {MOST_ROWS} rows; cut it by year or state and take the parts in one by one.",
    )
