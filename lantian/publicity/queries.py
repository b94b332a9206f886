"""Reads of the ledger of public notices. Every query runs under the reader's scope."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from lantian.core import lists, publicity
from lantian.core.competence import Field
from lantian.core.rulebook import Confidence
from lantian.office.models import Unit
from lantian.publicity.models import Notice, NoticeStep, NoticeText
from lantian.publicity.states import OPEN, OUT, Act, Cause, State
from lantian.registry import queries as registry
from lantian.registry.branches import NATIONAL, province_of
from lantian.registry.models import Subject
from lantian.registry.routing import HOME, registered_at

PUTS_OUT = (Act.PUBLISH, Act.REPLACE, Act.SETTLE)
TAKES_DOWN = (Act.WITHDRAW, Act.FINISH, Act.END)
PERSONS = (Subject.Kind.PRACTITIONER, Subject.Kind.PERSON)


@dataclass(frozen=True)
class Place:
    """A channel of a notice: its period as stored, and whether and since when which text is out there.

    Where `receives` is set, another province publishes: we forward, and its own period is that rule from the receipt.
    """

    channel: str
    statutory: bool
    clock: Mapping[str, Any] | None
    published_on: date | None = None
    address: str = ""
    text_number: int | None = None
    withdrawn_on: date | None = None
    receives: str = ""
    forwarded_on: date | None = None
    forwarded_by: str = ""

    @property
    def out(self) -> bool:
        """Whether it can be read there."""
        return self.published_on is not None and self.withdrawn_on is None

    @property
    def left(self) -> bool:
        """Whether it has left the house for there: it can be read, or was forwarded."""
        return self.out or (self.forwarded_on is not None and self.withdrawn_on is None)

    @property
    def met(self) -> bool:
        """Whether what we owe there is done."""
        return self.published_on is not None or self.forwarded_on is not None

    @property
    def due(self) -> date | None:
        """By when it has to stand there."""
        return date.fromisoformat(self.clock["due"]) if self.clock else None


@dataclass(frozen=True)
class Question:
    """What stands against a notice: for which cause, since which day, who said so when, and the period that runs.

    `document` is empty while nobody has asked that its ground be taken as gone: the record below it changed, no more.
    `met` are the confirmed conditions of an early end with their documents, `texts` how many texts there were then.
    `earlier` are the posts that had changed the record before and whose change nobody decided on yet.
    `doubt` is what else stands against it while somebody asks: the record below it changed too, and its days run on.
    """

    cause: Cause
    on: date
    post: int
    at: datetime
    document: str = ""
    note: str = ""
    met: Mapping[str, str] = field(default_factory=dict)
    texts: int = 0
    clock: Mapping[str, Any] | None = None
    earlier: tuple[int, ...] = ()
    doubt: Question | None = None

    @property
    def since(self) -> date:
        """The day its period runs from: of a decision annulled or changed, the first day the house knew of either."""
        changed = self.cause in (Cause.ANNULLED, Cause.CHANGED)
        return min(self.on, self.doubt.on) if self.doubt and changed else self.on

    @property
    def posts(self) -> tuple[int, ...]:
        """Posts of those who raised it: who asks, and who changed the record besides."""
        return (self.post, *self.earlier, *(self.doubt.posts if self.doubt else ()))

    @property
    def asked(self) -> bool:
        """Whether an officer asks that it be taken down."""
        return bool(self.document)

    def answered(self, text: NoticeText) -> bool:
        """Whether a text was prepared after it was raised, and nobody asks that the whole be taken down."""
        return not self.asked and text.number > self.texts

    def stored(self) -> dict[str, Any]:
        """The question as the notice keeps it."""
        told = {
            "cause": str(self.cause),
            "on": str(self.on),
            "at": self.at.isoformat(),
            "met": dict(self.met),
        }
        return told | {
            "post": self.post, "document": self.document, "note": self.note, "texts": self.texts,
            "clock": dict(self.clock) if self.clock else None,
            "earlier": list(self.earlier),
            "doubt": self.doubt.stored() if self.doubt else None,
        }  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """What a list of notices shows; `clock` is late, due (a day runs), lapsed, question or nothing."""

    state: str = ""
    matter: str = ""
    clock: str = ""
    text: str = ""


def places(notice: Notice, steps: Iterable[NoticeStep] | None = None) -> list[Place]:
    """Every channel of a notice, in the order of the rule, with what its steps say of it."""
    found = {one.channel: one for one in planned(notice)}
    for step in notice.steps.order_by("id") if steps is None else steps:
        place = found.get(step.channel)
        if place is not None:
            found[step.channel] = _after(place, step)
    return list(found.values())


def planned(notice: Notice) -> list[Place]:
    """Every channel of a notice before anything was done."""
    return [
        Place(one["channel"], one["statutory"], one["clock"], receives=one.get("receives", ""))
        for one in notice.clocks
    ]


def _after(place: Place, step: NoticeStep) -> Place:
    if step.act == Act.FORWARD:
        day = place.forwarded_on or step.on
        return replace(place, forwarded_on=day, forwarded_by=step.document, text_number=step.text_number)
    if step.act in PUTS_OUT:
        since = step.on if step.act == Act.PUBLISH and not place.out else place.published_on
        address = step.address or place.address
        return replace(
            place, published_on=since, address=address, text_number=step.text_number, withdrawn_on=None
        )
    return replace(place, withdrawn_on=step.on) if step.act in TAKES_DOWN else place


def notices(wanted: Filter, today: date) -> QuerySet[Notice]:
    """Notices, those whose day comes first first."""
    rows = Notice.objects.select_related("unit", "subject")
    rows = rows.filter(state=wanted.state) if wanted.state in list(State) else rows
    rows = rows.filter(matter=wanted.matter) if wanted.matter else rows
    clocks = {
        "late": Q(due__lt=today),
        "due": Q(due__isnull=False),
        "lapsed": Q(until__lt=today, state__in=OUT),
        "question": Q(question__isnull=False),
    }
    rows = rows.filter(clocks[wanted.clock]) if wanted.clock in clocks else rows
    if wanted.text:
        words = wanted.text
        rows = rows.filter(Q(name__icontains=words) | Q(number=words) | Q(document__icontains=words))
    return rows.order_by(F("due").asc(nulls_last=True), "-id")


def waiting(unit: int) -> QuerySet[Notice]:
    """Notices of an office that wait for an act, the next due first."""
    open_ = Q(state__in=OPEN) | Q(due__isnull=False) | Q(question__isnull=False)
    rows = Notice.objects.filter(unit_id=unit).filter(open_)
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
    """The period that binds now: the earliest of the statutory channels on which nothing is done yet.

    What may have to be taken down has its own period, and an earlier one of the two binds.
    """
    clocks = [one.clock for one in found if one.clock and one.statutory and not one.met]
    question = question_of(notice)
    if question is not None and question.clock:
        clocks.append(question.clock)
    return min(clocks, key=lambda one: str(one["due"])) if clocks else None


def derivation_of(notice: Notice) -> Mapping[str, Any] | None:
    """How the day that binds now was reckoned, as it was stored; None where no day binds or nothing tells."""
    if notice.state == State.WITHDRAWING:
        stored = [notice.withdraw_derivation, notice.until_derivation]
    else:
        question = question_of(notice)
        stored = [*(one["clock"] for one in notice.clocks), question.clock if question else None]
    return next((one for one in stored if one and one["due"] == str(notice.due)), None)


def question_of(notice: Notice) -> Question | None:
    """What stands against a notice, if anything."""
    return _question(notice.question)


def _question(kept: Mapping[str, Any] | None) -> Question | None:
    if kept is None:
        return None
    told = {name: kept[name] for name in ("post", "document", "note", "met", "texts", "clock")}
    on, at = date.fromisoformat(kept["on"]), datetime.fromisoformat(kept["at"])
    told |= {"earlier": tuple(kept.get("earlier", ())), "doubt": _question(kept.get("doubt"))}
    return Question(cause=Cause(kept["cause"]), on=on, at=at, **told)


def list_doubt(notice: Notice) -> Confidence | None:
    """How sure the rule is by which a party was listed, its term with it; None of what is no listing."""
    if notice.about_kind != "listing" or notice.matter not in lists.book().versions:
        return None
    return lists.confidence(lists.book().rule(notice.matter, notice.event_on))


def home_of(subject: Subject | None, number: str) -> str:
    """The other province that registered a party, two digits; empty for ours and where nothing tells."""
    code = province_of(subject) if subject else (registered_at(number) or "")[: len(HOME)]
    return "" if code in (HOME, NATIONAL) else code


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


def field_of(subject: Subject | None) -> Field | None:
    """The field of law that the register settles; None for an agency of both kinds and anybody else: an officer says.

    A decision about such a party may be one in trademark matters, which a district publishes in its own name.
    """
    if subject is None:
        return None
    if subject.kind == Subject.Kind.AGENCY:
        return registry.agency_field(subject.number)
    fields = {Subject.Kind.PRACTITIONER: Field.PRACTITIONER, Subject.Kind.APPLICANT: Field.APPLICANT}
    return fields.get(Subject.Kind(subject.kind))
