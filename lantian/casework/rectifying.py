"""Writes of rectifications: ask for a correction, check it again, extend its period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from lantian.casework import crediting
from lantian.casework import measures_rules as rules
from lantian.casework.errors import MeasureRefused
from lantian.casework.measures_states import (
    RECTIFICATION_MOVES,
    InterviewState,
    RectificationState,
    Result,
    Root,
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
from lantian.casework.models import Interview, Recheck, Rectification
from lantian.core import deadlines
from lantian.core.competence import Act, Field
from lantian.core.moves import check_move
from lantian.office import audit, clock, redating
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile

NUMBER_KIND, NUMBER_CODE = "rectification", "整改"
RULES = {Root.INTERVIEW: "rectification", Root.OPINION: "rectification", Root.ORDER: "correction_order"}
ACTS = {Root.OPINION: Act.SUPERVISION_OPINION, Root.ORDER: Act.ORDER_CORRECTION}


@dataclass(frozen=True)
class Term:
    """A period of the officer's own: until when, and why not as the rule reckons; both empty for the rule's day."""

    until: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Demand:
    """What one subject is to correct: on what ground (an order names its clause), until when."""

    root: Root
    field: Field
    subject: Subject
    what: str
    facts: str = ""
    clause: str = ""
    term: Term = Term()
    origin: Origin = ALONE


@dataclass(frozen=True)
class Check:
    """A re-check: result, day, by whom, what was seen, proof; for an extension the new period."""

    result: Result
    on: date
    officers: tuple[str, ...]
    note: str
    file: StoredFile | None = None
    until: date | None = None


def reckoned(root: Root, start: date) -> deadlines.Deadline:
    """When a correction is due by the rule, if nobody sets another day."""
    return deadlines.due_under(RULES[root], start)


@transaction.atomic
def ask_correction(demand: Demand, *, by: OfficerActor) -> Rectification:
    """Ask for a correction by a supervision opinion or an order; an order without its clause is refused."""
    if demand.root is Root.INTERVIEW:
        raise MeasureRefused(
            "约谈的整改要求在约谈页登记。", "What an interview asks for is recorded with the interview."
        )
    grant = right(ACTS[demand.root], demand.field, by)
    if demand.root is Root.ORDER and not demand.clause.strip():
        raise MeasureRefused(
            "责令改正必须写明依据的条款；没有条款的，可以提出监督意见。",
            "An order to correct names the clause that allows it; without one, give a supervision opinion.",
        )
    return _created(demand, None, grant.row, by)


@transaction.atomic
def ask_after_interview(
    *, key: str, places: tuple[int, ...], what: str, term: Term, version: int, by: OfficerActor
) -> list[Rectification]:
    """Ask participants of an interview that was held for one correction each."""
    interview = take(Interview, key, version, by)
    if interview.state != InterviewState.HELD:
        raise MeasureRefused("约谈后才能提出整改要求。", "Corrections are asked for after the interview.")
    grant = right(Act(interview.kind), Field(interview.field), by)
    chosen = list(interview.participants.filter(place__in=places).order_by("place"))
    if not chosen:
        raise MeasureRefused("请选择整改的单位。", "Choose who has to correct it.")
    origin = (interview.origin_kind, interview.origin_key)
    made = []
    for one in chosen:
        subject = Subject(one.subject_kind, one.subject_no, one.subject_name)
        demand = Demand(Root.INTERVIEW, Field(interview.field), subject, what, term=term, origin=origin)
        made.append(_created(demand, interview, grant.row, by))
    change(interview, by)
    return made


def _created(demand: Demand, interview: Interview | None, row: str, by: OfficerActor) -> Rectification:
    found = Rectification.objects.create(
        **common(NUMBER_KIND, NUMBER_CODE, demand.field, demand.origin, by),
        root=demand.root,
        interview=interview,
        subject_kind=demand.subject.kind,
        subject_no=demand.subject.no[:120],
        subject_name=demand.subject.name[:200],
        what=filled(demand.what, "整改内容", "what to correct"),
        facts=demand.facts.strip(),
        clause=demand.clause.strip()[:200],
        **_due(demand.root, demand.term),
    )
    detail = {
        "root": found.root,
        "due": str(found.due),
        "row": row,
        "interview": interview.key if interview else "",
    }
    note(audit.Kind.RECTIFICATION_ASKED, found, by, **detail)
    return found


def _due(root: Root, term: Term) -> dict[str, Any]:
    """The due day with its derivation: the rule's, or the officer's own with the reason beside what the rule says."""
    today = clock.today()
    rule = reckoned(root, today)
    told = redating.stored(rule)
    if term.until is None or term.until == rule.due:
        return {"due": rule.due, "due_provisional": rule.provisional, "derivation": told}
    if term.until < today:
        raise MeasureRefused("整改期限不能早于今天。", "The period cannot end in the past.")
    reason = filled(term.reason, "另定期限的理由", "why another day was set")
    own = [str(term.until), f"承办人员另定期限。理由：{reason}", f"Set by the officer. Reason: {reason}"]
    return {"due": term.until, "due_provisional": False, "derivation": _set_by_hand(told, own)}


@transaction.atomic
def recheck(*, key: str, check: Check, version: int, by: OfficerActor) -> Recheck:
    """Record a re-check, an extension or a withdrawal; an extension starts the derivation anew."""
    row = take(Rectification, key, version, by)
    right(Act.RECHECK, Field(row.field), by)
    row.state = check_move(RECTIFICATION_MOVES, RectificationState(row.state), check.result)
    officers = tuple(dict.fromkeys(name.strip()[:40] for name in check.officers if name.strip()))
    rules.check_officers("recheck", officers)
    found = Recheck.objects.create(
        rectification=row,
        result=check.result,
        on=not_later(check.on, "复查日期", "The day of the re-check"),
        officers=list(officers),
        note=filled(check.note, "复查情况", "what was found"),
        due=_extended(row, check),
        file=check.file,
        post_id=by.post_id,
        at=clock.now(),
    )
    change(row, by, "state", "due", "due_provisional", "derivation")
    crediting.rechecked(row, check.on, check.note.strip(), by=by)
    detail = {"result": str(check.result), "state": row.state, "due": str(row.due)}
    note(audit.Kind.RECTIFICATION_CHECKED, row, by, **detail)
    return found


def _extended(row: Rectification, check: Check) -> date | None:
    """Put the new due day into the row; none unless the check extends."""
    if check.result is not Result.EXTEND:
        return None
    latest = max(row.due, clock.today())
    if check.until is None or check.until <= latest:
        raise MeasureRefused(f"新的期限应晚于{latest}。", f"The new day has to be later than {latest}.")
    words = f"延长至此日。理由：{check.note.strip()}", f"Extended to this day. Reason: {check.note.strip()}"
    row.derivation = _set_by_hand(row.derivation, [str(check.until), *words])
    row.due, row.due_provisional = check.until, False
    return check.until


def _set_by_hand(told: dict[str, Any], step: list[str]) -> dict[str, Any]:
    """A derivation that ends with a day an officer set: no calendar changes it."""
    return told | {"steps": [*told["steps"], step], redating.OWN: True}
