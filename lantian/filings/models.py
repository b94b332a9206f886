"""Patent applications to the columns of the canonical table, and the text that is still secret."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.filings.captures import models as captures  # noqa: F401 - tables of this room, told in a file of their own
from lantian.office.keys import new_key


def _text(**options: Any) -> Any:
    return models.TextField(null=True, **options)


def _texts() -> Any:
    return ArrayField(models.TextField(), null=True)


def _day() -> Any:
    return models.DateField(null=True)


class Patent(models.Model):
    """One application as filed. The id grows in the order of intake. Title, abstract, claim: published only.

    Contacts, submitting account and payer are held where a case brought them, and for that case (`screening.material`).
    """

    application_no = models.TextField(unique=True)
    disclosure = models.CharField(max_length=12)
    filing_date = _day()
    publication_no = _text()
    publication_date = _day()
    grant_date = _day()
    status = _text()
    status_date = _day()
    kind = _text()
    title = _text()
    abstract = _text()
    claim = _text()
    main_ipc = _text()
    ipc = _texts()
    applicants = _texts()
    applicant_ids = _texts()
    applicant_kinds = _texts()
    applicant_addresses = _texts()
    inventors = _texts()
    agency_code = _text(db_index=True)
    agency_name = _text()
    signers = _texts()
    dual_filing_declared = models.BooleanField(null=True)
    priority_nos = _texts()
    parent_no = _text()
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT)
    row = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(disclosure="published") | models.Q(title=None, abstract=None, claim=None),
                name="secret_text_lies_elsewhere",
            )
        ]


class OpenRow(models.Model):
    """One row of a public table that has no room of its own (marks, proceedings, notices), as last taken in.

    `ref` is how evidence names it (`table:number`, parts joined by `|`); `cells` its canonical columns as JSON.
    """

    ref = models.TextField(unique=True)
    table = models.CharField(max_length=24)
    cells = models.TextField()
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT)
    row = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["table", "id"], name="open_rows_by_table")]


class UnpublishedText(models.Model):
    """Title, abstract and claim of an application that is not published, or not known to be; encrypted."""

    application_no = models.TextField(unique=True)
    title = _text()
    abstract = _text()
    claim = _text()
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT)
    row = models.BigIntegerField()
    seen_by = ArrayField(models.BigIntegerField())


class UnpublishedGrant(models.Model):
    """Leave for one post to read unpublished text, with its purpose; from `valid_to` on it no longer holds."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField()
    given_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_by = models.ForeignKey("office.Post", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_to__gt=models.F("valid_from")), name="grant_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=~models.Q(purpose=""), name="grant_says_what_for"),
        ]
