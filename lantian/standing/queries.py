"""Reads of standing. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from lantian.core import lists, supervision
from lantian.core.credit.book import CreditBook, agency, practitioner
from lantian.core.credit.events import Change, ChangeKind, Event
from lantian.core.credit.events import Subject as Scored
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.reconciling import Official, OfficialItem, Reconciled, reconcile
from lantian.core.credit.statement import Statement
from lantian.core.credit.what_if import WhatIf, what_if
from lantian.office.models import Unit
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.standing.errors import NoScore
from lantian.standing.hearing import HEARD
from lantian.standing.models import (
    ConfirmedFact,
    CreditEvent,
    EventChange,
    ListEntry,
    ListSpell,
    ListStep,
    Objection,
    OfficialGrade,
    QualityGrade,
    Reckoning,
    Repair,
    SupervisionClass,
)
from lantian.standing.states import ListState, ObjectionState, RepairState

LATELY, SOON = 7, 30  # days


@dataclass(frozen=True)
class Grade:
    """An official grade: since when, from which source, and where it was taken in from."""

    grade: str
    score: Decimal | None
    since: date
    until: date | None
    source: str
    held: datetime
    batch_id: int | None
    row: int | None
    items: tuple[OfficialItem, ...] = ()


@dataclass(frozen=True)
class Round:
    """The grade of one round of the official quality evaluation."""

    round: str
    grade: str
    published_on: date
    indicators: Mapping[str, str]
    batch_id: int | None
    row: int | None


def city_id() -> int:
    """The city office."""
    return Unit.objects.values_list("pk", flat=True).get(kind=Unit.Kind.CITY)


def keepers(subject: Subject) -> list[int]:
    """The offices that keep a subject's standing: the city, and the office of its district if there is one."""
    return keepers_of([subject])[subject.pk]


def keepers_of(subjects: Sequence[Subject]) -> Mapping[int, list[int]]:
    """The same for several subjects, in one query."""
    units = dict(Unit.objects.values_list("pk", "kind"))
    city = next(pk for pk, kind in units.items() if kind == Unit.Kind.CITY)
    own = {one.pk: int(one.district_code) for one in subjects if (one.district_code or "").isdigit()}
    return {one.pk: sorted({city, own[one.pk]} if own.get(one.pk) in units else {city}) for one in subjects}


def book_of(subject: Subject) -> CreditBook:
    """The book that scores a subject; raises `NoScore` for whom no book scores."""
    return book_for(subject.kind, registry.agency_kinds(subject.number))


def book_for(kind: str, agency_kinds: Collection[str]) -> CreditBook:
    """The book for a kind of subject and, of an agency, what it is by the register (nothing known: patents)."""
    if kind == Subject.Kind.PRACTITIONER:
        return practitioner()
    if kind == Subject.Kind.AGENCY and set(agency_kinds) != {"trademark"}:
        return agency()
    raise NoScore(
        "没有适用的信用计分规则：商标代理机构、企业和申请人只有信用档案，不计分。",
        "No book scores this subject: trademark agencies, companies and applicants have a file, no score.",
    )


def scored(subject: Subject) -> Scored:
    """The subject as the engine names it."""
    return Scored(book_of(subject).subject, subject.number)


def events_of(subject: Subject) -> list[Event]:
    """Every credit event of a subject with what befell it, for the engine."""
    return events_by_subject([subject.pk])[subject.pk]


def events_by_subject(ids: Sequence[int]) -> Mapping[int, list[Event]]:
    """Events of several subjects, in two queries."""
    changes: dict[int, list[Change]] = defaultdict(list)
    rows = EventChange.objects.filter(event__subject_id__in=ids).order_by("id")
    for event_id, kind, on, known_on in rows.values_list("event_id", "kind", "on", "known_on"):
        changes[event_id].append(Change(ChangeKind(kind), on, known_on))
    found: dict[int, list[Event]] = defaultdict(list)
    columns = ("key", "indicator", "occurred_on", "known_on", "document", "quantity", "contested", "until")
    events = CreditEvent.objects.filter(subject_id__in=ids)
    for pk, subject_id, *values in events.values_list("pk", "subject_id", *columns):
        found[subject_id].append(Event._make((*values, tuple(changes.get(pk, ())))))
    return found


def event_rows(subject: Subject) -> QuerySet[CreditEvent]:
    """Events as recorded, the newest first, with what befell them."""
    changes = Prefetch("changes", EventChange.objects.order_by("on", "id"))
    return (
        CreditEvent.objects.filter(subject=subject).prefetch_related(changes).order_by("-occurred_on", "-id")
    )


def statement_of(subject: Subject, on: date, known_on: date | None = None) -> Statement:
    """The statement of a day as known on a day; raises `NoScore`, `NotInForce` or what the events refuse."""
    return reckon(book_of(subject), scored(subject), events_of(subject), on=on, known_on=known_on)


def ways(subject: Subject, on: date, known_on: date | None = None) -> WhatIf:
    """Which repair or lapse brings back which grade, by when; a repair under review counts from its application."""
    open_ones = repairs().filter(subject=subject, decided_on=None, asked_on__lte=min(on, known_on or on))
    asked = dict(open_ones.values_list("event__key", "asked_on"))
    return what_if(
        book_of(subject), scored(subject), events_of(subject), on=on, known_on=known_on, asked=asked
    )


def official_grade(subject: Subject, on: date, *, known: datetime | None = None) -> Grade | None:
    """The official credit grade that stands on a day, as held at a moment."""
    row = OfficialGrade.objects.on(on, known=known).filter(subject=subject).first()
    return _grade(row) if row else None


def official_grades(subject: Subject) -> list[Grade]:
    """Every official grade held, the oldest first."""
    return [_grade(row) for row in OfficialGrade.objects.held().filter(subject=subject).order_by("valid")]


def quality_rounds(subject: Subject, on: date) -> list[Round]:
    """Rounds of the quality evaluation published by a day, the newest first."""
    rows = QualityGrade.objects.on(on).filter(subject=subject)
    return sorted((_round(row) for row in rows), key=lambda one: (one.published_on, one.round), reverse=True)


def reconciled(subject: Subject) -> tuple[Grade, Statement, Reconciled] | None:
    """The newest official grade beside our reckoning of its day; None where there is none or no score."""
    grades = official_grades(subject)
    if not grades:
        return None
    grade = grades[-1]
    try:
        statement = statement_of(subject, grade.since)
    except NoScore:
        return None
    return (
        grade,
        statement,
        reconcile(statement, Official(grade.since, grade.grade, grade.score, grade.items)),
    )


def reckonings(subject: Subject) -> list[Reckoning]:
    """Stored statements, the oldest first."""
    return list(Reckoning.objects.filter(subject=subject).order_by("id"))


def lists_on(subject: Subject, on: date, *, known: datetime | None = None) -> list[ListEntry]:
    """Entries by which a subject stands on lists on a day, as held at a moment."""
    spells = ListSpell.objects.on(on, known=known).filter(subject=subject)
    return list(ListEntry.objects.filter(pk__in=spells.values("entry_id")).order_by("list_id"))


def entries(list_id: str = "") -> QuerySet[ListEntry]:
    """Entries of a list, or of all, those that wait for an act first."""
    rows = ListEntry.objects.select_related("subject", "unit")
    return (rows.filter(list_id=list_id) if list_id else rows).order_by("-id")


def undecided(post_id: int) -> QuerySet[ListEntry]:
    """Entries that wait for a decision by another post: to list somebody, or to let somebody go who asked for it."""
    asked = ListStep.objects.filter(entry=OuterRef("pk"), step=lists.REMOVAL_ASKED)
    heard = ListStep.objects.filter(entry=OuterRef("pk"), step__in=HEARD, post_id=post_id)
    entry = Q(state=ListState.PROPOSED) | (Q(state=ListState.REVIEWED) & ~Exists(heard))
    removal = Q(state=ListState.LISTED) & Exists(asked) & ~Exists(asked.filter(post_id=post_id))
    return entries().filter((entry & ~Q(post_id=post_id)) | removal)


def find_entry(key: str) -> ListEntry | None:
    """One entry, if the reader may see it."""
    return ListEntry.objects.select_related("subject", "unit", "changed_by__account").filter(key=key).first()


def expired(on: date) -> QuerySet[ListEntry]:
    """Entries whose last day has gone by."""
    return ListEntry.objects.filter(state=ListState.LISTED, last__lt=on).order_by("id")


def ending(on: date) -> QuerySet[ListEntry]:
    """Entries that ended by themselves in the last days, and those that end soon: whom it concerns looks at them."""
    lately = Q(state=ListState.EXPIRED, ended_on__gte=on - timedelta(days=LATELY))
    soon = Q(state=ListState.LISTED, last__gte=on, last__lte=on + timedelta(days=SOON))
    return ListEntry.objects.select_related("subject", "unit").filter(lately | soon).order_by("last", "id")


def facts_of(subject: Subject) -> list[ConfirmedFact]:
    """Confirmed facts that stand, the newest first."""
    return list(ConfirmedFact.objects.filter(subject=subject, taken_back=None).order_by("-on", "-id"))


def class_of(subject: Subject) -> SupervisionClass | None:
    """The supervision class that was signed last."""
    rows = SupervisionClass.objects.select_related("post__account").filter(subject=subject)
    return rows.order_by("-id").first()


def official_standing(subject: Subject, on: date) -> supervision.Standing:
    """What is officially known of a subject on a day: the only input of a class. Findings are none."""
    grade, rounds = official_grade(subject, on), quality_rounds(subject, on)
    facts = ConfirmedFact.objects.filter(subject=subject, taken_back=None).order_by("on", "id")
    return supervision.Standing(
        quality=rounds[0].grade if rounds else None,
        credit=grade.grade if grade else None,
        lists=frozenset(entry.list_id for entry in lists_on(subject, on)),
        facts=tuple(supervision.Fact(supervision.FactKind(one.kind), one.on, one.document) for one in facts),
    )


def repairs() -> QuerySet[Repair]:
    """Repairs, those under review first, by due day."""
    return Repair.objects.select_related("subject", "event").order_by("decided_on", "due", "id")


def objections() -> QuerySet[Objection]:
    """Objections, those under review first, by due day."""
    return Objection.objects.select_related("subject", "event").order_by("decided_on", "due", "id")


def open_matters() -> tuple[int, int]:
    """How many repairs and objections wait for a decision."""
    waiting = Repair.objects.filter(state=RepairState.ASKED).count()
    return waiting, Objection.objects.filter(state=ObjectionState.RAISED).count()


def _grade(row: OfficialGrade) -> Grade:
    value: dict[str, Any] = row.value
    score = value.get("score")
    return Grade(
        value["grade"],
        Decimal(score) if score is not None else None,
        row.valid.lower,
        row.valid.upper,
        value.get("source") or "",
        row.known.lower,
        row.batch_id,
        row.row,
        tuple(_items(value.get("items", ()))),
    )


def _items(items: Iterable[Sequence[str]]) -> Iterable[OfficialItem]:
    for indicator, on, points, document in items:
        yield OfficialItem(indicator, date.fromisoformat(on), Decimal(points), document)


def _round(row: QualityGrade) -> Round:
    value: dict[str, Any] = row.value
    indicators = dict(value.get("indicators", {}))
    return Round(row.round, value["grade"], row.valid.lower, indicators, row.batch_id, row.row)
