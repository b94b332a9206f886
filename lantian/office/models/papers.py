"""Papers with their versions and approvals, and the templates that offices put in place of ours."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key
from lantian.office.papers.states import STATE_TEXTS, State


class PaperTemplate(models.Model):
    """One version of an office's own template of a kind of paper; the newest one holds."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    number = models.IntegerField()
    file_name = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "number"], name="one_template_version")
        ]


class Paper(models.Model):
    """A paper about one record. `grant` tells the row of the matrix it rests on, `number` exists once issued."""

    class Numbering(models.TextChoices):
        OWN = "own", "本系统编号"
        OA = "oa", "OA编号"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    kind = models.CharField(max_length=30)
    about_kind = models.CharField(max_length=20)
    about_key = models.CharField(max_length=64)
    field = models.CharField(max_length=20)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    issuer = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    plate = models.ForeignKey("office.Plate", models.PROTECT, related_name="+")
    grant = models.JSONField()
    state = models.CharField(
        max_length=10,
        choices={str(state): text.zh for state, text in STATE_TEXTS.items()},
        default=State.DRAFT,
    )
    version = models.IntegerField(default=1)
    number = models.CharField(max_length=60, null=True, unique=True)
    numbering = models.CharField(max_length=3, choices=Numbering, blank=True)
    dated = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("office.Post", models.PROTECT, null=True, related_name="+")
    pdf = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    docx = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state=State.ISSUED, number__isnull=False, dated__isnull=False, issued_by__isnull=False
                )
                | (~models.Q(state=State.ISSUED) & models.Q(number=None, dated=None)),
                name="only_an_issued_paper_has_a_number",
            )
        ]
        indexes = [models.Index(fields=["about_kind", "about_key"], name="papers_by_record")]


class PaperVersion(models.Model):
    """What a paper said at one time: what was typed, and the whole text with the source of every stretch."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="versions")
    number = models.IntegerField()
    typed = models.JSONField()
    free = models.TextField(blank=True)
    content = models.JSONField()
    template = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "number"], name="one_version_a_number")]


class PaperApproval(models.Model):
    """Who approved which version: on screen by another person, or on paper or in the OA, with the scan of it."""

    class How(models.TextChoices):
        SCREEN = "screen", "系统内核准"
        PAPER = "paper", "纸质核准"
        OA = "oa", "OA核准"

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="approvals")
    version = models.ForeignKey(PaperVersion, models.PROTECT, related_name="approvals")
    how = models.CharField(max_length=6, choices=How)
    approver = models.CharField(max_length=40)
    approved_on = models.DateField()
    scan = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(how="screen") | models.Q(scan__isnull=False),
                name="an_approval_elsewhere_has_its_scan",
            )
        ]


class PaperReview(models.Model):
    """A request that the city's reviewer approve a version where its office has nobody else, or its return."""

    class Act(models.TextChoices):
        ASK = "ask", "请市局核准"
        RETURN = "return", "退回修改"

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="reviews")
    version = models.ForeignKey(PaperVersion, models.PROTECT, related_name="reviews")
    act = models.CharField(max_length=6, choices=Act)
    reviewer = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    words = models.CharField(max_length=200)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(words=""), name="a_review_says_why")]
