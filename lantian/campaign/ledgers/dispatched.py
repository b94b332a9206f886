"""The ledger of abnormal-filing verification: rows of CNIPA's lists, one an application, with the newest answer."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from lantian.campaign.ledgers.frame import Cell, Column, Kind, Ledger, office
from lantian.core.messages import Text
from lantian.dispatch import book
from lantian.dispatch.models import DispatchRow, RowAnswer
from lantian.dispatch.placing import read_cells
from lantian.office import clock

KIND = "abnormal"  # the kind of letter, in rulebooks/dispatch.toml


def _rows() -> QuerySet[Any]:
    newest = RowAnswer.objects.filter(row=OuterRef("pk")).order_by("-number")
    rows = DispatchRow.objects.filter(dispatch__kind=KIND).select_related("dispatch", "holder")
    return rows.annotate(
        on=F("dispatch__received_on"),
        answer=Subquery(newest.values("values")[:1]),
        answered_at=Subquery(newest.values("at")[:1]),
    )


def _from_list(name: str) -> Any:
    """The value of a column of the sender's list, by its meaning."""
    return lambda row: read_cells(row.cells, row.dispatch.meanings).get(name, "")


def _answered(name: str) -> Any:
    return lambda row: (row.answer or {}).get(name, "")


def _outcome(row: Any) -> Cell:
    known = {one.id: one.name for one in book.outcomes(clock.today())}
    return known.get(row.outcome) or (row.answer or {}).get("outcome", "") or Text("未反馈", "not answered")


ABNORMAL = Ledger(
    id="abnormal",
    title=Text("非正常专利申请核查台账", "verification of abnormal filings"),
    provider=Text("交办转办", "dispatch"),
    rows=_rows,
    owner="holder",
    route="row",
    note=Text(
        "每件申请一行，机构编号供按机构汇总", "one row an application; the number of the agency groups them"
    ),
    columns=(
        Column(
            "application_no",
            Text("申请号", "application"),
            lambda row: _from_list("application_no")(row) or f"{row.dispatch.number}-{row.place}",
            Kind.LINK,
            20,
        ),
        Column("title", Text("发明名称", "title"), _from_list("title"), width=28),
        Column(
            "subject", Text("代理机构（对象）", "agency (subject)"), lambda row: row.subject_name, width=28
        ),
        Column("subject_no", Text("机构编号", "its number"), lambda row: row.subject_no, width=21),
        Column("dispatch", Text("交办编号", "dispatch"), lambda row: row.dispatch.number, width=20),
        Column("sender_no", Text("来文字号", "letter"), lambda row: row.dispatch.sender_no, width=20),
        Column("on", Text("收文日期", "received on"), lambda row: row.on, Kind.DATE, 12),
        Column(
            "deadline",
            Text("反馈期限", "due date of the answer"),
            lambda row: row.dispatch.deadline,
            Kind.DATE,
            12,
        ),
        Column("outcome", Text("核查结论", "outcome"), _outcome, width=16),
        Column("facts", Text("核查情况", "what was found"), _answered("facts"), width=36),
        Column("measures", Text("采取措施", "measures"), _answered("measures"), width=18),
        Column("filed", Text("是否立案", "case or not"), _answered("filed"), width=10),
        Column(
            "answered_on",
            Text("反馈日期", "answered on"),
            lambda row: clock.day_of(row.answered_at) if row.answered_at else None,
            Kind.DATE,
            12,
        ),
        Column(
            "holder",
            Text("核查单位", "verified by"),
            lambda row: office(row.holder) if row.holder else Text("市局待分", "waits with the city"),
            width=20,
        ),
    ),
)
