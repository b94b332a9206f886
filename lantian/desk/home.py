"""The desk's first page: what is due, what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from lantian.campaign import queries as campaign
from lantian.campaign.summary import queries as summaries
from lantian.casework import queries as casework
from lantian.core.messages import Unreadable
from lantian.desk import intake, measures_due, notices, papers, returns, standing_due, waiting
from lantian.desk.campaign import instruction_row
from lantian.desk.present import dispatch, jobs, leads
from lantian.desk.present import summaries as present_summaries
from lantian.desk.present.words import label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import queries as dispatching
from lantian.office import clock, maps
from lantian.office.actors import OfficerActor
from lantian.office.charts import Mark
from lantian.office.models import Unit
from lantian.office.permissions import Permission
from lantian.screening import queries as screening
from lantian.screening.states import STATE_TEXTS, State

NEXT_LEADS, LAST_BATCHES, NEXT_INSTRUCTIONS = 6, 4, 5
UNCLEARED = "not_cleared"


@require_safe
def home(request: OfficerRequest) -> HttpResponse:
    """Today's figures; every one opens its rows."""
    by, today = request.actor, clock.today()
    due = casework.due(by, today)
    by_state = screening.by_state(screening.Filter(clearing=UNCLEARED))
    context = {
        "today": today,
        "figures": {
            "overdue": due.overdue,
            "today": due.today,
            "week": due.week,
            "pending": by_state[State.WAITING],
        },
        "due_next": [leads.lead(row, today) for row in casework.open_leads(by)[:NEXT_LEADS]],
        "instructions": [instruction_row(row) for row in campaign.open_instructions(by)[:NEXT_INSTRUCTIONS]],
        "show_office": by.unit == casework.city().pk,
        **_open_leads(by, today),
        "findings_by_state": _findings_by_state(by_state),
        "batches": _batches(by),
        **_dispatches(by, today),
        **measures_due.due(by, today),
        **waiting.due(by, today),
        **standing_due.due(by, today),
        **notices.due_on_home(by.unit, today),
        **papers.waiting(by),
        "summary_owed": _summary_owed(by, today),
        "returns_owed": returns.owed(by.unit),
    }
    return render(request, "desk/home.html", context)


def _summary_owed(by: OfficerActor, today: date) -> dict[str, Any] | None:
    found = summaries.owed(by, today)
    return present_summaries.standing(found) | {"year": today.year} if found else None


def _dispatches(by: OfficerActor, today: date) -> dict[str, Any]:
    """What the office owes on letters of others, and the letters it keeps that the sender waits for."""
    return {
        "sheets_owed": [
            dispatch.sheet(one, today, counted) | {"letter": dispatch.letter(one.dispatch, today)}
            for one, counted in dispatching.owes(by)[:NEXT_LEADS]
        ],
        "letters_open": [dispatch.letter(row, today) for row in dispatching.open_dispatches(by)[:NEXT_LEADS]],
    }


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


def _open_leads(by: OfficerActor, today: date) -> dict[str, Any]:
    """Open leads by office: for the city on the map, offices without a place on it beside; else the own office's."""
    marks = _by_office(by, today)
    if by.unit != casework.city().pk:
        return {"open_by_office": [mark for _, mark in marks if mark.value]}
    try:
        land = maps.land(settings.HOME)
    except Unreadable as fault:
        return {"open_by_office": [mark for _, mark in marks], "map_fault": said(fault.text)}
    codes = {area.code: area.name(language()) for area in land.areas}
    return {
        "land": land,
        "by_district": {
            str(unit.pk): replace(mark, label=codes[str(unit.pk)])
            for unit, mark in marks
            if str(unit.pk) in codes
        },
        "elsewhere": [mark for unit, mark in marks if str(unit.pk) not in codes and mark.value],
    }


def _by_office(by: OfficerActor, today: date) -> list[tuple[Unit, Mark]]:
    overdue = casework.open_leads(by).filter(due__lt=today).order_by()
    late = dict(overdue.values_list("holder").annotate(Count("id")))
    return [
        (unit, Mark(unit.name(language()), count, _docket_of(unit), late.get(unit.pk, 0)))
        for unit, count in casework.open_by_office(by)
    ]


def _docket_of(unit: Unit) -> str:
    return f"{reverse('docket')}?{urlencode({'office': str(unit.pk), 'state': 'open'})}"


def _batches(by: OfficerActor) -> list[dict[str, Any]] | None:
    if Permission.TAKE_IN not in by.permissions:
        return None
    return [jobs.batch(row) for row in intake.batches()[:LAST_BATCHES]]
