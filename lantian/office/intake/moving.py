"""Rows into a table: COPY into a temporary (unlogged) stage, then one INSERT … ON CONFLICT.

Only new and changed rows are written, with the batch and the row they came from; only the columns that a file
brings are compared and set, so a narrower file never empties what a wider one brought.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl
from django.db import connection
from psycopg import sql

Fate = Literal["new", "changed"]
_PG_TYPES: Mapping[object, str] = {pl.String: "text", pl.Date: "date", pl.Boolean: "bool", pl.Int64: "int8"}


def upsert(
    frame: pl.DataFrame,
    *,
    table: str,
    key: str,
    constants: Mapping[str, Any],
    adjust: str | None = None,
    only_new: Sequence[str] = (),
) -> dict[int, Fate]:
    """Write the rows of a frame (columns = the table's, plus `row`); return the fate of rows not the same.

    `constants` are written with every row written (batch, units) and never compared; `adjust` is an SQL
    statement over the stage `stage` before the move; columns in `only_new` are set at the first insert only.
    """
    if frame.is_empty():
        return {}
    columns = [name for name in frame.columns if name != "row"]
    with connection.cursor() as cursor:
        cursor.execute(_stage(frame))
        with cursor.copy(_copy(frame.columns)) as copy:
            copy.write(_csv(frame))
        if adjust:
            cursor.execute(adjust)
        cursor.execute(_move(table, key, columns, constants, only_new), list(constants.values()))
        fates: dict[int, Fate] = {row: "new" if new else "changed" for row, new in cursor.fetchall()}
        cursor.execute("DROP TABLE stage")
    return fates


def _pg_type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Decimal):
        return "numeric"
    return "text[]" if isinstance(dtype, pl.List) else _PG_TYPES[dtype]


def _stage(frame: pl.DataFrame) -> sql.Composed:
    fields = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_pg_type(dtype)))
        for name, dtype in frame.schema.items()
    )
    return sql.SQL("CREATE TEMP TABLE stage ({}) ON COMMIT DROP").format(fields)


def _copy(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY stage ({}) FROM STDIN (FORMAT csv)").format(_names(columns))


def _csv(frame: pl.DataFrame) -> str:
    """The rows as COPY reads them, made in columns: null is nothing, empty text is two quotes."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    ready = frame.with_columns(_array(name) for name in lists)
    return ready.write_csv(include_header=False, quote_style="non_numeric")


def _array(name: str) -> pl.Expr:
    """A list of texts as PostgreSQL writes an array; of what is unknown the place stays."""
    part = pl.element().str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    quoted = pl.concat_str(pl.lit('"'), part, pl.lit('"')).fill_null("NULL")
    quoted = pl.col(name).list.eval(quoted).list.join(",")
    return (
        pl.when(pl.col(name).is_not_null()).then(pl.concat_str(pl.lit("{"), quoted, pl.lit("}"))).alias(name)
    )


def _names(columns: Sequence[str], prefix: str = "") -> sql.Composed:
    dotted = [sql.Identifier(prefix, name) if prefix else sql.Identifier(name) for name in columns]
    return sql.SQL(", ").join(dotted)


def _move(
    table: str, key: str, columns: Sequence[str], constants: Mapping[str, object], only_new: Sequence[str]
) -> sql.Composed:
    compared = [name for name in columns if name not in (key, *only_new)]
    updated = [*compared, "row", *constants]
    return sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {stage}, {values} FROM stage ORDER BY row"
        " ON CONFLICT ({key}) DO UPDATE SET {updates}"
        " WHERE ROW({known}) IS DISTINCT FROM ROW({given})"
        " RETURNING {table}.row, (xmax = 0)"
    ).format(
        table=sql.Identifier(table),
        columns=_names([*columns, "row", *constants]),
        stage=_names([*columns, "row"], "stage"),
        values=sql.SQL(", ").join([sql.Placeholder()] * len(constants)),
        key=sql.Identifier(key),
        updates=sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in updated
        ),
        known=_names(compared, table),
        given=_names(compared, "excluded"),
    )
