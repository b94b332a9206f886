"""The internal reckoning stored: one row whenever a statement says something else than the last one did."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from lantian.core.chain import canonical, digest_of
from lantian.core.credit.events import Event
from lantian.core.credit.events import Subject as Scored
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.statement import Statement, as_json
from lantian.office import audit, clock, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Job
from lantian.office.permissions import Permission, check_permission
from lantian.registry.models import Agency, Subject
from lantian.standing import queries, storing
from lantian.standing.actions import subject_of
from lantian.standing.errors import NoScore, StandingRefused
from lantian.standing.models import CreditEvent, Reckoning

STEP = 500
LOCK = "standing:reckon"


def content(told: Mapping[str, Any]) -> str:
    """The digest of what a statement (`as_json`) says, whatever the day it was asked for."""
    return digest_of({name: value for name, value in told.items() if name not in ("on", "known_on")})


@transaction.atomic
def reckon_subject(*, subject_key: str, by: OfficerActor) -> Reckoning:
    """Reckon a subject as of today and store the statement if it is news; return the one that holds.

    Raises `NoScore`, and `StandingRefused` for an office that does not keep the subject: it may lack events.
    """
    check_permission(by.permissions, Permission.KEEP_STANDING)
    subject = subject_of(subject_key)
    if by.unit not in queries.keepers(subject):
        raise StandingRefused(
            "只有市局和对象所在区局可以测算：其他单位看不到全部信用事件。",
            "Only the city and the subject's own district reckon: another office does not see every event.",
        )
    queries.book_of(subject)  # raises for whom there is no score
    _store([subject], clock.today(), by, by.post_id)
    return Reckoning.objects.filter(subject=subject).order_by("-id")[0]


@transaction.atomic
def reckon_everybody(*, by: OfficerActor) -> Job:
    """Reckon everybody with credit events whom the office keeps, as a job."""
    check_permission(by.permissions, Permission.KEEP_STANDING)
    open_ = Job.objects.filter(name="reckon", state__in=(Job.State.WAITING, Job.State.RUNNING)).first()
    if open_ is not None:
        raise StandingRefused("测算正在进行。", "A reckoning is running already.")
    return jobs.defer("reckon", lock=f"{LOCK}:{by.unit}", arguments={}, mandate=f"reckon:{by.unit}", by=by)


@jobs.job("reckon")
def reckon_all(running: jobs.Running) -> None:
    """The job: subjects in the order of their ids, a step at a time; a killed job goes on after the last step.

    Rows stored twice differ in nothing, so they are not stored twice.
    """
    with running.step():
        ids = _ids(running.actor)
        done = int(running.cursor.get("done", 0))
        today = date.fromisoformat(running.cursor.get("on", str(clock.today())))
    while done < len(ids):
        with running.step():
            subjects = list(Subject.objects.filter(pk__in=ids[done : done + STEP]).order_by("id"))
            _store(subjects, today, running.actor, running.post_id)
            done += len(ids[done : done + STEP])
            running.advance("reckon", done, len(ids), {"done": done, "on": str(today)})


def _ids(actor: Actor) -> list[int]:
    """Subjects with events that the actor's office keeps."""
    subjects = Subject.objects.filter(pk__in=CreditEvent.objects.values("subject_id"))
    if actor.unit != queries.city_id():
        subjects = subjects.filter(district_code=str(actor.unit))
    return list(subjects.order_by("id").values_list("id", flat=True))


def _store(subjects: Sequence[Subject], on: date, by: Actor, post_id: int) -> int:
    """Store the statements that say something new, in the open transaction; return how many."""
    events = queries.events_by_subject([one.pk for one in subjects])
    held = dict(
        Reckoning.objects.filter(subject__in=subjects)
        .order_by("subject_id", "-id")
        .distinct("subject_id")
        .values_list("subject_id", "content")
    )
    kinds = dict(Agency.objects.filter(subject__in=subjects).values_list("subject__pk", "kinds"))
    keepers, news = queries.keepers_of(subjects), []
    for subject in subjects:
        statement = _statement(subject, kinds.get(subject.pk) or (), events[subject.pk], on)
        if statement is None:
            continue
        told = as_json(statement)
        said = content(told)
        if said != held.get(subject.pk):
            seen = keepers[subject.pk]
            row = _row(statement, told, said)
            news.append({"subject_id": subject.pk, "post_id": post_id, "seen_by": seen, **row})
    if news:
        key = storing.insert(news, at=clock.now())
        detail = {"stored": len(news), "on": str(on)}
        audit.record(audit.Kind.RECKONED, by=by, about=("reckoning", key), detail=detail)
    return len(news)


def _statement(subject: Subject, kinds: Collection[str], events: list[Event], on: date) -> Statement | None:
    try:
        book = queries.book_for(subject.kind, kinds)
    except NoScore:
        return None
    return reckon(book, Scored(book.subject, subject.number), events, on=on)


def _row(statement: Statement, told: Mapping[str, Any], said: str) -> dict[str, Any]:
    """A statement as it is stored. Its canonical text is what its digest covers (`Statement.digest`)."""
    text = canonical(told)
    return {
        "on": statement.on,
        "known_on": statement.known_on,
        "book": statement.rulebook.id,
        "book_version": statement.rulebook.version,
        "book_digest": statement.rulebook.digest,
        "score": statement.score,
        "grade": statement.grade,
        "confidence": statement.confidence.value,
        "digest": hashlib.sha256(text).hexdigest(),
        "content": said,
        "statement": text.decode(),
    }
