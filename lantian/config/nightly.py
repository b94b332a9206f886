"""The nightly round: what every room does by itself each night, one after another, at half past two in China.

A room joins by its own function `tonight()`, which schedules jobs and does nothing else; one that fails does not keep
the others from theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.db import close_old_connections, transaction
from procrastinate.contrib.django import app as queue

from lantian.casework import nightly as casework
from lantian.office import clock
from lantian.office.models import Job
from lantian.publicity import sweeping as publicity
from lantian.standing import nightly as standing

HALF_PAST_TWO_IN_CHINA = "30 18 * * *"  # the queue counts in UTC; Asia/Shanghai is eight hours ahead all year
log = logging.getLogger(__name__)
ROUND: Mapping[str, Callable[[], list[Job]]] = {
    "standing": standing.tonight,
    "casework": casework.tonight,
    "publicity": publicity.tonight,
}


def run_round(rooms: Mapping[str, Callable[[], list[Job]]] = ROUND) -> list[Job]:
    """Schedule the jobs of this night; raises nothing, a room at fault is named in the log."""
    started: list[Job] = []
    for room, tonight in rooms.items():
        try:
            with transaction.atomic():
                started += tonight()
        except Exception:
            log.exception("nightly round failed", extra={"room": room})
    return started


@queue.periodic(cron=HALF_PAST_TWO_IN_CHINA)
@queue.task(name="lantian.nightly_round")
def nightly_round(timestamp: int) -> None:
    """Every night; a day that is set has none."""
    if not clock.day_is_set():
        close_old_connections()
        run_round()
