"""What the keeper of a letter does: assign, forward, press, answer the sender, close, make void."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from lantian.core.messages import Refused, Text
from lantian.desk.dispatch import day, found, page_of
from lantian.desk.present.words import language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import actions, closing, sending
from lantian.dispatch.closing import Answer
from lantian.dispatch.errors import StaleDispatch
from lantian.dispatch.models import Dispatch
from lantian.dispatch.sending import Forwarding
from lantian.office import audit
from lantian.office.models import Unit

ASSIGNED = Text("已指定 {count} 行由{office}承办。", "{count} rows now go to {office}.")
FORWARDED = Text(
    "已转办 {count} 个单位；反馈表正在生成。", "Forwarded to {count} offices; their sheets are being written."
)
DRAFTED = Text(
    "转办函已起草，请另一人核准后印发。",
    "The forwarding letters are drafted; another person has to approve them.",
)
NO_LETTER = Text(
    "没有起草函件：{why}可以登记 OA 的文号。", "No letter was drafted: {why} Record the OA's number instead."
)
PRESSED = Text("已督办 {count} 个单位，记录在案。", "{count} offices were pressed, on record.")
ANSWERED = Text("答复表正在生成。", "The answer workbook is being written.")
CLOSED = Text("已办结。", "Closed.")
VOIDED = Text("已作废。", "Made void.")
NO_DAY = Text("请填写反馈期限。", "Give the day by which offices answer.")


def version(request: OfficerRequest) -> int:
    """The version of the page that the officer acted from."""
    typed = request.POST.get("version", "")
    if not (typed.isascii() and typed.isdigit()):
        raise BadRequest("version comes from the record's own page")
    return int(typed)


def _act(request: OfficerRequest, key: str, work: Callable[[Dispatch, int], None]) -> HttpResponse:
    """Do it, and say so; a refusal is shown on the letter's own page, a stale page on one of its own."""
    row, seen = found(key), version(request)
    try:
        work(row, seen)
    except StaleDispatch:
        raise
    except Refused as refusal:
        audit.record(audit.Kind.DISPATCH_READ, by=request.actor, about=("dispatch", row.key))
        context = page_of(request, found(key)) | {"error": said(refusal.text), "typed": request.POST.dict()}
        return render(request, "desk/dispatch.html", context, status=422)
    return redirect((request.POST.get("back") == "rows" and "dispatch_rows") or "dispatch", key)


@require_POST
def dispatch_assign(request: OfficerRequest, key: str) -> HttpResponse:
    """Say by hand which office handles the ticked rows."""
    keys = [mark.partition(":")[0] for mark in request.POST.getlist("row")]

    def work(row: Dispatch, seen: int) -> None:
        to, reason = unit(request.POST.get("to", "")), request.POST.get("reason", "")
        moved = actions.assign(key=row.key, rows=keys, to=to, reason=reason, version=seen, by=request.actor)
        messages.success(request, said(ASSIGNED).format(count=len(moved), office=to.name(language())))

    return _act(request, key, work)


def unit(typed: str) -> Unit:
    """The office that was chosen; raises `Refused` for none."""
    chosen = offices().by_id.get(int(typed)) if typed.isascii() and typed.isdigit() else None
    if chosen is None:
        raise Refused("请选择承办单位。", "Choose an office.")
    return chosen


@require_POST
def dispatch_forward(request: OfficerRequest, key: str) -> HttpResponse:
    """Forward the rows of the ticked offices."""

    def work(row: Dispatch, seen: int) -> None:
        deadline = day(request.POST.get("deadline", ""))
        if deadline is None:
            raise Refused(NO_DAY.zh, NO_DAY.en)
        how = Forwarding(deadline, request.POST.get("contact", "").strip()[:200], "letters" in request.POST)
        units = [int(one) for one in request.POST.getlist("unit") if one.isascii() and one.isdigit()]
        done = sending.forward(key=row.key, units=units, how=how, version=seen, by=request.actor)
        messages.success(request, said(FORWARDED).format(count=len(done.sheets)))
        if done.no_letter is not None:
            messages.warning(request, said(NO_LETTER).format(why=said(done.no_letter)))
        elif how.letters:
            messages.info(request, said(DRAFTED))

    return _act(request, key, work)


@require_POST
def dispatch_press(request: OfficerRequest, key: str) -> HttpResponse:
    """Press every office that still owes rows."""

    def work(row: Dispatch, seen: int) -> None:
        pressed = actions.press(key=row.key, version=seen, by=request.actor)
        messages.success(request, said(PRESSED).format(count=len(pressed)))

    return _act(request, key, work)


@require_POST
def dispatch_refer_up(request: OfficerRequest, key: str) -> HttpResponse:
    """Answer the sender."""

    def work(row: Dispatch, seen: int) -> None:
        typed = {name: request.POST.get(name, "").strip()[:500] for name in ("contact", "number", "reason")}
        _, no_letter = closing.refer_up(key=row.key, answer=Answer(**typed), version=seen, by=request.actor)
        messages.success(request, said(ANSWERED))
        if no_letter is not None:
            messages.warning(request, said(NO_LETTER).format(why=said(no_letter)))

    return _act(request, key, work)


@require_POST
def dispatch_close(request: OfficerRequest, key: str) -> HttpResponse:
    """Close an answered letter."""

    def work(row: Dispatch, seen: int) -> None:
        number, on = request.POST.get("number", ""), day(request.POST.get("on", ""))
        closing.close(key=row.key, version=seen, number=number, on=on, by=request.actor)
        messages.success(request, said(CLOSED))

    return _act(request, key, work)


@require_POST
def dispatch_void(request: OfficerRequest, key: str) -> HttpResponse:
    """Make a letter void that was taken in by mistake."""

    def work(row: Dispatch, seen: int) -> None:
        actions.void(key=row.key, version=seen, reason=request.POST.get("reason", ""), by=request.actor)
        messages.success(request, said(VOIDED))

    return _act(request, key, work)
