"""Instructions of leaders (批示) and the steps that followed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from lantian.campaign.states import ACT_TEXTS, STATE_TEXTS, State
from lantian.office.keys import new_key


class Instruction(models.Model):
    """What a leader ordered: title, day, words or scan, the office that carries it out, until when.

    Internal: seen by that office, the one that recorded it and the city, by nobody else.
    """

    key = models.CharField(max_length=26, unique=True, default=new_key)
    number = models.CharField(max_length=40, unique=True)
    leader_title = models.CharField(max_length=60)
    given_on = models.DateField()
    matter = models.CharField(max_length=160)
    words = models.TextField(blank=True)
    scan = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    origin_unit = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    owner = models.ForeignKey("office.Unit", models.PROTECT, related_name="+")
    due = models.DateField()
    state = models.CharField(
        max_length=8,
        choices={str(state): text.zh for state, text in STATE_TEXTS.items()},
        default=State.OPEN,
    )
    pressed = models.IntegerField(default=0)
    closed_on = models.DateField(null=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    seen_by = ArrayField(models.BigIntegerField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(words="") | models.Q(scan__isnull=False),
                name="an_instruction_has_words_or_a_scan",
            ),
            models.CheckConstraint(
                condition=models.Q(due__gte=models.F("given_on")), name="instruction_due_after_given"
            ),
        ]
        indexes = [models.Index(fields=["owner", "state", "due"], name="instructions_of_an_office")]


class InstructionStep(models.Model):
    """One step: recorded, pressed, answered, sent back, closed; append-only."""

    instruction = models.ForeignKey(Instruction, models.PROTECT, related_name="steps")
    act = models.CharField(
        max_length=6, choices={str(act): text.zh for act, text in ACT_TEXTS.items()} | {"record": "登记批示"}
    )
    words = models.TextField(blank=True)
    file = models.ForeignKey("office.StoredFile", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
