"""Tables that can be taken in, with their columns explained."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from lantian.core.messages import Text
from lantian.core.rulebook import shipped
from lantian.desk.present.words import language, said
from lantian.office.intake import spec
from lantian.office.intake.spec import Cell, Column, TableSpec

CELL_TEXTS: dict[Cell, Text] = {
    Cell.DATE: Text("日期", "a day"),
    Cell.LIST: Text("可有多个，用“；”分隔", "one or more, separated by ；"),
    Cell.FLAG: Text("是或否", "yes or no"),
}
ONE_OF = Text("下列之一：{words}", "one of: {words}")


def tables() -> list[dict[str, Any]]:
    """Every table with its columns, as the page of intake explains them."""
    return [
        {
            "id": table.name,
            "label": said(table.title),
            "columns": [_column(table, column) for column in table.columns],
        }
        for table in spec.tables()
    ]


def _column(table: TableSpec, column: Column) -> dict[str, Any]:
    meaning = said(CELL_TEXTS[column.cell]) if column.cell in CELL_TEXTS else ""
    if column.choices:
        meaning = said(ONE_OF).format(words=", ".join(column.choices))
    return {
        "name": column.name,
        "label": column_label(table.headers or table.name, column.name),
        "required": column.required,
        "meaning": meaning,
    }


def column_label(table: str, column: str) -> str:
    """The column's first Chinese header; in English its own name, which is English already."""
    aliases = _headers().get(table, {}).get(column, ())
    return aliases[0] if aliases and not language().startswith("en") else column.replace("_", " ")


@cache
def _headers() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    return tomllib.loads(shipped("headers.toml"))
