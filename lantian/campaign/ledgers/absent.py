"""Ledgers whose records no room keeps yet: named, with who is to provide them, never filled with anything else."""

from __future__ import annotations

from lantian.campaign.ledgers.frame import Ledger
from lantian.core.messages import Text

_CASES = Text("案件办理（外部案件系统登记）", "cases (entries about the compulsory case system)")
ABSENT: tuple[Ledger, ...] = (
    Ledger(
        "abnormal",
        Text("非正常专利申请核查台账", "verification of abnormal filings"),
        Text("交办转办", "dispatch"),
    ),
    Ledger("interviews", Text("约谈台账", "interviews"), Text("监管措施", "measures")),
    Ledger("rectifications", Text("整改台账", "rectifications"), Text("监管措施", "measures")),
    Ledger("cases", Text("案件台账", "cases"), _CASES),
    Ledger(
        "checks",
        Text("双随机与专项检查台账", "random and special checks"),
        Text("检查登记", "entries about checks"),
    ),
    Ledger(
        "trademark_checks",
        Text("商标代理机构检查台账", "trademark-agency checks"),
        Text("检查登记", "entries about checks"),
    ),
    Ledger(
        "complaints",
        Text("投诉举报台账", "complaints and reports"),
        Text("投诉举报登记", "entries about complaints"),
    ),
    Ledger("transfers", Text("移送与上报台账", "transfers and reports up"), Text("监管措施", "measures")),
)
