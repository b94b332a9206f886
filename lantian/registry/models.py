"""Subjects, agencies, companies, practitioners, their dated facts, and differences of directories."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.facts import Fact, FactQuerySet
from lantian.office.keys import new_key


def _text() -> Any:
    return models.TextField(null=True)


def _entry(name: str, column: str) -> Any:
    return models.OneToOneField(
        "registry.Subject", models.PROTECT, to_field="number", db_column=column, related_name=name
    )


class Subject(models.Model):
    """Anyone with a supervision file, licensed or not; one per credit code or licence number.

    `district_code` is where `registry.routing` places it (None: the city has to), `routed_by` the step that
    decided, `route_conflict` whether another step says otherwise (of a body placed by hand: whether what is on
    file has changed since and speaks against it).
    """

    class Kind(models.TextChoices):
        AGENCY = "agency", "代理机构"
        PRACTITIONER = "practitioner", "代理师"
        APPLICANT = "applicant", "申请人"
        COMPANY = "company", "企业"
        PERSON = "person", "个人"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    kind = models.CharField(max_length=12, choices=Kind)
    number = models.TextField(unique=True)
    number_status = models.CharField(max_length=12, default="valid")
    name = models.TextField()
    name_pinyin = models.TextField()
    district_code = _text()
    zone = _text()
    routed_by = models.CharField(max_length=12, default="unknown")
    route_conflict = models.BooleanField(default=False)
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT, null=True)
    row = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["name_pinyin"], name="subject_by_pinyin"),
            models.Index(fields=["kind", "district_code"], name="subject_by_place"),
        ]


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


class Entry(models.Model):
    """The newest entry of a register about a subject, as the register writes it; its history lies in facts."""

    name = _text()
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT)
    row = models.BigIntegerField()

    class Meta:
        abstract = True


class Agency(Entry):
    """A patent or trademark agency, keyed by credit code; `agency_code` exists for patent agencies only."""

    subject = _entry("agency", "credit_code")
    agency_code = models.TextField(null=True, db_index=True)
    kinds = ArrayField(models.TextField(), null=True)
    form = _text()
    licensed_on = models.DateField(null=True)
    status = _text()
    status_date = models.DateField(null=True)
    address = _text()
    district_code = _text()
    phone = _text()
    email = _text()
    website = _text()


class Company(Entry):
    """A body as the market register writes it, keyed by credit code (or the number from before 2015)."""

    subject = _entry("company", "credit_code")
    founded_on = models.DateField(null=True)
    capital_cny = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    insured_staff = models.IntegerField(null=True)
    industry = _text()
    scope = _text()
    address = _text()
    district_code = _text()
    phone = _text()
    email = _text()
    legal_representative = _text()
    shareholders = ArrayField(models.TextField(), null=True)
    former_names = ArrayField(models.TextField(), null=True)
    status = _text()


class Practitioner(Entry):
    """A patent practitioner, keyed by licence number; `practice_no` changes on a move, `licence_no` stays."""

    subject = _entry("practitioner", "licence_no")
    practice_no = _text()
    licensed_on = models.DateField(null=True)


class RegisterFact(Fact):
    """A register fact, licence, enrolment, person or branch of a subject, on two axes of time.

    `kind` says what (see `registry.kinds`), `item` which one where a subject has several at a time.
    """

    KEY = ("subject_id", "kind", "item")
    SOURCE = ("batch_id", "row", "by")

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=20)
    item = models.TextField(blank=True)
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT, null=True)
    row = models.BigIntegerField(null=True)
    by = models.CharField(max_length=60)

    objects = FactQuerySet.as_manager()

    class Meta:
        indexes = [
            # Who practises at an agency: the agency is the item of a practitioner's fact.
            models.Index(fields=["item"], condition=models.Q(kind="employment"), name="employed_where"),
            models.Index(fields=["item"], condition=models.Q(kind="branch"), name="branches_by_name"),
        ]


class DirectoryDiff(models.Model):
    """One difference between a directory and the register; nothing of it is held before it is accepted.

    `fields` gives old and new value by column; `entry` the row of the directory in canonical columns.
    """

    class Kind(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "变更"
        MISSING = "missing", "名录中缺少"

    class State(models.TextChoices):
        WAITING = "waiting", "待确认"
        ACCEPTED = "accepted", "已采纳"
        REJECTED = "rejected", "未采纳"

    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT, related_name="differences")
    row = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=Kind)
    number = models.TextField()
    name = models.TextField()
    fields = models.JSONField(default=dict)
    entry = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey("office.Post", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_difference_a_number")]
        indexes = [models.Index(fields=["batch", "state", "kind", "id"], name="differences_in_order")]
