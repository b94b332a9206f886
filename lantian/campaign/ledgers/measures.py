"""Ledgers of measures, from casework: interviews, rectifications, what was reported up or transferred."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, Max, Q, QuerySet

from lantian.campaign.ledgers.frame import Column, Kind, Ledger, office
from lantian.casework import measures_states as states
from lantian.casework.models import Interview, Onward, Rectification
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Text

_MEASURES = Text("监管措施", "measures")
_NUMBER = Column("number", Text("编号", "number"), lambda row: row.number, Kind.LINK, 22)
_OPENED = Column("opened_on", Text("登记日期", "opened on"), lambda row: row.opened_on, Kind.DATE, 12)
_FIELD = Column("field", Text("监管领域", "field"), lambda row: FIELD_TEXTS[Field(row.field)], width=14)
_SUBJECT = Column("subject", Text("对象名称", "subject"), lambda row: row.subject_name, width=28)
_SUBJECT_NO = Column(
    "subject_no", Text("对象编号", "number of the subject"), lambda row: row.subject_no, width=21
)
_UNIT = Column("unit", Text("承办单位", "held by"), lambda row: office(row.unit), width=20)
_COLLECTIVE = {True: Text("集中", "collective"), False: Text("单独", "single")}


def _interviews() -> QuerySet[Any]:
    return Interview.objects.select_related("unit").annotate(
        called=StringAgg("participants__subject_name", "；", order_by="participants__place"),
        called_no=StringAgg("participants__subject_no", "；", order_by="participants__place"),
    )


def _rectifications() -> QuerySet[Any]:
    checked = Max("rechecks__on", filter=Q(rechecks__result__in=("done", "not_done")))
    return Rectification.objects.select_related("unit").annotate(
        checked_on=checked, checks=Count("rechecks", filter=Q(rechecks__result__in=("done", "not_done")))
    )


def _onward() -> QuerySet[Any]:
    return Onward.objects.select_related("unit")


INTERVIEWS = Ledger(
    id="interviews",
    title=Text("约谈台账", "interviews"),
    provider=_MEASURES,
    rows=_interviews,
    day="opened_on",
    route="interview",
    columns=(
        _NUMBER,
        _OPENED,
        Column("kind", Text("类别", "kind"), lambda row: states.TALK_TEXTS[states.Talk(row.kind)], width=10),
        Column("form", Text("形式", "form"), lambda row: _COLLECTIVE[row.collective], width=8),
        Column("called", Text("约谈对象", "called"), lambda row: row.called or "", width=32),
        Column("called_no", Text("对象编号", "numbers"), lambda row: row.called_no or "", width=22),
        _FIELD,
        Column("ground", Text("事由", "matter"), lambda row: row.ground, width=36),
        Column("on", Text("约定日期", "planned for"), lambda row: row.on, Kind.DATE, 12),
        Column("held_on", Text("约谈日期", "day of the interview"), lambda row: row.held_on, Kind.DATE, 12),
        Column("officers", Text("约谈人员", "officers"), lambda row: "、".join(row.officers), width=16),
        Column(
            "state",
            Text("状态", "state"),
            lambda row: states.INTERVIEW_STATE_TEXTS[states.InterviewState(row.state)],
            width=10,
        ),
        _UNIT,
    ),
)
RECTIFICATIONS = Ledger(
    id="rectifications",
    title=Text("整改台账", "rectifications"),
    provider=_MEASURES,
    rows=_rectifications,
    day="opened_on",
    route="rectification",
    columns=(
        _NUMBER,
        _OPENED,
        _SUBJECT,
        _SUBJECT_NO,
        _FIELD,
        Column(
            "root",
            Text("整改依据", "rests on"),
            lambda row: states.ROOT_TEXTS[states.Root(row.root)],
            width=12,
        ),
        Column("clause", Text("条款", "clause"), lambda row: row.clause, width=24),
        Column("what", Text("整改事项", "what is to be corrected"), lambda row: row.what, width=36),
        Column("due", Text("整改期限", "to be corrected by"), lambda row: row.due, Kind.DATE, 12),
        Column("checks", Text("复查次数", "re-checks"), lambda row: row.checks, Kind.NUMBER, 9),
        Column("checked_on", Text("最近复查", "last re-check"), lambda row: row.checked_on, Kind.DATE, 12),
        Column(
            "state",
            Text("状态", "state"),
            lambda row: states.RECTIFICATION_STATE_TEXTS[states.RectificationState(row.state)],
            width=12,
        ),
        _UNIT,
    ),
)
TRANSFERS = Ledger(
    id="transfers",
    title=Text("移送与上报台账", "transfers and reports up"),
    provider=_MEASURES,
    rows=_onward,
    day="opened_on",
    route="onward",
    columns=(
        _NUMBER,
        _OPENED,
        Column("way", Text("上报或移送", "way"), lambda row: states.WAY_TEXTS[states.Way(row.way)], width=10),
        Column("body", Text("接收机关", "receiver"), lambda row: row.body, width=24),
        _SUBJECT,
        _SUBJECT_NO,
        Column("matter", Text("事项", "matter"), lambda row: row.matter, width=36),
        Column("basis", Text("依据", "basis"), lambda row: row.basis, width=24),
        Column("sent_on", Text("送出日期", "sent on"), lambda row: row.sent_on, Kind.DATE, 12),
        Column("received_on", Text("签收日期", "received on"), lambda row: row.received_on, Kind.DATE, 12),
        Column("outcome", Text("处理结果", "outcome"), lambda row: row.outcome, width=28),
        Column(
            "state",
            Text("状态", "state"),
            lambda row: states.ONWARD_STATE_TEXTS[states.OnwardState(row.state)],
            width=10,
        ),
        _UNIT,
    ),
)
