"""Workbooks of ledgers that were made by a job."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class LedgerExport(models.Model):
    """One ledger of a period as a workbook: what was asked for, and the file once it is made."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    ledger = models.CharField(max_length=20)
    unit = models.ForeignKey("office.Unit", models.PROTECT, null=True, related_name="+")
    first = models.DateField()
    last = models.DateField()
    rows = models.BigIntegerField(default=0)
    job = models.OneToOneField("office.Job", models.PROTECT, null=True, related_name="+")
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())
