"""What officers said for what they look at many natural persons. Append-only."""

from __future__ import annotations

from django.db import models

from lantian.office.keys import new_key


class PurposeStatement(models.Model):
    """What a post wants one kind of list of persons for; from `valid_to` on it no longer holds."""

    key = models.CharField(max_length=26, unique=True, default=new_key)
    post = models.ForeignKey("office.Post", models.PROTECT, related_name="+")
    scope = models.CharField(max_length=40)
    purpose = models.CharField(max_length=12)
    text = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    valid_to = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["post", "scope", "valid_to"], name="purpose_in_force")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(purpose="other", text=""), name="other_purpose_is_said_in_words"
            )
        ]
