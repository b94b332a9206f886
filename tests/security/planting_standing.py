"""The mark in everything that is kept of a subject's standing and is not public."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from psycopg.types.range import DateRange, TimestamptzRange

from lantian.core.supervision import FactKind
from lantian.office import audit, clock, files
from lantian.office.actors import Actor
from lantian.office.models import Job, Post, RulebookEdition, RulebookText
from lantian.office.scope import scoped
from lantian.registry.models import Agency, Subject
from lantian.standing import actions, classing, listing, planning, reckoning, rehearsing, repairing
from lantian.standing.actions import Confirmed, NewEvent
from lantian.standing.classing import Signature
from lantian.standing.listing import Listing
from lantian.standing.models import (
    ConfirmedFact,
    CreditEvent,
    FactTakenBack,
    GuidancePlan,
    ListEntry,
    ListPaper,
    ListSpell,
    Objection,
    Reckoning,
    Rehearsal,
    RehearsedMove,
    Repair,
    SupervisionClass,
)
from lantian.standing.plan_states import StepAct
from lantian.standing.planning import Marked, NewPlan, NewStep
from lantian.standing.repairing import Application
from tests.personas import officer

MODELS = (CreditEvent, Reckoning, Repair, Objection, ConfirmedFact, SupervisionClass, ListEntry, GuidancePlan)


def plant_standing(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant an event with all that follows it; keys by the first word of a route."""
    by, today = officer("city"), clock.today()
    agency = Agency.objects.filter(kinds__contains=["patent"]).order_by("-id").first()
    assert agency is not None
    subject, day = agency.subject, today - timedelta(days=250)
    event = NewEvent("AG-IRR-03", day, day, mark)
    with scoped(by):
        actions.record_fact(Confirmed(subject.number, FactKind.PENALTY, day, mark, event), by=by)
        row = CreditEvent.objects.get(subject=subject, document=mark)
        actions.note_correction(event_key=row.key, on=today, document=mark, note=mark, by=by)
        repairing.ask_repair(Application(row.key, today, mark), by=by)
        repairing.raise_objection(Application(row.key, today, mark), by=by)
        reckoning.reckon_subject(subject_key=subject.key, by=by)
        shown = classing.propose(subject, today)
        signature = Signature(shown.proposed.code, shown.mark)
        classing.sign(subject_key=subject.key, signature=signature, by=by)
        wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), mark)
        entry = listing.propose(wanted, by=by)
        officer_key = Post.objects.get(pk=by.post_id).key
        step = NewStep(mark, today, officer_key)
        plan = planning.start(NewPlan(subject.key, mark, mark, today, officer_key, (step,)), by=by)
        planning.mark_step(key=plan.key, place=1, act=StepAct.DO, marked=Marked(today, 1, mark, mark), by=by)
        FactTakenBack.objects.create(
            fact=ConfirmedFact.objects.get(subject=subject, document=mark), on=today, reason=mark,
            post_id=by.post_id, at=clock.now(),
        )  # fmt: skip
    with scoped(everybody):
        audit.record(audit.Kind.LIST_MOVED, by=by, about=("listing", entry.key))
        file = files.keep(name=f"{mark}.pdf", chunks=[b"%PDF-1.4 planted"], seen_by=sorted(units), by=by)
        ListPaper.objects.create(
            entry=entry, kind="evidence", title=mark, file=file, post_id=by.post_id, at=clock.now()
        )
        ListSpell.objects.create(
            subject=subject, list_id="key_monitoring", entry=entry, value={"state": mark}, by="job:test",
            valid=DateRange(today, None), known=TimestamptzRange(clock.now(), None), seen_by=sorted(units),
        )  # fmt: skip
        for model in MODELS:
            assert model._default_manager.filter(subject=subject).update(seen_by=sorted(units)) > 0
        # Its papers are written by the office that proposes.
        ListEntry.objects.filter(key=entry.key).update(unit_id=units[0])
    edition = _rehearsed(mark, units, subject, everybody)
    return {"edition": edition.key, "listing": entry.key, "credit": subject.key, "plan": plan.key}


def _rehearsed(mark: str, units: Sequence[int], subject: Subject, everybody: Actor) -> RulebookEdition:
    """An edition, which is nobody's secret, and a rehearsal of it, which is."""
    by = officer("city")
    text = RulebookText.objects.get(book="credit_agency", shipped=True)
    number = RulebookEdition.objects.filter(book="credit_agency").count() + 1
    edition = RulebookEdition.objects.create(
        book="credit_agency", number=number, text=text, base=text, file_name="book.toml", valid_from=clock.today(),
        reason="annex", post_id=by.post_id, at=clock.now(),
    )  # fmt: skip
    with scoped(by):
        rehearsal = rehearsing.start(edition_key=edition.key, by=by)
        RehearsedMove.objects.create(
            rehearsal=rehearsal, subject=subject, size="none", fault_zh=mark, fault_en=mark
        )
    with scoped(everybody):
        Job.objects.filter(pk=rehearsal.job_id).update(state=Job.State.DONE, seen_by=sorted(units))
        Rehearsal.objects.filter(pk=rehearsal.pk).update(seen_by=sorted(units))
    return edition
