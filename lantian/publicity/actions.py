"""Writes by which a duty to publish begins and ends. Rooms above call them in their own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction

from lantian.core import matters, publicity
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.deadlines import Deadline
from lantian.core.moves import check_move
from lantian.core.publicity import Profile
from lantian.office import audit, clock
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import queries
from lantian.publicity.errors import PublicityRefused, Stale
from lantian.publicity.models import Notice, NoticeStep
from lantian.publicity.states import MOVES, Act, Cause, State
from lantian.registry import queries as registry
from lantian.registry.models import Subject


@dataclass(frozen=True)
class Told:
    """What a record says beyond its document; what is left out comes from the register.

    `fields` are fields of the text by the codes of the rule book (act, facts, legal_basis, content, …), `longest` the
    end of a ban or of the stay on a list, `law` the field of law, which an officer says where the register does not.
    """

    name: str = ""
    number: str = ""
    profile: Profile | None = None
    law: Field | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    longest: date | None = None


@dataclass(frozen=True)
class Owed:
    """What has to be published: the record it is about, as which matter, whom, by which document of which day.

    `matter` is a rule of `publicity.toml` (penalty, check_result, or the id of a list). `event_on` is the day of the
    decision: every period runs from it. `subject_key` is that of the register; for a party that is not there it is
    empty, and `told` names it. `unit` is the office that decided; the actor's own where it is left out.
    """

    about: tuple[str, str]
    matter: str
    subject_key: str
    document: str
    event_on: date
    told: Told = field(default_factory=Told)
    unit: int | None = None


@dataclass(frozen=True)
class Fallen:
    """Why a publication ends before its time: the cause, its day, and the document that says so."""

    cause: Cause
    on: date
    document: str = ""


@transaction.atomic
def owe(owed: Owed, *, by: OfficerActor) -> Notice | None:
    """A decision that has to be published: reckon every period and put it into the ledger of the office that decided.

    None is returned for a matter that is not published, or was not on the day of the decision. Told twice about one
    record, it stands once. Raises `PublicityRefused`.
    """
    if not publicity.asked_for(owed.matter, owed.event_on):
        return None
    kind, key = owed.about
    same = matters.kin(owed.matter)
    known = Notice.objects.filter(about_kind=kind, about_key=key, matter__in=same).first()
    if known is not None:
        return known
    told, unit, party = owed.told, owed.unit or by.unit, _party(owed.subject_key, owed.told)
    row = Notice(
        **party, unit_id=unit, matter=_matter(owed, party["field"]), about_kind=kind, about_key=key,
        document=_document(owed.document), event_on=owed.event_on, longest=told.longest, told=dict(told.fields),
        post_id=by.post_id, at=clock.now(), changed_at=clock.now(), changed_by_id=by.post_id,
        seen_by=queries.watchers(party["subject"], unit),
    )  # fmt: skip
    row.clocks = clocks_of(row)
    bind(row, queries.planned(row))
    row.save(force_insert=True)
    step(row, Act.OWE, row.event_on, by.post_id, document=row.document)
    detail = {"matter": row.matter, "about": [kind, key], "due": str(row.due) if row.due else None}
    audit.record(audit.Kind.NOTICE_OWED, by=by, about=("notice", row.key), detail=detail)
    return row


@transaction.atomic
def owe_by_hand(owed: Owed, *, by: OfficerActor) -> Notice:
    """The same by an officer, for a decision of his own office that was made in another system."""
    check_permission(by.permissions, Permission.PUBLISH)
    not_later(owed.event_on)
    if owed.matter not in publicity.matters():
        raise PublicityRefused("请选择公示事项的类别。", "Choose what kind of matter is published.")
    publicity.matter(owed.matter, owed.event_on)  # raises where no rule asked for it yet
    law = chosen_law(registry.by_key(owed.subject_key) if owed.subject_key else None, owed.told.law)
    row = owe(replace(owed, told=replace(owed.told, law=law)), by=by)
    assert row is not None, "a rule asks for it"
    if row.unit_id != by.unit:
        raise _others(row)
    return row


def chosen_law(subject: Subject | None, law: Field | None) -> Field:
    """The field of law of a decision: what the register settles, else what the officer says.

    Raises `PublicityRefused` where neither says it, and where the officer says another than the register.
    """
    settled = queries.field_of(subject)
    if settled is None and law is None:
        raise PublicityRefused(
            "登记库不能确定这项决定属于哪个领域（两类代理都做的，或者库中没有的）：请选择领域，由谁公示取决于它。",
            "The register does not settle the field of this decision (an agency of both kinds, or a party it does not "
            "know): choose the field, it decides who publishes.",
        )
    if settled is not None and law not in (None, settled):
        name = FIELD_TEXTS[settled]
        raise PublicityRefused(
            f"登记库中该当事人属于“{name.zh}”；登记有误的，先更正登记。",
            f"By the register this party belongs to '{name.en}'; where that is wrong, mend the register first.",
        )
    found = settled or law
    assert found is not None
    return found


@transaction.atomic
def choose_law(*, key: str, law: Field | None, version: int, by: OfficerActor) -> Notice:
    """Say the field of law of a notice whose party the register does not settle, before its text is prepared.

    Raises `PublicityRefused`, `Stale`.
    """
    check_permission(by.permissions, Permission.PUBLISH)
    row = taken(key, version, by)
    row.state = check_move(MOVES, State(row.state), Act.CHOOSE)
    if law is None:
        raise PublicityRefused("请选择领域。", "Choose the field.")
    row.field = chosen_law(row.subject, law)
    row.matter = matters.matter_in(row.matter, law, row.event_on)
    row.clocks = clocks_of(row)
    bind(row, queries.planned(row))
    return moved(row, Act.CHOOSE, clock.today(), by, note=FIELD_TEXTS[law].zh)


@transaction.atomic
def fall_away(*, about: tuple[str, str], fallen: Fallen, by: Actor) -> list[Notice]:
    """What a record's notices rest on is gone: what is out has to be taken down, what is not out never goes out.

    For rooms above (a removal from a list, an annulment). Notices that have ended already stay as they are.
    """
    rows = Notice.objects.select_for_update(of=("self",)).filter(about_kind=about[0], about_key=about[1])
    return [fall(row, fallen, by) for row in rows if (State(row.state), Act.FALL_AWAY) in MOVES]


def fall(row: Notice, fallen: Fallen, by: Actor) -> Notice:
    """Its ground is gone: taken down within its period where something has left the house, else never published."""
    row.state = check_move(MOVES, State(row.state), Act.FALL_AWAY)
    row.cause, row.cause_on = fallen.cause, fallen.on
    row.due, row.due_provisional, row.question = None, False, None
    if row.state == State.WITHDRAWING:
        deadline = withdrawal(row, fallen.cause, fallen.on)
        row.due, row.due_provisional = deadline.due, deadline.provisional
        row.withdraw_derivation = derivation(deadline)
    return moved(row, Act.FALL_AWAY, fallen.on, by, document=fallen.document, note=str(fallen.cause))


def withdrawal(row: Notice, cause: Cause | str, on: date) -> Deadline:
    """By when a notice is taken down whose ground fell away for a cause on a day."""
    return matters.withdrawal(row.matter, row.event_on, on, repaired=cause == Cause.REPAIRED)


def clocks_of(row: Notice) -> list[dict[str, Any]]:
    """Every channel of a notice with its period, as they are stored."""
    found = publicity.clocks(row.matter, row.event_on, Profile(row.profile), elsewhere=bool(row.home))
    return [_stored(one) for one in found]


def bind(row: Notice, found: Sequence[queries.Place]) -> None:
    """Set the day that binds from what is out by now, with the period of what may have to be taken down."""
    question = queries.question_of(row)
    if question is not None:
        out = any(one.left for one in found)
        due = _asked_by(row, question) if out else None
        row.question = replace(question, clock=derivation(due) if due else None).stored()
    binding = queries.next_due(row, found)
    row.due = date.fromisoformat(binding["due"]) if binding else None
    row.due_provisional = bool(binding and binding["provisional"])


def _asked_by(row: Notice, question: queries.Question) -> Deadline:
    """By when a notice is reviewed or taken down: the earlier of what is asked and of what is in doubt besides."""
    due = withdrawal(row, question.cause, question.since)
    other = _asked_by(row, question.doubt) if question.doubt else due
    return min(due, other, key=lambda one: one.due)


def taken(key: str, version: int, by: OfficerActor) -> Notice:
    """The notice, locked, for the office that keeps it; refuses a page older than the record."""
    rows = Notice.objects.select_for_update(of=("self",)).select_related(
        "subject", "changed_by__account", "unit"
    )
    row = rows.filter(key=key).first()
    if row is None:
        raise PublicityRefused("找不到这项公示。", "There is no such notice.")
    if row.unit_id != by.unit:
        raise _others(row)
    if row.version != version:
        at, name = row.changed_at.astimezone(clock.CHINA), row.changed_by.account.name
        raise Stale(
            f"{name}已于 {at:%m月%d日 %H:%M} 处理；请查看最新情况后再操作。",
            f"{name} acted on this on {at:%d %B at %H:%M}; look at it again before you act.",
        )
    return row


def _others(row: Notice) -> PublicityRefused:
    return PublicityRefused(
        f"谁办案、谁公示：由{row.unit.name_zh}办理。",
        f"Whoever decided publishes: {row.unit.name_en} does.",
    )


def moved(row: Notice, act: Act, on: date, by: Actor, **more: Any) -> Notice:
    """Keep a notice that has moved, its step and its event; `row.state` is set already."""
    row.version += 1
    row.changed_at = clock.now()
    if isinstance(by, OfficerActor):
        row.changed_by_id = by.post_id
    row.save()
    step(row, act, on, by.post_id if isinstance(by, OfficerActor) else None, **more)
    kept = {name: more[name] for name in ("channel", "text_number") if more.get(name)}
    detail = {"act": str(act), "state": str(row.state), **kept}
    audit.record(audit.Kind.NOTICE_MOVED, by=by, about=("notice", row.key), detail=detail)
    return row


def step(row: Notice, act: Act, on: date, post_id: int | None, **more: Any) -> None:
    """Append a step to a notice."""
    texts = {name: (value.strip() if isinstance(value, str) else value) for name, value in more.items()}
    for name, most in (("document", 200), ("address", 300)):
        if name in texts:
            texts[name] = texts[name][:most]
    NoticeStep.objects.create(notice=row, act=str(act), on=on, post_id=post_id, at=clock.now(), **texts)


def not_later(day: date) -> date:
    """Refuse a day in the future."""
    if day > clock.today():
        raise PublicityRefused(f"日期{day}在今天之后。", f"The day {day} lies in the future.")
    return day


def derivation(due: Deadline) -> dict[str, Any]:
    """How a day was reckoned, as it is stored, in both languages."""
    cite = due.basis.cite()
    return {
        "rule": due.rule,
        "version": due.version,
        "start": str(due.start),
        "due": str(due.due),
        "provisional": due.provisional,
        "confidence": str(due.confidence),
        "basis_zh": cite.zh,
        "basis_en": cite.en,
        "steps": [[str(one.date), one.text_zh, one.text_en] for one in due.steps],
    }


def _stored(one: publicity.Clock) -> dict[str, Any]:
    due = derivation(one.deadline) if one.deadline else None
    where = {"channel": one.channel.code, "statutory": one.channel.statutory, "clock": due}
    return where | ({"receives": one.receives} if one.receives else {})


def _party(subject_key: str, told: Told) -> dict[str, Any]:
    subject = registry.by_key(subject_key) if subject_key else None
    name = told.name.strip() or (subject.name if subject else "")
    number = told.number.strip() or (subject.number if subject else "")
    if not name:
        raise PublicityRefused("请写明当事人。", "Name the party.")
    return {
        "subject": subject,
        "name": name[:200],
        "number": number[:120],
        "home": queries.home_of(subject, number),
        "profile": told.profile or queries.profile_of(subject),
        "field": told.law or queries.field_of(subject) or "",
    }


def _matter(owed: Owed, law: str) -> str:
    return matters.matter_in(owed.matter, Field(law) if law else None, owed.event_on)


def _document(text: str) -> str:
    document = text.strip()[:200]
    if not document:
        raise PublicityRefused("请写明决定文书。", "Name the document of the decision.")
    return document


def office_of(row: Notice) -> str:
    """The name of the office that decided, as its papers write it."""
    return Unit.objects.values_list("name_zh", flat=True).get(pk=row.unit_id)
