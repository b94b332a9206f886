"""The register as detectors read it: canonical tables, one a function, in the order of intake.

Dated rows are those held now, of every period. Districts of agencies are those that routing decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from lantian.detect.columns import kind_of
from lantian.registry.dated import DATED
from lantian.registry.kinds import FactKind
from lantian.registry.models import Agency, Company, Practitioner, RegisterFact

_AGENCY = (
    "agency_code", "kinds", "form", "licensed_on", "status", "status_date", "address", "phone", "email", "website",
)  # fmt: skip
_COMPANY = (
    "founded_on", "capital_cny", "insured_staff", "industry", "scope", "address", "district_code", "phone",
    "email", "legal_representative", "shareholders", "former_names", "status",
)  # fmt: skip
_FACTS: Mapping[str, FactKind] = {
    "branches": FactKind.BRANCH,
    "enrolments": FactKind.ENROLMENT,
    "trademark_staff": FactKind.STAFF,
    "employments": FactKind.EMPLOYMENT,
    "practitioner_status": FactKind.PRACTICE,
    "agency_members": FactKind.MEMBER,
}


def agencies() -> pl.DataFrame:
    """Agencies under the name by which the file knows them."""
    named = {"credit_code": "subject_id", "name": "subject__name", "district_code": "subject__district_code"}
    return _entries("agencies", Agency, {**named, **{name: name for name in _AGENCY}})


def companies(numbers: Sequence[str] | None = None) -> pl.DataFrame:
    """Companies as the market register has them: all, or those with these numbers."""
    named = {"credit_code": "subject_id", "name": "subject__name"}
    return _entries("companies", Company, {**named, **{name: name for name in _COMPANY}}, numbers)


def practitioners() -> pl.DataFrame:
    """Patent practitioners."""
    names = {"licence_no": "subject_id", "name": "subject__name"}
    return _entries(
        "practitioners", Practitioner, {**names, "practice_no": "practice_no", "licensed_on": "licensed_on"}
    )


def register_changes() -> pl.DataFrame:
    """Changes that registers recorded."""
    held = RegisterFact.objects.held().filter(kind=str(FactKind.CHANGE)).order_by("id")
    rows = [
        {**value, "key": number, "changed_on": valid.lower}
        for number, value, valid in held.values_list("subject__number", "value", "valid")
    ]
    names = ("table", "key", "field", "before", "after", "changed_on", "registered_on")
    return _frame("register_changes", names, rows)


def dated(table: str) -> pl.DataFrame:
    """A table whose rows have a beginning and an end."""
    names = next(spec for spec in DATED if spec.name == table).column_names()
    held = RegisterFact.objects.held().filter(kind=str(_FACTS[table])).order_by("id")
    rows = [
        {**value, "from": valid.lower, "to": valid.upper}
        for value, valid in held.values_list("value", "valid")
    ]
    return _frame(table, names, rows)


def _entries(
    table: str, model: type[Any], fields: Mapping[str, str], numbers: Sequence[str] | None = None
) -> pl.DataFrame:
    entries = model.objects.order_by("id")
    if numbers is not None:
        entries = entries.filter(subject_id__in=numbers)
    held = entries.values_list(*fields.values())
    return _frame(table, list(fields), [dict(zip(fields, row, strict=True)) for row in held])


def _frame(table: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows as a table of canonical types; days of facts are text in their values."""
    columns = []
    for name in names:
        dtype = kind_of(table, name)
        values = [row.get(name) for row in rows]
        if dtype == pl.Date and any(isinstance(value, str) for value in values):
            text = pl.Series(name, [value and str(value) for value in values], dtype=pl.String)
            columns.append(text.str.to_date("%Y-%m-%d", strict=False))
        else:
            if dtype == pl.Float64:
                values = [None if value is None else float(value) for value in values]
            columns.append(pl.Series(name, values, dtype=dtype))
    return pl.DataFrame(columns)


FRAMES: Mapping[str, Callable[[], pl.DataFrame]] = {
    "agencies": agencies,
    "companies": companies,
    "practitioners": practitioners,
    "register_changes": register_changes,
    **{table: partial(dated, table) for table in _FACTS},
}
"""Every table of the register that detectors read."""
