"""What an intake says again of the rows it refuses: nothing of text that may be secret.

A table names the columns whose text may be secret. Rows known to be public come back as they were; of all
others those columns come back empty, and so do columns that mean nothing to the table; of barred rows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from lantian.core.messages import Text
from lantian.office.intake.spec import Fault, TableSpec

# Numbers, dates and words of choice in Latin letters: what a cell may be quoted with when nobody knows its row.
_QUOTABLE = re.compile(r"[\x21-\x7e]{0,24}")
WITHHELD = Text(
    "未知是否公开的文字不随本文件导出，请从原文件补入。",
    "Text not known to be public is not in this file; take it from your own.",
)


def guarded(
    spec: TableSpec, named: Mapping[str, str], rows: pl.DataFrame, faults: Iterable[Fault]
) -> list[Fault]:
    """The faults without values that may be secret text."""
    faults = list(faults)
    if not _has_secrets(spec, named) or not faults:
        return faults
    refused = rows.filter(pl.col("row").is_in(sorted({fault.row for fault in faults})))
    known = set(spec.known_public(refused, named))
    return [fault if fault.row in known else _short(fault) for fault in faults]


def covered(spec: TableSpec, named: Mapping[str, str], rows: pl.DataFrame) -> tuple[pl.DataFrame, set[int]]:
    """Rows with the cells emptied that may be secret text, and which rows those are."""
    if not _has_secrets(spec, named):
        return rows, set()
    barred = pl.col("row").is_in(sorted(fault.row for fault in spec.bar(rows, named)))
    known = pl.col("row").is_in(sorted(spec.known_public(rows, named)))
    secret = [h for h in rows.columns if h != "row" and named.get(h) in (None, *spec.secret)]
    plain = [h for h in rows.columns if h != "row" and h not in secret]
    hidden = rows.filter(barred | ~known)["row"].to_list() if secret else []
    shown = rows.with_columns(
        *(pl.when(known & ~barred).then(pl.col(header)).alias(header) for header in secret),
        *(pl.when(~barred).then(pl.col(header)).alias(header) for header in plain),
    )
    return shown, set(hidden)


def covered_cells(spec: TableSpec, named: Mapping[str, str], fault: Fault) -> tuple[str, ...]:
    """The cells of a row out of shape, whose columns nobody can tell: all of them, or none."""
    if not _has_secrets(spec, named) or spec.public_cells(fault.raw):
        return fault.raw
    return ()


def in_row(row: int) -> Text:
    """The same of a row whose cells are all left out, with its place in the file."""
    return Text(f"见原文件第 {row} 行；{WITHHELD.zh}", f"Row {row} of your file. {WITHHELD.en}")


def _has_secrets(spec: TableSpec, named: Mapping[str, str]) -> bool:
    return any(name in spec.secret for name in named.values())


def _short(fault: Fault) -> Fault:
    return fault if _QUOTABLE.fullmatch(fault.value) else replace(fault, value="")
