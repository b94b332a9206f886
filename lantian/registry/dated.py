"""Tables whose rows have a beginning and an end: people, branches, employments, enrolments.

Each row becomes one fact of one subject; taken in again with another end, it supersedes what was held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import polars as pl

from lantian.core import identifiers
from lantian.core.identifiers import Identifier
from lantian.core.messages import Text
from lantian.office import clock
from lantian.office.actors import Actor
from lantian.office.facts import Change, supersede
from lantian.office.intake.spec import Cell, Column, Fault, Moved, TableSpec
from lantian.office.models import IntakeBatch
from lantian.registry import entries
from lantian.registry.intake import codes
from lantian.registry.kinds import FactKind
from lantian.registry.models import Agency, RegisterFact, Subject

ROLES = ("partner", "shareholder", "legal_representative", "managing_partner", "head")
ENROLMENT_STATUSES = ("valid", "expired", "cancelled", "stopped")
PRACTICE_STATUSES = ("active", "suspended", "revoked", "deceased")
_UNKNOWN_AGENCY = Text(
    "登记库中没有这家机构；请先导入代理机构名录，或核对编号。",
    "No such agency in the register; take the directory of agencies in first, or check the number.",
)
_UNKNOWN_PERSON = Text(
    "登记库中没有这个资格证号；请先导入专利代理师名录，或核对编号。",
    "No such licence number in the register; take the practitioners in first, or check the number.",
)
_BACKWARDS = Text("终止日早于起始日。", "It ends before it begins.")


@dataclass(frozen=True)
class Dated:
    """How rows of a table become facts.

    `about` names the columns that may hold the subject's number, the first one filled counts; `items` those
    that tell several facts of one subject apart; `names` the column with the name of a subject not known yet.
    """

    kind: FactKind
    about: tuple[str, ...]
    items: tuple[str, ...]
    begin: tuple[str, ...]
    end: str
    unknown: Text = _UNKNOWN_AGENCY
    names: str | None = None
    last_day: bool = (
        False  # the end is the last day on which it holds, not the first on which it no longer does
    )
    spells: bool = True


def check(dated: Dated, readers: Mapping[str, Callable[[str], Identifier]], frame: pl.DataFrame) -> Any:
    """Numbers in normal form; rows about nobody known, and rows that end before they begin, are refused."""
    frame, faults = codes(frame, readers)
    known = _subjects(dated, frame)
    for row in frame.iter_rows(named=True):
        number = _number(dated, row)
        if number not in known and not (dated.names and row.get(dated.names)):
            faults.append(Fault(row["row"], dated.about[0], (number or "")[:60], dated.unknown))
        elif _backwards(dated, row):
            faults.append(Fault(row["row"], dated.end, str(row[dated.end]), _BACKWARDS))
    return frame.filter(~pl.col("row").is_in([fault.row for fault in faults])), faults


def move(dated: Dated, frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Hold the rows as facts, in the open transaction."""
    if dated.names and dated.names in frame.columns:
        _make_bare(dated, frame, batch)
    known = _subjects(dated, frame)
    changes = list(_changes(dated, frame, known, batch, by))
    held = set(
        RegisterFact.objects.held()
        .filter(kind=str(dated.kind), subject_id__in=set(known.values()))
        .values_list("subject_id", "item")
    )
    before = sum((change.key[0], change.key[2]) in held for change in changes)
    news = supersede(RegisterFact, changes, at=clock.now(), spells=dated.spells)
    same = frame.height - news
    changed = max(before - same, 0)
    return Moved(new=news - changed, changed=changed, same=same)


def _make_bare(dated: Dated, frame: pl.DataFrame, batch: IntakeBatch) -> None:
    assert dated.names is not None
    named = {
        number: row[dated.names]
        for row in frame.iter_rows(named=True)
        if (number := _number(dated, row)) and row[dated.names]
    }
    entries.bare(named, Subject.Kind.AGENCY, batch)


def _changes(
    dated: Dated, frame: pl.DataFrame, known: Mapping[str, int], batch: IntakeBatch, by: Actor
) -> Iterator[Change]:
    day = clock.day_of(batch.created_at)
    for row in frame.iter_rows(named=True):
        subject = known[_number(dated, row) or ""]
        item = "|".join(str(row[name]) for name in dated.items if row.get(name))
        begin, end = _period(dated, row)
        key = (subject, str(dated.kind), item)
        yield Change(key, _value(dated, row), begin or min(day, end or day), end, _source(batch, row, by))


def _source(batch: IntakeBatch, row: Mapping[str, Any], by: Actor) -> tuple[Any, ...]:
    return batch.pk, row["row"], by.audit_name


def _value(dated: Dated, row: Mapping[str, Any]) -> dict[str, Any]:
    left_out = {"row", "from", "to"}
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if name not in left_out and value is not None
    }


def _period(dated: Dated, row: Mapping[str, Any]) -> tuple[date | None, date | None]:
    begin = next((row[name] for name in dated.begin if row.get(name)), None)
    end: date | None = row.get(dated.end)
    return begin, end + timedelta(days=1) if end and dated.last_day else end


def _backwards(dated: Dated, row: Mapping[str, Any]) -> bool:
    begin, end = _period(dated, row)
    return bool(begin and end and end < begin)


def _number(dated: Dated, row: Mapping[str, Any]) -> str | None:
    return next((row[name] for name in dated.about if row.get(name)), None)


def _subjects(dated: Dated, frame: pl.DataFrame) -> dict[str, int]:
    """Subjects that the rows speak of: by number, agencies also by their agency code."""
    numbers = {number for row in frame.iter_rows(named=True) if (number := _number(dated, row))}
    coded = Agency.objects.filter(agency_code__in=numbers).values_list("agency_code", "subject__pk")
    return {code: pk for code, pk in coded if code} | entries.ids_of(list(numbers))


def _spec(
    name: str,
    title: Text,
    dated: Dated,
    columns: Sequence[Column],
    readers: Mapping[str, Callable[[str], Any]],
) -> TableSpec:
    present = {column.name for column in columns}
    key = next(column.name for column in columns if column.required)
    about = [one for one in (*dated.about, *dated.items, *dated.begin[:1]) if one in present and one != key]
    return TableSpec(
        name=name,
        title=title,
        key=key,
        columns=tuple(columns),
        check=partial(check, dated, readers),
        move=partial(move, dated),
        also=tuple(dict.fromkeys(about)),
    )


def _agency_number(text: str) -> Identifier:
    """An agency's number where a table allows either: its code of 5 digits or its credit code."""
    return (
        identifiers.agency_code(text) if len(identifiers.fold(text)) == 5 else identifiers.credit_code(text)
    )


_FROM, _TO = Column("from", Cell.DATE), Column("to", Cell.DATE)
BRANCHES = _spec(
    "branches",
    Text("分支机构", "Branches"),
    Dated(FactKind.BRANCH, ("agency_code",), ("name",), ("opened_on", "filed_on"), "closed_on"),
    (
        Column("agency_code", required=True),
        Column("name", required=True),
        Column("credit_code"),
        Column("address"),
        Column("district_code"),
        Column("phone"),
        Column("filed_on", Cell.DATE),
        Column("opened_on", Cell.DATE),
        Column("closed_on", Cell.DATE),
        Column("head_licence_no"),
    ),
    {"agency_code": _agency_number, "credit_code": identifiers.credit_code},
)
ENROLMENTS = _spec(
    "enrolments",
    Text("商标代理机构备案", "Enrolments of trademark agencies"),
    Dated(
        FactKind.ENROLMENT, ("credit_code",), ("enrolment_no",), ("filed_on",), "expires_on",
        names="name", last_day=True,
    ),
    (
        Column("credit_code", required=True),
        Column("name"),
        Column("enrolment_no"),
        Column("filed_on", Cell.DATE),
        Column("expires_on", Cell.DATE),
        Column("status", Cell.CHOICE, choices=ENROLMENT_STATUSES, words="enrolment_status"),
    ),
    {"credit_code": identifiers.credit_code},
)  # fmt: skip
STAFF = _spec(
    "trademark_staff",
    Text("商标代理从业人员", "Trademark staff"),
    Dated(FactKind.STAFF, ("agency_id",), ("staff_id",), ("from",), "to", names="agency_name"),
    (
        Column("staff_id", required=True),
        Column("name", required=True),
        Column("agency_id", required=True),
        Column("agency_name"),
        Column("role"),
        _FROM,
        _TO,
    ),
    {"agency_id": identifiers.credit_code, "staff_id": identifiers.practice_no},
)
EMPLOYMENTS = _spec(
    "employments",
    Text("代理师执业机构", "Employments of practitioners"),
    Dated(FactKind.EMPLOYMENT, ("licence_no",), ("agency_code",), ("from",), "to", _UNKNOWN_PERSON),
    (Column("licence_no", required=True), Column("agency_code", required=True), _FROM, _TO),
    {"licence_no": identifiers.licence_no, "agency_code": _agency_number},
)
PRACTICE = _spec(
    "practitioner_status",
    Text("代理师执业状态", "Status of practitioners"),
    Dated(FactKind.PRACTICE, ("licence_no",), (), ("from",), "to", _UNKNOWN_PERSON, spells=False),
    (
        Column("licence_no", required=True),
        Column("status", Cell.CHOICE, required=True, choices=PRACTICE_STATUSES, words="practice_status"),
        _FROM,
        _TO,
    ),
    {"licence_no": identifiers.licence_no},
)
MEMBERS = _spec(
    "agency_members",
    Text("合伙人、股东和负责人", "Partners, shareholders and heads"),
    Dated(FactKind.MEMBER, ("credit_code", "agency_code"), ("name", "role"), ("from",), "to"),
    (
        Column("name", required=True),
        Column("agency_code"),
        Column("credit_code"),
        Column("role", Cell.CHOICE, required=True, choices=ROLES, words="member_role"),
        Column("licence_no"),
        Column("practising_since", Cell.DATE),
        _FROM,
        _TO,
    ),
    {
        "credit_code": identifiers.credit_code,
        "agency_code": identifiers.agency_code,
        "licence_no": identifiers.licence_no,
    },
)
DATED = (BRANCHES, ENROLMENTS, STAFF, EMPLOYMENTS, PRACTICE, MEMBERS)
