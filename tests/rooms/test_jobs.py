"""Ground rules, "Jobs": one test a sentence, and every job killed in the middle by SIGKILL and run again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection
from procrastinate.contrib.django import app as queue
from procrastinate.jobs import Status

from lantian.core.identifiers import application_check_digit, code_check_character
from lantian.filings.models import Patent
from lantian.office import files, jobs, tasks
from lantian.office.actors import JobActor
from lantian.office.intake import actions as intake
from lantian.office.intake.spec import spec_of
from lantian.office.models import AuditEvent, AuditLink, IntakeBatch, Job, Post, Progress, RowError
from lantian.registry import directories
from lantian.registry.models import DirectoryDiff, Subject
from lantian.screening import actions as screening
from lantian.screening.models import Finding, Run
from tests.conftest import Database
from tests.personas import CITY, acting, officer
from tests.working import kill, until, waits_for_a_lock, worker

in_rollback = pytest.mark.django_db
KEY = re.compile(r"[a-z2-7]{26}")
COMPARED = (
    "key", "subject_no", "score", "strength", "clearing", "reason_zh", "evidence", "members", "district_code",
    "detector_version", "parameters", "seen_by",
)  # fmt: skip


def number(serial: int) -> str:
    """A valid application number that the city does not use."""
    base = f"20251{serial:07d}"
    return f"{base}.{application_check_digit(base)}"


def wrong(serial: int) -> str:
    """A number whose check digit does not fit."""
    right = number(serial)
    return right[:-1] + ("1" if right[-1] == "0" else "0")


def table(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def begin(content: bytes, name: str = "patents") -> IntakeBatch:
    """Keep a file and schedule its intake."""
    with acting("city") as by:
        sealed = spec_of(name).sealed
        file = files.keep(name="f.csv", chunks=[content], seen_by=by.units, by=by, sealed=sealed)
        return intake.start(table=name, file=file, by=by)


def some_patents(count: int, first: int = 0) -> bytes:
    head = ["application_no", "disclosure", "title", "filing_date"]
    rows = ([number(first + n), "published", f"一种装置{n}", "2025-01-02"] for n in range(count))
    return table([head, *rows])


def execute(job: Job | None, tell: Callable[[int, int], None] | None = None) -> Job:
    assert job is not None
    jobs.execute(job.key, Post.objects.get(account__login="city").key, tell)
    with acting("city"):
        return Job.objects.select_related("progress").get(pk=job.pk)


def a_job(name: str) -> Job:
    with acting("city") as by:
        return jobs.defer(name, lock=name, arguments={}, mandate="test:test", by=by)


def probe(monkeypatch: pytest.MonkeyPatch, work: Callable[[jobs.Running], None]) -> Job:
    """A scheduled job that does what a test wants."""
    monkeypatch.setitem(jobs._FUNCTIONS, "probe", work)
    return a_job("probe")


def queued() -> list[str]:
    return [job.lock or "" for job in async_to_sync(queue.job_manager.list_jobs_async)(status="todo")]


# A job opens scoped(JobActor); its arguments are keys.


@in_rollback
def test_a_job_acts_as_itself_under_the_mandate_and_in_the_scope_of_the_act() -> None:
    """It opens `scoped(JobActor)`: JobActor(name, mandate = the act that scheduled it)."""
    batch = begin(some_patents(1))
    execute(batch.job)
    event = AuditEvent.objects.filter(kind="rows_taken_in").order_by("-id")[0]
    assert (event.actor, event.unit) == ("job:intake", CITY)
    assert batch.job is not None and batch.job.mandate == f"intake:{batch.key}"


@in_rollback
def test_the_steps_of_a_job_see_what_the_scheduling_post_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens `scoped(JobActor)`."""
    seen: list[object] = []

    def work(running: jobs.Running) -> None:
        with running.step():
            seen.extend([type(running.actor), running.actor.units, Finding.objects.count() > 0])

    assert execute(probe(monkeypatch, work)).state == Job.State.DONE
    assert seen == [JobActor, (CITY,), True]
    assert Finding.objects.count() == 0


@in_rollback
def test_arguments_of_jobs_are_keys() -> None:
    """A job = … a function whose arguments are keys."""
    begin(some_patents(1))
    with acting("city") as by:
        screening.start_run(detector="P01", by=by)
        for job in Job.objects.all():
            assert job.arguments and all(KEY.fullmatch(value) for value in job.arguments.values())
    for waiting in async_to_sync(queue.job_manager.list_jobs_async)():
        arguments = json.loads(str(waiting.task_kwargs))
        assert set(arguments) == {"key", "post"}
        assert all(KEY.fullmatch(value) for value in arguments.values())


# It writes progress and a cursor row per batch, looks at `cancelled` between batches.


@in_rollback
def test_a_job_writes_progress_and_a_cursor_with_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """It … writes progress and a cursor row per batch."""
    monkeypatch.setattr(intake, "STEP", 10)
    batch = begin(some_patents(25))
    told: list[tuple[int, int, object]] = []
    cursors = Progress.objects.filter(job=batch.job)
    job = execute(batch.job, lambda done, total: told.append((done, total, cursors[0].cursor["rows"])))
    assert told == [(10, 25, 10), (20, 25, 20), (25, 25, 25)]
    assert (job.state, job.progress.percent, job.progress.stage) == (Job.State.DONE, 100, "rows")
    assert job.ended_at is not None


@in_rollback
def test_a_cancelled_job_stops_between_two_steps_and_keeps_what_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It … looks at `cancelled` between batches."""
    monkeypatch.setattr(intake, "STEP", 10)
    batch = begin(some_patents(25))

    def cancel(done: int, total: int) -> None:
        if done == 10:
            assert batch.job is not None
            jobs.cancel(job=batch.job, by=officer("city"))

    job = execute(batch.job, cancel)
    assert (job.state, job.progress.done) == (Job.State.CANCELLED, 10)
    assert Patent.objects.filter(batch=batch).count() == 10
    assert "Stopped as asked" in job.fault_en and job.fault_zh
    with acting("city") as by, pytest.raises(jobs.JobRefused, match="has ended"):
        jobs.cancel(job=job, by=by)


@in_rollback
def test_a_job_cancelled_before_it_began_does_nothing() -> None:
    """It … looks at `cancelled` between batches."""
    batch = begin(some_patents(3))
    assert batch.job is not None
    with acting("city") as by:
        jobs.cancel(job=batch.job, by=by)
    assert execute(batch.job).state == Job.State.CANCELLED
    assert not Patent.objects.filter(batch=batch).exists()


@in_rollback
def test_another_unit_cannot_cancel_a_job() -> None:
    """Protected are also all copies: a job is seen by its own units."""
    batch = begin(some_patents(1))
    assert batch.job is not None
    with acting("nankai") as by, pytest.raises(Job.DoesNotExist):
        jobs.cancel(job=batch.job, by=by)


# Safe to run twice.


@in_rollback
def test_a_finished_job_is_not_done_again() -> None:
    """It … is safe to run twice."""
    batch = begin(some_patents(5))
    execute(batch.job)
    events = AuditEvent.objects.count()
    execute(batch.job)
    assert AuditEvent.objects.count() == events
    with acting("city"):
        again = IntakeBatch.objects.get(pk=batch.pk)
    assert (again.read, again.new) == (5, 5)


@in_rollback
def test_screening_twice_doubles_no_finding() -> None:
    """Safe to run twice (unique effect key per letter, number, finding)."""
    with acting("city"):
        before = dict(Finding.objects.values_list("key", "first_found_at"))
    with acting("city") as by:
        run = screening.start_run(detector="P01", by=by)
    assert execute(run.job).state == Job.State.DONE
    with acting("city"):
        assert dict(Finding.objects.values_list("key", "first_found_at")) == before
        assert set(Finding.objects.values_list("run", flat=True)) == {run.pk}


@in_rollback
def test_one_detector_runs_once_at_a_time() -> None:
    """`@office.job(lock=…)`."""
    with acting("city") as by:
        screening.start_run(detector="P01", by=by)
        with pytest.raises(Exception, match="running already"):
            screening.start_run(detector="P01", by=by)


@in_rollback
def test_the_same_file_again_takes_up_the_unfinished_intake() -> None:
    """It … is safe to run twice."""
    first, again = begin(some_patents(3)), begin(some_patents(3))
    assert first == again
    execute(first.job)
    assert begin(some_patents(3)) != first


@in_rollback
def test_a_fault_of_ours_ends_the_job_with_its_key_and_without_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A job that cannot go on says so; nothing of it stays half done."""

    def work(running: jobs.Running) -> None:
        with running.step():
            running.advance("rows", 7, 9)
            raise ZeroDivisionError("secret words")

    job = execute(probe(monkeypatch, work))
    assert job.state == Job.State.FAILED and job.progress.done == 0
    assert job.key in job.fault_zh and job.key in job.fault_en and "secret" not in job.fault_en
    assert job.ours


# Deferred in the act's transaction.


def test_an_act_that_is_rolled_back_leaves_no_job(database: Database) -> None:
    """Deferred in the act's transaction."""
    before = len(queued())
    with pytest.raises(ZeroDivisionError), acting("city") as by:
        screening.start_run(detector="P01", by=by)
        raise ZeroDivisionError
    assert len(queued()) == before
    with acting("city"):
        assert Run.objects.count() == 1 and not Job.objects.filter(state=Job.State.WAITING).exists()


def test_two_intakes_of_one_table_never_run_at_the_same_time(database: Database) -> None:
    """`@office.job(lock=…)`: jobs with one lock never run at the same time."""
    worker = async_to_sync(queue.job_manager.register_worker)()
    fetch = async_to_sync(queue.job_manager.fetch_job)
    for _ in queued():
        left_over = fetch(queues=None, worker_id=worker)
        assert left_over is not None
        async_to_sync(queue.job_manager.finish_job)(left_over, status=Status.SUCCEEDED, delete_job=True)
    begin(some_patents(1))
    begin(some_patents(2))
    begin(table([["credit_code", "name"]]), "agencies")
    assert sorted(queued()) == ["intake:agencies", "intake:patents", "intake:patents"]
    fetched = [fetch(queues=None, worker_id=worker) for _ in range(3)]
    assert sorted(job.lock or "" for job in fetched if job) == ["intake:agencies", "intake:patents"]


def test_one_job_never_runs_in_two_processes(database: Database) -> None:
    """A worker beside a command at the terminal: the second one waits until the first has let go."""
    job = a_job("intake")
    with psycopg.connect(database.app_url) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [job.lock])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(DatabaseError, match="lock timeout"):
            execute(job)
    connection.close()


# Stalled jobs are re-queued by a cron job.


def test_a_cron_job_looks_for_stalled_jobs_every_minute() -> None:
    """Stalled jobs are re-queued by a cron job."""
    crons = {task.task.name: task.cron for task in queue.periodic_registry.periodic_tasks.values()}
    assert crons["lantian.requeue_stalled"] == "* * * * *"


def test_a_job_whose_worker_went_silent_is_queued_again(database: Database) -> None:
    """Stalled jobs are re-queued by a cron job."""
    worker = async_to_sync(queue.job_manager.register_worker)()
    taken = async_to_sync(queue.job_manager.fetch_job)(queues=None, worker_id=worker)
    assert taken is not None
    waiting = len(queued())
    assert jobs.requeue_stalled() == 0  # its worker was heard a moment ago
    assert jobs.requeue_stalled(seconds=0) == 1
    assert len(queued()) == waiting + 1
    assert jobs.requeue_stalled(seconds=0) == 0


# A job outlives a database that went away.


def lost(job: Job) -> None:
    """The queue marks the job failed, as it does when the worker's connection is dead; the row stays open."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'key' = %s", [job.key])


@in_rollback
def test_a_job_that_the_queue_gave_up_is_queued_again_while_it_is_open() -> None:
    """Stalled jobs are re-queued by a cron job: also those that lost the database before they began."""
    batch = begin(some_patents(3))
    assert batch.job is not None
    lost(batch.job)
    waiting = len(queued())
    assert jobs.requeue_stalled() == 1
    assert len(queued()) == waiting + 1
    execute(batch.job)
    lost(batch.job)
    assert jobs.requeue_stalled() == 0  # it has ended for the people who waited


def test_a_connection_that_died_while_the_worker_slept_costs_no_job(database: Database) -> None:
    """The queue's task looks at its connection before it runs the job."""
    batch = begin(some_patents(3))
    assert batch.job is not None
    post = Post.objects.get(account__login="city").key
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()
    with psycopg.connect(database.superuser_url) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", own)
    tasks.run(batch.job.key, post)
    with acting("city"):
        assert Job.objects.get(pk=batch.job.pk).state == Job.State.DONE


def test_a_worker_whose_connections_were_cut_runs_the_next_job(database: Database) -> None:
    """The database restarts, or a firewall drops what was idle: the next upload is taken in all the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = list(cursor.fetchone())
    cut = (
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE datname = %s AND usename = 'lantian_app' AND state = 'idle' AND pid <> ALL(%s)"
    )
    first = begin(some_patents(1, first=700))
    with worker(database) as process:
        until(process, ended(first.job))
        with psycopg.connect(database.superuser_url) as superuser:
            assert superuser.execute(cut, [database.name, own]).fetchone() != (0,)
        batch = begin(some_patents(3))
        until(process, ended(batch.job))
    with acting("city"):
        assert Job.objects.get(pk=batch.job_id).state == Job.State.DONE


def test_a_job_whose_end_the_queue_did_not_hear_keeps_no_other_waiting(database: Database) -> None:
    """The connection is cut while the worker tells the queue that a job ended: it says so again."""
    first = begin(some_patents(1, first=700))
    with psycopg.connect(database.superuser_url) as hold, psycopg.connect(database.superuser_url) as queue:
        hold.execute(
            "INSERT INTO filings_patent (application_no, disclosure, batch_id, row) VALUES (%s, 'unknown', %s, 1)",
            [number(700), first.pk],
        )
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            queue.execute(
                "SELECT FROM procrastinate_jobs WHERE status = 'doing' AND lock IS NOT NULL FOR UPDATE"
            )
            hold.rollback()
            until(process, ended(first.job))
            until(process, waits_for_a_lock(database))
            hold.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = %s AND wait_event_type = 'Lock'",
                [database.name],
            )
            queue.rollback()
            batch = begin(some_patents(3))
            until(process, ended(batch.job))
    with acting("city"):
        assert Job.objects.get(pk=batch.job_id).state == Job.State.DONE


def test_a_job_that_nobody_runs_ends_when_it_is_cancelled(database: Database) -> None:
    """A dead job does not wait for a worker to notice the wish; the same file can be taken in again."""
    batch = begin(some_patents(3))
    assert batch.job is not None
    lost(batch.job)
    with acting("city") as by:
        jobs.cancel(job=batch.job, by=by)
        job = Job.objects.get(pk=batch.job.pk)
    assert (job.state, job.ended_at is None) == (Job.State.CANCELLED, False)
    assert begin(some_patents(3)) != batch


def test_a_job_at_work_ends_itself_when_it_is_cancelled(database: Database) -> None:
    """What runs elsewhere is asked, not ended over its head."""
    job = a_job("intake")
    with psycopg.connect(database.app_url) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [job.lock])
        with acting("city") as by:
            jobs.cancel(job=job, by=by)
            row = Job.objects.get(pk=job.pk)
    assert (row.state, row.cancelled) == (Job.State.WAITING, True)


# One test per job kills the worker with SIGKILL in the middle and runs it again.


def ended(job: Job | None) -> Callable[[], object]:
    assert job is not None

    def mark() -> object:
        with acting("city"):
            return Job.objects.filter(pk=job.pk, state__in=(Job.State.DONE, Job.State.FAILED)).exists()

    return mark


def test_an_intake_killed_in_the_middle_goes_on_and_counts_exactly(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the intake."""
    head, *good = some_patents(390).decode().splitlines()
    bad = [f"{wrong(900 + n)},published,坏,2025-01-02" for n in range(5)]
    rows = [head, *good[:60], *bad, *good[60:], *good[:5]]
    batch = begin("\n".join(rows).encode())
    with psycopg.connect(database.superuser_url) as hold:
        # Somebody else writes one of the numbers and does not commit: the worker's fourth step waits for it.
        hold.execute(
            "INSERT INTO filings_patent (application_no, disclosure, batch_id, row) VALUES (%s, 'unknown', %s, 1)",
            [number(170), batch.pk],
        )
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        half = IntakeBatch.objects.get(pk=batch.pk)
        job = Job.objects.select_related("progress").get(pk=half.job_id)
    assert (job.state, job.progress.done, job.progress.cursor) == (Job.State.RUNNING, 150, {"rows": 150})
    assert (half.read, half.new, half.refused) == (150, 145, 5)
    assert Patent.objects.filter(batch=batch).count() == 145  # three whole steps, nothing of the fourth

    assert jobs.requeue_stalled(seconds=0) >= 1
    sealed = AuditLink.objects.count()
    with worker(database) as process:
        until(process, ended(job))
        until(process, lambda: AuditLink.objects.count() > sealed)  # the worker seals, too
    with acting("city"):
        whole = IntakeBatch.objects.select_related("job").get(pk=batch.pk)
        assert (whole.job and whole.job.state) == Job.State.DONE
        assert (whole.read, whole.new, whole.same, whole.changed, whole.refused) == (400, 390, 0, 0, 10)
        assert RowError.objects.filter(batch=batch).count() == 10
    assert Patent.objects.filter(batch=batch).count() == 390
    counted = AuditEvent.objects.filter(about_key=batch.key, kind="rows_taken_in", detail__has_key="new")
    assert sum(event.detail["new"] for event in counted) == 390
    assert sum(event.detail["refused"] for event in counted) == 10


def test_a_preview_killed_in_the_middle_goes_on_and_keeps_nothing(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the preview."""
    with acting("city") as by:
        file = files.keep(name="f.csv", chunks=[some_patents(200)], seen_by=by.units, by=by, sealed=True)
        batch = intake.preview(table="patents", file=file, by=by)
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute(
            "INSERT INTO filings_patent (application_no, disclosure, batch_id, row) VALUES (%s, 'unknown', %s, 1)",
            [number(120), batch.pk],
        )
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        half = IntakeBatch.objects.get(pk=batch.pk)
    assert (half.read, half.new) == (100, 100)
    assert jobs.requeue_stalled(seconds=0) >= 1
    assert execute(batch.job).state == Job.State.DONE
    with acting("city"):
        whole = IntakeBatch.objects.get(pk=batch.pk)
    assert (whole.read, whole.new, whole.refused) == (200, 200, 0)
    assert not Patent.objects.filter(batch=batch).exists()


def a_directory(count: int) -> IntakeBatch:
    """A directory of agencies that the register does not know, compared."""
    bodies = [f"91120111MA{n:07d}" for n in range(count)]
    rows = [[f"天津第{n}专利代理所", body + code_check_character(body)] for n, body in enumerate(bodies)]
    batch = begin(table([["机构名称", "统一社会信用代码"], *rows]), "agencies_directory")
    execute(batch.job)
    with acting("city"):
        return IntakeBatch.objects.select_related("job").get(pk=batch.pk)


def test_accepting_a_directory_killed_in_the_middle_goes_on_where_it_was(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the directory."""
    batch = a_directory(45)
    new = DirectoryDiff.objects.filter(batch=batch, kind="new").order_by("id")
    with acting("city") as by:
        job = directories.accept_all(batch=batch, kind="new", by=by)
        ids = list(new.values_list("id", flat=True))
    assert len(ids) == 45
    with psycopg.connect(database.superuser_url) as hold:
        # Somebody holds the 36th difference and does not commit: the worker's fourth step waits for it.
        hold.execute("SELECT FROM registry_directorydiff WHERE id = %s FOR UPDATE", [ids[35]])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        assert list(new.filter(state="accepted").values_list("id", flat=True)) == ids[:30]
    assert jobs.requeue_stalled(seconds=0) >= 1
    assert execute(job).state == Job.State.DONE
    with acting("city"):
        assert new.filter(state="accepted").count() == 45
    assert Subject.objects.filter(batch=batch, kind="agency").count() == 45
    decided = AuditEvent.objects.filter(about_key=batch.key, kind="directory_decided")
    assert sum(event.detail["accepted"] for event in decided) == 45


def stored() -> dict[str, dict[str, Any]]:
    with acting("city"):
        return {row["key"]: row for row in Finding.objects.order_by("id").values(*COMPARED)}


def test_a_screening_killed_in_the_middle_runs_again_and_doubles_nothing(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: screening."""
    expected = stored()
    assert len(expected) > 40
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SET session_replication_role = replica")
        hold.execute("CREATE TEMP TABLE kept AS SELECT * FROM screening_finding")
        hold.execute("DELETE FROM screening_finding")
        hold.commit()
        with acting("city") as by:
            run = screening.start_run(detector="P01", by=by)
        # Somebody else writes the 36th finding and does not commit: the worker's fourth step waits for it.
        hold.execute("INSERT INTO screening_finding SELECT * FROM kept WHERE key = %s", [list(expected)[35]])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
        hold.execute("DROP TABLE kept")
    half = stored()
    assert list(half) == list(expected)[:30]  # three whole steps, nothing of the fourth
    with acting("city"):
        first_found: dict[str, datetime] = dict(Finding.objects.values_list("key", "first_found_at"))
        assert Run.objects.get(pk=run.pk).findings == 0

    assert jobs.requeue_stalled(seconds=0) >= 1
    with worker(database) as process:
        until(process, ended(run.job))
    assert stored() == expected
    with acting("city"):
        again = Run.objects.select_related("job").get(pk=run.pk)
        assert (again.job and again.job.state) == Job.State.DONE
        assert again.findings == len(expected)
        assert first_found.items() <= dict(Finding.objects.values_list("key", "first_found_at")).items()


@in_rollback
def test_every_job_is_killed_once() -> None:
    """One test per job: a job that joins the house must join this list."""
    elsewhere = {
        "papers",
        "ledger",
        "alerts",
        "capture",
        "capture_drawing",
    }  # in test_papers.py, test_ledgers.py, test_alerts.py and test_captures.py
    dispatched = {
        "dispatch_split",
        "dispatch_sheets",
        "dispatch_merge",
        "dispatch_answer",
    }  # in test_dispatch_jobs.py
    stood = {"reckon", "list_expiry", "standing_reannounce", "standing_follow"}  # in test_standing_jobs.py
    stood.add("publication_end")  # in test_publication_job.py
    stood.add("rehearse")  # in test_rulebook_versions.py
    stood.add("casework_reannounce")  # in test_late_calendar.py
    assert (
        set(jobs._FUNCTIONS)
        == {"intake", "preview", "screening", "directory"} | elsewhere | dispatched | stood
    )
