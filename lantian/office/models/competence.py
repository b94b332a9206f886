"""Mandates that offices loaded into the competence matrix. Append-only; nobody's secret, so without row security."""

from __future__ import annotations

from django.db import models

from lantian.office.keys import new_key


class MandateBook(models.Model):
    """One version of an office's own rows, whole; holds once a second person has approved it."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="mandates")
    number = models.IntegerField()
    file_name = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="one_mandate_version")]


class MandateApproval(models.Model):
    """The second person's approval: from this moment on the version is held, and its forerunner no longer."""

    book = models.OneToOneField(MandateBook, models.PROTECT, related_name="approval")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
