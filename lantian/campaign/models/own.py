"""Records that no other room keeps: publicity, guidance of enterprises, the sweep for unlicensed practice.

An entry is never edited: it is struck with a reason and entered anew, and the ledger shows what stands.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class Entry(models.Model):
    """What an office did on a day, entered by a post."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    on = models.DateField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey("office.Post", models.PROTECT, null=True, related_name="+")
    struck_reason = models.CharField(max_length=200, blank=True)
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        abstract = True


class PublicityItem(Entry):
    """One act of publicity or training: outlet, day, link or picture."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign", "专项行动宣传"
        PHONES = "phones", "举报投诉电话公布"
        PREEXAM = "preexam", "快速预审与优先审查宣传"
        TRAINING = "training", "培训"

    kind = models.CharField(max_length=8, choices=Kind)
    title = models.CharField(max_length=160)
    outlet = models.CharField(max_length=80)
    link = models.CharField(max_length=500, blank=True)
    picture = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    persons = models.IntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "on"], name="publicity_by_day")]


class GuidancePush(Entry):
    """One enterprise told how to choose an agency: what was told, by whom, with proof."""

    class Group(models.TextChoices):
        ADVANTAGE = "advantage", "知识产权优势企业"
        MODEL = "model", "知识产权示范企业"
        INNOVATOR = "innovator", "其他创新主体"

    group = models.CharField(max_length=9, choices=Group)
    enterprise_no = models.CharField(max_length=40, blank=True)
    enterprise = models.CharField(max_length=200)
    officer = models.CharField(max_length=40)
    told = models.TextField()
    proof = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["unit", "on"], name="guidance_by_day")]


class SweepEntry(Entry):
    """One firm looked at for unlicensed practice, with the result, "no problem" included.

    `fold` tells one look from another: the firm (number, else folded name), the day, the method.
    """

    class Method(models.TextChoices):
        ONSITE = "onsite", "实地走访"
        PHONE = "phone", "电话核实"
        ONLINE = "online", "网络检索"
        RECORDS = "records", "登记信息核对"

    class Result(models.TextChoices):
        CLEAR = "clear", "未发现问题"
        NOT_FOUND = "not_found", "查无下落"
        SUSPECTED = "suspected", "涉嫌无资质代理"
        FIXED = "fixed", "当场改正（如广告用语）"

    street = models.CharField(max_length=60)
    firm = models.CharField(max_length=200)
    firm_no = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=8, choices=Method)
    officer = models.CharField(max_length=40)
    result = models.CharField(max_length=9, choices=Result)
    note = models.CharField(max_length=300, blank=True)
    fold = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "fold"], condition=models.Q(struck_at=None), name="one_look_entered_once"
            )
        ]
        indexes = [models.Index(fields=["unit", "on"], name="sweep_by_day")]
