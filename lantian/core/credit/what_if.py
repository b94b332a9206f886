"""What if: which repair, or which waiting, brings back which grade, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from lantian.core.credit.book import CreditBook
from lantian.core.credit.events import Change, ChangeKind, Event, Subject
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.repair import Eligibility, decision_due, eligibility
from lantian.core.credit.statement import Statement


class Way(NamedTuple):
    """One way to another score. A repair names its event; waiting names none.

    `apply_from` is the first day on which the repair may be asked, `by` the last day for the decision, or the day
    on which points lapse. `corrects_first` says that no correction is recorded yet. `provisional`: working days of
    a year not announced yet are in it. `asked`: the repair was asked for on `apply_from` and is under review.
    """

    repairs: str | None
    apply_from: date | None
    by: date
    score: Decimal
    grade: str
    corrects_first: bool
    provisional: bool
    asked: bool = False


class WhatIf(NamedTuple):
    """Today's statement, the ways to better scores in order of days, and the deductions barred from repair."""

    now: Statement
    ways: tuple[Way, ...]
    barred: tuple[Eligibility, ...]

    def first_to(self, grade: str) -> Way | None:
        """The earliest way that ends in a grade."""
        return next((way for way in self.ways if way.grade == grade), None)


def what_if(
    book: CreditBook,
    subject: Subject,
    events: Iterable[Event],
    *,
    on: date,
    known_on: date | None = None,
    asked: Mapping[str, date] | None = None,
) -> WhatIf:
    """Compare every single repair and every lapse with the statement of a day.

    Assumes that nothing new happens, that the party corrects and asks on the first day, and that the decision takes
    all the time it may; `asked` gives the day of an application that is under review, by event. Raises as
    `reckon` does.
    """
    known = on if known_on is None else known_on
    held = [
        _as_stood(event, on, known) for event in events if event.known_on <= known and event.occurred_on <= on
    ]
    now = reckon(book, subject, held, on=on, known_on=known)
    found = [
        eligibility(book, now, line.event.id) for line in now.lines if line.indicator.deducts and line.points
    ]
    repairs = [
        _repaired(book, subject, held, on, each, (asked or {}).get(each.event))
        for each in found
        if each.earliest is not None
    ]
    ways = [*repairs, *_lapses(book, now, held)]
    return WhatIf(
        now,
        tuple(sorted((way for way in ways if way.score > now.score), key=_by)),
        tuple(each for each in found if each.earliest is None),
    )


def _as_stood(event: Event, on: date, known: date) -> Event:
    """The event without what was learnt later and without a repair after the day: a forecast knows no future."""
    return event._replace(
        changes=tuple(
            change
            for change in event.changes
            if change.known_on <= known and (change.kind is not ChangeKind.REPAIRED or change.on <= on)
        )
    )


def _by(way: Way) -> tuple[date, str]:
    return way.by, way.repairs or ""


def _repaired(
    book: CreditBook,
    subject: Subject,
    events: Iterable[Event],
    on: date,
    found: Eligibility,
    asked: date | None,
) -> Way:
    apply_from = asked or found.earliest or on
    deadline = decision_due(book, apply_from)
    day = max(deadline.due, on)  # a review that is overdue is decided today at the earliest
    change = Change(ChangeKind.REPAIRED, day, day)
    assumed = [
        event._replace(changes=(*event.changes, change)) if event.id == found.event else event
        for event in events
    ]
    then = reckon(book, subject, assumed, on=day)
    return Way(
        repairs=found.event,
        apply_from=apply_from,
        by=day,
        score=then.score,
        grade=then.grade,
        corrects_first=any(bar.code == "corrected" for bar in found.bars),
        provisional=deadline.provisional,
        asked=asked is not None,
    )


def _lapses(book: CreditBook, now: Statement, events: Iterable[Event]) -> list[Way]:
    """What waiting alone brings, on each day after points have lapsed."""
    events = list(events)
    ends = {line.last for line in now.lines if line.last is not None and line.last >= now.on and line.points}
    ways = []
    for last in sorted(ends):
        day = last + timedelta(1)
        then = reckon(book, now.subject, events, on=day)
        ways.append(Way(None, None, day, then.score, then.grade, False, False))
    return ways
