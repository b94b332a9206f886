"""Detectors: the list with their measure, one with its card, parameters, runs and switches, and the switch itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk import downloads
from lantian.desk.present import detectors as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present.words import offices, said
from lantian.desk.requests import OfficerRequest
from lantian.detect.detectors import DETECTORS
from lantian.office.permissions import Permission
from lantian.screening import actions, cards, queries, ranking, schedule, switches
from lantian.screening.forecast import forecast

RUNS = 20
MARKDOWN = "text/markdown; charset=utf-8"
SWITCHED = {
    True: Text(
        "已启用：提示进入本单位的待研判范围。", "Switched on: its findings come into your office's pool."
    ),
    False: Text(
        "已停用：提示不再进入待研判范围，已研判的不受影响。",
        "Switched off: its findings leave the pool; what was judged stays.",
    ),
}


@require_safe
def detectors(request: OfficerRequest) -> HttpResponse:
    """Every detector: taken or not, last run, findings, judged, precision."""
    counted, last = queries.by_detector(), queries.last_runs()
    held, nightly = ranking.precisions(), schedule.nightly_orders()
    taken = switches.taken_by(request.actor.unit)
    rows = [
        shown.listed(
            name,
            precision=held[name],
            counts=counted.get(name, queries.NOTHING),
            run=last.get(name),
            on=name in taken,
            order=nightly.get(name),
        )
        for name in DETECTORS
    ]
    context = {"groups": shown.grouped(rows), "on": sum(row["on"] for row in rows), "every": len(rows)}
    return render(request, "desk/detectors.html", context)


@require_safe
def detector(request: OfficerRequest, key: str) -> HttpResponse:
    """One detector."""
    name, houses = _known(key), offices()
    runs = Paginator(queries.runs().filter(detector=name), RUNS).get_page(request.GET.get("page"))
    shown_runs = [shown_jobs.run(row) for row in runs.object_list]
    runs.object_list = shown_runs  # type: ignore[assignment]
    order = schedule.nightly_order(name)
    context = {
        "detector": shown.opened(name),
        "precision": shown.precision(ranking.precision(name), name),
        "counts": shown.counts(queries.by_detector().get(name, queries.NOTHING), name),
        "on": switches.is_on(name, request.actor.unit),
        "last": next((run for run in shown_runs if run["ended_at"]), None),
        "page": runs,
        "switches": [shown.decision(row, houses) for row in switches.history(name)],
        "nightly": shown_jobs.nightly(name, order),
        "may_start": Permission.SCREEN in request.actor.permissions,
        "may_switch": Permission.SWITCH_DETECTORS in request.actor.permissions,
    }
    return render(request, "desk/detector.html", context)


@require_safe
def detector_card(request: OfficerRequest, key: str) -> HttpResponse:
    """The whole card of a detector: every measure, plant by plant, with its limits."""
    card = cards.file_of(_known(key))
    if card is None:
        raise Http404
    return downloads.sent(card.open("rb"), card.name, MARKDOWN)  # type: ignore[return-value]


@require_http_methods(["GET", "HEAD", "POST"])
def detector_switch(request: OfficerRequest, key: str) -> HttpResponse:
    """First what taking the detector would bring, against what the office is shown at once; then the decision."""
    name = _known(key)
    coming, active = forecast(name, request.actor.unit), not switches.is_on(name, request.actor.unit)
    error = ""
    if request.method == "POST":
        wanted = request.POST.get("active") == "yes"
        try:
            reason = request.POST.get("reason", "")
            actions.switch(detector=name, active=wanted, seen=coming, reason=reason, by=request.actor)
        except Refused as refusal:
            error = said(refusal.text)
        else:
            messages.success(request, said(SWITCHED[wanted]))
            return redirect("detector", name)
    context: dict[str, Any] = {
        "detector": shown.offered(name),
        "precision": shown.precision(ranking.precision(name), name),
        "active": active,
        "coming": coming,
        "offices": offices().names(coming.units),
        "reason": request.POST.get("reason", ""),
        "error": error,
    }
    return render(request, "desk/detector_switch.html", context, status=422 if error else 200)


def _known(key: str) -> str:
    if key not in DETECTORS:
        raise Http404
    return key
