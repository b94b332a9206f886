"""Ground rules, "Jobs", for dispatch: every job is killed in the middle by SIGKILL and run again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psycopg
import pytest

from lantian.dispatch import actions, closing, queries, returning, sending
from lantian.dispatch.closing import Answer
from lantian.dispatch.models import Dispatch, DispatchRow, ReturnSheet, RowAnswer
from lantian.dispatch.sending import Forwarding
from lantian.dispatch.states import State
from lantian.office import files, jobs
from lantian.office.models import Job
from tests.conftest import Database
from tests.dispatching import ABNORMAL, DUE, a_list, agencies_of, forwarded, fresh, line, received, rows_of
from tests.personas import NANKAI, XIQING, acting
from tests.rooms.test_dispatch import ON_PAPER, returned
from tests.working import kill, until, waits_for_a_lock, worker


def ended(job: Job | None) -> Callable[[], object]:
    assert job is not None

    def mark() -> object:
        with acting("city"):
            return Job.objects.filter(pk=job.pk, state__in=(Job.State.DONE, Job.State.FAILED)).exists()

    return mark


def killed_while_held(
    database: Database, job: Job | None, statement: str, parameters: Mapping[str, object]
) -> None:
    """The worker runs into a lock of ours, dies there, and a second worker brings the job to its end."""
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute(statement, parameters)
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    assert jobs.requeue_stalled(seconds=0) >= 1
    with worker(database) as process:
        until(process, ended(job))
    with acting("city"):
        assert job is not None and Job.objects.get(pk=job.pk).state == Job.State.DONE


def a_long_list(count: int = 24) -> list[list[str]]:
    agencies = [agencies_of(NANKAI)[0], agencies_of(XIQING)[0]]
    return [line(n, agencies[n % 2].subject.name) for n in range(1, count + 1)]


def test_a_split_killed_in_the_middle_goes_on_and_doubles_no_row(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the split."""
    with acting("city") as by:
        file = files.keep(name="清单.csv", chunks=[a_list(a_long_list())], seen_by=by.units, by=by)
        row = actions.receive(letter=ABNORMAL, list_file=file, by=by)
    # Somebody else writes one of the places and does not commit: the worker's third step waits for it.
    statement = (
        "INSERT INTO dispatch_dispatchrow (key, dispatch_id, place, cells, subject_kind, subject_no, subject_name,"
        " subject_group, routed_by, reason_zh, reason_en, conflict, forwarded, outcome, answers, sent_answers,"
        " version, changed_at, changed_by_id, seen_by) VALUES ('other', %(letter)s, 14, '[]', 'agency', '', '', '',"
        " 'hand', '', '', false, false, '', 0, 0, 1, now(), %(post)s, '{120000}')"
    )
    killed_while_held(database, row.job, statement, {"letter": row.pk, "post": row.created_by_id})
    assert [one.place for one in rows_of(row)] == list(range(2, 26))
    assert fresh(row).state == State.SPLIT


def test_sheets_killed_in_the_middle_are_all_written_and_seen(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the sheets."""
    row = received(a_long_list())
    with acting("city") as by:
        sending.forward(key=row.key, units=[NANKAI, XIQING], how=Forwarding(DUE), version=row.version, by=by)
    held = "SELECT 1 FROM dispatch_returnsheet WHERE unit_id = %(unit)s FOR UPDATE"
    killed_while_held(database, fresh(row).job, held, {"unit": XIQING})
    with acting("city"):
        assert not ReturnSheet.objects.filter(dispatch=row, file=None).exists()
    for login in ("nankai", "xiqing"):
        with acting(login):
            seen = queries.find(row.key)
            assert seen is not None and seen.rows.count() == 12


def test_a_merge_killed_in_the_middle_writes_every_answer_once(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the merge."""
    row = received(a_long_list())
    forwarded(row, NANKAI, XIQING)
    keys = [one.key for one in rows_of(row, NANKAI)]
    taken = returned(row, NANKAI, dict.fromkeys(keys, ON_PAPER))
    with acting("city") as by:
        merging = returning.accept(key=taken.key, take=(), emptied=(), by=by)
    held = "SELECT 1 FROM dispatch_dispatchrow WHERE key = %(key)s FOR UPDATE"
    killed_while_held(database, merging.job, held, {"key": sorted(keys)[7]})
    with acting("city"):
        assert RowAnswer.objects.count() == len(keys)
        assert set(DispatchRow.objects.filter(key__in=keys).values_list("answers", flat=True)) == {1}


def test_an_answer_killed_in_the_middle_is_written_in_the_end(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the answer workbook."""
    row = received(a_long_list())
    with acting("city") as by:
        closing.refer_up(key=row.key, answer=Answer(reason="先行答复"), version=row.version, by=by)
    held = "SELECT 1 FROM dispatch_dispatch WHERE id = %(letter)s FOR UPDATE"
    killed_while_held(database, fresh(row).job, held, {"letter": row.pk})
    found: Dispatch = fresh(row)
    with acting("city"):
        assert found.answer_file is not None and files.path_of(found.answer_file).exists()


@pytest.mark.django_db
def test_a_cancelled_split_keeps_what_is_done_and_can_be_made_void() -> None:
    with acting("city") as by:
        file = files.keep(name="清单.csv", chunks=[a_list(a_long_list())], seen_by=by.units, by=by)
        row = actions.receive(letter=ABNORMAL, list_file=file, by=by)
        assert row.job is not None
        jobs.cancel(job=row.job, by=by)
        done = actions.void(key=row.key, version=fresh(row).version, reason="传错了清单", by=by)
        assert done.state == State.VOID
