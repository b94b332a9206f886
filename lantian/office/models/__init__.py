"""Rows of the office."""

from lantian.office.models.audit import AuditEvent, AuditLink, Epoch
from lantian.office.models.competence import MandateApproval, MandateBook
from lantian.office.models.editions import RulebookDecision, RulebookEdition, RulebookText
from lantian.office.models.jobs import Job, Progress
from lantian.office.models.modes import ModuleMode
from lantian.office.models.papers import Paper, PaperApproval, PaperReview, PaperTemplate, PaperVersion
from lantian.office.models.people import Account, Plate, Post, Unit, UnitName
from lantian.office.models.purposes import PurposeStatement
from lantian.office.models.records import Counter, IntakeBatch, RowError, StoredFile
from lantian.office.models.search import PublicEntry, SearchEntry

__all__ = [
    "Account",
    "AuditEvent",
    "AuditLink",
    "Counter",
    "Epoch",
    "IntakeBatch",
    "Job",
    "MandateApproval",
    "MandateBook",
    "ModuleMode",
    "Paper",
    "PaperApproval",
    "PaperReview",
    "PaperTemplate",
    "PaperVersion",
    "Plate",
    "Post",
    "Progress",
    "PublicEntry",
    "PurposeStatement",
    "RowError",
    "RulebookDecision",
    "RulebookEdition",
    "RulebookText",
    "SearchEntry",
    "StoredFile",
    "Unit",
    "UnitName",
]
