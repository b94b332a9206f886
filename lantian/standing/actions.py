"""Writes of facts and credit events. Upper rooms tell this one; it never asks up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from lantian.core.credit.events import ChangeKind, Event, check
from lantian.core.credit.reckoning import reckon
from lantian.core.supervision import FactKind
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.standing import queries
from lantian.standing.errors import NoScore, StandingRefused
from lantian.standing.models import ConfirmedFact, CreditEvent, EventChange

ALONE = ("", "")


@dataclass(frozen=True)
class NewEvent:
    """A credit event as it is recorded; `until` is the last day of a measure with a term."""

    indicator: str
    occurred_on: date
    known_on: date
    document: str
    quantity: int = 1
    contested: bool = False
    until: date | None = None


@dataclass(frozen=True)
class Confirmed:
    """A fact that a decision or a signed record confirmed; `event` is the credit event that goes with it, if any.

    `also` are offices that see it beside its writer's and those that keep the subject: whoever keeps its origin.
    """

    number: str
    kind: FactKind
    on: date
    document: str
    event: NewEvent | None = None
    origin: tuple[str, str] = ALONE
    also: tuple[int, ...] = ()


@transaction.atomic
def record_fact(fact: Confirmed, *, by: OfficerActor) -> ConfirmedFact:
    """Take a confirmed fact from a decision or record above; told twice, it stands once.

    Raises `StandingRefused` for a subject that the register does not know, a fact of the future, or no document.
    """
    subject = registry.find(fact.number)
    if subject is None:
        raise StandingRefused(f"登记库中没有“{fact.number}”。", f"'{fact.number}' is not in the register.")
    row, new = ConfirmedFact.objects.get_or_create(
        subject=subject,
        kind=fact.kind,
        document=_document(fact.document),
        defaults={
            "on": not_later(fact.on),
            **_origin(fact.origin),
            **kept(subject, by, fact.also),
        },
    )
    if new:
        _note(audit.Kind.FACT_CONFIRMED, row.key, subject, by, kind=str(fact.kind))
    if fact.event is not None:
        collect(subject, fact.event, origin=fact.origin, also=fact.also, by=by)
    return row


@transaction.atomic
def record_event(*, subject_key: str, event: NewEvent, by: OfficerActor) -> CreditEvent:
    """Record a credit event by hand, from a document."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    return collect(subject_of(subject_key), event, by=by)


def collect(
    subject: Subject,
    event: NewEvent,
    *,
    by: OfficerActor,
    origin: tuple[str, str] = ALONE,
    also: tuple[int, ...] = (),
) -> CreditEvent:
    """Write a credit event in the open transaction; the same matter of the same document stands once.

    Raises `StandingRefused`, `BadEvents`, `UnknownIndicator`; a subject without a score has a file all the same.
    """
    document = _document(event.document)
    same = {
        "subject": subject,
        "indicator": event.indicator,
        "occurred_on": event.occurred_on,
        "document": document,
    }
    known = CreditEvent.objects.filter(**same).first()
    if known is not None:
        return _same(known, event)
    not_later(event.known_on)
    _check(subject, event, document)
    row = CreditEvent.objects.create(
        **same,
        known_on=event.known_on,
        quantity=event.quantity,
        contested=event.contested,
        until=event.until,
        **_origin(origin),
        **kept(subject, by, also),
    )
    _note(audit.Kind.CREDIT_EVENT_RECORDED, row.key, subject, by, indicator=event.indicator)
    return row


def _same(known: CreditEvent, event: NewEvent) -> CreditEvent:
    if (known.quantity, known.until) != (event.quantity, event.until):
        raise StandingRefused(
            "同一文书同一事项已登记，但数量或者期限不同；请核对原始文书，登记有误的通过异议更正。",
            "The same matter of this document is recorded with another quantity or term; check the document, and"
            " correct a wrong record by an objection.",
        )
    return known


@transaction.atomic
def note_correction(*, event_key: str, on: date, document: str, note: str, by: OfficerActor) -> EventChange:
    """Record that the conduct was corrected, with the document that shows it: a repair needs it."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    event = event_of(event_key)
    not_later(on)
    return befall(event, ChangeKind.CORRECTED, on, document=_document(document), note=note, by=by)


def befall(
    event: CreditEvent, kind: ChangeKind, on: date, *, by: OfficerActor, document: str = "", note: str = ""
) -> EventChange:
    """Append what befell an event, known from today; raises `BadEvents` when it contradicts what is held."""
    today = clock.today()
    change = EventChange(
        event=event, kind=kind, on=on, known_on=today, document=document[:200], note=note.strip(),
        post_id=by.post_id, at=clock.now(),
    )  # fmt: skip
    change.save(force_insert=True)
    held = queries.events_by_subject([event.subject_id])[event.subject_id]
    check([one for one in held if one.id == event.key])
    _note(audit.Kind.CREDIT_EVENT_CHANGED, event.key, event.subject, by, kind=str(kind))
    return change


def subject_of(key: str) -> Subject:
    """The subject of an address; raises `StandingRefused` where there is none."""
    subject = registry.by_key(key)
    if subject is None:
        raise StandingRefused("登记库中没有这个对象。", "The register does not know this subject.")
    return subject


def event_of(key: str) -> CreditEvent:
    """An event that the actor may see, locked; raises `StandingRefused` where there is none."""
    rows = CreditEvent.objects.select_for_update(of=("self",)).select_related("subject")
    event = rows.filter(key=key).first()
    if event is None:
        raise StandingRefused("找不到这个信用事件。", "There is no such credit event.")
    return event


def kept(subject: Subject, by: OfficerActor, also: tuple[int, ...] = ()) -> dict[str, Any]:
    """The columns that every record has; it is seen by the offices that keep the subject, and by its writer's."""
    seen = sorted({by.unit, *queries.keepers(subject), *also})
    return {"post_id": by.post_id, "at": clock.now(), "seen_by": seen}


def not_later(day: date) -> date:
    """Refuse a day in the future."""
    if day > clock.today():
        raise StandingRefused(f"日期{day}在今天之后。", f"The day {day} lies in the future.")
    return day


def _document(text: str) -> str:
    document = text.strip()[:200]
    if not document:
        raise StandingRefused(
            "请注明作出决定或者确认的文书；筛查结果不能作为依据。",
            "Name the decision or record that confirms it; a finding of a machine is none.",
        )
    return document


def _origin(origin: tuple[str, str]) -> dict[str, str]:
    return {"origin_kind": origin[0], "origin_key": origin[1]}


def _check(subject: Subject, event: NewEvent, document: str) -> None:
    """Refuse what no reckoning could read: contradictory days, unknown indicators, what contradicts the file."""
    new = Event(
        document, event.indicator, event.occurred_on, event.known_on, document, event.quantity,
        event.contested, event.until,
    )  # fmt: skip
    check([new])
    try:
        book = queries.book_of(subject)
    except NoScore:
        return
    if event.indicator not in book.indicators:
        raise book.unknown(event.indicator, document)
    reckon(book, queries.scored(subject), [*queries.events_of(subject), new], on=clock.today())


def _note(what: audit.Kind, key: str, subject: Subject, by: OfficerActor, **detail: str) -> None:
    audit.record(what, by=by, about=("subject", subject.key), detail={"record": key, **detail})
