"""The pressing order (督办单): a paper about an instruction, drafted from its record."""

from __future__ import annotations

from lantian.campaign import queries
from lantian.campaign.actions.checks import name_of
from lantian.campaign.actions.instructions import ABOUT
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.models import Instruction
from lantian.core.competence import Field
from lantian.office.actors import OfficerActor
from lantian.office.models import Paper
from lantian.office.papers import actions as papers
from lantian.office.papers.actions import Record, Wording
from lantian.office.papers.content import day_words

KIND = "pressing_order"


def record_of(row: Instruction, field: Field, *, by: OfficerActor) -> Record:
    """What a paper about an instruction may say."""
    values = {
        "instruction.number": row.number,
        "instruction.leader": row.leader_title,
        "instruction.given_on": day_words(row.given_on),
        "instruction.matter": row.matter,
        "instruction.words": row.words,
        "instruction.owner": row.owner.name_zh,
        "instruction.due": day_words(row.due),
        "officer.name": name_of(by),
    }
    return Record((ABOUT, row.key), field, values, tuple(row.seen_by))


def draft(*, instruction: Instruction, field: Field, contact: str, by: OfficerActor) -> Paper:
    """Draft a pressing order; raises `NoCompetence` where the matrix has no row for it."""
    if by.unit != instruction.origin_unit_id:
        raise CampaignRefused(
            "督办单由登记批示的单位出具。",
            "The office that recorded the instruction makes the pressing order.",
        )
    if queries.has_draft(instruction):
        raise CampaignRefused("已有未印发的督办单。", "There is a pressing order that is not issued yet.")
    record = record_of(instruction, field, by=by)
    return papers.draft(kind=KIND, record=record, wording=Wording({"contact": contact.strip()}), by=by)
