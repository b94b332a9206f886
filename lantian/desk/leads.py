"""Leads: the docket, one lead, its moves, handing over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import actions, queries
from lantian.casework.errors import Stale
from lantian.casework.forecasting import WINDOW, expected
from lantian.casework.models import Lead, LeadStep
from lantian.casework.queries import OPEN, Filter, Period
from lantian.casework.states import ACT_TEXTS, MOVES, STATE_TEXTS, Act, State
from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import material, measures_due, papers, worksheets_card
from lantian.desk.paging import paged
from lantian.desk.present import findings as shown_findings
from lantian.desk.present import leads as shown
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.subjects import file_of
from lantian.office import audit, clock
from lantian.office.models import Unit
from lantian.office.permissions import Permission
from lantian.screening import queries as screening
from lantian.screening.states import State as FindingState

OPEN_TEXT = Text("在办（全部）", "open (all)")
DUE_TEXTS: dict[Period, Text] = {
    Period.OVERDUE: Text("已逾期", "overdue"),
    Period.TODAY: Text("今天到期", "due today"),
    Period.WEEK: Text("七天内到期", "due within seven days"),
}
FORESEEN = "foreseen"
CHOICES = {str(period): text for period, text in DUE_TEXTS.items()} | {
    FORESEEN: Text("预计逾期", "expected to be late")
}
MOVED: dict[Act, Text] = {
    Act.START: Text("已开始核查。", "Verification has begun."),
    Act.CONCLUDE: Text("核查已完毕。", "Verification is concluded."),
}
HANDED_OVER = Text("已转给{office}，期限不变。", "Handed over to {office}; the due date stays.")


@require_safe
def docket(request: OfficerRequest) -> HttpResponse:
    """The office's leads, filtered; the city sees every office's."""
    houses, today = offices(), clock.today()
    filters = _filters(request, houses)
    rows = queries.wanted(request.actor, Filter(filters["state"], filters["office"], filters["q"]))
    foreseen = expected(request.actor, today)
    falling = {str(period): queries.falling(period, today) for period in Period}
    falling[FORESEEN] = Q(key__in=foreseen.late)
    chosen = filters["due"]
    is_city = request.actor.unit == houses.city.pk
    context = {
        "page": paged(
            request, rows.filter(falling[chosen]) if chosen else rows, lambda row: shown.lead(row, today)
        ),
        "dues": [
            {"value": value, "label": label(text), "count": rows.filter(falling[value]).count()}
            for value, text in CHOICES.items()
        ],
        "foreseen": foreseen,
        "window": WINDOW,
        "choices": _choices(houses, is_city),
        "filters": filters,
        "show_office": is_city,
        "unit": houses.names(request.actor.units)[0],
    }
    return render(request, "desk/docket.html", context)


def _filters(request: OfficerRequest, houses: Offices) -> dict[str, str]:
    """The filters of the address; words that mean nothing do not filter."""
    known = {
        "due": CHOICES,
        "state": [OPEN, *map(str, State)],
        "office": [str(unit) for unit in houses.by_id],
    }
    filters = {name: request.GET.get(name, "") for name in known}
    filters = {name: value if value in known[name] else "" for name, value in filters.items()}
    return filters | {"q": request.GET.get("q", "").strip()[:100]}


def _choices(houses: Offices, is_city: bool) -> dict[str, list[tuple[str, str]]]:
    states = [(str(state), label(text)) for state, text in STATE_TEXTS.items()]
    choices = {"state": [(OPEN, label(OPEN_TEXT)), *states]}
    if is_city:
        choices["office"] = [(str(unit.pk), unit.name(language())) for unit in houses.by_id.values()]
    return choices


@require_safe
def lead(request: OfficerRequest, key: str) -> HttpResponse:
    """One lead; opening it is recorded."""
    row = _found(key)
    audit.record(audit.Kind.LEAD_READ, by=request.actor, about=("lead", row.key))
    houses, steps = offices(), queries.steps(row)
    context = {
        "lead": _head(row, steps) | {"file": file_of(row.subject_no)},
        "finding": _finding(row, houses),
        "road": shown.road(row, steps),
        "acts": _acts(request, row),
        "history": shown.history(steps),
        "may_hand_over": _may_hand_over(request, row),
        **papers.of_lead(request, row),
        **measures_due.of_lead(request, row),
        **worksheets_card.card(request, "lead", row.key),
        **material.card(row),
        "offices": [
            _office(unit)
            for unit in houses.by_id.values()
            if unit.is_authority and unit.closed_on is None and unit != row.holder
        ],
    }
    return render(request, "desk/lead.html", context)


def _head(row: Lead, steps: list[LeadStep]) -> dict[str, Any]:
    """The lead with the act that opened it; that step is hidden from an office that came later."""
    opening = steps[0] if steps and steps[0].act == "open" else None
    head = vars(shown.lead(row, clock.today()))
    by = opening.post.account.name if opening else row.origin_unit.name(language())
    return head | {"opened_by": by, "opened_at": opening.at if opening else None, "opened_on": row.opened_on}


def _finding(row: Lead, houses: Offices) -> dict[str, Any] | None:
    """The finding it came from, if the reader may see that."""
    if row.origin_kind != "finding":
        return None
    origin = screening.find(row.origin_key)
    return shown_findings.finding(origin, FindingState.LEAD, houses) if origin else None


def _acts(request: OfficerRequest, row: Lead) -> list[dict[str, str]]:
    """What the holder may do next, as buttons."""
    if request.actor.unit != row.holder_id or Permission.VERIFY not in request.actor.permissions:
        return []
    acts = [act for act in open_acts(MOVES, State(row.state)) if act is not Act.HAND_OVER]
    url = reverse("lead_move", args=[row.key])
    return [{"act": str(act), "label": label(ACT_TEXTS[act]), "url": url} for act in acts]


def _may_hand_over(request: OfficerRequest, row: Lead) -> bool:
    holds = request.actor.unit == row.holder_id
    possible = Act.HAND_OVER in open_acts(MOVES, State(row.state))
    return holds and possible and Permission.HAND_OVER in request.actor.permissions


def _office(unit: Unit) -> dict[str, Any]:
    return {"id": unit.pk, "name": unit.name(language())}


@require_POST
def lead_move(request: OfficerRequest, key: str) -> HttpResponse:
    """Start or conclude the verification."""
    row = _found(key)
    try:
        act, version = Act(request.POST.get("act", "")), _version(request)
    except ValueError:
        raise BadRequest("act and version come from the lead's own page") from None
    if act is Act.HAND_OVER:
        raise BadRequest("a hand-over has its own page")
    try:
        actions.move(lead_key=row.key, act=act, version=version, by=request.actor)
    except Stale:
        raise  # shown as a page of its own, with the way back to the newest record
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    else:
        messages.success(request, said(MOVED[act]))
    return redirect("lead", row.key)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_hand_over(request: OfficerRequest, key: str) -> HttpResponse:
    """First what a hand-over would do, then the act; a refusal is shown where it was typed."""
    row, houses = _found(key), offices()
    to = _receiver(request, houses)
    if request.method != "POST":
        return _hand_over_page(request, row, to, houses)
    reason = request.POST.get("reason", "")
    try:
        actions.hand_over(lead_key=row.key, to=to, reason=reason, version=_version(request), by=request.actor)
    except Refused as refusal:
        refused = {"error": said(refusal.text), "reason": reason}
        return _hand_over_page(request, _found(key), to, houses, refused)
    messages.success(request, said(HANDED_OVER).format(office=to.name(language())))
    return redirect("lead", row.key)


def _hand_over_page(
    request: OfficerRequest,
    row: Lead,
    to: Unit,
    houses: Offices,
    refused: Mapping[str, str] | None = None,
) -> HttpResponse:
    """What a hand-over would do; it shows the lead, so the reading is recorded, after a refusal too."""
    audit.record(audit.Kind.LEAD_READ, by=request.actor, about=("lead", row.key))
    head, coming = shown.lead(row, clock.today()), actions.preview_hand_over(row, to, on=clock.today())
    preview = {
        "due": head.due,
        "due_changes": coming.due_changes,
        "sees": houses.names(set(coming.sees) - {to.pk}),
        "told": [coming.to.name(language())],
        "clause": said(coming.rule.basis.cite()) if coming.rule else "",
        "confidence": shown.doubt(coming.rule.confidence) if coming.rule else "",
    }
    context = {"lead": head, "to": _office(to), "preview": preview, **(refused or {})}
    return render(request, "desk/lead_hand_over.html", context, status=422 if refused else 200)


def _receiver(request: OfficerRequest, houses: Offices) -> Unit:
    typed = (request.POST if request.method == "POST" else request.GET).get("to", "")
    unit = houses.by_id.get(int(typed)) if typed.isascii() and typed.isdigit() else None
    if unit is None:
        raise Http404
    return unit


def _version(request: OfficerRequest) -> int:
    typed = request.POST.get("version", "")
    if not (typed.isascii() and typed.isdigit()):
        raise BadRequest("version comes from the lead's own page")
    return int(typed)


def _found(key: str) -> Lead:
    row = queries.find(key)
    if row is None:
        raise Http404
    return row
