"""What standing does each night by itself: entries whose days are over end, provisional days are reckoned again,
records follow whoever moved to another district.

None of it decides anything: the end of a stay was decided with it, and a due day follows from the calendar. They run in
the scope of the city, which sees every record, and leave an event of the job as the actor.
"""

from __future__ import annotations

from django.db.models import Q

from lantian.core.messages import Text
from lantian.office import clock, jobs, redating
from lantian.office.models import Job
from lantian.office.redating import Dated
from lantian.standing import moving, queries

JOB = "standing_reannounce"
UNDECIDED = Q(decided_on=None)
DATED = (
    Dated(
        "standing.Repair",
        JOB,
        Text("修复申请的决定", "decision on a repair"),
        UNDECIDED,
        "asked_on",
        lambda row: ("subject", row.subject.key),
    ),
    Dated(
        "standing.Objection",
        JOB,
        Text("异议的决定", "decision on an objection"),
        UNDECIDED,
        "asked_on",
        lambda row: ("subject", row.subject.key),
    ),
)


def tonight() -> list[Job]:
    """Schedule all of it; a job still at work from last night is left alone."""
    city, mandate = queries.city_id(), f"night:{clock.today()}"
    found = [
        jobs.defer_tonight(name, unit=city, mandate=mandate) for name in ("list_expiry", JOB, moving.JOB)
    ]
    return [job for job in found if job is not None]


@jobs.job(JOB)
def reannounce(running: jobs.Running) -> None:
    """The job: due days of repairs and objections are reckoned again by the calendar as it is now."""
    redating.run(running, JOB)
