"""Ground rules, "Two time axes": what was true when, and what we held of it when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.office.facts import Change, supersede
from lantian.registry.models import RegisterFact, Subject

pytestmark = pytest.mark.django_db
DAY, MOMENT = date(2026, 1, 1), datetime(2026, 11, 1, 8, tzinfo=UTC)
DAYS = 12
OLD, NEW = "天津市南开区旧址1号", "天津市西青区新址2号"


@dataclass(frozen=True)
class Said:
    """Somebody says at hour `at`: from day `begin` until day `end` the value holds (None: nothing does)."""

    at: int
    begin: int | None
    end: int | None
    value: str | None


@st.composite
def statements(draw: st.DrawFn) -> list[Said]:
    """Statements in the order in which they reach us, often of one hour."""
    hours = sorted(draw(st.lists(st.integers(0, 6), min_size=1, max_size=7)))
    return [Said(hour, *_period(draw), draw(st.sampled_from(["甲", "乙", None]))) for hour in hours]


def _period(draw: st.DrawFn) -> tuple[int | None, int | None]:
    begin = draw(st.none() | st.integers(0, DAYS - 2))
    end = draw(st.none() | st.integers((begin or 0) + 1, DAYS))
    return begin, end


def a_subject() -> Subject:
    return Subject.objects.create(kind="agency", number="T1", name="甲", name_pinyin="jia")


def day(place: int | None) -> date | None:
    return None if place is None else DAY + timedelta(days=place)


def moment(hour: int) -> datetime:
    return MOMENT + timedelta(hours=hour)


def say(subject: Subject, *said: Said, spells: bool = False, kind: str = "agency.address") -> int:
    changes = [
        Change((subject.pk, kind, ""), one.value, day(one.begin), day(one.end), (None, None, "test"))
        for one in said
    ]
    return supersede(RegisterFact, changes, at=moment(said[0].at), spells=spells)


def held(subject: Subject, place: int, hour: int | None = None) -> list[str]:
    known = None if hour is None else moment(hour)
    facts = RegisterFact.objects.filter(subject=subject).on(DAY + timedelta(days=place), known=known)
    return [fact.value for fact in facts]


def by_hand(said: list[Said], place: int, hour: int) -> list[str]:
    """The last statement heard by then about the day is what we held of it."""
    about = [
        one
        for one in said
        if one.at <= hour
        and (one.begin is None or one.begin <= place)
        and (one.end is None or place < one.end)
    ]
    return [about[-1].value] if about and about[-1].value else []


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None)
@given(said=statements())
def test_replaying_what_was_said_answers_as_of_any_day_as_known_at_any_moment(said: list[Said]) -> None:
    """ "As of D as known at K" is one queryset method `.on(D, known=K)`."""
    with undone():
        subject = a_subject()
        for one in said:
            say(subject, one)
        for place in range(DAYS + 1):
            for hour in range(8):
                assert held(subject, place, hour) == by_hand(said, place, hour)
            assert held(subject, place) == by_hand(said, place, 8)


@settings(max_examples=25, deadline=None)
@given(said=statements())
def test_saying_the_same_again_holds_nothing_new(said: list[Said]) -> None:
    with undone():
        subject = a_subject()
        say(subject, said[0])
        before = RegisterFact.objects.count()
        say(subject, Said(9, said[0].begin, said[0].end, said[0].value))
        assert RegisterFact.objects.count() == before


def test_a_change_of_address_leaves_the_years_before_as_they_were() -> None:
    subject = a_subject()
    say(subject, Said(0, 0, None, OLD))
    say(subject, Said(5, 6, None, NEW))
    assert (held(subject, 5), held(subject, 6)) == ([OLD], [NEW])
    assert held(subject, 6, 4) == [OLD]


def test_an_end_that_becomes_known_later_ends_the_whole_spell() -> None:
    """An employment said to run on, then said to have ended: nothing of it is left after the end."""
    subject = a_subject()
    say(subject, Said(0, 0, None, "甲所"), spells=True, kind="employment")
    assert say(subject, Said(3, 0, 4, "甲所"), spells=True, kind="employment") == 1
    assert (held(subject, 3), held(subject, 4), held(subject, 8)) == (["甲所"], [], [])
    assert held(subject, 8, 2) == ["甲所"]


def test_two_spells_at_one_agency_stand_side_by_side() -> None:
    subject = a_subject()
    say(subject, Said(0, 0, 3, "甲所"), Said(0, 6, None, "甲所"), spells=True, kind="employment")
    assert [held(subject, place) for place in (2, 4, 7)] == [["甲所"], [], ["甲所"]]


def test_the_database_refuses_two_truths_of_one_day() -> None:
    """`EXCLUDE USING gist (subject WITH =, kind WITH =, valid WITH &&) WHERE (upper_inf(known))`."""
    subject = a_subject()
    with pytest.raises(IntegrityError), transaction.atomic():
        say(subject, Said(0, 0, 5, OLD), Said(0, 4, 9, NEW))
    say(subject, Said(0, 0, 5, OLD), Said(0, 5, 9, NEW))
    assert (held(subject, 4), held(subject, 5)) == ([OLD], [NEW])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_registerfact SET value = '\"x\"'",
        "UPDATE registry_registerfact SET known = tstzrange(now() - interval '9 years', NULL)",
        "DELETE FROM registry_registerfact",
    ],
)
def test_a_fact_is_closed_never_changed(statement: str) -> None:
    say(a_subject(), Said(0, 0, None, OLD))
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
