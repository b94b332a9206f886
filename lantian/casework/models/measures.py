"""Interviews with who was called, came and promised; rectifications with their re-checks; what went onward.

What hangs on a record (attendance, commitments, re-checks, steps) only grows: the last one of a kind holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.casework import measures_states as states
from lantian.core.competence import FIELD_TEXTS
from lantian.core.messages import Text
from lantian.office.keys import new_key

FIELDS = {str(field): text.zh for field, text in FIELD_TEXTS.items()}


def _choices(texts: Mapping[Any, Text]) -> dict[str, str]:
    return {str(value): text.zh for value, text in texts.items()}


class Measure(models.Model):
    """What every measure has: number, office, field, where it came from (origin, may be empty), who may see it."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    number = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    field = models.CharField(max_length=20, choices=FIELDS)
    origin_kind = models.CharField(max_length=16, blank=True)
    origin_key = models.CharField(max_length=64, blank=True)
    opened_on = models.DateField()
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        abstract = True


class Interview(Measure):
    """An interview (约谈) or warning talk (警示谈话) with one or with many; `record` is what was said."""

    kind = models.CharField(max_length=12, choices=_choices(states.TALK_TEXTS))
    collective = models.BooleanField()
    state = models.CharField(
        max_length=10,
        choices=_choices(states.INTERVIEW_STATE_TEXTS),
        default=states.InterviewState.PLANNED,
    )
    ground = models.TextField()
    on = models.DateField()
    hour = models.CharField(max_length=20)
    place = models.CharField(max_length=120)
    who = models.CharField(max_length=120)
    contact = models.CharField(max_length=80)
    held_on = models.DateField(null=True)
    officers = ArrayField(models.CharField(max_length=40), default=list)
    record = models.TextField(blank=True)
    sheet = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=("held", "closed"))
                | models.Q(held_on__isnull=False, officers__len__gte=2) & ~models.Q(record=""),
                name="a_held_interview_has_its_record",
            )
        ]
        indexes = [models.Index(fields=["unit", "opened_on"], name="interviews_of_office")]


class Participant(models.Model):
    """One subject called to an interview."""

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="participants")
    place = models.IntegerField()
    subject_kind = models.CharField(max_length=12)
    subject_no = models.CharField(max_length=120, db_index=True)
    subject_name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interview", "subject_no"], name="called_once"),
            models.CheckConstraint(condition=~models.Q(subject_no=""), name="called_by_number"),
        ]


class Attendance(models.Model):
    """Whether a participant came: who, in what role, at what time; or why not."""

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="attendances")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="attendances")
    came = models.BooleanField()
    person = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=60, blank=True)
    arrived = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(came=True) & ~models.Q(person="")
                | models.Q(came=False) & ~models.Q(reason=""),
                name="came_by_whom_or_why_not",
            )
        ]


class Commitment(models.Model):
    """A commitment (承诺书) that a participant gave, in short, with its file."""

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="commitments")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="commitments")
    received_on = models.DateField()
    promise = models.TextField(blank=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class InterviewStep(models.Model):
    """One act on an interview."""

    interview = models.ForeignKey(Interview, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12)
    note = models.TextField(blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Rectification(Measure):
    """One thing that one subject has to correct, on what ground (an order needs its clause), until when."""

    root = models.CharField(max_length=20, choices=_choices(states.ROOT_TEXTS))
    interview = models.ForeignKey(Interview, models.PROTECT, null=True, related_name="rectifications")
    subject_kind = models.CharField(max_length=12)
    subject_no = models.CharField(max_length=120, db_index=True)
    subject_name = models.CharField(max_length=200)
    facts = models.TextField(blank=True)
    clause = models.CharField(max_length=200, blank=True)
    what = models.TextField()
    state = models.CharField(
        max_length=10,
        choices=_choices(states.RECTIFICATION_STATE_TEXTS),
        default=states.RectificationState.OPEN,
    )
    due = models.DateField()
    due_provisional = models.BooleanField()
    derivation = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(due__gte=models.F("opened_on")), name="rectified_after"
            ),
            models.CheckConstraint(
                condition=~models.Q(root="order_correction") | ~models.Q(clause=""),
                name="an_order_has_its_clause",
            ),
            models.CheckConstraint(
                condition=models.Q(root="interview", interview__isnull=False) | ~models.Q(root="interview"),
                name="rectification_of_an_interview",
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "due"], name="rectifications_due")]


class Recheck(models.Model):
    """A re-check (整改复查) or a decision on the period: by whom, on which day, what was found, proof."""

    rectification = models.ForeignKey(Rectification, models.PROTECT, related_name="rechecks")
    result = models.CharField(max_length=10, choices=_choices(states.RESULT_TEXTS))
    on = models.DateField()
    officers = ArrayField(models.CharField(max_length=40), default=list)
    note = models.TextField()
    due = models.DateField(null=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(result="extend", due__isnull=False) | ~models.Q(result="extend"),
                name="extended_until_when",
            )
        ]


class Onward(Measure):
    """A matter reported up (上报) or transferred (移送): to whom, on what basis, with which papers, what came of it."""

    way = models.CharField(max_length=4, choices=_choices(states.WAY_TEXTS))
    receiver = models.CharField(max_length=20)
    body = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=12)
    subject_no = models.CharField(max_length=120, db_index=True)
    subject_name = models.CharField(max_length=200)
    matter = models.TextField()
    basis = models.CharField(max_length=200)
    enclosed = ArrayField(models.CharField(max_length=60), default=list)
    approver = models.CharField(max_length=40, blank=True)
    approved_on = models.DateField(null=True)
    state = models.CharField(
        max_length=10, choices=_choices(states.ONWARD_STATE_TEXTS), default=states.OnwardState.PREPARED
    )
    sent_on = models.DateField(null=True)
    received_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)
    outcome_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state__in=("sent", "received", "answered"))
                | models.Q(sent_on__isnull=False),
                name="what_left_has_its_day",
            )
        ]
        indexes = [models.Index(fields=["unit", "way", "opened_on"], name="onward_of_office")]


class OnwardStep(models.Model):
    """One act on a matter that went onward, with the proof of it."""

    onward = models.ForeignKey(Onward, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12)
    on = models.DateField()
    note = models.TextField(blank=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
