"""Statements written in one go: a column each as a parameter, sent as it is.

COPY is no way here: PostgreSQL refuses it on tables under row-level security. A parameter a value, or the text of
the statements inside the SQL, costs more than the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from lantian.office.keys import new_key
from lantian.standing.models import Reckoning

COLUMNS: Mapping[str, str] = {
    "key": "text",
    "subject_id": "bigint",
    "post_id": "bigint",
    "at": "timestamptz",
    "seen_by": "bigint[]",
    "on": "date",
    "known_on": "date",
    "book": "text",
    "book_version": "text",
    "book_digest": "text",
    "score": "numeric",
    "grade": "text",
    "confidence": "text",
    "digest": "text",
    "content": "text",
    "statement": "jsonb",
}
"""Columns of a stored statement, and as what their text is read."""


def insert(rows: Sequence[Mapping[str, Any]], *, at: datetime) -> str:
    """Insert statements; `statement` is JSON as text. Returns the key of the first."""
    made = [{"key": new_key(), "at": at.isoformat(), **row} for row in rows]
    values = [[_text(row[name]) for row in made] for name in COLUMNS]
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    taken = ", ".join(f'"{name}"::{kind}' for name, kind in COLUMNS.items())
    given = ", ".join(["%b::text[]"] * len(COLUMNS))
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(
            f"INSERT INTO {Reckoning._meta.db_table} ({names})"  # noqa: S608 - names of columns
            f" SELECT {taken} FROM unnest({given}) AS new({names})",
            values,
        )
    return str(made[0]["key"])


def _text(value: Any) -> str:
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else str(value)
