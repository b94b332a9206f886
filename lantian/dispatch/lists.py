"""The sender's list as a file: which column means what; nothing of it is changed or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lantian.core.messages import Text, Unreadable
from lantian.office.intake.readers import open_source
from lantian.office.intake.sources import Source
from lantian.office.intake.spec import Cell, Column, Moved, TableSpec, name_columns, recognised

WHOM = (
    "application_no", "agency_name", "agency_code", "credit_code", "agency_address", "applicant",
    "applicant_code", "address", "district", "practitioner_no",
)  # fmt: skip
ASKED = ("outcome", "facts", "measures", "filed", "proof")
# Not registered with the intake: a list from above is no table of ours, only its headers are read by the same aliases.
LIST = TableSpec(
    name="dispatch_rows",
    title=Text("来文清单", "list of a letter"),
    key="application_no",
    columns=tuple(Column(name, Cell.TEXT) for name in (*WHOM, *ASKED)),
    check=lambda frame: (frame, []),
    move=lambda frame, batch, by: Moved(),
)
MOST_COLUMNS = 60


def open_list(path: Path) -> Source:
    """Open the sender's list; raises `Unreadable` with advice, also for a list of too many columns."""
    source = open_source(path, partial(recognised, LIST))
    if len(source.headers) > MOST_COLUMNS:
        raise Unreadable(
            f"清单有 {len(source.headers)} 列，超过 {MOST_COLUMNS} 列；请删除空列后再上传。",
            f"The list has {len(source.headers)} columns, more than {MOST_COLUMNS}; remove empty ones.",
        )
    return source


def meanings(headers: Sequence[str]) -> dict[str, int]:
    """Canonical column → place of the first header that means it; unknown headers mean nothing and stay as they are."""
    found: dict[str, int] = {}
    for place, header in enumerate(headers):
        for name in name_columns(LIST, [header]).values() if header else ():
            found.setdefault(name, place)
    return found


def labels(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers as names of their own: an empty or repeated one is told apart by its place.

    >>> labels(["序号", "", "备注", "备注"])
    ('序号', '列2', '备注', '备注（列4）')
    """
    made: list[str] = []
    for place, header in enumerate(headers, start=1):
        name = header or f"列{place}"
        made.append(f"{name}（列{place}）" if name in made else name)
    return tuple(made)
