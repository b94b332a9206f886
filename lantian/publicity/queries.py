"""Reads of the ledger of public notices. Every query runs under the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from lantian.core import publicity
from lantian.core.competence import Field
from lantian.office.models import Unit
from lantian.publicity.models import Notice, NoticeStep, NoticeText
from lantian.publicity.states import OPEN, OUT, Act, State
from lantian.registry import queries as registry
from lantian.registry.models import Subject

PUTS_OUT = (Act.PUBLISH, Act.REPLACE, Act.SETTLE)
TAKES_DOWN = (Act.WITHDRAW, Act.FINISH, Act.END)
PERSONS = (Subject.Kind.PRACTITIONER, Subject.Kind.PERSON)


@dataclass(frozen=True)
class Place:
    """A channel of a notice: its period as stored, and whether and since when which text is out there."""

    channel: str
    statutory: bool
    clock: Mapping[str, Any] | None
    published_on: date | None = None
    address: str = ""
    text_number: int | None = None
    withdrawn_on: date | None = None

    @property
    def out(self) -> bool:
        """Whether it can be read there."""
        return self.published_on is not None and self.withdrawn_on is None

    @property
    def due(self) -> date | None:
        """By when it has to stand there."""
        return date.fromisoformat(self.clock["due"]) if self.clock else None


@dataclass(frozen=True)
class Filter:
    """What a list of notices shows; `clock` is late, due (a day runs), lapsed or nothing."""

    state: str = ""
    matter: str = ""
    clock: str = ""
    text: str = ""


def places(notice: Notice, steps: Iterable[NoticeStep] | None = None) -> list[Place]:
    """Every channel of a notice, in the order of the rule, with what its steps say of it."""
    found = {one["channel"]: Place(one["channel"], one["statutory"], one["clock"]) for one in notice.clocks}
    for step in notice.steps.order_by("id") if steps is None else steps:
        place = found.get(step.channel)
        if place is None:
            continue
        if step.act in PUTS_OUT:
            since = place.published_on if place.out else step.on
            found[step.channel] = Place(
                place.channel,
                place.statutory,
                place.clock,
                since,
                step.address or place.address,
                step.text_number,
            )
        elif step.act in TAKES_DOWN:
            found[step.channel] = Place(
                place.channel, place.statutory, place.clock, place.published_on, place.address,
                place.text_number, step.on,
            )  # fmt: skip
    return list(found.values())


def notices(wanted: Filter, today: date) -> QuerySet[Notice]:
    """Notices, those whose day comes first first."""
    rows = Notice.objects.select_related("unit", "subject")
    rows = rows.filter(state=wanted.state) if wanted.state in list(State) else rows
    rows = rows.filter(matter=wanted.matter) if wanted.matter else rows
    clocks = {
        "late": Q(due__lt=today),
        "due": Q(due__isnull=False),
        "lapsed": Q(until__lt=today, state__in=OUT),
    }
    rows = rows.filter(clocks[wanted.clock]) if wanted.clock in clocks else rows
    if wanted.text:
        words = wanted.text
        rows = rows.filter(Q(name__icontains=words) | Q(number=words) | Q(document__icontains=words))
    return rows.order_by(F("due").asc(nulls_last=True), "-id")


def waiting(unit: int) -> QuerySet[Notice]:
    """Notices of an office that wait for an act, the next due first."""
    rows = Notice.objects.filter(unit_id=unit).filter(Q(state__in=OPEN) | Q(due__isnull=False))
    return rows.order_by(F("due").asc(nulls_last=True), "id")


def lapsed(on: date) -> QuerySet[Notice]:
    """Notices whose last day has gone by and that are not being taken down yet."""
    out = [state for state in OUT if state is not State.WITHDRAWING]
    return Notice.objects.filter(state__in=out, until__lt=on).order_by("id")


def in_force(on: date) -> QuerySet[Notice]:
    """Notices that may be read outside on a day."""
    return Notice.objects.filter(state__in=OUT, published_on__lte=on).exclude(until__lt=on)


def find(key: str) -> Notice | None:
    """One notice, if the reader may see it."""
    rows = Notice.objects.select_related("unit", "subject", "changed_by__account", "post__account")
    return rows.filter(key=key).first()


def of_record(about: tuple[str, str]) -> list[Notice]:
    """Notices about one record."""
    rows = Notice.objects.select_related("unit", "subject")
    return list(rows.filter(about_kind=about[0], about_key=about[1]).order_by("id"))


def of_subject(subject: Subject) -> QuerySet[Notice]:
    """Notices about a party, the newest first."""
    return Notice.objects.filter(subject=subject).order_by("-event_on", "-id")


def text_of(notice: Notice) -> NoticeText | None:
    """The newest text."""
    return notice.texts.select_related("post__account").order_by("-number").first()


def next_due(notice: Notice, found: Iterable[Place]) -> Mapping[str, Any] | None:
    """The period that binds now: the earliest of the statutory channels on which nothing stands yet."""
    clocks = [one.clock for one in found if one.clock and one.statutory and one.published_on is None]
    return min(clocks, key=lambda one: str(one["due"])) if clocks else None


def watchers(subject: Subject | None, unit: int) -> list[int]:
    """The offices that see a notice: the one that publishes, the city, and that of the party's district."""
    kinds = dict(Unit.objects.values_list("pk", "kind"))
    seen = {unit, *(pk for pk, kind in kinds.items() if kind == Unit.Kind.CITY)}
    code = subject.district_code if subject else None
    if code and code.isdigit() and int(code) in kinds:
        seen.add(int(code))
    return sorted(seen)


def profile_of(subject: Subject | None) -> publicity.Profile:
    """Whether a party of the register is a natural person."""
    person = subject is not None and subject.kind in PERSONS
    return publicity.Profile.PERSON if person else publicity.Profile.ENTERPRISE


def field_of(subject: Subject | None) -> Field:
    """The field of law in which a party is supervised, where the record does not say."""
    if subject is None:
        return Field.UNLICENSED
    if subject.kind == Subject.Kind.AGENCY:
        kinds = registry.agency_kinds(subject.number)
        return Field.TRADEMARK_AGENCY if kinds == {"trademark"} else Field.PATENT_AGENCY
    fields = {Subject.Kind.PRACTITIONER: Field.PRACTITIONER, Subject.Kind.APPLICANT: Field.APPLICANT}
    return fields.get(Subject.Kind(subject.kind), Field.UNLICENSED)
