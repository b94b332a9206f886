"""Dumps of SQL databases: INSERT statements, also with lines whose brackets and quotes were lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.limits import book
from lantian.office.intake.sources import Record, Records
from lantian.office.intake.texts import DAMAGED, Form, lines_of

_INSERT = re.compile(r"INSERT\s+INTO\s+[`\"\[]?(\w+)[`\"\]]?\s*(?:\(([^)]*)\))?\s*VALUES\s*", re.IGNORECASE)
_VALUE = re.compile(r"\s*(?:'((?:[^'\\]|\\.|'')*)'|([^,()']*))\s*([,)])", re.DOTALL)
_ENDED = re.compile(r"('|,\s*(NULL|-?[0-9.]+)\s*)\)$", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "", "b": ""}
BROKEN = Text(
    "本行不是完整的数据行（括号或引号不成对）；请从原库重新导出。",
    "Not a whole row of values (brackets or quotes do not match); export it again.",
)


def is_dump(form: Form) -> bool:
    """Tell whether one of the first lines inserts into a table."""
    return any(_INSERT.match(line) for line in islice(lines_of(form), 200))


def open_dump(form: Form) -> Records:
    """Read a dump's first table; columns by the statement itself or by the rule book."""
    read = partial(_rows, form)
    first = next(read(), Record(()))
    headers = _columns(form, len(first.cells))
    strays = sum(1 for line in _lines(form) if line is None)
    notes = form.notes
    if strays:
        notes += (
            Text(
                f"导出文件中有 {strays} 段不是数据行（语句、注释、空行），已略过。",
                f"{strays} fragments of the dump are no rows (statements, comments, empty lines) and were skipped.",
            ),
        )
    return Records(headers, 2, read, notes)


def _columns(form: Form, width: int) -> tuple[str, ...]:
    insert = next(filter(None, map(_INSERT.match, lines_of(form))))
    if insert[2]:
        return tuple(name.strip(' `"[]') for name in insert[2].split(","))
    known = tuple(book()["dumps"].get(insert[1].lower(), ()))
    if len(known) == width:
        return known
    raise Unreadable(
        f"导出文件没有写明“{insert[1]}”的列名；导出时请选择“完整插入”（INSERT 带列名）。",
        f"The dump does not name the columns of '{insert[1]}'; export with complete inserts.",
    )


def _rows(form: Form) -> Iterator[Record]:
    for line in _lines(form):
        if line is not None:
            yield from _tuples(line)


def _lines(form: Form) -> Iterator[str | None]:
    """Lines of values of the first table; None for every other line."""
    table, inside = "", False
    for line in lines_of(form):
        text = line.strip()
        insert = _INSERT.match(text)
        if insert:
            table = table or insert[1]
            inside, text = insert[1] == table, text[insert.end() :]
            if inside and not text:
                continue
        if not inside:
            yield None
            continue
        inside = not text.endswith(";")
        yield text.rstrip(";,")


def _tuples(line: str) -> Iterator[Record]:
    """Yield the rows of a line; a lost opening `('` or closing `')` is put back."""
    line = line if line.startswith("(") else f"('{line}"
    line = line if _ENDED.search(line) else f"{line}')"
    place = 0
    while place < len(line):
        place = line.find("(", place) + 1
        if not place:
            return
        cells, place = _cells(line, place)
        if place < 0:
            yield Record([line[:1000]], BROKEN)
            return
        yield Record(cells, DAMAGED if any("\ufffd" in cell for cell in cells) else None)


def _cells(line: str, place: int) -> tuple[list[str], int]:
    """Read values up to the closing bracket; -1 as the place when there is none."""
    cells = []
    while value := _VALUE.match(line, place):
        quoted, plain, sign = value.groups()
        cells.append(_plain(plain) if quoted is None else _ESCAPED.sub(_unescaped, quoted))
        place = value.end()
        if sign == ")":
            return cells, place
    return cells, -1


def _plain(text: str) -> str:
    return "" if text.strip().upper() == "NULL" else text.strip()


def _unescaped(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[1], match[1]) if match[1] else "'"
