"""Legal periods: when an act is due, and how that day follows, in words an officer can repeat.

The day of the event is excluded; a period of calendar days that ends on a day off ends on the first working
day after it (市场监督管理行政处罚程序规定 第八十条). Days of a pause do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

from lantian.core import workdays
from lantian.core.derivation import UNITS, Count, Pause, Step, derive
from lantian.core.messages import Refused, WrongUse
from lantian.core.rulebook import AtLeast, Basis, Confidence, OneOf, Rulebook, RuleVersion, Shape, shipped
from lantian.core.workdays import Calendar

FILE = "deadlines.toml"
SHAPES = {
    "*": Shape(
        {"limit": AtLeast(1), "unit": OneOf(tuple(UNITS)), "starts_zh": str, "starts_en": str},
        {
            "extend": Shape({"by": AtLeast(1), "approver_zh": str, "approver_en": str}),
            "pauses_zh": str,
            "pauses_en": str,
        },
    )
}


class BadPause(WrongUse):
    """A pause ends before it begins, lies before the start, or overlaps another one."""


class NotExtendable(Refused):
    """The rule knows no extension."""


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
    return Rulebook.from_text(text, file=file, shapes=SHAPES)


@cache
def book() -> Rulebook:
    """The book of periods that comes with the program, read once."""
    return read_book(shipped(FILE))


def due_under(
    rule_id: str, start: date, *, pauses: Iterable[tuple[date, date]] = (), extended: bool = False
) -> Deadline:
    """Reckon a deadline by the books that come with the program and the version in force on `start`.

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
    extended: bool = False,
) -> Deadline:
    """Reckon when an act is due that `rule` counts from the event on `start`.

    Raises `BadPause`, `NotExtendable`, or `WrongUse` where the count leaves the calendar.
    """
    length = rule.values["limit"] + (_extension(rule) if extended else 0)
    try:
        return _deadline(Count(rule, start, calendar, checked_pauses(pauses, start), length))
    except OverflowError:
        raise WrongUse(
            "计算超出日历范围（9999年）；请核对日期。",
            "The count runs past the end of the calendar (year 9999); check the dates.",
        ) from None


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


def _extension(rule: RuleVersion) -> int:
    """Units by which the period may be extended."""
    extend = rule.values.get("extend")
    if extend is None:
        raise NotExtendable(
            f"“{rule.text.zh}”的期限不可延长（{rule.basis.cite().zh}）。",
            f"The period '{rule.text.en}' cannot be extended ({rule.basis.cite().en}).",
        )
    by: int = extend["by"]
    return by


def _deadline(count: Count) -> Deadline:
    counted = count.days_counted()
    due = count.rolled(counted[-1])
    return Deadline(
        rule=count.rule.id,
        version=count.rule.version,
        start=count.start,
        due=due,
        provisional=bool(count.unannounced(due)),
        steps=derive(count, counted, due),
        basis=count.rule.basis,
        confidence=count.rule.confidence,
    )
