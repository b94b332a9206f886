"""Rehearsal: histories reckoned under the book in force and under a draft, to see who moves and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from lantian.core.credit.book import CreditBook
from lantian.core.credit.events import Event, Subject
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.statement import Statement
from lantian.core.messages import Refused, Text


class History(NamedTuple):
    """One subject with its events, and where and how large it is, for the tables."""

    subject: Subject
    events: tuple[Event, ...]
    district: str = ""
    size: str = ""


class Difference(NamedTuple):
    """One line that counts otherwise under the draft."""

    event: str
    clause: Text
    before: Decimal
    after: Decimal
    why: Text | None


class Move(NamedTuple):
    """One subject whose score or grade changes, and the lines that make the change."""

    subject: Subject
    district: str
    size: str
    score_before: Decimal
    score_after: Decimal
    grade_before: str
    grade_after: str
    differences: tuple[Difference, ...]


class Rehearsal(NamedTuple):
    """Who moves; how many by district, by size, and from grade to grade; who could not be reckoned and why."""

    subjects: int
    moves: tuple[Move, ...]
    by_district: Mapping[str, int]
    by_size: Mapping[str, int]
    by_grades: Mapping[tuple[str, str], int]
    failed: tuple[tuple[Subject, Text], ...]


def rehearse(
    now: CreditBook,
    draft: CreditBook,
    histories: Iterable[History],
    *,
    on: date,
    known_on: date | None = None,
) -> Rehearsal:
    """Reckon every history under both books as of a day; a history that one book refuses is named, never left out."""
    moves: list[Move] = []
    failed: list[tuple[Subject, Text]] = []
    count = 0
    for history in histories:
        count += 1
        try:
            before, after = (
                reckon(book, history.subject, history.events, on=on, known_on=known_on)
                for book in (now, draft)
            )
        except Refused as refusal:
            failed.append((history.subject, refusal.text))
            continue
        if (before.score, before.grade) != (after.score, after.grade):
            moves.append(_move(history, before, after))
    moves.sort(key=_place)
    return Rehearsal(
        subjects=count,
        moves=tuple(moves),
        by_district=_counted(move.district for move in moves),
        by_size=_counted(move.size for move in moves),
        by_grades=dict(sorted(Counter((move.grade_before, move.grade_after) for move in moves).items())),
        failed=tuple(sorted(failed, key=_subject)),
    )


def _place(move: Move) -> tuple[str, Subject]:
    return move.district, move.subject


def _subject(failure: tuple[Subject, Text]) -> Subject:
    return failure[0]


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _move(history: History, before: Statement, after: Statement) -> Move:
    """Both statements have a line for every event, in the same order."""
    differences = tuple(
        Difference(
            new.event.id, new.indicator.text, old.points, new.points, new.why.text if new.why else None
        )
        for old, new in zip(before.lines, after.lines, strict=True)
        if old.points != new.points
    )
    return Move(
        history.subject,
        history.district,
        history.size,
        before.score,
        after.score,
        before.grade,
        after.grade,
        differences,
    )
