"""What is said to an evaluation: explanation and objection by the office, the city's answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from lantian.campaign.actions.checks import said, seen_by
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.evaluating import EVALUATED
from lantian.campaign.ledgers.frame import Wanted
from lantian.campaign.models import Statement
from lantian.campaign.rules import Indicator
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.office.permissions import Permission, check_permission


@dataclass(frozen=True)
class Said:
    """An explanation or objection to one indicator."""

    kind: str
    indicator: str
    words: str


@transaction.atomic
def state(*, period: Wanted, given: Said, by: OfficerActor) -> Statement:
    """Explain a figure of one's own office, or object to it."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    if given.kind not in (Statement.Kind.EXPLAIN, Statement.Kind.OBJECT):
        raise CampaignRefused("请选择说明或异议。", "Choose explanation or objection.")
    if given.indicator not in list(Indicator):
        raise CampaignRefused("请选择指标。", "Choose the indicator.")
    if Unit.objects.get(pk=by.unit).kind not in EVALUATED:
        raise CampaignRefused("本单位不参加评价。", "Your office is not evaluated.")
    words = said(given.words, "请写明理由。", "Give the reasons.")
    return _keep(Statement(kind=given.kind, indicator=given.indicator, words=words), by.unit, period, by)


@transaction.atomic
def answer(*, key: str, words: str, by: OfficerActor) -> Statement:
    """Answer an explanation or objection, once."""
    check_permission(by.permissions, Permission.DIRECT_CAMPAIGN)
    asked = Statement.objects.get(key=key)
    if asked.kind == Statement.Kind.ANSWER or asked.replies.exists():
        raise CampaignRefused("已答复。", "It is answered already.")
    text = said(words, "请写明答复。", "Give the answer.")
    row = Statement(kind=Statement.Kind.ANSWER, indicator=asked.indicator, words=text, answers=asked)
    return _keep(row, asked.unit_id, Wanted(asked.first, asked.last), by)


def _keep(row: Statement, unit: int, period: Wanted, by: OfficerActor) -> Statement:
    row.unit_id, row.first, row.last = unit, period.first, period.last
    row.post_id, row.at, row.seen_by = by.post_id, clock.now(), seen_by(unit)
    row.save(force_insert=True)
    detail = {"kind": row.kind, "indicator": row.indicator}
    audit.record(audit.Kind.EVALUATION_STATED, by=by, about=("statement", row.key), detail=detail)
    return row
