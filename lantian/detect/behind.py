"""Who stands behind filings: the applicant, or the network of applicants that one agency files for.

The subject of P02 and P03 (tables.md): filings of one kind that an agency made for two applicants or more are its
network, with the agency as a member; all others belong to their first applicant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from lantian.detect import identity
from lantian.detect.contract import Reads

COMPANIES = Reads("companies", ("credit_code", "name"), also=("former_names",), needed=False)
"""The register, where held: a firm before and after a change of name is one party."""
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Behind:
    """A subject (`kind`, `no`, `name`, as findings write them) and its filings, the earliest first."""

    kind: str
    no: str
    name: str
    members: tuple[str, ...]
    filings: tuple[Row, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Whose network it is: of two that share a source, one says nothing of the other."""
        return self.members[:1] if self.kind == "network" else ()


def behind(filings: pl.DataFrame, companies: pl.DataFrame) -> Iterator[Behind]:
    """Group rows (application_no, filing_date, applicants, applicant_ids, agency_code) by who stands behind."""
    rows = filings.sort("filing_date", "application_no", nulls_last=True)
    parties = first_parties(rows, companies).to_list()
    by_agency: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for party, one in zip(parties, rows.iter_rows(named=True), strict=True):
        by_agency[one["agency_code"] or ""].append((party or f"name:{one['application_no']}", one))
    alone = by_agency.pop("", [])
    for code in sorted(by_agency):
        own = by_agency[code]
        if len({party for party, _ in own}) > 1:
            yield _network(code, [row for _, row in own])
        else:
            alone += own
    by_party: dict[str, list[Row]] = defaultdict(list)
    for party, row in alone:
        by_party[party].append(row)
    yield from (_applicant(by_party[party]) for party in sorted(by_party))


def first_parties(rows: pl.DataFrame, companies: pl.DataFrame) -> pl.Series:
    """Resolve the first applicant of every row: by number, else by a name of the register, else by plain name."""
    names = rows["applicants"].list.first()
    return identity.firms(names, rows["applicant_ids"].list.first(), companies)


def label(row: Row) -> str:
    """Number of the first applicant, else its name."""
    return next(iter(row["applicant_ids"] or ()), None) or _name(row)


def _name(row: Row) -> str:
    return next(iter(row["applicants"] or ()), None) or ""


def _network(code: str, rows: Sequence[Row]) -> Behind:
    labels = list(dict.fromkeys(label(row) for row in rows))
    names = list(dict.fromkeys(_name(row) for row in rows))
    name = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    return Behind("network", "", name, (code, *labels), tuple(rows))


def _applicant(rows: Sequence[Row]) -> Behind:
    first = rows[0]
    number = next(iter(first["applicant_ids"] or ()), None)
    agencies = dict.fromkeys(row["agency_code"] for row in rows if row["agency_code"])
    no = number or f"{_name(first)}|{first['application_no']}"
    return Behind("applicant", no, _name(first), tuple(agencies), tuple(rows))
