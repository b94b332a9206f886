"""The room's records, a file for each kind."""

from lantian.campaign.models.evaluation import Statement
from lantian.campaign.models.instructions import Instruction, InstructionStep
from lantian.campaign.models.ledgers import LedgerExport
from lantian.campaign.models.own import GuidancePush, PublicityItem, SweepEntry
from lantian.campaign.models.programme import Programme, Task, TaskReport
from lantian.campaign.models.returns import FrozenCell, MonthClose, Return, ReturnStep, ReturnTemplate
from lantian.campaign.models.summary import (
    Story,
    StoryStep,
    StoryVersion,
    Summary,
    SummaryFigure,
    SummaryStep,
    SummaryVersion,
)

__all__ = [
    "FrozenCell",
    "GuidancePush",
    "Instruction",
    "InstructionStep",
    "LedgerExport",
    "MonthClose",
    "Programme",
    "PublicityItem",
    "Return",
    "ReturnStep",
    "ReturnTemplate",
    "Statement",
    "Story",
    "StoryStep",
    "StoryVersion",
    "Summary",
    "SummaryFigure",
    "SummaryStep",
    "SummaryVersion",
    "SweepEntry",
    "Task",
    "TaskReport",
]
