"""Flows: records with the day on which they happened, the office that answers for them, and what tells them apart.

A figure counts what happened in a month, never how things stand: only so does a closed month stay what it was.
What tells records apart (`parts`) must therefore not change by itself as a matter goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import TruncDate

from lantian.campaign.models import GuidancePush, PublicityItem, SweepEntry
from lantian.casework.models import (
    Alert,
    Interview,
    Lead,
    LeadStep,
    Onward,
    OutsideMatter,
    Participant,
    Recheck,
    Rectification,
)
from lantian.casework.states import Act
from lantian.core.messages import Text
from lantian.dispatch.models import DispatchRow, RowAnswer
from lantian.office import clock


@dataclass(frozen=True)
class Record:
    """One counted record as a page lists it; `key` opens it, `unit` answers for it."""

    day: date
    unit: int
    shown: str
    key: str
    struck: bool


@dataclass(frozen=True)
class Flow:
    """One flow. `day`, `owner`, `key` and the values of `parts` are fields or paths of its records.

    `route` is the page of a record, opened by `key`; `shown` the path of the words that name it. `ever` is given
    where a record can be struck: a closed month goes on showing it.
    """

    id: str
    title: Text
    records: Callable[[], QuerySet[Any]]
    day: str
    owner: str
    shown: str
    route: str = ""
    key: str = "key"
    parts: Mapping[str, str] = field(default_factory=dict)
    ever: Callable[[], QuerySet[Any]] | None = None

    def counted_ever(self) -> QuerySet[Any]:
        """Records that may stand in a closed month: those counted now and those struck since."""
        return (self.ever or self.records)()

    def opened(self, ids: Collection[int]) -> list[Record]:
        """Records that were counted, by day: those the reader sees; one changed or struck since is the same record."""
        struck = ("struck_at",) if self.ever else ()
        paths = (self.day, self.owner, self.shown, self.key, *struck)
        rows = self.counted_ever().filter(pk__in=ids).order_by(self.day, "pk").values(*paths)
        return [
            Record(
                row[self.day],
                row[self.owner],
                row[self.shown],
                row[self.key],
                row.get("struck_at") is not None,
            )
            for row in rows
        ]

    def between(self, first: date, last: date, unit: int | None) -> QuerySet[Any]:
        """Records of a span of days, both included, of one office or of all that the reader sees."""
        span: dict[str, Any] = {f"{self.day}__gte": first, f"{self.day}__lte": last}
        if unit is not None:
            span[self.owner] = unit
        return self.records().filter(**span)


def _day(model: Any, **wanted: Any) -> Callable[[], QuerySet[Any]]:
    """Records that carry a moment: their day in China."""
    return lambda: model.objects.filter(**wanted).annotate(day=TruncDate("at", tzinfo=clock.CHINA))


def _standing(model: Any) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.filter(struck_at=None)


_LEAD = {"field": "field", "source": "origin_kind"}
_LEAD_OF = {"field": "lead__field", "source": "lead__origin_kind"}

_ALL = (
    Flow(
        "leads_opened", Text("登记的线索", "leads opened"), Lead.objects.all, "opened_on", "holder_id",
        "number", "lead", parts=_LEAD,
    ),
    Flow(
        "leads_verified", Text("核查完毕的线索", "leads verified"), _day(LeadStep, act=str(Act.CONCLUDE)), "day",
        "lead__holder_id", "lead__number", "lead", "lead__key", _LEAD_OF,
    ),
    Flow(
        "rows_received", Text("上级交办的名单行", "rows of lists from above"), DispatchRow.objects.all,
        "dispatch__received_on", "holder_id", "subject_name", "dispatch", "dispatch__key",
        {"kind": "dispatch__kind"},
    ),
    Flow(
        "rows_answered", Text("已反馈的名单行", "rows answered"), _day(RowAnswer, number=1), "day",
        "row__holder_id", "row__subject_name", "dispatch", "row__dispatch__key", {"kind": "row__dispatch__kind"},
    ),
    Flow(
        "interviews_held", Text("开展的约谈", "interviews held"), Interview.objects.all, "held_on", "unit_id",
        "number", "interview", parts={"kind": "kind", "field": "field"},
    ),
    Flow(
        "interviewed", Text("被约谈的对象", "subjects interviewed"), Participant.objects.all,
        "interview__held_on", "interview__unit_id", "subject_name", "interview", "interview__key",
        {"kind": "subject_kind", "field": "interview__field"},
    ),
    Flow(
        "rectifications", Text("提出的整改事项", "corrections asked for"), Rectification.objects.all, "opened_on",
        "unit_id", "number", "rectification", parts={"root": "root", "field": "field"},
    ),
    Flow(
        "rectified", Text("复查认定完成的整改", "corrections found done"),
        lambda: Recheck.objects.filter(result="done"), "on", "rectification__unit_id", "rectification__number",
        "rectification", "rectification__key", {"root": "rectification__root", "field": "rectification__field"},
    ),
    Flow(
        "onward", Text("上报和移送的事项", "matters reported up or transferred"), Onward.objects.all, "sent_on",
        "unit_id", "number", "onward", parts={"way": "way", "receiver": "receiver"},
    ),
    Flow(
        "clients_alerted", Text("印发风险提示函的客户", "clients sent a risk alert"),
        lambda: Alert.objects.filter(paper__state="issued"), "paper__dated", "round__unit_id", "client",
        "alerts_round", "round__key", {"field": "round__field"},
    ),
    Flow(
        "outside_opened", Text("外部系统立案（登记）的事项", "matters opened in outside systems"),
        OutsideMatter.objects.all, "opened_on", "unit_id", "external_no", "outside_matter",
        parts={"module": "module"},
    ),
    Flow(
        "outside_closed", Text("外部系统办结的事项", "matters closed in outside systems"),
        OutsideMatter.objects.all, "closed_on", "unit_id", "external_no", "outside_matter",
        parts={"module": "module"},
    ),
    Flow(
        "swept", Text("无资质代理排查的企业", "firms swept"), _standing(SweepEntry), "on", "unit_id", "firm",
        "sweep_entry", parts={"result": "result", "method": "method"},
        ever=SweepEntry.objects.all,
    ),
    Flow(
        "publicity", Text("宣传和培训", "publicity and training"), _standing(PublicityItem), "on", "unit_id",
        "title", "publicity_item", parts={"kind": "kind"},
        ever=PublicityItem.objects.all,
    ),
    Flow(
        "guided", Text("提醒指导的企业", "enterprises guided"), _standing(GuidancePush), "on", "unit_id",
        "enterprise", "guidance_push", parts={"group": "group"},
        ever=GuidancePush.objects.all,
    ),
)  # fmt: skip
FLOWS: Mapping[str, Flow] = {flow.id: flow for flow in _ALL}
