"""Legal periods: when an act is due, and how that day follows, in words an officer can repeat.

The day of the event is excluded; a period of calendar days that ends on a day off ends on the first working
day after it (市场监督管理行政处罚程序规定 第八十条). Days of a pause do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from lantian.core import workdays
from lantian.core.derivation import UNITS, derive
from lantian.core.door import in_use
from lantian.core.messages import Refused, WrongUse
from lantian.core.months import add_months
from lantian.core.periods import MONTHS, Count, Pause, Step
from lantian.core.rulebook import AtLeast, Basis, Confidence, OneOf, Rulebook, RuleVersion, Shape
from lantian.core.workdays import Calendar

FILE = "deadlines.toml"
FIXED = {"month_day": "on", "fixed_day": "day", "as_notified": None}
SHAPES = {
    "*": Shape(
        {"unit": OneOf((*UNITS, *FIXED)), "starts_zh": str, "starts_en": str},
        {
            "limit": AtLeast(1),
            "on": str,
            "day": date,
            "direction": OneOf(("after", "before")),
            "rolls": OneOf(("yes", "no")),
            "extend": Shape(
                {"by": AtLeast(1), "approver_zh": str, "approver_en": str}, {"times": AtLeast(1)}
            ),
            "may_extend_zh": str,
            "may_extend_en": str,
            "pauses_zh": str,
            "pauses_en": str,
            "missed_zh": str,
            "missed_en": str,
        },
    )
}


class BadPause(WrongUse):
    """A pause ends before it begins, lies before the start, or overlaps another one."""


class NotExtendable(Refused):
    """The rule knows no extension."""


class SetByNotice(Refused):
    """The rule leaves the period to the notice; only the notice says when it ends."""


@dataclass(frozen=True)
class Deadline:
    """A due date with its derivation; provisional while a year it crosses has no announced days off."""

    rule: str
    version: str
    start: date
    due: date
    provisional: bool
    steps: tuple[Step, ...]
    basis: Basis
    confidence: Confidence


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of periods; raises `BadRulebook`."""
    book = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for versions in book.versions.values():
        for version in versions:
            _check_unit(book, version)
    return book


def _check_unit(book: Rulebook, version: RuleVersion) -> None:
    """A counted unit needs a limit and nothing else, a fixed day its day."""
    needed = FIXED.get(str(version.unit), "limit")
    for key in ("limit", "on", "day"):
        if (key == needed) != (key in version.values):
            raise book.fault(
                version,
                key if key in version.values else "unit",
                f"单位为{version.unit}时，{key}{'必须写' if key == needed else '不写'}。",
                f"with the unit {version.unit}, '{key}' is {'required' if key == needed else 'not given'}.",
            )
    if needed == "on":
        try:
            date.fromisoformat(f"2001-{version.values['on']}")
        except ValueError:
            raise book.fault(
                version, "on", "应写作月-日，如06-30。", "write month-day, such as 06-30."
            ) from None


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book of periods in use."""
    return read_book(text)


def due_under(
    rule_id: str, start: date, *, pauses: Iterable[tuple[date, date]] = (), extended: int = 0
) -> Deadline:
    """Reckon a deadline by the books in use and the version in force on `start`.

    >>> due_under("lead_check", date(2026, 3, 2)).due
    datetime.date(2026, 3, 23)
    """
    return due(book().rule(rule_id, on=start), start, workdays.load(), pauses=pauses, extended=extended)


def due(
    rule: RuleVersion,
    start: date,
    calendar: Calendar,
    *,
    pauses: Iterable[tuple[date, date]] = (),
    extended: int = 0,
) -> Deadline:
    """Reckon when an act is due that `rule` counts from the event on `start`; `extended` says how often.

    Raises `BadPause`, `NotExtendable`, `SetByNotice`, or `WrongUse` where the count leaves the calendar.
    """
    held = checked_pauses(pauses, start)
    by = _extension(rule, extended) if extended else 0
    try:
        if rule.unit in FIXED:
            return _fixed(rule, start)
        return _deadline(Count(rule, start, calendar, held, rule.values["limit"] + by))
    except OverflowError:
        raise WrongUse(
            "计算超出日历范围（9999年）；请核对日期。",
            "The count runs past the end of the calendar (year 9999); check the dates.",
        ) from None


def due_days(rule: RuleVersion, starts: Iterable[date], calendar: Calendar) -> Iterator[tuple[date, bool]]:
    """Yield due day and whether it is provisional for many events, without words, pauses and extensions.

    The same days as `due`, some hundred times faster. Raises `WrongUse` for a rule of a fixed or notified day.
    """
    if rule.unit in FIXED:
        raise WrongUse(f"“{rule.text.zh}”不按期间计算。", f"'{rule.text.en}' is no period to count.")
    back = -1 if rule.values.get("direction") == "before" else 1
    limit = rule.values["limit"] * back
    rolls = rule.unit != "hours" and rule.values.get("rolls", "yes") == "yes"
    if rule.unit == "working_days":
        return ((day, provisional) for _, day, provisional in _workdays(starts, calendar, limit))
    return _calendar_days(starts, calendar, _end(rule, limit), back if rolls else 0)


def _workdays(starts: Iterable[date], calendar: Calendar, limit: int) -> Iterator[tuple[date, date, bool]]:
    years, add, step = calendar.years, calendar.add_workdays, timedelta(1 if limit > 0 else -1)
    for start in starts:
        day = add(start, limit)
        first, last = (start + step).year, day.year
        sure = first in years and last in years
        if sure and abs(last - first) > 1:
            sure = all(year in years for year in range(min(first, last), max(first, last)))
        yield start, day, not sure


def _end(rule: RuleVersion, limit: int) -> Callable[[date], date]:
    """How a period that counts every day finds its last day, before any roll."""
    if rule.unit in MONTHS:
        months = limit * MONTHS[str(rule.unit)]
        return lambda start: add_months(start, months)
    days = timedelta(limit if rule.unit == "calendar_days" else -(-limit // 24))
    return lambda start: start + days


def _calendar_days(
    starts: Iterable[date], calendar: Calendar, end: Callable[[date], date], roll: int
) -> Iterator[tuple[date, bool]]:
    """Roll each end to a working day in a direction; 0 leaves it where it is."""
    years = calendar.years
    for start in starts:
        last = day = end(start)
        if roll and not calendar.is_workday(last):
            day = calendar.add_workdays(last, roll)
        yield day, bool(roll) and not (last.year in years and day.year in years)


def _fixed(rule: RuleVersion, start: date) -> Deadline:
    """A deadline on a day that the rule names itself."""
    if rule.unit == "as_notified":
        raise SetByNotice(
            f"“{rule.text.zh}”的期限以通知书所载为准（{rule.basis.cite().zh}），请按通知书录入。",
            f"The notice sets the period of '{rule.text.en}' ({rule.basis.cite().en}); take it from there.",
        )
    day: date = rule.values["day"] if rule.unit == "fixed_day" else _next_yearly(start, rule.values["on"])
    told = Step(day, "规定的日期，期限届满。", "The day that the rule names: the period ends.")
    return Deadline(rule.id, rule.version, start, day, False, (told,), rule.basis, rule.confidence)


def _next_yearly(start: date, month_day: str) -> date:
    """The first day of this month and day on or after a day."""
    month, day = map(int, month_day.split("-"))
    found = date(start.year, month, day)
    if found >= start:
        return found
    if start.year == date.max.year:
        raise OverflowError("outside the calendar")
    return date(start.year + 1, month, day)


def checked_pauses(pauses: Iterable[tuple[date, date]], start: date) -> tuple[Pause, ...]:
    """Sort pauses by their first day; raise `BadPause` for one that cannot be meant."""
    held = sorted(Pause(*pause) for pause in pauses)
    for first, last in held:
        if last < first:
            raise BadPause(
                f"中止期间{first}..{last}首尾颠倒，请先写开始日。",
                f"The pause {first}..{last} is reversed; write its first day first.",
            )
        if first < start:
            raise BadPause(
                f"中止期间{first}..{last}早于起算日{start}；请核对日期。",
                f"The pause {first}..{last} begins before the event on {start}; check the dates.",
            )
    for (first, last), (later, end) in pairwise(held):
        if later <= last:
            raise BadPause(
                f"中止期间{first}..{last}与{later}..{end}重叠；请合并为一段。",
                f"The pauses {first}..{last} and {later}..{end} overlap; write them as one.",
            )
    return tuple(held)


def _extension(rule: RuleVersion, times: int) -> int:
    """Units by which the period is longer after so many extensions."""
    extend = rule.values.get("extend")
    if extend is None:
        raise NotExtendable(
            f"“{rule.text.zh}”的期限不可延长（{rule.basis.cite().zh}）。",
            f"The period '{rule.text.en}' cannot be extended ({rule.basis.cite().en}).",
        )
    often = extend.get("times", 1)
    if times > often:
        raise NotExtendable(
            f"“{rule.text.zh}”的期限最多延长{often}次（{rule.basis.cite().zh}）。",
            f"The period '{rule.text.en}' cannot be extended more often than {often} ({rule.basis.cite().en}).",
        )
    by: int = extend["by"]
    return by * times


def _deadline(count: Count) -> Deadline:
    due = count.rolled()
    return Deadline(
        rule=count.rule.id,
        version=count.rule.version,
        start=count.start,
        due=due,
        provisional=bool(count.unannounced(due)),
        steps=derive(count, due),
        basis=count.rule.basis,
        confidence=count.rule.confidence,
    )
