"""Leads, their road, their due dates with the derivation, and their history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantian.casework.models import Lead, LeadStep
from lantian.casework.states import ACT_TEXTS, MOVES, OPEN_STATES, STATE_TEXTS, Act, State
from lantian.core import deadlines, workdays
from lantian.core.messages import Refused, Text
from lantian.core.rulebook import Confidence
from lantian.desk.present.words import either, label, language, said
from lantian.office import audit, clock

TO = Text("{act}：{sender} → {to}。{reason}", "{act}: {sender} → {to}. {reason}")


@dataclass(frozen=True)
class Step:
    """One step of a derivation."""

    date: date
    text: str


@dataclass(frozen=True)
class Due:
    """A due date as screens show it; `days_left` in working days, below zero when overdue."""

    due: date
    days_left: int
    provisional: bool
    settled: bool
    rule: str
    steps: tuple[Step, ...]
    basis: str
    confidence: str


@dataclass(frozen=True)
class ShownLead:
    """A lead in a list or as the head of a page."""

    key: str
    number: str
    version: int
    subject: str
    reason: str
    office: str
    origin_office: str
    state: str
    state_label: str
    due: Due


def lead(row: Lead, today: date) -> ShownLead:
    """A lead in words."""
    return ShownLead(
        key=row.key,
        number=row.number,
        version=row.version,
        subject=row.subject_name or row.subject_no,
        reason=either(row.ground_zh, row.ground_en),
        office=row.holder.name(language()),
        origin_office=row.origin_unit.name(language()),
        state=row.state,
        state_label=label(STATE_TEXTS[State(row.state)]),
        due=stored_due(row, today),
    )


def stored_due(row: Lead, today: date) -> Due:
    """The due date that was fixed with the lead, with the derivation stored then."""
    stored = row.derivation
    return Due(
        due=row.due,
        days_left=days_left(today, row.due),
        provisional=row.due_provisional,
        settled=State(row.state) not in OPEN_STATES,
        rule=rule_words(stored["rule"], row.opened_on),
        steps=tuple(Step(date.fromisoformat(day), either(zh, en)) for day, zh, en in stored["steps"]),
        basis=either(stored["basis_zh"], stored["basis_en"]),
        confidence=doubt(Confidence(stored["confidence"])),
    )


def reckoned_due(due: deadlines.Deadline, today: date) -> Due:
    """A due date that a preview reckoned."""
    return Due(
        due=due.due,
        days_left=days_left(today, due.due),
        provisional=due.provisional,
        settled=False,
        rule=rule_words(due.rule, due.start),
        steps=tuple(Step(step.date, either(step.text_zh, step.text_en)) for step in due.steps),
        basis=said(due.basis.cite()),
        confidence=doubt(due.confidence),
    )


def days_left(today: date, due: date) -> int:
    """Working days until a due day; overdue is at least one day late, also before the next working day."""
    count = workdays.load().workdays_between(today, due)
    return min(count, -1) if today > due else count


def doubt(confidence: Confidence) -> str:
    """What to tell about a value nobody has read in the instrument itself; empty for a verified one."""
    return "" if confidence is Confidence.TEXT else said(confidence.told)


def rule_words(rule: str, on: date) -> str:
    """The rule's own words; its id when the present book no longer has it."""
    try:
        return label(deadlines.book().rule(rule, on=on).text)
    except Refused:
        return rule


def road(row: Lead, steps: Sequence[LeadStep]) -> list[dict[str, Any]]:
    """The states of a lead in order: gone through, present, still to come."""
    reached = _reached(row, steps)
    states = list(State)
    now = states.index(State(row.state))
    return [
        {
            "label": label(STATE_TEXTS[state]),
            "place": _place(i - now, state),
            "on": reached.get(state) if i <= now else None,
        }
        for i, state in enumerate(states)
    ]


def _place(offset: int, state: State) -> str:
    """Where a state lies on the road: the present one is done as well when nothing follows it."""
    if offset == 0:
        return "now" if state in OPEN_STATES else "done"
    return "done" if offset < 0 else "next"


def _reached(row: Lead, steps: Iterable[LeadStep]) -> dict[State, date]:
    """The day on which each state was entered last; steps before a hand-over may be hidden from the reader."""
    reached = {State.RECEIVED: row.opened_on}
    state = State.RECEIVED
    for step in steps:
        if step.act != "open":
            state = MOVES.get((state, Act(step.act)), state)
            reached[state] = clock.day_of(step.at)
    return reached


def history(steps: Iterable[LeadStep]) -> list[dict[str, Any]]:
    """What was done to a lead, by whom, oldest first."""
    return [
        {
            "at": step.at,
            "by": step.post.account.name,
            "unit": step.post.unit.name(language()),
            "words": _words(step),
        }
        for step in steps
    ]


def _words(step: LeadStep) -> str:
    if step.act == "open":
        return label(audit.KIND_TEXTS[audit.Kind.LEAD_OPENED])
    act = label(ACT_TEXTS[Act(step.act)])
    if step.to_unit is None:
        return act
    names = {"sender": step.from_unit.name(language()), "to": step.to_unit.name(language())}
    return said(TO).format(act=act, reason=step.reason, **names).strip()
