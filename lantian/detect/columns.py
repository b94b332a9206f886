"""Tables readied for detectors: declared columns with their types, published rows, no row twice, one order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import polars as pl

from lantian.core.messages import Refused

Kind: TypeAlias = "pl.DataType | type[pl.DataType]"
SEPARATOR = "；"
_YES, _NO = ("true", "1", "是"), ("false", "0", "否")
_LIST = pl.List(pl.String)
INDICATORS = pl.List(pl.Struct({"key": pl.String, "value": pl.Float64}))
"""A map of names to numbers as Parquet gives it."""
CLASSES = pl.List(pl.Int16)
LISTS = frozenset(
    [
        "applicants",
        "applicant_ids",
        "applicant_kinds",
        "applicant_addresses",
        "inventors",
        "ipc",
        "signers",
        "priority_nos",
        "kinds",
        "shareholders",
        "former_names",
    ]
)
DATES = frozenset(["from", "to", "month", "deadline", "practising_since", "filing_date"])
COUNTS = frozenset(
    [
        "insured_staff",
        "year",
        "practitioners",
        "assistants",
        "filings_invention",
        "filings_utility_model",
        "filings_design",
    ]
)
FLAGS = frozenset(("fee_reduced", "dual_filing_declared", "consent"))
KEYS: Mapping[str, str] = {
    "patents": "application_no",
    "agencies": "agency_code",
    "companies": "credit_code",
    "practitioners": "licence_no",
    "trademarks": "number",
    "trademark_proceedings": "number",
    "captures": "capture_id",
}
"""Tables whose rows have one key: rows without it, or repeating it, are left out and counted."""

IN_ORDER = frozenset(["identities"])
"""Tables whose order says something (who was taken in first); the others are sorted."""


def kind_of(table: str, column: str) -> Kind:
    """Return the type of a column as the tables' contract has it; money and numbers come as float."""
    if column in LISTS or (table == "patent_changes" and column in ("before", "after")):
        return _LIST
    if column in ("indicators", "classes"):
        return INDICATORS if column == "indicators" else CLASSES
    if column == "captured_at":
        return pl.Datetime("us", "UTC")
    if column in DATES or column.endswith(("_on", "_date")):
        return pl.Date
    if column in COUNTS:
        return pl.Int64
    if column.endswith("_cny"):
        return pl.Float64
    return pl.Boolean if column in FLAGS else pl.String


def readied(
    name: str, table: pl.DataFrame | None, columns: Sequence[str], *, keyed: bool = True
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Return the columns asked for, typed, missing ones null, in one order; and how many rows were left out, by why.

    Not `keyed`: rows without the table's key stay (an agency in the directory that has no code yet).
    Of `patents` only published rows are kept (专利法 第二十一条: unpublished applications are secret).
    """
    if table is None:
        return pl.DataFrame(schema={column: kind_of(name, column) for column in columns}), {}
    left_out: dict[str, int] = {}
    for why, test in _tests(name, table, columns if keyed else ()):
        before = table.height
        table = table.filter(test)
        left_out[why] = before - table.height
    frame = pl.DataFrame([_typed(table, name, column) for column in columns])
    if name in IN_ORDER:
        return frame, left_out
    order = [column for column, dtype in frame.schema.items() if not isinstance(dtype, pl.List)]
    return frame.sort(order, nulls_last=True), left_out


def _tests(name: str, table: pl.DataFrame, columns: Sequence[str]) -> list[tuple[str, pl.Expr]]:
    tests = []
    if name == "patents" and "disclosure" in table.columns:
        tests.append(("unpublished", pl.col("disclosure").eq_missing("published")))
    key = KEYS.get(name)
    if key in table.columns and key in columns:
        tests += [
            ("no_number", pl.col(str(key)).is_not_null()),
            ("repeated_number", pl.col(str(key)).is_first_distinct()),
        ]
    return tests


def cast(name: str, table: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Give those of the columns that are there their types, and leave everything else as it is."""
    return table.with_columns(_typed(table, name, column) for column in columns if column in table.columns)


def _typed(table: pl.DataFrame, name: str, column: str) -> pl.Series:
    wanted = kind_of(name, column)
    if column not in table.columns:
        return pl.Series(column, [None], wanted).new_from_index(0, table.height)
    given = table[column]
    if given.dtype == wanted or given.dtype == pl.Null:
        return given.cast(wanted)
    if given.dtype == pl.String:
        return from_text(given.replace("", None), wanted)
    if given.dtype.is_nested() != isinstance(wanted, pl.List):
        zh, en = ("列表", "a list") if isinstance(wanted, pl.List) else ("单个值", "a single value")
        raise Refused(
            f"{name} 表的列“{column}”应为{zh}，而文件中是 {given.dtype}；请按数据表说明改正该列。",
            f"{name}: column {column} must hold {en}, the file has {given.dtype}; put this column right.",
        )
    return given.cast(wanted, strict=False)


def _indicators(text: str | None) -> list[dict[str, object]] | None:
    """Read names and numbers: a list of key and value, or a map; None where it is neither."""
    try:
        read = json.loads(text or "null")
        pairs = read.items() if isinstance(read, dict) else [(one["key"], one["value"]) for one in read or ()]
        return (
            [{"key": str(key), "value": float(value)} for key, value in pairs] if read is not None else None
        )
    except (ValueError, TypeError, KeyError):
        return None


def from_text(text: pl.Series, wanted: Kind) -> pl.Series:
    """Read a column of text as its type; what cannot be read becomes null."""
    if wanted == _LIST:
        return text.str.split(SEPARATOR).list.eval(pl.element().replace("", None))
    if wanted == CLASSES:
        return text.str.split(SEPARATOR).cast(CLASSES, strict=False)
    if isinstance(wanted, pl.Datetime):
        return text.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    if wanted == pl.Date:
        return text.str.to_date("%Y-%m-%d", strict=False)
    if wanted == pl.Boolean:
        said = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
        return text.str.to_lowercase().replace_strict(said, default=None, return_dtype=pl.Boolean)
    if wanted == INDICATORS:
        return pl.Series(text.name, [_indicators(one) for one in text], INDICATORS)
    return text.cast(wanted, strict=False)
