"""What an edition of a credit book would do to everybody's reckoning, and stored statements reckoned once more.

A rehearsal stores nothing about anybody but its own result; what is reckoned for keeps goes on under the book in use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet

from lantian.core import shelf
from lantian.core.credit.book import CreditBook, read_book
from lantian.core.credit.events import Subject as Scored
from lantian.core.credit.reckoning import reckon
from lantian.core.credit.rehearsal import Difference, History, Move, rehearse
from lantian.core.credit.statement import Statement
from lantian.core.messages import Text
from lantian.office import audit, clock, editions, jobs, serving
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Job
from lantian.registry.kinds import FactKind
from lantian.registry.models import Agency, RegisterFact, Subject
from lantian.standing import queries
from lantian.standing.errors import NoScore, StandingRefused
from lantian.standing.models import CreditEvent, Reckoning, Rehearsal, RehearsedMove

STEP = 500
BOOKS = ("credit_agency", "credit_practitioner")
Size = RehearsedMove.Size
BANDS = ((20, Size.LARGE), (5, Size.MEDIUM), (1, Size.SMALL), (0, Size.NONE))  # from so many practitioners on
OPEN = (Job.State.WAITING, Job.State.RUNNING)


def replayed(row: Reckoning) -> Statement:
    """Reckon a stored statement once more, by the text it names and as known then; equal digests are equal bytes."""
    subject = row.subject
    book = _book(row.book, row.book_digest)
    events = queries.events_of(subject)
    return reckon(book, Scored(book.subject, subject.number), events, on=row.on, known_on=row.known_on)


@transaction.atomic
def start(*, edition_key: str, by: OfficerActor) -> Rehearsal:
    """Rehearse an edition of a credit book by a job, as of its first day (of today, when that is past)."""
    editions.check_may_keep(by)
    edition = editions.find(edition_key)
    if edition is None or edition.book not in BOOKS:
        raise StandingRefused(
            "只有信用规则库可以用历史试算。", "Only a rule book of credit can be rehearsed over histories."
        )
    if Rehearsal.objects.filter(edition=edition, job__state__in=OPEN).exists():
        raise StandingRefused("试算正在进行。", "A rehearsal is under way already.")
    rehearsal = Rehearsal(
        edition=edition,
        on=max(clock.today(), edition.valid_from),
        before=edition.base_id,
        after=edition.text_id,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=list(by.units),
    )
    rehearsal.job = jobs.defer(
        "rehearse",
        lock=f"standing:rehearse:{edition.key}",
        arguments={"rehearsal": rehearsal.key},
        mandate=f"edition:{edition.key}",
        by=by,
    )
    rehearsal.save()
    detail = {"book": edition.book, "rehearsal": rehearsal.key}
    audit.record(audit.Kind.REHEARSAL_STARTED, by=by, about=("edition", edition.key), detail=detail)
    return rehearsal


def newest(edition_key: str, *, by: Actor) -> Rehearsal | None:
    """The rehearsal of an edition that was started last, if the reader may see it; reading one that ended is noted."""
    row = Rehearsal.objects.select_related("job__progress", "post__account").filter(edition__key=edition_key)
    found = row.order_by("-id").first()
    if found is not None and not found.job.open:
        detail = {"rehearsal": found.key}
        audit.record(audit.Kind.REHEARSAL_READ, by=by, about=("edition", edition_key), detail=detail)
    return found


def moves(rehearsal: Rehearsal) -> QuerySet[RehearsedMove]:
    """Who moves, those who lose most first."""
    rows = RehearsedMove.objects.filter(rehearsal=rehearsal, fault_zh="").select_related("subject")
    return rows.order_by(F("score_after") - F("score_before"), "subject_id")


def faults(rehearsal: Rehearsal) -> QuerySet[RehearsedMove]:
    """Whom one of the books refuses."""
    return (
        RehearsedMove.objects.filter(rehearsal=rehearsal)
        .exclude(fault_zh="")
        .select_related("subject")
        .order_by("subject_id")
    )


def counted(rehearsal: Rehearsal, *columns: str) -> list[tuple[Any, ...]]:
    """How many move, by columns such as district, size, or grade before and after; the largest group first."""
    rows = RehearsedMove.objects.filter(rehearsal=rehearsal, fault_zh="").values_list(*columns)
    return list(rows.annotate(count=Count("id")).order_by("-count", *columns))


@jobs.job("rehearse")
def rehearse_all(running: jobs.Running, rehearsal: str) -> None:
    """The job: subjects in the order of their ids, a step at a time; a killed job goes on after the last step."""
    with running.step():
        row = Rehearsal.objects.select_related("edition").get(key=rehearsal)
        books = _book(row.edition.book, row.before), _book(row.edition.book, row.after)
        ids = list(_subjects(books[1].subject).values_list("id", flat=True))
        done = int(running.cursor.get("done", 0))
    while done < len(ids):
        with running.step():
            part = ids[done : done + STEP]
            done += len(part)
            row.subjects += _rehearse(row, books, part, running.actor)
            row.save(update_fields=["subjects"])
            running.advance("rehearse", done, len(ids), {"done": done})
            row = Rehearsal.objects.select_related("edition").get(pk=row.pk)


def _subjects(kind: str) -> QuerySet[Subject]:
    held = CreditEvent.objects.values("subject_id")
    return Subject.objects.filter(pk__in=held, kind=kind).order_by("id")


def _rehearse(row: Rehearsal, books: tuple[CreditBook, CreditBook], ids: Sequence[int], by: Actor) -> int:
    """Store who moves among some subjects, in the open transaction; return how many were reckoned."""
    subjects = _scored(list(Subject.objects.filter(pk__in=ids).order_by("id")))
    by_number = {one.number: one for one in subjects}
    found = rehearse(*books, _histories(subjects, books[1].subject, row.on), on=row.on)
    sizes = _sizes(subjects, row.on)
    rows = [_moved(row, by_number[move.subject.no], move, sizes[move.subject.no]) for move in found.moves] + [
        _refused(row, by_number[scored.no], why, sizes[scored.no]) for scored, why in found.failed
    ]
    RehearsedMove.objects.bulk_create(rows)
    detail = {"rehearsal": row.key, "subjects": found.subjects, "moves": len(found.moves)}
    audit.record(audit.Kind.REHEARSED, by=by, about=("edition", row.edition.key), detail=detail)
    return found.subjects


def _scored(subjects: Sequence[Subject]) -> list[Subject]:
    """Those whom a book scores at all: trademark agencies have a file, no score."""
    kinds = dict(Agency.objects.filter(subject__in=subjects).values_list("subject__pk", "kinds"))
    return [one for one in subjects if _has_score(one, kinds.get(one.pk) or ())]


def _has_score(subject: Subject, kinds: Sequence[str]) -> bool:
    try:
        queries.book_for(subject.kind, kinds)
    except NoScore:
        return False
    return True


def _histories(subjects: Sequence[Subject], kind: str, on: date) -> Iterator[History]:
    events = queries.events_by_subject([one.pk for one in subjects])
    for one in subjects:
        yield History(Scored(kind, one.number), tuple(events[one.pk]), one.district_code or "")


def _sizes(subjects: Sequence[Subject], on: date) -> Mapping[str, str]:
    """The band of every subject by its practitioners on a day; the day ahead of us counts as we know it."""
    numbers = [one.number for one in subjects if one.kind == Subject.Kind.AGENCY]
    facts = RegisterFact.objects.on(on).filter(kind=FactKind.EMPLOYMENT, item__in=numbers)
    staff = Counter(facts.values_list("item", flat=True))
    return {
        one.number: next(band for least, band in BANDS if staff[one.number] >= least)
        if one.kind == Subject.Kind.AGENCY
        else Size.PERSON
        for one in subjects
    }


def _moved(row: Rehearsal, subject: Subject, move: Move, size: str) -> RehearsedMove:
    return RehearsedMove(
        rehearsal=row,
        subject=subject,
        district=move.district,
        size=size,
        score_before=move.score_before,
        score_after=move.score_after,
        grade_before=move.grade_before,
        grade_after=move.grade_after,
        differences=[_difference(each) for each in move.differences],
    )


def _difference(each: Difference) -> dict[str, Any]:
    why = each.why or Text("", "")
    return {
        "event": each.event,
        "clause_zh": each.clause.zh,
        "clause_en": each.clause.en,
        "before": str(each.before),
        "after": str(each.after),
        "why_zh": why.zh,
        "why_en": why.en,
    }


def _refused(row: Rehearsal, subject: Subject, why: Text, size: str) -> RehearsedMove:
    return RehearsedMove(
        rehearsal=row,
        subject=subject,
        district=subject.district_code or "",
        size=size,
        fault_zh=why.zh,
        fault_en=why.en,
    )


@lru_cache(maxsize=8)
def _book(id: str, digest: str) -> CreditBook:
    return read_book(serving.text_of(digest), file=shelf.file_of(id))
