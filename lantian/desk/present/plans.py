"""Guidance plans on screen: steps as they stand, what is late, what came of each."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.urls import reverse

from lantian.core.messages import Text
from lantian.desk.present.leads import days_left
from lantian.desk.present.words import label, language
from lantian.office.models import Post
from lantian.standing import plan_queries
from lantian.standing import plan_states as states
from lantian.standing.models import GuidancePlan, PlanMark
from lantian.standing.plan_queries import Standing
from lantian.standing.plan_states import PlanState, StepState

ACT_TEXTS: dict[str, Text] = {
    **{str(act): text for act, text in states.PLAN_ACT_TEXTS.items()},
    **{str(act): text for act, text in states.STEP_ACT_TEXTS.items()},
}


class Left(NamedTuple):
    """A day without a rule behind it, and the working days left; negative when overdue."""

    due: date
    days_left: int


def plan(row: GuidancePlan, today: date) -> dict[str, Any]:
    """A plan in a list, or as the head of its page."""
    return {
        "key": row.key,
        "number": row.number,
        "subject": row.subject.name,
        "subject_key": row.subject.key,
        "subject_no": row.subject.number,
        "office": row.unit.name(language()),
        "officer": row.officer.account.name,
        "away": row.officer.unit_id != row.unit_id or not row.officer.held_on(today),
        "aim": row.aim,
        "ground": row.ground,
        "opened_on": row.opened_on,
        "until": row.until,
        "next_due": row.next_due,
        "left": Left(row.next_due, days_left(today, row.next_due)) if row.next_due else None,
        "late": row.next_due is not None and row.next_due < today,
        "state": row.state,
        "state_label": label(states.PLAN_STATE_TEXTS[PlanState(row.state)]),
        "open": row.state == PlanState.RUNNING,
        "ended_on": row.ended_on,
        "conclusion": row.conclusion,
        "version": row.version,
    }


def steps(row: GuidancePlan, today: date) -> list[dict[str, Any]]:
    """The steps of a plan as they stand now."""
    running = row.state == PlanState.RUNNING
    return [_step(one, today, running) for one in plan_queries.steps_of(row)]


def _step(one: Standing, today: date, running: bool) -> dict[str, Any]:
    open_ = one.state is StepState.OPEN
    return {
        "place": one.step.place,
        "what": one.step.what,
        "officer": one.step.officer.account.name,
        "planned": one.step.due,
        "due": one.due,
        "moved": one.due != one.step.due,
        "left": Left(one.due, days_left(today, one.due)),
        "late": running and open_ and one.due < today,
        "state": str(one.state),
        "state_label": label(states.STEP_STATE_TEXTS[one.state]),
        "open": open_,
        "words": one.mark.words if one.mark else "",
        "document": one.mark.document if one.mark else "",
        "on": one.mark.on if one.mark else None,
    }


def mark(row: PlanMark, lead: str = "") -> dict[str, Any]:
    """One act on a plan; `lead` is the address of the lead that it became."""
    return {
        "act": label(ACT_TEXTS[row.act]),
        "place": row.step.place if row.step else 0,
        "what": row.step.what if row.step else "",
        "on": row.on,
        "words": row.words,
        "document": row.document,
        "due": row.due,
        "href": reverse("lead", args=[lead]) if lead else "",
        "by": row.post.account.name,
        "at": row.at,
    }


def officer(post: Post) -> tuple[str, str]:
    """A post in a select of who answers."""
    return post.key, post.account.name
