"""Ledgers of matters that live in compulsory outside systems and are noted here: cases, checks, complaints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from lantian.campaign.ledgers.frame import Column, Kind, Ledger, office
from lantian.casework.models import OutsideMatter
from lantian.core.messages import Text
from lantian.office.modes import Module
from lantian.registry.models import Agency

_COLUMNS = (
    Column("external_no", Text("外部系统编号", "number there"), lambda row: row.external_no, Kind.LINK, 26),
    Column("system", Text("所在系统", "system"), lambda row: row.system, width=18),
    Column("on", Text("立案（登记）日期", "opened on"), lambda row: row.on, Kind.DATE, 14),
    Column("title", Text("事项", "matter"), lambda row: row.title, width=32),
    Column("subject", Text("对象名称", "subject"), lambda row: row.subject_name, width=28),
    Column("subject_no", Text("对象编号", "number of the subject"), lambda row: row.subject_no, width=21),
    Column("handler", Text("办理单位（人）", "handled by"), lambda row: row.handler, width=16),
    Column("stage", Text("办理环节", "stage"), lambda row: row.stage, width=14),
    Column("closed_on", Text("办结日期", "closed on"), lambda row: row.closed_on, Kind.DATE, 12),
    Column("result", Text("结果", "result"), lambda row: row.result, width=32),
    Column("unit", Text("登记的单位", "noted by"), lambda row: office(row.unit), width=20),
)
_NOTE = Text(
    "来自外部系统的登记；未填立案日期的按登记日期排列",
    "notes about an outside system; without an opening day the day of the note counts",
)


def _rows(module: Module) -> Callable[[], QuerySet[Any]]:
    def rows() -> QuerySet[Any]:
        matters = OutsideMatter.objects.filter(module=str(module)).select_related("unit")
        return matters.annotate(on=Coalesce("opened_on", "noted_on"))

    return rows


def _trademark_checks() -> QuerySet[Any]:
    """Inspections of agencies that are trademark agencies by the register, or that say so in their title."""
    agencies = Agency.objects.filter(kinds__contains=["trademark"])
    of_them = Q(subject_no__in=agencies.values("subject_id")) | Q(title__contains="商标")
    return _rows(Module.INSPECTIONS)().filter(of_them)


def _ledger(id: str, title: Text, provider: Text, rows: Callable[[], QuerySet[Any]]) -> Ledger:
    return Ledger(
        id=id, title=title, provider=provider, rows=rows, route="outside_matter", columns=_COLUMNS, note=_NOTE
    )


_CASES = Text("外部案件系统登记", "notes about the case system")
_CHECKS = Text("外部检查系统登记", "notes about the inspection system")
CASES = _ledger("cases", Text("案件台账", "cases"), _CASES, _rows(Module.CASES))
CHECKS = _ledger(
    "checks", Text("双随机与专项检查台账", "random and special checks"), _CHECKS, _rows(Module.INSPECTIONS)
)
TRADEMARK_CHECKS = _ledger(
    "trademark_checks", Text("商标代理机构检查台账", "trademark-agency checks"), _CHECKS, _trademark_checks
)
COMPLAINTS = _ledger(
    "complaints",
    Text("投诉举报台账", "complaints and reports"),
    Text("外部投诉举报系统登记", "notes about the complaint system"),
    _rows(Module.COMPLAINTS),
)
