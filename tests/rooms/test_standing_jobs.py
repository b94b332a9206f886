"""Jobs of standing, killed in the middle by SIGKILL and run again."""

from __future__ import annotations

from datetime import date

import psycopg

from lantian.core.lists import Terms
from lantian.office import jobs
from lantian.office.models import AuditEvent, Job
from lantian.registry.models import Agency, Subject
from lantian.standing import actions, listing, reckoning
from lantian.standing.actions import NewEvent
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry, Reckoning
from tests.conftest import Database
from tests.personas import acting, run_job
from tests.working import kill, until, waits_for_a_lock, worker

# Foreign keys are checked at commit only: a lock on the subject would let a killed worker's commit through.
WAIT_HERE = """
CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$;
CREATE TRIGGER wait_here BEFORE INSERT ON standing_reckoning FOR EACH ROW
WHEN (NEW.subject_id = {}) EXECUTE FUNCTION wait_here()
"""


def some_agencies(count: int) -> list[Subject]:
    found = (
        Agency.objects.select_related("subject").filter(kinds__contains=["patent"]).order_by("subject__pk")
    )
    return [one.subject for one in found[:count]]


def test_a_reckoning_killed_in_the_middle_goes_on_and_stores_nothing_twice(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the reckoning."""
    subjects = some_agencies(6)
    day = date(2026, 3, 2)
    with acting("city") as by:
        for subject in subjects:
            event = NewEvent("AG-IRR-03", day, day, "津知罚〔2026〕1号")
            actions.record_event(subject_key=subject.key, event=event, by=by)
    with acting("city") as by:
        job = reckoning.reckon_everybody(by=by)
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute(WAIT_HERE.format(subjects[3].pk))
        hold.commit()
        hold.execute("SELECT pg_advisory_xact_lock(42)")
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        assert Reckoning.objects.count() == 2
    assert jobs.requeue_stalled(seconds=0) >= 1
    run_job(job)
    with acting("city"):
        assert Job.objects.get(pk=job.pk).state == Job.State.DONE
        assert set(Reckoning.objects.values_list("subject", flat=True)) == {one.pk for one in subjects}
        assert Reckoning.objects.count() == 6
    assert sum(event.detail["stored"] for event in AuditEvent.objects.filter(kind="reckoned")) == 6


def test_an_expiry_killed_in_the_middle_runs_again_and_closes_each_entry_once(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the expiry of lists."""
    entries = [_entered(subject) for subject in some_agencies(3)]
    with acting("city") as by:
        job = listing.expire_all(by=by)
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SELECT FROM standing_listentry WHERE id = %s FOR UPDATE", [entries[1].pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        assert ListEntry.objects.filter(state="expired").count() == 1
    assert jobs.requeue_stalled(seconds=0) >= 1
    run_job(job)
    with acting("city"):
        assert ListEntry.objects.filter(state="expired").count() == 3
        assert [entry.steps.filter(act="expire").count() for entry in entries] == [1, 1, 1]


def _entered(subject: Subject) -> ListEntry:
    wanted = Listing(subject.key, "key_monitoring", "patent_agency", "cnipa_list", (), "名单第3号")
    on = date(2025, 11, 1)
    with acting("marks") as by:
        row = listing.propose(wanted, by=by)
    with acting("city") as by:
        row = listing.review(key=row.key, done=Done(on, 1), by=by)
        return listing.enter(key=row.key, terms=Terms(), done=Done(on, 2, "津知函1号"), by=by)
