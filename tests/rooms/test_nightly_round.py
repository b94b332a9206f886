"""The nightly round: what ends by itself ends, provisional days are reckoned again, in nobody's name."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from django.test import override_settings
from django.urls import reverse

from lantian.config import nightly
from lantian.core.lists import Terms
from lantian.office import jobs
from lantian.office.models import AuditEvent, Job
from lantian.screening import schedule
from lantian.standing import listing, repairing
from lantian.standing import nightly as standing
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry, ListStep, Objection
from lantian.standing.repairing import Application
from tests.conftest import Database
from tests.personas import acting, browser
from tests.rooms.test_standing import an_agency, record
from tests.rooms.test_standing_jobs import some_agencies
from tests.working import kill, until, waits_for_a_lock, worker

TODAY = date(2026, 11, 22)
in_rollback = pytest.mark.django_db


def entered(subject: object, on: date = date(2025, 11, 1)) -> ListEntry:
    wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "名单第3号")  # type: ignore[attr-defined]
    with acting("marks") as by:
        row = listing.propose(wanted, by=by)
    with acting("city") as by:
        row = listing.review(key=row.key, done=Done(on, 1), by=by)
        return listing.enter(key=row.key, terms=Terms(), done=Done(on, 2, "津知函1号"), by=by)


def tonight() -> list[Job]:
    """Schedule the round and do its jobs as the worker would."""
    found = nightly.run_round()
    for job in found:
        jobs.execute(job.key, f"{jobs.UNIT}{job.seen_by[0]}")
    return found


@in_rollback
@override_settings(TODAY=TODAY)
def test_an_entry_whose_days_are_over_ends_at_night_in_nobodys_name() -> None:
    row = entered(an_agency())
    found = tonight()
    assert {job.name for job in found} == {
        "list_expiry",
        "standing_reannounce",
        "standing_follow",
        "casework_reannounce",
        "publication_end",
    }
    with acting("city"):
        row.refresh_from_db()
        assert (row.state, row.ended_on) == ("expired", date(2026, 11, 1))
        assert ListStep.objects.get(entry=row, act="expire").post is None
        assert {job.state for job in Job.objects.filter(pk__in=[one.pk for one in found])} == {"done"}
    event = AuditEvent.objects.filter(kind="list_moved").latest("id")
    assert (event.actor, event.detail["act"]) == ("job:list_expiry", "expire")


@in_rollback
@override_settings(TODAY=TODAY)
def test_a_second_night_changes_nothing_and_a_job_still_open_is_left_alone() -> None:
    entered(an_agency())
    first = nightly.run_round()
    assert nightly.run_round() == []
    for job in first:
        jobs.execute(job.key, f"{jobs.UNIT}{job.seen_by[0]}")
    tonight()
    assert AuditEvent.objects.filter(kind="list_moved", detail__act="expire").count() == 1


@in_rollback
@override_settings(TODAY=TODAY)
def test_officers_see_on_their_first_page_what_ended_and_what_ends_soon() -> None:
    row = entered(an_agency(), on=date(2025, 11, 20))
    tonight()
    page = browser("nankai").get(reverse("home")).content.decode()
    assert "名单期满" in page and row.subject.name in page and "期满移出" in page
    shown = browser("nankai").get(reverse("listing", args=[row.key])).content.decode()
    assert "期满移出" in shown
    assert "系统每夜自动进行" in browser("city").get(reverse("listings")).content.decode()


@in_rollback
@override_settings(TODAY=TODAY)
def test_a_provisional_day_is_reckoned_again_and_says_what_it_was() -> None:
    event = record(an_agency())
    with acting("city") as by:
        row = repairing.raise_objection(Application(event.key, date(2026, 11, 2), "并非本机构代理"), by=by)
        due = row.due
        # as if the holidays of that year had not been announced on the day it was asked
        row.due, row.due_provisional = date(2026, 12, 31), True
        row.save()
    tonight()
    with acting("city"):
        row = Objection.objects.get(pk=row.pk)
        assert (row.due, row.due_provisional) == (due, False)
        assert "2026-12-31" in row.derivation["steps"][-1][1]
    event = AuditEvent.objects.get(kind="due_reannounced")  # type: ignore[assignment]
    assert event.detail["was"] == "2026-12-31" and event.actor == "job:standing_reannounce"  # type: ignore[attr-defined]


@in_rollback
def test_a_room_at_fault_does_not_keep_the_others_from_their_night(caplog: pytest.LogCaptureFixture) -> None:
    def faulty() -> list[Job]:
        raise ValueError("broken")

    found = nightly.run_round({"faulty": faulty, "standing": standing.tonight})
    assert len(found) == 3 and "nightly round failed" in caplog.text


@in_rollback
def test_a_check_at_night_can_be_stopped_by_an_officer_on_the_page() -> None:
    nightly.run_round()
    assert browser("city").post(reverse("listings_cancel")).status_code == 302
    with acting("city"):
        assert Job.objects.get(name="list_expiry").state == "cancelled"
    assert browser("nankai").get(reverse("listings_progress")).status_code == 200


def test_the_nightly_reckoning_of_days_killed_in_the_middle_goes_on(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: provisional days."""
    rows = []
    for subject in some_agencies(3):
        event = record(subject)
        with acting("city") as by:
            row = repairing.raise_objection(
                Application(event.key, date(2026, 11, 2), "并非本机构代理"), by=by
            )
            row.due, row.due_provisional = date(2026, 12, 31), True
            row.save()
        rows.append(row)
    (job,) = [one for one in nightly.run_round() if one.name == "standing_reannounce"]
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SELECT FROM standing_objection WHERE id = %s FOR UPDATE", [rows[1].pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    assert jobs.requeue_stalled(seconds=0) >= 1
    jobs.execute(job.key, f"{jobs.UNIT}{job.seen_by[0]}")
    with acting("city"):
        assert Objection.objects.filter(due_provisional=True).count() == 0
        assert Job.objects.get(pk=job.pk).state == "done"
    assert AuditEvent.objects.filter(kind="due_reannounced").count() == 3


@in_rollback
def test_a_day_that_is_set_has_no_night(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A worker that runs at two in the morning does nothing behind the back of a demonstration, or of a test."""
    done: list[str] = []
    monkeypatch.setattr(nightly, "run_round", lambda: done.append("round"))
    monkeypatch.setattr(schedule, "run_nightly", lambda: done.append("runs"))
    for day, expected in ((TODAY, []), (None, ["round", "runs"])):
        settings.TODAY = day
        nightly.nightly_round(0)
        schedule.nightly(0)
        assert done == expected
