"""Publications whose last day has gone by: they end, and every channel has to be cleared."""

from __future__ import annotations

from django.db import transaction

from lantian.core import publicity
from lantian.core.moves import check_move
from lantian.office import clock, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Job, Unit
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import queries
from lantian.publicity.actions import derivation, moved
from lantian.publicity.models import Notice
from lantian.publicity.states import MOVES, Act, Cause, State

NAME = "publication_end"


@transaction.atomic
def run_all(*, by: OfficerActor) -> Job:
    """End what is over, as a job. Nothing depends on it: what is in force is asked of the days themselves."""
    check_permission(by.permissions, Permission.PUBLISH)
    return jobs.defer(
        NAME, lock=f"publicity:end:{by.unit}", arguments={}, mandate=f"publicity:{by.unit}", by=by
    )


def tonight() -> list[Job]:
    """Schedule the same for the night, in the scope of the city, which sees every notice; in nobody's name."""
    city = Unit.objects.values_list("pk", flat=True).get(kind=Unit.Kind.CITY)
    job = jobs.defer_tonight(NAME, unit=city, mandate=f"night:{clock.today()}")
    return [job] if job else []


@jobs.job(NAME)
def run(running: jobs.Running) -> None:
    """The job, a notice a step. Run again, it finds nothing left to do."""
    with running.step():
        keys = list(queries.lapsed(clock.today()).values_list("key", flat=True))
    for count, key in enumerate(keys, start=1):
        with running.step():
            lapse(key, running.actor)
            running.advance("publicity", count, len(keys))


def lapse(key: str, by: Actor) -> Notice | None:
    """End one publication whose last day has gone by, in the open transaction; None when it has not."""
    row = queries.lapsed(clock.today()).select_for_update(of=("self",)).filter(key=key).first()
    if row is None or row.until is None:
        return None
    row.state = check_move(MOVES, State(row.state), Act.LAPSE)
    row.cause, row.cause_on, row.due, row.due_provisional = Cause.LAPSED, row.until, row.until, False
    if (
        not row.until_derivation
    ):  # a stay on a list: taken down within the days of its rule, not on its last one
        deadline = publicity.withdrawal(row.matter, row.event_on, row.until)
        row.due, row.due_provisional = deadline.due, deadline.provisional
        row.withdraw_derivation = derivation(deadline)
    return moved(row, Act.LAPSE, row.until, by)
