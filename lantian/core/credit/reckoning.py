"""From events to a statement: deterministic, whatever the order of the events.

Every deduction can only lower a score, a cap is never exceeded, and what does not count says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lantian.core.credit.book import CreditBook, Frame, Indicator, Level, WrongBook, weakest
from lantian.core.credit.events import BadEvents, ChangeKind, Event, Subject, check, in_order
from lantian.core.credit.statement import Line, Statement, Why, points_of
from lantian.core.months import add_months
from lantian.core.rulebook import Confidence


def reckon(
    book: CreditBook, subject: Subject, events: Iterable[Event], *, on: date, known_on: date | None = None
) -> Statement:
    """Reckon the statement of a subject as of day `on`, as known on day `known_on` (the same day by default).

    Raises `WrongBook`, `NotInForce` before the instrument, `BadEvents`, `UnknownIndicator`.
    """
    if subject.kind != book.subject:
        raise WrongBook(
            f"“{book.rules.title.zh}”不评“{subject.kind}”，只评“{book.subject}”。",
            f"'{book.rules.title.en}' scores '{book.subject}', not '{subject.kind}'.",
        )
    known = on if known_on is None else known_on
    ordered = in_order(events)
    check(ordered)
    tally = _Tally(book, book.frame(on), on, known)
    for event in ordered:
        if event.occurred_on <= on and event.known_on <= known:
            tally.add(event)
    return tally.statement(subject)


class _Tally:
    """The running account of one statement, in hundredths of a point."""

    __slots__ = ("book", "frame", "known", "lines", "matters", "on", "total", "used", "years")

    def __init__(self, book: CreditBook, frame: Frame, on: date, known: date) -> None:
        self.book, self.frame, self.on, self.known = book, frame, on, known
        self.lines: list[Line] = []
        self.total = frame.base
        self.used: dict[str, int] = {}
        self.matters: dict[tuple[str, str, date], Event] = {}
        self.years: dict[tuple[str, int], str] = {}

    def add(self, event: Event) -> None:
        """Write the line of one event."""
        indicator, why = self.version(event)
        full = indicator.points * event.quantity
        last = self.last_day(indicator, event)
        disputed = self.disputed_since(event)
        if why is None or why.code == "transition":
            why = self.obstacle(event, indicator, last, disputed) or why
        points, confidence = 0, indicator.confidence
        if why is None or why.code in _COUNTED:
            points, limit = self.capped(indicator, full)
            self.count(event, indicator, points)
            if limit is not None:
                why, confidence = limit, indicator.capped_confidence
        self.lines.append(
            Line(
                event,
                indicator,
                points_of(-points if indicator.deducts else points),
                points_of(-full if indicator.deducts else full),
                event.occurred_on,
                last,
                confidence,
                disputed is not None,
                why,
            )
        )

    def version(self, event: Event) -> tuple[Indicator, Why | None]:
        """The version of the indicator in force on the day of the event, and a reason when there is none."""
        versions = self.book.indicators.get(event.indicator)
        if versions is None:
            raise self.book.unknown(event.indicator, event.id)
        day = event.occurred_on
        for indicator in versions:
            if indicator.first <= day <= indicator.last:
                _check_quantity(event, indicator)
                return indicator, None
        start = self.book.transition.get(event.indicator)
        if start is not None and event.until is not None and day < start <= event.until:
            return versions[0], Why("transition", start)
        return versions[0], Why("before", day)

    def last_day(self, indicator: Indicator, event: Event) -> date | None:
        """The last day on which the event counts; None while no end is known."""
        if indicator.effect == "months":
            return add_months(event.occurred_on, indicator.months)
        if indicator.effect == "open" or event.until is None:
            return None
        return max(event.until, add_months(event.occurred_on, self.frame.effect_months))

    def disputed_since(self, event: Event) -> date | None:
        """The day since which the event is contested and not decided, as known on the day of knowledge."""
        since = event.known_on if event.contested else None
        for change in sorted(event.changes, key=_day) if event.changes else ():
            if change.on <= self.on and change.known_on <= self.known:
                if change.kind is ChangeKind.CONTESTED:
                    since = change.on
                elif change.kind in _DECIDED:
                    since = None
        return since

    def obstacle(
        self, event: Event, indicator: Indicator, last: date | None, disputed: date | None
    ) -> Why | None:
        """The first reason, in order of rank, that keeps an event from counting or must be said of it."""
        ended = self.ended(event) if event.changes else None
        if ended is not None and ended.code == "annulled":
            return ended
        other = self.same_matter(event) if event.document else None
        if other is not None:
            return Why("repeats", other=other.id)
        if last is not None and last < self.on:
            return Why("lapsed", last)
        if ended is not None:
            return ended
        if disputed is not None and not self.frame.contested_counts:
            return Why("contested", disputed)
        if indicator.unit == "year":
            earlier = self.years.get((event.indicator, event.occurred_on.year))
            if earlier is not None:
                return Why("year", other=earlier)
        return _remark(event, indicator, disputed)

    def ended(self, event: Event) -> Why | None:
        """Annulment undoes an event from its first day; a repair works from its own day on."""
        for change in event.changes:
            if change.known_on <= self.known:
                if change.kind is ChangeKind.ANNULLED:
                    return Why("annulled", change.on)
                if change.kind is ChangeKind.REPAIRED and change.on <= self.on:
                    return Why("repaired", change.on)
        return None

    def same_matter(self, event: Event) -> Event | None:
        """The earlier record of the same matter of the same document: repaired or not, it stands for both."""
        key = (event.document, event.indicator, event.occurred_on)
        other = self.matters.setdefault(key, event)
        if other is event:
            return None
        _check_same(event, other)
        return other

    def capped(self, indicator: Indicator, full: int) -> tuple[int, Why | None]:
        """What is left of the points under the cap of the item and, for bonuses, of all bonuses together."""
        points, why = full, None
        if indicator.cap is not None:
            room = indicator.cap - self.used.get(indicator.id, 0)
            if room < points:
                points, why = room, Why("cap", number=points_of(indicator.cap))
        if not indicator.deducts:
            room = self.frame.bonus_cap - self.used.get("", 0)
            if room < points:
                points, why = room, Why("bonus_cap", number=points_of(self.frame.bonus_cap))
        return points, why

    def count(self, event: Event, indicator: Indicator, points: int) -> None:
        """Enter the points and remember what they were given for."""
        self.total += -points if indicator.deducts else points
        if indicator.cap is not None:
            self.used[indicator.id] = self.used.get(indicator.id, 0) + points
        if not indicator.deducts:
            self.used[""] = self.used.get("", 0) + points
        if indicator.unit == "year":
            self.years[event.indicator, event.occurred_on.year] = event.id

    def statement(self, subject: Subject) -> Statement:
        """Close the account."""
        frame = self.frame
        floored = self.total < frame.floor
        score = frame.floor if floored else self.total
        level = frame.grade(score)
        return Statement(
            subject,
            self.on,
            self.known,
            self.book.name,
            points_of(frame.base),
            tuple(self.lines),
            points_of(score),
            level.code,
            self.confidence(level, floored),
            floored,
        )

    def confidence(self, level: Level, floored: bool) -> Confidence:
        """As sure as the least sure value that the result rests on."""
        rests_on = {line.confidence for line in self.lines if line.points}
        if floored:
            rests_on.add(self.frame.floor_confidence)
        return weakest(self.frame.confidence, level.confidence, *rests_on)


_DECIDED = frozenset({ChangeKind.UPHELD, ChangeKind.ANNULLED})
_COUNTED = frozenset({"disputed", "term", "transition"})


def _day(change: tuple[ChangeKind, date, date]) -> tuple[date, date, str]:
    return change[1], change[2], change[0]


def _remark(event: Event, indicator: Indicator, disputed: date | None) -> Why | None:
    """What must be said of an event that counts."""
    if disputed is not None:
        return Why("disputed", disputed)
    if indicator.effect == "term" and event.until is None:
        return Why("term")
    return None


def _check_quantity(event: Event, indicator: Indicator) -> None:
    if event.quantity != 1 and indicator.unit in ("event", "year"):
        raise BadEvents(
            f"事件“{event.id}”：“{indicator.text.zh}”按{'件' if indicator.unit == 'event' else '年'}计，"
            f"数量不能是{event.quantity}；请分别录入。",
            f"Event '{event.id}': '{indicator.text.en}' counts by the {indicator.unit}; a quantity of "
            f"{event.quantity} means nothing. Record each apart.",
        )


def _check_same(event: Event, other: Event) -> None:
    if (event.quantity, event.until) != (other.quantity, other.until) or event.changes:
        raise BadEvents(
            f"事件“{event.id}”与“{other.id}”出自同一文书同一事项，但数量、期限或者后续变化不一致；请核对原始文书。",
            f"Events '{event.id}' and '{other.id}' come from one document and matter but differ in quantity, term or"
            " later changes; check the document.",
        )
