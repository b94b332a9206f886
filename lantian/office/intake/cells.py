"""Cells in the types of the canonical tables; what cannot be read becomes a fault with advice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from lantian.core.messages import Text
from lantian.office.intake.spec import Cell, Column, Fault, TableSpec, words

NOTHING = ("", "无", "-", "/", "null", "None", "NaN")
_DATE_FORMS = ("%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d")
EARLIEST, LATEST = date(1800, 1, 1), date(2999, 12, 31)
_FLAGS = {"true": True, "1": True, "是": True, "false": False, "0": False, "否": False}
_LIST_SIGNS = r"[；;]"
# The apostrophe before a formula's sign is a spreadsheet's (and our errors file's) mark for plain text.
_QUOTED_FORMULA = r"^'([=+\-@])"

_ADVICE: dict[Cell, Text] = {
    Cell.DATE: Text("不是日期；请写作 2024-05-27。", "Not a date; write it like 2024-05-27."),
    Cell.FLAG: Text("请填“是”或“否”。", "Write 是 or 否 (true or false)."),
    Cell.CHOICE: Text("不是可用的词。", "Not one of the words allowed."),
}
EMPTY = Text("必填，不能为空。", "Must not be empty.")


def shape(
    window: pl.DataFrame, spec: TableSpec, named: Mapping[str, str]
) -> tuple[pl.DataFrame, list[Fault]]:
    """Rename and type a window; rows with a fault are left out of the frame and named in the list."""
    columns = {column.name: column for column in spec.columns}
    chosen = window.select(
        "row", *(_readable(columns[name], header, window.schema[header]) for header, name in named.items())
    )
    typed = chosen.select("row", *(_typed(columns[name], chosen.schema[name]) for name in named.values()))
    faults = [fault for name in named.values() for fault in _faults(columns[name], chosen, typed)]
    bad = {fault.row for fault in faults}
    return typed.filter(~pl.col("row").is_in(sorted(bad))) if bad else typed, faults


def _typed(column: Column, dtype: pl.DataType) -> pl.Expr:
    return _TYPERS[column.cell](column, dtype).alias(column.name)


def _readable(column: Column, header: str, dtype: pl.DataType) -> pl.Expr:
    """The cells of a column as text, unless the file's own type says already what they mean."""
    cells = pl.col(header)
    listed = isinstance(dtype, pl.List)
    meant = {
        Cell.LIST: listed,
        Cell.DATE: dtype == pl.Date or isinstance(dtype, pl.Datetime),
        Cell.FLAG: dtype == pl.Boolean,
    }
    if not meant.get(column.cell, False):
        if listed:
            cells = cells.list.eval(pl.element().cast(pl.String, strict=False)).list.join("；")
        cells = _clean(cells.cast(pl.String, strict=False)).str.replace(_QUOTED_FORMULA, "$1")
    return cells.alias(column.name)


def _clean(text: pl.Expr) -> pl.Expr:
    """Text without zero bytes, which PostgreSQL cannot hold, and without space around it."""
    return text.str.replace_all("\x00", "", literal=True).str.strip_chars()


def _text(column: Column, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(column.name)
    return pl.when(text.is_in(NOTHING)).then(None).otherwise(text)


def _list(column: Column, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        parts = pl.col(column.name).cast(pl.List(pl.String))
    else:
        parts = _text(column, dtype).str.replace_all(_LIST_SIGNS, "；").str.split("；")
    return parts.list.eval(_clean(pl.element())).list.eval(pl.element().filter(pl.element() != ""))


def _date(column: Column, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        text = _text(column, dtype)
        # Left alone, the reader of dates takes 24 for the year 24 and allows a sign and five digits.
        text = pl.when(text.str.contains(r"^[0-9]{4}([^0-9]|[0-9]{4}$)")).then(text)
        day = pl.coalesce(text.str.to_date(form, strict=False) for form in _DATE_FORMS)
    else:
        day = pl.col(column.name).cast(pl.Date)
    return pl.when(day.is_between(EARLIEST, LATEST)).then(day)


def _flag(column: Column, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(column.name)
    return (
        _text(column, dtype).str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    )


def _choice(column: Column, dtype: pl.DataType) -> pl.Expr:
    known = {**{choice: choice for choice in column.choices}, **words(column)}
    allowed = {word: meaning for word, meaning in known.items() if meaning in column.choices}
    return _text(column, dtype).replace_strict(allowed, default=None, return_dtype=pl.String)


_TYPERS = {Cell.TEXT: _text, Cell.LIST: _list, Cell.DATE: _date, Cell.FLAG: _flag, Cell.CHOICE: _choice}


def _faults(column: Column, before: pl.DataFrame, after: pl.DataFrame) -> list[Fault]:
    faults = []
    if column.required:
        missing = after.filter(pl.col(column.name).is_null())["row"].to_list()
        faults += [Fault(row, column.name, "", EMPTY) for row in missing]
    if column.cell in _ADVICE:
        was = before[column.name].cast(pl.String)
        source = pl.DataFrame({"row": after["row"], "was": was, "now": after[column.name]})
        lost = source.filter(
            pl.col("was").is_not_null() & ~pl.col("was").is_in(NOTHING) & pl.col("now").is_null()
        )
        advice = _advice(column)
        faults += [
            Fault(row, column.name, was[:60], advice) for row, was in lost.select("row", "was").iter_rows()
        ]
    return faults


def _advice(column: Column) -> Text:
    text = _ADVICE[column.cell]
    if not column.choices:
        return text
    known = "、".join(
        [*column.choices, *(w for w, meaning in words(column).items() if meaning in column.choices)]
    )
    return Text(f"{text.zh}可用：{known}。"[:200], f"{text.en} Allowed: {known}."[:200])
