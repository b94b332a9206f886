"""Guidance plans (引导培育) for weak subjects: why, aim, steps with days and who answers, what came of each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from lantian.standing.models.credit import Kept
from lantian.standing.plan_states import PlanState


class GuidancePlan(Kept):
    """A plan by which an office helps a weak subject to do better; `rested_on` is what was officially known then.

    `officer` answers for it; `next_due` is the first due day of what is still open. What happened to it and to its
    steps stands in `PlanMark`.
    """

    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    number = models.CharField(max_length=60, unique=True)
    officer = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    ground = models.TextField()
    rested_on = models.JSONField()
    aim = models.TextField()
    opened_on = models.DateField()
    until = models.DateField()
    next_due = models.DateField(null=True)
    state = models.CharField(
        max_length=12, choices={str(one): str(one) for one in PlanState}, default=PlanState.RUNNING
    )
    ended_on = models.DateField(null=True)
    conclusion = models.TextField(blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state="running"), name="one_plan_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("opened_on")), name="a_plan_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_on=None)
                | ~Q(state="running") & Q(ended_on__isnull=False) & ~Q(conclusion=""),
                name="a_plan_ends_with_its_outcome",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "next_due"], name="plans_by_due_day")]


class PlanStep(models.Model):
    """One step as it was planned; append-only. What became of it are its marks."""

    plan = models.ForeignKey(GuidancePlan, models.PROTECT, related_name="steps")
    place = models.IntegerField()
    what = models.CharField(max_length=200)
    due = models.DateField()
    officer = models.ForeignKey("office.Post", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "place"], name="one_step_a_place")]


class PlanMark(models.Model):
    """One act on a plan, or on one of its steps; append-only. `due` is the new day of a step put off."""

    plan = models.ForeignKey(GuidancePlan, models.PROTECT, related_name="marks")
    step = models.ForeignKey(PlanStep, models.PROTECT, related_name="marks", null=True)
    act = models.CharField(max_length=12)
    on = models.DateField()
    words = models.TextField(blank=True)
    document = models.CharField(max_length=200, blank=True)
    due = models.DateField(null=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
