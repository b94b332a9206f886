"""Months, years, hours, periods counted back, terms that do not roll, service, and what happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.core import deadlines, service, workdays
from lantian.core.deadlines import NotExtendable, SetByNotice, due, due_days, due_under, read_book
from lantian.core.forecast import Moved, Open, Promise, forecast, moved
from lantian.core.messages import WrongUse
from lantian.core.months import add_months
from lantian.core.rulebook import BadRulebook, NotInForce, shipped

CALENDAR = workdays.load()
GOLDEN = Path(__file__).parent / "golden" / "deadlines.json"
STARTS = st.dates(date(2005, 1, 1), date(2030, 12, 31))
COUNTED = [
    versions[-1]
    for versions in deadlines.book().versions.values()
    if versions[-1].unit not in deadlines.FIXED
]
NOTICE_2027 = """
[book]
id = "workdays"
version = "office"
title_zh = "本单位补录"
title_en = "Added by the office"

[[rule.day_plan]]
valid_from = 2027-01-01
valid_to = 2027-12-31
text_zh = "2027年放假调休安排（示例）"
text_en = "days off of 2027 (made for this test)"
basis = { instrument_zh = "示例通知", instrument_en = "sample notice", article_zh = "全文", article_en = "whole" }
confidence = "memory"
source = "made for this test"
days = [
  { name_zh = "元旦", name_en = "New Year's Day", off = [2027-01-01, 2027-01-04], work = [2027-01-09] },
]
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("lawsuit", "2025-08-31", "2026-02-28"),  # no 31 February: the month's last day, a make-up Saturday
        ("lawsuit", "2026-03-26", "2026-09-28"),  # 26 September 2026 is a Saturday
        ("court_enforcement", "2025-11-30", "2026-02-28"),
        ("reconsideration", "2025-12-19", "2026-02-24"),  # day 60 lies in the Spring Festival
        ("limitation", "2024-02-29", "2026-02-28"),
        ("nonuse_decision", "2026-01-05", "2026-10-08"),  # 5 October 2026 is a day off
        ("fine_payment", "2026-09-18", "2026-10-08"),
        ("company_annual_report", "2026-01-01", "2026-06-30"),
        ("company_annual_report", "2026-07-01", "2027-06-30"),
        ("blue_sky_summary_2024", "2024-08-01", "2024-11-15"),
        ("urgent_measure_report", "2026-10-01", "2026-10-02"),  # hours do not wait for a working day
    ],
)
def test_every_unit_ends_where_the_law_says(rule: str, start: str, expected: str) -> None:
    assert due_under(rule, day(start)).due == day(expected)


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("hearing_notice", "2026-02-25", "2026-02-09"),  # back over the festival and a make-up Saturday
        ("branch_clean_record", "2026-10-01", "2023-10-01"),
        ("tm_filing_renewal_window", "2026-08-31", "2026-02-28"),
    ],
)
def test_a_period_counted_back_ends_before_its_event(rule: str, start: str, expected: str) -> None:
    found = due_under(rule, day(start))
    assert found.due == day(expected)
    assert [step.date for step in found.steps] == sorted((step.date for step in found.steps), reverse=True)


def test_a_substantive_term_ends_on_its_day_even_on_a_holiday() -> None:
    found = due_under("publicity_end_normal", date(2023, 10, 1))
    assert found.due == date(2026, 10, 1)
    assert not CALENDAR.is_workday(found.due)
    assert not due_under("publicity_end_normal", date(2025, 10, 1)).provisional


def test_only_the_year_in_which_a_counted_period_ends_makes_it_provisional() -> None:
    assert not due_under("lawsuit", date(2026, 4, 30)).provisional
    assert due_under("lawsuit", date(2026, 9, 30)).provisional


def test_an_extension_is_granted_as_often_as_the_rule_says() -> None:
    plain, once = (
        due_under("penalty_decision", date(2026, 3, 2)),
        due_under("penalty_decision", date(2026, 3, 2), extended=1),
    )
    assert (plain.due, once.due) == (date(2026, 6, 1), date(2026, 6, 30))
    with pytest.raises(NotExtendable, match="cannot be extended more often than 1"):
        due_under("penalty_decision", date(2026, 3, 2), extended=2)
    assert any("collective discussion" in step.text_en for step in plain.steps)


def test_a_rule_may_allow_several_extensions() -> None:
    text = shipped(deadlines.FILE).replace("extend = { by = 15,", "extend = { times = 2, by = 15,")
    rule = read_book(text).rule("lead_check", date(2026, 3, 2))
    assert due(rule, date(2026, 3, 2), CALENDAR, extended=2).due == CALENDAR.add_workdays(
        date(2026, 3, 2), 45
    )


def test_a_pause_moves_months_by_its_days() -> None:
    found = due_under("lawsuit", date(2026, 1, 5), pauses=[(date(2026, 2, 1), date(2026, 2, 10))])
    assert found.due == date(2026, 7, 15)


def test_a_yearly_day_past_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(WrongUse, match="year 9999"):
        due_under("company_annual_report", date(9999, 7, 1))


def test_a_period_that_only_the_notice_sets_is_not_guessed() -> None:
    with pytest.raises(SetByNotice, match="The notice sets the period"):
        due_under("abnormal_notice_reply", date(2026, 3, 2))


def test_the_version_in_force_on_the_first_day_is_applied() -> None:
    old, new = due_under("mediation", date(2026, 4, 14)), due_under("mediation", date(2026, 4, 15))
    assert "令第20号" in old.basis.cite().zh
    assert "令第121号" in new.basis.cite().zh
    assert old.due == CALENDAR.add_workdays(date(2026, 4, 14), 45)
    assert new.due == date(2026, 6, 15)  # 60 days end on Sunday 14 June
    with pytest.raises(NotInForce):
        due_under("real_name_report_notice", date(2026, 4, 15))


@settings(max_examples=40)
@given(STARTS, st.sampled_from(COUNTED))
def test_many_deadlines_fall_on_the_days_that_are_explained_one_by_one(
    start: date, rule: deadlines.RuleVersion
) -> None:
    told = due(rule, start, CALENDAR)
    assert list(due_days(rule, [start], CALENDAR)) == [(told.due, told.provisional)]


def test_a_rule_of_a_fixed_day_is_no_period_to_count() -> None:
    with pytest.raises(WrongUse, match="no period to count"):
        due_days(deadlines.book().rule("company_annual_report", date(2026, 1, 1)), [], CALENDAR)


@settings(max_examples=60)
@given(st.dates(date(1995, 1, 1), date(2045, 12, 31)), st.integers(-40, 40))
def test_the_table_of_all_days_counts_as_one_would_by_hand(start: date, count: int) -> None:
    assert CALENDAR.add_workdays(start, count) == CALENDAR._step_by_step(start, count)


@given(STARTS, st.integers(-60, 60))
def test_months_end_on_the_day_of_the_same_number_or_on_the_last_of_the_month(
    start: date, months: int
) -> None:
    found = add_months(start, months)
    assert (found.year * 12 + found.month) - (start.year * 12 + start.month) == months
    assert found.day == start.day or (found.day < start.day and (found + timedelta(1)).day == 1)


BAD = {
    "a unit without its number": (
        'limit = 7\nunit = "working_days"\nbasis',
        'unit = "working_days"\nbasis',
        "'limit' is required",
    ),
    "a fixed day with a number": ('on = "06-30"', 'on = "06-30"\nlimit = 3', "'limit' is not given"),
    "a day that no year has": ('on = "06-30"', 'on = "06-31"', "write month-day"),
    "a hole between versions": (
        "valid_to = 2026-04-14",
        "valid_to = 2026-04-10",
        "leaves days without a rule",
    ),
}


@pytest.mark.parametrize(("old", "new", "words"), BAD.values(), ids=BAD.keys())
def test_a_book_of_periods_that_contradicts_itself_is_refused(old: str, new: str, words: str) -> None:
    text = shipped(deadlines.FILE)
    assert old in text
    with pytest.raises(BadRulebook) as refusal:
        read_book(text.replace(old, new))
    assert words in refusal.value.text.en
    assert "deadlines.toml, line " in refusal.value.text.en


def test_provisional_dates_are_reckoned_again_when_days_off_are_announced() -> None:
    calendar = CALENDAR.extended_by(NOTICE_2027, file="notice.toml")
    starts = {"moves": date(2026, 12, 14), "stays": date(2026, 12, 20), "sure": date(2026, 3, 2)}
    promises = [Promise(key, "lead_check", on, due_under("lead_check", on).due) for key, on in starts.items()]
    assert [each.due for each in promises] == [date(2027, 1, 5), date(2027, 1, 11), date(2026, 3, 23)]
    assert moved(promises, deadlines.book(), calendar) == [
        Moved("moves", date(2027, 1, 5), date(2027, 1, 6), False)
    ]


def test_a_year_that_is_announced_is_not_overwritten() -> None:
    calendar = CALENDAR.extended_by(NOTICE_2027, file="notice.toml")
    with pytest.raises(BadRulebook, match="this year is announced already"):
        calendar.extended_by(NOTICE_2027, file="notice.toml")
    assert calendar.digest != CALENDAR.digest


@pytest.mark.parametrize(
    ("way", "served"), [("direct", "2026-03-02"), ("mail", "2026-03-02"), ("announcement", "2026-04-01")]
)
def test_a_paper_counts_as_served_by_the_way_it_went(way: str, served: str) -> None:
    found = service.served(way, date(2026, 3, 2))
    assert found.served == day(served)
    assert found.steps[-1].date == found.served
    assert set(service.ways()) == {"direct", "left", "mail", "entrusted", "electronic", "announcement"}


def test_a_way_of_service_that_contradicts_itself_is_refused() -> None:
    text = shipped(service.FILE).replace("after_days = 30\n", "")
    with pytest.raises(BadRulebook, match="with counts = after_days and only then"):
        service.read_book(text)


def test_what_comes_first_is_done_first_and_the_rest_is_late() -> None:
    acts = [Open("b", date(2026, 3, 5)), Open("a", date(2026, 3, 3)), Open("c", date(2026, 3, 5))]
    found = forecast(acts, date(2026, 3, 2), Fraction(1, 2), CALENDAR)
    assert [(each.key, each.done, each.late) for each in found] == [
        ("a", date(2026, 3, 4), 1),
        ("b", date(2026, 3, 6), 1),
        ("c", date(2026, 3, 10), 3),
    ]
    with pytest.raises(WrongUse):
        forecast(acts, date(2026, 3, 2), Fraction(0), CALENDAR)


def _goldens() -> Iterator[tuple[str, date]]:
    for id, versions in deadlines.book().versions.items():
        for version in versions:
            if version.unit != "as_notified":
                yield (
                    id,
                    max(
                        version.valid_from,
                        date(2026, 2, 10) if version.valid_to is None else version.valid_from,
                    ),
                )


def test_every_period_gives_the_dates_and_words_of_the_golden_file() -> None:
    """Rewrite after a change of law: python -c "import tests.core.test_clock as t; t.write_golden()"."""
    golden, found = json.loads(GOLDEN.read_text("utf-8")), _golden()
    assert {key: found.get(key) for key in golden} == golden


def _golden() -> dict[str, object]:
    found = {}
    for id, start in _goldens():
        told = due_under(id, start)
        found[f"{id} {start}"] = {
            "due": told.due.isoformat(),
            "provisional": told.provisional,
            "steps": [f"{step.date} {step.text_zh}" for step in told.steps],
        }
    return found


def write_golden() -> None:
    GOLDEN.write_text(json.dumps(_golden(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
