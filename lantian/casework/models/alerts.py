"""Risk alerts to the clients of an agency: one matter, one alert a client."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.casework.models.measures import Measure


class AlertRound(Measure):
    """One matter about one agency told to its clients: text, what the clients' list was wanted for, the job."""

    agency_no = models.CharField(max_length=120, db_index=True)
    agency_name = models.CharField(max_length=200)
    matter = models.TextField()
    advice = models.TextField()
    contact = models.CharField(max_length=80)
    purpose = models.ForeignKey("office.PurposeStatement", models.PROTECT, related_name="+")
    clients = models.IntegerField(default=0)
    job = models.OneToOneField("office.Job", models.PROTECT, null=True, related_name="alert_round")


class Alert(models.Model):
    """One alert to one client: its paper. The client stands once in a round, whatever is run again."""

    round = models.ForeignKey(AlertRound, models.PROTECT, related_name="alerts")
    client = models.CharField(max_length=200)
    client_no = models.CharField(max_length=120, blank=True)
    filings = models.IntegerField()
    paper = models.OneToOneField("office.Paper", models.PROTECT, null=True, related_name="alert")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "client"], name="one_alert_a_client")]
