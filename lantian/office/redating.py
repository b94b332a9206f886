"""Stored due days that follow from the calendar: one table of them, and how they are reckoned again.

A day reckoned before the State Council's notice is provisional. Once the calendar says more, each table's job reckons
its days again, by the rule that the record names and the calendar in use, at night and as soon as a calendar is
approved. What was told stays in the derivation, and every change leaves an event. What an officer set is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from lantian.core import deadlines, workdays
from lantian.core.deadlines import Deadline
from lantian.core.door import on_trial
from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.office import audit, clock, jobs, serving
from lantian.office.actors import Actor
from lantian.office.models import Job, RulebookDecision, Unit

CALENDAR = "workdays"
OWN = "own"  # in a derivation: an officer set the day
NEW_FOR = timedelta(
    days=7
)  # of a calendar: nights on which every open day is reckoned again, not provisional ones only


class Dated(NamedTuple):
    """One table of due days: which job reckons them again, which rows are open, from which column they are counted.

    `start` is empty where the room's job reckons in its own way.
    """

    model: str
    job: str
    text: Text
    open: Q = Q()
    start: str = ""
    about: Callable[[Any], tuple[str, str]] = lambda row: (type(row).__name__.lower(), row.key)

    @property
    def rows(self) -> models.QuerySet[Any]:
        """Every row that the reader may see."""
        found: models.QuerySet[Any] = apps.get_model(self.model)._default_manager.all()
        return found


class Shift(NamedTuple):
    """A day that would be another one: whose it is, and both days."""

    what: Text
    about: tuple[str, str]
    name: str
    before: date
    after: date


_TABLE: dict[str, Dated] = {}


def register(*found: Dated) -> None:
    """Put a room's tables of due days into the table; doing it again changes nothing."""
    _TABLE.update({one.model: one for one in found})


def table() -> tuple[Dated, ...]:
    """Every table of due days in the house."""
    return tuple(_TABLE.values())


def stored(due: Deadline) -> dict[str, Any]:
    """A derivation as it is stored with its record, in both languages."""
    basis = due.basis.cite()
    return {
        "rule": due.rule,
        "version": due.version,
        "confidence": str(due.confidence),
        "basis_zh": basis.zh,
        "basis_en": basis.en,
        "steps": [[str(step.date), step.text_zh, step.text_en] for step in due.steps],
    }


def begin(*, mandate: str) -> list[Job]:
    """Schedule every table's job now, in nobody's name; one that is open already is left alone."""
    city = Unit.objects.values_list("pk", flat=True).get(kind=Unit.Kind.CITY)
    names = dict.fromkeys(one.job for one in table())
    found = [jobs.defer_tonight(name, unit=city, mandate=mandate) for name in names]
    return [job for job in found if job is not None]


def run(running: jobs.Running, job: str) -> None:
    """The work of a job, a record a step. Run again, it finds nothing left to do."""
    with running.step():
        mine = [one for one in table() if one.job == job and one.start]
        waiting = [(one, key) for one in mine for key in _waiting(one)]
    for count, (one, key) in enumerate(waiting, start=1):
        with running.step():
            _again(one, key, running.actor)
            running.advance("reannounce", count, len(waiting))


def shifts(text: str) -> Iterator[Shift]:
    """Open days that would be others by the text of a calendar, in the order of the table."""
    with on_trial({f"{CALENDAR}.toml": text}):
        for one in (one for one in table() if one.start):
            for row in _reckonable(one).order_by("due", "id"):
                after = reckoned_again(row.derivation, getattr(row, one.start)).due
                if after != row.due:
                    name = str(getattr(row, "number", "") or one.about(row)[1])
                    yield Shift(one.text, one.about(row), name, row.due, after)


def reckoned_again(told: Mapping[str, Any], start: date) -> Deadline:
    """A stored day by the rule that it names, as that read then, and the calendar in use now."""
    return deadlines.due(_rule(told, start), start, workdays.load())


def _rule(told: Mapping[str, Any], start: date) -> RuleVersion:
    in_use = deadlines.book().versions.get(told["rule"], ())
    named = next((one for one in in_use if one.version == told["version"]), None)
    named = named or serving.version_of("deadlines", told["rule"], told["version"])
    return named or deadlines.book().rule(told["rule"], start)


def _waiting(one: Dated) -> list[str]:
    rows = _reckonable(one)
    rows = rows if _calendar_is_new() else rows.filter(due_provisional=True)
    return list(rows.order_by("id").values_list("key", flat=True))


def _reckonable(one: Dated) -> models.QuerySet[Any]:
    return one.rows.filter(one.open).exclude(derivation__has_key=OWN)


def _calendar_is_new() -> bool:
    """Whether a calendar came into use these days: then a day may move that was not provisional."""
    since = clock.today() - NEW_FOR
    approved = RulebookDecision.objects.filter(book=CALENDAR, act=RulebookDecision.Act.APPROVE)
    news = approved.filter(edition__valid_from__lte=clock.today()).order_by("-id").select_related("edition")
    found = news.first()
    return found is not None and max(found.edition.valid_from, clock.day_of(found.at)) >= since


@transaction.atomic
def _again(one: Dated, key: str, by: Actor) -> None:
    row = _reckonable(one).select_for_update(of=("self",)).filter(key=key).first()
    if row is None:
        return
    due, was = reckoned_again(row.derivation, getattr(row, one.start)), row.due
    if (due.due, due.provisional) == (was, row.due_provisional):
        return
    told = stored(due)
    again = [*row.derivation.get("again", ()), _said(clock.today(), was, row.due_provisional, due)]
    row.derivation = told | {"steps": [*told["steps"], *again], "again": again}
    row.due, row.due_provisional = due.due, due.provisional
    row.save(update_fields=["due", "due_provisional", "derivation"])
    detail = {"record": row.key, "was": str(was), "due": str(row.due), "provisional": row.due_provisional}
    audit.record(audit.Kind.DUE_REANNOUNCED, by=by, about=one.about(row), detail=detail)


def _said(on: date, was: date, unsure: bool, due: Deadline) -> list[str]:
    """The step of the derivation that tells of the new reckoning; `unsure` where the old day was provisional."""
    if was == due.due:
        return [
            str(on),
            f"放假安排公布后由系统重新计算：仍为{was}，不再是暂定。",
            f"Reckoned again once the holidays were announced: {was} still, and no longer provisional.",
        ]
    return [
        str(on),
        f"放假安排公布后由系统重新计算：{'原暂定' if unsure else '原为'}{was}，现为{due.due}。",
        f"Reckoned again once the holidays were announced: {'provisionally ' if unsure else ''}{was} before,"
        f" now {due.due}.",
    ]
