"""The programme with its tasks and what was reported of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.campaign.states import TASK_ACT_TEXTS, TASK_STATE_TEXTS, TaskState
from lantian.office.keys import new_key

REPORTED = "reported"


class Programme(models.Model):
    """A campaign: its title, the document that set it up, its days. Every office sees it."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    title = models.CharField(max_length=120)
    document = models.CharField(max_length=120, blank=True)
    starts = models.DateField()
    ends = models.DateField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gte=models.F("starts")), name="programme_ends_after_it_starts"
            )
        ]


class Task(models.Model):
    """A task of one office. `measure` is a ledger whose rows count up to `target`, or `reported`."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="tasks")
    title = models.CharField(max_length=120)
    detail = models.TextField(blank=True)
    owner = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    due = models.DateField()
    measure = models.CharField(max_length=20, default=REPORTED)
    target = models.IntegerField(null=True)
    state = models.CharField(
        max_length=6,
        choices={str(state): text.zh for state, text in TASK_STATE_TEXTS.items()},
        default=TaskState.OPEN,
    )
    done_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(measure=REPORTED) | models.Q(target__gt=0),
                name="a_counted_task_has_a_target",
            )
        ]
        indexes = [models.Index(fields=["owner", "state", "due"], name="tasks_of_an_office")]


class TaskReport(models.Model):
    """What an office reported of a task, or why it was sent back; append-only."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="reports")
    act = models.CharField(max_length=6, choices={str(act): text.zh for act, text in TASK_ACT_TEXTS.items()})
    percent = models.IntegerField(null=True)
    words = models.TextField()
    proof = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent=None) | models.Q(percent__gte=0, percent__lte=100),
                name="percent_of_a_task",
            )
        ]
