"""Captures of web pages: the list, an upload, a request to the house, one capture with its acts and files.

What was captured is never shown as a page of ours: only its words, a picture of it, and downloads.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk import record_papers
from lantian.desk.capture_forms import AskForm, ReadingForm, RecordForm, UploadForm, content_of
from lantian.desk.downloads import sent
from lantian.desk.forms import RefusableForm
from lantian.desk.intake import ended
from lantian.desk.paging import paged
from lantian.desk.present import captures as shown
from lantian.desk.present.words import either, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.filings.captures import actions, queries
from lantian.filings.captures.comparing import compared
from lantian.filings.captures.kinds import PICTURES, TYPES, kind_of
from lantian.filings.captures.models import PLATFORMS, RESULTS, WAYS, Capture, CapturePart, CaptureRequest
from lantian.filings.captures.queries import Filter
from lantian.filings.captures.rules import retaken
from lantian.office import audit, clock, files, jobs
from lantian.office.permissions import Permission
from lantian.screening import queries as findings

KEPT = Text("已存证。", "The capture is kept.")
TYPED = Text("文字已更新。", "The words are recorded.")
RECORDED = Text("已登记提取记录。", "The taking of evidence is recorded.")


@require_safe
def captures(request: OfficerRequest) -> HttpResponse:
    """Captures the reader may see, and requests that have none yet."""
    asked = request.GET
    wanted = Filter(asked.get("q", "").strip()[:100], asked.get("platform", ""), asked.get("way", ""))
    page = paged(request, queries.captures(wanted), shown.listed)
    context = {
        "page": page,
        "filters": {"q": wanted.text, "platform": wanted.platform, "way": wanted.way},
        "choices": {"platform": shown.choices(PLATFORMS), "way": shown.choices(WAYS)},
        "requests": [shown.request(row) for row in queries.requests()[:10]],
        "may": Permission.VERIFY in request.actor.permissions,
    }
    return render(request, "desk/captures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def captures_new(request: OfficerRequest) -> HttpResponse:
    """Upload a saved page or a picture of a screen."""
    form = None
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, too_large=too_large(request))
        if form.is_valid() and (capture := _uploaded(request, form)):
            messages.success(request, said(KEPT))
            return redirect("capture", capture.key)
    context = {
        "platforms": shown.choices(PLATFORMS),
        "typed": form.data if form else {},
        "error": form.first_error() if form else "",
        "today": clock.today(),
    }
    return render(request, "desk/captures_new.html", context, status=422 if form else 200)


def _uploaded(request: OfficerRequest, form: UploadForm) -> Capture | None:
    body, picture = content_of(form.cleaned_data["file"]), content_of(form.cleaned_data["picture"])
    assert body is not None
    try:
        return actions.upload(form.saved(), body, picture, by=request.actor)
    except Refused as refusal:
        form.refuse(refusal)
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def captures_ask(request: OfficerRequest) -> HttpResponse:
    """Have the house capture an address of a configured host."""
    form = AskForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            row = actions.ask(form.cleaned_data["url"], form.cleaned_data["purpose"], by=request.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return redirect("asked", row.key)
    context = {
        "hosts": settings.CAPTURE.hosts,
        "typed": form.data if form else {},
        "error": form.first_error() if form else "",
    }
    return render(request, "desk/captures_ask.html", context, status=422 if form else 200)


@require_safe
def asked(request: OfficerRequest, key: str) -> HttpResponse:
    """A request on its way; once it is there, the capture itself."""
    row = _request(key)
    if done := Capture.objects.filter(request=row).first():
        return redirect("capture", done.key)
    return render(request, "desk/asked.html", _asked(request, row))


@require_safe
def asked_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    row = _request(key)
    response = render(request, "desk/_asked_progress.html", _asked(request, row))
    return response if row.job.open else ended(response)


@require_POST
def asked_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the capture to stop; the office that asked for it does."""
    row = _request(key)
    try:
        if row.unit_id != request.actor.unit:
            raise Refused("由提出取证的单位取消。", "The office that asked for the capture stops it.")
        jobs.cancel(job=row.job, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    return redirect("asked", key)


@require_safe
def capture(request: OfficerRequest, key: str) -> HttpResponse:
    """One capture; opening it is recorded."""
    return _page(request, _found(request, key), None, "")


@require_safe
def capture_file(request: OfficerRequest, key: str) -> HttpResponseBase:
    """A kept file (`?part=`), or what a record of evidence brought (`?record=`), as an attachment."""
    row = _found(request, key)
    if number := request.GET.get("record", ""):
        record = (
            row.records.select_related("file").filter(number=int(number) if _whole(number) else 0).first()
        )
        if record is None or record.file is None:
            raise Http404
        content, name = b"".join(files.content(record.file)), record.file.name
    else:
        part = _part(row, request.GET.get("part", "body"))
        content, name = queries.content(part), part.file.name
    return sent(BytesIO(content), name, "application/octet-stream")


@require_safe
def capture_picture(request: OfficerRequest, key: str) -> HttpResponse:
    """The picture of a page or screen: bytes that are a whole PNG or JPEG, with which nothing else may be done."""
    row = _found(request, key)
    role = request.GET.get("part") or ("body" if row.way == "picture" else "picture")
    if role not in shown.PICTURED:
        raise Http404
    content = queries.content(_part(row, role))
    kind = kind_of(content)
    if kind not in PICTURES:
        raise Http404
    response = HttpResponse(content, content_type=TYPES[kind])
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
def capture_read(request: OfficerRequest, key: str) -> HttpResponse:
    """Type what a capture says."""
    row, form = _found(request, key), ReadingForm(request.POST)
    if form.is_valid():
        try:
            actions.read(row.key, form.words(), seen=form.cleaned_data["version"], by=request.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(TYPED))
            return redirect("capture", key)
    return _page(request, row, form, "read")


@require_POST
def capture_record(request: OfficerRequest, key: str) -> HttpResponse:
    """Record that two officers took the evidence again."""
    row, form = _found(request, key), RecordForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            actions.record_evidence(
                row.key, form.retaken(), seen=form.cleaned_data["version"], by=request.actor
            )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(RECORDED))
            return redirect("capture", key)
    return _page(request, row, form, "record")


@require_safe
def capture_print(request: OfficerRequest, key: str) -> HttpResponse:
    """A record of evidence (`?record=`, else the last) as a sheet to print and sign; an empty form without one."""
    row = _found(request, key)
    records = row.records.select_related("post__account").order_by("-number")
    number = request.GET.get("record", "")
    chosen = records.filter(number=int(number)).first() if _whole(number) else records.first()
    values = retaken().values
    context = {
        "capture": shown.capture(row, queries.reading(row)),
        "record": shown.record(chosen) if chosen else None,
        "form_name": either(values["form_zh"], values["form_en"]),
        "basis": said(retaken().basis.cite()),
    }
    return render(request, "desk/capture_print.html", context)


def _page(request: OfficerRequest, row: Capture, form: RefusableForm | None, did: str) -> HttpResponse:
    reading = queries.reading(row)
    records = list(row.records.select_related("post__account").order_by("number"))
    headers = queries.part(row, "headers")
    parts = list(row.parts.select_related("file").order_by("id"))
    roles = [one.role for one in parts]
    context = {
        "capture": shown.capture(row, reading),
        "parts": [shown.part(one) for one in parts],
        "answers": shown.headers(queries.content(headers)) if headers else [],
        "readings": [
            shown.reading(one) for one in row.readings.select_related("post__account").order_by("number")
        ],
        "records": [shown.record(one) for one in records],
        "findings": [
            {"key": one.key, "detector": one.detector, "reason": either(one.reason_zh, one.reason_en)}
            for one in findings.findings(findings.EVERY).filter(subject_kind="page", subject_no=row.key)
        ],
        "rule": {"text": said(retaken().text), "basis": said(retaken().basis.cite())},
        "may": Permission.VERIFY in request.actor.permissions and row.unit_id == request.actor.unit,
        "results": shown.choices(RESULTS),
        "pictures": shown.pictures(row, roles),
        "no_drawing": shown.no_drawing(row, roles, queries.drawing_job(row)),
        "entry": {"version": reading.number if reading else 0, "records": len(records)},
        **_papers(request, row, bool(records)),
        "typed": form.data if form else {},
        "did": did,
        "error": form.first_error() if form else "",
        "today": clock.today(),
    }
    if reading:
        found = compared(row, reading)
        context |= {
            "reading": reading,
            "comparison": shown.comparison(found, clock.day_of(row.captured_at)),
            "signs": shown.signs(found.signs),
            "excerpts": shown.excerpts(reading.text, found.places, found.kinds),
            "text": shown.shown(reading.text, found.places, found.kinds),
        }
    return render(request, "desk/capture.html", context, status=422 if form else 200)


def _papers(request: OfficerRequest, row: Capture, recorded: bool) -> dict[str, Any]:
    """The card of papers, and a new one once evidence was taken."""
    return record_papers.of_record(request, "capture", row.key, row.unit_id if recorded else 0)


def _asked(request: OfficerRequest, row: CaptureRequest) -> dict[str, Any]:
    shown_row = shown.request(row)
    may = Permission.VERIFY in request.actor.permissions and row.unit_id == request.actor.unit
    return {"asked": shown_row, "job": shown_row["job"], "may_cancel": may and row.job.open}


def _found(request: OfficerRequest, key: str) -> Capture:
    row = queries.find(key)
    if row is None:
        raise Http404
    audit.record(audit.Kind.CAPTURE_READ, by=request.actor, about=("capture", row.key))
    return row


def _request(key: str) -> CaptureRequest:
    row = queries.find_request(key)
    if row is None:
        raise Http404
    return row


def _part(row: Capture, role: str) -> CapturePart:
    part = queries.part(row, role)
    if part is None:
        raise Http404
    return part


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
