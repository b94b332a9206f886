"""Evidence of any finding as tables: each row what it names, with the way to it. Unpublished filings stay a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from lantian.core.messages import Text
from lantian.desk.present.tables import column_label
from lantian.desk.present.words import kind_of_application, said
from lantian.desk.subjects import files_of
from lantian.filings import queries as filings
from lantian.filings.models import Patent
from lantian.filings.open_rows import OPEN, by_refs
from lantian.office.intake.spec import tables as specs
from lantian.registry import queries as registry
from lantian.registry.models import Subject
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
        head, rows = [said(text) for text in NAMED], _named(shown)
    lines = [
        [cell | {"label": label} for cell, label in zip(line, head, strict=True)] for line in _linked(rows)
    ]
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


def _cell(text: object, number: str = "") -> dict[str, Any]:
    """What a cell says; `number` is whose file it opens, once `_linked`."""
    return {"text": "" if text is None else str(text), "number": number, "day": isinstance(text, date)}


def _linked(rows: Sequence[Sequence[Mapping[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Rows whose cells open the files of their numbers, looked up together."""
    files = files_of(cell["number"] for row in rows for cell in row)
    return [[{**cell, "href": files.get(cell["number"], "")} for cell in row] for row in rows]


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
    return _cell(text, str(number or ""))


def _named(numbers: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Rows of a register by number; the subject's own may stand before or after other parts of the key."""
    parts = {number: number.split("|") for number in numbers}
    known = registry.find_all(part for each in parts.values() for part in each)
    return [_keyed(number, each, known) for number, each in parts.items()]


def _keyed(number: str, parts: Sequence[str], known: Mapping[str, Subject]) -> list[dict[str, Any]]:
    own = next((part for part in parts if part in known), None)
    if own is None:
        return [_cell(parts[0]), _cell(number), _cell("")]
    rest = "；".join(part for part in parts if part != own)
    return [_cell(known[own].name, own), _cell(own), _cell(rest)]


def parties(row: Finding) -> list[dict[str, Any]]:
    """Members of a finding by name, with the way to their files."""
    shown = row.members[:SHOWN]
    known = registry.find_all(shown)
    return _linked([[_member(member, known) for member in shown]])[0]


def _member(member: str, known: Mapping[str, Subject]) -> dict[str, Any]:
    reads: Mapping[str, Callable[[str], str]] = {
        "name": lambda rest: rest,
        "person": lambda rest: rest.rpartition(":")[0] or rest,
    }
    kind, _, rest = member.partition(":")
    if kind in reads:
        return _cell(reads[kind](rest))
    return _cell(known[member].name if member in known else member, member)
