"""Closed months, and returns in an office's own workbook."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.campaign.states import RETURN_STATE_TEXTS, ReturnState
from lantian.office.keys import new_key


class MonthClose(models.Model):
    """A month that an office closed: what was counted then is kept. A reopened one names when, by whom and why."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    month = models.DateField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey("office.Post", models.PROTECT, null=True, related_name="+")
    reopened_reason = models.CharField(max_length=200, blank=True)
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "month"], condition=models.Q(reopened_at=None), name="a_month_is_closed_once"
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="a_month_is_its_first_day"),
        ]


class FrozenCell(models.Model):
    """Records that a close counted: of its own month, or of an earlier one as an adjustment (come and gone)."""

    close = models.ForeignKey(MonthClose, models.PROTECT, related_name="cells")
    of_month = models.DateField()
    flow = models.CharField(max_length=20)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    parts = models.JSONField()
    ids = ArrayField(models.BigIntegerField())
    gone = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        indexes = [models.Index(fields=["close", "flow"], name="cells_of_a_close")]


class ReturnTemplate(models.Model):
    """An office's own workbook with its cells bound to figures; a later upload of the same title replaces it."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    due_day = models.IntegerField()
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    cells = models.JSONField()
    asked = ArrayField(models.BigIntegerField())
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True)
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "title"], condition=models.Q(replaced_at=None), name="one_template_of_a_title"
            ),
            models.CheckConstraint(
                condition=models.Q(due_day__gte=1, due_day__lte=28), name="due_on_a_day_of_every_month"
            ),
        ]


class Return(models.Model):
    """One office's return of one month: the values in the template's cells and the workbook made of them."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    template = models.ForeignKey(ReturnTemplate, models.PROTECT, related_name="returns")
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    month = models.DateField()
    close = models.ForeignKey(MonthClose, models.PROTECT, related_name="returns")
    values = models.JSONField()
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10,
        choices={str(state): text.zh for state, text in RETURN_STATE_TEXTS.items()},
        default=ReturnState.DRAFT,
    )
    sent_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "unit", "month"], name="one_return_of_a_month")
        ]


class ReturnStep(models.Model):
    """One act on a return; append-only."""

    report = models.ForeignKey(Return, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10)
    note = models.TextField(blank=True)
    at = models.DateTimeField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
