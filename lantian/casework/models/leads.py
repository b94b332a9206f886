"""Leads and their steps."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.casework.states import ACT_TEXTS, STATE_TEXTS, State
from lantian.core.competence import FIELD_TEXTS
from lantian.office.keys import new_key


class Lead(models.Model):
    """A lead under verification by its holder; the due date is stored with the rule it came from."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    number = models.CharField(max_length=40, unique=True)
    origin_kind = models.CharField(max_length=12)
    origin_key = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=12)
    subject_no = models.CharField(max_length=120)
    subject_name = models.CharField(max_length=200)
    field = models.CharField(
        max_length=20, choices={str(field): text.zh for field, text in FIELD_TEXTS.items()}
    )
    ground_zh = models.TextField()
    ground_en = models.TextField()
    state = models.CharField(
        max_length=10,
        choices={str(state): text.zh for state, text in STATE_TEXTS.items()},
        default=State.RECEIVED,
    )
    origin_unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    holder = models.ForeignKey("office.Unit", models.PROTECT, related_name="leads")
    opened_on = models.DateField()
    due = models.DateField()
    due_provisional = models.BooleanField()
    derivation = models.JSONField()
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["origin_kind", "origin_key"], name="one_lead_per_origin"),
            models.CheckConstraint(
                condition=models.Q(due__gte=models.F("opened_on")), name="due_after_opening"
            ),
        ]
        indexes = [models.Index(fields=["holder", "state", "due"], name="docket")]


class LeadStep(models.Model):
    """One step of a lead, append-only: who did what, when, why, and to which office it went."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="steps")
    act = models.CharField(
        max_length=10, choices={str(act): text.zh for act, text in ACT_TEXTS.items()} | {"open": "立线索"}
    )
    at = models.DateTimeField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    from_unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    to_unit = models.ForeignKey("office.Unit", models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(act="hand_over", to_unit__isnull=False) | ~models.Q(act="hand_over"),
                name="hand_over_names_the_receiver",
            )
        ]
