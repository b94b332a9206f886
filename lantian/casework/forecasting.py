"""Which open leads an office will finish late at the pace it has shown: measured from its own concluded leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction

from django.db.models import Count

from lantian.casework import queries
from lantian.casework.models import LeadStep
from lantian.casework.states import Act
from lantian.core import workdays
from lantian.core.forecast import Open, forecast
from lantian.office import clock
from lantian.office.actors import Actor

WINDOW = 60  # working days over which an office's pace is measured


@dataclass(frozen=True)
class Expected:
    """What lies ahead: how many were concluded in the window, and the keys of leads in time still that will be late.

    `unmeasured` counts open leads of offices that concluded nothing in the window: nothing is guessed of them.
    """

    done: int
    late: tuple[str, ...]
    unmeasured: int


def expected(by: Actor, today: date) -> Expected:
    """The forecast of the reader's docket, each office by its own pace."""
    calendar = workdays.load()
    done = _done(by, calendar.add_workdays(today, -WINDOW))
    acts: dict[int, list[Open]] = defaultdict(list)
    for key, due, holder in queries.open_leads(by).values_list("key", "due", "holder"):
        acts[holder].append(Open(key, due))
    late = tuple(
        one.key
        for holder, open_ in acts.items()
        if done.get(holder)
        for one in forecast(open_, today, Fraction(done[holder], WINDOW), calendar)
        if one.late and one.due >= today
    )
    unmeasured = sum(len(open_) for holder, open_ in acts.items() if not done.get(holder))
    return Expected(sum(done.values()), late, unmeasured)


def _done(by: Actor, since: date) -> dict[int, int]:
    """Leads concluded since a day, by the office that holds them."""
    steps = LeadStep.objects.filter(act=str(Act.CONCLUDE), lead__in=queries.docket(by).order_by())
    steps = steps.filter(at__gte=datetime.combine(since, time(), clock.CHINA))
    return dict(steps.order_by().values_list("lead__holder").annotate(Count("lead", distinct=True)))
