"""Writes of interviews: plan, put off, call off, who came, the record, commitments, the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.casework import measures_rules as rules
from lantian.casework.errors import MeasureRefused
from lantian.casework.measures_states import (
    INTERVIEW_MOVES,
    InterviewAct,
    InterviewState,
    RectificationState,
    Talk,
)
from lantian.casework.measuring import (
    ALONE,
    Origin,
    Subject,
    change,
    common,
    filled,
    not_later,
    note,
    right,
    take,
)
from lantian.casework.models import Attendance, Commitment, Interview, InterviewStep, Participant
from lantian.core.competence import Act, Field
from lantian.core.moves import check_move
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile

NUMBER_KIND, NUMBER_CODE = "interview", "约谈"


@dataclass(frozen=True)
class Meeting:
    """When and where: the day, the hour in words, the place."""

    on: date
    hour: str
    place: str


@dataclass(frozen=True)
class Plan:
    """An interview to be held: with whom (several make it collective), why, when and where, who is to come."""

    kind: Talk
    field: Field
    called: tuple[Subject, ...]
    ground: str
    meeting: Meeting
    who: str
    contact: str
    origin: Origin = ALONE


@dataclass(frozen=True)
class Came:
    """What the sign-in sheet says of one participant; `person` is empty when nobody came."""

    person: str = ""
    role: str = ""
    arrived: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Held:
    """How it went: the day, by which officers, what was said, and the scan of the sign-in sheet."""

    on: date
    officers: tuple[str, ...]
    record: str
    sheet: StoredFile | None = None


@dataclass(frozen=True)
class Promised:
    """A commitment: the day it came in, its scan, and in short what was promised."""

    on: date
    file: StoredFile
    words: str = ""


@transaction.atomic
def plan_interview(plan: Plan, *, by: OfficerActor) -> Interview:
    """Plan an interview; asks for the right to this kind of talk in this field, takes a number."""
    grant = right(Act(str(plan.kind)), plan.field, by)
    called = _called(plan.called)
    if plan.meeting.on < clock.today():
        raise MeasureRefused("约谈日期不能早于今天。", "The day of the interview lies in the past.")
    row = Interview.objects.create(
        **common(NUMBER_KIND, NUMBER_CODE, plan.field, plan.origin, by),
        kind=plan.kind,
        collective=len(called) > 1,
        ground=filled(plan.ground, "约谈事由", "the ground"),
        who=filled(plan.who, "应到人员", "who is to come")[:120],
        contact=filled(plan.contact, "联系人及电话", "contact and telephone")[:80],
        **_meeting(plan.meeting),
    )
    Participant.objects.bulk_create(
        Participant(
            interview=row,
            place=place,
            subject_kind=one.kind,
            subject_no=one.no[:120],
            subject_name=one.name[:200],
        )
        for place, one in enumerate(called, start=1)
    )
    _step(row, "plan", "", by)
    detail = {"called": len(called), "on": str(row.on), "origin": row.origin_key, "row": grant.row}
    note(audit.Kind.INTERVIEW_PLANNED, row, by, **detail)
    return row


def _called(called: tuple[Subject, ...]) -> list[Subject]:
    """Each subject once, in the order given."""
    once: dict[str, Subject] = {}
    for one in called:
        if one.no.strip():
            once.setdefault(one.no, one)
    if not once:
        raise MeasureRefused("请写明约谈对象。", "Name whom to interview.")
    return list(once.values())


def _meeting(meeting: Meeting) -> dict[str, object]:
    return {
        "on": meeting.on,
        "hour": filled(meeting.hour, "约谈时间", "the time")[:20],
        "place": filled(meeting.place, "约谈地点", "the place")[:120],
    }


@transaction.atomic
def postpone(*, key: str, meeting: Meeting, reason: str, version: int, by: OfficerActor) -> Interview:
    """Put an interview off to another day, hour or place."""
    row = _moved(key, InterviewAct.POSTPONE, version, by)
    words = filled(reason, "改期理由", "the reason")
    if meeting.on < clock.today():
        raise MeasureRefused("约谈日期不能早于今天。", "The day of the interview lies in the past.")
    for name, value in _meeting(meeting).items():
        setattr(row, name, value)
    return _done(row, InterviewAct.POSTPONE, words, by, "on", "hour", "place")


@transaction.atomic
def call_off(*, key: str, reason: str, version: int, by: OfficerActor) -> Interview:
    """Call an interview off, with the reason."""
    row = _moved(key, InterviewAct.CALL_OFF, version, by)
    return _done(row, InterviewAct.CALL_OFF, filled(reason, "取消理由", "the reason"), by)


@transaction.atomic
def sign_in(*, key: str, rows: Mapping[int, Came], version: int, by: OfficerActor) -> Interview:
    """Record who came, by the place of the participant in the list; the last record of one holds."""
    interview = take(Interview, key, version, by)
    _refuse_ended(interview)
    participants = {one.place: one for one in interview.participants.all()}
    if not rows or not set(rows) <= set(participants):
        raise MeasureRefused("请填写签到情况。", "Fill in who came.")
    for place, came in rows.items():
        _sign(participants[place], came, by)
    change(interview, by)
    note(audit.Kind.INTERVIEW_CHANGED, interview, by, act="sign_in", rows=len(rows))
    return interview


def _sign(participant: Participant, came: Came, by: OfficerActor) -> None:
    person, reason = came.person.strip(), came.reason.strip()
    if bool(person) == bool(reason):
        raise MeasureRefused(
            f"{participant.subject_name}：请写明到场人员，或者未到的原因（只写一项）。",
            f"{participant.subject_name}: name who came or why nobody did, one of the two.",
        )
    Attendance.objects.create(
        interview_id=participant.interview_id,
        participant=participant,
        came=bool(person),
        person=person[:40],
        role=came.role.strip()[:60] if person else "",
        arrived=came.arrived.strip()[:10] if person else "",
        reason=reason[:200],
        post_id=by.post_id,
        at=clock.now(),
    )


@transaction.atomic
def hold(*, key: str, held: Held, version: int, by: OfficerActor) -> Interview:
    """Record that it was held: at least so many officers as the book asks for, and everybody's attendance known."""
    row = _moved(key, InterviewAct.HOLD, version, by)
    right(Act(row.kind), Field(row.field), by)
    officers = tuple(name.strip()[:40] for name in held.officers if name.strip())
    rules.check_officers(row.kind, officers)
    row.held_on = not_later(held.on, "约谈日期", "The day of the interview")
    row.record = filled(held.record, "约谈记录", "the record")
    row.officers, row.sheet = list(dict.fromkeys(officers)), held.sheet
    _refuse_unsigned(row)
    return _done(row, InterviewAct.HOLD, "", by, "held_on", "record", "officers", "sheet")


def _refuse_unsigned(row: Interview) -> None:
    signed = set(row.attendances.values_list("participant_id", flat=True))
    unknown = [one.subject_name for one in row.participants.order_by("place") if one.pk not in signed]
    if unknown:
        raise MeasureRefused(
            f"还没有签到情况：{'、'.join(unknown[:5])}（共{len(unknown)}家）。到场或者未到都要登记。",
            f"No attendance yet: {', '.join(unknown[:5])} ({len(unknown)} in all). Record who came and who did not.",
        )


@transaction.atomic
def keep_sheet(*, key: str, sheet: StoredFile, version: int, by: OfficerActor) -> Interview:
    """Keep the scan of the signed sheet."""
    row = take(Interview, key, version, by)
    _refuse_ended(row)
    row.sheet = sheet
    change(row, by, "sheet")
    note(audit.Kind.INTERVIEW_CHANGED, row, by, act="sheet", sheet=sheet.sha256)
    return row


@transaction.atomic
def receive_commitment(
    *, key: str, place: int, promised: Promised, version: int, by: OfficerActor
) -> Commitment:
    """Record the commitment of one participant with its file."""
    row = take(Interview, key, version, by)
    if row.state != InterviewState.HELD:
        raise MeasureRefused("约谈后才能登记承诺书。", "Commitments follow the interview.")
    participant = row.participants.filter(place=place).first()
    if participant is None:
        raise MeasureRefused("名单中没有这一家。", "There is no such participant.")
    commitment = Commitment.objects.create(
        interview=row,
        participant=participant,
        received_on=not_later(promised.on, "收到日期", "The day of receipt"),
        promise=promised.words.strip(),
        file=promised.file,
        post_id=by.post_id,
        at=clock.now(),
    )
    change(row, by)
    note(audit.Kind.INTERVIEW_CHANGED, row, by, act="commitment", place=place, file=promised.file.sha256)
    return commitment


@transaction.atomic
def close(*, key: str, version: int, by: OfficerActor) -> Interview:
    """Close an interview once nothing that it asked for is open."""
    row = _moved(key, InterviewAct.CLOSE, version, by)
    waiting = row.rectifications.filter(state=RectificationState.OPEN).count()
    if waiting:
        raise MeasureRefused(
            f"还有{waiting}项整改没有复查，复查后才能了结。",
            f"{waiting} corrections wait for their re-check.",
        )
    return _done(row, InterviewAct.CLOSE, "", by)


def _moved(key: str, act: InterviewAct, version: int, by: OfficerActor) -> Interview:
    row = take(Interview, key, version, by)
    row.state = check_move(INTERVIEW_MOVES, InterviewState(row.state), act)
    return row


def _done(row: Interview, act: InterviewAct, words: str, by: OfficerActor, *fields: str) -> Interview:
    change(row, by, "state", *fields)
    _step(row, act, words, by)
    note(audit.Kind.INTERVIEW_CHANGED, row, by, act=str(act), state=row.state)
    return row


def _refuse_ended(row: Interview) -> None:
    if row.state not in (InterviewState.PLANNED, InterviewState.HELD):
        raise MeasureRefused("约谈已了结或者取消。", "The interview is closed or called off.")


def _step(row: Interview, act: str, words: str, by: OfficerActor) -> None:
    InterviewStep.objects.create(interview=row, act=str(act), note=words, post_id=by.post_id, at=clock.now())
