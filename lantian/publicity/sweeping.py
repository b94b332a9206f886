"""Publications whose last day has gone by end, every channel has to be cleared; provisional days are reckoned again."""

from __future__ import annotations

from django.db import transaction

from lantian.core.moves import check_move
from lantian.office import audit, clock, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Job, Unit
from lantian.office.permissions import Permission, check_permission
from lantian.publicity import queries
from lantian.publicity.actions import bind, clocks_of, derivation, moved, withdrawal
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
        over = list(queries.lapsed(clock.today()).values_list("key", flat=True))
        keys = [
            *over,
            *Notice.objects.filter(due_provisional=True).order_by("id").values_list("key", flat=True),
        ]
    for count, key in enumerate(keys, start=1):
        with running.step():
            lapse(key, running.actor)
            reannounce(key, running.actor)
            running.advance("publicity", count, len(keys))


def lapse(key: str, by: Actor) -> Notice | None:
    """End one publication whose last day has gone by, in the open transaction; None when it has not."""
    row = queries.lapsed(clock.today()).select_for_update(of=("self",)).filter(key=key).first()
    if row is None or row.until is None:
        return None
    row.state = check_move(MOVES, State(row.state), Act.LAPSE)
    row.cause, row.cause_on, row.due, row.due_provisional = Cause.LAPSED, row.until, row.until, False
    row.question = None
    if (
        not row.until_derivation
    ):  # a stay on a list: taken down within the days of its rule, not on its last one
        deadline = withdrawal(row, Cause.LAPSED, row.until)
        row.due, row.due_provisional = deadline.due, deadline.provisional
        row.withdraw_derivation = derivation(deadline)
    return moved(row, Act.LAPSE, row.until, by)


def reannounce(key: str, by: Actor) -> Notice | None:
    """Reckon a provisional day again, once days off are announced, in the open transaction; None when it stays."""
    row = Notice.objects.select_for_update(of=("self",)).filter(key=key, due_provisional=True).first()
    if row is None:
        return None
    was = row.due
    if row.state == State.WITHDRAWING and row.cause_on is not None:
        deadline = withdrawal(row, row.cause, row.cause_on)
        row.due, row.due_provisional = deadline.due, deadline.provisional
        row.withdraw_derivation = derivation(deadline)
    else:
        row.clocks = clocks_of(row)
        bind(row, queries.places(row))
    if (row.due, row.due_provisional) == (was, True):
        return None
    row.save(update_fields=["clocks", "due", "due_provisional", "withdraw_derivation", "question"])
    detail = {"was": str(was), "due": str(row.due), "provisional": row.due_provisional}
    audit.record(audit.Kind.DUE_REANNOUNCED, by=by, about=("notice", row.key), detail=detail)
    return row
