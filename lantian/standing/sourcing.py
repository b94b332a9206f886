"""Where credit events came from: taken from a matter above, contested when it changes, decided by a second person.

A matter is named by its origin, a pair of kind and key; what befalls the matter is told here by the room that keeps it.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from lantian.core.credit.events import ChangeKind
from lantian.core.messages import Text
from lantian.core.supervision import FactKind
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission
from lantian.registry.models import Subject
from lantian.standing.actions import befall, event_of
from lantian.standing.errors import StandingRefused
from lantian.standing.models import ConfirmedFact, CreditEvent, FactTakenBack, Objection
from lantian.standing.persons import refuse_same
from lantian.standing.states import ObjectionState

RECORDED = Text(
    "登记人不能自行维持或者撤销，请由另一人办理。",
    "Whoever recorded it neither upholds nor takes it back; another person does.",
)

Origin = tuple[str, str]
PENALTIES = (FactKind.PENALTY, FactKind.HEAVY_PENALTY, FactKind.STOP_BUSINESS)


def events_from(origin: Origin) -> list[CreditEvent]:
    """Credit events taken from a matter, the oldest first, with what befell them."""
    rows = CreditEvent.objects.filter(origin_kind=origin[0], origin_key=origin[1]).select_related("subject")
    return list(rows.prefetch_related("changes").order_by("id"))


def facts_from(origin: Origin) -> list[ConfirmedFact]:
    """Confirmed facts taken from a matter, the oldest first."""
    rows = ConfirmedFact.objects.filter(origin_kind=origin[0], origin_key=origin[1])
    return list(rows.select_related("subject", "taken_back").order_by("id"))


def on_file(subject: Subject, indicator: str, on: date, document: str) -> bool:
    """Whether a matter of a document stands on a file already, whatever it was taken from."""
    same = CreditEvent.objects.filter(subject=subject, indicator=indicator, occurred_on=on)
    return same.filter(document=document.strip()).exists()


def penalties_of(subject: Subject) -> list[tuple[date, str]]:
    """Penalties of a subject that stand, from its credit file, the newest first: day and document.

    An event of the group PEN and a confirmed penalty of one document are one penalty.
    """
    facts = ConfirmedFact.objects.filter(subject=subject, kind__in=PENALTIES, taken_back=None)
    events = CreditEvent.objects.filter(subject=subject, indicator__contains="-PEN-")
    told = dict(facts.values_list("document", "on"))
    standing = [one for one in events.prefetch_related("changes") if not annulled(one)]
    told |= {one.document: one.occurred_on for one in standing}
    return sorted(((on, document) for document, on in told.items()), reverse=True)


def contested(event: CreditEvent) -> bool:
    """Whether the last word about an event is that it is contested."""
    told = [one.kind for one in sorted(event.changes.all(), key=lambda one: one.pk)]
    deciding = [kind for kind in told if kind in ("contested", "upheld", "annulled")]
    return deciding[-1:] == ["contested"]


def annulled(event: CreditEvent) -> bool:
    """Whether an event was taken back or annulled."""
    return any(one.kind == ChangeKind.ANNULLED for one in event.changes.all())


@transaction.atomic
def matter_changed(origin: Origin, note: str, *, by: OfficerActor) -> int:
    """Contest what was taken from a matter that says something else now; return how many events.

    They count on, marked, until a second person upholds or annuls them.
    """
    open_ = [one for one in events_from(origin) if not (contested(one) or annulled(one))]
    for event in open_:
        befall(event, ChangeKind.CONTESTED, clock.today(), note=note, by=by)
    return len(open_)


@transaction.atomic
def matter_corrected(origin: Origin, on: date, document: str, note: str, *, by: OfficerActor) -> int:
    """Note that the conduct was corrected, as a re-check found: a repair needs it. Return for how many events."""
    open_ = [one for one in events_from(origin) if not annulled(one) and on >= one.occurred_on]
    for event in open_:
        befall(event, ChangeKind.CORRECTED, on, document=document, note=note, by=by)
    return len(open_)


@transaction.atomic
def uphold(*, event_key: str, reason: str, by: OfficerActor) -> CreditEvent:
    """Let a contested event stand as recorded; by another person than who recorded it."""
    event = _taken(event_key, reason, by)
    if not contested(event):
        raise StandingRefused("该事件没有待确认的变化。", "Nothing about this event waits for a decision.")
    befall(event, ChangeKind.UPHELD, clock.today(), note=reason, by=by)
    return event


@transaction.atomic
def take_back(*, event_key: str, reason: str, by: OfficerActor) -> CreditEvent:
    """Take an event back that should not have been recorded: it counts on no day, nor does the fact beside it."""
    event = _taken(event_key, reason, by)
    if annulled(event):
        raise StandingRefused("该事件已经撤销。", "This event was taken back already.")
    befall(event, ChangeKind.ANNULLED, clock.today(), note=reason, by=by)
    same = ConfirmedFact.objects.filter(
        subject=event.subject, document=event.document, origin_key=event.origin_key, taken_back=None
    )
    if event.origin_key:
        for fact in same.filter(origin_kind=event.origin_kind):
            _take_fact_back(fact, reason, by)
    return event


@transaction.atomic
def take_fact_back(*, fact_key: str, reason: str, by: OfficerActor) -> ConfirmedFact:
    """Take a fact back that no credit event goes with."""
    fact = ConfirmedFact.objects.filter(key=fact_key, taken_back=None).select_related("subject").first()
    if fact is None:
        raise StandingRefused("找不到这项事实。", "There is no such fact.")
    _refuse(fact.post_id, reason, by)
    _take_fact_back(fact, reason, by)
    return fact


def _take_fact_back(fact: ConfirmedFact, reason: str, by: OfficerActor) -> None:
    FactTakenBack.objects.create(
        fact=fact, on=clock.today(), reason=reason.strip(), post_id=by.post_id, at=clock.now()
    )
    about = ("subject", fact.subject.key)
    audit.record(audit.Kind.FACT_TAKEN_BACK, by=by, about=about, detail={"record": fact.key})


def _taken(event_key: str, reason: str, by: OfficerActor) -> CreditEvent:
    """The event, locked, for a decision by a second person."""
    event = event_of(event_key)
    _refuse(event.post_id, reason, by)
    if Objection.objects.filter(event=event, state=ObjectionState.RAISED).exists():
        raise StandingRefused(
            "该事件的异议正在审核，请在信用档案中作出决定。",
            "An objection to this event is under review; decide it in the credit file.",
        )
    return event


def _refuse(post_id: int, reason: str, by: OfficerActor) -> None:
    check_permission(by.permissions, Permission.DECIDE_STANDING)
    if not reason.strip():
        raise StandingRefused("请写明理由。", "Please give the reason.")
    refuse_same([post_id], by, RECORDED)
