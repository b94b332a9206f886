"""Writes of what goes onward: reported up (上报) or transferred (移送), sent, received, answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.casework import measures_rules as rules
from lantian.casework import queries
from lantian.casework.errors import MeasureRefused
from lantian.casework.measures_states import ONWARD_MOVES, OnwardAct, OnwardState, Way
from lantian.casework.measuring import (
    ALONE,
    Origin,
    Subject,
    change,
    common,
    filled,
    not_later,
    note,
    refuse_stale,
    right,
    take,
)
from lantian.casework.models import Onward, OnwardStep
from lantian.core.competence import Act, Field
from lantian.core.moves import check_move
from lantian.core.rulebook import RuleVersion
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.permissions import Permission, check_permission

CODES = {Way.UP: ("report_up", "上报"), Way.OUT: ("transfer", "移送")}
ACTS = {Way.UP: Act.REPORT_UP, Way.OUT: Act.TRANSFER}
CITY = "city"


@dataclass(frozen=True)
class Approved:
    """Who decided it, on which day; empty where the book asks for no decision of the head."""

    approver: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Sending:
    """What goes onward: to which receiver of the book, the body by name, about whom, what, with which papers.

    `also` are offices that see it beside its own and the city: those that see what it came from.
    """

    receiver: str
    body: str
    field: Field
    subject: Subject
    matter: str
    enclosed: tuple[str, ...]
    approved: Approved = Approved()
    origin: Origin = ALONE
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Event:
    """What happened to it: the day, in words, with the proof."""

    on: date
    words: str = ""
    file: StoredFile | None = None


@transaction.atomic
def send_on(sending: Sending, *, by: OfficerActor) -> Onward:
    """Prepare a report or a transfer; the book says to whom, with which papers, and whether the head decides."""
    rule = rules.receiver(sending.receiver)
    way = Way(rule.values["way"])
    grant = right(ACTS[way], sending.field, by)
    _refuse_office(rule, by)
    approved = _approved(rule, sending.approved)
    columns = common(*CODES[way], sending.field, sending.origin, by)
    columns["seen_by"] = sorted({*columns["seen_by"], *sending.also})
    row = Onward.objects.create(
        **columns,
        way=way,
        receiver=sending.receiver,
        body=(sending.body.strip() or rule.text.zh)[:120],
        subject_kind=sending.subject.kind,
        subject_no=sending.subject.no[:120],
        subject_name=sending.subject.name[:200],
        matter=filled(sending.matter, "事项和理由", "the matter"),
        basis=rule.basis.cite().zh[:200],
        enclosed=_enclosed(rule, sending.enclosed),
        approver=approved.approver.strip()[:40],
        approved_on=approved.on,
    )
    _step(row, "prepare", Event(clock.today()), by)
    note(
        audit.Kind.ONWARD_PREPARED,
        row,
        by,
        way=row.way,
        receiver=row.receiver,
        row=grant.row,
        origin=row.origin_key,
    )
    return row


def _refuse_office(rule: RuleVersion, by: OfficerActor) -> None:
    if Unit.objects.get(pk=by.unit).kind not in rule.values["units"]:
        cited = rule.basis.cite()
        raise MeasureRefused(
            f"本单位不直接向{rule.text.zh}报送（{cited.zh}）；请先上报市局。",
            f"Your office does not turn to {rule.text.en} itself ({cited.en}); report to the city first.",
        )


def _approved(rule: RuleVersion, approved: Approved) -> Approved:
    if rule.values["approval"] != "required":
        return approved
    cited = rule.basis.cite()
    if not approved.approver.strip() or approved.on is None:
        raise MeasureRefused(
            f"须由单位负责人决定，请写明决定人和日期（{cited.zh}）。",
            f"The head of the office decides this; name who decided and on which day ({cited.en}).",
        )
    not_later(approved.on, "决定日期", "The day of the decision")
    return approved


def _enclosed(rule: RuleVersion, enclosed: tuple[str, ...]) -> list[str]:
    given = list(dict.fromkeys(one.strip()[:60] for one in enclosed if one.strip()))
    missing = [one for one in rule.values["asks"] if one not in given]
    if missing:
        cited = rule.basis.cite()
        raise MeasureRefused(
            f"还缺材料：{'、'.join(missing)}（{cited.zh}）。",
            f"Papers are missing: {', '.join(missing)} ({cited.en}).",
        )
    return given


@transaction.atomic
def advance(*, key: str, act: OnwardAct, event: Event, version: int, by: OfficerActor) -> Onward:
    """Record that it was sent, received, answered or withdrawn; the city itself receives what is reported to it."""
    row = _taken(key, act, version, by)
    row.state = check_move(ONWARD_MOVES, OnwardState(row.state), act)
    on = not_later(event.on, "日期", "The day")
    if on < (row.received_on or row.sent_on or row.opened_on):
        raise MeasureRefused("日期早于上一步。", "The day lies before the step before.")
    if act is OnwardAct.SEND:
        row.sent_on = on
    elif act is OnwardAct.RECEIVE:
        row.received_on = on
    else:
        row.outcome, row.outcome_on = filled(event.words, "结果或者理由", "outcome or reason"), on
    change(row, by, "state", "sent_on", "received_on", "outcome", "outcome_on")
    _step(row, act, event, by)
    note(
        audit.Kind.ONWARD_MOVED,
        row,
        by,
        act=str(act),
        state=row.state,
        file=event.file.sha256 if event.file else "",
    )
    return row


def _taken(key: str, act: OnwardAct, version: int, by: OfficerActor) -> Onward:
    """The receiver's own acts are open to the city where it is the receiver; all others belong to the sender."""
    if act in (OnwardAct.RECEIVE, OnwardAct.ANSWER) and by.unit == queries.city().pk:
        check_permission(by.permissions, Permission.TAKE_MEASURES)
        row = Onward.objects.select_for_update(of=("self",)).get(key=key)
        if row.receiver == CITY:
            refuse_stale(row, version)
            return row
    return take(Onward, key, version, by)


def _step(row: Onward, act: str, event: Event, by: OfficerActor) -> None:
    OnwardStep.objects.create(
        onward=row,
        act=str(act),
        on=event.on,
        note=event.words.strip(),
        file=event.file,
        post_id=by.post_id,
        at=clock.now(),
    )
