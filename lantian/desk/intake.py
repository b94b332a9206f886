"""Taking data in: upload, batches, progress, refused rows."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.core.messages import NotAllowed, Refused
from lantian.desk.acts import stop
from lantian.desk.downloads import CSV, sent
from lantian.desk.forms import UploadForm
from lantian.desk.present import jobs as shown
from lantian.desk.present import tables
from lantian.desk.present.words import either, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.office import files
from lantian.office.actors import OfficerActor
from lantian.office.intake import actions
from lantian.office.intake.spec import spec_of
from lantian.office.intake.spec import tables as tables_there_are
from lantian.office.models import IntakeBatch, RowError
from lantian.office.opened import opened

PAGE = 25


def batches() -> QuerySet[IntakeBatch]:
    """Batches that the reader may see, the newest first."""
    related = ("file", "errors_file", "job__progress", "post__account", "post__unit")
    return IntakeBatch.objects.select_related(*related).order_by("-id")


@require_http_methods(["GET", "HEAD", "POST"])
def intake(request: OfficerRequest) -> HttpResponse:
    """The form of upload with the batches so far."""
    if request.method != "POST":
        return _intake_page(request, None)
    form = UploadForm(request.POST, request.FILES, too_large=too_large(request))
    batch = _start(request, form) if form.is_valid() else None
    if batch is None:
        return _intake_page(request, form)
    return redirect("intake_batch", batch.key)


def _start(request: OfficerRequest, form: UploadForm) -> IntakeBatch | None:
    """Keep the file and begin; a file that cannot be read is not kept, and the form says why."""
    upload, by, table = form.cleaned_data["file"], request.actor, form.cleaned_data["table"]
    begin = actions.preview if "preview" in request.POST else actions.start
    chunks, sealed = upload.chunks(), spec_of(table).sealed
    try:
        actions.check_admitted(table, by)
        with files.kept(name=upload.name, chunks=chunks, seen_by=by.units, by=by, sealed=sealed) as file:
            return begin(table=table, file=file, by=by)
    except Refused as refusal:
        form.refuse(refusal, "file")
        return None


def _intake_page(request: OfficerRequest, form: UploadForm | None) -> HttpResponse:
    page = Paginator(batches(), PAGE).get_page(request.GET.get("page"))
    context = {
        "tables": tables.tables(),
        "closed": _closed(request.actor),
        "batches": [shown.batch(row) for row in page.object_list],
        "page": page,
        "form": form,
    }
    return render(request, "desk/intake.html", context, status=422 if form else 200)


def _closed(by: OfficerActor) -> list[dict[str, str]]:
    """Tables that this post may not take in today, and why."""
    found = []
    for spec in tables_there_are():
        try:
            actions.check_admitted(spec.name, by)
        except NotAllowed as refusal:
            found.append({"label": said(spec.title), "why": said(refusal.text)})
    return found


@require_safe
def intake_batch(request: OfficerRequest, key: str) -> HttpResponse:
    """One batch: where it came from, what became of its rows."""
    row = _found(key)
    errors = RowError.objects.filter(batch=row).order_by("row", "id")
    page = Paginator(errors, PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": shown.batch(row),
        "may_cancel": row.job is not None and row.job.open,
        "errors": [_error(error, row) for error in page.object_list],
        "errors_count": page.paginator.count,
        "has_errors_file": row.errors_file is not None,
        "missing": shown.missing(row),
        "taking_key": IntakeBatch.objects.filter(preview=row).values_list("key", flat=True).first(),
        "page": page,
    }
    return render(request, "desk/intake_batch.html", context)


def _error(row: RowError, batch: IntakeBatch) -> dict[str, Any]:
    """A fault under the header that the file itself has, where it is known."""
    headers = {name: header for header, name in batch.columns.items()}
    message = either(row.message_zh, row.message_en)
    column = headers.get(row.column, row.column)
    return {"row": row.row, "column": column, "value": row.value, "message": message}


@require_safe
def intake_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself; once the job has ended, the whole page does."""
    row = _found(key)
    is_open = row.job is not None and row.job.open
    context = {"batch": shown.batch(row), "may_cancel": is_open}
    response = render(request, "desk/_intake_progress.html", context)
    return response if is_open else ended(response)


def ended(response: HttpResponse) -> HttpResponse:
    """Have htmx load the whole page anew: the job behind a progress bar has ended."""
    response.headers["HX-Refresh"] = "true"
    return response


@require_POST
def intake_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the job to stop."""
    stop(request, _found(key).job)
    return redirect("intake_batch", key)


@require_POST
def intake_confirm(request: OfficerRequest, key: str) -> HttpResponse:
    """Take in what was previewed, or leave it out."""
    row = _found(key)
    try:
        if "discard" in request.POST:
            actions.discard(batch=row, by=request.actor)
            return redirect("intake")
        taking = actions.confirm(batch=row, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
        return redirect("intake_batch", key)
    return redirect("intake_batch", taking.key)


@require_safe
def intake_errors(request: OfficerRequest, key: str) -> FileResponse:
    """The refused rows as a file; it holds what strangers wrote, so the browser may do nothing with it."""
    row = _found(key)
    if row.errors_file is None:
        raise Http404
    if row.errors_file.sealed:
        actions.check_admitted(row.table, request.actor)
    with opened(row.errors_file) as path:
        handle = path.open("rb")  # goes on being read when the private copy has lost its name
    return sent(handle, row.errors_file.name, CSV)


def _found(key: str) -> IntakeBatch:
    row = batches().filter(key=key).first()
    if row is None:
        raise Http404
    return row
