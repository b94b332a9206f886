"""Runs, findings, judgements."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.core.messages import Text
from lantian.office.keys import new_key
from lantian.screening.states import OUTCOME_TEXTS

CLEARINGS = {
    "not_cleared": Text("未见合法情形", "no lawful ground seen"),
    "presumed_lawful": Text("推定合法", "presumed lawful"),
    "cleared": Text("条件齐备", "conditions met"),
}
STRENGTHS = {
    "strong": Text("强", "strong"),
    "medium": Text("中", "medium"),
    "weak": Text("弱", "weak"),
}


class Run(models.Model):
    """One run of a detector over what was taken in, with the watermark of its data.

    Several detectors that read the same tables run in one job, one after another. `case_key` names the lead whose
    case allowed columns that no other run sees, and `purpose` what for; `case_bound` those that it used. Whoever
    may see the lead may see its runs and their findings, and nobody else: their `seen_by` is empty.
    """

    key = models.CharField(max_length=26, unique=True, default=new_key)
    detector = models.CharField(max_length=4)
    on = models.DateField()
    job = models.ForeignKey("office.Job", models.PROTECT, null=True, related_name="runs")
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    case_key = models.CharField(max_length=26, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    case_bound = ArrayField(models.TextField(), default=list)
    audit_seq = models.BigIntegerField(default=0)
    detector_version = models.CharField(max_length=40, blank=True)
    parameters = models.CharField(max_length=64, blank=True)
    read = models.BigIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    outcomes = models.JSONField(default=dict)
    findings = models.BigIntegerField(default=0)
    cleared = models.BigIntegerField(default=0)
    not_run_zh = models.TextField(blank=True)
    not_run_en = models.TextField(blank=True)
    seen_by = ArrayField(models.BigIntegerField())


class Finding(models.Model):
    """One finding of a detector, kept under its stable key; a later run updates it and never doubles it.

    With a `case_key` it rests on what a case brought: seen with that lead, in no pool, judged by nobody. `faults`
    names what is wrong where the evidence does not tell. `merged_into`: the key of the older finding that it proved
    to be one with, and that lives on; what was judged here stays here. `gone_on`: the day of the first run that ran
    and did not find it again; a run that does empties it.
    """

    key = models.CharField(max_length=64, unique=True)
    case_key = models.CharField(max_length=26, blank=True)
    detector = models.CharField(max_length=4)
    subject_kind = models.CharField(max_length=12)
    subject_no = models.TextField()
    subject_name = models.TextField()
    score = models.FloatField()
    strength = models.CharField(max_length=6)
    clearing = models.CharField(max_length=16, choices={key: text.zh for key, text in CLEARINGS.items()})
    cleared = models.TextField(null=True)
    reason_zh = models.TextField()
    reason_en = models.TextField()
    rule = models.TextField()
    innocent_zh = models.TextField()
    evidence = ArrayField(models.TextField())
    members = ArrayField(models.TextField())
    faults = ArrayField(models.TextField(), default=list)
    supersedes = ArrayField(models.TextField())
    merged_into = models.CharField(max_length=64, blank=True)
    gone_on = models.DateField(null=True)
    district_code = models.TextField(null=True)
    holder = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    on = models.DateField()
    expires_on = models.DateField()
    detector_version = models.CharField(max_length=40)
    parameters = models.CharField(max_length=64)
    run = models.ForeignKey(Run, models.PROTECT, related_name="updated")
    first_found_at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(score__range=(0, 1)), name="score_between_0_and_1"),
        ]
        indexes = [
            models.Index(fields=["clearing", "-score"], name="findings_by_weight"),
            models.Index(fields=["detector", "case_key"], name="findings_by_detector"),
            models.Index(
                fields=["merged_into"], condition=~models.Q(merged_into=""), name="merged_findings_by_key"
            ),
        ]


class CaseRow(models.Model):
    """One row of a canonical table with columns that only a case brings, encrypted; append-only, the newest counts.

    `ref` is `case:table:number`; a later row of it holds what the earlier ones held and what came in since.
    """

    case_key = models.CharField(max_length=26)
    table = models.CharField(max_length=24)
    ref = models.TextField()
    cells = models.TextField()
    batch = models.ForeignKey("office.IntakeBatch", models.PROTECT)
    row = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["case_key"], name="rows_of_a_case")]


class Mention(models.Model):
    """An applicant as published applications name it, and the id under which detectors count it; first taken in first.

    A person without a number is told by its address, a firm by its number; see `lantian.detect.known`.
    """

    class Kind(models.TextChoices):
        """Who is mentioned."""

        PERSON = "person", "自然人"
        FIRM = "firm", "单位"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.TextField()
    address = models.TextField(null=True)
    number = models.TextField(null=True)
    identity = models.TextField()


class IdentityChange(models.Model):
    """What became of an id: merged into another one, or parted from it; append-only."""

    was = models.TextField()
    now = models.TextField()
    how = models.CharField(max_length=6, choices={"merged": "并入", "parted": "分出"})
    at = models.DateTimeField()


class Judgement(models.Model):
    """An officer's word on a finding; append-only, the newest one counts.

    `ground` and `ground_size` are digest and number of the evidence it rested on, `faults` what the finding named: a
    dismissed finding comes back when its evidence has clearly grown, or when it names a fault that it did not name.
    `asked` says to whom a request for more went.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="judgements")
    outcome = models.CharField(
        max_length=10, choices={str(outcome): text.zh for outcome, text in OUTCOME_TEXTS.items()}
    )
    reason = models.TextField(blank=True)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ground = models.CharField(max_length=64)
    ground_size = models.IntegerField()
    faults = ArrayField(models.TextField(), default=list)
    asked = models.CharField(max_length=60, blank=True)
    lead_key = models.CharField(max_length=26, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="lead") | ~models.Q(reason=""), name="dismissal_gives_its_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="lead") | ~models.Q(lead_key=""),
                name="lead_judgement_names_the_lead",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="more") | ~models.Q(asked=""), name="request_names_who_is_asked"
            ),
        ]


class NightlyOrder(models.Model):
    """An officer's decision that a detector runs every night, or no longer; append-only, the newest one counts."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    detector = models.CharField(max_length=4)
    active = models.BooleanField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Switch(models.Model):
    """An office's decision that findings of a detector come into its pool, or no longer; append-only.

    The newest counts; an office that never decided follows the one above it. `waiting`, `monthly` and `budget` are
    what the page showed when it was decided: findings that come in at once, those expected a month, the measure.
    """

    key = models.CharField(max_length=26, unique=True, default=new_key)
    detector = models.CharField(max_length=4)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    active = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    waiting = models.IntegerField()
    monthly = models.IntegerField(null=True)
    budget = models.IntegerField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Tally(models.Model):
    """How many findings of a detector stand confirmed or dismissed over all offices: numbers, nothing of a record."""

    detector = models.CharField(max_length=4, unique=True)
    confirmed = models.IntegerField(default=0)
    dismissed = models.IntegerField(default=0)
