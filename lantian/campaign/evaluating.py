"""Evaluation of districts from records: every figure is a count of rows, and those rows are what it opens.

Four indicators, by a dated rule: timeliness (leads verified in time), completeness (entries and tasks with their
proof), closure (leads verified; of the instructions that fell due, those closed), publicity (acts of publicity
against the number asked for a month). An indicator without any row is left out, and the others carry its weight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lantian.campaign import rules
from lantian.campaign.ledgers.frame import Wanted
from lantian.campaign.ledgers.leads import LEADS
from lantian.campaign.ledgers.own import GUIDANCE, PRESSING, PUBLICITY
from lantian.campaign.models import Statement, Task
from lantian.campaign.rules import Indicator
from lantian.campaign.states import State, TaskState
from lantian.casework.states import State as LeadState
from lantian.core.rulebook import RuleVersion
from lantian.office import clock
from lantian.office.models import Unit

EVALUATED = (Unit.Kind.DISTRICT, Unit.Kind.ZONE)


@dataclass(frozen=True)
class Counted:
    """One row behind a figure: whose it is, whether it meets the indicator, and the record it opens."""

    unit: int
    indicator: Indicator
    met: bool
    words: str
    route: str
    key: str


@dataclass(frozen=True)
class Figure:
    """One indicator of one office: `met` of `asked`; `ratio` in [0, 1], None when nothing was asked."""

    met: int
    asked: int

    @property
    def ratio(self) -> float | None:
        """The share."""
        return self.met / self.asked if self.asked else None


@dataclass(frozen=True)
class Evaluated:
    """One office with its figures; `score` of 100, None when there is nothing to score."""

    unit: Unit
    figures: Mapping[Indicator, Figure]
    score: float | None


def evaluate(wanted: Wanted) -> list[Evaluated]:
    """Every district and zone (or the one asked for), by what the reader may see."""
    units = Unit.objects.filter(kind__in=EVALUATED).order_by("id")
    if wanted.unit is not None:
        units = units.filter(pk=wanted.unit)
    rows = list(counted(wanted))
    return [_evaluated(unit, rows, wanted) for unit in units]


def counted(wanted: Wanted) -> Iterator[Counted]:
    """The rows behind all figures of a period."""
    today = clock.today()
    for lead in LEADS.select(wanted):
        done = lead.state == LeadState.VERIFIED
        name = lead.number
        yield Counted(lead.holder_id, Indicator.CLOSURE, done, name, "lead", lead.key)
        if done or lead.due < today:
            late = not done or (lead.concluded_at and clock.day_of(lead.concluded_at) > lead.due)
            yield Counted(lead.holder_id, Indicator.TIMELINESS, not late, name, "lead", lead.key)
    for order in PRESSING.select(wanted):
        closed = order.state == State.CLOSED
        if closed or order.due < today:
            yield Counted(order.owner_id, Indicator.CLOSURE, closed, order.number, "instruction", order.key)
    for item in PUBLICITY.select(wanted):
        proof = bool(item.link or item.picture_id)
        yield Counted(item.unit_id, Indicator.PUBLICITY, True, item.title, PUBLICITY.route, item.key)
        yield Counted(item.unit_id, Indicator.COMPLETENESS, proof, item.title, PUBLICITY.route, item.key)
    for push in GUIDANCE.select(wanted):
        proof = push.proof_id is not None
        yield Counted(push.unit_id, Indicator.COMPLETENESS, proof, push.enterprise, GUIDANCE.route, push.key)
    for task in _tasks(wanted, today):
        done = task.state == TaskState.DONE and task.done_on is not None and task.done_on <= task.due
        yield Counted(task.owner_id, Indicator.COMPLETENESS, done, task.title, "task", task.key)


def _tasks(wanted: Wanted, today: date) -> Iterator[Task]:
    """Tasks that fell due in the period."""
    tasks = Task.objects.filter(due__gte=wanted.first, due__lte=min(wanted.last, today)).order_by("due", "id")
    return iter(tasks.filter(owner_id=wanted.unit) if wanted.unit is not None else tasks)


def _evaluated(unit: Unit, rows: Sequence[Counted], wanted: Wanted) -> Evaluated:
    figures = {indicator: _figure(indicator, unit.pk, rows, wanted) for indicator in Indicator}
    weights = {one["indicator"]: one["weight"] for one in _rule().values["weights"]}
    held = {indicator: figure.ratio for indicator, figure in figures.items() if figure.ratio is not None}
    whole = sum(weights.get(indicator, 0) for indicator in held)
    points = sum(weights.get(indicator, 0) * ratio for indicator, ratio in held.items())
    return Evaluated(unit, figures, round(100 * points / whole, 1) if whole else None)


def _figure(indicator: Indicator, unit: int, rows: Sequence[Counted], wanted: Wanted) -> Figure:
    own = [row for row in rows if row.unit == unit and row.indicator is indicator]
    met = sum(row.met for row in own)
    if indicator is not Indicator.PUBLICITY:
        return Figure(met, len(own))
    asked = _rule().values["publicity_a_month"] * _months(wanted.first, min(wanted.last, clock.today()))
    return Figure(min(met, asked), asked)


def _months(first: date, last: date) -> int:
    """Months that have begun between two days, both counted; none when the period lies ahead."""
    return max(0, 12 * (last.year - first.year) + last.month - first.month + 1)


def _rule() -> RuleVersion:
    return rules.rule("evaluation", clock.today())


def statements(wanted: Wanted) -> list[Statement]:
    """What was said to evaluations that overlap a period, oldest first."""
    rows = Statement.objects.select_related("unit", "post__account", "answers")
    rows = rows.filter(first__lte=wanted.last, last__gte=wanted.first)
    return list((rows.filter(unit_id=wanted.unit) if wanted.unit is not None else rows).order_by("id"))
