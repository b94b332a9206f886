"""Working days: the State Council's yearly notices as a dated table, and what to assume before one is issued.

A year with a notice is *announced*. Any other year is reckoned Monday to Friday without the statutory days
(全国年节及纪念日放假办法 第二条), knows no make-up working days, and is therefore provisional.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any, NamedTuple

from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.rulebook import Kind, Many, Rulebook, RuleVersion, Shape

FILE = "workdays.toml"
ONE_DAY = timedelta(days=1)

_NAMED: dict[str, Kind] = {"name_zh": str, "name_en": str, "off": Many(date)}
_MONTH_DAY = re.compile(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
SHAPES = {
    "statutory_days": Shape({"days": Many(Shape({**_NAMED, "every_year": Many(str)}))}),
    "day_plan": Shape({"days": Many(Shape({**_NAMED, "work": Many(date)}))}),
}


class _AllDays(NamedTuple):
    """Working days by ordinal, and for every day from `first` how many working days lie before it."""

    first: int
    workdays: list[int]
    before: list[int]


@dataclass(frozen=True)
class Calendar:
    """Which days are working days. The maps give the festival behind an unusual day."""

    digest: str
    years: frozenset[int]
    off: Mapping[date, Text] = field(repr=False)
    work: Mapping[date, Text] = field(repr=False)
    statutory: Mapping[date, Text] = field(repr=False)
    every_year: Mapping[str, Text] = field(repr=False)
    statutory_from: date

    @classmethod
    def from_text(cls, text: str, *, file: str = FILE) -> Calendar:
        """Read a calendar; raises `BadRulebook` also for a plan that contradicts the week or its year."""
        book = Rulebook.from_text(text, file=file, shapes=SHAPES)
        plans = book.versions.get("day_plan", ())
        for plan in plans:
            _check_plan(book, plan)
        later = _latest(book)
        return cls(
            digest=book.digest,
            years=frozenset(plan.valid_from.year for plan in plans),
            off={day: name for plan in plans for day, name in _days(plan, "off")},
            work={day: name for plan in plans for day, name in _days(plan, "work")},
            statutory=dict(_days(later, "off")),
            every_year=dict(_days(later, "every_year")),
            statutory_from=later.valid_from,
        )

    def announced(self, day: date) -> bool:
        """Whether the notice for the day's year is in the table."""
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """Whether offices work on a day."""
        return day in self.work or (day.weekday() < 5 and self.holiday(day) is None)

    def holiday(self, day: date) -> Text | None:
        """The festival that makes a day a day off; None for working days and for plain weekends."""
        if self.announced(day):
            return self.off.get(day)
        if day < self.statutory_from:
            return None
        return self.statutory.get(day) or self.every_year.get(f"{day:%m-%d}")

    def makeup(self, day: date) -> Text | None:
        """The festival for which a Saturday or Sunday is worked; None for any other day."""
        return self.work.get(day)

    def add_workdays(self, start: date, count: int) -> date:
        """Return the `count`-th working day after `start`, or before it when `count` is negative."""
        table, place = self._table, start.toordinal() - self._table.first
        if 0 <= place < len(table.before) - 1 and count:
            index = table.before[place + 1] + count - 1 if count > 0 else table.before[place] + count
            if 0 <= index < len(table.workdays):
                return date.fromordinal(table.workdays[index])
        return self._step_by_step(start, count)

    def _step_by_step(self, start: date, count: int) -> date:
        """The same for days outside the table of all days."""
        step = ONE_DAY if count >= 0 else -ONE_DAY
        day = start
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    @cached_property
    def _table(self) -> _AllDays:
        """Every day from the first announced year to ten years after the last, looked at once."""
        first = date(min(self.years, default=self.statutory_from.year), 1, 1).toordinal()
        end = date(max(self.years, default=self.statutory_from.year) + 11, 1, 1).toordinal()
        workdays, before = [], [0]
        for ordinal in range(first, end):
            if self.is_workday(date.fromordinal(ordinal)):
                workdays.append(ordinal)
            before.append(len(workdays))
        return _AllDays(first, workdays, before)

    def extended_by(self, text: str, *, file: str) -> Calendar:
        """The calendar with the years of a further table, such as an office's notice for next year.

        Raises `BadRulebook`, also for a year that is announced already: what stands is not overwritten.
        """
        book = Rulebook.from_text(text, file=file, shapes={"day_plan": SHAPES["day_plan"]})
        plans = book.versions.get("day_plan", ())
        for plan in plans:
            _check_plan(book, plan)
            if plan.valid_from.year in self.years:
                raise book.fault(plan, "valid_from", "该年度已有安排。", "this year is announced already.")
        return replace(
            self,
            digest=sha256(f"{self.digest}{book.digest}".encode()).hexdigest(),
            years=self.years | {plan.valid_from.year for plan in plans},
            off={**self.off, **{day: name for plan in plans for day, name in _days(plan, "off")}},
            work={**self.work, **{day: name for plan in plans for day, name in _days(plan, "work")}},
        )

    def workdays_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; below zero when `end` is earlier."""
        if end < start:
            return -self.workdays_between(end, start)
        days = ((start + timedelta(n)) for n in range(1, (end - start).days + 1))
        return sum(self.is_workday(day) for day in days)

    def roll(self, day: date) -> date:
        """Return the day itself if it is a working day, else the first one after it."""
        return day if self.is_workday(day) else self.add_workdays(day, 1)


@in_use(FILE)
def load(text: str) -> Calendar:
    """The calendar in use."""
    return Calendar.from_text(text)


def _latest(book: Rulebook) -> RuleVersion:
    """The newest rule on statutory days; its yearly days must be days that exist."""
    versions = book.versions.get("statutory_days")
    if not versions:
        raise book.reading.bad(None, "rule.statutory_days", "缺少这条规则。", "this rule is missing.")
    for month_day, _ in _days(versions[-1], "every_year"):
        if not _MONTH_DAY.fullmatch(month_day):
            raise book.fault(
                versions[-1],
                "days",
                f"{month_day}应写作月-日，如10-01。",
                f"{month_day}: write month-day, such as 10-01.",
            )
    return versions[-1]


def _days(version: RuleVersion, key: str) -> Iterator[tuple[Any, Text]]:
    """Pairs of a day (a date, or month-day) and its festival."""
    for festival in version.values["days"]:
        for day in festival[key]:
            yield day, Text(festival["name_zh"], festival["name_en"])


def _check_plan(book: Rulebook, plan: RuleVersion) -> None:
    """A plan covers one whole year, frees weekdays of it and works on weekends of it."""
    first = plan.valid_from
    if (first, plan.valid_to) != (date(first.year, 1, 1), date(first.year, 12, 31)):
        raise book.fault(plan, "valid_from", "应覆盖一个完整年度。", "must cover one whole calendar year.")
    off, work = ([day for day, _ in _days(plan, key)] for key in ("off", "work"))
    for day in (*off, *work):
        if day.year != first.year:
            raise book.fault(plan, "days", f"{day}不在该年度内。", f"{day} is not in that year.")
    for day in (day for day in off if day.weekday() >= 5):
        raise book.fault(
            plan, "days", f"{day}本是周末，不列为放假日。", f"{day} is a weekend; leave it out of 'off'."
        )
    for day in (day for day in work if day.weekday() < 5):
        raise book.fault(
            plan, "days", f"{day}不是周末，不能补班。", f"{day} is no weekend; leave it out of 'work'."
        )
