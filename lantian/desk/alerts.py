"""Risk alerts in a batch: whom a round would tell and why, what the paper says, how far it is, approval, issue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import alerting
from lantian.casework import measures_queries as queries
from lantian.casework.alerting import Telling
from lantian.casework.errors import Stale
from lantian.casework.models import AlertRound
from lantian.core.messages import Refused, Text
from lantian.desk import measuring as forms
from lantian.desk import purposes as asked_purposes
from lantian.desk import record_papers as papers
from lantian.desk.acts import stop
from lantian.desk.intake import ended
from lantian.desk.paging import paged
from lantian.desk.present import alerts as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present import papers as shown_papers
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, purposes
from lantian.office.papers.states import State
from lantian.office.permissions import Permission
from lantian.registry import queries as registry
from lantian.registry.models import Subject as Registered

STARTED = Text(
    "已开始：第一份已起草，其余由后台起草，完成后请另一人核准。",
    "Begun: the first paper is drafted, the others follow; then another person has to approve them.",
)
APPROVED = Text("已核准 {count} 份。", "{count} papers are approved.")
ISSUED = Text("已印发 {count} 份。", "{count} papers are issued.")
UNKNOWN = Text("登记库中没有这家代理机构。", "The register has no such agency.")


@require_safe
def alerts(request: OfficerRequest) -> HttpResponse:
    """Rounds of risk alerts of the office; the city's list is of every office."""
    unit = queries.own(request.actor)
    page = paged(request, queries.alerts(request.actor, unit=unit), shown.listed)
    may = Permission.TAKE_MEASURES in request.actor.permissions
    return render(request, "desk/alerts.html", {"page": page, "show_office": unit is None, "may": may})


@dataclass(frozen=True)
class _Asked:
    """Where a round begins: its start, the agency once it is known, the clients' days of filing."""

    start: forms.Start
    agency: Registered | None
    since: date | None
    typed: str

    @property
    def hidden(self) -> dict[str, str]:
        return {"agency": self.agency.number} if self.agency else {}


@require_http_methods(["GET", "HEAD", "POST"])
def alerts_new(request: OfficerRequest) -> HttpResponse:
    """Begin a round: the agency, then what the list is wanted for, then whom to tell and what."""
    asked = _asked(request)
    if asked.agency is None:
        wrong = said(UNKNOWN) if request.GET.get("agency") or request.method == "POST" else ""
        hidden = forms.hidden(asked.start, request)
        typed = {"agency": asked.typed}
        context = {"start": asked.start, "hidden": hidden, "typed": typed, "error": wrong}
        return render(request, "desk/alerts_new.html", context, status=422 if wrong else 200)
    if not alerting.may_look(asked.agency, asked.since, by=request.actor):
        return asked_purposes.ask(request, purposes.of_clients(asked.agency.key))
    if request.method != "POST":
        return _new_page(request, asked, asked.agency, {})
    telling = _telling(request, asked, asked.agency)
    try:
        if request.POST.get("do") != "start":
            return _new_page(request, asked, asked.agency, _preview(request, asked.agency, telling))
        row = alerting.start_alerts(telling, by=request.actor)
    except Refused as refusal:
        return _new_page(request, asked, asked.agency, forms.refused(refusal, request))
    messages.success(request, said(STARTED))
    return redirect("alerts_round", row.key)


def _asked(request: OfficerRequest) -> _Asked:
    start = forms.start_of(request)
    asked = request.POST if request.method == "POST" else request.GET
    typed = asked.get("agency", "").strip()[:120] or (start.subject.no if start.subject else "")
    row = registry.find(typed) or Registered.objects.filter(name=typed).first() if typed else None
    agency = row if row is not None and row.kind == Registered.Kind.AGENCY else None
    try:
        since = date.fromisoformat(asked.get("since", "").strip())
    except ValueError:
        since = None
    return _Asked(start, agency, since, typed)


def _telling(request: OfficerRequest, asked: _Asked, agency: Registered) -> Telling:
    plate = forms.words_of(request, "plate")
    return Telling(
        agency=agency.key,
        field=forms.field_typed(request, asked.start),
        matter=forms.words_of(request, "matter"),
        advice=forms.words_of(request, "advice"),
        contact=forms.words_of(request, "contact"),
        since=asked.since,
        left_out=frozenset(request.POST.getlist("out")),
        seen=forms.words_of(request, "seen"),
        plate=int(plate) if plate.isascii() and plate.isdigit() and len(plate) < 19 else None,
        origin=asked.start.origin,
    )


def _preview(request: OfficerRequest, agency: Registered, telling: Telling) -> dict[str, Any]:
    """The first paper of the round as it would be, and how many it tells."""
    told = [one for one in alerting.clients(agency, telling.since) if one.name not in telling.left_out]
    if not told:
        return {"error": said(shown.NOBODY), "typed": request.POST.dict()}
    _, content = alerting.preview(telling, told[0].name, by=request.actor)
    return {"preview": shown_papers.text(content), "told": len(told), "typed": request.POST.dict()}


def _new_page(
    request: OfficerRequest, asked: _Asked, agency: Registered, more: Mapping[str, Any]
) -> HttpResponse:
    found = alerting.clients(agency, asked.since)
    out = set(request.POST.getlist("out"))
    field = forms.field_typed(request, asked.start)
    context = {
        "start": asked.start,
        "hidden": forms.hidden(asked.start, request) | asked.hidden,
        "agency": {"name": agency.name, "number": agency.number, "key": agency.key},
        "clients": [shown.client(one, out) for one in found],
        "persons": sum(one.person for one in found),
        "too_many": len(found) > alerting.LARGEST,
        "largest": alerting.LARGEST,
        "since": asked.since,
        "seen": alerting.digest(found),
        "fields": forms.field_choices(),
        "plates": shown.plates(request.actor, field, forms.words_of(request, "plate")),
        **more,
        "typed": {"field": str(field), "matter": asked.start.ground} | dict(more.get("typed", {})),
    }
    return render(request, "desk/alerts_new.html", context, status=422 if "error" in more else 200)


@require_safe
def alerts_round(request: OfficerRequest, key: str) -> HttpResponse:
    """One round: what it says, how far it is, every client with his paper; opening it is recorded."""
    return _round_page(request, _found(key))


def _round_page(request: OfficerRequest, row: AlertRound, error: str = "") -> HttpResponse:
    audit.record(audit.Kind.ALERTS_READ, by=request.actor, about=("alertround", row.key))
    rows = row.alerts.select_related("paper").order_by("id")
    page = paged(request, rows, lambda one: shown.alert(one, row.unit_id == request.actor.unit))
    counts = queries.paper_states(row)
    context = {
        "round": shown.round_of(row),
        "page": page,
        "counts": shown.counts(counts),
        "acts": _acts(request, row, counts),
        "job": shown_jobs.job(row.job) if row.job else None,
        "may_cancel": row.unit_id == request.actor.unit,
        "at_once": alerting.AT_ONCE,
        "origin": papers.origin_of(row.origin_kind, row.origin_key),
        "error": error,
    }
    return render(request, "desk/alerts_round.html", context, status=422 if error else 200)


def _acts(request: OfficerRequest, row: AlertRound, counts: Mapping[str, int]) -> list[str]:
    """What this officer may try now; whether it may be done is decided by the action."""
    by, at_work = request.actor, row.job is not None and row.job.open
    if by.unit != row.unit_id:
        return []
    offers = {
        "go_on": bool(counts.get("")) and not at_work and Permission.TAKE_MEASURES in by.permissions,
        "approve": bool(counts.get(State.DRAFT)) and Permission.APPROVE_PAPERS in by.permissions,
        "issue": bool(counts.get(State.APPROVED)) and Permission.WRITE_PAPERS in by.permissions,
    }
    return [act for act, offered in offers.items() if offered]


@require_safe
def alerts_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself; once the job has ended, the whole page does."""
    row = _found(key)
    job = shown_jobs.job(row.job)
    context = {"round": {"key": row.key}, "job": job, "may_cancel": row.unit_id == request.actor.unit}
    response = render(request, "desk/_alerts_progress.html", context)
    return response if job.open else ended(response)


@require_POST
def alerts_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the round's job to stop; papers that are drafted stay."""
    row = _found(key)
    stop(request, row.job if row.unit_id == request.actor.unit else None)
    return redirect("alerts_round", key)


@require_POST
def alerts_go_on(request: OfficerRequest, key: str) -> HttpResponse:
    """Draft the papers that are missing."""

    def work(version: int) -> None:
        alerting.go_on(key=key, version=version, by=request.actor)

    return _act(request, key, work)


@require_POST
def alerts_approve(request: OfficerRequest, key: str) -> HttpResponse:
    """Approve the papers that say what the round says."""

    def work(version: int) -> None:
        count = alerting.approve_all(key=key, version=version, by=request.actor)
        messages.success(request, said(APPROVED).format(count=count))

    return _act(request, key, work)


@require_POST
def alerts_issue(request: OfficerRequest, key: str) -> HttpResponse:
    """Issue approved papers, a hundred at a time."""

    def work(version: int) -> None:
        count = alerting.issue_all(key=key, version=version, by=request.actor)
        messages.success(request, said(ISSUED).format(count=count))

    return _act(request, key, work)


def _act(request: OfficerRequest, key: str, work: Callable[[int], None]) -> HttpResponse:
    row, version = _found(key), forms.version_of(request)
    try:
        work(version)
    except Stale:
        raise
    except Refused as refusal:
        return _round_page(request, _found(row.key), said(refusal.text))
    return redirect("alerts_round", key)


def _found(key: str) -> AlertRound:
    row = queries.find_alerts(key)
    if row is None:
        raise Http404
    return row
