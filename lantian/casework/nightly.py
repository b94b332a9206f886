"""What casework does each night by itself: days of open leads and corrections are reckoned again by the calendar."""

from __future__ import annotations

from django.db.models import Q

from lantian.casework import queries
from lantian.casework.measures_states import RectificationState
from lantian.casework.states import State
from lantian.core.messages import Text
from lantian.office import clock, jobs, redating
from lantian.office.models import Job
from lantian.office.redating import Dated

JOB = "casework_reannounce"
DATED = (
    Dated(
        "casework.Lead",
        JOB,
        Text("线索核查", "verification of a lead"),
        ~Q(state=State.VERIFIED),
        "opened_on",
    ),
    Dated(
        "casework.Rectification",
        JOB,
        Text("整改", "correction"),
        Q(state=RectificationState.OPEN),
        "opened_on",
    ),
)


def tonight() -> list[Job]:
    """Schedule it; a job still at work from last night is left alone."""
    job = jobs.defer_tonight(JOB, unit=queries.city().pk, mandate=f"night:{clock.today()}")
    return [job] if job else []


@jobs.job(JOB)
def reannounce(running: jobs.Running) -> None:
    """The job: what officers set themselves is left alone, and so is what is settled."""
    redating.run(running, JOB)
