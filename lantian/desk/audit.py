"""The audit as the auditor reads it: events in words, the state of the chain, verification on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from lantian.core.messages import Text
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.models import Account, AuditEvent, Post
from lantian.office.permissions import ROLES

PAGE = 50
RECORDS: dict[str, Text] = {
    "unit": Text("单位", "office"),
    "account": Text("账号", "account"),
    "post": Text("岗位", "post"),
    "file": Text("文件", "file"),
    "job": Text("任务", "task"),
    "intake": Text("导入批次", "intake batches"),
    "patent": Text("专利申请", "patent applications"),
    "subject": Text("监管对象", "subject"),
    "screening": Text("筛查", "screening run"),
    "finding": Text("比对提示", "finding"),
    "lead": Text("线索", "lead"),
    "grant": Text("未公开授权", "grants for unpublished"),
    "mandates": Text("权责清单", "competence and mandates"),
    "edition": Text("规则库新版", "edition of a rule book"),
    "purpose": Text("查询目的", "purpose"),
    "nightly": Text("夜间筛查", "nightly screening"),
    "switch": Text("筛查模型的启用", "switch of a detector"),
    "paper": Text("文书", "paper"),
    "plate": Text("牌子", "plate"),
    "dispatch": Text("上级来文", "letter from above"),
    "dispatch_row": Text("来文名单的一行", "row of a letter's list"),
    "sheet": Text("反馈表", "return sheet"),
    "upload": Text("收到的反馈表", "returned sheet"),
    "interview": Text("约谈", "interview"),
    "rectification": Text("整改", "correction"),
    "onward": Text("上报或者移送", "report up or transfer"),
    "alertround": Text("风险提示批次", "round of risk alerts"),
    "capture": Text("网页存证", "capture"),
    "capture_request": Text("采集要求", "request for a capture"),
    "lexicon": Text("词库", "lexicon"),
    "worksheet": Text("裁量计算表", "worksheet"),
    "outside": Text("外部系统事项", "outside matter"),
    "ledger": Text("监管台账", "ledger"),
    "close": Text("月度结账", "close of a month"),
    "template": Text("模板", "template"),
    "return": Text("月度报表", "monthly return"),
    "programme": Text("专项行动", "campaign"),
    "task": Text("专项行动任务", "task of the campaign"),
    "instruction": Text("批示", "instruction"),
    "publicity": Text("宣传培训", "publicity and training"),
    "guidance": Text("企业指导", "guidance of enterprises"),
    "sweep": Text("无资质排查", "sweep for unlicensed practice"),
    "summary": Text("年度总结", "yearly summary"),
    "story": Text("典型案例", "typical case"),
    "statement": Text("评价说明", "note on an evaluation"),
    "listing": Text("名单", "list entry"),
    "notice": Text("公示事项", "public notice"),
    "plan": Text("引导培育计划", "guidance plan"),
    "reckoning": Text("内部测算", "internal reckoning"),
    "audit": Text("审计记录", "audit"),
}
LOGIN_PAGE = Text("登录页", "login page")
JOB = Text("后台任务", "job")

WHOLE = Text(
    "核验通过：链上 {sealed} 条记录完整，另有 {unsealed} 条刚发生、尚未入链。链头 {head}",
    "Verified: the {sealed} events of the chain are whole, {unsealed} more have just happened and are not sealed"
    " yet. Head {head}",
)
BROKEN = Text(
    "核验不通过：从第 {bad} 条起，记录与链不符。请保存现场并立即报告负责人。链头 {head}",
    "Not verified: from event {bad} on, records and chain differ. Keep everything as it is and report it at once."
    " Head {head}",
)
LATE = Text(
    "核验不通过：{unsealed} 条记录未入链，最早的已等候 {minutes} 分钟。请确认任务进程在运行；"
    "若在运行，请立即报告负责人。链头 {head}",
    "Not verified: {unsealed} events are not sealed, the oldest has waited for {minutes} minutes. See that the worker"
    " runs; if it does, report this at once. Head {head}",
)


@require_POST
def audit_verify(request: OfficerRequest) -> HttpResponse:
    """Recompute the whole chain and tell the result; that somebody did is an event too."""
    state = audit.verify()
    detail = {"ok": state.ok, "events": state.events, "head": state.head}
    audit.record(audit.Kind.AUDIT_VERIFIED, by=request.actor, about=("audit", "chain"), detail=detail)
    if state.ok:
        words = said(WHOLE).format(
            sealed=f"{state.sealed:,}", unsealed=f"{state.unsealed:,}", head=state.head
        )
        messages.success(request, words)
    elif state.first_bad is not None:
        messages.error(request, said(BROKEN).format(bad=state.first_bad, head=state.head))
    else:
        minutes = int(state.unsealed_seconds // 60)
        words = said(LATE).format(unsealed=f"{state.unsealed:,}", minutes=minutes, head=state.head)
        messages.error(request, words)
    return redirect("audit")


@require_safe
def audit_page(request: OfficerRequest) -> HttpResponse:
    """Events, newest first, filtered by kind, unit and day; the chain's length without recomputing it."""
    houses = offices()
    filters = _filters(request, houses)
    page = Paginator(_wanted(filters), PAGE).get_page(request.GET.get("page"))
    page.object_list = _rows(page.object_list, houses)  # type: ignore[assignment]
    context = {
        "page": page,
        "filters": filters,
        "choices": {
            "kind": [(str(kind), label(text)) for kind, text in audit.KIND_TEXTS.items()],
            "unit": [(str(unit.pk), unit.name(language())) for unit in houses.by_id.values()],
        },
        "chain": audit.length(),
    }
    return render(request, "desk/audit.html", context)


def _filters(request: OfficerRequest, houses: Offices) -> dict[str, str]:
    """The filters of the address; words that mean nothing do not filter."""
    kind, unit = request.GET.get("kind", ""), request.GET.get("unit", "")
    return {
        "kind": kind if kind in list(audit.Kind) else "",
        "unit": unit if unit in map(str, houses.by_id) else "",
        "day": str(_day(request.GET.get("day", "")) or ""),
    }


def _day(typed: str) -> date | None:
    try:
        return parse_date(typed)
    except ValueError:
        return None


def _wanted(filters: Mapping[str, str]) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.select_related("link").order_by("-id")
    if filters["kind"]:
        rows = rows.filter(kind=filters["kind"])
    if filters["unit"]:
        rows = rows.filter(unit=int(filters["unit"]))
    day = _day(filters["day"])
    if day:
        begin = datetime.combine(day, time.min, clock.CHINA)
        rows = rows.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
    return rows


def _rows(events: Iterable[AuditEvent], houses: Offices) -> list[dict[str, Any]]:
    """Events in words; people are named by the keys the events hold, records keep their keys."""
    found = list(events)
    posts = _posts(event.actor for event in found)
    accounts = _accounts(event.about_key for event in found if event.about_kind == "account")
    return [
        {
            "at": event.at,
            "kind": label(audit.KIND_TEXTS[audit.Kind(event.kind)]),
            "actor": _actor(event.actor, posts),
            "unit": houses.by_id[event.unit].name(language())
            if event.unit and event.unit in houses.by_id
            else "",
            "record": label(RECORDS[event.about_kind]) if event.about_kind in RECORDS else event.about_kind,
            "key": accounts.get(event.about_key, event.about_key),
            "seq": event.link.seq if hasattr(event, "link") else None,
        }
        for event in found
    ]


def _posts(names: Iterable[str]) -> dict[str, Post]:
    keys = {name.removeprefix("post:") for name in names if name.startswith("post:")}
    return {post.key: post for post in Post.objects.filter(key__in=keys).select_related("account")}


def _accounts(keys: Iterable[str]) -> dict[str, str]:
    return dict(Account.objects.filter(key__in=set(keys)).values_list("key", "login"))


def _actor(name: str, posts: Mapping[str, Post]) -> str:
    kind, _, key = name.partition(":")
    if key in posts:
        post = posts[key]
        return f"{post.account.name} · {said(ROLES[post.role].name)}"
    if kind == "job":
        return f"{label(JOB)} · {key}"
    return label(LOGIN_PAGE) if kind == "public" else name
