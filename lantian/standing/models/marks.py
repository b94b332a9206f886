"""Official grades and quality grades as taken in, confirmed facts, supervision classes, list entries and stays."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from lantian.core.supervision import FactKind
from lantian.office.facts import Fact, FactQuerySet
from lantian.standing.models.credit import Kept
from lantian.standing.states import ListState


class OfficialGrade(Fact):
    """The credit grade that CNIPA published: grade, score and items as far as given, source; from its day on."""

    KEY = ("subject_id",)
    SOURCE = ("batch_id", "row", "by")

    subject = models.ForeignKey("registry.Subject", models.PROTECT, related_name="official_grades")
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT, null=True)
    row = models.BigIntegerField(null=True)
    by = models.CharField(max_length=60)

    objects = FactQuerySet.as_manager()


class QualityGrade(Fact):
    """The grade of one round of CNIPA's quality evaluation, from the day of its publication."""

    KEY = ("subject_id", "round")
    SOURCE = ("batch_id", "row", "by")

    subject = models.ForeignKey("registry.Subject", models.PROTECT, related_name="quality_grades")
    round = models.CharField(max_length=60)
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT, null=True)
    row = models.BigIntegerField(null=True)
    by = models.CharField(max_length=60)

    objects = FactQuerySet.as_manager()


class ConfirmedFact(Kept):
    """A fact that a decision or a signed record confirmed; findings of machines are none."""

    kind = models.CharField(max_length=40, choices={str(kind): str(kind) for kind in FactKind})
    on = models.DateField()
    document = models.CharField(max_length=200)
    origin_kind = models.CharField(max_length=16, blank=True)
    origin_key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "document"], name="one_fact_a_document"),
            models.CheckConstraint(condition=~Q(document=""), name="a_fact_names_its_document"),
        ]


class FactTakenBack(models.Model):
    """A confirmed fact that counts no more, since what it was taken from did not stand; append-only."""

    fact = models.OneToOneField(ConfirmedFact, models.PROTECT, related_name="taken_back")
    on = models.DateField()
    reason = models.TextField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class SupervisionClass(Kept):
    """A supervision class that an officer signed, with its reasons; internal. The newest of a subject holds.

    `proposed` is what the table gave; another class needs a `reason`. `rested_on` is what was officially known.
    """

    code = models.CharField(max_length=8)
    proposed = models.CharField(max_length=8)
    on = models.DateField()
    review_by = models.DateField()
    reasons = models.JSONField()
    rested_on = models.JSONField()
    rule = models.JSONField()
    reason = models.TextField(blank=True)
    rate_percent = models.IntegerField()
    weight = models.IntegerField()
    key_object = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(code=models.F("proposed")) | ~Q(reason=""), name="another_class_has_its_reason"
            )
        ]
        indexes = [models.Index(fields=["subject", "-id"], name="newest_class")]


class ListEntry(Kept):
    """A proposal to enter a subject in a list and what became of it; `at` and `post` are those of the proposal.

    `document` is the decision (of whoever decides), `last` the computed last day where the rule has a term.
    """

    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    list_id = models.CharField(max_length=40)
    party = models.CharField(max_length=20)
    ground = models.CharField(max_length=40)
    facts = ArrayField(models.CharField(max_length=40), default=list)
    reason = models.TextField()
    state = models.CharField(
        max_length=10, choices={str(one): str(one) for one in ListState}, default=ListState.PROPOSED
    )
    decided_on = models.DateField(null=True)
    document = models.CharField(max_length=200, blank=True)
    last = models.DateField(null=True)
    terms = models.JSONField(default=dict)
    ended_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "list_id"],
                condition=Q(state__in=("proposed", "reviewed")),
                name="one_proposal_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("listed", "removed", "expired"))
                | Q(decided_on__isnull=False) & ~Q(document=""),
                name="a_listing_has_its_decision",
            ),
        ]
        indexes = [models.Index(fields=["list_id", "state", "last"], name="register_of_list")]


class ListStep(models.Model):
    """One act on an entry; append-only. `step` names the step of the rule that was taken."""

    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10)
    step = models.CharField(max_length=24, blank=True)
    on = models.DateField()
    document = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()


class ListSpell(Fact):
    """A stay on a list, on two axes; two stays of one subject on one list that overlap are refused by the database."""

    KEY = ("subject_id", "list_id")
    SOURCE = ("entry_id", "by", "seen_by")

    subject = models.ForeignKey("registry.Subject", models.PROTECT, related_name="+")
    list_id = models.CharField(max_length=40)
    entry = models.ForeignKey(ListEntry, models.PROTECT, related_name="spells")
    by = models.CharField(max_length=60)
    seen_by = ArrayField(models.BigIntegerField())

    objects = FactQuerySet.as_manager()
