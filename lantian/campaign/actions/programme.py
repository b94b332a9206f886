"""The programme: set up, tasks given to offices, progress reported, tasks finished and sent back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lantian.campaign.actions.checks import changed, fresh, said, seen_by
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.models import Programme, Task, TaskReport
from lantian.campaign.models.programme import REPORTED
from lantian.campaign.states import TASK_MOVES, TaskAct, TaskState
from lantian.core.moves import check_move
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.permissions import Permission, check_permission


@dataclass(frozen=True)
class NewTask:
    """A task for one or several offices, each of which gets its own."""

    title: str
    due: date | None
    owners: Sequence[Unit]
    detail: str = ""
    measure: str = REPORTED
    target: int | None = None


@dataclass(frozen=True)
class Report:
    """What an office reports of a task, with proof where there is some."""

    words: str
    percent: int | None = None
    proof: StoredFile | None = None


@transaction.atomic
def set_programme(
    *, title: str, document: str, days: tuple[date | None, date | None], by: OfficerActor
) -> Programme:
    """Set up a campaign from its first to its last day; every office sees it."""
    check_permission(by.permissions, Permission.DIRECT_CAMPAIGN)
    starts, ends = days
    if starts is None or ends is None or ends < starts:
        raise CampaignRefused(
            "请填写起止日期，起始日不晚于终止日。", "Give the first and the last day, in this order."
        )
    row = Programme.objects.create(
        title=said(title, "请填写名称。", "Give the title.")[:120],
        document=document.strip()[:120],
        starts=starts,
        ends=ends,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=sorted(unit.pk for unit in Unit.objects.all() if unit.is_authority),
    )
    audit.record(audit.Kind.PROGRAMME_SET, by=by, about=("programme", row.key))
    return row


@transaction.atomic
def set_task(*, programme: Programme, given: NewTask, by: OfficerActor) -> list[Task]:
    """Give a task to offices."""
    check_permission(by.permissions, Permission.DIRECT_CAMPAIGN)
    due = _check(programme, given)
    tasks = [
        Task.objects.create(
            programme=programme,
            title=given.title.strip()[:120],
            detail=given.detail.strip(),
            owner=owner,
            due=due,
            measure=given.measure,
            target=given.target if given.measure != REPORTED else None,
            changed_at=clock.now(),
            changed_by_id=by.post_id,
            seen_by=seen_by(owner.pk),
        )
        for owner in given.owners
    ]
    for task in tasks:
        audit.record(audit.Kind.TASK_SET, by=by, about=("task", task.key), detail={"due": str(due)})
    return tasks


@transaction.atomic
def move_task(*, key: str, act: TaskAct, report: Report, version: int, by: OfficerActor) -> Task:
    """Report progress or completion as the office that owns the task; send it back as the city."""
    sends_back = act is TaskAct.REOPEN
    check_permission(by.permissions, Permission.DIRECT_CAMPAIGN if sends_back else Permission.KEEP_LEDGERS)
    row = Task.objects.select_for_update(of=("self",)).get(key=key)
    task = fresh(row, version)
    if not sends_back and by.unit != task.owner_id:
        raise CampaignRefused("任务由承办单位报告进展。", "The office that owns a task reports on it.")
    words = said(report.words, "请写明情况。", "Say how it stands.")
    task.state = check_move(TASK_MOVES, TaskState(task.state), act)
    task.done_on = clock.today() if task.state == TaskState.DONE else None
    if act is TaskAct.FINISH and task.measure == REPORTED and report.proof is None:
        raise CampaignRefused(
            "报告完成的任务要附佐证材料。", "A task that is reported as done needs its proof."
        )
    changed(task, by, "done_on")
    TaskReport.objects.create(
        task=task,
        act=str(act),
        percent=report.percent,
        words=words,
        proof=report.proof,
        at=clock.now(),
        post_id=by.post_id,
    )
    audit.record(audit.Kind.TASK_REPORTED, by=by, about=("task", task.key), detail={"act": str(act)})
    return task


def _check(programme: Programme, given: NewTask) -> date:
    """The due day, once the task makes sense."""
    said(given.title, "请填写任务名称。", "Give the title of the task.")
    if not given.owners:
        raise CampaignRefused("请选择承办单位。", "Choose the offices.")
    if given.due is None or not programme.starts <= given.due:
        raise CampaignRefused(
            "请填写完成期限，且不早于专项行动开始日。", "Give the due day, not before the campaign begins."
        )
    if given.measure == REPORTED:
        return given.due
    if given.measure not in EVERY or not EVERY[given.measure].kept:
        raise CampaignRefused("没有这个台账可以计数。", "There is no such ledger to count from.")
    if not given.target or given.target < 1:
        raise CampaignRefused("按台账计数的任务要有目标数。", "A task that is counted has a target.")
    return given.due
