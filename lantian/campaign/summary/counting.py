"""Figures of a year up to a day, each with the records it counts, beside those of the year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lantian.campaign.closing import scope_of
from lantian.campaign.figures import book, cube
from lantian.campaign.figures.book import Figure
from lantian.campaign.figures.cube import Group
from lantian.campaign.models import Summary, SummaryFigure, SummaryVersion
from lantian.campaign.summary.states import COUNTED
from lantian.core.messages import Text


class LastYear(StrEnum):
    """Whence last year's figures come."""

    SUMMARY = "summary"
    RECORDS = "records"
    NONE = "none"


LAST_TEXTS: dict[LastYear, Text] = {
    LastYear.SUMMARY: Text("上年总结所载数字", "as last year's summary said"),
    LastYear.RECORDS: Text(
        "按记录计算的上年同期数字", "counted from records up to the same day of last year"
    ),
    LastYear.NONE: Text("无上年数据", "no data of last year"),
}


@dataclass(frozen=True)
class Number:
    """A figure of the year: the records it counts, and last year's value if anything is known of that year."""

    figure: str
    flow: str
    ids: tuple[int, ...]
    last: int | None

    @property
    def value(self) -> int:
        """How many records."""
        return len(self.ids)

    @property
    def change(self) -> int:
        """More (or fewer) than last year; 0 without last year's value."""
        return self.value - self.last if self.last is not None else 0

    def is_large(self, rule: Mapping[str, Any]) -> bool:
        """Whether the change needs a reason, by the values of rule `comparison`."""
        if self.last is None or abs(self.change) < rule["least"]:
            return False
        return bool(abs(self.change) * 100 >= rule["percent"] * self.last)


@dataclass(frozen=True)
class Year:
    """An office's year up to a day, with where last year's figures come from."""

    unit: int
    year: int
    until: date
    numbers: Mapping[str, Number]
    last_source: LastYear


def until_of(year: int, today: date) -> date:
    """The day up to which a year is counted: today, at the longest its last day."""
    return min(today, date(year, 12, 31))


def count(unit: int, year: int, today: date) -> Year:
    """Count an office's year from records; the city office counts those of all."""
    until = until_of(year, today)
    figures = book.figures(until)
    found = cube.groups(date(year, 1, 1), until, scope_of(unit))
    source, last = _last_year(unit, until, figures)
    numbers = {id: Number(id, one.flow, _ids(one, found), last.get(id)) for id, one in figures.items()}
    return Year(unit, year, until, numbers, source)


def held(version: SummaryVersion) -> dict[str, Number]:
    """The figures that a version holds."""
    rows = version.figures.order_by("id")
    return {row.figure: Number(row.figure, row.flow, tuple(row.ids), row.last) for row in rows}


def moved(version: SummaryVersion, now: Year) -> list[str]:
    """Figures that records now say otherwise than a version does."""
    was = held(version)
    return [id for id, number in now.numbers.items() if id in was and set(was[id].ids) != set(number.ids)]


def standing(summary: Summary) -> SummaryVersion:
    """The version that stands."""
    return summary.versions.select_related("post__account").order_by("-number")[0]


def _ids(figure: Figure, among: Sequence[Group]) -> tuple[int, ...]:
    # One record may stand in a flow once only, so ids of different groups never meet.
    return tuple(sorted(id for group in cube.taken(figure, among) for id in group.ids))


def _last_year(unit: int, until: date, figures: Mapping[str, Figure]) -> tuple[LastYear, dict[str, int]]:
    """Last year as its own summary says it, else as its records do up to the same day, else nothing."""
    states = [str(state) for state in COUNTED]
    before = Summary.objects.filter(unit_id=unit, year=until.year - 1, state__in=states).first()
    if before is not None:
        rows = SummaryFigure.objects.filter(version=standing(before))
        return LastYear.SUMMARY, {row.figure: row.value for row in rows}
    same_day = _year_before(until)
    found = cube.groups(same_day.replace(month=1, day=1), same_day, scope_of(unit))
    if not found:
        return LastYear.NONE, {}
    return LastYear.RECORDS, {id: cube.total(one, found) for id, one in figures.items()}


def _year_before(day: date) -> date:
    """The same day a year before; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)
