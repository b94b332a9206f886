"""Runs of detectors: start, watch, stop."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk.intake import ended
from lantian.desk.present import detectors
from lantian.desk.present import findings as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present.words import offices, said
from lantian.desk.requests import OfficerRequest
from lantian.detect.detectors import DETECTORS
from lantian.office import jobs
from lantian.office.models import Job
from lantian.office.permissions import Permission
from lantian.screening import actions, queries, schedule
from lantian.screening.models import Run
from lantian.screening.states import State

LAST_RUNS, LAWFUL = 20, 20
SWITCHED = {
    True: Text("已开启每夜比对。", "The nightly run is on."),
    False: Text("已停止每夜比对。", "The nightly run is off."),
}


@require_safe
def screening(request: OfficerRequest) -> HttpResponse:
    """What can be run, what runs, what came of it."""
    may_start = Permission.SCREEN in request.actor.permissions
    runs = [shown_jobs.run(row) for row in queries.runs()[:LAST_RUNS]]
    context = {
        "may_start": may_start,
        "may_cancel": may_start,
        "detectors": [detectors.offered(name) for name in DETECTORS],
        "current": next((run for run in runs if run["job"].open), None),
        "latest": next((run for run in runs if run["job"].state == Job.State.DONE), None),
        "runs": runs,
        "nightly": [shown_jobs.nightly(name, schedule.nightly_order(name)) for name in DETECTORS],
        "figures": [_figures(name) for name in DETECTORS],
    }
    return render(request, "desk/screening.html", context)


def _figures(detector: str) -> dict[str, Any]:
    figures = queries.figures(detector)
    low, high = figures.interval
    names = ("confirmed", "judged", "needed", "enough", "share")
    return {name: getattr(figures, name) for name in names} | {"id": detector, "low": low, "high": high}


@require_POST
def screening_nightly(request: OfficerRequest) -> HttpResponse:
    """Switch the nightly run on or off; the decision stands in the name of this post."""
    detector, active = request.POST.get("detector", ""), request.POST.get("active") == "yes"
    if detector not in DETECTORS:
        raise Http404
    try:
        schedule.switch_nightly(detector=detector, active=active, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    else:
        messages.success(request, said(SWITCHED[active]))
    return redirect("screening")


@require_POST
def screening_start(request: OfficerRequest) -> HttpResponse:
    """Schedule a run."""
    detector = request.POST.get("detector", "")
    if detector not in DETECTORS:
        raise Http404
    try:
        run = actions.start_run(detector=detector, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
        return redirect("screening")
    return redirect("screening_run", run.key)


@require_safe
def screening_run(request: OfficerRequest, key: str) -> HttpResponse:
    """One run: what it read, how, what it found."""
    row, houses = _found(key), offices()
    name = detectors.told(row.detector, row.on).name
    context = {
        "run": shown_jobs.run(row) | {"detector_name": name, "cause": shown_jobs.cause(row)},
        "lawful": [shown.finding(one, State.WAITING, houses) for one in queries.lawful_of(row)[:LAWFUL]],
        "may_cancel": _may_cancel(request, row),
    }
    return render(request, "desk/screening_run.html", context)


@require_safe
def screening_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself; once the job has ended, the whole page does."""
    row = _found(key)
    is_open = row.job is not None and row.job.open
    context = {"run": shown_jobs.run(row), "may_cancel": _may_cancel(request, row)}
    response = render(request, "desk/_run_progress.html", context)
    return response if is_open else ended(response)


@require_POST
def screening_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the run to stop."""
    row = _found(key)
    if row.job is not None:
        try:
            jobs.cancel(job=row.job, by=request.actor)
        except Refused as refusal:
            messages.error(request, said(refusal.text))
    return redirect("screening_run", key)


def _may_cancel(request: OfficerRequest, row: Run) -> bool:
    return Permission.SCREEN in request.actor.permissions and row.job is not None and row.job.open


def _found(key: str) -> Run:
    row = queries.find_run(key)
    if row is None:
        raise Http404
    return row
