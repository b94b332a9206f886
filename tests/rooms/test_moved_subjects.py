"""A subject that moves to another district: its standing follows by a clear rule, under row-level security."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from django.test import override_settings
from django.urls import reverse

from lantian.core.supervision import FactKind
from lantian.office import jobs
from lantian.office.models import AuditEvent, Job
from lantian.publicity import actions as publicity
from lantian.publicity.actions import Owed
from lantian.registry.models import Subject
from lantian.standing import (
    actions,
    classing,
    listing,
    moving,
    nightly,
    plan_queries,
    planning,
    queries,
    reckoning,
)
from lantian.standing.actions import Confirmed
from lantian.standing.classing import Signature
from lantian.standing.errors import StandingRefused
from lantian.standing.listing import Listing
from lantian.standing.models import CreditEvent, GuidancePlan, ListEntry, Reckoning
from lantian.standing.plan_states import StepAct
from lantian.standing.planning import Marked
from tests.conftest import Database
from tests.personas import CITY, NANKAI, XIQING, acting, browser
from tests.rooms.test_guidance_plans import a_plan, post_of
from tests.rooms.test_standing import an_agency, an_event
from tests.rooms.test_standing_jobs import some_agencies
from tests.working import kill, until, waits_for_a_lock, worker

TODAY = date(2026, 11, 22)
in_rollback = pytest.mark.django_db


def with_everything() -> tuple[Subject, GuidancePlan]:
    """An agency of Nankai with an event, a fact, a reckoning, a class, a proposal for a list, a notice and a
    plan."""
    subject = an_agency(NANKAI)
    with acting("nankai") as by:
        told = Confirmed(subject.number, FactKind.PENALTY, date(2026, 3, 2), "津知罚〔2026〕1号", an_event())
        actions.record_fact(told, by=by)
        reckoning.reckon_subject(subject_key=subject.key, by=by)
        mark = classing.propose(subject, TODAY).mark
        classing.sign(subject_key=subject.key, signature=Signature("III", mark), by=by)
        wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "国家局名单第3号")
        listing.propose(wanted, by=by)
        owed = Owed(("document", "moved"), "penalty", subject.key, "津知罚〔2026〕1号", date(2026, 11, 16))
        publicity.owe(owed, by=by)
    return subject, a_plan()


def seen(login: str, subject: Subject) -> dict[str, int]:
    with acting(login):
        return {
            model.__name__: model._default_manager.filter(subject=subject).count() for model in moving.KEPT
        }


def move(subject: Subject) -> None:
    """As a register says it: the district of the subject is another."""
    Subject.objects.filter(pk=subject.pk).update(district_code=str(XIQING))
    subject.refresh_from_db()


@in_rollback
@override_settings(TODAY=TODAY)
def test_the_new_district_sees_every_record_and_the_old_one_what_it_saw() -> None:
    subject, _ = with_everything()
    before = seen("nankai", subject)
    assert before["CreditEvent"] == 1 and before["GuidancePlan"] == 1 and before["ListEntry"] == 1
    assert before["Notice"] == 1
    assert set(seen("xiqing", subject).values()) == {0}
    move(subject)
    with acting("city") as by:
        assert moving.behind() == [subject.pk]
        assert moving.follow([subject], by=by) == 1
        assert moving.behind() == [] and moving.follow([subject], by=by) == 0
    assert seen("xiqing", subject) == before == seen("nankai", subject)
    event = AuditEvent.objects.get(kind="standing_followed")
    assert event.detail["units"] == sorted([CITY, XIQING])


@in_rollback
@override_settings(TODAY=TODAY)
def test_what_is_recorded_after_the_move_is_the_new_districts_and_not_the_old_ones() -> None:
    subject, _ = with_everything()
    move(subject)
    with acting("city") as by:
        moving.follow([subject], by=by)
    with acting("xiqing") as by:
        actions.record_event(subject_key=subject.key, event=an_event(document="津西知罚〔2026〕2号"), by=by)
        assert CreditEvent.objects.filter(subject=subject).count() == 2
        reckoning.reckon_subject(subject_key=subject.key, by=by)
        assert Reckoning.objects.filter(subject=subject).count() == 2
    with acting("nankai") as by:
        assert CreditEvent.objects.filter(subject=subject).count() == 1
        with pytest.raises(StandingRefused, match="does not see every event"):
            reckoning.reckon_subject(subject_key=subject.key, by=by)


@in_rollback
@override_settings(TODAY=TODAY)
def test_a_running_plan_is_taken_over_by_the_new_district() -> None:
    subject, plan = with_everything()
    move(subject)
    with acting("city") as by:
        moving.follow([subject], by=by)
    page = browser("xiqing").get(reverse("plan", args=[plan.key])).content.decode()
    assert "接办计划" in page
    with acting("xiqing") as by:
        with pytest.raises(StandingRefused, match="Only the office"):
            planning.mark_step(
                key=plan.key, place=1, act=StepAct.DO, marked=Marked(TODAY, 1, "已辅导"), by=by
            )
        taken = planning.entrust(
            key=plan.key, officer=post_of(by), marked=Marked(TODAY, 1, "对象迁入本区"), by=by
        )
        assert (taken.unit_id, taken.officer.unit_id) == (XIQING, XIQING)
        assert plan_queries.owed(by).count() == 1
        planning.mark_step(key=plan.key, place=1, act=StepAct.DO, marked=Marked(TODAY, 2, "已辅导"), by=by)
    with acting("nankai") as by:
        assert plan_queries.find(plan.key) is not None and plan_queries.owed(by).count() == 0


@in_rollback
@override_settings(TODAY=TODAY)
def test_a_move_that_nobody_told_us_of_is_followed_at_night() -> None:
    subject, _ = with_everything()
    move(subject)
    (job,) = [one for one in nightly.tonight() if one.name == moving.JOB]
    jobs.execute(job.key, f"{jobs.UNIT}{CITY}")
    with acting("xiqing"):
        assert queries.facts_of(subject) and ListEntry.objects.filter(subject=subject).exists()
    assert AuditEvent.objects.get(kind="standing_followed").actor == f"job:{moving.JOB}"


def test_the_following_killed_in_the_middle_goes_on(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: records that follow."""
    subjects = [one for one in some_agencies(6) if one.district_code != str(XIQING)][:3]
    with acting("city") as by:
        for subject in subjects:
            actions.record_event(subject_key=subject.key, event=an_event(), by=by)
    Subject.objects.filter(pk__in=[one.pk for one in subjects]).update(district_code=str(XIQING))
    (job,) = [one for one in nightly.tonight() if one.name == moving.JOB]
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SELECT FROM standing_creditevent WHERE subject_id = %s FOR UPDATE", [subjects[1].pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    assert jobs.requeue_stalled(seconds=0) >= 1
    jobs.execute(job.key, f"{jobs.UNIT}{CITY}")
    with acting("xiqing"):
        assert CreditEvent.objects.filter(subject__in=subjects).count() == 3
    with acting("city"):
        assert Job.objects.get(pk=job.pk).state == "done"
    assert AuditEvent.objects.filter(kind="standing_followed").count() == 3
