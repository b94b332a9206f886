"""Small canonical tables for the detectors' tests, written as rows of what matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from lantian.core.rulebook import Rulebook, shipped
from lantian.detect.detectors import DECLARED
from lantian.detect.findings import Findings
from lantian.detect.parameters import FILE, read

ON = date(2026, 11, 22)
DAY = date(2025, 3, 3)
BY_ID = {one.id: one for one in DECLARED}


def number(serial: int) -> str:
    return f"20251{serial:07d}.0"


def filing(serial: int, **columns: Any) -> dict[str, Any]:
    """One published filing of a firm of its own, with contacts of its own."""
    return {
        "application_no": number(serial),
        "disclosure": "published",
        "filing_date": DAY + timedelta(days=serial % 200),
        "kind": "invention",
        "main_ipc": "ABCDEFGH"[serial % 8] + "01B 1/00",
        "applicants": [f"某{serial}有限公司"],
        "applicant_ids": [f"9112000000000{serial:05d}"],
        "applicant_kinds": ["company"],
        "applicant_addresses": [f"某区{serial}路"],
        "inventors": [f"赵{chr(0x4E00 + serial)}"],
        "agency_code": "12900",
        "signers": ["1200001"],
        "contact_phone": f"022-1{serial:07d}",
        "contact_email": f"c{serial}@firm.example",
        "account": f"A{serial}",
        "payer": f"某{serial}有限公司",
        **columns,
    }


def table(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def agency(code: str = "12900", **columns: Any) -> dict[str, Any]:
    return {
        "agency_code": code,
        "credit_code": f"9112YY{code}",
        "name": f"代理{code}",
        "form": "partnership",
        "status": "active",
        "licensed_on": date(2015, 1, 5),
        "district_code": "120104",
        "phone": f"022-9{code}",
        "email": f"desk@{code}.example",
        "address": f"天津市南开区{code}路1号",
        **columns,
    }


def run(id: str, **tables: Sequence[Mapping[str, Any]]) -> Findings:
    return BY_ID[id].run({name: table(rows) for name, rows in tables.items()}, on=ON)


def open_findings(found: Findings) -> list[dict[str, Any]]:
    assert found.not_run is None, found.not_run
    return found.frame.filter(pl.col("clearing") == "not_cleared").to_dicts()


def book_with(rule: str, name: str, value: int | str) -> Rulebook:
    """The shipped book, where one limit or expression of one rule has another value."""
    before, head, after = shipped(FILE).partition(f"[[rule.{rule}]]")
    own, *others = after.partition("\n[[rule.")
    start, named, rest = own.partition(f'{{ name = "{name}", value = ')
    assert named, f"{rule} has no {name}"
    told = value if isinstance(value, int) else f"'{value}'"
    return read("".join([before, head, start, named, str(told), rest[rest.index(", ") :], *others]))
