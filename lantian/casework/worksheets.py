"""Worksheets of a case: begun from a lead or an outside matter, worked out, reviewed by a second person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from lantian.casework import outside_queries, queries
from lantian.casework.errors import WorksheetRefused
from lantian.casework.measuring import LEAD, Origin, Subject, change, common, note, refuse_stale
from lantian.casework.models import Worksheet, WorksheetStep, WorksheetVersion
from lantian.casework.worksheet_states import MOVES, WorksheetAct, WorksheetState
from lantian.core import gain, worksheet
from lantian.core.competence import Field
from lantian.core.discretion import Earlier, Found
from lantian.core.moves import check_move
from lantian.core.worksheet import Entered
from lantian.office import audit, clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Post
from lantian.office.permissions import Permission, check_permission
from lantian.registry import queries as registry
from lantian.standing import sourcing

OUTSIDE = "outside"
NUMBER_KIND, NUMBER_CODE = "worksheet", "裁量"
FIELDS_OF = {
    "unlicensed": Field.UNLICENSED,
    "patent_agency": Field.PATENT_AGENCY,
    "practitioner": Field.PRACTITIONER,
    "trademark_agency": Field.TRADEMARK_AGENCY,
    "trademark_person": Field.TRADEMARK_AGENCY,
}
NATURAL = ("practitioner", "person")  # kinds of subject that are natural persons
REVIEWED = (WorksheetAct.SEND_BACK, WorksheetAct.FINISH)


@dataclass(frozen=True)
class Typed:
    """The entries of a worksheet as typed: days in ISO form, lines as pasted (see `core.worksheet`)."""

    kind: str
    acted_until: date
    decided_on: date
    counts_from: date | None = None
    receipts: str = ""
    expenses: str = ""
    circumstances: tuple[str, ...] = ()
    earlier: tuple[tuple[str, str], ...] = ()  # of the party's history: day and document, as ticked
    other_earlier: str = ""
    serious: bool = False
    person: bool = False
    fine: str = ""


def origin_of(kind: str, key: str) -> tuple[Origin, Subject, list[int]] | None:
    """The lead or outside matter that a worksheet may hang on, whom it concerns, and which offices see it."""
    if kind == LEAD:
        lead = queries.find(key)
        if lead is None:
            return None
        name = lead.subject_name or lead.subject_no
        return (LEAD, key), Subject(lead.subject_kind, lead.subject_no, name), list(lead.seen_by)
    matter = outside_queries.find(key) if kind == OUTSIDE else None
    if matter is None:
        return None
    found = Subject(matter.subject_kind, matter.subject_no, matter.subject_name)
    return (OUTSIDE, key), found, list(matter.seen_by)


@transaction.atomic
def begin(origin: tuple[str, str], typed: Typed, *, by: OfficerActor) -> Worksheet:
    """Begin a worksheet in a case; its first version is worked out at once."""
    check_permission(by.permissions, Permission.TAKE_MEASURES)
    found = origin_of(*origin)
    if found is None:
        raise WorksheetRefused("找不到这个案件或者线索。", "There is no such case or lead.")
    of, subject, seen = found
    typed = replace(typed, person=typed.person or subject.kind in NATURAL)
    columns = common(NUMBER_KIND, NUMBER_CODE, FIELDS_OF.get(typed.kind, Field.PATENT_AGENCY), of, by)
    row = Worksheet.objects.create(
        **columns | {"seen_by": sorted({*columns["seen_by"], *seen})},
        subject_kind=subject.kind,
        subject_no=subject.no,
        subject_name=subject.name,
    )
    _write(row, 1, typed, by)
    _step(row, WorksheetAct.OPEN, 1, "", by)
    note(audit.Kind.WORKSHEET_BEGUN, row, by, origin=list(of))
    return row


@transaction.atomic
def save(*, key: str, typed: Typed, version: int, by: OfficerActor) -> WorksheetVersion:
    """Write a new version; the same entries under the same book write none. Raises what the entries cannot be."""
    check_permission(by.permissions, Permission.TAKE_MEASURES)
    row = _take(key, version, by)
    check_move(MOVES, WorksheetState(row.state), WorksheetAct.SAVE)
    last = newest(row)
    _, sheet = work_out(typed)
    if sheet["digest"] == last.digest and _entries(typed) == last.entries:
        return last
    row.field = FIELDS_OF.get(typed.kind, Field.PATENT_AGENCY)
    change(row, by, "field")
    found = _write(row, last.number + 1, typed, by)
    _step(row, WorksheetAct.SAVE, found.number, "", by)
    detail = {"number": found.number, "digest": found.digest}
    note(audit.Kind.WORKSHEET_SAVED, row, by, **detail)
    return found


@transaction.atomic
def move(*, key: str, act: WorksheetAct, words: str, version: int, by: OfficerActor) -> Worksheet:
    """Submit, send back, settle or open again; a second person reviews, and says why when sending back."""
    reviewing = act in REVIEWED
    check_permission(by.permissions, Permission.APPROVE_PAPERS if reviewing else Permission.TAKE_MEASURES)
    row = _take(key, version, by)
    last = newest(row)
    if reviewing and _account(last.post_id) == _account(by.post_id):
        raise WorksheetRefused(
            "填表人不能审定自己的计算表，请由另一人审核。",
            "Whoever filled the worksheet in does not settle it; another person does.",
        )
    if act in (WorksheetAct.SEND_BACK, WorksheetAct.REOPEN) and not words.strip():
        raise WorksheetRefused("请写明理由。", "Please give the reason.")
    if act is WorksheetAct.SUBMIT:
        _refuse_unfit(last.sheet)
    row.state = check_move(MOVES, WorksheetState(row.state), act)
    change(row, by, "state")
    _step(row, act, last.number, words.strip(), by)
    note(audit.Kind.WORKSHEET_MOVED, row, by, act=str(act), number=last.number, digest=last.digest)
    return row


def work_out(typed: Typed) -> tuple[Entered, dict[str, Any]]:
    """Read entries and work the sheet out, storing nothing."""
    earlier = [Earlier(date.fromisoformat(day), typed.kind, document) for day, document in typed.earlier]
    other = worksheet.read_earlier(typed.other_earlier, typed.kind)
    fine = worksheet.money(typed.fine) if typed.fine.strip() else None
    if typed.fine.strip() and (fine is None or fine < 0):
        raise WorksheetRefused("拟罚款数额不是金额。", "The fine that is proposed is no amount.")
    person = typed.person or typed.kind in ("practitioner", "trademark_person")
    entered = Entered(
        typed.kind,
        typed.acted_until,
        typed.decided_on,
        typed.counts_from,
        worksheet.read_receipts(typed.receipts),
        worksheet.read_expenses(typed.expenses),
        Found(typed.circumstances, (*earlier, *other), typed.serious, person),
        gain.to_fen(fine) if fine is not None else None,
    )
    if entered.acted_until > entered.decided_on:
        raise WorksheetRefused(
            "违法行为终了之日晚于决定之日，请核对。", "The act ends after the decision; check both days."
        )
    return entered, worksheet.work_out(entered)


def history(subject_no: str) -> list[tuple[date, str]]:
    """Penalties of the party that the reader may see, from its credit file, the newest first: day and document."""
    subject = registry.find(subject_no) if subject_no else None
    return sourcing.penalties_of(subject) if subject else []


def typed_of(entries: Mapping[str, Any]) -> Typed:
    """The entries of a stored version."""
    start = entries["counts_from"]
    return Typed(
        kind=entries["kind"],
        acted_until=date.fromisoformat(entries["acted_until"]),
        decided_on=date.fromisoformat(entries["decided_on"]),
        counts_from=date.fromisoformat(start) if start else None,
        receipts=entries["receipts"],
        expenses=entries["expenses"],
        circumstances=tuple(entries["circumstances"]),
        earlier=tuple((day, document) for day, document in entries["earlier"]),
        other_earlier=entries["other_earlier"],
        serious=entries["serious"],
        person=entries.get("person", False),
        fine=entries["fine"],
    )


def newest(row: Worksheet) -> WorksheetVersion:
    """The version that holds."""
    return row.versions.order_by("-number")[0]


def find(key: str) -> Worksheet | None:
    """One worksheet, if the reader may see it."""
    return Worksheet.objects.select_related("unit").filter(key=key).first()


def listed(by: Actor) -> QuerySet[Worksheet]:
    """Worksheets that the reader may see, those under review first, then the newest."""
    return Worksheet.objects.select_related("unit").order_by("-state", "-id")


def of_origin(kind: str, key: str) -> QuerySet[Worksheet]:
    """Worksheets of a lead or an outside matter."""
    return Worksheet.objects.filter(origin_kind=kind, origin_key=key).order_by("-id")


def _take(key: str, version: int, by: OfficerActor) -> Worksheet:
    row = Worksheet.objects.select_for_update(of=("self",)).filter(key=key).first()
    if row is None:
        raise WorksheetRefused("找不到这份计算表。", "There is no such worksheet.")
    if row.unit_id != by.unit:
        raise WorksheetRefused("由建表单位办理。", "Only the office that began the worksheet acts on it.")
    refuse_stale(row, version)
    return row


def _write(row: Worksheet, number: int, typed: Typed, by: OfficerActor) -> WorksheetVersion:
    _, sheet = work_out(typed)
    return WorksheetVersion.objects.create(
        worksheet=row, number=number, entries=_entries(typed), sheet=sheet, digest=sheet["digest"],
        post_id=by.post_id, at=clock.now(),
    )  # fmt: skip


def _entries(typed: Typed) -> dict[str, Any]:
    return {
        "kind": typed.kind,
        "acted_until": str(typed.acted_until),
        "decided_on": str(typed.decided_on),
        "counts_from": str(typed.counts_from) if typed.counts_from else "",
        "receipts": typed.receipts,
        "expenses": typed.expenses,
        "circumstances": sorted(typed.circumstances),
        "earlier": sorted([day, document] for day, document in typed.earlier),
        "other_earlier": typed.other_earlier,
        "serious": typed.serious,
        "person": typed.person,
        "fine": typed.fine.strip(),
    }


def _refuse_unfit(sheet: Mapping[str, Any]) -> None:
    refused = sheet["fine"]["refused"]
    if refused:
        raise WorksheetRefused(*refused)
    if sheet["fine"]["fine_cny"] is None:
        raise WorksheetRefused(
            "提交审核前请填写拟罚款数额（不罚款的填0）。",
            "Give the fine that is proposed, 0 for none.",
        )


def _account(post_id: int) -> int:
    return Post.objects.values_list("account_id", flat=True).get(pk=post_id)


def _step(row: Worksheet, act: WorksheetAct, number: int, words: str, by: OfficerActor) -> None:
    WorksheetStep.objects.create(
        worksheet=row, act=str(act), number=number, note=words, post_id=by.post_id, at=clock.now()
    )
