"""Runs of detectors: start, watch, stop."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk.acts import stop
from lantian.desk.intake import ended
from lantian.desk.present import detectors
from lantian.desk.present import findings as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present.words import offices, said
from lantian.desk.requests import OfficerRequest
from lantian.detect.detectors import DETECTORS
from lantian.office.permissions import Permission
from lantian.screening import actions, queries, schedule
from lantian.screening.models import Run
from lantian.screening.states import State

PAGE, LAWFUL = 40, 20
ALL = "all"
SWITCHED = {
    True: Text("已开启每夜比对。", "The nightly run is on."),
    False: Text("已停止每夜比对。", "The nightly run is off."),
}


@require_safe
def screening(request: OfficerRequest) -> HttpResponse:
    """What can be run, what runs, what came of it."""
    may_start = Permission.SCREEN in request.actor.permissions
    page = Paginator(queries.runs(), PAGE).get_page(request.GET.get("page"))
    runs = [shown_jobs.run(row) | {"name": detectors.told(row.detector).name} for row in page.object_list]
    page.object_list = runs  # type: ignore[assignment]
    orders = schedule.nightly_orders().values()
    context = {
        "may_start": may_start,
        "may_cancel": may_start,
        "current": next((run for run in reversed(runs) if run["job"].open), None),
        "page": page,
        "every": len(DETECTORS),
        "nightly": sum(order.active and not schedule.lapsed(order) for order in orders),
    }
    return render(request, "desk/screening.html", context)


@require_POST
def screening_nightly(request: OfficerRequest) -> HttpResponse:
    """Switch nightly runs on or off, of one detector or of all; the decision stands in the name of this post."""
    detector, active = request.POST.get("detector", ""), request.POST.get("active") == "yes"
    if detector not in (*DETECTORS, ALL):
        raise Http404
    try:
        if detector == ALL:
            schedule.switch_all_nightly(active=active, by=request.actor)
        else:
            schedule.switch_nightly(detector=detector, active=active, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    else:
        messages.success(request, said(SWITCHED[active]))
    return redirect("screening") if detector == ALL else redirect("detector", detector)


@require_POST
def screening_start(request: OfficerRequest) -> HttpResponse:
    """Schedule a run of one detector or of all; those at work already are passed over."""
    detector = request.POST.get("detector", "")
    if detector not in (*DETECTORS, ALL):
        raise Http404
    try:
        wanted = list(DETECTORS) if detector == ALL else [detector]
        run, *_ = actions.start_runs(detectors=wanted, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
        return redirect("screening")
    return redirect("screening") if detector == ALL else redirect("screening_run", run.key)


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
    stop(request, _found(key).job)
    return redirect("screening_run", key)


def _may_cancel(request: OfficerRequest, row: Run) -> bool:
    return Permission.SCREEN in request.actor.permissions and row.job is not None and row.job.open


def _found(key: str) -> Run:
    row = queries.find_run(key)
    if row is None:
        raise Http404
    return row
