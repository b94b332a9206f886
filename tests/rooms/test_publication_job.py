"""The job that ends publications, killed in the middle by SIGKILL and run again."""

from __future__ import annotations

from datetime import date

import psycopg

from lantian.core.publicity import Profile
from lantian.office import clock, jobs
from lantian.publicity import actions, deciding, publishing, sweeping
from lantian.publicity.actions import Owed, Told
from lantian.publicity.deciding import Draft
from lantian.publicity.models import Notice
from lantian.publicity.publishing import Placed
from tests.conftest import Database
from tests.personas import acting, run_job
from tests.working import kill, until, waits_for_a_lock, worker

LISTED, LAST = date(2024, 11, 1), date(2025, 10, 31)
FIELDS = {"act": "失信行为", "content": "认定一年"}


def _published(number: int) -> Notice:
    """What CNIPA published long ago and nobody took down; ours only mirrors it, so an early day may be recorded."""
    told = Told(name=f"示例{number}号", profile=Profile.ENTERPRISE, fields=FIELDS, longest=LAST)
    with acting("city") as by:
        about, document = ("listing", f"k{number}"), "国知发保字〔2024〕1号"
        row = actions.owe(Owed(about, "cnipa_credit", "", document, LISTED, told), by=by)
        assert row is not None
        draft = Draft(deciding.first_draft(row), "stay", LAST)
        digest = deciding.preview(row, draft).digest
        deciding.prepare(key=row.key, draft=draft, digest=digest, version=1, by=by)
    with acting("marks") as by:
        deciding.approve(key=row.key, digest=digest, version=2, by=by)
        return publishing.publish(key=row.key, placed=Placed("cnipa", LISTED, 3), by=by)


def test_an_ending_killed_in_the_middle_runs_again_and_ends_each_notice_once(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: publications that end."""
    rows = [_published(number) for number in range(3)]
    assert {row.until for row in rows} == {LAST} and clock.today() > LAST
    with acting("city") as by:
        job = sweeping.run_all(by=by)
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SELECT FROM publicity_notice WHERE id = %s FOR UPDATE", [rows[1].pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        assert Notice.objects.filter(state="withdrawing").count() == 1
    assert jobs.requeue_stalled(seconds=0) >= 1
    run_job(job)
    with acting("city"):
        assert Notice.objects.filter(state="withdrawing", due__gt=LAST).count() == 3
        assert [row.steps.filter(act="lapse").count() for row in rows] == [1, 1, 1]
