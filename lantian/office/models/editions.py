"""Rule books by upload: texts by digest, editions, decisions. Append-only; nobody's secret, so without row security."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from lantian.office.keys import new_key


class RulebookText(models.Model):
    """A text of a rule book that was shipped or uploaded, kept for good: what was reckoned by it can be replayed."""

    digest = models.CharField(max_length=64, primary_key=True)
    book = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    shipped = models.BooleanField()
    text = models.TextField()
    at = models.DateTimeField()


class RulebookEdition(models.Model):
    """An uploaded edition of a book, to be served from `valid_from` on once a second person approves it.

    `base` is the text it was compared with, `follows` the edition that was approved last then (None: none was).
    """

    key = models.CharField(max_length=26, unique=True, default=new_key)
    book = models.CharField(max_length=40)
    number = models.IntegerField()
    text = models.ForeignKey(RulebookText, models.PROTECT, related_name="editions")
    base = models.ForeignKey(RulebookText, models.PROTECT, related_name="+")
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    valid_from = models.DateField()
    reason = models.TextField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="one_edition_a_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_edition_says_why"),
        ]


class RulebookDecision(models.Model):
    """What became of an edition: approved by a second person, or withdrawn. Two never follow the same edition."""

    class Act(models.TextChoices):
        APPROVE = "approve"
        WITHDRAW = "withdraw"

    edition = models.OneToOneField(RulebookEdition, models.PROTECT, related_name="decision")
    act = models.CharField(max_length=8, choices=Act)
    book = models.CharField(max_length=40)
    follows = models.ForeignKey(RulebookEdition, models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "follows"],
                condition=Q(act="approve"),
                nulls_distinct=False,
                name="one_approved_edition_follows",
            )
        ]
