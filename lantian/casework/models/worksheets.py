"""Worksheets of a case: who holds them, every version of what was entered and worked out, every act."""

from __future__ import annotations

from django.db import models

from lantian.casework.models.measures import Measure, _choices
from lantian.casework.worksheet_states import ACT_TEXTS, STATE_TEXTS, WorksheetState


class Worksheet(Measure):
    """The worksheet of illegal gain and discretion in a case; its newest version is what holds."""

    subject_kind = models.CharField(max_length=12)
    subject_no = models.CharField(max_length=120, blank=True, db_index=True)
    subject_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=_choices(STATE_TEXTS), default=WorksheetState.DRAFT)

    class Meta:
        indexes = [models.Index(fields=["unit", "state", "-id"], name="worksheets_of_office")]


class WorksheetVersion(models.Model):
    """One version: the entries as typed, the sheet as worked out (`worksheet/1`) and its digest; append-only."""

    worksheet = models.ForeignKey(Worksheet, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    entries = models.JSONField()
    sheet = models.JSONField()
    digest = models.CharField(max_length=64)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["worksheet", "number"], name="one_sheet_a_version")]


class WorksheetStep(models.Model):
    """One act on a worksheet, with the version it was about; append-only."""

    worksheet = models.ForeignKey(Worksheet, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10, choices=_choices(ACT_TEXTS))
    number = models.IntegerField()
    note = models.TextField(blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
