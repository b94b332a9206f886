"""Lists and standing measures: proposal, steps, review, decision with the computed day of exit, removal, expiry.

Each regime is its own rule in `rulebooks/lists.toml`; who decides stands there. What another body decides (CNIPA, a
protection centre) is recorded with its document.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from psycopg.types.range import DateRange, TimestamptzRange

from lantian.core import lists
from lantian.core.competence import Act as LegalAct
from lantian.core.lists import Checked, Spell, Terms
from lantian.core.messages import Text
from lantian.core.moves import check_move
from lantian.core.rulebook import RuleVersion
from lantian.office import audit, clock, competence, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.facts import Change, supersede
from lantian.office.models import Job
from lantian.office.permissions import Permission, check_permission
from lantian.standing import hearing, leaving, making_public, queries
from lantian.standing.actions import kept, not_later, subject_of
from lantian.standing.deciders import FIELDS, PENALTY_STEP, may_act, refuse_other_decider, refuse_own
from lantian.standing.errors import StandingRefused
from lantian.standing.models import ListEntry, ListSpell, ListStep
from lantian.standing.repairing import derivation, refuse_stale
from lantian.standing.states import LIST_MOVES, ListAct, ListState

OWN_STEPS = ("review", "decision")  # taken by acts of their own


@dataclass(frozen=True)
class Listing:
    """A proposal: whom, which list, as which kind of party, on which ground and established facts, why."""

    subject_key: str
    list_id: str
    party: str
    ground: str
    facts: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Done:
    """Something done on a day by a document, on the page of a version."""

    on: date
    version: int
    document: str = ""
    note: str = ""


@transaction.atomic
def propose(listing: Listing, *, by: OfficerActor) -> ListEntry:
    """Propose a subject for a list; raises `NotListable` for a ground or party that the rule does not have."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    subject, reason = subject_of(listing.subject_key), listing.reason.strip()
    if not reason:
        raise StandingRefused("请写明提议的理由。", "Please say why it is proposed.")
    lists.check(_proposal(listing.list_id, listing.party, listing.ground, listing.facts, ()), clock.today())
    grant = competence.may(by, LegalAct.REPORT_UP, FIELDS[listing.party])
    if ListEntry.objects.filter(
        subject=subject, list_id=listing.list_id, state__in=(ListState.PROPOSED, ListState.REVIEWED)
    ).exists():
        raise StandingRefused("已有同一名单的提议在办。", "A proposal for this list is under way already.")
    row = ListEntry.objects.create(
        **kept(subject, by), subject=subject, unit_id=by.unit, list_id=listing.list_id, party=listing.party,
        ground=listing.ground, facts=list(listing.facts), reason=reason, changed_at=clock.now(),
        changed_by_id=by.post_id,
    )  # fmt: skip
    _step(row, "propose", clock.today(), by.post_id, note=reason)
    detail = {"list": row.list_id, "ground": row.ground, "row": grant.row}
    audit.record(audit.Kind.LIST_PROPOSED, by=by, about=("listing", row.key), detail=detail)
    return row


@transaction.atomic
def take_step(*, key: str, step: str, done: Done, by: OfficerActor) -> ListEntry:
    """Record a step that the rule asks for before the decision, or that follows it (told to the party)."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    row = taken(key, done.version)
    if step not in open_steps(row):
        raise StandingRefused(f"该名单没有这个步骤（{step}）。", f"This list has no step '{step}'.")
    if not may_act(row, by.unit):
        raise StandingRefused(
            "程序步骤由提议单位或者市局登记。", "The proposing office or the city records the steps."
        )
    hearing.check_step(row, step, done.on, done.document)
    leaving.check_step(row, rule_of(row), step, done.on, done.document)
    return _move(row, ListAct.STEP, done, by, step=step)


def open_steps(row: ListEntry) -> dict[str, Text]:
    """Steps recorded by an act of their own: those of the rule, the party's own, those of leaving a list."""
    rule = rule_of(row)
    before = [step for step in rule.values["steps"] if step not in OWN_STEPS] + hearing.open_steps(row, rule)
    found = {step: lists.STEPS[step] for step in before}
    return {**found, **leaving.open_steps(rule)} if row.state == ListState.LISTED else found


@transaction.atomic
def review(*, key: str, done: Done, by: OfficerActor) -> ListEntry:
    """Review a proposal as a second person."""
    check_permission(by.permissions, Permission.DECIDE_STANDING)
    row = taken(key, done.version)
    refuse_own(row, by)
    return _move(row, ListAct.REVIEW, done, by, step="review")


@transaction.atomic
def reject(*, key: str, done: Done, by: OfficerActor) -> ListEntry:
    """Decide not to list, with the reason; the proposing office may drop what is its own, else the decider does."""
    check_permission(by.permissions, Permission.DECIDE_STANDING)
    row = taken(key, done.version)
    if row.unit_id != by.unit:
        refuse_other_decider(row, rule_of(row), checked(row, clock.today()), by)
    if not done.note.strip():
        raise StandingRefused("请写明不予列入的理由。", "Please say why it is not listed.")
    return _move(row, ListAct.REJECT, done, by)


def checked(row: ListEntry, on: date) -> Checked:
    """What an entry still lacks for the decision, by the rule of a day; steps after the decision are not asked for."""
    taken = set(row.steps.exclude(step="").values_list("step", flat=True))
    steps = list(lists.book().rule(row.list_id, on).values["steps"])
    after = steps[steps.index("decision") :] if "decision" in steps else []
    return lists.check(_proposal(row.list_id, row.party, row.ground, row.facts, taken | {*after}), on)


@transaction.atomic
def enter(*, key: str, terms: Terms, done: Done, by: OfficerActor) -> ListEntry:
    """Record the decision to list: the stay and its last day are computed by the rule of that day.

    Raises `NotListable` naming facts and steps that are missing, `BadSpell` for a term that the rule does not
    allow, `StandingRefused` for an office that does not decide, without a document, and for overlapping stays.
    """
    check_permission(by.permissions, Permission.DECIDE_STANDING)
    row = taken(key, done.version)
    refuse_own(row, by)
    found = checked(row, not_later(done.on))
    refuse_other_decider(row, rule_of(row), found, by)
    if not done.document.strip():
        raise StandingRefused("请写明决定文书。", "Name the document of the decision.")
    check_move(LIST_MOVES, ListState(row.state), ListAct.ENTER)
    lists.demand(found)
    hearing.refuse_recorder(row, by)
    hearing.refuse_unheard(row, done.on)
    _refuse_apart(row, done)
    stay = lists.spell(row.list_id, done.on, terms)
    row.decided_on, row.document, row.last = done.on, done.document.strip()[:200], stay.last
    row.terms = _terms(stay, terms)
    _hold(row, stay, by)
    making_public.owe(row, stay, FIELDS[row.party], by)
    return _move(row, ListAct.ENTER, done, by)


@transaction.atomic
def remove(*, key: str, done: Done, by: OfficerActor) -> ListEntry:
    """Remove somebody early, as a second person; raises `StandingRefused` with what stands in the way."""
    check_permission(by.permissions, Permission.DECIDE_STANDING)
    row = taken(key, done.version)
    state = check_move(LIST_MOVES, ListState(row.state), ListAct.REMOVE)
    refuse_other_decider(row, rule_of(row), checked(row, row.decided_on or done.on), by)
    met = leaving.refuse_unasked(row, rule_of(row), not_later(done.on), by)
    bars = lists.leaving(stay_of(row), done.on, met)
    if bars:
        raise StandingRefused(
            f"还不能移出：{'；'.join(bar.text.zh for bar in bars)}。",
            f"Not yet to be removed: {'; '.join(bar.text.en for bar in bars)}.",
        )
    if not done.document.strip():
        raise StandingRefused("请写明移出决定的文书。", "Name the document of the removal.")
    assert row.decided_on is not None
    if done.on <= row.decided_on:
        raise StandingRefused("移出日期应晚于列入日期。", "It is removed later than it was listed.")
    source = (row.pk, by.audit_name, row.seen_by)
    change = Change((row.subject_id, row.list_id), {"state": str(state)}, row.decided_on, done.on, source)
    supersede(ListSpell, [change], at=clock.now(), spells=True)
    row.ended_on = done.on
    making_public.take_down(row, done.on, by, done.document)
    return _move(row, ListAct.REMOVE, done, by)


def rule_of(row: ListEntry) -> RuleVersion:
    """The version of its list's rule by which an entry is read: that of its decision, until then of today."""
    return lists.book().rule(row.list_id, row.decided_on or clock.today())


def stay_of(row: ListEntry) -> Spell:
    """The stay of an entry that was decided, reckoned again from its terms."""
    assert row.decided_on is not None
    told = row.terms
    until = date.fromisoformat(told["longer_until"]) if told.get("longer_until") else None
    return lists.spell(
        row.list_id, row.decided_on, Terms(told["months"], told["permanent"], until, told["repeats"])
    )


def hand_up(row: ListEntry, done: Done, by: OfficerActor, sha256: str, grant_row: str) -> None:
    """Note in the open transaction that the package of a proposal was sent under its number; its digest is kept."""
    row.state = check_move(LIST_MOVES, ListState(row.state), ListAct.SEND)
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    row.save()
    note = f"{done.note.strip()} SHA-256 {sha256}".strip()
    _step(row, ListAct.SEND, not_later(done.on), by.post_id, document=done.document, note=note)
    detail = {"act": str(ListAct.SEND), "state": str(row.state), "sha256": sha256, "row": grant_row}
    audit.record(audit.Kind.LIST_MOVED, by=by, about=("listing", row.key), detail=detail)


@transaction.atomic
def expire_all(*, by: OfficerActor) -> Job:
    """Close entries whose last day has gone by, as a job. Nobody is on a list for it: the stay has its end."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    lock = f"standing:expire:{by.unit}"
    return jobs.defer("list_expiry", lock=lock, arguments={}, mandate=f"expiry:{by.unit}", by=by)


@jobs.job("list_expiry")
def expire(running: jobs.Running) -> None:
    """The job, an entry a step; one whose rule asks for the repair even at the end stays until it is decided."""
    with running.step():
        today = clock.today()
        due = list(queries.expired(today).values_list("key", flat=True))
    for count, key in enumerate(due, start=1):
        with running.step():
            _expire(key, today, running.actor, running.job.post_id)
            running.advance("lists", count, len(due))


def _expire(key: str, on: date, by: Actor, post_id: int | None) -> None:
    row = ListEntry.objects.select_for_update(of=("self",)).get(key=key)
    if row.state != ListState.LISTED or lists.leaving(stay_of(row), on, ()):
        return
    row.state, row.ended_on = check_move(LIST_MOVES, ListState.LISTED, ListAct.EXPIRE), row.last
    row.version += 1
    row.changed_at = clock.now()
    row.save()
    _step(row, ListAct.EXPIRE, row.last or on, post_id)
    making_public.take_down(row, row.last or on, by)
    detail = {"act": str(ListAct.EXPIRE), "state": str(row.state)}
    audit.record(audit.Kind.LIST_MOVED, by=by, about=("listing", row.key), detail=detail)


def _proposal(
    list_id: str, party: str, ground: str, facts: Collection[str], steps: Collection[str]
) -> lists.Proposal:
    return lists.Proposal(list_id, party, ground, frozenset(facts), frozenset(steps))


def _hold(row: ListEntry, stay: Spell, by: OfficerActor) -> None:
    last = stay.last + timedelta(1) if stay.last is not None else None
    try:
        with transaction.atomic():
            ListSpell.objects.create(
                subject_id=row.subject_id,
                list_id=row.list_id,
                entry=row,
                value={"state": str(ListState.LISTED)},
                valid=DateRange(stay.first, last),
                known=TimestamptzRange(clock.now(), None),
                by=by.audit_name,
                seen_by=row.seen_by,
            )
    except IntegrityError:
        raise _overlap(row) from None


def _overlap(row: ListEntry) -> StandingRefused:
    """Which stay on the list stands in the way, and what to do."""
    others = ListEntry.objects.filter(
        subject_id=row.subject_id, list_id=row.list_id, decided_on__isnull=False
    )
    other = others.exclude(pk=row.pk).order_by("decided_on").last()
    name = f"{other.document}，{other.decided_on}" if other else row.list_id
    return StandingRefused(
        f"该对象已在同一名单上（{name}），列入期间不能重叠；请先在该事项中登记移出，或者等期满。",
        f"The subject is on this list already ({name}); stays on one list do not overlap. Record the removal there"
        " first, or wait for its end.",
    )


def _terms(stay: Spell, terms: Terms) -> dict[str, Any]:
    cite = stay.basis.cite()
    return {
        "months": terms.months,
        "permanent": terms.permanent,
        "longer_until": str(terms.longer_until) if terms.longer_until else None,
        "repeats": terms.repeats,
        "early_from": str(stay.early_from) if stay.early_from else None,
        "escalates_to": stay.escalates_to,
        "escalates_on": str(stay.escalates_on) if stay.escalates_on else None,
        "publish_by": str(stay.publish.due) if stay.publish else None,
        "publish": derivation(stay.publish) if stay.publish else None,
        "version": stay.version,
        "basis_zh": cite.zh,
        "basis_en": cite.en,
        "confidence": str(stay.confidence),
    }


def taken(key: str, version: int) -> ListEntry:
    """The entry, locked; refuses a page older than the record."""
    rows = ListEntry.objects.select_for_update(of=("self",))
    row = rows.select_related("subject", "changed_by__account", "post__account").filter(key=key).first()
    if row is None:
        raise StandingRefused("找不到这项名单事项。", "There is no such entry.")
    refuse_stale(row, version)
    return row


def _refuse_apart(row: ListEntry, done: Done) -> None:
    """What is decided together with a penalty has its day and its document."""
    step = row.steps.filter(step=PENALTY_STEP).order_by("id").last()
    if step is not None and (step.on, step.document) != (done.on, done.document.strip()):
        raise StandingRefused(
            f"该名单与行政处罚决定一并作出，日期和文书应与已登记的处罚决定一致：{step.on}，{step.document}。",
            f"It is decided together with the penalty: the day and document are those on record,"
            f" {step.on}, {step.document}.",
        )


def _move(row: ListEntry, act: ListAct, done: Done, by: OfficerActor, *, step: str = "") -> ListEntry:
    row.state = check_move(LIST_MOVES, ListState(row.state), act)
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    row.save()
    _step(row, act, not_later(done.on), by.post_id, step=step, document=done.document, note=done.note)
    detail = {"act": str(act), "state": str(row.state), "step": step}
    audit.record(audit.Kind.LIST_MOVED, by=by, about=("listing", row.key), detail=detail)
    return row


def _step(
    row: ListEntry,
    act: str,
    on: date,
    post_id: int | None,
    *,
    step: str = "",
    document: str = "",
    note: str = "",
) -> None:
    ListStep.objects.create(
        entry=row, act=str(act), step=step, on=on, document=document.strip()[:200], note=note.strip(),
        post_id=post_id, at=clock.now(),
    )  # fmt: skip
