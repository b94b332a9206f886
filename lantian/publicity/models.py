"""Public notices, the texts that leave the house, and every step of both.

A notice holds where it stands and which day binds; texts and steps only grow. Where it is out, its steps say.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantian.core.competence import Field
from lantian.core.publicity import Profile
from lantian.office.keys import new_key
from lantian.publicity.states import Cause, State


class Notice(models.Model):
    """A duty to publish one record (`about_kind`, `about_key`) as one `matter` of the rule book, and what became of it.

    `clocks` are the periods per channel with their derivation as reckoned when the duty arose; `due` is the day that
    binds now (publication, or withdrawal); `until` the last day, None while only a decision ends it. `told` is what
    the record above said, the first draft of the text. `home` is the other province that registered the party (two
    digits of GB/T 2260, empty for ours or where nothing tells), `forwarded_on` the first day it was told. `question` is
    what stands against the notice until a second person decides (`queries.Question`). `field` is empty where
    neither the register nor an officer has said it yet.
    """

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    matter = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=16)
    about_key = models.CharField(max_length=64)
    subject = models.ForeignKey("registry.Subject", models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=200)
    number = models.CharField(max_length=120, blank=True)
    profile = models.CharField(max_length=12, choices={str(one): str(one) for one in Profile})
    field = models.CharField(max_length=20, blank=True, choices={str(one): str(one) for one in Field})
    home = models.CharField(max_length=2, blank=True)
    document = models.CharField(max_length=200)
    event_on = models.DateField()
    told = models.JSONField(default=dict)
    clocks = models.JSONField()
    state = models.CharField(max_length=12, choices={str(one): str(one) for one in State}, default=State.DUE)
    term = models.CharField(max_length=20, blank=True)
    longest = models.DateField(null=True)
    due = models.DateField(null=True)
    due_provisional = models.BooleanField(default=False)
    published_on = models.DateField(null=True)
    forwarded_on = models.DateField(null=True)
    until = models.DateField(null=True)
    until_derivation = models.JSONField(null=True)
    cause = models.CharField(max_length=10, blank=True, choices={str(one): str(one) for one in Cause})
    cause_on = models.DateField(null=True)
    withdraw_derivation = models.JSONField(null=True)
    question = models.JSONField(null=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about_kind", "about_key", "matter"], name="one_notice_a_record"),
            models.CheckConstraint(condition=~Q(document=""), name="a_notice_names_its_document"),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "correcting", "corrected", "ended"))
                | Q(published_on__isnull=False)
                | Q(forwarded_on__isnull=False),
                name="what_is_published_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due"], name="notices_by_due"),
            models.Index(fields=["subject", "document"], name="notices_of_subject"),
        ]


class NoticeText(models.Model):
    """One version of what leaves the house, with what it was made of and what was taken out; append-only.

    `leaves` and `removed` are lists of [field, text] and [field, what, why zh, why en]; `digest` covers `leaves`.
    A text of a term that is not published leaves nothing: it is the reason for sparing.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="texts")
    number = models.IntegerField()
    source = models.JSONField()
    secrets = ArrayField(models.TextField(), default=list)
    leaves = models.JSONField()
    removed = models.JSONField()
    term = models.CharField(max_length=20)
    longest = models.DateField(null=True)
    rule_version = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "number"], name="one_text_a_number")]


class NoticeStep(models.Model):
    """One act on a notice; append-only. `channel` and `address` say where, `text_number` which text.

    `met` are the conditions of an early end as confirmed, each with the document that shows it.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=12)
    on = models.DateField()
    channel = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    text_number = models.IntegerField(null=True)
    document = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    met = models.JSONField(default=dict)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()
