"""What a case brought, on a page of its lead: taken in, screened, watched, and what was found with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lantian.casework import queries as casework
from lantian.casework.models import Lead
from lantian.core.messages import Refused, Text
from lantian.desk.intake import ended
from lantian.desk.present import detectors
from lantian.desk.present import findings as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present import leads as shown_leads
from lantian.desk.present.tables import column_label
from lantian.desk.present.words import either, label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.office import audit, clock, files, jobs
from lantian.office.models import IntakeBatch, RowError
from lantian.screening import cases
from lantian.screening.material import KEYS, SPECS, case_open
from lantian.screening.models import CLEARINGS, STRENGTHS, Finding, Run

MOST = 60
NO_FILE = Text("请选择一个文件。", "Choose a file.")
TAKEN = Text("已开始导入；完成后可以筛查。", "Taking it in; when that is done it can be screened.")
BEGUN = Text("已开始筛查本案材料。", "The case's material is being screened.")
SPEC_OF = {spec.key: spec for spec in SPECS}


def card(row: Lead) -> dict[str, Any]:
    """The card on the lead's page: what was brought, what was found with it."""
    return {"material": {"rows": _brought(row), "findings": cases.findings(row.key).count()}}


@require_safe
def lead_material(request: OfficerRequest, key: str) -> HttpResponse:
    """Material of a case, its screening, its findings."""
    return _page(request, _found(key), {})


@require_POST
def lead_material_add(request: OfficerRequest, key: str) -> HttpResponse:
    """Take a file in for the case."""
    row, upload, by = _found(key), request.FILES.get("file"), request.actor
    table = request.POST.get("table", "")
    if upload is None:
        return _page(request, row, {"file": said(too_large(request) or NO_FILE)})
    try:
        with files.kept(
            name=upload.name or "", chunks=upload.chunks(), seen_by=by.units, by=by, sealed=True
        ) as file:
            cases.bring(lead_key=row.key, table=table, file=file, by=by)
    except Refused as refusal:
        return _page(request, row, {"file": said(refusal.text)})
    messages.success(request, said(TAKEN))
    return redirect("lead_material", row.key)


@require_POST
def lead_material_screen(request: OfficerRequest, key: str) -> HttpResponse:
    """Screen what the case brought, for the purpose given."""
    row, purpose = _found(key), request.POST.get("purpose", "")
    try:
        cases.screen(lead_key=row.key, purpose=purpose, by=request.actor)
    except Refused as refusal:
        return _page(request, row, {"purpose": said(refusal.text), "typed": purpose})
    messages.success(request, said(BEGUN))
    return redirect("lead_material", row.key)


@require_safe
def lead_material_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself; once the work has ended, the whole page does."""
    row = _found(key)
    job = cases.open_job(row.key)
    response = render(request, "desk/_progress.html", _progress(request, row))
    return response if job else ended(response)


@require_POST
def lead_material_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the work at the case's material to stop."""
    row = _found(key)
    job = cases.open_job(row.key)
    if job is not None and cases.may_work(row, request.actor):
        try:
            jobs.cancel(job=job, by=request.actor)
        except Refused as refusal:
            messages.error(request, said(refusal.text))
    return redirect("lead_material", row.key)


def _page(request: OfficerRequest, row: Lead, refused: dict[str, str]) -> HttpResponse:
    """The page shows what only this case holds: the reading is recorded, after a refusal too."""
    audit.record(audit.Kind.LEAD_READ, by=request.actor, about=("lead", row.key))
    lacking = cases.detectors(row.key)
    context = {
        "lead": shown_leads.lead(row, clock.today()),
        "may_work": cases.may_work(row, request.actor),
        "over": not case_open(row.key),
        "tables": [{"id": spec.name, "label": said(spec.title)} for spec in SPECS],
        "brought": _brought(row),
        "batches": [_batch(one) for one in cases.batches(row.key)[:MOST]],
        "detectors": [_detector(name, columns) for name, columns in lacking.items()],
        "ready": any(not columns for columns in lacking.values()),
        "runs": [_run(one) for one in cases.runs(row.key)[:MOST]],
        "findings": [_finding(one) for one in cases.findings(row.key)[:MOST]],
        "refused": refused,
        **_progress(request, row),
    }
    return render(request, "desk/lead_material.html", context, status=422 if refused else 200)


def _progress(request: OfficerRequest, row: Lead) -> dict[str, Any]:
    job = cases.open_job(row.key)
    may = job is not None and cases.may_work(row, request.actor)
    return {
        "job": shown_jobs.job(job) if job else None,
        "poll_url": reverse("lead_material_progress", args=[row.key]),
        "page_url": reverse("lead_material", args=[row.key]),
        "cancel_url": reverse("lead_material_cancel", args=[row.key]) if may else "",
    }


def _brought(row: Lead) -> list[dict[str, Any]]:
    return [
        {"label": said(SPEC_OF[KEYS[table][0]].title), "count": count}
        for table, count in cases.brought(row.key)
    ]


def _batch(row: IntakeBatch) -> dict[str, Any]:
    errors = RowError.objects.filter(batch=row).order_by("row", "id")[:3]
    told = [{"row": one.row, "message": either(one.message_zh, one.message_en)} for one in errors]
    return shown_jobs.batch(row) | {"errors": told}


def _detector(name: str, lacks: tuple[str, ...]) -> dict[str, str]:
    """A detector, and why it does not run: none of the columns that it would use was brought."""
    why = _("没有导入它所用的列：%(columns)s") % {"columns": _columns(lacks)} if lacks else ""
    return {"id": name, "name": detectors.told(name).name, "why": why}


def _columns(names: tuple[str, ...]) -> str:
    labels = [
        column_label("case_filings" if table == "patents" else table, column)
        for table, _dot, column in (name.partition(".") for name in names)
    ]
    return ("、" if not language().startswith("en") else ", ").join(dict.fromkeys(labels))


def _run(row: Run) -> dict[str, Any]:
    """A run as the page lists it; of one that another office started and that is at work, only that."""
    told = shown_jobs.run(row) if row.job or row.ended_at else None
    return {
        "id": row.detector,
        "name": detectors.told(row.detector, row.on).name,
        "purpose": row.purpose,
        "by": row.post.account.name,
        "started_at": row.started_at,
        "job": told["job"] if told else None,
        "findings": row.findings,
        "used": _columns(tuple(row.case_bound)),
        "not_run": either(row.not_run_zh, row.not_run_en),
    }


def _finding(row: Finding) -> dict[str, Any]:
    return {
        "key": row.key,
        "detector": row.detector,
        "subject": shown.subject(row),
        "reason": either(row.reason_zh, row.reason_en),
        "strength": row.strength,
        "strength_label": label(STRENGTHS[row.strength]),
        "clearing": row.clearing,
        "clearing_label": label(CLEARINGS[row.clearing]),
        "count": len(row.evidence),
        "gone_on": row.gone_on,
    }


def _found(key: str) -> Lead:
    row = casework.find(key)
    if row is None:
        raise Http404
    return row
