"""Counting a period: days, working days, months, years, hours, forward from an event or back from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from lantian.core.months import add_months
from lantian.core.rulebook import RuleVersion
from lantian.core.workdays import ONE_DAY, Calendar

MONTHS = {"months": 1, "years": 12}
HOURS_A_DAY = 24


class Pause(NamedTuple):
    """Days that do not count, both ends included."""

    first: date
    last: date


class Step(NamedTuple):
    """One step of a derivation: the day it speaks of and what happens there."""

    date: date
    text_zh: str
    text_en: str


@dataclass(frozen=True)
class Count:
    """A period being counted: the rule, the day of the event, the calendar, the pauses, how many units."""

    rule: RuleVersion
    start: date
    calendar: Calendar
    pauses: Sequence[Pause]
    length: int

    @property
    def unit(self) -> str:
        """The unit that is counted."""
        return str(self.rule.unit)

    @property
    def in_workdays(self) -> bool:
        """Whether only working days count."""
        return self.unit == "working_days"

    @property
    def by_calendar(self) -> bool:
        """Whether the period ends on a day of the same number."""
        return self.unit in MONTHS

    @property
    def backward(self) -> bool:
        """Whether the period is counted back from its event."""
        return self.rule.values.get("direction") == "before"

    @property
    def rolls(self) -> bool:
        """Whether a last day off moves to a working day; hours and substantive terms do not."""
        return self.unit != "hours" and self.rule.values.get("rolls", "yes") == "yes"

    def next_day(self, day: date) -> date:
        """The next day, in the direction of the count, that no pause covers."""
        if self.backward:
            return day - ONE_DAY
        day += ONE_DAY
        for first, last in self.pauses:
            if first <= day <= last:
                day = last + ONE_DAY
        return day

    @property
    def first(self) -> date:
        """The first day that counts."""
        return next(self._counting())

    @cached_property
    def counted(self) -> tuple[date, ...]:
        """The days that count, in order of counting; for units of days only."""
        days = self._counting()
        return tuple(next(days) for _ in range(self.length))

    @cached_property
    def last(self) -> date:
        """The day that ends the period before any roll."""
        return self.end_of(self.length)

    def end_of(self, length: int) -> date:
        """The day that ends `length` units, before any roll."""
        if self.unit in ("working_days", "calendar_days"):
            return self.counted[length - 1]
        if self.by_calendar:
            months = length * MONTHS[self.unit]
            return self._paused(add_months(self.start, -months if self.backward else months))
        return self._paused(self.start + timedelta(-(-length // HOURS_A_DAY)))

    def rolled(self) -> date:
        """The last day itself, else the nearest working day beyond it outside any pause."""
        day = self.last
        while self.rolls and not self.calendar.is_workday(day):
            day = self.next_day(day)
        return day

    def days_to(self, due: date) -> Iterator[date]:
        """The days between the event and the due date that no pause covers, in the direction of the count."""
        day = self.next_day(self.start)
        while day > due if self.backward else day < due:
            yield day
            day = self.next_day(day)

    def unannounced(self, due: date) -> list[int]:
        """Years on whose days off the due date hangs and whose days off are not in the table."""
        if not self.rolls and not self.in_workdays:
            return []
        begun = self.next_day(self.start) if self.in_workdays else self.last
        first, last = sorted((begun.year, due.year))
        return [year for year in range(first, last + 1) if not self.calendar.announced(date(year, 1, 1))]

    def _counting(self) -> Iterator[date]:
        day = self.start
        while True:
            day = self.next_day(day)
            if not self.in_workdays or self.calendar.is_workday(day):
                yield day

    def _paused(self, end: date) -> date:
        """Move an end by the paused days that lie before it."""
        for first, last in self.pauses:
            if first <= end:
                end += last - max(first, self.start + ONE_DAY) + ONE_DAY
        return end
