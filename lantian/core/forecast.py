"""What a desk of open periods will miss, and which provisional dates move once days off are announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from lantian.core import deadlines
from lantian.core.messages import WrongUse
from lantian.core.rulebook import Rulebook
from lantian.core.workdays import Calendar


class Open(NamedTuple):
    """An act that is still open: a key of the caller's, and when it is due."""

    key: str
    due: date


class Forecast(NamedTuple):
    """When an open act is expected to be done; `late` counts the working days past the due day, 0 if in time."""

    key: str
    due: date
    done: date
    late: int


class Promise(NamedTuple):
    """A due date as it was told: enough to reckon it again."""

    key: str
    rule: str
    start: date
    due: date
    pauses: tuple[tuple[date, date], ...] = ()
    extended: int = 0


class Moved(NamedTuple):
    """A due date that is another one by the present calendar; to be told anew to whom it was told."""

    key: str
    told: date
    due: date
    provisional: bool


def forecast(acts: Iterable[Open], today: date, per_workday: Fraction, calendar: Calendar) -> list[Forecast]:
    """Expect open acts to be done in order of due dates, so many a working day, from the next one on.

    An act overdue today stays late. `per_workday` is what the office measured of itself; above zero.

    >>> acts = [Open("a", date(2026, 3, 3)), Open("b", date(2026, 3, 3))]
    >>> [each.late for each in forecast(acts, date(2026, 3, 2), Fraction(1), deadlines.workdays.load())]
    [0, 1]
    """
    if per_workday <= 0:
        raise WrongUse("每个工作日办结数应大于0。", "The number done a working day must be above zero.")
    found = []
    for place, act in enumerate(sorted(acts, key=_urgency), start=1):
        done = calendar.add_workdays(today, -(-place // per_workday))
        found.append(Forecast(act.key, act.due, done, max(0, calendar.workdays_between(act.due, done))))
    return found


def moved(promises: Iterable[Promise], rules: Rulebook, calendar: Calendar) -> list[Moved]:
    """Reckon promised due dates again and return those that fall on another day now."""
    found = []
    for promise in promises:
        rule = rules.rule(promise.rule, promise.start)
        again = deadlines.due(rule, promise.start, calendar, pauses=promise.pauses, extended=promise.extended)
        if again.due != promise.due:
            found.append(Moved(promise.key, promise.due, again.due, again.provisional))
    return found


def _urgency(act: Open) -> tuple[date, str]:
    return act.due, act.key
