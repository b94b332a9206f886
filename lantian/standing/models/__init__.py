"""Rows of standing."""

from lantian.standing.models.credit import CreditEvent, EventChange, Objection, Reckoning, Repair
from lantian.standing.models.marks import (
    ConfirmedFact,
    ListEntry,
    ListSpell,
    ListStep,
    OfficialGrade,
    QualityGrade,
    SupervisionClass,
)
from lantian.standing.models.rehearsals import Rehearsal, RehearsedMove

__all__ = [
    "ConfirmedFact",
    "CreditEvent",
    "EventChange",
    "ListEntry",
    "ListSpell",
    "ListStep",
    "Objection",
    "OfficialGrade",
    "QualityGrade",
    "Reckoning",
    "Rehearsal",
    "RehearsedMove",
    "Repair",
    "SupervisionClass",
]
