"""A job as people see it: what runs, for whom, how far it is, and the wish to stop it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class Job(models.Model):
    """One piece of long work. Arguments are keys only; the queue itself belongs to procrastinate."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"
        FAILED = "failed", "失败"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    name = models.CharField(max_length=40)
    arguments = models.JSONField(default=dict)
    lock = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cancelled = models.BooleanField(default=False)
    ours = models.BooleanField(default=False)  # failed by a fault of the program, not of what was asked
    fault_zh = models.CharField(max_length=500, blank=True)
    fault_en = models.CharField(max_length=500, blank=True)
    post = models.ForeignKey(
        "office.Post", models.PROTECT, related_name="jobs", null=True
    )  # none: the house at night
    mandate = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seen_by = ArrayField(models.BigIntegerField())

    @property
    def open(self) -> bool:
        """Tell whether the job still waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)


class Progress(models.Model):
    """How far a job is: counts and a cursor, no content; written often, so without protection or event."""

    job = models.OneToOneField(Job, models.PROTECT, related_name="progress")
    stage = models.CharField(max_length=40, blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    cursor = models.JSONField(default=dict)

    @property
    def percent(self) -> int:
        """Share done, in whole per cent."""
        return min(100, 100 * self.done // self.total) if self.total else 0
