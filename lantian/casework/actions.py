"""Writes of casework."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.casework import queries
from lantian.casework.errors import LeadRefused, Stale
from lantian.casework.models import Lead, LeadStep
from lantian.casework.states import MOVES, Act, State
from lantian.core import deadlines
from lantian.core.competence import Act as LegalAct
from lantian.core.competence import Field, Grant
from lantian.core.messages import Text
from lantian.core.moves import check_move
from lantian.core.rulebook import RuleVersion
from lantian.office import audit, clock, competence, numbers, redating, search
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.papers import actions as papers
from lantian.office.permissions import Permission, check_permission
from lantian.office.plates import check_open

VERIFICATION = "lead_check"  # rule id in rulebooks/deadlines.toml
NUMBER_KIND, NUMBER_CODE = "lead", "线索"


@dataclass(frozen=True)
class Opening:
    """What a new lead is about: where it came from, whom it concerns, on what ground, who will hold it."""

    origin: tuple[str, str]
    subject: tuple[str, str, str]
    ground: Text
    holder: Unit
    field: Field | None = None  # None: by the subject, where that is known


@transaction.atomic
def open_lead(opening: Opening, *, by: OfficerActor) -> Lead:
    """Turn material into a lead (转为线索): number, holder and due date are fixed by this act.

    Raises `LeadRefused`, also when neither the opening nor the subject says in which field of law it lies.
    """
    check_permission(by.permissions, Permission.JUDGE)
    kind, key = opening.origin
    if known := Lead.objects.filter(origin_kind=kind, origin_key=key).first():
        raise LeadRefused(f"已转为线索 {known.number}。", f"It is lead {known.number} already.")
    check_open(opening.holder)
    field = opening.field or queries.field_of(*opening.subject[:2])
    if field is None:
        raise LeadRefused(
            "不能确定线索属于哪个领域，请选择后再转为线索。",
            "The field of this lead is not known; choose it before you turn this into a lead.",
        )
    grant = competence.may(by, LegalAct.OPEN_LEAD, field)
    lead = _opened(opening, field, by)
    _append(lead, "open", by=by)
    search.note([queries.search_record(lead)])
    detail = {"origin": kind, "origin_key": key, "holder": lead.holder_id, "due": str(lead.due)}
    audit.record(audit.Kind.LEAD_OPENED, by=by, about=("lead", lead.key), detail=detail | _right(grant))
    return lead


def _opened(opening: Opening, field: Field, by: OfficerActor) -> Lead:
    """The row of a new lead, with its number and its due date."""
    today, city = clock.today(), queries.city()
    due = due_date(today)
    serial = numbers.next_number(city, NUMBER_KIND, today.year)
    return Lead.objects.create(
        number=numbers.document_number(city, NUMBER_CODE, today.year, serial),
        origin_kind=opening.origin[0],
        origin_key=opening.origin[1],
        subject_kind=opening.subject[0],
        subject_no=opening.subject[1][:120],
        subject_name=opening.subject[2][:200],
        field=str(field),
        ground_zh=opening.ground.zh,
        ground_en=opening.ground.en,
        origin_unit_id=by.unit,
        holder=opening.holder,
        opened_on=today,
        due=due.due,
        due_provisional=due.provisional,
        derivation=redating.stored(due),
        changed_at=clock.now(),
        changed_by_id=by.post_id,
        seen_by=sorted({opening.holder.pk, city.pk, by.unit}),
    )


def due_date(start: date) -> deadlines.Deadline:
    """When verification is due for a lead opened on a day, with its derivation (a preview stores nothing)."""
    return deadlines.due_under(VERIFICATION, start)


@transaction.atomic
def move(*, lead_key: str, act: Act, version: int, by: OfficerActor) -> Lead:
    """Start or conclude the verification."""
    check_permission(by.permissions, Permission.VERIFY)
    lead = _take(lead_key, version, by)
    lead.state = check_move(MOVES, State(lead.state), act)
    grant = competence.may(by, LegalAct.VERIFY, Field(lead.field))
    _change(lead, by)
    _append(lead, act, by=by)
    detail = {"act": str(act), "state": lead.state, **_right(grant)}
    audit.record(audit.Kind.LEAD_MOVED, by=by, about=("lead", lead.key), detail=detail)
    return lead


@dataclass(frozen=True)
class HandOver:
    """What a hand-over would do: the rule of the act, who receives it, which units see it afterwards.

    The clock runs on: the due day stays.
    """

    rule: RuleVersion | None
    to: Unit
    sees: tuple[int, ...]
    due_changes: bool = False


def preview_hand_over(lead: Lead, to: Unit, *, on: date) -> HandOver:
    """Say what handing a lead over would do, without doing it."""
    rule = competence.matrix().rule_of(LegalAct.HAND_OVER, on)
    return HandOver(rule, to, tuple(sorted({*lead.seen_by, to.pk})))


@transaction.atomic
def hand_over(*, lead_key: str, to: Unit, reason: str, version: int, by: OfficerActor) -> Lead:
    """Hand a lead to another office: it receives the lead, the sender keeps sight of it; the clock runs on."""
    check_permission(by.permissions, Permission.HAND_OVER)
    if not reason.strip():
        raise LeadRefused("请写明转办理由。", "Please give the reason of the hand-over.")
    lead = _take(lead_key, version, by)
    if to == lead.holder:
        raise LeadRefused("线索已在该单位。", "The lead is with that office already.")
    if not to.is_authority:
        raise LeadRefused(
            f"{to.name_zh}不承办线索，请选择有监管职责的单位。",
            f"{to.name_en} handles no leads; choose an office with supervisory duties.",
        )
    check_open(to)
    lead.state = check_move(MOVES, State(lead.state), Act.HAND_OVER)
    grant = competence.may(by, LegalAct.HAND_OVER, Field(lead.field))
    sender, lead.holder = lead.holder, to
    lead.seen_by = sorted({*lead.seen_by, to.pk})
    _change(lead, by)
    _append(lead, Act.HAND_OVER, by=by, sender=sender, to=to, reason=reason)
    papers.share(("lead", lead.key), lead.seen_by, by=by)
    detail = {"from": sender.pk, "to": to.pk, **_right(grant)}
    audit.record(audit.Kind.LEAD_HANDED_OVER, by=by, about=("lead", lead.key), detail=detail)
    return lead


def _right(grant: Grant) -> dict[str, str]:
    """What an act rested on, for its event."""
    return {"capacity": str(grant.capacity), "row": grant.row}


def _take(lead_key: str, version: int, by: OfficerActor) -> Lead:
    """Lock the lead; refuse a page older than the record, and an office that no longer holds it."""
    lead = Lead.objects.select_for_update(of=("self",)).get(key=lead_key)
    if lead.version != version:
        at = lead.changed_at.astimezone(clock.CHINA)
        name = lead.changed_by.account.name
        raise Stale(
            f"{name}已于 {at:%m月%d日 %H:%M} 处理此线索；请查看最新情况后再操作。",
            f"{name} acted on this lead on {at:%d %B at %H:%M}; look at it again before you act.",
        )
    if by.unit != lead.holder_id:
        raise LeadRefused(
            f"线索现由{lead.holder.name_zh}承办，只有承办单位可以操作。",
            f"The lead is held by {lead.holder.name_en}; only the holder may act on it.",
        )
    return lead


def _change(lead: Lead, by: OfficerActor) -> None:
    lead.version += 1
    lead.changed_at = clock.now()
    lead.changed_by_id = by.post_id
    lead.save(update_fields=["state", "holder", "seen_by", "version", "changed_at", "changed_by"])


def _append(
    lead: Lead,
    act: str,
    *,
    by: OfficerActor,
    sender: Unit | None = None,
    to: Unit | None = None,
    reason: str = "",
) -> None:
    LeadStep.objects.create(
        lead=lead,
        act=str(act),
        at=clock.now(),
        post_id=by.post_id,
        from_unit=sender or lead.holder,
        to_unit=to,
        reason=reason.strip(),
    )
