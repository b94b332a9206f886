"""Many rows of one table in one statement: as JSON in one parameter, because a value each costs more than the row.

COPY is no way here: PostgreSQL refuses it on tables under row-level security.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model; a row that breaks a constraint refuses them all."""
    if not rows:
        return
    meta = type(rows[0])._meta
    fields = [field for field in meta.concrete_fields if not field.primary_key]
    names = ", ".join(f'"{field.column}"' for field in fields)
    types = ", ".join(f'"{field.column}" {_type(field)}' for field in fields)
    content = _written(rows, fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{meta.db_table}" ({names}) SELECT {names}'  # noqa: S608 - names of columns
            f" FROM jsonb_to_recordset(%s::jsonb) AS new({types})",
            [content],
        )


def update(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """Write some columns of known rows of one model."""
    if not rows:
        return
    meta = type(rows[0])._meta
    fields = [field for field in meta.concrete_fields if field.attname in columns]
    types = ", ".join(f'"{field.column}" {_type(field)}' for field in fields)
    sets = ", ".join(f'"{field.column}" = new."{field.column}"' for field in fields)
    content = _written(rows, [meta.pk, *fields])
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{meta.db_table}" old SET {sets} FROM jsonb_to_recordset(%s::jsonb)'  # noqa: S608 - names of columns
            f' AS new("{meta.pk.column}" bigint, {types}) WHERE old."{meta.pk.column}" = new."{meta.pk.column}"',
            [content],
        )


def _type(field: models.Field[Any, Any]) -> str:
    found = field.db_type(connection)
    assert found is not None
    return found


def _written(rows: Sequence[models.Model], fields: Sequence[Any]) -> str:
    return json.dumps(
        [{field.column: getattr(row, field.attname) for field in fields} for row in rows],
        ensure_ascii=False,
        cls=DjangoJSONEncoder,
    )
