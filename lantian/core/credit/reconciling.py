"""Our reckoning against the official record: what agrees, what differs, and what of the difference stays unexplained.

The official record is CNIPA's and always right for the outside; a difference means that we lack an event, hold one too
many, or that a rule of our book is not the official one. The book is corrected, never the official grade.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lantian.core.credit.statement import Line, Statement
from lantian.core.messages import Text, WrongUse
from lantian.core.rulebook import Confidence


class OfficialItem(NamedTuple):
    """One item of an official score detail; points are below zero for deductions."""

    indicator: str
    on: date
    points: Decimal
    document: str = ""


class Official(NamedTuple):
    """What was imported for a day: the grade, the score and its items as far as they were given."""

    on: date
    grade: str
    score: Decimal | None
    items: tuple[OfficialItem, ...] = ()


class Pair(NamedTuple):
    """One item in both records, or in one of them; `why` says what the difference points to, None where they agree."""

    indicator: str
    on: date
    ours: Decimal | None
    theirs: Decimal | None
    why: Text | None


class Reconciled(NamedTuple):
    """`agrees` when whatever the official record gives does: the grade at least, score and items where it has them.

    `unexplained` is the part of the difference that no item shows; `alone` how many of our lines no official item
    could be held against, because the record came without items.
    """

    agrees: bool
    same_grade: bool
    difference: Decimal | None
    pairs: tuple[Pair, ...]
    unexplained: Decimal | None
    alone: int = 0

    @property
    def items_agree(self) -> bool:
        """Whether the record has a score, and it and every line of ours were compared and agree.

        A bare grade agrees with any statement of that letter and confirms none of its lines.
        """
        return self.agrees and self.difference is not None and not self.alone


def reconcile(statement: Statement, official: Official) -> Reconciled:
    """Compare a statement with the official record of the same day; raises `WrongUse` for another day."""
    if statement.on != official.on:
        raise WrongUse(
            f"测算日{statement.on}与官方记录日{official.on}不同；请按官方记录日测算。",
            f"The statement is of {statement.on}, the record of {official.on}; reckon as of the record's day.",
        )
    counted = [line for line in statement.lines if line.points]
    pairs = tuple(sorted(_pairs(counted, list(official.items)), key=_place)) if official.items else ()
    difference = official.score - statement.score if official.score is not None else None
    shown = sum(((pair.theirs or 0) - (pair.ours or 0) for pair in pairs), Decimal(0))
    same = statement.grade == official.grade
    return Reconciled(
        agrees=same and not difference and not any(pair.why for pair in pairs),
        same_grade=same,
        difference=difference,
        pairs=pairs,
        unexplained=None if difference is None else difference - shown,
        alone=0 if official.items else len(counted),
    )


def _place(pair: Pair) -> tuple[date, str]:
    return pair.on, pair.indicator


def _pairs(lines: Iterable[Line], items: list[OfficialItem]) -> Iterable[Pair]:
    """Join by indicator and day; an equal document goes first where one day has several."""
    for line in lines:
        fitting = [
            item
            for item in items
            if (item.indicator, item.on) == (line.event.indicator, line.event.occurred_on)
        ]
        if not fitting:
            yield Pair(line.event.indicator, line.first, line.points, None, _only_ours(line))
            continue
        item = next((each for each in fitting if each.document == line.event.document), fitting[0])
        items.remove(item)
        why = None if item.points == line.points else _other_points(line)
        yield Pair(line.event.indicator, line.first, line.points, item.points, why)
    for item in items:
        why = Text("官方记录有，我们没有采集到", "in the official record only: we lack the event")
        yield Pair(item.indicator, item.on, None, item.points, why)


def _only_ours(line: Line) -> Text:
    if line.contested:
        return Text("仅本测算有，且有异议在审", "ours only, and contested")
    return Text(
        "仅本测算有：官方未采集，或者期限、指标不同",
        "ours only: not collected there, or another period or indicator",
    )


def _other_points(line: Line) -> Text:
    if line.confidence is Confidence.UNVERIFIED:
        return Text("分值不同：本规则库的分值未经核实", "other points: those of our book are not verified")
    return Text("分值不同：请核对规则库或者上限", "other points: check the rule book or the cap")
