"""Repair of a deduction and objection to an event: asked, decided within the period of the rule, with its effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from lantian.core import deadlines
from lantian.core.credit import repair as rules
from lantian.core.credit.events import ChangeKind
from lantian.core.credit.repair import Eligibility
from lantian.core.messages import Text
from lantian.core.moves import check_move
from lantian.office import audit, clock, redating
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission
from lantian.standing import queries
from lantian.standing.actions import befall, event_of, kept, not_later
from lantian.standing.errors import Stale, StandingRefused
from lantian.standing.models import CreditEvent, Objection, Repair
from lantian.standing.persons import refuse_same
from lantian.standing.states import (
    OBJECTION_MOVES,
    REPAIR_MOVES,
    ObjectionAct,
    ObjectionState,
    RepairAct,
    RepairState,
)

A = TypeVar("A", Repair, Objection)
OBJECTION_KINDS = {ObjectionAct.UPHOLD: ChangeKind.UPHELD, ObjectionAct.ANNUL: ChangeKind.ANNULLED}


@dataclass(frozen=True)
class Application:
    """What the party hands in about one event: on which day, in which words or on which materials."""

    event_key: str
    on: date
    text: str


@dataclass(frozen=True)
class Decision:
    """A decision: its day, its reason, and the version of the page it was made on."""

    on: date
    reason: str
    version: int


def eligible(event: CreditEvent, on: date) -> Eligibility:
    """Whether a repair of an event may be asked on a day, and what stands in the way."""
    book = queries.book_of(event.subject)
    return rules.eligibility(book, queries.statement_of(event.subject, on, clock.today()), event.key)


@transaction.atomic
def ask_repair(application: Application, *, by: OfficerActor) -> Repair:
    """Take an application for repair; raises `StandingRefused` naming everything that stands in the way, or twice."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    event = event_of(application.event_key)
    day = not_later(application.on)
    if _open(event) is not None:
        raise _twice(event)
    found = eligible(event, day)
    if not found.allowed:
        raise StandingRefused(
            f"不能申请修复：{'；'.join(bar.text.zh for bar in found.bars)}（{found.cite.zh}）。",
            f"Not to be repaired: {'; '.join(bar.text.en for bar in found.bars)} ({found.cite.en}).",
        )
    due = rules.decision_due(queries.book_of(event.subject), day)
    told = {"cite": pair(found.cite), "requires": [pair(one) for one in found.requires]}
    try:
        with transaction.atomic():
            row = Repair.objects.create(
                **_asked(event, application, due, by), eligible=told | {"confidence": str(found.confidence)}
            )
    except IntegrityError:
        raise _twice(event) from None
    _note(audit.Kind.REPAIR_ASKED, row, by, due=str(row.due))
    return row


@transaction.atomic
def decide_repair(*, key: str, act: RepairAct, decision: Decision, by: OfficerActor) -> Repair:
    """Grant, refuse or withdraw; a grant restores the points from the day of the decision.

    It ends no publication of a penalty: that is another regime, asked of the office that decided (Order 45 art. 14).
    """
    needed = Permission.KEEP_STANDING if act is RepairAct.WITHDRAW else Permission.DECIDE_STANDING
    check_permission(by.permissions, needed)
    if act is not RepairAct.WITHDRAW:
        _refuse_other_decider(by)
    row = _taken(Repair, key, decision.version)
    if act is not RepairAct.WITHDRAW:
        refuse_same([row.post_id], by)
    row.state = check_move(REPAIR_MOVES, RepairState(row.state), act)
    _decide(row, decision, by)
    if act is RepairAct.GRANT:
        befall(row.event, ChangeKind.REPAIRED, decision.on, note=decision.reason, by=by)
    _note(audit.Kind.REPAIR_DECIDED, row, by, act=str(act))
    return row


@transaction.atomic
def raise_objection(application: Application, *, by: OfficerActor) -> Objection:
    """Take an objection to an event; it is contested from that day until decided; the same matter is taken up once."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    event = event_of(application.event_key)
    day = not_later(application.on)
    if Objection.objects.filter(event=event).exists():
        raise StandingRefused(
            "对同一事项已经提出过异议，不再次受理。",
            "The same matter has been objected to; it is not taken up twice.",
        )
    rule = queries.book_of(event.subject).rules.rule("contested", day)
    due = deadlines.due_under(rule.values["decide"], day)
    row = Objection.objects.create(**_asked(event, application, due, by))
    befall(event, ChangeKind.CONTESTED, day, note=application.text, by=by)
    _note(audit.Kind.OBJECTION_RAISED, row, by, due=str(row.due))
    return row


@transaction.atomic
def decide_objection(*, key: str, act: ObjectionAct, decision: Decision, by: OfficerActor) -> Objection:
    """Uphold the record or annul it; an annulled event counts on no day."""
    check_permission(by.permissions, Permission.DECIDE_STANDING)
    _refuse_other_decider(by)
    row = _taken(Objection, key, decision.version)
    refuse_same([row.post_id, row.event.post_id], by)
    row.state = check_move(OBJECTION_MOVES, ObjectionState(row.state), act)
    _decide(row, decision, by)
    befall(row.event, OBJECTION_KINDS[act], decision.on, note=decision.reason, by=by)
    _note(audit.Kind.OBJECTION_DECIDED, row, by, act=str(act))
    return row


def pair(text: Text) -> list[str]:
    """A text as it is stored: Chinese, English."""
    return [text.zh, text.en]


def derivation(due: deadlines.Deadline) -> dict[str, object]:
    """How a due day was reckoned, as it is stored, in both languages."""
    return redating.stored(due)


def _asked(
    event: CreditEvent, application: Application, due: deadlines.Deadline, by: OfficerActor
) -> dict[str, Any]:
    text = application.text.strip()
    if not text:
        raise StandingRefused("请写明理由或者材料。", "Please say why, or which materials were handed in.")
    if application.on < event.known_on:
        raise StandingRefused("申请日期早于事件登记所知之日。", "It is asked before the event was known.")
    return kept(event.subject, by) | {
        "subject": event.subject,
        "event": event,
        "asked_on": application.on,
        "text": text,
        "due": due.due,
        "due_provisional": due.provisional,
        "derivation": derivation(due),
        "seen_by": event.seen_by,
        "changed_at": clock.now(),
        "changed_by_id": by.post_id,
    }


def _taken(model: type[A], key: str, version: int) -> A:
    """The row, locked; refuses a page older than the record."""
    rows = model._default_manager.select_for_update(of=("self",))
    row: A | None = rows.select_related("event__subject", "changed_by__account").filter(key=key).first()
    if row is None:
        raise StandingRefused("找不到这项申请。", "There is no such application.")
    refuse_stale(row, version)
    return row


def refuse_stale(row: Any, version: int) -> None:
    """Raise `Stale` for a page older than the record."""
    if row.version != version:
        at, name = row.changed_at.astimezone(clock.CHINA), row.changed_by.account.name
        raise Stale(
            f"{name}已于 {at:%m月%d日 %H:%M} 处理；请查看最新情况后再操作。",
            f"{name} acted on this on {at:%d %B at %H:%M}; look at it again before you act.",
        )


def _refuse_other_decider(by: OfficerActor) -> None:
    """The province-level office decides on repairs and objections; districts take them in and assist."""
    if by.unit != queries.city_id():
        raise StandingRefused(
            "信用修复和异议由市局审核决定；区局可以受理并转报。",
            "The city decides on repairs and objections; a district takes them in and passes them on.",
        )


def _decide(row: Repair | Objection, decision: Decision, by: OfficerActor) -> None:
    reason = decision.reason.strip()
    if not reason:
        raise StandingRefused("请写明决定的理由。", "Please give the reason of the decision.")
    if not_later(decision.on) < row.asked_on:
        raise StandingRefused("决定日期早于申请日期。", "It is decided before it was asked.")
    row.decided_on, row.reason = decision.on, reason
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    row.save()


def _open(event: CreditEvent) -> Repair | None:
    """The repair of an event that is under review or granted."""
    held = Repair.objects.filter(event=event, state__in=(RepairState.ASKED, RepairState.GRANTED))
    return held.order_by("id").last()


def _twice(event: CreditEvent) -> StandingRefused:
    """Which repair of which event stands in the way, and what to do instead."""
    row, name = _open(event), event.document
    if row is not None and row.decided_on is not None:
        return StandingRefused(
            f"“{name}”的修复不能重复申请：已于{row.decided_on}准予修复，自该日起不再计分。",
            f"The repair of '{name}' cannot be asked twice: it was granted on {row.decided_on} and counts from then.",
        )
    since = f"{row.asked_on}" if row is not None else ""
    return StandingRefused(
        f"“{name}”的修复不能重复申请：{since}的申请正在审核，请在信用档案中决定或者先撤回原申请。",
        f"The repair of '{name}' cannot be asked twice: that of {since} is under review; decide or withdraw it first.",
    )


def _note(kind: audit.Kind, row: Repair | Objection, by: OfficerActor, **detail: str) -> None:
    about = ("subject", row.subject.key)
    audit.record(kind, by=by, about=about, detail={"record": row.key, "event": row.event.key, **detail})
