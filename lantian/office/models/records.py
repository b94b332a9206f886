"""Files kept by content, batches taken in, rows refused, and counters of numbers."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class StoredFile(models.Model):
    """A file kept under the SHA-256 of its content; the same content is kept once a unit. `sealed`: encrypted."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", "未查毒"
        CLEAN = "clean", "已查毒"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=80)
    scan = models.CharField(max_length=12, choices=Scan, default=Scan.NOT_SCANNED)
    sealed = models.BooleanField(default=False)
    kept_at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())


class IntakeBatch(models.Model):
    """One file taken into one table, or looked at first: provenance, how far, and what became of its rows."""

    class Stage(models.TextChoices):
        TAKING = "taking", "导入"
        PREVIEW = "preview", "预览"
        CONFIRMED = "confirmed", "已确认的预览"
        DISCARDED = "discarded", "已放弃的预览"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    table = models.CharField(max_length=30)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="batches")
    errors_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    job = models.OneToOneField("office.Job", models.PROTECT, null=True, related_name="batch")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="batches")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.TAKING)
    preview = models.OneToOneField("self", models.PROTECT, null=True, related_name="taking")
    created_at = models.DateTimeField()
    read = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    same = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    columns = models.JSONField(default=dict)
    ignored_columns = models.JSONField(default=list)
    notes_zh = models.TextField(blank=True)
    notes_en = models.TextField(blank=True)
    seen_by = ArrayField(models.BigIntegerField())


class RowError(models.Model):
    """A row that was refused: where, why, what to do. Rows are counted as in the file, the header is row 1."""

    batch = models.ForeignKey(IntakeBatch, models.PROTECT, related_name="row_errors")
    row = models.BigIntegerField()
    column = models.CharField(max_length=60)
    value = models.CharField(max_length=60)
    message_zh = models.CharField(max_length=200)
    message_en = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row", "column"], name="one_error_a_cell")]


class Counter(models.Model):
    """The last number given out, one row per unit, kind and year; locked while the next one is taken."""

    unit = models.ForeignKey("office.Unit", models.PROTECT)
    kind = models.CharField(max_length=20)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "year"], name="one_counter_each")]
