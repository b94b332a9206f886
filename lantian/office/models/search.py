"""What global search looks through: entries of protected records, and entries of what every officer may know."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchEntry(models.Model):
    """A protected record as words to be found by; whoever may see the record may see its entry, nobody else."""

    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=64)
    text = models.TextField()
    grams = ArrayField(models.TextField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_entry_a_record")]
        indexes = [GinIndex(fields=["grams"], name="entries_by_grams")]


class PublicEntry(models.Model):
    """A public register fact or a published title as words to be found by; `batch` is the one it was read from."""

    kind = models.CharField(max_length=12)
    key = models.TextField()
    batch = models.BigIntegerField()
    text = models.TextField()
    grams = ArrayField(models.TextField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_entry_a_public_fact")]
        indexes = [GinIndex(fields=["grams"], name="public_entries_by_grams")]
