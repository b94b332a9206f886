"""Credit events with what befell them, statements reckoned from them, repairs, objections.

Events and statements are never changed (a trigger refuses it); what befalls an event is a row of its own with
the day it happened and the day it was known.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from lantian.core.credit.events import ChangeKind
from lantian.office.keys import new_key
from lantian.standing.states import ObjectionState, RepairState


class Kept(models.Model):
    """What every record about a subject has: its key, whom it concerns, who wrote it and when, who may see it."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    subject = models.ForeignKey("registry.Subject", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        abstract = True


class CreditEvent(Kept):
    """One credit event: `indicator` of the rule book, day of the act, day known, the document that shows it.

    `until` is the last day of a measure whose document sets a term; `origin` names the record it was taken from.
    """

    indicator = models.CharField(max_length=40)
    occurred_on = models.DateField()
    known_on = models.DateField()
    document = models.CharField(max_length=200)
    quantity = models.IntegerField(default=1)
    contested = models.BooleanField(default=False)
    until = models.DateField(null=True)
    origin_kind = models.CharField(max_length=16, blank=True)
    origin_key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "indicator", "occurred_on", "document"], name="one_event_a_matter"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="an_event_names_its_document"),
            models.CheckConstraint(
                condition=Q(known_on__gte=F("occurred_on")), name="known_after_it_happened"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=10_000), name="counted_events"),
        ]
        indexes = [models.Index(fields=["subject", "occurred_on"], name="events_of_subject")]


class EventChange(models.Model):
    """What befell an event: contested, upheld, annulled, corrected, repaired; append-only."""

    event = models.ForeignKey(CreditEvent, models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices={str(kind): str(kind) for kind in ChangeKind})
    on = models.DateField()
    known_on = models.DateField()
    document = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(known_on__gte=F("on")), name="change_known_after_it_happened"),
            models.UniqueConstraint(fields=["event"], condition=Q(kind="repaired"), name="repaired_once"),
        ]


class Reckoning(Kept):
    """A stored statement (内部测算，非评价结果): one row whenever it says something else than the last one.

    `content` is the digest of what it says (score, grade, lines, book), without the day it was asked for.
    """

    on = models.DateField()
    known_on = models.DateField()
    book = models.CharField(max_length=40)
    book_version = models.CharField(max_length=40)
    book_digest = models.CharField(max_length=64)
    score = models.DecimalField(max_digits=7, decimal_places=2)
    grade = models.CharField(max_length=4)
    confidence = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    statement = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["subject", "-id"], name="newest_reckoning")]


class Asked(Kept):
    """Something asked about one event, decided within a period whose derivation is stored."""

    event = models.ForeignKey(CreditEvent, models.PROTECT, related_name="+")
    asked_on = models.DateField()
    text = models.TextField()
    due = models.DateField()
    due_provisional = models.BooleanField()
    derivation = models.JSONField()
    decided_on = models.DateField(null=True)
    reason = models.TextField(blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Repair(Asked):
    """An application for the repair of one event's deduction; `eligible` is what the rule said on that day."""

    state = models.CharField(
        max_length=10, choices={str(one): str(one) for one in RepairState}, default=RepairState.ASKED
    )
    eligible = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event"], condition=Q(state__in=("asked", "granted")), name="a_repair_is_asked_once"
            )
        ]


class Objection(Asked):
    """An objection to one event; the same matter is not taken up twice."""

    state = models.CharField(
        max_length=16, choices={str(one): str(one) for one in ObjectionState}, default=ObjectionState.RAISED
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event"], name="an_objection_is_raised_once")]
