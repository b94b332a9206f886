"""Cells in the types of the canonical tables; what cannot be read becomes a fault with advice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.office.intake.limits import limit
from lantian.office.intake.spec import Cell, Column, Fault, TableSpec, words

NOTHING = ("", "无", "-", "－", "—", "——", "--", "/", "null", "NULL", "None", "NaN")
# Excel's day 0 is 1899-12-30 for every date after February 1900 (it takes 1900 for a leap year).
_DAY_ZERO, _SERIAL = date(1899, 12, 30), r"^([2-6][0-9]{4})(\.[0-9]+)?$"
_TIME_OF_DAY = r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?$"
_NO_VALUES = ("#NO_VALUE!", "#ERROR!", "#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
_LOST_DIGITS = r"^[0-9](\.[0-9]+)?[Ee]\+?(1[5-9]|[2-9][0-9])$"
LONGEST = limit("text", "longest_cell")
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
_IMPOSSIBLE: tuple[tuple[str, Text], ...] = (
    (
        "no_value",
        Text(
            "公式没有计算结果或结果有误；请在 Excel 或 WPS 中打开、重新计算并粘贴为数值后保存。",
            "A formula without a result, or with an error; recalculate it and paste it as a value.",
        ),
    ),
    (
        "lost_digits",
        Text(
            "号码被表格软件改成了科学计数法，后几位已丢失；请把该列设为文本后重新填写或导出。",
            "The number has lost digits (scientific notation): set the column to text and export it again.",
        ),
    ),
    (
        "too_long",
        Text("单元格内容过长（超过一百万字），请核对。", "The cell is longer than a million characters."),
    ),
)
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
    faults = _impossible(chosen)
    faults += [fault for name in named.values() for fault in _faults(columns[name], chosen, typed)]
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


def _plain(text: pl.Expr) -> pl.Expr:
    """Text with full-width signs folded and without blanks around the signs of a date."""
    return text.str.normalize("NFKC").str.replace_all(r"\s*([年月日./-])\s*", "$1")


def _list(column: Column, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.List):
        parts = pl.col(column.name).list.eval(_item(dtype.inner))
    else:
        text = _text(column, dtype)
        if column.commas:  # twice, because neighbours share a sign
            text = text.str.replace_all(column.commas, "${1}；${2}").str.replace_all(
                column.commas, "${1}；${2}"
            )
        parts = text.str.replace_all(_LIST_SIGNS, "；").str.split("；")
    clean = parts.list.eval(_clean(pl.element()))
    if not column.placed:
        return clean.list.eval(pl.element().filter(pl.element() != ""))
    kept = clean.list.eval(pl.element().replace("", None))
    return pl.when(kept.list.drop_nulls().list.len() > 0).then(kept)


def _item(inner: Any) -> pl.Expr:
    """A list's item as text; a map comes from Parquet as pairs, written as officers type them: name and figure."""
    if isinstance(inner, pl.Struct) and len(inner.fields) == 2:
        name, figure = (pl.element().struct.field(one.name).cast(pl.String) for one in inner.fields)
        return pl.concat_str([name, figure], separator="：")
    return pl.element().cast(pl.String)


def _date(column: Column, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.String:
        text = _plain(_text(column, dtype))
        serial = text.str.extract(_SERIAL).cast(pl.Int32, strict=False)
        written = text.str.replace(_TIME_OF_DAY, "").str.replace_all("[年月./]", "-").str.replace("日$", "")
        written = written.str.replace("^([0-9]{4})([0-9]{2})([0-9]{2})$", "$1-$2-$3")
        # Left alone, the reader of dates takes 24 for the year 24 and allows a sign and five digits.
        written = pl.when(written.str.contains("^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}$")).then(written)
        day = pl.coalesce(
            written.str.to_date("%Y-%m-%d", strict=False),
            (pl.lit(_DAY_ZERO) + pl.duration(days=serial)).cast(pl.Date),
        )
    else:
        day = pl.col(column.name).cast(pl.Date)
    return pl.when(day.is_between(EARLIEST, LATEST)).then(day)


def _flag(column: Column, dtype: pl.DataType) -> pl.Expr:
    if dtype == pl.Boolean:
        return pl.col(column.name)
    return (
        _plain(_text(column, dtype))
        .str.to_lowercase()
        .replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
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


def _impossible(chosen: pl.DataFrame) -> list[Fault]:
    """Cells that no type can mean: formulas without a result, numbers that lost digits, a novel in a cell."""
    texts = [name for name, dtype in chosen.schema.items() if dtype == pl.String]
    wrong: dict[str, Callable[[pl.Expr], pl.Expr]] = {
        "no_value": lambda cell: cell.is_in(_NO_VALUES),
        "lost_digits": lambda cell: cell.str.contains(_LOST_DIGITS),
        "too_long": lambda cell: cell.str.len_chars() > LONGEST,
    }
    faults = []
    for kind, advice in _IMPOSSIBLE:
        found = chosen.select(wrong[kind](pl.col(texts)).any())
        for name in (name for name in texts if found[name].item()):
            rows = chosen.filter(wrong[kind](pl.col(name))).select("row", pl.col(name).str.slice(0, 60))
            faults += [Fault(row, name, value, advice) for row, value in rows.iter_rows()]
    return faults


def _advice(column: Column) -> Text:
    text = _ADVICE[column.cell]
    if not column.choices:
        return text
    known = "、".join(
        [*column.choices, *(w for w, meaning in words(column).items() if meaning in column.choices)]
    )
    return Text(f"{text.zh}可用：{known}。"[:200], f"{text.en} Allowed: {known}."[:200])
