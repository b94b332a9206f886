"""Rows of the office."""

from lantian.office.models.audit import AuditEvent, AuditLink
from lantian.office.models.jobs import Job, Progress
from lantian.office.models.people import Account, Plate, Post, Unit
from lantian.office.models.records import Counter, IntakeBatch, RowError, StoredFile

__all__ = [
    "Account",
    "AuditEvent",
    "AuditLink",
    "Counter",
    "IntakeBatch",
    "Job",
    "Plate",
    "Post",
    "Progress",
    "RowError",
    "StoredFile",
    "Unit",
]
