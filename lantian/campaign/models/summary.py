"""Yearly summaries and typical cases: the record, its versions, its frozen figures, and what was done with it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.campaign.summary.states import (
    ACT_TEXTS,
    PENDING_TEXTS,
    STATE_TEXTS,
    STORY_ACT_TEXTS,
    STORY_STATE_TEXTS,
    Pending,
    State,
    StoryState,
)
from lantian.office.keys import new_key
from lantian.office.models import PaperApproval


class Summary(models.Model):
    """An office's summary of a year. Others see it once it is sent; `due` and `receiver` are those of the rule."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    year = models.IntegerField()
    state = models.CharField(
        max_length=8,
        choices={str(state): text.zh for state, text in STATE_TEXTS.items()},
        default=State.DRAFT,
    )
    due = models.DateField()
    receiver = models.CharField(max_length=60)
    sent_on = models.DateField(null=True)
    sent_number = models.CharField(max_length=60, blank=True)
    received_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="one_summary_a_year"),
            models.CheckConstraint(
                condition=~models.Q(state__in=("sent", "received")) | models.Q(sent_on__isnull=False),
                name="a_sent_summary_has_its_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="received") | models.Q(received_on__isnull=False),
                name="a_receipt_has_its_day",
            ),
        ]


class Written(models.Model):
    """One version of a text: never changed, only followed by the next one."""

    number = models.IntegerField()
    digest = models.CharField(max_length=64)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True


class SummaryVersion(Written):
    """What a summary said: the text with the source of every stretch, what the officer wrote, figures up to a day."""

    summary = models.ForeignKey(Summary, models.PROTECT, related_name="versions")
    until = models.DateField()
    content = models.JSONField()
    words = models.JSONField()
    reasons = models.JSONField()
    left_out = ArrayField(models.CharField(max_length=20))
    stories = ArrayField(models.CharField(max_length=26))
    last_source = models.CharField(max_length=7)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["summary", "number"], name="one_summary_version_a_number")
        ]


class SummaryFigure(models.Model):
    """A figure of one version with the records it counted, and last year's value where there is one."""

    version = models.ForeignKey(SummaryVersion, models.PROTECT, related_name="figures")
    figure = models.CharField(max_length=40)
    flow = models.CharField(max_length=20)
    value = models.IntegerField()
    ids = ArrayField(models.BigIntegerField())
    last = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "figure"], name="a_figure_once_in_a_version"),
            models.CheckConstraint(
                condition=models.Q(ids__len=models.F("value")), name="a_figure_is_its_records"
            ),
        ]


class Done(models.Model):
    """One act on a record: on which version, by whom approved and how, on which day, with what file."""

    number = models.IntegerField()
    how = models.CharField(max_length=6, choices=PaperApproval.How, blank=True)
    approver = models.CharField(max_length=40, blank=True)
    on = models.DateField()
    note = models.TextField(blank=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True


class SummaryStep(Done):
    """An act on a summary; append-only."""

    summary = models.ForeignKey(Summary, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=8, choices={str(act): text.zh for act, text in ACT_TEXTS.items()})


class Story(models.Model):
    """A typical case out of one record; the city sees it once it is approved."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    source_kind = models.CharField(max_length=20)
    source_key = models.CharField(max_length=26)
    title = models.CharField(max_length=120)
    decision = models.CharField(max_length=80)
    served_on = models.DateField()
    pending = models.CharField(
        max_length=6,
        choices={str(one): text.zh for one, text in PENDING_TEXTS.items()},
        default=Pending.NONE,
    )
    state = models.CharField(
        max_length=9,
        choices={str(state): text.zh for state, text in STORY_STATE_TEXTS.items()},
        default=StoryState.DRAFT,
    )
    publicity = models.ForeignKey("campaign.PublicityItem", models.PROTECT, null=True, related_name="+")
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_key"],
                condition=~models.Q(state="dropped"),
                name="one_case_of_a_record",
            )
        ]
        indexes = [models.Index(fields=["unit", "state"], name="stories_of_an_office")]


class StoryVersion(Written):
    """What a typical case said: facts as the office has them, what the officer masked further, the masked text."""

    story = models.ForeignKey(Story, models.PROTECT, related_name="versions")
    facts = models.TextField()
    more = ArrayField(models.CharField(max_length=80))
    names = ArrayField(models.CharField(max_length=40))
    text = models.TextField()
    rule = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="one_story_version_a_number")]


class StoryStep(Done):
    """An act on a typical case; append-only."""

    story = models.ForeignKey(Story, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=8, choices={str(act): text.zh for act, text in STORY_ACT_TEXTS.items()})
