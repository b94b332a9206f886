"""Findings: the list, one finding with two texts side by side, and its judgement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantian.casework import queries as casework
from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk.present import findings as shown
from lantian.desk.present import pairs
from lantian.desk.present.pairs import Chosen
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.subjects import file_of
from lantian.filings import queries as filings
from lantian.office import audit, clock
from lantian.office.permissions import Permission
from lantian.screening import actions, queries
from lantian.screening.models import Finding
from lantian.screening.queries import Filter
from lantian.screening.states import MOVES, STATE_TEXTS, Outcome, State

PAGE = 25
JUDGED: dict[Outcome, Text] = {
    Outcome.LEAD: Text(
        "已转为线索 {number}，期限开始计算。", "Turned into lead {number}; its period has begun."
    ),
    Outcome.DISMISS: Text("已排除，理由已记录。", "Dismissed; the reason is on record."),
    Outcome.MORE: Text("已记录需要补充的内容。", "What is needed is on record."),
}


@require_safe
def findings(request: OfficerRequest) -> HttpResponse:
    """The list, filtered."""
    houses = offices()
    wanted = _wanted(request, houses)
    page = Paginator(_rows(wanted, houses), PAGE).get_page(request.GET.get("page"))
    page.object_list = [shown.finding(row, _state(row), houses) for row in page.object_list]  # type: ignore[misc]
    context = {
        "page": page,
        "states": _states(wanted, houses),
        "choices": _choices(request, houses),
        "filters": _typed(wanted),
        "show_office": request.actor.unit == houses.city.pk,
    }
    return render(request, "desk/findings.html", context)


def _wanted(request: OfficerRequest, houses: Offices) -> Filter:
    """The filters of the address; words that mean nothing do not filter."""
    known: Mapping[str, Iterable[str]] = {
        "state": [str(state) for state in State],
        "clearing": shown.CLEARING_TEXTS,
        "strength": shown.STRENGTH_TEXTS,
        "office": [str(unit) for unit in houses.by_id],
    }
    typed = {name: request.GET.get(name, "") for name in known}
    chosen = {name: value if value in known[name] else "" for name, value in typed.items()}
    return Filter(chosen["state"], chosen["clearing"], chosen["strength"], chosen["office"])


def _typed(wanted: Filter) -> dict[str, str]:
    return {
        "state": wanted.state,
        "clearing": wanted.clearing,
        "strength": wanted.strength,
        "office": wanted.district,
    }


def _rows(wanted: Filter, houses: Offices) -> QuerySet[Finding]:
    """Findings wanted; what no district claims waits with the city, as casework places it."""
    if wanted.district != str(houses.city.pk):
        return queries.findings(wanted)
    districts = [str(unit) for unit in houses.by_id if unit != houses.city.pk]
    placed = Q(district_code__in=districts)
    return queries.findings(replace(wanted, district="")).filter(~placed | Q(district_code=None))


def _states(wanted: Filter, houses: Offices) -> list[dict[str, Any]]:
    counts = by_state(_rows(replace(wanted, state=""), houses))
    return [
        {"value": str(state), "label": label(STATE_TEXTS[state]), "count": count}
        for state, count in counts.items()
    ]


def by_state(rows: QuerySet[Finding]) -> dict[State, int]:
    """How many of the findings stand where."""
    counts = dict.fromkeys(State, 0)
    grouped = rows.order_by().values_list("outcome")  # type: ignore[misc] # annotated by the query
    for outcome, count in grouped.annotate(Count("id")):
        counts[queries.state_after(outcome)] += count
    return counts


def _choices(request: OfficerRequest, houses: Offices) -> dict[str, list[tuple[str, str]]]:
    choices = {
        "clearing": [(name, label(text)) for name, text in shown.CLEARING_TEXTS.items()],
        "strength": [(name, label(text)) for name, text in shown.STRENGTH_TEXTS.items()],
    }
    if request.actor.unit == houses.city.pk:
        choices["office"] = [(str(unit.pk), unit.name(language())) for unit in houses.by_id.values()]
    return choices


def _state(row: Finding) -> State:
    outcome: str = row.outcome  # type: ignore[attr-defined]
    return queries.state_after(outcome)


@require_safe
def finding(request: OfficerRequest, key: str) -> HttpResponse:
    """One finding."""
    return _page(request, found(key), None)


@require_POST
def judge(request: OfficerRequest, key: str) -> HttpResponse:
    """Record a judgement; a refusal is shown where it was typed."""
    row = found(key)
    outcome, seen = _judged(request)
    reason = request.POST.get("reason", "")
    try:
        _, lead = actions.judge(
            finding_key=row.key, outcome=outcome, reason=reason, seen=seen, by=request.actor
        )
    except Refused as refusal:
        error = {"verdict": str(outcome), "text": said(refusal.text), "reason": reason}
        return _page(request, row, error)
    messages.success(request, said(JUDGED[outcome]).format(number=lead.number if lead else ""))
    return redirect("finding", row.key)


def _judged(request: OfficerRequest) -> tuple[Outcome, int]:
    try:
        return Outcome(request.POST.get("verdict", "")), int(request.POST.get("version", ""))
    except ValueError:
        raise BadRequest("verdict and version come from the finding's own page") from None


def found(key: str) -> Finding:
    """One finding that the reader may see; 404 otherwise."""
    row = queries.findings(Filter()).filter(key=key).first()
    if row is None:
        raise Http404
    return row


def _page(request: OfficerRequest, row: Finding, error: dict[str, str] | None) -> HttpResponse:
    """The page of one finding; showing it is recorded, after a refusal too."""
    audit.record(audit.Kind.FINDING_READ, by=request.actor, about=("finding", row.key))
    houses, said_of_it = offices(), queries.judgements(row)
    state = queries.state_of(said_of_it)
    open_outcomes = open_acts(MOVES, state)
    in_charge = request.actor.unit in row.seen_by  # others see it with a lead they received, and judge nothing
    may_judge = Permission.JUDGE in request.actor.permissions and bool(open_outcomes) and in_charge
    will_lead = may_judge and Outcome.LEAD in open_outcomes
    context = _texts(request, row) | {
        "finding": shown.finding(row, state, houses)
        | shown.opened(row, said_of_it)
        | {"lead": casework.of_origin("finding", row.key), "file": file_of(row.subject_no)},
        "judgements": shown.judgements(row, said_of_it),
        "may_judge": may_judge,
        "outcomes": [str(outcome) for outcome in open_outcomes],
        "preview": shown.preview(row, houses, request.actor, clock.today()) if will_lead else None,
        "judge_error": error,
        "next_pending": _next_pending(row),
    }
    return render(request, "desk/finding.html", context, status=422 if error else 200)


def _texts(request: OfficerRequest, row: Finding) -> dict[str, Any]:
    """The two texts, what is on file about them, and the group with its likeness to the left one."""
    numbers = shown.numbers_of(row)
    a, b = _picked(request, "a", numbers), _picked(request, "b", numbers)
    left = a or numbers[0]
    listed = [
        *numbers[: pairs.SHOWN],
        *(n for n in dict.fromkeys([left, b]) if n and n not in numbers[: pairs.SHOWN]),
    ]
    known = filings.by_numbers(listed)
    near = pairs.likeness(left, listed, known)
    chosen = Chosen(left, b if b and b != left else _nearest(left, listed, near))
    return {
        "pair": pairs.pair(chosen, known),
        "comparison": pairs.comparison(chosen, known),
        "members": pairs.members(listed, chosen, known, near),
        "members_count": len(numbers),
    }


def _picked(request: OfficerRequest, name: str, numbers: list[str]) -> str:
    """A number asked for in the address; 404 when it does not belong to the finding."""
    number = request.GET.get(name, "")
    if number and number not in numbers:
        raise Http404
    return number


def _nearest(left: str, numbers: list[str], near: Mapping[str, float]) -> str:
    others = [number for number in numbers if number != left]
    return max(others, key=lambda number: near.get(number, 0.0), default=left)


def _next_pending(row: Finding) -> str:
    following = queries.next_waiting(row)
    return reverse("finding", args=[following.key]) if following else ""
