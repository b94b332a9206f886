"""Days off that are announced late: every open day is reckoned again, says what it was, and leaves an event."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.apps import apps

from lantian.casework import nightly as casework
from lantian.casework import rectifying
from lantian.casework.measures_states import Root
from lantian.casework.models import Lead
from lantian.casework.rectifying import Term
from lantian.casework.states import State
from lantian.config import nightly
from lantian.core.competence import Field
from lantian.core.rulebook import shipped
from lantian.office import audit, editions, jobs, redating
from lantian.office.models import AuditEvent, Job, RulebookEdition
from lantian.screening import actions as screening
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.conftest import Database
from tests.core.test_clock import NOTICE_2027
from tests.personas import NANKAI, acting
from tests.rooms.test_measures import an_opinion
from tests.uploading import load, put_in_use, text_of
from tests.working import kill, until, waits_for_a_lock, worker

OPENED, TOLD, ANNOUNCED = date(2026, 12, 14), date(2027, 1, 5), date(2027, 1, 6)
in_rollback = pytest.mark.django_db


def announced() -> str:
    """The calendar that comes with the program, and the notice for 2027."""
    return text_of("workdays", "2027") + "\n[[rule.day_plan]]" + NOTICE_2027.split("[[rule.day_plan]]")[1]


def approve(edition: RulebookEdition) -> list[Job]:
    """Have the second person approve; return the jobs that wait now, in the order of their making."""
    with acting("marks") as by:
        editions.approve(key=edition.key, by=by)
    with acting("city"):
        return list(Job.objects.filter(state="waiting").order_by("id"))


def work(found: list[Job]) -> None:
    for job in found:
        jobs.execute(job.key, f"{jobs.UNIT}{job.seen_by[0]}")


def a_lead(place: int = 0) -> Lead:
    with acting("city") as by:
        waiting = Finding.objects.filter(district_code=str(NANKAI), clearing="not_cleared").order_by("id")
        _, lead = screening.judge(
            finding_key=waiting[place].key, outcome=Outcome.LEAD, reason="", seen=0, by=by
        )
    assert lead is not None
    return lead


def fresh(row: Any) -> Any:
    with acting("city"):
        return type(row).objects.get(pk=row.pk)


@pytest.fixture
def december(settings: object) -> None:
    settings.TODAY = OPENED  # type: ignore[attr-defined]


@in_rollback
@pytest.mark.usefixtures("december")
def test_a_lead_told_a_provisional_day_is_told_another_when_the_calendar_is_approved() -> None:
    lead = a_lead()
    assert (lead.due, lead.due_provisional) == (TOLD, True)
    found = approve(load(announced(), since=OPENED))
    assert {job.name for job in found} == {one.job for one in redating.table()}
    work(found)
    row = fresh(lead)
    assert (row.due, row.due_provisional) == (ANNOUNCED, False)
    assert (
        row.derivation["steps"][-1][1] == "放假安排公布后由系统重新计算：原暂定2027-01-05，现为2027-01-06。"
    )
    with acting("city"):
        told = audit.history("lead", lead.key)[-1]
    assert (told.kind, told.detail["was"], told.actor) == (
        "due_reannounced",
        str(TOLD),
        f"job:{casework.JOB}",
    )
    work(nightly.run_round())
    assert fresh(lead).derivation == row.derivation, "a second night tells nothing again"


@in_rollback
@pytest.mark.usefixtures("december")
def test_a_calendar_for_a_later_day_moves_days_in_the_night_of_that_day(settings: object) -> None:
    lead = a_lead()
    assert approve(load(announced(), since=OPENED + timedelta(3))) == []
    work(nightly.run_round())
    assert fresh(lead).due_provisional
    settings.TODAY = OPENED + timedelta(3)  # type: ignore[attr-defined]
    work(nightly.run_round())
    assert (fresh(lead).due, fresh(lead).due_provisional) == (ANNOUNCED, False)


@in_rollback
@pytest.mark.usefixtures("december")
def test_a_day_that_an_officer_set_stays_and_the_rules_own_moves() -> None:
    field = Field.TRADEMARK_AGENCY
    with acting("nankai") as by:
        ruled = rectifying.ask_correction(an_opinion(), by=by)
        own = rectifying.ask_correction(an_opinion(term=Term(date(2027, 1, 4), "当事人已承诺")), by=by)
    assert (ruled.field, own.due_provisional, own.derivation["own"]) == (str(field), False, True)
    before = ruled.due, ruled.due_provisional
    work(approve(load(announced(), since=OPENED)))
    again = fresh(ruled)
    assert (
        before[1]
        and not again.due_provisional
        and again.due == rectifying.reckoned(Root(ruled.root), OPENED).due
    )
    assert fresh(own).due == date(2027, 1, 4) and fresh(own).derivation == own.derivation


@in_rollback
@pytest.mark.usefixtures("december")
def test_what_is_settled_keeps_its_day() -> None:
    lead = a_lead()
    with acting("city") as by:
        Lead.objects.filter(pk=lead.pk).update(state=State.VERIFIED)
        audit.record(audit.Kind.LEAD_MOVED, by=by, about=("lead", lead.key))
    work(approve(load(announced(), since=OPENED)))
    assert (fresh(lead).due, fresh(lead).due_provisional) == (TOLD, True)


@in_rollback
@pytest.mark.usefixtures("december")
def test_a_notice_that_changes_an_announced_year_moves_days_that_were_sure(settings: object) -> None:
    settings.TODAY = date(2026, 9, 21)  # type: ignore[attr-defined]
    lead = a_lead()
    assert not lead.due_provisional
    changed = text_of("workdays", "2026b").replace("2026-10-07], ", "2026-10-07, 2026-10-08], ", 1)
    assert changed != text_of("workdays", "2026b")
    work(approve(load(changed, since=date(2026, 9, 21))))
    assert fresh(lead).due > lead.due
    assert f"原为{lead.due}，现为" in fresh(lead).derivation["steps"][-1][1]  # it was never provisional


@in_rollback
@pytest.mark.usefixtures("december")
def test_a_day_is_reckoned_again_by_the_rule_that_it_was_told_by() -> None:
    lead = a_lead()
    text = text_of("deadlines", "shorter")
    head, rest = text.split("[[rule.lead_check]]", 1)
    put_in_use(head + "[[rule.lead_check]]" + rest.replace("limit = 15", "limit = 5", 1), since=OPENED)
    work(approve(load(announced(), since=OPENED)))
    assert (fresh(lead).due, fresh(lead).derivation["version"]) == (ANNOUNCED, lead.derivation["version"])


@in_rollback
@pytest.mark.usefixtures("december")
def test_before_approval_it_is_said_which_days_would_move() -> None:
    lead = a_lead()
    with acting("city"):
        (shift,) = [one for one in redating.shifts(announced()) if one.about == ("lead", lead.key)]
        assert (shift.name, shift.before, shift.after) == (lead.number, TOLD, ANNOUNCED)
        assert list(redating.shifts(shipped("workdays.toml"))) == []
        assert fresh(lead).due == TOLD


def test_every_stored_provisional_day_has_a_job_that_reckons_it_again_each_night() -> None:
    held = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "due_provisional" for field in model._meta.get_fields())
    }
    assert {one.model for one in redating.table()} == held
    assert {one.job for one in redating.table()} <= set(jobs._FUNCTIONS)
    for one in redating.table():
        names = {field.name for field in apps.get_model(one.model)._meta.get_fields()}
        assert {"due", "due_provisional"} <= names and (not one.start or {one.start, "derivation"} <= names)


@in_rollback
def test_the_nightly_round_holds_every_job_of_the_table() -> None:
    assert {one.job for one in redating.table()} <= {job.name for job in nightly.run_round()}


def test_a_reckoning_of_leads_killed_in_the_middle_goes_on(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: days of leads."""
    leads = [a_lead(place) for place in range(3)]
    with acting("city") as by:
        for lead in leads:
            Lead.objects.filter(pk=lead.pk).update(
                opened_on=date(2026, 3, 2), due=date(2026, 12, 31), due_provisional=True
            )
            audit.record(audit.Kind.LEAD_MOVED, by=by, about=("lead", lead.key))
    (job,) = [one for one in nightly.run_round() if one.name == casework.JOB]
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SELECT FROM casework_lead WHERE id = %s FOR UPDATE", [leads[1].pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    assert jobs.requeue_stalled(seconds=0) >= 1
    work([job])
    with acting("city"):
        assert {row.due for row in Lead.objects.filter(pk__in=[one.pk for one in leads])} == {
            date(2026, 3, 23)
        }
    assert AuditEvent.objects.filter(kind="due_reannounced").count() == 3
