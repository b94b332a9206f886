"""Reads of guidance plans; the database hides what is not the reader's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from lantian.office.actors import OfficerActor
from lantian.registry.models import Subject
from lantian.standing.models import GuidancePlan, PlanMark, PlanStep
from lantian.standing.plan_states import STEP_MOVES, PlanState, StepAct, StepState


@dataclass(frozen=True)
class Standing:
    """A step as it stands now: its due day after all that was put off, and what was recorded last."""

    step: PlanStep
    state: StepState
    due: date
    mark: PlanMark | None


def plans() -> QuerySet[GuidancePlan]:
    """Every plan that the reader may see: running ones by what is due first, then those that ended."""
    rows = GuidancePlan.objects.select_related("subject", "unit", "officer__account")
    return rows.order_by("next_due", "-ended_on", "-id")


def find(key: str) -> GuidancePlan | None:
    """One plan, if the reader may see it."""
    return plans().select_related("changed_by__account").filter(key=key).first()


def of_subject(subject: Subject) -> list[GuidancePlan]:
    """Plans of a subject, the newest first."""
    return list(plans().filter(subject=subject).order_by("-id"))


def running(ids: Sequence[int]) -> dict[int, GuidancePlan]:
    """The running plan of each of several subjects, by subject."""
    return {one.subject_id: one for one in plans().filter(subject_id__in=ids, state=PlanState.RUNNING)}


def late(today: date, unit: int | None = None) -> QuerySet[GuidancePlan]:
    """Running plans of which something is overdue, of one office or of all."""
    rows = plans().filter(state=PlanState.RUNNING, next_due__lt=today)
    return rows if unit is None else rows.filter(unit_id=unit)


def owed(by: OfficerActor) -> QuerySet[GuidancePlan]:
    """Running plans of the reader's own office, by what is due first."""
    return plans().filter(state=PlanState.RUNNING, unit_id=by.unit)


def steps_of(row: GuidancePlan) -> list[Standing]:
    """The steps of a plan in their order, as they stand now."""
    marks = Prefetch("marks", PlanMark.objects.select_related("post__account").order_by("id"))
    steps = row.steps.select_related("officer__account").prefetch_related(marks).order_by("place")
    return [_standing(step) for step in steps]


def state_of(step: PlanStep) -> StepState:
    """Where a step stands, by its marks."""
    return _standing(step).state


def history(row: GuidancePlan) -> list[PlanMark]:
    """What was done on a plan, the oldest first."""
    return list(row.marks.select_related("post__account", "step").order_by("id"))


def _standing(step: PlanStep) -> Standing:
    state, due, last = StepState.OPEN, step.due, None
    for mark in sorted(step.marks.all(), key=lambda one: one.pk):
        state, due, last = STEP_MOVES[state, StepAct(mark.act)], mark.due or due, mark
    return Standing(step, state, due, last)
