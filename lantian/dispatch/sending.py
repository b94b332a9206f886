"""Forwarding (转办): every office gets its rows, its return sheet, its letter; files are made by a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Func, Value
from django.db.models.expressions import Combinable

from lantian.core.competence import Act as LegalAct
from lantian.core.messages import Refused, Text
from lantian.core.moves import check_move
from lantian.dispatch import history, letters
from lantian.dispatch.actions import change, refuse_stale, take
from lantian.dispatch.book import fields, kind
from lantian.dispatch.errors import DispatchRefused
from lantian.dispatch.lists import labels
from lantian.dispatch.models import Dispatch, DispatchRow, ReturnSheet
from lantian.dispatch.sheets import ReturnRow, write_return_sheet
from lantian.dispatch.states import MOVES, SHEET_MOVES, Act, SheetAct, SheetState, State, Step
from lantian.office import audit, clock, competence, files, jobs
from lantian.office.actors import OfficerActor
from lantian.office.papers import actions as papers
from lantian.office.papers.actions import Wording
from lantian.office.permissions import Permission, check_permission

LONGEST_NUMBER = 60


@dataclass(frozen=True)
class Forwarding:
    """How a letter is forwarded: the day by which offices answer, and who can be asked."""

    deadline: date
    contact: str = ""
    letters: bool = True


@dataclass(frozen=True)
class Forwarded:
    """What a forwarding did: the sheets, and why no letter could be drafted, if so."""

    sheets: tuple[ReturnSheet, ...]
    no_letter: Text | None


@transaction.atomic
def forward(*, key: str, units: Sequence[int], how: Forwarding, version: int, by: OfficerActor) -> Forwarded:
    """Forward the rows of these offices that were not forwarded yet. Rows without an office stay in the queue.

    A letter is drafted for each office where the matrix gives the right; otherwise its number is typed back from
    the OA. Sheets are written, and rows shown to their offices, by a job.
    """
    check_permission(by.permissions, Permission.HAND_OVER)
    row = take(key, version, by)
    row.state = check_move(MOVES, State(row.state), Act.FORWARD)
    if how.deadline < clock.today():
        raise DispatchRefused("反馈期限不能早于今天。", "The day by which offices answer lies in the past.")
    ready = row.rows.filter(forwarded=False, holder__in=units).exclude(holder=row.unit)
    counts = {unit: ready.filter(holder=unit).count() for unit in sorted(set(units))}
    to = {unit: count for unit, count in counts.items() if count}
    if not to:
        raise DispatchRefused("所选单位没有待转办的行。", "The chosen offices have no rows to be forwarded.")
    grant = competence.may(by, LegalAct.HAND_OVER, kind(row.kind, row.received_on).field)
    row.seen_by = sorted({*row.seen_by, *to})
    change(row, by, "seen_by")
    sheets = tuple(_sheet(row, unit, count, how, by) for unit, count in to.items())
    no_letter = _letters(row, sheets, to, how, by) if how.letters else None
    row.job = jobs.defer(
        "dispatch_sheets",
        lock=f"dispatch:{row.key}",
        arguments={"dispatch": row.key},
        mandate=f"dispatch:{row.key}",
        by=by,
    )
    row.save(update_fields=["job"])
    detail = {"units": to, "row": grant.row, "capacity": str(grant.capacity), "due": str(how.deadline)}
    audit.record(audit.Kind.DISPATCH_FORWARDED, by=by, about=("dispatch", row.key), detail=detail)
    return Forwarded(sheets, no_letter)


def _sheet(row: Dispatch, unit: int, count: int, how: Forwarding, by: OfficerActor) -> ReturnSheet:
    """The office's sheet: a new one, or the one it has, opened again for more rows."""
    sheet = ReturnSheet.objects.select_for_update().filter(dispatch=row, unit_id=unit).first()
    now, today = clock.now(), clock.today()
    if sheet is None:
        sheet = ReturnSheet(dispatch=row, unit_id=unit, seen_by=sorted({row.unit_id, unit}), version=0)
    sheet.state = check_move(SHEET_MOVES, SheetState(sheet.state), SheetAct.FORWARD)
    sheet.deadline, sheet.forwarded_on, sheet.file = how.deadline, today, None
    sheet.version += 1
    sheet.changed_at, sheet.changed_by_id = now, by.post_id
    sheet.save()
    history.note(row, Step.FORWARD, post=by.post_id, unit=unit, count=count)
    return sheet


def _letters(
    row: Dispatch, sheets: Sequence[ReturnSheet], counts: Mapping[int, int], how: Forwarding, by: OfficerActor
) -> Text | None:
    """Draft a forwarding letter for each office; the reason when the matrix or the template does not let us."""
    about = letters.About.of(row)
    try:
        with transaction.atomic():
            for sheet in sheets:
                record = letters.forwarding(about, sheet, counts[sheet.unit_id])
                wording = Wording({"contact": how.contact})
                paper = papers.draft(kind=letters.FORWARDING, record=record, wording=wording, by=by)
                sheet.paper_key = paper.key
                sheet.save(update_fields=["paper_key"])
    except Refused as refusal:
        return refusal.text
    return None


@jobs.job("dispatch_sheets")
def write_sheets(running: jobs.Running, *, dispatch: str) -> None:
    """Office by office: show it its rows and write its return sheet; run again it writes only what is missing."""
    with running.step():
        row = Dispatch.objects.select_related("unit").get(key=dispatch)
        waiting = list(row.sheets.filter(file=None).order_by("unit_id").values_list("pk", flat=True))
        total = row.sheets.count()
    done = total - len(waiting)
    for sheet in waiting:
        with running.step():
            _write(running, row, ReturnSheet.objects.select_for_update(of=("self",)).get(pk=sheet))
            done += 1
            running.advance("dispatch_sheets", done, total, {"sheets": done})


def _write(running: jobs.Running, row: Dispatch, sheet: ReturnSheet) -> None:
    rows = row.rows.filter(holder=sheet.unit_id)
    rows.filter(forwarded=False).update(forwarded=True, seen_by=_with(sheet.unit_id))
    rows.exclude(sent_answers=F("answers")).update(sent_answers=F("answers"))
    content = written(row, sheet, list(rows.order_by("place")))
    name = f"反馈表 {row.number} {sheet.unit.name_zh}.xlsx".replace("/", "_")
    sheet.file = files.keep(name=name, chunks=[content], seen_by=sheet.seen_by, by=running.actor)
    sheet.save(update_fields=["file"])
    detail = {"sheet": sheet.file.sha256}
    audit.record(audit.Kind.SHEET_WRITTEN, by=running.actor, about=("sheet", sheet.key), detail=detail)


def _with(unit: int) -> Combinable:
    """The offices that see a row, and this one."""
    return Func(F("seen_by"), Value(unit), function="array_append")


def written(row: Dispatch, sheet: ReturnSheet, rows: Sequence[DispatchRow]) -> bytes:
    """One office's return sheet as a workbook."""
    columns = labels(row.columns)
    return write_return_sheet(
        title=f"{row.title}——核查情况反馈表",
        columns=columns,
        rows=[ReturnRow(one.key, dict(zip(columns, one.cells, strict=False))) for one in rows],
        fields=fields(sheet.forwarded_on),
        sheet_id=sheet.key,
        unit_name=sheet.unit.name_zh,
        letter=row.sender_no or row.number,
        deadline=sheet.deadline or sheet.forwarded_on,
    )


@transaction.atomic
def record_letter(
    *, sheet_key: str, number: str, dated: date | None, version: int, by: OfficerActor
) -> ReturnSheet:
    """Type back number and day that the OA gave the forwarding letter of one office."""
    check_permission(by.permissions, Permission.HAND_OVER)
    sheet = take_sheet(sheet_key, version, by, keeper=True)
    number = number.strip()
    if not number or len(number) > LONGEST_NUMBER or dated is None or dated > clock.today():
        raise DispatchRefused(
            "请填写 OA 文号和成文日期（不晚于今天）。",
            "Give the OA's number and the day of the letter, not in the future.",
        )
    sheet.letter_no, sheet.letter_dated = number, dated
    change_sheet(sheet, by, "letter_no", "letter_dated")
    history.note(sheet.dispatch, Step.LETTER, post=by.post_id, unit=sheet.unit_id)
    audit.record(audit.Kind.SHEET_MOVED, by=by, about=("sheet", sheet.key), detail={"act": "letter"})
    return sheet


@transaction.atomic
def submit(*, sheet_key: str, version: int, by: OfficerActor) -> ReturnSheet:
    """Give the office's answer in: every row of it is answered."""
    check_permission(by.permissions, Permission.VERIFY)
    return _move(sheet_key, SheetAct.SUBMIT, "", version, by)


@transaction.atomic
def send_back(*, sheet_key: str, reason: str, version: int, by: OfficerActor) -> ReturnSheet:
    """Send an office's answer back to be completed, with the reason."""
    check_permission(by.permissions, Permission.HAND_OVER)
    if not reason.strip():
        raise DispatchRefused("请写明退回的理由和要求。", "Say why it is sent back and what is wanted.")
    return _move(sheet_key, SheetAct.SEND_BACK, reason, version, by)


@transaction.atomic
def accept(*, sheet_key: str, version: int, by: OfficerActor) -> ReturnSheet:
    """Accept an office's answer."""
    check_permission(by.permissions, Permission.HAND_OVER)
    return _move(sheet_key, SheetAct.ACCEPT, "", version, by)


STEPS = {
    SheetAct.SUBMIT: Step.SUBMIT,
    SheetAct.SEND_BACK: Step.SEND_BACK,
    SheetAct.ACCEPT: Step.ACCEPT,
}


def _move(sheet_key: str, act: SheetAct, reason: str, version: int, by: OfficerActor) -> ReturnSheet:
    sheet = take_sheet(sheet_key, version, by, keeper=True, owner=act is SheetAct.SUBMIT)
    if act is SheetAct.SUBMIT:
        _check_complete(sheet)
        sheet.submitted_on = clock.today()
    sheet.state = check_move(SHEET_MOVES, SheetState(sheet.state), act)
    sheet.remark = reason.strip()
    change_sheet(sheet, by, "remark", "submitted_on")
    history.note(sheet.dispatch, STEPS[act], post=by.post_id, unit=sheet.unit_id, reason=reason)
    audit.record(audit.Kind.SHEET_MOVED, by=by, about=("sheet", sheet.key), detail={"act": str(act)})
    return sheet


def _check_complete(sheet: ReturnSheet) -> None:
    rows = sheet.dispatch.rows.filter(holder=sheet.unit_id)
    left = rows.filter(answers=0).count()
    if left:
        raise DispatchRefused(
            f"还有 {left} 行没有填写；请填完后再反馈，不属本单位的行请退回。",
            f"{left} rows are still unanswered; fill them in first, return those that are not yours.",
        )


def take_sheet(
    key: str, version: int, by: OfficerActor, *, keeper: bool = False, owner: bool = False
) -> ReturnSheet:
    """Lock a return sheet for its office (`owner`) or for the office that keeps the letter (`keeper`)."""
    related = ("dispatch__unit", "unit")
    sheet = ReturnSheet.objects.select_for_update(of=("self",)).select_related(*related).get(key=key)
    may = {sheet.dispatch.unit_id} if keeper else set()
    if by.unit not in may | ({sheet.unit_id} if owner else set()):
        raise DispatchRefused("这一步由其他单位办理。", "This step is another office's.")
    if sheet.dispatch.state == State.CLOSED:
        raise DispatchRefused("来文已办结。", "The letter is closed.")
    if sheet.version != version:
        refuse_stale(sheet.changed_by, sheet)
    return sheet


def change_sheet(sheet: ReturnSheet, by: OfficerActor, *changed: str) -> None:
    """Save a return sheet's new state with who changed it."""
    sheet.version += 1
    sheet.changed_at, sheet.changed_by_id = clock.now(), by.post_id
    sheet.save(update_fields=["state", "version", "changed_at", "changed_by", *changed])
