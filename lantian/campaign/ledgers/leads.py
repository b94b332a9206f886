"""The ledger of leads, from casework."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from lantian.campaign.ledgers.frame import Column, Kind, Ledger, office
from lantian.casework.models import Lead, LeadStep
from lantian.casework.states import STATE_TEXTS, Act, State
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Text
from lantian.office import clock

_SOURCES = {
    "finding": Text("数据比对提示", "finding of a comparison"),
    "dispatch": Text("上级交办", "assigned from above"),
    "complaint": Text("投诉举报", "complaint or report"),
}


def _rows() -> QuerySet[Any]:
    # A subquery is asked for the rows of one page only; an aggregate would go through all of them for every page.
    concluded = LeadStep.objects.filter(lead=OuterRef("pk"), act=str(Act.CONCLUDE)).order_by("-at", "-id")
    leads = Lead.objects.select_related("holder", "origin_unit")
    return leads.annotate(concluded_at=Subquery(concluded.values("at")[:1]))


def _late(row: Any) -> Text:
    end = clock.day_of(row.concluded_at) if row.concluded_at else clock.today()
    if end <= row.due:
        return Text("否", "no")
    return Text("是", "yes")


LEADS = Ledger(
    id="leads",
    title=Text("线索台账", "docket of leads"),
    provider=Text("线索办理", "the desk of leads"),
    rows=_rows,
    day="opened_on",
    owner="holder",
    route="lead",
    columns=(
        Column("number", Text("线索编号", "number"), lambda row: row.number, Kind.LINK, 22),
        Column("opened_on", Text("登记日期", "opened on"), lambda row: row.opened_on, Kind.DATE, 12),
        Column("subject", Text("涉及对象", "subject"), lambda row: row.subject_name, width=30),
        Column("subject_no", Text("对象编号", "number of the subject"), lambda row: row.subject_no, width=21),
        Column("field", Text("监管领域", "field"), lambda row: FIELD_TEXTS[Field(row.field)], width=14),
        Column(
            "source",
            Text("来源", "source"),
            lambda row: _SOURCES.get(row.origin_kind, Text("其他", "other")),
            width=14,
        ),
        Column("ground", Text("事由", "matter"), lambda row: Text(row.ground_zh, row.ground_en), width=40),
        Column("origin", Text("登记的单位", "noted by"), lambda row: office(row.origin_unit), width=20),
        Column("holder", Text("承办单位", "held by"), lambda row: office(row.holder), width=20),
        Column("state", Text("办理状态", "state"), lambda row: STATE_TEXTS[State(row.state)], width=10),
        Column("due", Text("办理期限", "due"), lambda row: row.due, Kind.DATE, 12),
        Column(
            "concluded",
            Text("核查完毕日期", "verified on"),
            lambda row: clock.day_of(row.concluded_at) if row.concluded_at else None,
            Kind.DATE,
            13,
        ),
        Column("late", Text("是否逾期", "overdue"), _late, width=10),
    ),
)
