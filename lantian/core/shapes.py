"""What a table of a rule book may say: the kinds of its values, declared by the reader of the book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from lantian.core.messages import Text


@dataclass(frozen=True)
class OneOf:
    """A text out of a closed list."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class AtLeast:
    """A whole number not below a bound."""

    minimum: int


@dataclass(frozen=True)
class Points:
    """A number of zero or more with at most two decimal places, read exactly."""


@dataclass(frozen=True)
class Many:
    """A list whose members are all of one kind."""

    of: Kind


@dataclass(frozen=True)
class Shape:
    """The keys of a table and the kind of each; any other key is refused."""

    required: Mapping[str, Kind] = field(default_factory=dict)
    optional: Mapping[str, Kind] = field(default_factory=dict)


Kind: TypeAlias = "type[int] | type[str] | type[date] | Shape | Many | OneOf | AtLeast | Points"

WORDS = {
    int: Text("整数", "a whole number"),
    str: Text("一段文字", "a text"),
    date: Text("日期（不带时间）", "a date without a time"),
    dict: Text("表", "a table"),
    list: Text("数组", "a list"),
}


def is_points(value: object) -> bool:
    """Whether a value is a number of zero or more with at most two decimal places.

    >>> is_points(Decimal("2.50")), is_points(-1), is_points(True), is_points(Decimal("0.125"))
    (True, False, False, False)
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    number = Decimal(value)
    return number.is_finite() and 0 <= number < 10000 and number == number.quantize(Decimal("0.01"))
