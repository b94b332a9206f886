"""Rehearsals of an edition of a credit book over the history that is held: who would move, and by which lines."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantian.office.keys import new_key


class Rehearsal(models.Model):
    """One rehearsal by a job: which two texts, as of which day; `subjects` counts those reckoned so far."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    edition = models.ForeignKey("office.RulebookEdition", models.PROTECT, related_name="+")
    on = models.DateField()
    before = models.CharField(max_length=64)
    after = models.CharField(max_length=64)
    subjects = models.IntegerField(default=0)
    job = models.OneToOneField("office.Job", models.PROTECT, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [models.Index(fields=["edition", "-id"], name="newest_rehearsal")]


class RehearsedMove(models.Model):
    """A subject whose score or grade would change, or (with `fault_zh`) whom one of the books refuses; append-only.

    `size` counts the practitioners of an agency on the day of the rehearsal, in bands.
    """

    class Size(models.TextChoices):
        NONE = "none"
        SMALL = "small"
        MEDIUM = "medium"
        LARGE = "large"
        PERSON = "person"

    rehearsal = models.ForeignKey(Rehearsal, models.PROTECT, related_name="moves")
    subject = models.ForeignKey("registry.Subject", models.PROTECT, related_name="+")
    district = models.CharField(max_length=12, blank=True)
    size = models.CharField(max_length=6, choices=Size)
    score_before = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    score_after = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    grade_before = models.CharField(max_length=4, blank=True)
    grade_after = models.CharField(max_length=4, blank=True)
    differences = models.JSONField(default=list)
    fault_zh = models.TextField(blank=True)
    fault_en = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "subject"], name="one_move_a_subject"),
            models.CheckConstraint(
                condition=Q(score_before__isnull=False, score_after__isnull=False) | ~Q(fault_zh=""),
                name="a_move_has_its_scores",
            ),
        ]
