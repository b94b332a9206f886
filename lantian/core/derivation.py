"""How a due date follows from the event, step by step, in words an officer can repeat to a party."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from lantian.core.messages import Text
from lantian.core.periods import Count, Step

UNITS = {
    "working_days": Text("个工作日", "working day"),
    "calendar_days": Text("日", "calendar day"),
    "months": Text("个月", "month"),
    "years": Text("年", "year"),
    "hours": Text("小时", "hour"),
}
_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def derive(count: Count, due: date) -> tuple[Step, ...]:
    """Tell how `due` follows, in order of dates; a period counted backward is told from its event back."""
    steps = [
        *_unannounced(count, due),
        *_days_off(count, due),
        *_makeup_days(count),
        *_pauses(count, due),
        *_extension(count),
        *_roll(count, due),
    ]
    told = (*_event(count), _first_day(count), *steps, _last_day(count, due), *_missed(count, due))
    return (*sorted(told, key=_day_of, reverse=count.backward),)


def _event(count: Count) -> Iterator[Step]:
    values, note = count.rule.values, count.rule.note
    yield Step(
        count.start,
        f"{values['starts_zh']}之日，不计入期限。",
        f"The day on which {values['starts_en']}; it is not counted.",
    )
    if note is not None:
        yield Step(count.start, f"说明：{note.zh}", f"Note: {note.en}")
    if "may_extend_zh" in values:
        zh, en = values["may_extend_zh"], values["may_extend_en"]
        yield Step(count.start, f"期限可以变动：{zh}。", f"The period may change: {en}.")


def _first_day(count: Count) -> Step:
    unit = UNITS[count.unit]
    if count.unit not in ("working_days", "calendar_days"):
        back = (
            Text("自该日往前", "back from that day") if count.backward else Text("自该日起", "from that day")
        )
        return Step(
            count.start,
            f"{back.zh}计{count.length}{unit.zh}{'，取对应日' if count.by_calendar else ''}。",
            f"{_counted(count.length, unit.en).capitalize()} {back.en}"
            f"{', to the day of the same number' if count.by_calendar else ''}.",
        )
    day = count.first
    weekday, back = _weekday(day), Text("往前", " back") if count.backward else Text("", "")
    weekends = Text("；周六、周日不计，调休上班的除外", "; Saturdays and Sundays count only when worked")
    if not count.in_workdays:
        weekends = Text("；节假日计入", "; days off are counted too")
    return Step(
        day,
        f"{weekday.zh}，{back.zh}第1{unit.zh}{weekends.zh}。",
        f"{weekday.en}, {unit.en} 1{back.en}{weekends.en}.",
    )


def _days_off(count: Count, due: date) -> Iterator[Step]:
    """Weekdays that a festival frees, one step a festival; other units count them, so they need no word."""
    festivals: dict[tuple[int, Text], list[date]] = {}
    for day in count.days_to(due) if count.in_workdays else ():
        festival = count.calendar.holiday(day)
        if festival is not None and day.weekday() < 5:
            festivals.setdefault((day.year, festival), []).append(day)
    for (_, name), days in festivals.items():
        yield Step(
            days[0],
            f"{name.zh}放假，{len(days)}天不计：{_listed(sorted(days)).zh}。",
            f"{name.en}: {_counted(len(days), 'weekday')} off, not counted: {_listed(sorted(days)).en}.",
        )


def _makeup_days(count: Count) -> Iterator[Step]:
    """Saturdays and Sundays that count because they are worked."""
    for day in count.counted if count.in_workdays else ():
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
        first = date(year, 1, 1)
        yield Step(
            min(count.start, date(year, 12, 31)) if count.backward else max(count.start, first),
            f"{year}年放假调休安排尚未收录：按周一至周五并扣除法定节日暂算，公布后须重算。",
            f"The days off of {year} are not in the calendar yet: Monday to Friday without the statutory "
            "days is assumed; reckon again once they are announced.",
        )


def _extension(count: Count) -> Iterator[Step]:
    limit = count.rule.values["limit"]
    if count.length > limit:
        unit, extend = UNITS[count.unit], count.rule.values["extend"]
        by = count.length - limit
        yield Step(
            count.end_of(limit),
            f"第{limit}{unit.zh}，原期限届满；经{extend['approver_zh']}批准，延长{by}{unit.zh}。",
            f"{unit.en.capitalize()} {limit}, end of the first period; extended by "
            f"{_counted(by, unit.en)} with the approval of {extend['approver_en']}.",
        )


def _roll(count: Count, due: date) -> Iterator[Step]:
    last = count.last
    if last != due:
        festival = count.calendar.holiday(last) or Text(
            f"休息日（{_weekday(last).zh}）", f"a {_weekday(last).en}"
        )
        unit = UNITS[count.unit]
        where = Text(f"第{count.length}{unit.zh}", f"{unit.en.capitalize()} {count.length}")
        if count.backward:
            zh, en = "提前至其前最后一个工作日", "the last working day before it is taken"
        else:
            zh, en = "顺延至其后第一个工作日", "the first working day after it ends the period"
        day = Text("的末日", " ends on a day that") if count.by_calendar else Text("", "")
        yield Step(
            last, f"{where.zh}{day.zh}是{festival.zh}，{zh}。", f"{where.en}{day.en} is {festival.en}; {en}."
        )


def _last_day(count: Count, due: date) -> Step:
    weekday, unit = _weekday(due), UNITS[count.unit]
    if count.backward:
        return Step(due, f"{weekday.zh}，最迟当日。", f"{weekday.en}: this day at the latest.")
    if count.last != due:
        return Step(due, f"{weekday.zh}，期限届满。", f"{weekday.en}: the period ends.")
    return Step(
        due,
        f"{weekday.zh}，第{count.length}{unit.zh}，期限届满。",
        f"{weekday.en}, {unit.en} {count.length}: the period ends.",
    )


def _missed(count: Count, due: date) -> Iterator[Step]:
    values = count.rule.values
    if "missed_zh" in values:
        yield Step(due, f"逾期：{values['missed_zh']}。", f"If missed: {values['missed_en']}.")


def _day_of(step: Step) -> date:
    return step.date


def _weekday(day: date) -> Text:
    return Text(f"周{_WEEKDAYS[day.weekday()]}", _DAYS[day.weekday()])


def _listed(days: Sequence[date] | Iterable[date]) -> Text:
    """List days of one year by month and day."""
    days = list(days)
    return Text(
        "、".join(f"{day.month}月{day.day}日" for day in days),
        ", ".join(f"{day.day} {_MONTHS[day.month - 1]}" for day in days),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
