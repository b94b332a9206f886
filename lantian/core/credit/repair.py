"""Who may ask for the repair of which deduction, from which day, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from lantian.core.credit.book import CreditBook
from lantian.core.credit.events import ChangeKind, Event
from lantian.core.credit.statement import Line, Statement
from lantian.core.deadlines import Deadline, due_under
from lantian.core.messages import Text, WrongUse
from lantian.core.months import add_months
from lantian.core.rulebook import Confidence, RuleVersion


class Bar(NamedTuple):
    """Something that stands in the way of a repair; `until` is the day on which it falls away, if it does."""

    code: str
    text: Text
    until: date | None


class Eligibility(NamedTuple):
    """Whether a deduction can be repaired on the day asked, what stands in the way, what must be handed in.

    `earliest` is the first day on which nothing of what is known stands in the way; None when that never comes.
    """

    event: str
    allowed: bool
    earliest: date | None
    bars: tuple[Bar, ...]
    requires: tuple[Text, ...]
    cite: Text
    confidence: Confidence


def eligibility(book: CreditBook, statement: Statement, event_id: str) -> Eligibility:
    """Check a repair asked on the day of the statement; raises `WrongUse` for an event that is not in it."""
    line = next((line for line in statement.lines if line.event.id == event_id), None)
    if line is None:
        raise WrongUse(
            f"这份测算中没有事件“{event_id}”。", f"There is no event '{event_id}' in this statement."
        )
    rule = book.rules.rule("repair", statement.on)
    bars = tuple(_bars(rule, statement, line))
    final = any(bar.until is None for bar in bars)
    earliest = max((bar.until for bar in bars if bar.until is not None), default=statement.on)
    return Eligibility(
        event=event_id,
        allowed=not bars,
        earliest=None if final else earliest,
        bars=bars,
        requires=tuple(Text(each["text_zh"], each["text_en"]) for each in rule.values["requires"]),
        cite=rule.basis.cite(),
        confidence=rule.confidence,
    )


def decision_due(book: CreditBook, asked_on: date) -> Deadline:
    """When a repair asked on a day must be decided."""
    rule = book.rules.rule("repair", asked_on)
    return due_under(rule.values["decide"], asked_on)


def last_repair(events: Sequence[Event], known_on: date) -> date | None:
    """The day of the latest repair that is known."""
    days = (
        change.on
        for event in events
        for change in event.changes
        if change.kind is ChangeKind.REPAIRED and change.known_on <= known_on
    )
    return max(days, default=None)


def _bars(rule: RuleVersion, statement: Statement, line: Line) -> list[Bar]:
    """Everything that stands in the way; what can never be repaired needs no further reason."""
    final = _final(rule, line)
    if final is not None:
        return [final]
    bars = []
    ripe = add_months(line.first, rule.values["wait_months"])
    if statement.on < ripe:
        bars.append(Bar("too_early", _too_early(rule, ripe), ripe))
    recent = last_repair([each.event for each in statement.lines], statement.known_on)
    free = add_months(recent, rule.values["gap_months"]) if recent is not None else None
    if free is not None and statement.on < free:
        bars.append(Bar("recent_repair", _named(rule, "recent_repair"), free))
    if not _corrected(line, statement):
        bars.append(Bar("corrected", _not_corrected(), statement.on))
    return bars


def _final(rule: RuleVersion, line: Line) -> Bar | None:
    for bar in rule.values["bars"]:
        if line.event.indicator in bar["indicators"]:
            return Bar(bar["code"], Text(bar["text_zh"], bar["text_en"]), None)
    if line.why is not None and line.why.code == "repaired":
        return Bar("repaired", Text(f"已于{line.why.day}修复", f"repaired on {line.why.day} already"), None)
    if not line.indicator.deducts or not line.points:
        return Bar("nothing", Text("该事件没有扣分", "the event deducts nothing"), None)
    return None


def _corrected(line: Line, statement: Statement) -> bool:
    return any(
        change.kind is ChangeKind.CORRECTED
        and change.on <= statement.on
        and change.known_on <= statement.known_on
        for change in line.event.changes
    )


def _not_corrected() -> Text:
    return Text("尚无改正的记录", "no correction is recorded yet")


def _too_early(rule: RuleVersion, ripe: date) -> Text:
    months = rule.values["wait_months"]
    return Text(
        f"扣分未满{months}个月，{ripe}起可以申请", f"less than {months} months old; may be asked from {ripe}"
    )


def _named(rule: RuleVersion, code: str) -> Text:
    found = next((bar for bar in rule.values["bars"] if bar["code"] == code), None)
    if found is None:
        return Text("距上一次修复时间过短", "too soon after the last repair")
    return Text(found["text_zh"], found["text_en"])
