"""The desk's first page: what is due, what is new."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from lantian.casework import queries as casework
from lantian.desk import findings, intake
from lantian.desk.present import jobs, leads
from lantian.desk.present.words import label, language
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.charts import Mark
from lantian.office.permissions import Permission
from lantian.screening import queries as screening
from lantian.screening.states import STATE_TEXTS, State

NEXT_LEADS, LAST_BATCHES = 6, 4
UNCLEARED = "not_cleared"


@require_safe
def home(request: OfficerRequest) -> HttpResponse:
    """Today's figures; every one opens its rows."""
    by, today = request.actor, clock.today()
    due = casework.due(by, today)
    by_state = findings.by_state(screening.findings(screening.Filter(clearing=UNCLEARED)))
    context = {
        "today": today,
        "figures": {
            "overdue": due.overdue,
            "today": due.today,
            "week": due.week,
            "pending": by_state[State.WAITING],
        },
        "due_next": [leads.lead(row, today) for row in casework.open_leads(by)[:NEXT_LEADS]],
        "show_office": by.unit == casework.city().pk,
        "open_by_office": _open_by_office(by, today) if due.open else [],
        "findings_by_state": _findings_by_state(by_state),
        "batches": _batches(by),
    }
    return render(request, "desk/home.html", context)


def _findings_by_state(counts: Mapping[State, int]) -> list[Mark]:
    if not any(counts.values()):
        return []
    return [
        Mark(
            label(STATE_TEXTS[state]),
            counts[state],
            f"{reverse('findings')}?{urlencode({'state': str(state), 'clearing': UNCLEARED})}",
        )
        for state in State
    ]


def _open_by_office(by: OfficerActor, today: date) -> list[Mark]:
    overdue = casework.open_leads(by).filter(due__lt=today).order_by()
    late = dict(overdue.values_list("holder").annotate(Count("id")))
    return [
        Mark(
            unit.name(language()),
            count,
            f"{reverse('docket')}?{urlencode({'office': str(unit.pk), 'state': 'open'})}",
            late.get(unit.pk, 0),
        )
        for unit, count in casework.open_by_office(by)
    ]


def _batches(by: OfficerActor) -> list[dict[str, Any]] | None:
    if Permission.TAKE_IN not in by.permissions:
        return None
    return [jobs.batch(row) for row in intake.batches()[:LAST_BATCHES]]
