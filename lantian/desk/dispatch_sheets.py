"""Return sheets: one office's sheet and its file, sheets that came back, what merging would do."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk.dispatch import day
from lantian.desk.dispatch_acts import version
from lantian.desk.downloads import XLSX, attached
from lantian.desk.intake import ended
from lantian.desk.present import dispatch as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.dispatch import queries, returning, sending
from lantian.dispatch.errors import StaleDispatch
from lantian.dispatch.models import ReturnSheet, SheetUpload
from lantian.dispatch.states import OPEN_SHEETS, SheetState, State, UploadState
from lantian.office import audit, clock, files
from lantian.office.permissions import Permission

SUBMITTED = Text("已反馈，等待市局接收。", "The answer is given in; the city has to accept it.")
ACCEPTED = Text("已接收。", "Accepted.")
SENT_BACK = Text("已退回。", "Sent back.")
NOTED = Text("已登记。", "Recorded.")
NO_FILE = Text("请选择反馈表文件。", "Choose the return sheet's file.")
DISCARDED = Text("已放弃这份反馈表，文件仍留存。", "This return sheet was left out; the file stays.")


@require_safe
def sheet(request: OfficerRequest, key: str) -> HttpResponse:
    """One office's sheet; opening it is recorded."""
    return _sheet_page(request, _found(key))


def _sheet_page(request: OfficerRequest, one: ReturnSheet, error: str = "") -> HttpResponse:
    audit.record(audit.Kind.DISPATCH_READ, by=request.actor, about=("sheet", one.key))
    by, row = request.actor, one.dispatch
    rows = row.rows.filter(holder=one.unit_id)
    keeps, owns = by.unit == row.unit_id, by.unit == one.unit_id
    held = by.permissions
    state, live = SheetState(one.state), row.state != State.CLOSED
    context = {
        "sheet": shown.sheet(one, clock.today(), (rows.count(), rows.filter(answers=0).count())),
        "letter": shown.letter(row, clock.today()),
        "keeps": keeps,
        "owns": owns,
        "closed": not live,
        "uploads": [shown.upload(each) for each in queries.uploads(one)],
        "may_upload": Permission.VERIFY in held and (keeps or owns),
        "may_submit": live and Permission.VERIFY in held and (keeps or owns) and state in OPEN_SHEETS,
        "may_accept": live and keeps and Permission.HAND_OVER in held and state is SheetState.SUBMITTED,
        "may_send_back": live
        and keeps
        and Permission.HAND_OVER in held
        and state in (SheetState.SUBMITTED, SheetState.ACCEPTED),
        "may_letter": live and keeps and Permission.HAND_OVER in held,
        "error": error,
    }
    return render(request, "desk/dispatch_sheet.html", context, status=422 if error else 200)


@require_safe
def sheet_file(request: OfficerRequest, key: str) -> FileResponse:
    """The office's return sheet as a workbook."""
    return attached(_found(key).file, XLSX)


@require_POST
def sheet_submit(request: OfficerRequest, key: str) -> HttpResponse:
    """Give the office's answer in."""
    one, seen = _found(key), version(request)
    try:
        sending.submit(sheet_key=one.key, version=seen, by=request.actor)
    except StaleDispatch:
        raise
    except Refused as refusal:
        return _sheet_page(request, _found(key), said(refusal.text))
    messages.success(request, said(SUBMITTED))
    return redirect("sheet", key)


@require_POST
def sheet_move(request: OfficerRequest, key: str) -> HttpResponse:
    """Accept an office's answer, or send it back; or record its letter's number from the OA."""
    one, seen, by, typed = _found(key), version(request), request.actor, request.POST
    try:
        if "accept" in typed:
            sending.accept(sheet_key=one.key, version=seen, by=by)
            messages.success(request, said(ACCEPTED))
        elif "letter" in typed:
            number, dated = typed.get("number", ""), day(typed.get("dated", ""))
            sending.record_letter(sheet_key=one.key, number=number, dated=dated, version=seen, by=by)
            messages.success(request, said(NOTED))
        else:
            sending.send_back(sheet_key=one.key, reason=typed.get("reason", ""), version=seen, by=by)
            messages.success(request, said(SENT_BACK))
    except StaleDispatch:
        raise
    except Refused as refusal:
        return _sheet_page(request, _found(key), said(refusal.text))
    return redirect("sheet", key)


@require_POST
def sheet_upload(request: OfficerRequest, key: str) -> HttpResponse:
    """Take a return sheet back as a file."""
    one, by = _found(key), request.actor
    upload = request.FILES.get("file")
    if upload is None:
        return _sheet_page(request, one, said(too_large(request) or NO_FILE))
    try:
        with files.kept(
            name=upload.name or "sheet", chunks=upload.chunks(), seen_by=one.seen_by, by=by
        ) as file:
            taken = returning.upload(sheet_key=one.key, file=file, by=by, late=request.POST.get("late", ""))
    except Refused as refusal:
        return _sheet_page(request, _found(key), said(refusal.text))
    return redirect("upload", taken.key)


@require_safe
def upload(request: OfficerRequest, key: str) -> HttpResponse:
    """What reading a returned sheet found and what merging would do; opening it is recorded."""
    return _upload_page(request, _upload(key))


def _upload_page(request: OfficerRequest, one: SheetUpload, error: str = "") -> HttpResponse:
    audit.record(audit.Kind.DISPATCH_READ, by=request.actor, about=("upload", one.key))
    row = one.sheet.dispatch
    named = row.rows.filter(holder=one.sheet.unit_id).values_list("key", "place", "subject_name")
    ready = UploadState(one.state) is UploadState.READY
    context = {
        "upload": shown.upload(one),
        "found": shown.found(one, {key: (place, name) for key, place, name in named}),
        "sheet": shown.sheet(one.sheet, clock.today()),
        "letter": shown.letter(row, clock.today()),
        "job": shown_jobs.job(one.job) if one.job else None,
        "may_decide": ready and Permission.VERIFY in request.actor.permissions,
        "error": error,
        **_polling(one),
    }
    return render(request, "desk/dispatch_upload.html", context, status=422 if error else 200)


def _polling(one: SheetUpload) -> dict[str, str]:
    return {
        "poll_url": reverse("upload_progress", args=[one.key]),
        "page_url": reverse("upload", args=[one.key]),
    }


@require_safe
def upload_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself; once the job has ended, the whole page does."""
    one = _upload(key)
    is_open = one.job is not None and one.job.open
    response = render(request, "desk/_progress.html", {"job": shown_jobs.job(one.job), **_polling(one)})
    return response if is_open else ended(response)


@require_POST
def upload_accept(request: OfficerRequest, key: str) -> HttpResponse:
    """Merge what was previewed, or leave it out."""
    one, by = _upload(key), request.actor
    try:
        if "discard" in request.POST:
            returning.discard(key=one.key, by=by)
            messages.success(request, said(DISCARDED))
            return redirect("sheet", one.sheet.key)
        take, emptied = request.POST.getlist("take"), request.POST.getlist("emptied")
        returning.accept(key=one.key, take=take, emptied=emptied, by=by)
    except StaleDispatch:
        raise
    except Refused as refusal:
        return _upload_page(request, _upload(key), said(refusal.text))
    return redirect("upload", key)


def _found(key: str) -> ReturnSheet:
    one = queries.find_sheet(key)
    if one is None:
        raise Http404
    return one


def _upload(key: str) -> SheetUpload:
    one = queries.find_upload(key)
    if one is None:
        raise Http404
    return one
