"""The calendar says what the State Council's notices say, and admits what it does not know."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from lantian.core import workdays
from lantian.core.rulebook import BadRulebook, shipped
from lantian.core.workdays import Calendar

CALENDAR = workdays.load()
TEXT = shipped(workdays.FILE)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


MISSED_BY_THE_JUDGE = date(2005, 12, 31)  # worked for 3 January 2006; chinesecalendar issue 125


def test_every_day_from_2004_to_2026_agrees_with_the_judge() -> None:
    every = days(date(2004, 1, 1), date(2026, 12, 31))
    differing = [day for day in every if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)]
    assert differing == [MISSED_BY_THE_JUDGE]
    assert all(map(CALENDAR.announced, every))


def test_the_second_judge_agrees_on_every_day_too() -> None:
    china = holidays.country_holidays("CN", years=range(2004, 2027))
    every = days(date(2004, 1, 1), date(2026, 12, 31))
    assert [day for day in every if CALENDAR.is_workday(day) != china.is_working_day(day)] == []


def test_a_make_up_day_names_the_festival_it_pays_for() -> None:
    name = CALENDAR.makeup(date(2026, 2, 14))
    assert name is not None
    assert name.zh == "春节"
    assert CALENDAR.makeup(date(2026, 2, 7)) is None


def test_a_year_without_notice_is_monday_to_friday_without_statutory_days() -> None:
    off = [day for day in days(date(2027, 1, 1), date(2027, 12, 31)) if CALENDAR.holiday(day)]
    assert not CALENDAR.announced(date(2027, 1, 1))
    spring, autumn = "02-05 02-06 02-07 02-08", "09-15 10-01 10-02 10-03"
    assert " ".join(f"{day:%m-%d}" for day in off) == f"01-01 {spring} 04-05 05-01 05-02 06-09 {autumn}"
    assert not CALENDAR.is_workday(date(2027, 10, 1))
    assert CALENDAR.is_workday(date(2027, 10, 4))
    assert not CALENDAR.is_workday(date(2027, 10, 9))


def test_the_statutory_days_of_2025_are_not_applied_to_years_before_the_table() -> None:
    assert not CALENDAR.announced(date(2003, 10, 1))
    assert CALENDAR.is_workday(date(2003, 10, 1))


def test_working_days_are_added_and_taken_away() -> None:
    assert CALENDAR.add_workdays(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert CALENDAR.add_workdays(date(2026, 2, 14), 1) == date(2026, 2, 24)
    assert CALENDAR.add_workdays(date(2026, 2, 24), -2) == date(2026, 2, 13)
    assert CALENDAR.add_workdays(date(2026, 2, 21), 0) == date(2026, 2, 21)


def test_a_day_off_rolls_to_the_next_working_day() -> None:
    assert CALENDAR.roll(date(2024, 10, 1)) == date(2024, 10, 8)
    assert CALENDAR.roll(date(2024, 10, 8)) == date(2024, 10, 8)


def replaced(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    return TEXT.replace(old, new)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (replaced("valid_to = 2026-12-31", "valid_to = 2026-12-30"), "whole calendar year"),
        (replaced("off = [2026-06-19]", "off = [2025-06-19]"), "2025-06-19 is not in that year"),
        (replaced("off = [2026-06-19]", "off = [2026-06-20]"), "2026-06-20 is a weekend"),
        (replaced("work = [2026-05-09]", "work = [2026-05-08]"), "2026-05-08 is no weekend"),
        (replaced('"10-01", "10-02"', '"10-01", "10-42"'), "write month-day"),
        (
            replaced("[[rule.statutory_days]]", "[[rule.some_days]]"),
            "rule.some_days: this book has no such rule",
        ),
        (TEXT[: TEXT.index("[[rule.")], "rule.statutory_days: this rule is missing"),
    ],
)
def test_a_calendar_that_contradicts_the_week_is_refused(text: str, word: str) -> None:
    with pytest.raises(BadRulebook) as refusal:
        Calendar.from_text(text)
    assert word in refusal.value.text.en
    assert "workdays.toml" in refusal.value.text.zh


def test_working_days_are_counted_without_the_first_and_with_the_last_day() -> None:
    friday, sunday, monday = date(2026, 3, 6), date(2026, 3, 8), date(2026, 3, 9)
    assert CALENDAR.workdays_between(friday, friday) == 0
    assert CALENDAR.workdays_between(friday, sunday) == 0
    assert CALENDAR.workdays_between(friday, monday) == 1
    assert CALENDAR.workdays_between(monday, friday) == -1
    assert CALENDAR.workdays_between(date(2026, 2, 13), date(2026, 2, 14)) == 1  # a make-up Saturday


def test_counting_working_days_undoes_adding_them() -> None:
    for start in days(date(2026, 1, 30), date(2026, 3, 1)):
        for count in (1, 5, 15):
            assert CALENDAR.workdays_between(start, CALENDAR.add_workdays(start, count)) == count
