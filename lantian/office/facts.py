"""Facts on two axes of time: `valid` is when something was true in the world, `known` when we held it so.

Rows are never corrected: a row that turns out wrong is closed on the axis `known` and followed by what is held
from then on. `.on(D, known=K)` therefore answers "as of D as known at K". Written by `supersede` and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import connection, models
from psycopg import sql

Row = TypeVar("Row", bound=models.Model)


class FactQuerySet(models.QuerySet[Row]):
    """Facts with the question that both axes answer."""

    def on(self, day: date, *, known: datetime | None = None) -> FactQuerySet[Row]:
        """Facts true on a day, as held at the moment `known` (default: as held now)."""
        return self.held(known).filter(valid__contains=day)

    def held(self, known: datetime | None = None) -> FactQuerySet[Row]:
        """Facts of every day, as held at the moment `known` (default: as held now)."""
        return self.filter(known__contains=known) if known else self.filter(known__upper_inf=True)


class Fact(models.Model):
    """A fact about something; `KEY` names the columns that say about what, `SOURCE` those that say whence."""

    KEY: ClassVar[tuple[str, ...]]
    SOURCE: ClassVar[tuple[str, ...]]

    value = models.JSONField()
    valid = DateRangeField()
    known = DateTimeRangeField()

    class Meta:
        abstract = True


@dataclass(frozen=True, slots=True)
class Change:
    """What is true from `begin` until before `end` (None: without end); a value of None says: nothing is.

    `key` and `source` hold values for the model's `KEY` and `SOURCE`.
    """

    key: tuple[Any, ...]
    value: Any
    begin: date | None
    end: date | None
    source: tuple[Any, ...]


def supersede(model: type[Fact], changes: Sequence[Change], *, at: datetime, spells: bool = False) -> int:
    """Hold the changes from the moment `at` on, in the open transaction; return how many were news.

    A change says what is true in its period and leaves other periods as they were. With `spells` it says
    the whole period of something that has a beginning and an end (an employment, an enrolment): what was
    held of overlapping periods goes. What is held already stays as it is, with its older source.
    """
    if not changes:
        return 0
    names = _Names(model)
    with connection.cursor() as cursor:
        cursor.execute(names.compose(_STAGE))
        with cursor.copy(names.compose("COPY news ({key}, value, valid, {source}) FROM STDIN")) as copy:
            for change in changes:
                copy.write_row(_row(change))
        cursor.execute(names.compose(_DROP_SAME, same=sql.SQL(_SAME_SPELL if spells else _SAME_STATE)))
        cursor.execute("SELECT count(*) FROM news")
        news: int = cursor.fetchone()[0]
        if news:
            cursor.execute(names.compose(_CLOSE if spells else _CLOSE_AND_KEEP_REST), {"at": at})
            cursor.execute(names.compose(_HOLD), {"at": at})
        cursor.execute("DROP TABLE news")
    return news


def _row(change: Change) -> tuple[Any, ...]:
    value = None if change.value is None else json.dumps(change.value, ensure_ascii=False)
    return (*change.key, value, f"[{change.begin or ''},{change.end or ''})", *change.source)


class _Names:
    """The model's table and columns as SQL."""

    def __init__(self, model: type[Fact]) -> None:
        self.table = sql.Identifier(model._meta.db_table)
        self.key, self.source = model.KEY, model.SOURCE

    def compose(self, statement: str, **more: sql.Composable) -> sql.Composed:
        equal = sql.SQL(" AND ").join(
            sql.SQL("fact.{0} = news.{0}").format(sql.Identifier(name)) for name in self.key
        )
        parts: Mapping[str, sql.Composable] = {
            "table": self.table,
            "key": _listed(self.key),
            "source": _listed(self.source),
            "equal": equal,
        }
        return sql.SQL(statement).format(**{**parts, **more})


def _listed(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


_STAGE = """
CREATE TEMP TABLE news ON COMMIT DROP AS SELECT {key}, value, valid, {source} FROM {table} WITH NO DATA
"""
_SAME_STATE = "fact.valid @> news.valid"
_SAME_SPELL = "fact.valid = news.valid"
_DROP_SAME = """
DELETE FROM news USING {table} fact
WHERE {equal} AND upper_inf(fact.known) AND fact.value = news.value AND {same}
"""
_CLOSE = """
UPDATE {table} fact SET known = tstzrange(lower(known), greatest(%(at)s, lower(known)))
WHERE upper_inf(known) AND EXISTS (SELECT FROM news WHERE {equal} AND news.valid && fact.valid)
"""
_KEEP_REST = """
INSERT INTO {table} ({key}, value, valid, known, {source})
SELECT {key}, value, rest, tstzrange(%(at)s, NULL), {source}
FROM fact CROSS JOIN LATERAL (SELECT range_agg(news.valid) taken FROM news WHERE {equal}) said
CROSS JOIN LATERAL unnest(datemultirange(valid) - said.taken) rest
"""
_CLOSE_AND_KEEP_REST = f"WITH fact AS ({_CLOSE} RETURNING fact.*) {_KEEP_REST}"
_HOLD = """
INSERT INTO {table} ({key}, value, valid, known, {source})
SELECT {key}, value, valid, tstzrange(%(at)s, NULL), {source} FROM news WHERE value IS NOT NULL
"""
