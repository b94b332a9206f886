"""Instructions of leaders: recorded, pressed, answered, sent back, closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.campaign.actions.checks import changed, fresh, not_future, own_or_directed, said, seen_by
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.models import Instruction, InstructionStep
from lantian.campaign.states import MOVES, Act, State
from lantian.core.moves import check_move
from lantian.office import audit, clock, numbers
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.papers import actions as papers
from lantian.office.permissions import Permission, check_permission

ABOUT = "instruction"
NUMBER_CODE = "批"


@dataclass(frozen=True)
class Given:
    """What a leader ordered."""

    leader_title: str
    given_on: date | None
    matter: str
    due: date | None
    owner: Unit
    words: str = ""
    scan: StoredFile | None = None


@transaction.atomic
def record(*, given: Given, by: OfficerActor) -> Instruction:
    """Record an instruction; the owner carries it out until the due day."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    own_or_directed(by, given.owner, Permission.DIRECT_CAMPAIGN in by.permissions)
    day = not_future(given.given_on)
    if not given.words.strip() and given.scan is None:
        raise CampaignRefused("请填写批示内容或上传扫描件。", "Give the words, or upload the scan.")
    if given.due is None or given.due < day:
        raise CampaignRefused(
            "请填写办结期限，且不早于批示日期。", "Give the due day, not before the day of the instruction."
        )
    unit = Unit.objects.get(pk=by.unit)
    serial = numbers.next_number(unit, ABOUT, day.year)
    row = Instruction.objects.create(
        number=numbers.document_number(unit, NUMBER_CODE, day.year, serial),
        leader_title=said(given.leader_title, "请填写批示领导职务。", "Give the leader's title.")[:60],
        given_on=day,
        matter=said(given.matter, "请填写批示事项。", "Say what it is about.")[:160],
        words=given.words.strip(),
        scan=given.scan,
        origin_unit=unit,
        owner=given.owner,
        due=given.due,
        changed_at=clock.now(),
        changed_by_id=by.post_id,
        seen_by=seen_by(by.unit, given.owner.pk),
    )
    _append(row, "record", by=by)
    detail = {"owner": given.owner.pk, "due": str(given.due)}
    audit.record(audit.Kind.INSTRUCTION_RECORDED, by=by, about=(ABOUT, row.key), detail=detail)
    return row


@transaction.atomic
def move(
    *,
    key: str,
    act: Act,
    version: int,
    by: OfficerActor,
    words: str = "",
    file: StoredFile | None = None,
) -> Instruction:
    """Press, answer, send back or close. The owner answers; the rest is done by the office that recorded it.

    Pressing shares issued pressing orders with the owner.
    """
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    row = fresh(Instruction.objects.select_for_update(of=("self",)).get(key=key), version)
    actor = row.owner_id if act is Act.ANSWER else row.origin_unit_id
    if by.unit != actor:
        raise CampaignRefused(
            "反馈由承办单位办理，督办、退回、办结由登记单位办理。",
            "The owner answers; pressing, sending back and closing are done by the office that recorded it.",
        )
    row.state = check_move(MOVES, State(row.state), act)
    if act is not Act.CLOSE:
        said(words, "请写明内容。", "Say what is asked or done.")
    row.pressed += act is Act.PRESS
    row.closed_on = clock.today() if act is Act.CLOSE else None
    changed(row, by, "pressed", "closed_on")
    _append(row, str(act), by=by, words=words, file=file)
    if act is Act.PRESS:
        papers.share((ABOUT, row.key), row.seen_by, by=by)
    audit.record(audit.Kind.INSTRUCTION_MOVED, by=by, about=(ABOUT, row.key), detail={"act": str(act)})
    return row


def _append(
    row: Instruction, act: str, *, by: OfficerActor, words: str = "", file: StoredFile | None = None
) -> None:
    InstructionStep.objects.create(
        instruction=row, act=act, words=words.strip(), file=file, at=clock.now(), post_id=by.post_id
    )
