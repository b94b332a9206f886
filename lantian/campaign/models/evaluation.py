"""What a district says to its evaluation, and the city's answer. Append-only."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.office.keys import new_key


class Statement(models.Model):
    """An explanation or objection of the office evaluated, or the answer to one."""

    class Kind(models.TextChoices):
        EXPLAIN = "explain", "说明"
        OBJECT = "object", "异议"
        ANSWER = "answer", "答复"

    key = models.CharField(max_length=26, unique=True, default=new_key)
    unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    indicator = models.CharField(max_length=12)
    kind = models.CharField(max_length=7, choices=Kind)
    answers = models.ForeignKey("self", models.PROTECT, null=True, related_name="replies")
    words = models.TextField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="answer", answers__isnull=False)
                | (~models.Q(kind="answer") & models.Q(answers=None)),
                name="an_answer_answers_something",
            )
        ]
