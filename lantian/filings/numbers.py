"""Application numbers of a whole frame at once; `lantian.core.identifiers` says what each of them means.

The usual forms are judged in columns; every number that fails or has another form is read by the core, one by one,
so that both always agree.
"""

from __future__ import annotations

import polars as pl

from lantian.core import identifiers
from lantian.core.identifiers import Identifier

_USUAL = r"^(?:CN|ZL)?([0-9]{12}|[0-9]{8})\.?([0-9X])$"
_FIFTEEN = r"^(?:CN)?((?:[12][01]|30)[0-9]{13})$"
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_FIRST_NEW_YEAR = 2003
_KINDS = {"1": "invention", "8": "invention", "2": "utility_model", "9": "utility_model", "3": "design"}


def read(numbers: pl.Series) -> tuple[pl.Series, pl.Series, dict[int, Identifier]]:
    """Return normal forms, kinds (null where the number does not say), and the invalid ones by their index."""
    frame = pl.DataFrame({"text": numbers.cast(pl.String)}).with_columns(
        pl.col("text").str.extract(_USUAL, 1).alias("base"),
        pl.col("text").str.extract(_USUAL, 2).alias("check"),
        pl.col("text").str.extract(_FIFTEEN, 1).alias("fifteen"),
    )
    plain = frame.with_columns(
        pl.coalesce(pl.when(_fits()).then(pl.concat_str("base", pl.lit("."), "check")), "fifteen").alias(
            "normal"
        )
    ).select(
        "normal",
        pl.when(pl.col("normal").is_not_null()).then(pl.coalesce(_kind(), _first())).alias("digit"),
    )
    normal = plain["normal"].to_list()
    kind = plain["digit"].replace_strict(_KINDS, default=None, return_dtype=pl.String).to_list()
    invalid: dict[int, Identifier] = {}
    for index in (plain["normal"].is_null()).arg_true().to_list():
        found = identifiers.application_no(numbers[index] or "")
        normal[index], kind[index] = found.normal, identifiers.application_kind(found.normal)
        if found.invalid:
            invalid[index] = found
    return pl.Series(normal, dtype=pl.String), pl.Series(kind, dtype=pl.String), invalid


def _kind() -> pl.Expr:
    base = pl.col("base")
    return pl.when(base.str.len_bytes() == 12).then(base.str.slice(4, 1)).otherwise(base.str.slice(2, 1))


def _first() -> pl.Expr:
    return pl.col("fifteen").str.slice(0, 1)


def _fits() -> pl.Expr:
    """Kind, year and check digit are right."""
    base = pl.col("base")
    digits = [base.str.slice(place, 1).cast(pl.Int32, strict=False).fill_null(0) for place in range(12)]
    total = pl.sum_horizontal(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    check = pl.when(total == 10).then(pl.lit("X")).otherwise(total.cast(pl.String))
    new = base.str.slice(0, 4).cast(pl.Int32, strict=False) >= _FIRST_NEW_YEAR
    old = ~base.str.slice(0, 2).cast(pl.Int32, strict=False).is_between(4, 84)
    year = pl.when(base.str.len_bytes() == 12).then(new).otherwise(old)
    return (check == pl.col("check")) & _kind().is_in(list(_KINDS)) & year
