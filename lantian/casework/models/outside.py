"""Matters that live in a compulsory outside system and are noted here."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class OutsideMatter(models.Model):
    """A case, inspection, complaint or approval of an outside system, as last noted by the office that keeps the note.

    `external_no` is its number there, `handler` the office named there; `stage` and `result` are its own words.
    """

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    module = models.CharField(max_length=12)
    system = models.CharField(max_length=60)
    external_no = models.CharField(max_length=80)
    title = models.CharField(max_length=200, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    result = models.CharField(max_length=500, blank=True)
    handler = models.CharField(max_length=80, blank=True)
    subject_kind = models.CharField(max_length=12)
    subject_no = models.CharField(max_length=120, blank=True)
    subject_name = models.CharField(max_length=200)
    version = models.IntegerField(default=1)
    noted_on = models.DateField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "module", "system", "external_no"], name="one_note_of_an_outside_matter"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on=None)
                | models.Q(opened_on=None)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="outside_matter_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["module", "unit", "-id"], name="outside_by_module"),
            models.Index(fields=["subject_no"], name="outside_by_subject"),
        ]


class OutsideStep(models.Model):
    """One version of a note, append-only: what was changed to what, by whom; `source` is the file it came from."""

    matter = models.ForeignKey(OutsideMatter, models.PROTECT, related_name="steps")
    version = models.IntegerField()
    values = models.JSONField()
    at = models.DateTimeField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    source = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "version"], name="one_step_a_version")]


class OutsidePaper(models.Model):
    """A paper of the outside system, attached as a file; append-only."""

    matter = models.ForeignKey(OutsideMatter, models.PROTECT, related_name="papers")
    name = models.CharField(max_length=120)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
