"""Places in the text of a rule book: the line on which a key or a table stands, for refusals that say where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

Path: TypeAlias = "tuple[str | int, ...]"

# Without overlapping repeats: a line of thousands of brackets and blanks is passed over as fast as any other.
_HEADER = re.compile(r"\[{1,2}([^\[\]]+)\]{1,2}\s*(?:#.*)?$")


def header_above(text: str, line: int) -> str:
    """The table that a line stands in, as its header is written."""
    found = _headers(text.splitlines()[:line])
    return found[-1][1] if found else "—"


def line_of(text: str, path: Path) -> int | None:
    """Find the line of a key, else of its table, counted from 1; None where neither stands at the start of a line.

    >>> line_of("y = 1\\n[rule]\\nx = []", ("rule", "x", 0, "unit")), line_of("y = 1", ("y",)), line_of("y = 1", ("z",))
    (3, 1, None)
    """
    lines = text.splitlines()
    name, place, key = _header_and_key(path)
    found = _line(lines, name, place, key)
    if found is None:
        above, _, last = name.rpartition(".")
        found = _line(lines, above, 0, last)  # written within the table above: `x = []` below `[rule]`
        found = found if found is not None and found >= 0 and _key(lines[found], last) else None
    return None if found is None else found + 1


def _line(lines: Sequence[str], name: str, place: int, key: str) -> int | None:
    """The line of a key in the table of a name that stands at a place among its equals, else of that table; from 0."""
    headers = _headers(lines) if name else [(-1, ""), *_headers(lines)]
    starts = [number for number, header in headers if header == name]
    if place >= len(starts):
        return None
    start, stop = starts[place], (*starts, len(lines))[place + 1]
    end = min((number for number, _ in headers if number > start), default=len(lines))
    keys = [number for number in range(start + 1, end) if _key(lines[number], key)]
    tables = [number for number, header in headers if header == f"{name}.{key}" and start < number < stop]
    return (*keys, *tables, start)[0]


def _key(line: str, key: str) -> bool:
    """Whether a line gives a key."""
    return re.match(rf"\s*{re.escape(key)}\s*=", line) is not None


def _headers(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Every line that opens a table, with the name of the table."""
    found = ((number, _HEADER.match(line.strip())) for number, line in enumerate(lines))
    return [(number, header[1].strip()) for number, header in found if header]


def _header_and_key(path: Path) -> tuple[str, int, str]:
    """Split a path into the table's header, which of the equal headers it is, and the first key below.

    >>> _header_and_key(("rule", "lead_check", 1, "basis", "article_zh"))
    ('rule.lead_check', 1, 'basis')
    """
    depth = 2 if path[0] == "rule" else 1
    place = path[2] if len(path) > 2 and isinstance(path[2], int) else 0
    below = [part for part in path[depth:] if isinstance(part, str)]
    return ".".join(map(str, path[:depth])), place, below[0] if below else ""


def written(path: Path) -> str:
    """Write a path for people; members of lists are counted from 1.

    >>> written(("rule", "lead_check", 0, "limit"))
    'rule.lead_check[1].limit'
    """
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).lstrip(".")
