"""How a due date follows from the event, step by step, in words an officer can repeat to a party."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.core.workdays import ONE_DAY, Calendar

UNITS = {
    "working_days": Text("个工作日", "working day"),
    "calendar_days": Text("日", "calendar day"),
}
_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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
    def in_workdays(self) -> bool:
        """Whether only working days count."""
        return self.rule.unit == "working_days"

    def next_day(self, day: date) -> date:
        """The next day that no pause covers."""
        day += ONE_DAY
        for first, last in self.pauses:
            if first <= day <= last:
                day = last + ONE_DAY
        return day

    def days_counted(self) -> list[date]:
        """The days that count, in order; the last one ends the period before any roll."""
        counted: list[date] = []
        day = self.start
        while len(counted) < self.length:
            day = self.next_day(day)
            if not self.in_workdays or self.calendar.is_workday(day):
                counted.append(day)
        return counted

    def rolled(self, last: date) -> date:
        """The last day itself, else the first working day after it outside any pause."""
        while not self.calendar.is_workday(last):
            last = self.next_day(last)
        return last

    def unannounced(self, due: date) -> list[int]:
        """Years that the period touches and whose days off are not in the table."""
        first = (self.start + ONE_DAY).year
        return [year for year in range(first, due.year + 1) if not self.calendar.announced(date(year, 1, 1))]


def derive(count: Count, counted: Sequence[date], due: date) -> tuple[Step, ...]:
    """Tell how `due` follows, in order of dates."""
    steps = [
        *_unannounced(count, due),
        *_days_off(count, due),
        *_makeup_days(count, counted),
        *_pauses(count, due),
        *_extension(count, counted),
        *_roll(count, counted[-1], due),
    ]
    first, last = _first_day(count, counted[0]), _last_day(count, counted, due)
    return (*sorted((*_event(count), first, *steps, last), key=_day_of),)


def _event(count: Count) -> Iterator[Step]:
    values, note = count.rule.values, count.rule.note
    yield Step(
        count.start,
        f"{values['starts_zh']}之日，不计入期限。",
        f"The day on which {values['starts_en']}; it is not counted.",
    )
    if note is not None:
        yield Step(count.start, f"说明：{note.zh}", f"Note: {note.en}")


def _first_day(count: Count, day: date) -> Step:
    weekday, unit = _weekday(day), UNITS[str(count.rule.unit)]
    weekends = Text("；周六、周日不计，调休上班的除外", "; Saturdays and Sundays count only when worked")
    if not count.in_workdays:
        weekends = Text("；节假日计入", "; days off are counted too")
    return Step(day, f"{weekday.zh}，第1{unit.zh}{weekends.zh}。", f"{weekday.en}, {unit.en} 1{weekends.en}.")


def _days_off(count: Count, due: date) -> Iterator[Step]:
    """Weekdays that a festival frees, one step a festival; calendar days count them, so they need no word."""
    festivals: dict[tuple[int, Text], list[date]] = {}
    day = count.next_day(count.start) if count.in_workdays else due
    while day < due:
        festival = count.calendar.holiday(day)
        if festival is not None and day.weekday() < 5:
            festivals.setdefault((day.year, festival), []).append(day)
        day = count.next_day(day)
    for (_, name), days in festivals.items():
        yield Step(
            days[0],
            f"{name.zh}放假，{len(days)}天不计：{_listed(days).zh}。",
            f"{name.en}: {_counted(len(days), 'weekday')} off, not counted: {_listed(days).en}.",
        )


def _makeup_days(count: Count, counted: Iterable[date]) -> Iterator[Step]:
    """Saturdays and Sundays that count because they are worked."""
    for day in counted if count.in_workdays else ():
        name = count.calendar.makeup(day)
        if name is not None:
            yield Step(
                day,
                f"{_weekday(day).zh}，因{name.zh}调休上班，计入。",
                f"{_weekday(day).en}, worked to make up for {name.en}; it counts.",
            )


def _pauses(count: Count, due: date) -> Iterator[Step]:
    for first, last in count.pauses:
        zh, en = f"{first}至{last}中止计算", f"The count stands still from {first} to {last}"
        if first > due:
            yield Step(first, f"{zh}，但在届满之后，不影响期限。", f"{en}, after the due date: no effect.")
        else:
            yield Step(first, f"{zh}，其间各日不计入期限。", f"{en}; none of these days is counted.")


def _unannounced(count: Count, due: date) -> Iterator[Step]:
    for year in count.unannounced(due):
        yield Step(
            max(count.start, date(year, 1, 1)),
            f"{year}年放假调休安排尚未收录：按周一至周五并扣除法定节日暂算，公布后须重算。",
            f"The days off of {year} are not in the calendar yet: Monday to Friday without the statutory "
            "days is assumed; reckon again once they are announced.",
        )


def _extension(count: Count, counted: Sequence[date]) -> Iterator[Step]:
    limit = count.rule.values["limit"]
    if count.length > limit:
        unit, extend = UNITS[str(count.rule.unit)], count.rule.values["extend"]
        yield Step(
            counted[limit - 1],
            f"第{limit}{unit.zh}，原期限届满；经{extend['approver_zh']}批准，延长{extend['by']}{unit.zh}。",
            f"{unit.en.capitalize()} {limit}, end of the first period; extended by "
            f"{_counted(extend['by'], unit.en)} with the approval of {extend['approver_en']}.",
        )


def _roll(count: Count, last: date, due: date) -> Iterator[Step]:
    if last != due:
        festival = count.calendar.holiday(last) or Text(
            f"休息日（{_weekday(last).zh}）", f"a {_weekday(last).en}"
        )
        yield Step(
            last,
            f"第{count.length}日是{festival.zh}，顺延至其后第一个工作日。",
            f"Calendar day {count.length} is {festival.en}; the first working day after it ends the period.",
        )


def _last_day(count: Count, counted: Sequence[date], due: date) -> Step:
    weekday, unit = _weekday(due), UNITS[str(count.rule.unit)]
    if counted[-1] != due:
        return Step(due, f"{weekday.zh}，期限届满。", f"{weekday.en}: the period ends.")
    return Step(
        due,
        f"{weekday.zh}，第{count.length}{unit.zh}，期限届满。",
        f"{weekday.en}, {unit.en} {count.length}: the period ends.",
    )


def _day_of(step: Step) -> date:
    return step.date


def _weekday(day: date) -> Text:
    return Text(f"周{_WEEKDAYS[day.weekday()]}", _DAYS[day.weekday()])


def _listed(days: Iterable[date]) -> Text:
    """List days of one year by month and day."""
    days = list(days)
    return Text(
        "、".join(f"{day.month}月{day.day}日" for day in days),
        ", ".join(f"{day.day} {_MONTHS[day.month - 1]}" for day in days),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
