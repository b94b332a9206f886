"""Subjects, agencies and aliases."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class Subject(models.Model):
    """Anyone with a supervision file, licensed or not; one per credit code or licence number."""

    class Kind(models.TextChoices):
        AGENCY = "agency", "代理机构"
        PRACTITIONER = "practitioner", "代理师"
        APPLICANT = "applicant", "申请人"
        COMPANY = "company", "企业"
        PERSON = "person", "个人"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    kind = models.CharField(max_length=12, choices=Kind)
    number = models.TextField(unique=True)
    name = models.TextField()
    name_pinyin = models.TextField()
    district_code = models.TextField(null=True)
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT, null=True)
    row = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["name_pinyin"], name="subject_by_pinyin")]


class SubjectAlias(models.Model):
    """One subject turned out to be another: `old` is read as `kept` from now on."""

    old = models.OneToOneField(Subject, models.PROTECT, related_name="alias")
    kept = models.ForeignKey(Subject, models.PROTECT, related_name="merged")
    since = models.DateTimeField()
    by = models.CharField(max_length=60)
    parted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(old=models.F("kept")), name="alias_of_another"),
        ]


class Agency(models.Model):
    """A patent or trademark agency, keyed by credit code; `agency_code` exists for patent agencies only."""

    subject = models.OneToOneField(
        Subject, models.PROTECT, to_field="number", db_column="credit_code", related_name="agency"
    )
    agency_code = models.TextField(null=True, db_index=True)
    kinds = ArrayField(models.TextField(), null=True)
    form = models.TextField(null=True)
    licensed_on = models.DateField(null=True)
    status = models.TextField(null=True)
    status_date = models.DateField(null=True)
    address = models.TextField(null=True)
    district_code = models.TextField(null=True)
    phone = models.TextField(null=True)
    email = models.TextField(null=True)
    website = models.TextField(null=True)
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT)
    row = models.BigIntegerField()
