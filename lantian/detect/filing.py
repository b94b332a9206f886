"""One row of `patents` as clearing rules and findings see it; what a table lacks is unknown, not false."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

import polars as pl

from lantian.core.identifiers import application_kind, application_no, fold


@dataclass(frozen=True)
class Party:
    """An applicant or agency: its number where known, and its name."""

    no: str | None
    name: str

    @property
    def identity(self) -> str:
        """Number, else the name in plain form: what tells two parties apart within one table."""
        return self.no or fold(self.name)

    @property
    def label(self) -> str:
        """Number, else name, as `members` of findings write it."""
        return self.no or self.name


@dataclass(frozen=True)
class Filing:
    """One application. `order` is its place in the order taken in; None and () mean unknown."""

    order: int
    number: str
    kind: str | None
    filed_on: date | None
    declared: bool | None
    parent: str | None
    priorities: frozenset[str]
    applicants: tuple[Party, ...]
    applicant_kinds: tuple[str, ...]
    agency: Party | None


COLUMNS = (
    "application_no",
    "kind",
    "filing_date",
    "dual_filing_declared",
    "parent_no",
    "priority_nos",
    "applicants",
    "applicant_ids",
    "applicant_kinds",
    "agency_code",
    "agency_name",
)


def filings(patents: pl.DataFrame, orders: Sequence[int]) -> Iterator[Filing]:
    """Read rows of `patents` with their places; columns that are missing count as unknown in every row."""
    present = [name for name in COLUMNS if name in patents.columns]
    for order, row in zip(orders, patents.select(present).iter_rows(named=True), strict=True):
        yield _filing(order, row)


def plain_number(number: str) -> str:
    """Write an application number as tables do: no CN, with the dot."""
    return application_no(number).normal


def _filing(order: int, row: dict[str, Any]) -> Filing:
    number = row["application_no"]
    parent = row.get("parent_no")
    code, name = row.get("agency_code"), row.get("agency_name")
    return Filing(
        order=order,
        number=number,
        kind=row.get("kind") or application_kind(plain_number(number)),
        filed_on=row.get("filing_date"),
        declared=row.get("dual_filing_declared"),
        parent=plain_number(parent) if parent else None,
        priorities=frozenset(plain_number(no) for no in row.get("priority_nos") or () if no),
        applicants=tuple(_parties(row.get("applicants") or (), row.get("applicant_ids") or ())),
        applicant_kinds=tuple(row.get("applicant_kinds") or ()),
        agency=Party(code, name or str(code)) if code or name else None,
    )


def _parties(names: Sequence[str | None], numbers: Sequence[str | None]) -> Iterator[Party]:
    for name, number in zip_longest(names, numbers):
        if name or number:
            yield Party(number or None, name or number or "")
