"""Rows of standing."""

from lantian.standing.models.credit import CreditEvent, EventChange, Objection, Reckoning, Repair
from lantian.standing.models.marks import (
    ConfirmedFact,
    FactTakenBack,
    ListEntry,
    ListSpell,
    ListStep,
    OfficialGrade,
    QualityGrade,
    SupervisionClass,
)
from lantian.standing.models.papers import ListPaper
from lantian.standing.models.plans import GuidancePlan, PlanMark, PlanStep
from lantian.standing.models.rehearsals import Rehearsal, RehearsedMove

__all__ = [
    "ConfirmedFact",
    "CreditEvent",
    "EventChange",
    "FactTakenBack",
    "GuidancePlan",
    "ListEntry",
    "ListPaper",
    "ListSpell",
    "ListStep",
    "Objection",
    "OfficialGrade",
    "PlanMark",
    "PlanStep",
    "QualityGrade",
    "Reckoning",
    "Rehearsal",
    "RehearsedMove",
    "Repair",
    "SupervisionClass",
]
