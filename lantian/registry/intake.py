"""Directories that can be taken in: agencies, companies, practitioners."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial

import polars as pl

from lantian.core import identifiers
from lantian.core.identifiers import Identifier
from lantian.core.messages import Text
from lantian.office.intake.spec import Cell, Column, Fault, TableSpec
from lantian.registry import entries

FORMS = ("partnership", "company", "law_firm")
STATUSES = ("active", "suspended", "revoked", "closed")
COMPANY_STATUSES = ("active", "cancelled", "revoked", "abnormal")
_MONEY = pl.Decimal(18, 2)
_AMOUNT = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)[(]?(亿|万)?元?[(]?(人民币元?|元)?[)]*")
_SCALE = {"亿": Decimal(100_000_000), "万": Decimal(10_000), None: Decimal(1)}
_LARGEST = Decimal(10) ** 16


def codes(
    frame: pl.DataFrame, readers: Mapping[str, Callable[[str], Identifier]]
) -> tuple[pl.DataFrame, list[Fault]]:
    """Write numbers in normal form; a wrong one is refused with its row, one of another form is kept."""
    faults: list[Fault] = []
    for column, read in readers.items():
        if column not in frame.columns:
            continue
        found = [read(text) if text else None for text in frame[column]]
        frame = frame.with_columns(pl.Series(column, [one and one.normal for one in found], dtype=pl.String))
        faults += [
            Fault(row, column, one.normal[:60], one.reason or Text("", ""))
            for row, one in zip(frame["row"].to_list(), found, strict=True)
            if one and one.invalid
        ]
    return frame.filter(~pl.col("row").is_in([fault.row for fault in faults])), faults


def check_companies(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Credit codes in normal form; capital and staff as numbers, unknown where the file writes something else."""
    numbers: list[pl.Series] = []
    if "capital_cny" in frame.columns:
        numbers.append(pl.Series("capital_cny", [cny(text) for text in frame["capital_cny"]], dtype=_MONEY))
    if "insured_staff" in frame.columns:
        numbers.append(frame["insured_staff"].str.extract(r"^([0-9]{1,9})(?:\.0)?人?$").cast(pl.Int64))
    return codes(frame.with_columns(numbers), {"credit_code": identifiers.credit_code})


def cny(text: str | None) -> Decimal | None:
    """Read an amount as registers write it; None for other currencies and for what is no amount.

    >>> cny("1,913.2157(万元人民币)"), cny("100（万元）"), cny("500000.00")
    (Decimal('19132157.00'), Decimal('1000000.00'), Decimal('500000.00'))
    >>> cny("20(万美元)") is None
    True
    """
    found = _AMOUNT.fullmatch(identifiers.fold(text)) if text else None
    if found is None:
        return None
    try:
        amount = Decimal(found[1].replace(",", "")) * _SCALE[found[2]]
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount < _LARGEST else None


AGENCIES = TableSpec(
    name="agencies",
    title=Text("代理机构名录", "Directory of agencies"),
    key="credit_code",
    columns=(
        Column("agency_code"),
        Column("credit_code", required=True),
        Column("name", required=True),
        Column("kinds", Cell.LIST),
        Column("form", Cell.CHOICE, choices=FORMS),
        Column("licensed_on", Cell.DATE),
        Column("status", Cell.CHOICE, choices=STATUSES),
        Column("status_date", Cell.DATE),
        Column("address"),
        Column("district_code"),
        Column("phone"),
        Column("email"),
        Column("website"),
    ),
    check=partial(
        codes, readers={"credit_code": identifiers.credit_code, "agency_code": identifiers.agency_code}
    ),
    move=partial(entries.enter, entries.AGENCIES),
)
COMPANIES = TableSpec(
    name="companies",
    title=Text("市场主体登记", "Market register of companies"),
    key="credit_code",
    columns=(
        Column("credit_code", required=True),
        Column("name", required=True),
        Column("founded_on", Cell.DATE),
        Column("capital_cny"),
        Column("insured_staff"),
        Column("industry"),
        Column("scope"),
        Column("address"),
        Column("district_code"),
        Column("phone"),
        Column("email"),
        Column("legal_representative"),
        Column("shareholders", Cell.LIST),
        Column("former_names", Cell.LIST),
        Column("status", Cell.CHOICE, choices=COMPANY_STATUSES, words="company_status"),
    ),
    check=check_companies,
    move=partial(entries.enter, entries.COMPANIES),
)
PRACTITIONERS = TableSpec(
    name="practitioners",
    title=Text("专利代理师", "Patent practitioners"),
    key="licence_no",
    columns=(
        Column("licence_no", required=True),
        Column("practice_no"),
        Column("name", required=True),
        Column("licensed_on", Cell.DATE),
    ),
    check=partial(
        codes, readers={"licence_no": identifiers.licence_no, "practice_no": identifiers.practice_no}
    ),
    move=partial(entries.enter, entries.PRACTITIONERS),
)
