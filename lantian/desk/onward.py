"""What goes onward: reports up (上报) and transfers (移送), two lists of one kind of page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import measures_queries as queries
from lantian.casework import measures_rules as rules
from lantian.casework import measures_states as states
from lantian.casework import queries as casework
from lantian.casework import sending_on
from lantian.casework.errors import MeasureRefused, Stale
from lantian.casework.measures_states import OnwardAct, OnwardState, Way
from lantian.casework.models import Onward
from lantian.casework.sending_on import Approved, Event, Sending
from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import measuring as forms
from lantian.desk import record_papers as papers
from lantian.desk.downloads import attached
from lantian.desk.paging import paged
from lantian.desk.present import measures as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.models import Unit
from lantian.office.permissions import Permission

PREPARED = Text(
    "已准备。接下来：起草并印发文书，发出后登记。",
    "Prepared. Next: issue its paper and send it.",
)


@require_safe
def onwards(request: OfficerRequest) -> HttpResponse:
    """Reports up, or transfers with `?way=out`."""
    by, way = request.actor, _way(request.GET.get("way", ""))
    unit = queries.own(by)
    rows = queries.referrals(by, unit=unit) if way is Way.UP else queries.transfers(by, unit=unit)
    page = paged(request, rows, shown.onward)
    context = {
        "page": page,
        "way": str(way),
        "ways": [(str(one), label(text)) for one, text in states.WAY_TEXTS.items()],
        "show_office": unit is None,
        "may": Permission.TAKE_MEASURES in by.permissions,
    }
    return render(request, "desk/onwards.html", context)


def _way(typed: str) -> Way:
    return Way(typed) if typed in list(Way) else Way.UP


@require_http_methods(["GET", "HEAD", "POST"])
def onwards_new(request: OfficerRequest) -> HttpResponse:
    """Prepare a report up or a transfer: to whom first, then what."""
    start = forms.start_of(request)
    if request.method != "POST":
        return _new_page(request, start, {})
    try:
        row = sending_on.send_on(_sending(request, start), by=request.actor)
    except Refused as refusal:
        return _new_page(request, start, forms.refused(refusal, request))
    messages.success(request, said(PREPARED))
    return redirect("onward", row.key)


def _sending(request: OfficerRequest, start: forms.Start) -> Sending:
    subjects = forms.subjects_of(forms.words_of(request, "subjects"))
    if len(subjects) != 1:
        raise MeasureRefused("每件写一家单位或者一人。", "Name one subject.")
    more = forms.words_of(request, "more").splitlines()
    approved = Approved(forms.words_of(request, "approver"), forms.maybe_day(request, "approved_on"))
    return Sending(
        receiver=forms.words_of(request, "receiver"),
        body=forms.words_of(request, "body"),
        field=forms.field_typed(request, start),
        subject=subjects[0],
        matter=forms.words_of(request, "matter"),
        enclosed=(*request.POST.getlist("enclosed"), *more),
        approved=approved,
        origin=start.origin,
    )


def _new_page(request: OfficerRequest, start: forms.Start, more: Mapping[str, Any]) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    way, kind = _way(asked.get("way", "")), Unit.objects.get(pk=request.actor.unit).kind
    receivers = rules.receivers_for(way, kind)
    chosen = next((name for name, _ in receivers if name == asked.get("receiver")), "")
    typed = {
        "field": str(start.field),
        "subjects": forms.line_of(start.subject) if start.subject else "",
        "matter": start.ground,
    }
    context = {
        "way": str(way),
        "way_label": label(states.WAY_TEXTS[way]),
        "receivers": [(name, shown.receiver(rule)) for name, rule in receivers],
        "chosen": chosen,
        "rule": shown.receiver(rules.receiver(chosen)) if chosen else None,
        "start": start,
        "hidden": forms.hidden(start, request),
        "fields": forms.field_choices(),
        "ticked": request.POST.getlist("enclosed"),
        **more,
        "typed": typed | dict(more.get("typed", {})),
    }
    return render(request, "desk/onwards_new.html", context, status=422 if "error" in more else 200)


@require_safe
def onward(request: OfficerRequest, key: str) -> HttpResponse:
    """One report or transfer; opening it is recorded."""
    return _page(request, _found(key), {})


def _page(request: OfficerRequest, row: Onward, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.ONWARD_READ, by=request.actor, about=("onward", row.key))
    context = {
        "onward": shown.onward(row),
        "steps": shown.onward_steps(row.steps.select_related("post__account").order_by("id")),
        "acts": _acts(request, row),
        "origin": papers.origin_of(row.origin_kind, row.origin_key),
        "today": clock.today(),
        **papers.of_record(request, "onward", row.key, row.unit_id),
        **more,
    }
    return render(request, "desk/onward.html", context, status=422 if "error" in more else 200)


def _acts(request: OfficerRequest, row: Onward) -> list[tuple[str, str]]:
    """What may be recorded now; the city records for itself what was reported to it."""
    by = request.actor
    if Permission.TAKE_MEASURES not in by.permissions:
        return []
    mine = by.unit == row.unit_id
    received = by.unit == casework.city().pk and row.receiver == sending_on.CITY
    acts = open_acts(states.ONWARD_MOVES, OnwardState(row.state))
    allowed = [act for act in acts if mine or (received and act in (OnwardAct.RECEIVE, OnwardAct.ANSWER))]
    return [(str(act), label(states.ONWARD_ACT_TEXTS[act])) for act in allowed]


@require_POST
def onward_advance(request: OfficerRequest, key: str) -> HttpResponse:
    """Record the next step, with its proof."""
    row, version = _found(key), forms.version_of(request)
    act = request.POST.get("act", "")
    if act not in list(OnwardAct):
        raise BadRequest("act comes from the page's own form")
    try:
        on = forms.day_of(request, "on", "日期", "the day")
        with forms.scan_of(request, "file", row.seen_by) as file:
            event = Event(on, forms.words_of(request, "words"), file)
            sending_on.advance(key=key, act=OnwardAct(act), event=event, version=version, by=request.actor)
    except Stale:
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(forms.KEPT))
    return redirect("onward", key)


@require_safe
def onward_file(request: OfficerRequest, key: str) -> FileResponse:
    """The proof of a step: `?step=ID`; the last one that has a file by default."""
    row = _found(key)
    kept = row.steps.exclude(file=None).select_related("file").order_by("id")
    wanted = request.GET.get("step", "")
    found = [one for one in kept if str(one.pk) == wanted] if wanted else list(kept)
    if not found or found[-1].file is None:
        raise Http404
    audit.record(audit.Kind.ONWARD_READ, by=request.actor, about=("onward", row.key))
    return attached(found[-1].file)


def _found(key: str) -> Onward:
    row = queries.find_onward(key)
    if row is None:
        raise Http404
    return row
