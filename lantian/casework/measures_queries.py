"""Reads of measures. Every query runs under the reader's scope; lists are by office and by the day of opening.

`Span` gives the period, both days included; an empty one is all time. Lists come with what a ledger shows of each
row already fetched, the newest first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet

from lantian.casework import queries
from lantian.casework.measures_states import InterviewState, RectificationState, Way
from lantian.casework.models import (
    AlertRound,
    Attendance,
    Commitment,
    Interview,
    Onward,
    Participant,
    Recheck,
    Rectification,
)
from lantian.office.actors import Actor

R = TypeVar("R", bound=Model)
SOON = timedelta(days=7)


@dataclass(frozen=True)
class Span:
    """Days from … to …, both included; None is open."""

    first: date | None = None
    last: date | None = None


EVER = Span()


def interviews(by: Actor, *, unit: int | None = None, span: Span = EVER) -> QuerySet[Interview]:
    """Interviews and warning talks that the reader may see, with participants, attendance and commitments."""
    rows = _listed(Interview.objects.all(), unit, span)
    return rows.prefetch_related("participants", "attendances", "commitments", "rectifications")


def rectifications(by: Actor, *, unit: int | None = None, span: Span = EVER) -> QuerySet[Rectification]:
    """Rectifications from interviews, opinions and orders, with their re-checks."""
    return _listed(Rectification.objects.select_related("interview"), unit, span).prefetch_related("rechecks")


def referrals(by: Actor, *, unit: int | None = None, span: Span = EVER) -> QuerySet[Onward]:
    """What was reported up (上报)."""
    return _listed(Onward.objects.filter(way=Way.UP), unit, span)


def transfers(by: Actor, *, unit: int | None = None, span: Span = EVER) -> QuerySet[Onward]:
    """What was transferred to other authorities (移送)."""
    return _listed(Onward.objects.filter(way=Way.OUT), unit, span)


def alerts(by: Actor, *, unit: int | None = None, span: Span = EVER) -> QuerySet[AlertRound]:
    """Rounds of risk alerts, each with `told`: how many clients have their paper."""
    return _listed(AlertRound.objects.annotate(told=Count("alerts")), unit, span).select_related(
        "job__progress"
    )


def _listed(rows: QuerySet[R], unit: int | None, span: Span) -> QuerySet[R]:
    wanted = Q()
    if unit is not None:
        wanted &= Q(unit_id=unit)
    if span.first is not None:
        wanted &= Q(opened_on__gte=span.first)
    if span.last is not None:
        wanted &= Q(opened_on__lte=span.last)
    return rows.filter(wanted).select_related("unit", "changed_by__account").order_by("-opened_on", "-id")


def own(by: Actor) -> int | None:
    """The office whose measures a list shows first: all for the city, the reader's own else."""
    return None if by.unit == queries.city().pk else by.unit


def find_interview(key: str) -> Interview | None:
    """One interview, if the reader may see it."""
    return Interview.objects.select_related("unit", "changed_by__account", "sheet").filter(key=key).first()


def find_rectification(key: str) -> Rectification | None:
    """One rectification, if the reader may see it."""
    found = Rectification.objects.select_related("unit", "changed_by__account", "interview")
    return found.filter(key=key).first()


def find_onward(key: str) -> Onward | None:
    """One report or transfer, if the reader may see it."""
    return Onward.objects.select_related("unit", "changed_by__account").filter(key=key).first()


def find_alerts(key: str) -> AlertRound | None:
    """One round of risk alerts, if the reader may see it."""
    rows = AlertRound.objects.select_related("unit", "purpose", "job__progress", "job__post__account")
    return rows.filter(key=key).first()


def paper_states(round: AlertRound) -> dict[str, int]:
    """How many clients of a round have a paper in which state; those without one stand under the empty word."""
    rows = round.alerts.values("paper__state").annotate(count=Count("pk")).order_by("paper__state")
    return {row["paper__state"] or "": row["count"] for row in rows}


@dataclass(frozen=True)
class Called:
    """A participant with what is known: the last attendance, the last commitment, and what it has to correct."""

    participant: Participant
    attendance: Attendance | None
    commitment: Commitment | None
    rectifications: tuple[Rectification, ...]


def called(interview: Interview) -> list[Called]:
    """Everybody called to an interview, in order."""
    came = {one.participant_id: one for one in interview.attendances.order_by("id")}
    promised = {
        one.participant_id: one for one in interview.commitments.select_related("file").order_by("id")
    }
    asked: dict[str, list[Rectification]] = {}
    for row in interview.rectifications.order_by("id"):
        asked.setdefault(row.subject_no, []).append(row)
    return [
        Called(one, came.get(one.pk), promised.get(one.pk), tuple(asked.get(one.subject_no, ())))
        for one in interview.participants.order_by("place")
    ]


def rechecks(row: Rectification) -> list[Recheck]:
    """Every re-check of a rectification, oldest first."""
    return list(row.rechecks.select_related("post__account", "file").order_by("id"))


def about(
    numbers: Sequence[str],
) -> tuple[list[Interview], list[Rectification], list[Onward], list[AlertRound]]:
    """Measures about a subject by any of its numbers, the newest first, as far as the reader may see them."""
    talks = Interview.objects.filter(participants__subject_no__in=numbers).distinct().order_by("-id")
    return (
        list(talks),
        list(Rectification.objects.filter(subject_no__in=numbers).order_by("-id")),
        list(Onward.objects.filter(subject_no__in=numbers).order_by("-id")),
        list(AlertRound.objects.filter(agency_no__in=numbers).order_by("-id")),
    )


def of_origin(
    kind: str, key: str
) -> tuple[list[Interview], list[Rectification], list[Onward], list[AlertRound]]:
    """Measures that hang on one record, the oldest first."""
    origin = {"origin_kind": kind, "origin_key": key}
    return (
        list(Interview.objects.filter(**origin).order_by("id")),
        list(Rectification.objects.filter(**origin).order_by("id")),
        list(Onward.objects.filter(**origin).order_by("id")),
        list(AlertRound.objects.filter(**origin).order_by("id")),
    )


def waiting(by: Actor) -> QuerySet[Rectification]:
    """Rectifications of the reader's office (of every office for the city) that wait for a re-check, by due day."""
    rows = Rectification.objects.select_related("unit").filter(state=RectificationState.OPEN)
    unit = own(by)
    rows = rows if unit is None else rows.filter(unit_id=unit)
    return rows.order_by("due", "id")


def planned(by: Actor) -> QuerySet[Interview]:
    """Interviews still to be held, by day."""
    rows = Interview.objects.select_related("unit").filter(state=InterviewState.PLANNED)
    unit = own(by)
    rows = rows if unit is None else rows.filter(unit_id=unit)
    return rows.order_by("on", "id")


def falling(period: queries.Period, today: date) -> Q:
    """Open rectifications whose due day falls into a period, as the docket of leads counts them."""
    days = {
        queries.Period.OVERDUE: Q(due__lt=today),
        queries.Period.TODAY: Q(due=today),
        queries.Period.WEEK: Q(due__gt=today, due__lte=today + SOON),
    }
    return Q(state=RectificationState.OPEN) & days[period]
