"""What standing does each night by itself: entries whose days are over end, provisional days are reckoned again,
records follow whoever moved to another district.

None of it decides anything: the end of a stay was decided with it, and a due day follows from the calendar. They run in
the scope of the city, which sees every record, and leave an event of the job as the actor.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from lantian.core import deadlines
from lantian.core.credit import repair as rules
from lantian.core.deadlines import Deadline
from lantian.office import audit, clock, jobs
from lantian.office.actors import Actor
from lantian.office.models import Job
from lantian.standing import moving, queries
from lantian.standing.models import Objection, Repair
from lantian.standing.repairing import derivation

ASKED = (Repair, Objection)


def tonight() -> list[Job]:
    """Schedule all of it; a job still at work from last night is left alone."""
    city, mandate = queries.city_id(), f"night:{clock.today()}"
    found = [
        jobs.defer_tonight(name, unit=city, mandate=mandate)
        for name in ("list_expiry", "standing_reannounce", moving.JOB)
    ]
    return [job for job in found if job is not None]


def due_of(row: Repair | Objection) -> Deadline:
    """When a repair or an objection must be decided, by the calendar as it is now."""
    book = queries.book_of(row.event.subject)
    if isinstance(row, Repair):
        return rules.decision_due(book, row.asked_on)
    return deadlines.due_under(book.rules.rule("contested", row.asked_on).values["decide"], row.asked_on)


@jobs.job("standing_reannounce")
def reannounce(running: jobs.Running) -> None:
    """The job, a matter a step: due days that were provisional are reckoned again; what was told before stays."""
    with running.step():
        waiting = [(model, key) for model in ASKED for key in _provisional(model)]
    for count, (model, key) in enumerate(waiting, start=1):
        with running.step():
            _again(model, key, running.actor)
            running.advance("reannounce", count, len(waiting))


def _provisional(model: type[Repair] | type[Objection]) -> list[str]:
    rows = model._default_manager.filter(decided_on=None, due_provisional=True)
    return list(rows.order_by("id").values_list("key", flat=True))


@transaction.atomic
def _again(model: type[Repair] | type[Objection], key: str, by: Actor) -> None:
    rows = model._default_manager.select_for_update(of=("self",)).select_related("event__subject", "subject")
    row: Any = rows.get(key=key)
    found = due_of(row)
    if row.decided_on is not None or (found.due, found.provisional) == (row.due, row.due_provisional):
        return
    was, told = row.due, derivation(found)
    steps = [*_steps(told), _said(clock.today(), was, found.due)]
    row.due, row.due_provisional, row.derivation = found.due, found.provisional, told | {"steps": steps}
    row.save(update_fields=["due", "due_provisional", "derivation"])
    detail = {"record": row.key, "was": str(was), "due": str(row.due), "provisional": row.due_provisional}
    audit.record(audit.Kind.DUE_REANNOUNCED, by=by, about=("subject", row.subject.key), detail=detail)


def _steps(told: dict[str, object]) -> list[Any]:
    steps = told["steps"]
    assert isinstance(steps, list)
    return steps


def _said(on: date, was: date, now: date) -> list[str]:
    """The step of the derivation that tells of the new reckoning."""
    return [
        str(on),
        f"放假安排公布后由系统重新计算：原暂定{was}，现为{now}。",
        f"Reckoned again once the holidays were announced: provisionally {was} before, now {now}.",
    ]
