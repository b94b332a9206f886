"""The canonical tables the city writes: column names, types and sort keys, exactly as intake reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

_TEXT: Final = pl.String()
_LIST: Final = pl.List(pl.String())
_DATE: Final = pl.Date()
_BOOL: Final = pl.Boolean()


def _columns(names: str) -> dict[str, pl.DataType]:
    """Read `name`, `name[]`, `name:d` (date), `name:b` (yes or no), `name:i` (count), divided by spaces."""
    marks: dict[str, pl.DataType] = {"d": _DATE, "b": _BOOL, "i": pl.Int32()}
    columns: dict[str, pl.DataType] = {}
    for word in names.split():
        name, _, mark = word.partition(":")
        columns[name.removesuffix("[]")] = _LIST if name.endswith("[]") else marks.get(mark, _TEXT)
    return columns


SCHEMAS: Final[dict[str, dict[str, pl.DataType]]] = {
    "patents": _columns(
        "application_no disclosure filing_date:d publication_no publication_date:d grant_date:d status "
        "status_date:d kind title abstract claim main_ipc ipc[] applicants[] applicant_ids[] "
        "applicant_kinds[] applicant_addresses[] inventors[] agency_code agency_name signers[] contact_name "
        "contact_phone contact_email contact_address account payer fee_reduced:b dual_filing_declared:b "
        "priority_nos[] parent_no"
    ),
    "agencies": _columns(
        "agency_code credit_code name kinds[] form licensed_on:d status status_date:d address district_code "
        "phone email website"
    ),
    "companies": _columns(
        "credit_code name founded_on:d capital_cny insured_staff industry scope address district_code phone "
        "email legal_representative shareholders[] former_names[] status"
    )
    | {"capital_cny": pl.Decimal(18, 2), "insured_staff": pl.Int32()},
    "practitioners": _columns("licence_no practice_no name licensed_on:d"),
    "employments": _columns("licence_no agency_code from:d to:d"),
    "practitioner_status": _columns("licence_no status from:d to:d"),
    "agency_members": _columns("agency_code credit_code name role licence_no practising_since:d from:d to:d"),
    "branches": _columns(
        "agency_code phone name credit_code address district_code filed_on:d opened_on:d closed_on:d "
        "head_licence_no"
    ),
    "annual_reports": _columns(
        "agency_code credit_code year:i due_on:d submitted_on:d practitioners:i assistants:i "
        "filings_invention:i filings_utility_model:i filings_design:i address phone"
    ),
    "enrolments": _columns("credit_code name enrolment_no filed_on:d expires_on:d status"),
    "trademarks": _columns(
        "number filed_on:d mark image_sha256 classes goods applicant applicant_id applicant_address "
        "agency_name agency_id contact_phone status status_date:d"
    )
    | {"classes": pl.List(pl.Int16())},
    "trademark_proceedings": _columns(
        "number kind filed_on:d mark_number petitioner petitioner_id petitioner_agency petitioner_agency_id "
        "respondent respondent_id respondent_agency respondent_agency_id outcome outcome_on:d consent:b"
    ),
    "trademark_transfers": _columns("number transferred_on:d from_name from_id to_name to_id price_cny")
    | {"price_cny": pl.Decimal(18, 2)},
    "protected_names": _columns("name owner owner_id kind classes from:d to:d")
    | {"classes": pl.List(pl.Int16())},
    "captures": _columns(
        "capture_id url platform captured_at advertiser advertiser_id phone title text sha256"
    )
    | {"captured_at": pl.Datetime("us", "UTC")},
    "patent_changes": _columns("application_no changed_on:d field before[] after[] agency_code"),
    "abnormal_notices": _columns(
        "application_no notified_on:d round letter_no deadline:d applicant applicant_id contact district_code "
        "agency_code agency_name signers[] kind kind_code response outcome outcome_on:d refiled_as"
    ),
    "subsidies": _columns("application_no applicant applicant_id paid_on:d amount_cny fund repaid_on:d")
    | {"amount_cny": pl.Decimal(18, 2)},
    "insurance": _columns("licence_no month:d employer employer_id"),
    "quality_rounds": _columns("round published_on:d subject_kind subject_no grade")
    | {"indicators": pl.List(pl.Struct({"key": pl.String(), "value": pl.Float64()}))},
    "truth": _columns("detector subject_kind subject_no planted evidence[] members[]"),
}
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "patents": ("application_no",),
    # A trademark agency has no agency code; it comes after those that have one.
    "agencies": ("agency_code", "credit_code"),
    "companies": ("credit_code",),
    "practitioners": ("licence_no",),
    "employments": ("licence_no", "from"),
    "practitioner_status": ("licence_no", "from"),
    "agency_members": ("credit_code", "role", "licence_no", "name"),
    "branches": ("agency_code", "name"),
    "annual_reports": ("agency_code", "year"),
    "enrolments": ("credit_code", "filed_on"),
    "trademarks": ("number",),
    "trademark_proceedings": ("number",),
    "trademark_transfers": ("number", "transferred_on"),
    "protected_names": ("kind", "name"),
    "captures": ("capture_id",),
    "patent_changes": ("application_no", "changed_on"),
    "abnormal_notices": ("application_no", "notified_on"),
    "subsidies": ("application_no", "paid_on"),
    "insurance": ("licence_no", "month"),
    "quality_rounds": ("subject_no", "published_on"),
    "truth": ("planted", "subject_no", "detector"),
}


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a canonical table, columns in order, sorted by key; a column nobody filled is null."""
    schema = SCHEMAS[table]
    listed = [{column: row.get(column) for column in schema} for row in rows]
    return pl.DataFrame(listed, schema=schema, orient="row").sort(KEYS[table], nulls_last=True)
