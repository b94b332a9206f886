"""One row of `patents` as clearing rules and findings see it; what a table lacks is unknown, not false."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

import polars as pl

from lantian.core.identifiers import application_kind, application_no, fold
from lantian.detect import identity


@dataclass(frozen=True)
class Party:
    """An applicant or agency: its number where known, and its name; `filed`: the filing itself gives the number."""

    no: str | None
    name: str
    filed: bool = True

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


def filings(patents: pl.DataFrame, orders: Sequence[int], companies: pl.DataFrame) -> Iterator[Filing]:
    """Read rows of `patents` with their places; columns that are missing count as unknown in every row.

    A firm that files without its number has that of the register of `companies` (credit_code, name, former_names),
    where one firm alone bears or bore the name.
    """
    present = [name for name in COLUMNS if name in patents.columns]
    registered = _registered(patents, companies)
    for order, row in zip(orders, patents.select(present).iter_rows(named=True), strict=True):
        yield _filing(order, row, registered)


def _registered(patents: pl.DataFrame, companies: pl.DataFrame) -> Mapping[str, str]:
    """Numbers by name, of applicants that stand in the register."""
    if "applicants" not in patents.columns or not companies.height:
        return {}
    names = patents["applicants"].explode().drop_nulls().unique()
    none = pl.Series("number", [None], pl.String).new_from_index(0, len(names))
    found = identity.firms(names, none, companies)
    return {name: no for name, no in zip(names, found, strict=True) if no and not no.startswith("name:")}


def plain_number(number: str) -> str:
    """Write an application number as tables do: no CN, with the dot."""
    return application_no(number).normal


def _filing(order: int, row: dict[str, Any], registered: Mapping[str, str]) -> Filing:
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
        applicants=tuple(_parties(row, registered)),
        applicant_kinds=tuple(row.get("applicant_kinds") or ()),
        agency=Party(code, name or str(code)) if code or name else None,
    )


def _parties(row: Mapping[str, Any], registered: Mapping[str, str]) -> Iterator[Party]:
    lists = (row.get(name) or () for name in ("applicants", "applicant_ids", "applicant_kinds"))
    for name, number, kind in zip_longest(*lists):
        if number:
            yield Party(number, name or number)
        elif name:
            yield Party(None if kind == "person" else registered.get(name), name, filed=False)
