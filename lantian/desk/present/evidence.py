"""Evidence of any finding as tables: each row what it names, with the way to it. Unpublished filings stay a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from lantian.core.messages import Text
from lantian.desk.present.tables import column_label
from lantian.desk.present.words import kind_of_application, said
from lantian.desk.subjects import file_of
from lantian.filings import queries as filings
from lantian.filings.models import Patent
from lantian.filings.open_rows import OPEN, by_refs
from lantian.office.intake.spec import tables as specs
from lantian.registry import queries as registry
from lantian.screening.models import Finding

SHOWN = 50
PATENTS = (
    Text("申请号", "Application"),
    Text("标题", "Title"),
    Text("申请人", "Applicant"),
    Text("代理机构", "Agency"),
    Text("类型", "Kind"),
    Text("申请日", "Filed on"),
)
HIDDEN = Text("尚未公开，或者不知是否已公开", "not published, or not known to be")
NAMED = (Text("名称", "Name"), Text("编号", "Number"), Text("其他", "Other"))
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
        "outcome",
    ),
    "trademark_transfers": ("number", "transferred_on", "from_name", "to_name", "price_cny"),
    "protected_names": ("name", "kind", "owner", "from", "to"),
    "patent_changes": ("application_no", "changed_on", "field", "before", "after", "agency_code"),
    "annual_reports": ("agency_code", "year", "due_on", "submitted_on", "practitioners", "assistants"),
    "abnormal_notices": ("application_no", "notified_on", "applicant", "agency_name", "outcome"),
    "subsidies": ("application_no", "applicant", "paid_on", "amount_cny", "fund", "repaid_on"),
}
IDS = frozenset({"agency_code", "applicant_id", "agency_id", "petitioner_id", "respondent_id"})


def tables(row: Finding) -> list[dict[str, Any]]:
    """The evidence by table: label, head, rows of cells {text, href}, how many in all."""
    by_table: dict[str, list[str]] = defaultdict(list)
    for item in row.evidence:
        table, _, number = item.partition(":")
        by_table[table].append(number)
    return [_table(table, numbers) for table, numbers in by_table.items()]


def _table(table: str, numbers: Sequence[str]) -> dict[str, Any]:
    shown = numbers[:SHOWN]
    if table == "patents":
        head, rows = [said(text) for text in PATENTS], _patents(shown)
    elif table in {spec.name for spec in OPEN}:
        head, rows = _open(table, shown)
    else:
        head, rows = [said(text) for text in NAMED], [_named(number) for number in shown]
    lines = [[cell | {"label": label} for cell, label in zip(line, head, strict=True)] for line in rows]
    return {
        "id": table,
        "label": _label(table),
        "head": head,
        "rows": lines,
        "count": len(numbers),
        "shown": len(shown),
    }


def _label(table: str) -> str:
    return next((said(spec.title) for spec in specs() if spec.name == table), table)


def _cell(text: object, href: str = "") -> dict[str, Any]:
    return {"text": "" if text is None else str(text), "href": href, "day": isinstance(text, date)}


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
        _cell(applicant, file_of(first)),
        _cell(row.agency_name or row.agency_code, file_of(row.agency_code or "")),
        _cell(kind_of_application(row.kind)),
        _cell(row.filing_date),
    ]


def _open(table: str, numbers: Sequence[str]) -> tuple[list[str], list[list[dict[str, Any]]]]:
    names = COLUMNS[table]
    found = by_refs([f"{table}:{number}" for number in numbers])
    lines = [
        [_open_cell(name, cells) for name in names]
        for number in numbers
        for cells in found[f"{table}:{number}"] or [{names[0]: number}]
    ]
    return [column_label(table, name) for name in names], lines


def _open_cell(name: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    value = cells.get(name)
    text = "；".join(map(str, value)) if isinstance(value, list) else value
    paired = {"applicant": "applicant_id", "agency_name": "agency_id", "petitioner": "petitioner_id"}
    number = cells.get(paired.get(name, name)) if name in paired or name in IDS else None
    return _cell(text, file_of(str(number)) if number else "")


def _named(number: str) -> list[dict[str, Any]]:
    """A row of a register by its number, whose parts may stand before or after other parts of the key."""
    parts = number.split("|")
    for part in parts:
        subject = registry.find(part)
        if subject is not None:
            rest = "；".join(other for other in parts if other != part)
            return [_cell(subject.name, file_of(part)), _cell(part), _cell(rest)]
    return [_cell(parts[0]), _cell(number), _cell("")]


def parties(row: Finding) -> list[dict[str, Any]]:
    """Members of a finding by name, with the way to their files."""
    return [_member(member) for member in row.members[:SHOWN]]


def _member(member: str) -> dict[str, Any]:
    reads: Mapping[str, Callable[[str], str]] = {
        "name": lambda rest: rest,
        "person": lambda rest: rest.rpartition(":")[0] or rest,
    }
    kind, _, rest = member.partition(":")
    if kind in reads:
        return _cell(reads[kind](rest))
    subject = registry.find(member)
    return _cell(subject.name if subject else member, file_of(member) if subject else "")
