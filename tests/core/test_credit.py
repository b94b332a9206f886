"""A credit statement can be repeated by anyone, line by line, years later."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from unittest.mock import ANY

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lantian.core.credit import book as books
from lantian.core.credit.book import CreditBook, UnknownIndicator, WrongBook, agency, practitioner, read_book
from lantian.core.credit.events import (
    BadEvents,
    Change,
    ChangeKind,
    Event,
    Subject,
    UnreadableEvents,
    in_order,
    read,
)
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.reconciling import Official, OfficialItem, reconcile
from lantian.core.credit.repair import eligibility
from lantian.core.credit.statement import Statement, to_bytes
from lantian.core.credit.what_if import what_if
from lantian.core.messages import WrongUse
from lantian.core.rulebook import BadRulebook, Confidence, NotInForce, shipped

BOOK = agency()
WHO = Subject("agency", "12999")
ON = date(2026, 6, 1)
GOLDEN = Path(__file__).parent / "golden"
DEDUCTIONS = sorted(id for id, versions in BOOK.indicators.items() if versions[0].deducts)
QUANTIFIED = {"application", "batch", "person"}


def event(id: str, indicator: str, on: str, **more: object) -> Event:
    day = date.fromisoformat(on)
    return Event(id, indicator, day, **{"known_on": day, **more})  # type: ignore[arg-type]


def statement(
    *events: Event, on: date = ON, known_on: date | None = None, book: CreditBook = BOOK
) -> Statement:
    return reckon(book, WHO, events, on=on, known_on=known_on)


def whys(found: Statement) -> list[str | None]:
    return [line.why.text.en if line.why else None for line in found.lines]


@pytest.mark.parametrize(
    ("indicators", "score", "grade"),
    [
        (["AG-PEN-03", "AG-BON-01", "AG-BON-02", "AG-BON-03"], "50.00", "D"),
        (["AG-IRR-04"], "85.00", "B"),
        (["AG-IRR-03"], "60.00", "C"),
        (["AG-PEN-04"], "0.00", "D"),
        ([], "100.00", "A"),
        (["AG-BON-01"], "105.00", "A+"),
        (["AG-PEN-04", "AG-PEN-03"], "0.00", "D"),
    ],
)
def test_worked_examples_of_the_draft_come_out(indicators: list[str], score: str, grade: str) -> None:
    events = [event(f"e{n}", id, f"2026-03-0{n + 1}") for n, id in enumerate(indicators)]
    found = statement(*events)
    assert (str(found.score), found.grade) == (score, grade)


def test_points_hold_from_the_act_to_the_day_of_the_same_number() -> None:
    one = event("e", "AG-IRR-04", "2025-06-01")
    assert statement(one, on=date(2025, 5, 31)).lines == ()
    assert statement(one, on=date(2026, 6, 1)).score == 85
    lapsed = statement(one, on=date(2026, 6, 2))
    assert (lapsed.score, whys(lapsed)) == (100, ["not counted: its period ended on 2026-06-01"])


def test_a_statement_says_what_was_known_then() -> None:
    late = event("e", "AG-IRR-04", "2026-03-01", known_on=date(2026, 7, 1))
    assert statement(late).score == 100
    assert statement(late, known_on=date(2026, 7, 1)).score == 85
    assert statement(late, known_on=date(2026, 6, 30)).lines == ()


def test_a_cap_is_shared_in_order_of_days_and_said() -> None:
    found = statement(
        event("b", "AG-IRR-01", "2026-03-01", quantity=3), event("a", "AG-IRR-01", "2026-03-05", quantity=2)
    )
    assert [line.points for line in found.lines] == [Decimal("-30.00"), Decimal("-10.00")]
    assert whys(found) == [None, "counted in part: this item is capped at 40.00 points"]
    assert found.score == 60


def test_bonuses_together_give_ten_points_at_most() -> None:
    ids = ("AG-BON-01", "AG-BON-02", "AG-BON-03", "AG-BON-04")
    found = statement(*(event(id, id, "2026-03-01") for id in ids))
    assert found.score == 110
    assert whys(found)[-1] == "counted in part: bonuses together are capped at 10.00 points"


def test_what_happened_before_the_instrument_is_written_down_and_not_counted() -> None:
    found = statement(event("e", "AG-IRR-04", "2023-04-30"), on=date(2023, 6, 1))
    assert (found.score, whys(found)) == (100, ["not counted: the rule was not in force on 2023-04-30"])


def test_a_stop_still_served_on_the_first_day_counts() -> None:
    served = event("e", "AG-PEN-03", "2023-01-10", until=date(2023, 7, 10))
    found = statement(served, on=date(2023, 6, 1))
    assert (found.score, found.grade) == (40, "D")
    assert whys(found) == ["counted: still being served when the rule came into force on 2023-05-01"]
    over = event("e", "AG-PEN-03", "2022-09-10", until=date(2023, 4, 30))
    assert statement(over, on=date(2023, 6, 1)).score == 100


def test_a_term_that_is_not_stated_has_no_end_and_says_so() -> None:
    found = statement(event("e", "AG-PEN-03", "2024-03-01"))
    assert found.lines[0].last is None
    assert whys(found) == ["counted: the term is not stated, so no last day is known"]
    stated = event("e", "AG-PEN-03", "2025-01-10", until=date(2026, 1, 9))
    assert statement(stated).lines[0].last == date(2026, 1, 10)


def test_a_contested_deduction_counts_and_is_marked_until_it_is_decided() -> None:
    contested = Change(ChangeKind.CONTESTED, date(2026, 4, 1), date(2026, 4, 2))
    upheld = Change(ChangeKind.UPHELD, date(2026, 5, 1), date(2026, 5, 1))
    one = event("e", "AG-IRR-04", "2026-03-01", changes=(contested, upheld))
    marked = [statement(one, on=date(2026, month, 15)).lines[0].contested for month in (3, 4, 5)]
    assert marked == [False, True, False]
    assert statement(one, on=date(2026, 4, 15)).score == 85
    assert statement(event("e", "AG-IRR-04", "2026-03-01", contested=True)).lines[0].contested


def test_a_book_may_suspend_what_is_contested() -> None:
    book = read_book(shipped(books.AGENCY).replace('counts = "yes"', 'counts = "no"'), file="b.toml")
    found = statement(event("e", "AG-IRR-04", "2026-03-01", contested=True), book=book)
    assert (found.score, found.lines[0].why and found.lines[0].why.code) == (100, "contested")


def test_an_annulment_undoes_from_the_first_day_but_only_once_known() -> None:
    annulled = Change(ChangeKind.ANNULLED, date(2026, 5, 20), date(2026, 5, 25))
    one = event("e", "AG-IRR-04", "2026-03-01", changes=(annulled,))
    assert statement(one, on=date(2026, 4, 1)).score == 85
    assert statement(one, on=date(2026, 4, 1), known_on=date(2026, 5, 25)).score == 100


def test_a_repair_works_from_its_own_day() -> None:
    repaired = Change(ChangeKind.REPAIRED, date(2026, 5, 20), date(2026, 5, 20))
    one = event("e", "AG-IRR-04", "2025-10-01", changes=(repaired,))
    assert statement(one, on=date(2026, 5, 19), known_on=ON).score == 85
    assert whys(statement(one)) == ["not counted: repaired on 2026-05-20"]


def test_one_matter_of_one_document_counts_once() -> None:
    found = statement(
        event("a", "AG-PEN-01", "2026-03-01", document="D1"),
        event("b", "AG-PEN-01", "2026-03-01", document="D1"),
        event("c", "AG-PEN-02", "2026-03-01", document="D1"),
    )
    assert found.score == 50
    assert whys(found) == [None, "not counted: the same matter as event 'a'", None]


def test_a_second_record_of_a_repaired_matter_does_not_count_again() -> None:
    repaired = Change(ChangeKind.REPAIRED, date(2026, 5, 20), date(2026, 5, 20))
    twice = [
        event("a", "AG-PEN-01", "2025-10-20", document="D1", changes=(repaired,)),
        event("b", "AG-PEN-01", "2025-10-20", document="D1"),
    ]
    assert statement(*twice).score == 100
    annulled = twice[0]._replace(changes=(Change(ChangeKind.ANNULLED, ON, ON),))
    assert statement(annulled, twice[1]).score == 80  # entered wrongly, annulled, entered again


def test_a_yearly_bonus_counts_once_a_year() -> None:
    found = statement(event("a", "AG-BON-04", "2026-01-01"), event("b", "AG-BON-04", "2026-02-01"))
    assert (found.score, whys(found)[1]) == (102, "not counted: event 'a' counts for this year")


BAD_EVENTS = {
    "id twice": [event("e", "AG-IRR-04", "2026-03-01"), event("e", "AG-IRR-05", "2026-03-01")],
    "known before": [event("e", "AG-IRR-04", "2026-03-01", known_on=date(2026, 2, 1))],
    "nothing": [event("e", "AG-IRR-01", "2026-03-01", quantity=0)],
    "too many": [event("e", "AG-IRR-01", "2026-03-01", quantity=10_001)],
    "beyond the calendar": [event("e", "AG-IRR-04", "9999-03-01")],
    "ends before": [event("e", "AG-PEN-03", "2026-03-01", until=date(2026, 2, 1))],
    "three events in one": [event("e", "AG-IRR-04", "2026-03-01", quantity=3)],
    "one matter, two sizes": [
        event("a", "AG-IRR-01", "2026-03-01", document="D", quantity=1),
        event("b", "AG-IRR-01", "2026-03-01", document="D", quantity=2),
    ],
    "repaired twice": [
        event("e", "AG-IRR-04", "2026-03-01", changes=(Change(ChangeKind.REPAIRED, ON, ON),) * 2)
    ],
    "annulled and upheld": [
        event(
            "e",
            "AG-IRR-04",
            "2026-03-01",
            changes=(Change(ChangeKind.ANNULLED, ON, ON), Change(ChangeKind.UPHELD, ON, ON)),
        )
    ],
    "changed before it was": [
        event("e", "AG-IRR-04", "2026-03-01", changes=(Change(ChangeKind.UPHELD, date(2026, 1, 1), ON),))
    ],
}


@pytest.mark.parametrize("events", BAD_EVENTS.values(), ids=BAD_EVENTS.keys())
def test_nothing_is_reckoned_on_contradictory_events(events: list[Event]) -> None:
    with pytest.raises(BadEvents) as refusal:
        statement(*events)
    assert "check the document" in refusal.value.text.en or "Record each apart" in refusal.value.text.en


def test_an_unknown_indicator_is_refused_with_the_nearest_names() -> None:
    with pytest.raises(UnknownIndicator, match="near: AG-IRR-04"):
        statement(event("e", "AG-IRR-4", "2026-03-01"))


def test_a_subject_is_scored_by_its_own_book_from_its_first_day() -> None:
    with pytest.raises(WrongBook):
        reckon(practitioner(), WHO, [], on=ON)
    with pytest.raises(NotInForce, match="in force from 2023-05-01"):
        statement(on=date(2023, 4, 30))


def test_a_placeholder_is_never_shown_as_a_fact() -> None:
    unsure, sure = (
        statement(event("e", "AG-IRR-05", "2026-03-01")),
        statement(event("e", "AG-IRR-04", "2026-03-01")),
    )
    assert unsure.lines[0].confidence is unsure.confidence is Confidence.UNVERIFIED
    assert sure.lines[0].confidence is Confidence.MEMORY  # its twelve months are from memory
    unseen = [v[0] for v in (*agency().indicators.values(), *practitioner().indicators.values())]
    assert sum(each.confidence is Confidence.UNVERIFIED for each in unseen) >= 40


# Properties

DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@st.composite
def histories(draw: st.DrawFn, indicators: Sequence[str] = tuple(sorted(BOOK.indicators))) -> list[Event]:
    found = []
    for n in range(draw(st.integers(0, 8))):
        indicator = draw(st.sampled_from(indicators))
        on = draw(DAYS)
        known = on + timedelta(draw(st.integers(0, 90)))
        unit = BOOK.indicators[indicator][0].unit
        quantity = draw(st.integers(1, 4)) if unit in QUANTIFIED else 1
        kinds = draw(st.sampled_from([(), ("contested",), ("annulled",), ("repaired",)]))
        changes = tuple(
            Change(ChangeKind(kind), known, known + timedelta(draw(st.integers(0, 60)))) for kind in kinds
        )
        found.append(Event(f"e{n}", indicator, on, known, f"d{n}", quantity, False, None, changes))
    return found


@settings(max_examples=60)
@given(histories(), DAYS.filter(lambda on: on >= date(2023, 5, 1)), st.integers(0, 400), st.randoms())
def test_the_order_of_events_is_irrelevant_and_a_replay_is_the_same_to_the_byte(
    events: list[Event], on: date, later: int, chance: Random
) -> None:
    known = on + timedelta(later)
    shuffled = list(events)
    chance.shuffle(shuffled)
    first = statement(*events, on=on, known_on=known)
    again = statement(*shuffled, on=on, known_on=known)
    assert to_bytes(first) == to_bytes(again)
    assert first.digest == again.digest


@settings(max_examples=80)
@given(histories(), histories(DEDUCTIONS), DAYS.filter(lambda on: on >= date(2023, 5, 1)))
def test_a_further_deduction_never_raises_a_score(events: list[Event], more: list[Event], on: date) -> None:
    renamed = [each._replace(id=f"x{each.id}") for each in more]
    twins = [each._replace(document=f"x{each.document}") for each in renamed]
    before, after = statement(*events, on=on), statement(*events, *twins, on=on)
    assert after.score <= before.score


@settings(max_examples=80)
@given(histories(), DAYS.filter(lambda on: on >= date(2023, 5, 1)))
def test_lines_add_up_to_the_score_and_no_cap_is_exceeded(events: list[Event], on: date) -> None:
    found = statement(*events, on=on)
    total = found.opening + sum(line.points for line in found.lines)
    assert found.score == max(Decimal(0), total)
    assert found.floored == (total < 0)
    assert sum(line.points for line in found.lines if not line.indicator.deducts) <= 10
    for id, (indicator, *_) in BOOK.indicators.items():
        given = abs(sum(line.points for line in found.lines if line.indicator.id == id))
        assert indicator.cap is None or given * 100 <= indicator.cap
    assert all(abs(line.points) <= abs(line.full) for line in found.lines)
    assert all(line.why for line in found.lines if line.points != line.full)


@settings(max_examples=30)
@given(histories(), DAYS.filter(lambda on: on >= date(2023, 5, 1)))
def test_each_way_of_what_if_brings_the_score_that_it_promises(events: list[Event], on: date) -> None:
    found = what_if(BOOK, WHO, events, on=on)
    assert all(way.score > found.now.score and way.by >= on for way in found.ways)
    assert [way.by for way in found.ways] == sorted(way.by for way in found.ways)
    for way in found.ways:
        if way.repairs:
            assert way.apply_from is not None and way.apply_from < way.by
            assert eligibility(BOOK, found.now, way.repairs).earliest == way.apply_from


# Repair


def test_a_repair_under_review_counts_from_its_application_and_is_decided_today_when_late() -> None:
    corrected = Change(ChangeKind.CORRECTED, date(2026, 4, 1), date(2026, 4, 1))
    events = [event("a", "AG-IRR-04", "2026-01-05", changes=(corrected,))]
    asked, later = date(2026, 9, 1), date(2026, 12, 31)
    (way,) = [
        one for one in what_if(BOOK, WHO, events, on=asked, asked={"a": asked}).ways if one.repairs == "a"
    ]
    assert way.asked and way.apply_from == asked
    late = next(
        one for one in what_if(BOOK, WHO, events, on=later, asked={"a": asked}).ways if one.repairs == "a"
    )
    assert (late.by, late.score) == (later, way.score)  # the period of the decision is over
    plain = next(one for one in what_if(BOOK, WHO, events, on=later).ways if one.repairs == "a")
    assert not plain.asked and plain.by > later


def test_what_if_names_the_repair_and_the_day_for_each_grade() -> None:
    corrected = Change(ChangeKind.CORRECTED, date(2026, 4, 1), date(2026, 4, 1))
    found = what_if(
        BOOK,
        WHO,
        [
            event("a", "AG-IRR-04", "2026-01-05", changes=(corrected,)),
            event("b", "AG-IRR-05", "2025-12-15"),
        ],
        on=ON,
    )
    told = [(way.repairs, str(way.apply_from), str(way.by), str(way.score), way.grade) for way in found.ways]
    assert (found.now.score, found.now.grade) == (75, "C")
    assert told == [
        ("b", "2026-06-15", "2026-07-07", "85.00", "B"),
        ("a", "2026-07-05", "2026-07-24", "90.00", "A"),
        (None, "None", "2026-12-16", "85.00", "B"),
        (None, "None", "2027-01-06", "100.00", "A"),
    ]
    first = found.first_to("A")
    assert first is not None and first.repairs == "a"
    assert [way.corrects_first for way in found.ways[:2]] == [True, False]


def test_what_if_of_a_day_before_a_repair_offers_the_repair_that_came_later() -> None:
    granted = Change(ChangeKind.REPAIRED, date(2026, 11, 22), date(2026, 11, 22))
    penalty = event("e", "AG-PEN-02", "2026-04-20", changes=(granted,))
    found = what_if(BOOK, WHO, [penalty], on=date(2026, 11, 21), known_on=date(2026, 11, 22))
    assert str(found.now.score) == "70.00" and found.ways[0].repairs == "e"


def test_a_revocation_is_not_offered_for_repair() -> None:
    found = what_if(BOOK, WHO, [event("e", "AG-PEN-04", "2026-01-05")], on=ON)
    assert found.ways == ()
    assert [bar.code for bar in found.barred[0].bars] == ["by_law"]


@pytest.mark.parametrize(
    ("changes", "on", "codes", "earliest"),
    [
        ((), "2026-06-01", ["too_early", "corrected"], "2026-07-05"),
        ((), "2026-08-01", ["corrected"], "2026-08-01"),
        ((("corrected", "2026-02-01"),), "2026-08-01", [], "2026-08-01"),
        ((("repaired", "2026-07-10"),), "2026-08-01", ["repaired"], None),
        ((("annulled", "2026-07-10"),), "2026-08-01", ["nothing"], None),
    ],
)
def test_a_repair_is_refused_with_everything_that_stands_in_its_way(
    changes: tuple[tuple[str, str], ...], on: str, codes: list[str], earliest: str | None
) -> None:
    made = tuple(
        Change(ChangeKind(kind), date.fromisoformat(day), date.fromisoformat(day)) for kind, day in changes
    )
    day = date.fromisoformat(on)
    found = eligibility(BOOK, statement(event("e", "AG-IRR-04", "2026-01-05", changes=made), on=day), "e")
    assert [bar.code for bar in found.bars] == codes
    assert found.allowed == (codes == [])
    assert found.earliest == (date.fromisoformat(earliest) if earliest else None)
    assert len(found.requires) == 2


def test_a_second_repair_waits_twelve_months() -> None:
    repaired = Change(ChangeKind.REPAIRED, date(2026, 5, 20), date(2026, 5, 20))
    corrected = Change(ChangeKind.CORRECTED, date(2026, 5, 1), date(2026, 5, 1))
    now = statement(
        event("old", "AG-IRR-04", "2025-10-01", changes=(repaired,)),
        event("new", "AG-IRR-05", "2025-11-01", changes=(corrected,)),
    )
    found = eligibility(BOOK, now, "new")
    assert [bar.code for bar in found.bars] == ["recent_repair"]
    assert found.earliest == date(2027, 5, 20)


def test_a_repair_of_what_is_not_in_the_statement_is_wrong_use() -> None:
    with pytest.raises(WrongUse):
        eligibility(BOOK, statement(), "e")


# Books

TEXT = shipped(books.AGENCY)
BAD_BOOKS = {
    "grades out of order": ('code = "B", min = 80', 'code = "B", min = 95', "grades run from the top down"),
    "no last grade": ('{ code = "D", ', '{ code = "D", min = 0, ', "only the last has no bound"),
    "two bounds": ('code = "B", min = 80', 'code = "B", min = 80, above = 80', "either above or min"),
    "below zero": ("bonus_cap = 10", "bonus_cap = -10", "must be 0 or more"),
    "three decimals": ("points = 15\n", "points = 1.125\n", "must be 0 or more with at most two decimals"),
    "months without number": (
        'effect = "term"',
        'effect = "months"',
        "effect_months: is given with effect = months",
    ),
    "cap without confidence": ('cap_confidence = "text-secondary"\n', "", "is given together with cap"),
    "a period that is not": (
        "pa_credit_objection",
        "pa_credit_objektion",
        "there is no period 'pa_credit_objektion'",
    ),
    "a name that is not": (
        'indicators = ["AG-PEN-03"]',
        'indicators = ["AG-PEN-33"]',
        "no indicator 'AG-PEN-33'",
    ),
    "no repair": ("[[rule.repair]]", "[[rule.repairs]]", "unknown key"),
    "no points confidence": (
        'points_confidence = "text-secondary"\n',
        "",
        "points_confidence: this key is missing",
    ),
}


@pytest.mark.parametrize(("old", "new", "words"), BAD_BOOKS.values(), ids=BAD_BOOKS.keys())
def test_a_book_that_cannot_be_reckoned_by_is_refused_at_its_place(old: str, new: str, words: str) -> None:
    assert old in TEXT
    with pytest.raises(BadRulebook) as refusal:
        read_book(TEXT.replace(old, new, 1), file="draft.toml")
    assert words in refusal.value.text.en
    assert "draft.toml, line " in refusal.value.text.en


def test_a_new_version_of_an_indicator_holds_from_its_first_day() -> None:
    start = TEXT.index("[[rule.AG-IRR-04]]")
    row = TEXT[start : TEXT.index("\n\n", start)]
    later = row.replace("valid_from = 2023-05-01", "valid_from = 2026-01-01").replace(
        "points = 15", "points = 22.5"
    )
    closed = row.replace("valid_from = 2023-05-01", "valid_from = 2023-05-01\nvalid_to = 2025-12-31")
    book = read_book(TEXT.replace(row, f"{closed}\n\n{later}"), file="draft.toml")
    events = [event("a", "AG-IRR-04", "2025-12-31"), event("b", "AG-IRR-04", "2026-01-01")]
    assert [line.full for line in statement(*events, book=book).lines] == [
        Decimal("-15.00"),
        Decimal("-22.50"),
    ]
    with pytest.raises(BadRulebook, match="leaves days without a rule"):
        read_book(
            TEXT.replace(row, f"{closed}\n\n{later}").replace("2025-12-31", "2025-12-30"), file="draft.toml"
        )


# Files of events

GOOD = {
    "schema": "credit-events/1",
    "subject": {"kind": "agency", "no": "12999"},
    "events": [{"id": "e", "indicator": "AG-IRR-04", "occurred_on": "2026-03-01", "known_on": "2026-03-02"}],
}
ROW = '"known_on": "2026-03-02"'
BAD_FILES = {
    "unknown key": (ROW, ROW + ', "knownon": 1', "events[1].knownon: unknown key"),
    "key twice": (ROW, ROW + ", " + ROW, "key twice"),
    "missing key": (', "known_on": "2026-03-02"', "", "events[1].known_on: this key is missing"),
    "no date": ("2026-03-02", "2026-02-30", "is no date"),
    "yes as a number": (ROW, ROW + ', "quantity": true', "events[1].quantity: must be a int"),
    "other schema": ("credit-events/1", "credit-events/2", "schema: must be"),
    "unknown change": (
        ROW,
        ROW + ', "changes": [{"kind": "lost", "on": "2026-03-02", "known_on": "2026-03-02"}]',
        "changes[1].kind: must be one of",
    ),
    "no list": ('"events": [', '"events": 1, "more": [', "more: unknown key"),
    "cut short": ("}]}", "", "not valid JSON"),
}


@pytest.mark.parametrize(("old", "new", "words"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_file_of_events_is_read_strictly(old: str, new: str, words: str) -> None:
    text = json.dumps(GOOD)
    assert old in text
    with pytest.raises(UnreadableEvents) as refusal:
        read(text.replace(old, new), file="e.json")
    assert words in refusal.value.text.en
    assert refusal.value.text.en.startswith("e.json, ")


def test_a_file_of_events_is_read_whole() -> None:
    subject, events = read((GOLDEN / "credit_events.json").read_text("utf-8"), file="credit_events.json")
    assert subject == WHO
    assert len(events) == 9
    assert in_order(events)[0].occurred_on == date(2023, 1, 10)


# Reconciliation with the official record


def official(score: str | None, grade: str, *items: OfficialItem) -> Official:
    return Official(ON, grade, Decimal(score) if score else None, items)


def test_equal_records_agree() -> None:
    found = statement(event("e", "AG-IRR-04", "2026-03-01"))
    item = OfficialItem("AG-IRR-04", date(2026, 3, 1), Decimal(-15))
    assert reconcile(found, official("85", "B", item)) == (True, True, 0, ANY, 0, 0)
    assert reconcile(found, official("85", "B", item)).items_agree
    assert not reconcile(found, official(None, "A")).same_grade


def test_a_grade_without_score_or_items_confirms_none_of_our_lines() -> None:
    """The letter may be right by chance: what was not compared does not count as agreeing."""
    found = statement(event("e", "AG-IRR-04", "2026-03-01"))
    item = OfficialItem("AG-IRR-04", date(2026, 3, 1), Decimal(-15))
    for told in (official(None, "B"), official("85", "B"), official(None, "B", item)):
        assert reconcile(found, told).agrees and not reconcile(found, told).items_agree
    assert reconcile(statement(), official("100", "A")).items_agree  # nothing was deducted in either


def test_a_difference_is_explained_item_by_item_and_the_rest_is_said() -> None:
    found = statement(event("a", "AG-IRR-05", "2026-03-01"), event("b", "AG-IRR-12", "2026-04-01"))
    assert found.score == 85
    told = reconcile(
        found,
        official(
            "70",
            "C",
            OfficialItem("AG-IRR-05", date(2026, 3, 1), Decimal(-15)),
            OfficialItem("AG-PEN-01", date(2026, 5, 1), Decimal(-10)),
        ),
    )
    assert [(pair.indicator, pair.ours, pair.theirs, pair.why and pair.why.en) for pair in told.pairs] == [
        ("AG-IRR-05", -10, -15, "other points: those of our book are not verified"),
        ("AG-IRR-12", -5, None, "ours only: not collected there, or another period or indicator"),
        ("AG-PEN-01", None, -10, "in the official record only: we lack the event"),
    ]
    assert (told.agrees, told.difference, told.unexplained) == (False, -15, -5)


def test_records_of_different_days_are_not_compared() -> None:
    with pytest.raises(WrongUse, match="reckon as of the record's day"):
        reconcile(statement(), Official(date(2026, 6, 2), "A", None))
