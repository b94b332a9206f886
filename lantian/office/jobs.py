"""Long work: deferred in the act's own transaction, with progress, cancel and resume.

A job is a registered function. Its arguments are keys; it works in steps, each one transaction under the
scope of the job's actor; between steps it hears a cancellation; killed at any moment, it can run again and
goes on from its cursor. The queue is procrastinate's; `Job` is what people see.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync
from django.db import InterfaceError, OperationalError, connection, transaction
from procrastinate.contrib.django import app as queue
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Queued

from lantian.core.messages import Refused, Text
from lantian.office import actors, audit, clock
from lantian.office.actors import Actor, JobActor, OfficerActor
from lantian.office.models import Job, Post, Progress
from lantian.office.scope import scoped

log = logging.getLogger(__name__)
STALLED_AFTER_SECONDS = 30
LOST_CONNECTION = (OperationalError, InterfaceError)
TASK = "lantian.run"
UNIT = "unit:"  # a job of the house: in place of a post's key
_HELD = "hashtextextended(%s, 0)"
STOPPED = Text("已按要求停止；已提交的部分保留。", "Stopped as asked; what was done stays.")
_FUNCTIONS: dict[str, Callable[..., None]] = {}


class Cancelled(Exception):
    """Somebody asked the job to stop; what is committed stays, nothing is half done."""


class JobRefused(Refused):
    """A job cannot be scheduled or cancelled as asked."""


@dataclass
class Running:
    """A job at work: the actor it acts as, and its steps."""

    job: Job
    actor: JobActor
    progress: Progress
    tell: Callable[[int, int], None]

    @property
    def cursor(self) -> dict[str, Any]:
        """Where an earlier run of the same job had come to; empty at the first run."""
        return dict(self.progress.cursor)

    @property
    def post_id(self) -> int:
        """The post on whose authority the job runs; a job of the house has none and writes nothing in one's name."""
        if self.job.post_id is None:
            raise JobRefused("系统任务不以任何岗位的名义办理。", "A job of the house acts in nobody's name.")
        return self.job.post_id

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction of the job; raises `Cancelled` first when somebody asked for it."""
        with scoped(self.actor):
            if Job.objects.filter(pk=self.job.pk, cancelled=True).exists():
                raise Cancelled
            yield

    def advance(self, stage: str, done: int, total: int, cursor: Mapping[str, Any] | None = None) -> None:
        """Write how far the job is; inside a step the cursor commits together with the step's rows."""
        self.progress.stage, self.progress.done, self.progress.total = stage, done, total
        if cursor is not None:
            self.progress.cursor = dict(cursor)
        self.progress.save(update_fields=["stage", "done", "total", "cursor"])
        self.tell(done, total)

    def breathe(self, stage: str, done: int, total: int) -> None:
        """Between blocks of pure work: show progress and hear a cancellation."""
        with self.step():
            self.advance(stage, done, total)


def job(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function `f(running, **keys)` as the work of jobs of this name."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        _FUNCTIONS[name] = function
        return function

    return register


def defer(
    name: str,
    *,
    lock: str,
    arguments: Mapping[str, str],
    mandate: str,
    by: OfficerActor,
    acting: Actor | None = None,
) -> Job:
    """Schedule a job in the open transaction: a rolled-back act leaves no job.

    Jobs with one lock never run at the same time. `mandate` names the act, as `kind:key`. The job runs on the
    authority of the post of `by`; where no officer stands at the door, `acting` is who schedules it.
    """
    row = Job(name=name, arguments=dict(arguments), lock=lock, post_id=by.post_id, mandate=mandate)
    return _queued(row, Post.objects.only("key").get(pk=by.post_id).key, by.units, acting or by)


def defer_tonight(name: str, *, unit: int, mandate: str) -> Job | None:
    """Schedule what the house does by itself each night within a unit's scope; None while one of the name is open.

    It stands on no officer's post: the job may do only what needs nobody's permission, such as noting that a stay
    has come to the end that was decided with it.
    """
    by = actors.house("nightly", unit=unit, mandate=mandate)
    with scoped(by):
        if Job.objects.filter(name=name, state__in=(Job.State.WAITING, Job.State.RUNNING)).exists():
            return None
        row = Job(name=name, lock=f"{name}:{unit}", mandate=mandate)
        return _queued(row, f"{UNIT}{unit}", by.units, by)


def _queued(row: Job, behalf: str, seen_by: tuple[int, ...], by: Actor) -> Job:
    row.created_at, row.seen_by = clock.now(), list(seen_by)
    row.save(force_insert=True)
    Progress.objects.create(job=row)
    audit.record(audit.Kind.JOB_SCHEDULED, by=by, about=("job", row.key), detail={"name": row.name})
    queue.configure_task(TASK, lock=row.lock).defer(key=row.key, post=behalf)
    return row


def _behalf(post: str) -> Actor:
    """On whose behalf a queued job runs: the officer of a post, or the house within a unit's scope."""
    if post.startswith(UNIT):
        return actors.house("nightly", unit=int(post.removeprefix(UNIT)), mandate=post)
    return actors.officer(Post.objects.get(key=post))


def cancel(*, job: Job, by: Actor) -> None:
    """Ask a job to stop; it does so between two steps. A job that nobody runs ends here and now."""
    with transaction.atomic():
        row = Job.objects.select_for_update().get(pk=job.pk)
        if not row.open:
            raise JobRefused("任务已经结束，无需取消。", "The job has ended; there is nothing to cancel.")
        row.cancelled = True
        row.save(update_fields=["cancelled"])
        audit.record(audit.Kind.JOB_CANCELLED, by=by, about=("job", row.key))
        if _nobody_holds(row.lock):
            _move(row, by, Job.State.CANCELLED, STOPPED)


def execute(key: str, post: str, tell: Callable[[int, int], None] | None = None) -> None:
    """Run one job to its end; safe to call again for a job that died. `tell` hears (done, total)."""
    on_behalf = _behalf(post)
    with scoped(on_behalf):
        lock = Job.objects.values_list("lock", flat=True).get(key=key)
    with _alone(lock):
        with scoped(on_behalf):
            row = Job.objects.select_related("progress").get(key=key)
        if not row.open:
            return
        actor = actors.job(row.name, mandate=row.mandate, on_behalf=on_behalf)
        _move(row, actor, Job.State.RUNNING)
        state, fault = _attempt(Running(row, actor, row.progress, tell or _silent))
        _move(row, actor, state, fault)


def requeue_stalled(seconds: float = STALLED_AFTER_SECONDS) -> int:
    """Put jobs back into the queue whose workers stopped answering, or that the queue gave up while they are open."""
    stalled = list(async_to_sync(queue.job_manager.get_stalled_jobs)(seconds_since_heartbeat=seconds))
    found = [*stalled, *_given_up()]
    return sum(_queued_again(one) for one in found)


def _queued_again(one: Queued) -> bool:
    try:
        async_to_sync(queue.job_manager.retry_job)(one)
    except ConnectorException:  # another worker was faster, or it ended meanwhile
        log.info("a job had moved before it was queued again", extra={"job": one.id})
        return False
    return True


def _given_up() -> list[Queued]:
    """Jobs that failed in the queue (it lost the database, say) and are still open for the people who wait."""
    failed = async_to_sync(queue.job_manager.list_jobs_async)(task=TASK, status="failed")
    return [one for one in failed if _still_open(**json.loads(str(one.task_kwargs)))]


def _still_open(key: str, post: str) -> bool:
    with scoped(_behalf(post)):
        return Job.objects.filter(key=key, state__in=(Job.State.WAITING, Job.State.RUNNING)).exists()


def _nobody_holds(lock: str) -> bool:
    """Whether no process runs a job with this lock; none begins one before the open transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({_HELD})", [lock])
        free: bool = cursor.fetchone()[0]
    return free


@contextmanager
def _alone(lock: str) -> Iterator[None]:
    """Hold a lock against other processes, a command beside a worker too; death of the process lets go."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock({_HELD})", [lock])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock({_HELD})", [lock])


def _silent(done: int, total: int) -> None:
    """Tell nobody; the page reads the row."""


def _attempt(running: Running) -> tuple[Job.State, Text]:
    try:
        _FUNCTIONS[running.job.name](running, **running.job.arguments)
    except Cancelled:
        return Job.State.CANCELLED, STOPPED
    except Refused as refusal:
        return Job.State.FAILED, refusal.text
    except LOST_CONNECTION:
        raise  # the queue tries again, and the job goes on from its cursor
    except Exception:
        log.exception("job failed", extra={"job": running.job.key})
        running.job.ours = True
        return Job.State.FAILED, _our_fault(running.job.key)
    return Job.State.DONE, Text("", "")


def _our_fault(key: str) -> Text:
    return Text(
        f"程序错误，任务未完成；请将编号 {key} 告知管理员。",
        f"Our fault: the job did not finish; please tell the administrator its key {key}.",
    )


def _move(row: Job, by: Actor, state: Job.State, fault: Text | None = None) -> None:
    with scoped(by):
        row.state = state
        row.fault_zh, row.fault_en = (fault.zh[:500], fault.en[:500]) if fault else ("", "")
        row.ended_at = None if row.open else clock.now()
        row.save(update_fields=["state", "ours", "fault_zh", "fault_en", "ended_at"])
        kind = audit.Kind.JOB_ADVANCED if row.open else audit.Kind.JOB_ENDED
        audit.record(kind, by=by, about=("job", row.key), detail={"state": str(state)})
