"""Rectifications: the list by due day, a new one by opinion or order, one with its re-checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import measures_queries as queries
from lantian.casework import measures_states as states
from lantian.casework import rectifying
from lantian.casework.errors import MeasureRefused, Stale
from lantian.casework.measures_states import RectificationState, Result, Root
from lantian.casework.models import Rectification
from lantian.casework.queries import Period
from lantian.casework.rectifying import Check, Demand, Term
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import crediting
from lantian.desk import measuring as forms
from lantian.desk import record_papers as papers
from lantian.desk.downloads import attached
from lantian.desk.leads import DUE_TEXTS
from lantian.desk.paging import paged
from lantian.desk.present import leads as shown_leads
from lantian.desk.present import measures as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.permissions import Permission

ASKED = Text("已登记整改要求。接下来：印发文书。", "Recorded. Next: issue the paper.")


@require_safe
def rectifications(request: OfficerRequest) -> HttpResponse:
    """Rectifications of the office by due day, the open ones first."""
    by, today = request.actor, clock.today()
    unit = queries.own(by)
    period, state = request.GET.get("due", ""), request.GET.get("state", "")
    rows = queries.rectifications(by, unit=unit)
    listed = rows.filter(queries.falling(Period(period), today)) if period in list(Period) else rows
    listed = listed.filter(state=state) if state in list(RectificationState) else listed
    page = paged(request, listed.order_by("-state", "due", "id"), lambda row: shown.rectification(row, today))
    context = {
        "page": page,
        "show_office": unit is None,
        "dues": [
            {
                "value": str(one),
                "label": label(DUE_TEXTS[one]),
                "count": rows.filter(queries.falling(one, today)).count(),
            }
            for one in Period
        ],
        "states": [(str(one), label(text)) for one, text in states.RECTIFICATION_STATE_TEXTS.items()],
        "filters": {"due": period, "state": state},
        "may": Permission.TAKE_MEASURES in by.permissions,
    }
    return render(request, "desk/rectifications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rectifications_new(request: OfficerRequest) -> HttpResponse:
    """Ask for a correction by a supervision opinion or an order to correct."""
    start = forms.start_of(request)
    if request.method != "POST":
        return _demand_page(request, start, {})
    try:
        row = rectifying.ask_correction(_demand(request, start), by=request.actor)
    except Refused as refusal:
        return _demand_page(request, start, forms.refused(refusal, request))
    messages.success(request, said(ASKED))
    return redirect("rectification", row.key)


def _demand(request: OfficerRequest, start: forms.Start) -> Demand:
    subjects = forms.subjects_of(forms.words_of(request, "subjects"))
    if len(subjects) != 1:
        raise MeasureRefused("每件整改写一家单位。", "Name one subject for each correction.")
    root = forms.words_of(request, "root")
    return Demand(
        root=Root(root) if root in (Root.OPINION, Root.ORDER) else Root.OPINION,
        field=forms.field_typed(request, start),
        subject=subjects[0],
        what=forms.words_of(request, "what"),
        facts=forms.words_of(request, "facts"),
        clause=forms.words_of(request, "clause"),
        term=Term(forms.maybe_day(request, "until"), forms.words_of(request, "reason")),
        origin=start.origin,
    )


def _demand_page(request: OfficerRequest, start: forms.Start, more: Mapping[str, Any]) -> HttpResponse:
    today = clock.today()
    typed = {
        "field": str(start.field),
        "subjects": forms.line_of(start.subject) if start.subject else "",
        "facts": start.ground,
        "root": request.GET.get("root", ""),
    }
    roots = (Root.OPINION, Root.ORDER)
    context = {
        "start": start,
        "hidden": forms.hidden(start, request),
        "roots": [(str(root), label(states.ROOT_TEXTS[root])) for root in roots],
        "rules": [shown_leads.reckoned_due(rectifying.reckoned(root, today), today) for root in roots],
        "fields": forms.field_choices(),
        **more,
        "typed": typed | dict(more.get("typed", {})),
    }
    return render(request, "desk/rectifications_new.html", context, status=422 if "error" in more else 200)


@require_safe
def rectification(request: OfficerRequest, key: str) -> HttpResponse:
    """One rectification; opening it is recorded."""
    return _page(request, _found(key), {})


def _page(request: OfficerRequest, row: Rectification, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.RECTIFICATION_READ, by=request.actor, about=("rectification", row.key))
    context = {
        "rectification": shown.rectification(row, clock.today()),
        "interview": shown.interview(row.interview) if row.interview else None,
        "rechecks": [shown.recheck(one) for one in queries.rechecks(row)],
        "results": _results(request, row),
        "origin": papers.origin_of(row.origin_kind, row.origin_key),
        "today": clock.today(),
        **papers.of_record(request, "rectification", row.key, row.unit_id),
        **crediting.card(request, row),
        **more,
    }
    return render(request, "desk/rectification.html", context, status=422 if "error" in more else 200)


def _results(request: OfficerRequest, row: Rectification) -> list[tuple[str, str]]:
    if request.actor.unit != row.unit_id or Permission.TAKE_MEASURES not in request.actor.permissions:
        return []
    acts = open_acts(states.RECTIFICATION_MOVES, RectificationState(row.state))
    return [(str(act), label(states.RESULT_TEXTS[act])) for act in acts]


@require_POST
def rectification_check(request: OfficerRequest, key: str) -> HttpResponse:
    """Record a re-check, an extension or a withdrawal."""
    row, version = _found(key), forms.version_of(request)
    try:
        result = forms.words_of(request, "result")
        if result not in list(Result):
            raise MeasureRefused("请选择复查结果。", "Choose the result of the re-check.")
        on = forms.day_of(request, "on", "复查日期", "the day of the re-check")
        with forms.scan_of(request, "file", row.seen_by) as file:
            officers, until = forms.names_of(request, "officers"), forms.maybe_day(request, "until")
            check = Check(Result(result), on, officers, forms.words_of(request, "note"), file, until)
            rectifying.recheck(key=key, check=check, version=version, by=request.actor)
    except Stale:
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(forms.KEPT))
    return redirect("rectification", key)


@require_POST
def rectification_credit(request: OfficerRequest, key: str) -> HttpResponse:
    """Put a fact on the credit file, or decide about one that is there."""
    _found(key)
    try:
        done = crediting.act(request, "rectification", key)
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(done))
    return redirect("rectification", key)


@require_safe
def rectification_file(request: OfficerRequest, key: str) -> FileResponse:
    """The proof of a re-check: `?recheck=ID`; the last one that has a file by default."""
    row = _found(key)
    kept = [one for one in queries.rechecks(row) if one.file is not None]
    wanted = request.GET.get("recheck", "")
    found = [one for one in kept if str(one.pk) == wanted] if wanted else kept
    if not found or found[-1].file is None:
        raise Http404
    audit.record(audit.Kind.RECTIFICATION_READ, by=request.actor, about=("rectification", row.key))
    return attached(found[-1].file)


def _found(key: str) -> Rectification:
    row = queries.find_rectification(key)
    if row is None:
        raise Http404
    return row
