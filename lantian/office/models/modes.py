"""How offices keep the modules. Append-only; nobody's secret, so without row security."""

from __future__ import annotations

from django.db import models


class ModuleMode(models.Model):
    """One setting: this office keeps this module in this way from a day on, for this reason."""

    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="modes")
    module = models.CharField(max_length=12)
    mode = models.CharField(max_length=5)
    since = models.DateField()
    reason = models.CharField(max_length=200)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["unit", "module", "since"], name="modes_by_day")]
