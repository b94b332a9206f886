"""Dispatches, their rows, the answers to them, the return sheets of offices, pressing, history."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.core.messages import Text
from lantian.dispatch.states import SHEET_TEXTS, STATE_TEXTS, UPLOAD_TEXTS, SheetState, State, UploadState
from lantian.office.keys import new_key

SUBJECT_TEXTS: dict[str, Text] = {
    "agency": Text("代理机构", "agency"),
    "outside": Text("外地代理机构（委托人在本市）", "agency from elsewhere with a local client"),
    "applicant": Text("申请人", "applicant"),
    "practitioner": Text("代理师", "practitioner"),
    "company": Text("企业", "company"),
    "unknown": Text("待认定", "not made out"),
}


def _key() -> Any:
    return models.CharField(max_length=26, unique=True, default=new_key)


def _units() -> Any:
    return ArrayField(models.BigIntegerField())


def _by() -> Any:
    return models.ForeignKey("office.Post", models.PROTECT, related_name="+")


class Dispatch(models.Model):
    """One letter from above with its list. `columns` are the sender's headers in order, `meanings` what they mean.

    `unread` lists rows of the file that could not be read, as [row, zh, en]: they are shown, never lost.
    """

    key = _key()
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    sender = models.CharField(max_length=80)
    sender_no = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120)
    dated = models.DateField(null=True)
    received_on = models.DateField()
    deadline = models.DateField(null=True)
    instruction = models.TextField(blank=True)
    state = models.CharField(
        max_length=10,
        choices={str(state): text.zh for state, text in STATE_TEXTS.items()},
        default=State.RECEIVED,
    )
    scan = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    list_file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    columns = models.JSONField()
    meanings = models.JSONField()
    unread = models.JSONField(default=list)
    rows_read = models.IntegerField(default=0)
    notes_zh = models.TextField(blank=True)
    notes_en = models.TextField(blank=True)
    job = models.ForeignKey("office.Job", models.PROTECT, null=True, related_name="+")
    answer_file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    answer_no = models.CharField(max_length=60, blank=True)
    answered_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = _by()
    changed_at = models.DateTimeField()
    changed_by = _by()
    seen_by = _units()

    class Meta:
        indexes = [models.Index(fields=["state", "deadline"], name="dispatches_by_due")]


class DispatchRow(models.Model):
    """One row of the list as it came, whom it concerns, which office it went to and why. No holder: the city's queue.

    `cells` follow the sender's columns; `subject_group` is one for every spelling of a body; `version` counts
    changes, `answers` the answers given; `sent_answers` how many there were when the return sheet was written.
    """

    key = _key()
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="rows")
    place = models.IntegerField()
    cells = models.JSONField()
    subject_kind = models.CharField(
        max_length=12, choices={kind: text.zh for kind, text in SUBJECT_TEXTS.items()}
    )
    subject_no = models.CharField(max_length=120, blank=True)
    subject_name = models.CharField(max_length=200, blank=True)
    subject_group = models.CharField(max_length=200, blank=True)
    holder = models.ForeignKey("office.Unit", models.PROTECT, null=True, related_name="+")
    routed_by = models.CharField(max_length=12)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    conflict = models.BooleanField(default=False)
    forwarded = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, blank=True)
    answers = models.IntegerField(default=0)
    sent_answers = models.IntegerField(default=0)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = _by()
    seen_by = _units()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "place"], name="one_row_a_place")]
        indexes = [
            models.Index(fields=["dispatch", "holder", "answers"], name="rows_of_an_office"),
            models.Index(fields=["dispatch", "subject_group"], name="rows_of_a_subject"),
        ]


class RowAnswer(models.Model):
    """One answer to one row; append-only, the newest one counts. `values` by field, in the sheet's own words."""

    class How(models.TextChoices):
        SCREEN = "screen", "系统内填写"
        FILE = "file", "反馈表"

    row = models.ForeignKey(DispatchRow, models.PROTECT, related_name="given")
    number = models.IntegerField()
    values = models.JSONField()
    how = models.CharField(max_length=6, choices=How)
    upload = models.ForeignKey("SheetUpload", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    post = _by()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "number"], name="one_answer_a_number")]


class ReturnSheet(models.Model):
    """What one office was sent and owes: its return sheet (反馈表), its letter, its deadline."""

    key = _key()
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="sheets")
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=16,
        choices={str(state): text.zh for state, text in SHEET_TEXTS.items()},
        default=SheetState.WAITING,
    )
    deadline = models.DateField(null=True)
    forwarded_on = models.DateField()
    paper_key = models.CharField(max_length=26, blank=True)
    letter_no = models.CharField(max_length=60, blank=True)
    letter_dated = models.DateField(null=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    submitted_on = models.DateField(null=True)
    remark = models.TextField(blank=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = _by()
    seen_by = _units()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "unit"], name="one_sheet_an_office")]


class SheetUpload(models.Model):
    """A return sheet that came back as a file: what reading it found (`found`), and what became of it."""

    key = _key()
    sheet = models.ForeignKey(ReturnSheet, models.PROTECT, related_name="uploads")
    file = models.ForeignKey("office.StoredFile", models.PROTECT, related_name="+")
    job = models.ForeignKey("office.Job", models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        max_length=12,
        choices={str(state): text.zh for state, text in UPLOAD_TEXTS.items()},
        default=UploadState.READING,
    )
    found = models.JSONField(default=dict)
    taken = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    post = _by()
    at = models.DateTimeField()
    seen_by = _units()


class Press(models.Model):
    """One office pressed once (督办): how many rows it owed on which day; append-only. `batch` is one click."""

    batch = models.CharField(max_length=26)
    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="presses")
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    rows = models.IntegerField()
    unanswered = models.IntegerField()
    deadline = models.DateField(null=True)
    post = _by()
    at = models.DateTimeField()
    seen_by = _units()


class DispatchStep(models.Model):
    """One step of a dispatch, append-only; an office sees the steps that concern it."""

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=10)
    unit = models.ForeignKey("office.Unit", models.PROTECT, null=True, related_name="+")
    count = models.IntegerField(default=0)
    reason = models.TextField(blank=True)
    post = _by()
    at = models.DateTimeField()
    seen_by = _units()
