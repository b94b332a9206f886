"""Evidence of any finding as tables: each row what it names, with the way to it. Unpublished filings stay a number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime

from lantian.core.messages import Text
from lantian.desk.present.tables import code_label, column_label, table_label
from lantian.desk.present.words import kind_of_application, said
from lantian.desk.subjects import files_of
from lantian.filings import queries as filings
from lantian.filings.captures import queries as captures
from lantian.filings.models import Patent
from lantian.filings.open_rows import OPEN, by_refs
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.screening.models import Finding
from lantian.screening.naming import names_of

SHOWN = 50
PATENTS = (
    Text("申请号", "Application"),
    Text("标题", "Title"),
    Text("申请人", "Applicant"),
    Text("代理机构", "Agency"),
    Text("类型", "Kind"),
    Text("申请日", "Filed on"),
)
CAPTURED = (
    Text("页面标题", "Title"),
    Text("网址", "Address"),
    Text("发布者", "Advertiser"),
    Text("采集时间", "Captured at"),
)
ELSEWHERE = Text("由其他单位保管", "kept by another office")
HIDDEN = Text("尚未公开，或者不知是否已公开", "not published, or not known to be")
NAMED = (
    Text("名称", "Name"),
    Text("编号", "Number"),
    Text("涉及的人员、日期或者轮次", "Persons, days or rounds"),
)
# What a row shows of an open table; the rest is in the file it came from.
COLUMNS: Mapping[str, Sequence[str]] = {
    "trademarks": ("number", "mark", "classes", "filed_on", "applicant", "agency_name"),
    "trademark_proceedings": (
        "number",
        "kind",
        "filed_on",
        "petitioner",
        "petitioner_agency",
        "respondent",
        "respondent_agency",
        "outcome",
    ),
    "trademark_transfers": ("number", "transferred_on", "from_name", "to_name", "price_cny"),
    "protected_names": ("name", "kind", "owner", "from", "to"),
    "patent_changes": ("application_no", "changed_on", "field", "before", "after", "agency_code"),
    "annual_reports": ("agency_code", "year", "due_on", "submitted_on", "practitioners", "assistants"),
    "abnormal_notices": ("application_no", "notified_on", "applicant", "agency_name", "outcome"),
    "subsidies": ("application_no", "applicant", "paid_on", "amount_cny", "fund", "repaid_on"),
}
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d|[^，；、\s]{1,6}")  # days and short words stay on one line
NUMBERED: Mapping[str, str] = {
    "applicant": "applicant_id",
    "agency_name": "agency_id",
    "petitioner": "petitioner_id",
    "petitioner_agency": "petitioner_agency_id",
    "respondent": "respondent_id",
    "respondent_agency": "respondent_agency_id",
    "from_name": "from_id",
    "to_name": "to_id",
    "owner": "owner_id",
}
"""In which column the number of a name stands."""
IDS = frozenset({"agency_code", "applicant_id", "agency_id", "petitioner_id", "respondent_id"})


def tables(row: Finding, *, but: str = "") -> list[dict[str, Any]]:
    """The evidence by table, all `but` one: label, head, rows of cells {text, href}, how many in all."""
    by_table: dict[str, list[str]] = defaultdict(list)
    for item in row.evidence:
        table, _, number = item.partition(":")
        by_table[table].append(number)
    return [_table(table, numbers) for table, numbers in by_table.items() if table != but]


def _table(table: str, numbers: Sequence[str]) -> dict[str, Any]:
    shown = numbers[:SHOWN]
    if table == "patents":
        head, rows = [said(text) for text in PATENTS], _patents(shown)
    elif table in {spec.name for spec in OPEN}:
        head, rows = _open(table, shown)
    elif table == "captures":
        head, rows = [said(text) for text in CAPTURED], _captures(shown)
    else:
        rows = _named(shown)
        head = [said(text) for text in NAMED[: len(rows[0])]]
    lines = [
        [cell | {"label": label} for cell, label in zip(line, head, strict=True)] for line in _linked(rows)
    ]
    return {
        "id": table,
        "label": table_label(table),
        "head": head,
        "rows": lines,
        "count": len(numbers),
        "shown": len(shown),
    }


def _cell(text: object, number: str = "") -> dict[str, Any]:
    """What a cell says; `number` is whose file it opens, once `_linked`."""
    words = "" if text is None else str(text)
    return {"text": words, "number": number, "whole": isinstance(text, date) or bool(_WHOLE.fullmatch(words))}


def _linked(rows: Sequence[Sequence[Mapping[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Rows whose cells open the files of their numbers, looked up together."""
    files = files_of(cell["number"] for row in rows for cell in row)
    return [[{"href": files.get(cell["number"], ""), **cell} for cell in row] for row in rows]


def _patents(numbers: Sequence[str]) -> list[list[dict[str, Any]]]:
    known = filings.by_numbers(numbers)
    return [_patent(number, known.get(number)) for number in numbers]


def _patent(number: str, row: Patent | None) -> list[dict[str, Any]]:
    if row is None or row.disclosure != "published":
        return [_cell(number), _cell(said(HIDDEN)), *[_cell("")] * 4]
    applicant = "；".join(row.applicants or ())
    first = next(iter(row.applicant_ids or ()), None) or ""
    return [
        _cell(number),
        _cell(row.title),
        _cell(applicant, first),
        _cell(row.agency_name or row.agency_code, row.agency_code or ""),
        _cell(kind_of_application(row.kind)) | {"whole": True},
        _cell(row.filing_date),
    ]


def _captures(keys: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Captured pages with the way to each; one that the reader may not see stays a key."""
    known = {capture.key: capture for capture in captures.by_keys(keys)}
    return [_capture(key, known.get(key)) for key in keys]


def _capture(key: str, row: Any) -> list[dict[str, Any]]:
    if row is None:
        return [_cell(key), _cell(said(ELSEWHERE)), _cell(""), _cell("")]
    first = _cell(row.title or row.url or key) | {"href": reverse("capture", args=[key])}
    return [
        first,
        _cell(row.url),
        _cell(row.advertiser),
        _cell(f"{localtime(row.captured_at):%Y-%m-%d %H:%M}"),
    ]


def _open(table: str, numbers: Sequence[str]) -> tuple[list[str], list[list[dict[str, Any]]]]:
    names = COLUMNS[table]
    found = by_refs([f"{table}:{number}" for number in numbers])
    lines = [
        [_open_cell(table, name, cells) for name in names]
        for number in numbers
        for cells in found[f"{table}:{number}"] or [{names[0]: number}]
    ]
    return [_head(column_label(table, name)) for name in names], lines


def _head(name: str) -> str:
    return name[:1].upper() + name[1:]


def _open_cell(table: str, name: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    value = cells.get(name)
    parts = value if isinstance(value, list) else [] if value is None else [value]
    text = "；".join(code_label(table, name, str(part)) for part in parts)
    number = cells.get(NUMBERED.get(name, name)) if name in NUMBERED or name in IDS else None
    return _cell(text, str(number or ""))


def _named(numbers: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Rows of a register by number; the subject's own may stand before or after other parts of the key.

    The last cell, persons, days or rounds, is left out where no row has any.
    """
    parts = {number: number.split("|") for number in numbers}
    known = registry.find_all(part for each in parts.values() for part in each)
    rows = [_keyed(number, each, known) for number, each in parts.items()]
    return rows if any(row[-1]["text"] for row in rows) else [row[:-1] for row in rows]


def _keyed(number: str, parts: Sequence[str], known: Mapping[str, Subject]) -> list[dict[str, Any]]:
    own = next((part for part in parts if part in known), None)
    if own is None:
        return [_cell(parts[0]), _cell(number), _cell("")]
    rest = "；".join(f"{known[part].name} {part}" if part in known else part for part in parts if part != own)
    return [_cell(known[own].name, own), _cell(own), _cell(rest)]


def parties(row: Finding) -> list[dict[str, Any]]:
    """Members of a finding by name, with the way to their files."""
    shown = row.members[:SHOWN]
    names = names_of(shown)
    return _linked([[_member(member, names[member]) for member in shown]])[0]


def _member(member: str, name: str) -> dict[str, Any]:
    return _cell(name, "" if ":" in member else member)
