"""A due date is lawful, follows step by step, and is never surer than the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lantian.core import deadlines, workdays
from lantian.core.deadlines import BadPause, Deadline, NotExtendable, due, due_under, read_book
from lantian.core.messages import WrongUse
from lantian.core.rulebook import BadRulebook, Confidence, NotInForce, RuleVersion, shipped

CALENDAR = workdays.load()
SHIPPED = shipped(deadlines.FILE)
STARTS = st.dates(date(2021, 7, 15), date(2026, 10, 31))
CALENDAR_DAYS = read_book(
    """
[book]
id = "test"
version = "1"
title_zh = "测试"
title_en = "Test"

[[rule.seal]]
valid_from = 2021-01-01
text_zh = "期间"
text_en = "period"
starts_zh = "措施实施"
starts_en = "the measure is taken"
limit = 30
unit = "calendar_days"
basis = { instrument_zh = "规定", instrument_en = "Some Rules", article_zh = "第1条", article_en = "art. 1" }
confidence = "memory"
source = "made for this test"
"""
).rule("seal", date(2024, 1, 1))


@cache
def lead_check(**changes: int) -> RuleVersion:
    """The shipped rule, with other numbers where a test needs them."""
    text = SHIPPED
    for key, value in changes.items():
        text = text.replace({"limit": "limit = 15", "by": "by = 15"}[key], f"{key} = {value}")
    return read_book(text).rule("lead_check", date(2024, 1, 1))


def told(deadline: Deadline) -> list[tuple[str, str]]:
    return [(step.date.isoformat(), step.text_en) for step in deadline.steps]


@given(STARTS)
def test_a_deadline_falls_on_a_working_day_after_the_event(start: date) -> None:
    for rule in (lead_check(), CALENDAR_DAYS):
        found = due(rule, start, CALENDAR)
        assert CALENDAR.is_workday(found.due)
        assert found.due > start


@given(STARTS, st.integers(1, 40))
def test_a_later_event_is_never_due_earlier(start: date, later: int) -> None:
    for rule in (lead_check(), CALENDAR_DAYS):
        assert due(rule, start, CALENDAR).due <= due(rule, start + timedelta(later), CALENDAR).due


@given(STARTS, st.integers(1, 60))
def test_counted_back_the_working_days_give_the_event(start: date, limit: int) -> None:
    assume(CALENDAR.is_workday(start))
    found = due(lead_check(limit=limit), start, CALENDAR)
    assert CALENDAR.add_workdays(found.due, -limit) == start
    assert found.due == CALENDAR.add_workdays(start, limit)


@given(STARTS)
def test_an_extension_makes_it_longer_by_exactly_its_working_days(start: date) -> None:
    plain, extended = due_under("lead_check", start), due_under("lead_check", start, extended=True)
    assert extended.due == CALENDAR.add_workdays(plain.due, 15)


@given(STARTS, st.integers(0, 30), st.integers(0, 30))
def test_a_pause_shifts_the_deadline_by_the_working_days_it_takes_away(
    start: date, gap: int, length: int
) -> None:
    first = start + timedelta(gap)
    last = first + timedelta(length)
    plain = due_under("lead_check", start).due
    paused = due_under("lead_check", start, pauses=[(first, last)]).due
    if first > plain:
        assert paused == plain
    else:
        counted = [start + timedelta(n) for n in range(1, (paused - start).days + 1)]
        kept = [day for day in counted if CALENDAR.is_workday(day) and not first <= day <= last]
        assert len(kept) == 15
        assert kept[-1] == paused >= plain


@given(STARTS)
def test_two_pauses_side_by_side_are_one(start: date) -> None:
    a, b, c, d = (start + timedelta(n) for n in (3, 5, 6, 9))
    assert (
        due_under("lead_check", start, pauses=[(c, d), (a, b)]).due
        == due_under("lead_check", start, pauses=[(a, d)]).due
    )


@given(STARTS, st.booleans())
def test_steps_run_in_order_of_dates_from_the_event_to_the_due_date(start: date, extended: bool) -> None:
    found = due_under("lead_check", start, extended=extended)
    days = [step.date for step in found.steps]
    assert days == sorted(days)
    assert (days[0], days[-1]) == (start, found.due)
    assert all(step.text_zh.endswith("。") and step.text_en.endswith(".") for step in found.steps)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2024-09-27", "2024-10-23"),
        ("2024-09-30", "2024-10-25"),
        ("2024-10-01", "2024-10-25"),
        ("2025-09-26", "2025-10-23"),
        ("2025-09-30", "2025-10-28"),
        ("2026-02-10", "2026-03-09"),
        ("2026-02-13", "2026-03-12"),
        ("2026-02-14", "2026-03-13"),
        ("2026-02-20", "2026-03-13"),
        ("2026-03-02", "2026-03-23"),
    ],
)
def test_deadlines_around_the_long_holidays(start: str, expected: str) -> None:
    assert due_under("lead_check", date.fromisoformat(start)).due == date.fromisoformat(expected)


def test_the_derivation_around_national_day_2024_is_told_in_words() -> None:
    assert told(due_under("lead_check", date(2024, 9, 27)))[2:] == [
        ("2024-09-29", "Sunday, working day 1; Saturdays and Sundays count only when worked."),
        ("2024-09-29", "Sunday, worked to make up for National Day; it counts."),
        ("2024-10-01", "National Day: 5 weekdays off, not counted: 1 Oct, 2 Oct, 3 Oct, 4 Oct, 7 Oct."),
        ("2024-10-12", "Saturday, worked to make up for National Day; it counts."),
        ("2024-10-23", "Wednesday, working day 15: the period ends."),
    ]


def test_the_derivation_around_spring_festival_2026_is_told_in_chinese_too() -> None:
    pauses = [(date(2026, 2, 25), date(2026, 2, 27))]
    found = due_under("lead_check", date(2026, 2, 10), pauses=pauses, extended=True)
    assert [f"{step.date} {step.text_zh}" for step in found.steps][2:] == [
        "2026-02-11 周三，第1个工作日；周六、周日不计，调休上班的除外。",
        "2026-02-14 周六，因春节调休上班，计入。",
        "2026-02-16 春节放假，6天不计：2月16日、2月17日、2月18日、2月19日、2月20日、2月23日。",
        "2026-02-25 2026-02-25至2026-02-27中止计算，其间各日不计入期限。",
        "2026-02-28 周六，因春节调休上班，计入。",
        "2026-03-12 第15个工作日，原期限届满；经市场监督管理部门负责人批准，延长15个工作日。",
        "2026-04-02 周四，第30个工作日，期限届满。",
    ]


def test_the_event_is_excluded_and_our_reading_of_its_day_is_shown_as_one() -> None:
    first, note, *_ = due_under("lead_check", date(2026, 3, 2)).steps
    assert "不计入期限" in first.text_zh
    assert "转为线索之日起算" in note.text_zh
    assert "interpretation, to be confirmed" in note.text_en


def test_a_deadline_cites_its_rule_and_the_version_in_force() -> None:
    found = due_under("lead_check", date(2026, 3, 2))
    assert found.rule == "lead_check"
    assert found.version.startswith("2021-07-15.")
    assert found.basis.cite().zh == "市场监督管理行政处罚程序规定 第18条"
    assert found.confidence is Confidence.TEXT


def test_before_the_rule_came_into_force_there_is_no_such_deadline() -> None:
    with pytest.raises(NotInForce):
        due_under("lead_check", date(2021, 7, 14))


def test_a_deadline_that_enters_an_unannounced_year_is_provisional_and_says_so() -> None:
    found = due_under("lead_check", date(2026, 12, 20))
    assert (found.provisional, found.due) == (True, date(2027, 1, 11))
    assert [step.date for step in found.steps if "2027年放假调休安排尚未收录" in step.text_zh] == [
        date(2027, 1, 1)
    ]
    assert ("2027-01-01", "New Year's Day: 1 weekday off, not counted: 1 Jan.") in told(found)


def test_the_last_deadline_within_the_announced_years_is_certain() -> None:
    found = due_under("lead_check", date(2026, 12, 10))
    assert (found.provisional, found.due) == (False, date(2026, 12, 31))


def test_a_deadline_wholly_in_an_unannounced_year_knows_no_statutory_weekend_as_lost() -> None:
    found = due_under("lead_check", date(2027, 9, 24))
    assert found.provisional
    assert [text for _, text in told(found) if "National Day" in text] == [
        "National Day: 1 weekday off, not counted: 1 Oct."
    ]


def test_calendar_days_run_through_holidays_but_never_end_on_one() -> None:
    found = due(CALENDAR_DAYS, date(2024, 9, 2), CALENDAR)
    assert told(found) == [
        ("2024-09-02", "The day on which the measure is taken; it is not counted."),
        ("2024-09-03", "Tuesday, calendar day 1; days off are counted too."),
        ("2024-10-02", "Calendar day 30 is National Day; the first working day after it ends the period."),
        ("2024-10-08", "Tuesday: the period ends."),
    ]


def test_calendar_days_that_end_on_a_weekend_end_on_monday() -> None:
    found = due(CALENDAR_DAYS, date(2024, 6, 6), CALENDAR)
    assert found.due == date(2024, 7, 8)
    assert "第30日是休息日（周六）" in found.steps[-2].text_zh


def test_calendar_days_that_end_on_a_working_day_end_there() -> None:
    found = due(CALENDAR_DAYS, date(2024, 6, 4), CALENDAR)
    assert told(found)[-1] == ("2024-07-04", "Thursday, calendar day 30: the period ends.")


def test_a_pause_moves_calendar_days_day_by_day() -> None:
    found = due(CALENDAR_DAYS, date(2024, 6, 4), CALENDAR, pauses=[(date(2024, 6, 10), date(2024, 6, 13))])
    assert found.due == date(2024, 7, 8)


def test_a_pause_after_the_due_date_changes_nothing_and_is_said_to() -> None:
    found = due_under("lead_check", date(2026, 3, 2), pauses=[(date(2026, 3, 24), date(2026, 3, 30))])
    assert found.due == date(2026, 3, 23)
    assert found.steps[-1].text_en.endswith("after the due date: no effect.")


@pytest.mark.parametrize(
    ("pauses", "words"),
    [
        ([("2026-03-10", "2026-03-09")], "reversed"),
        ([("2026-03-01", "2026-03-05")], "begins before the event on 2026-03-02"),
        ([("2026-03-09", "2026-03-12"), ("2026-03-04", "2026-03-09")], "overlap"),
    ],
)
def test_a_pause_that_cannot_be_meant_is_refused(pauses: list[tuple[str, str]], words: str) -> None:
    spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in pauses]
    with pytest.raises(BadPause, match=words) as refusal:
        due_under("lead_check", date(2026, 3, 2), pauses=spans)
    assert "中止期间" in refusal.value.text.zh


def test_what_the_rule_does_not_let_extend_is_not_extended() -> None:
    with pytest.raises(NotExtendable, match=r"cannot be extended \(Some Rules, art\. 1\)"):
        due(CALENDAR_DAYS, date(2024, 6, 4), CALENDAR, extended=True)


def test_a_count_past_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(WrongUse, match="year 9999"):
        due_under("lead_check", date(9999, 12, 30))
    with pytest.raises(WrongUse, match="year 9999"):
        due_under("lead_check", date(2026, 3, 2), pauses=[(date(2026, 3, 4), date(9999, 12, 31))])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("limit = 15", "limit = 0", "limit: must be at least 1"),
        ("by = 15", "by = -1", "extend.by: must be at least 1"),
        ('unit = "working_days"', 'unit = "moons"', "unit: must be one of working_days | calendar_days"),
        ("starts_zh", "begins_zh", "begins_zh: unknown key"),
    ],
)
def test_a_book_of_periods_that_cannot_be_counted_is_refused(old: str, new: str, words: str) -> None:
    with pytest.raises(BadRulebook) as refusal:
        read_book(SHIPPED.replace(old, new))
    assert words in refusal.value.text.en
    assert "deadlines.toml" in refusal.value.text.en
