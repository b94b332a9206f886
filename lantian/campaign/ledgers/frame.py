"""A ledger as data: its columns, where its rows come from, and how they are read in order without holding them all.

Rows are ordered by their day and id, the order in which an office numbers them; a page or a step of an export
begins after the row before it, so no row is met twice however long the reading takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Model, Q, QuerySet

from lantian.core.messages import Text
from lantian.office.models import Unit

Cell = str | Text | int | date | None
STEP = 5_000


class Kind(StrEnum):
    """What a column holds; a link opens the record of its row."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    LINK = "link"


@dataclass(frozen=True)
class Column:
    """One column: `value` takes it from a row; `width` in characters of a workbook."""

    name: str
    title: Text
    value: Callable[[Any], Cell]
    kind: Kind = Kind.TEXT
    width: int = 12


@dataclass(frozen=True)
class Wanted:
    """Which rows: from the first to the last day, both included; of one office, or of all that the reader sees."""

    first: date
    last: date
    unit: int | None = None


@dataclass(frozen=True)
class Ledger:
    """One ledger. `rows` is None while no room keeps its records; `provider` says who does or will.

    `day` is the field by which rows are ordered, `owner` the field of the office, `route` the page of a record.
    """

    id: str
    title: Text
    provider: Text
    columns: tuple[Column, ...] = ()
    rows: Callable[[], QuerySet[Any]] | None = None
    day: str = "on"
    owner: str = "unit"
    route: str = ""
    note: Text | None = None

    @property
    def kept(self) -> bool:
        """Whether there is a source of records."""
        return self.rows is not None

    def select(self, wanted: Wanted) -> QuerySet[Any]:
        """The rows asked for, in order; the database hides what the reader may not see."""
        assert self.rows is not None, "a ledger without a source has no rows"
        span = {f"{self.day}__gte": wanted.first, f"{self.day}__lte": wanted.last}
        if wanted.unit is not None:
            span[f"{self.owner}_id"] = wanted.unit  # type: ignore[assignment]
        return self.rows().filter(**span).order_by(self.day, "id")

    def count(self, wanted: Wanted) -> int:
        """How many rows are asked for."""
        return self.select(wanted).count() if self.kept else 0

    def after(self, wanted: Wanted, place: tuple[date, int] | None, limit: int = STEP) -> list[Any]:
        """At most `limit` rows after a place (day, id), or the first ones."""
        rows = self.select(wanted)
        if place is not None:
            day, number = place
            rows = rows.filter(Q(**{f"{self.day}__gt": day}) | Q(**{self.day: day, "id__gt": number}))
        return list(rows[:limit])

    def place(self, row: Model) -> tuple[date, int]:
        """The place of a row in the order."""
        return getattr(row, self.day), row.pk

    def walk(self, wanted: Wanted) -> Iterator[list[Any]]:
        """Every row asked for, some at a time."""
        place = None
        while rows := self.after(wanted, place):
            yield rows
            place = self.place(rows[-1])


def cells(ledger: Ledger, rows: Sequence[Any]) -> list[list[Cell]]:
    """The cells of rows, column by column."""
    return [[column.value(row) for column in ledger.columns] for row in rows]


def office(unit: Unit) -> Text:
    """An office's name."""
    return Text(unit.name_zh, unit.name_en)
