"""Events of every act and the chain that seals them. Append-only: the application may insert and read."""

from __future__ import annotations

from typing import Any

from django.db import models


class TransactionId(models.BigIntegerField):  # type: ignore[type-arg]
    """PostgreSQL's 64-bit transaction id (`xid8`), filled by the database itself."""

    def db_type(self, connection: Any) -> str:
        return "xid8"


class Epoch(models.Model):
    """From here on another cluster counts the transactions; written by `lantian migrate` as the owner only."""

    number = models.IntegerField(primary_key=True)
    cluster = models.BigIntegerField()
    began_at = models.DateTimeField()


class AuditEvent(models.Model):
    """One act: who, in which unit, what, about which record. Holds keys and digests, never names or text."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    unit = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=20)
    about_key = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    xid = TransactionId(db_default=models.Func(function="pg_current_xact_id"))

    # The default is replaced by `current_epoch()` in office.sql: a function must exist before it can be named.
    epoch = models.IntegerField(db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["epoch", "xid", "id"], name="audit_by_transaction"),
            models.Index(fields=["about_kind", "about_key"], name="audit_by_record"),
        ]


class AuditLink(models.Model):
    """A sealed event's place in the chain."""

    seq = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="link")
    digest = models.CharField(max_length=64)
