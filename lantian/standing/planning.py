"""Guidance plans: started by an office that keeps the subject, carried out step by step, ended with an outcome.

Guidance is help and no measure: it decides nothing about anybody. What is found on the way becomes a lead by an act
of casework; the plan keeps only its key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from lantian.core.moves import check_move
from lantian.office import audit, clock, numbers
from lantian.office.actors import OfficerActor
from lantian.office.models import Post, Unit
from lantian.office.permissions import ROLES, Permission, check_permission
from lantian.standing import classing, plan_queries, queries
from lantian.standing.actions import kept, not_later, subject_of
from lantian.standing.errors import StandingRefused
from lantian.standing.models import GuidancePlan, PlanMark, PlanStep
from lantian.standing.plan_states import (
    END_ACTS,
    PLAN_MOVES,
    STEP_MOVES,
    PlanAct,
    PlanState,
    StepAct,
    StepState,
)
from lantian.standing.repairing import refuse_stale

NUMBER_KIND, NUMBER_CODE = "plan", "培育"
MOST_STEPS = 30


@dataclass(frozen=True)
class NewStep:
    """A step as it is planned: what, until when, which post answers for it."""

    what: str
    due: date
    officer: str


@dataclass(frozen=True)
class NewPlan:
    """A plan as it is started: whom, why, to what end, until when, who answers, by which steps."""

    subject_key: str
    ground: str
    aim: str
    until: date
    officer: str
    steps: tuple[NewStep, ...]


@dataclass(frozen=True)
class Marked:
    """What was done on a day, in words, on the page of a version; `due` is the new day of a step put off."""

    on: date
    version: int
    words: str
    document: str = ""
    due: date | None = None


@transaction.atomic
def start(plan: NewPlan, *, by: OfficerActor) -> GuidancePlan:
    """Start a plan; raises `StandingRefused` for an office that does not keep the subject, and for a second plan."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    subject, today = subject_of(plan.subject_key), clock.today()
    if by.unit not in queries.keepers(subject):
        raise StandingRefused(
            "只有市局和对象所在区局可以制定引导培育计划。",
            "Only the city and the subject's own district make its guidance plan.",
        )
    ground, aim = _needed(plan.ground, "培育原因", "why"), _needed(plan.aim, "培育目标", "the aim")
    _check_steps(plan.steps, plan.until, today)
    unit = Unit.objects.get(pk=by.unit)
    serial = numbers.next_number(unit, NUMBER_KIND, today.year)
    try:
        with transaction.atomic():
            row = GuidancePlan.objects.create(
                **kept(subject, by), subject=subject, unit=unit, officer=_officer(plan.officer, by.unit),
                number=numbers.document_number(unit, NUMBER_CODE, today.year, serial), ground=ground, aim=aim,
                rested_on=classing.propose(subject, today).rested_on, opened_on=today, until=plan.until,
                changed_at=clock.now(), changed_by_id=by.post_id,
            )  # fmt: skip
    except IntegrityError:
        raise StandingRefused(
            "该对象已有正在进行的引导培育计划。", "A guidance plan for this subject is running already."
        ) from None
    _add(row, plan.steps)
    _save(row)
    detail = {"subject": subject.key, "steps": len(plan.steps), "until": str(plan.until)}
    audit.record(audit.Kind.PLAN_STARTED, by=by, about=("plan", row.key), detail=detail)
    return row


@transaction.atomic
def mark_step(*, key: str, place: int, act: StepAct, marked: Marked, by: OfficerActor) -> GuidancePlan:
    """Record what came of a step, put it off or drop it; each needs its words."""
    row = _taken(key, marked.version, by)
    step = row.steps.filter(place=place).first()
    if step is None:
        raise StandingRefused(f"计划没有第 {place} 步。", f"The plan has no step {place}.")
    check_move(STEP_MOVES, plan_queries.state_of(step), act)
    if act is StepAct.PUT_OFF and (marked.due is None or not row.opened_on <= marked.due <= row.until):
        raise StandingRefused(
            "改期须写明新的日期，且不晚于计划的结束日期。",
            "A step is put off to a day that is not after the end of the plan.",
        )
    due = marked.due if act is StepAct.PUT_OFF else None
    return _mark(row, str(act), marked, by, step=step, due=due)


@transaction.atomic
def add_step(*, key: str, step: NewStep, version: int, by: OfficerActor) -> GuidancePlan:
    """Add a step to a running plan."""
    row = _taken(key, version, by)
    check_move(PLAN_MOVES, PlanState(row.state), PlanAct.ADD)
    _check_steps((step,), row.until, row.opened_on)
    _add(row, (step,))
    return _mark(row, PlanAct.ADD, Marked(clock.today(), version, step.what), by)


@transaction.atomic
def entrust(*, key: str, officer: str, marked: Marked, by: OfficerActor) -> GuidancePlan:
    """Let another officer answer; an office that keeps the subject since it moved takes the plan over by this."""
    row = _taken(key, marked.version, by, keeper=True)
    check_move(PLAN_MOVES, PlanState(row.state), PlanAct.ENTRUST)
    row.officer, row.unit_id = _officer(officer, by.unit), by.unit
    return _mark(row, PlanAct.ENTRUST, marked, by)


@transaction.atomic
def note_lead(*, key: str, number: str, marked: Marked, by: OfficerActor) -> GuidancePlan:
    """Record that what was found on the way became a lead; the lead itself is opened by casework."""
    row = _taken(key, marked.version, by)
    check_move(PLAN_MOVES, PlanState(row.state), PlanAct.LEAD)
    found = Marked(marked.on, marked.version, marked.words, number)
    return _mark(row, PlanAct.LEAD, found, by)


@transaction.atomic
def end(*, key: str, act: PlanAct, marked: Marked, by: OfficerActor) -> GuidancePlan:
    """End a plan with its outcome; improved or not only when every step has been dealt with."""
    row = _taken(key, marked.version, by)
    if act not in END_ACTS:
        raise StandingRefused("请选择结果。", "Choose the outcome.")
    state = check_move(PLAN_MOVES, PlanState(row.state), act)
    left = [one.step.place for one in plan_queries.steps_of(row) if one.state is StepState.OPEN]
    if act is not PlanAct.STOP and left:
        shown = "、".join(map(str, left))
        raise StandingRefused(
            f"还有步骤没有登记结果：第 {shown} 步。请先登记或者取消。",
            f"Steps without an outcome: {', '.join(map(str, left))}. Record or drop them first.",
        )
    if marked.on < row.opened_on:
        raise StandingRefused("办结日期早于计划的开始日期。", "It ends before it began.")
    row.conclusion = _needed(marked.words, "总体成效或者原因", "what came of it")
    row.state, row.ended_on = state, not_later(marked.on)
    return _mark(row, act, marked, by)


def _taken(key: str, version: int, by: OfficerActor, *, keeper: bool = False) -> GuidancePlan:
    """The plan, locked, for an act of the office that carries it out, or of one that keeps the subject now."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    rows = GuidancePlan.objects.select_for_update(of=("self",)).select_related("changed_by__account")
    row = rows.filter(key=key).first()
    if row is None:
        raise StandingRefused("找不到这份计划。", "There is no such plan.")
    if row.unit_id != by.unit and not (keeper and by.unit in queries.keepers(row.subject)):
        raise StandingRefused(
            "由制定计划的单位办理。", "Only the office that carries the plan out acts on it."
        )
    refuse_stale(row, version)
    if row.state != PlanState.RUNNING:
        raise StandingRefused("计划已经办结。", "The plan has ended.")
    return row


def _mark(
    row: GuidancePlan, act: str, marked: Marked, by: OfficerActor, *, step: PlanStep | None = None,
    due: date | None = None,
) -> GuidancePlan:  # fmt: skip
    PlanMark.objects.create(
        plan=row, step=step, act=str(act), on=not_later(marked.on), due=due,
        words=_needed(marked.words, "情况或者理由", "what was done, or why"),
        document=marked.document.strip()[:200], post_id=by.post_id, at=clock.now(),
    )  # fmt: skip
    row.version += 1
    row.changed_at, row.changed_by_id = clock.now(), by.post_id
    _save(row)
    detail = {"act": str(act), "state": str(row.state), "step": step.place if step else 0}
    audit.record(audit.Kind.PLAN_MOVED, by=by, about=("plan", row.key), detail=detail)
    return row


def _save(row: GuidancePlan) -> None:
    """Save with the first day on which something of it falls due: an open step, else the end of the plan."""
    open_ = [one.due for one in plan_queries.steps_of(row) if one.state is StepState.OPEN]
    row.next_due = min([*open_, row.until]) if row.state == PlanState.RUNNING else None
    row.save()


def _add(row: GuidancePlan, steps: Sequence[NewStep]) -> None:
    taken = row.steps.count()
    PlanStep.objects.bulk_create(
        PlanStep(
            plan=row,
            place=place,
            what=step.what.strip()[:200],
            due=step.due,
            officer=_officer(step.officer, row.unit_id),
        )
        for place, step in enumerate(steps, start=taken + 1)
    )


def _check_steps(steps: Sequence[NewStep], until: date, since: date) -> None:
    if until < since:
        raise StandingRefused("计划的结束日期早于今天。", "The plan ends before it begins.")
    if not 1 <= len(steps) <= MOST_STEPS:
        raise StandingRefused(
            f"计划应有 1 至 {MOST_STEPS} 个步骤。", f"A plan has between 1 and {MOST_STEPS} steps."
        )
    for step in steps:
        _needed(step.what, "步骤内容", "what the step is")
        if not since <= step.due <= until:
            raise StandingRefused(
                f"步骤“{step.what.strip()}”的日期应在计划期间内。",
                f"The day of step '{step.what.strip()}' lies outside the plan.",
            )


def _officer(key: str, unit: int) -> Post:
    post = Post.objects.select_related("account").filter(key=key, unit_id=unit).first()
    if post is None or not post.held_on(clock.today()) or not _answers(post):
        raise StandingRefused(
            "请选择本单位现任的责任人。", "Choose an officer who holds a post in this office today."
        )
    return post


def _answers(post: Post) -> bool:
    return Permission.KEEP_STANDING in ROLES[post.role].permissions


def officers(unit: int) -> list[Post]:
    """Posts of an office that may answer for a plan today."""
    posts = Post.objects.select_related("account").filter(unit_id=unit).order_by("account__name", "id")
    return [post for post in posts if post.held_on(clock.today()) and _answers(post)]


def _needed(text: str, zh: str, en: str) -> str:
    words = text.strip()
    if not words:
        raise StandingRefused(f"请写明{zh}。", f"Please write {en}.")
    return words
