"""Rows of casework."""

from lantian.casework.models.alerts import Alert, AlertRound
from lantian.casework.models.leads import Lead, LeadStep
from lantian.casework.models.measures import (
    Attendance,
    Commitment,
    Interview,
    InterviewStep,
    Measure,
    Onward,
    OnwardStep,
    Participant,
    Recheck,
    Rectification,
)
from lantian.casework.models.outside import OutsideMatter, OutsidePaper, OutsideStep
from lantian.casework.models.worksheets import Worksheet, WorksheetStep, WorksheetVersion

__all__ = [
    "Alert",
    "AlertRound",
    "Attendance",
    "Commitment",
    "Interview",
    "InterviewStep",
    "Lead",
    "LeadStep",
    "Measure",
    "Onward",
    "OnwardStep",
    "OutsideMatter",
    "OutsidePaper",
    "OutsideStep",
    "Participant",
    "Recheck",
    "Rectification",
    "Worksheet",
    "WorksheetStep",
    "WorksheetVersion",
]
