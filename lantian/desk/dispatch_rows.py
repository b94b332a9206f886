"""Rows of a letter: the list with its filter, one row, answering it, returning it, turning it into a lead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.casework import queries as casework
from lantian.core.messages import Refused, Text
from lantian.desk import measures_due
from lantian.desk.dispatch import found
from lantian.desk.dispatch_acts import version
from lantian.desk.present import dispatch as shown
from lantian.desk.present.words import label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import actions, book, queries
from lantian.dispatch.errors import StaleDispatch
from lantian.dispatch.models import Dispatch, DispatchRow
from lantian.dispatch.queries import ANSWERED, CONFLICT, OPEN, QUEUE, Filter
from lantian.dispatch.states import LIVE_STATES, State
from lantian.office import audit, clock
from lantian.office.permissions import Permission

PAGE = 50
SAVED = Text("已保存第 {place} 行。", "Row {place} is saved.")
SAVED_MANY = Text("已保存 {count} 行。", "{count} rows are saved.")
DECLINED = Text("第 {place} 行已退回市局。", "Row {place} went back to the city.")
LEAD = Text("已转为线索 {number}。", "It is lead {number} now.")
STATES = (
    (OPEN, Text("未填写", "unanswered")),
    (ANSWERED, Text("已填写", "answered")),
    (CONFLICT, Text("归属有矛盾", "contradictory place")),
)


@require_safe
def dispatch_rows(request: OfficerRequest, key: str) -> HttpResponse:
    """Rows of a letter that the reader may see, filtered."""
    return _rows_page(request, found(key))


def _rows_page(request: OfficerRequest, row: Dispatch, more: Mapping[str, Any] | None = None) -> HttpResponse:
    audit.record(audit.Kind.DISPATCH_READ, by=request.actor, about=("dispatch", row.key))
    by, houses = request.actor, offices()
    keeps = by.unit == row.unit_id
    filters = _filters(request, keeps)
    page = Paginator(queries.rows(row, Filter(**filters)), PAGE).get_page(request.GET.get("page"))
    listed: list[DispatchRow] = list(page.object_list)
    given = queries.newest(listed)
    spellings = queries.spellings(row, [one.subject_group for one in listed])
    live, held = State(row.state) in LIVE_STATES, by.permissions
    context = {
        "letter": shown.letter(row, clock.today()),
        "rows": [
            shown.row(one, given.get(one.pk), spellings) | {"mine": (one.holder_id or row.unit_id) == by.unit}
            for one in listed
        ],
        "page": page,
        "filters": filters,
        "choices": _choices(row, keeps),
        "keeps": keeps,
        "may_assign": keeps and live and Permission.HAND_OVER in held,
        "may_answer": live and Permission.VERIFY in held and any(one.holder_id == by.unit for one in listed),
        "fields": shown.fields(clock.today(), request.POST.dict() if more else {}),
        "offices": [(unit.pk, unit.name(language())) for unit in houses.by_id.values() if unit.is_authority],
        **(more or {}),
    }
    return render(request, "desk/dispatch_rows.html", context, status=422 if more else 200)


def _filters(request: OfficerRequest, keeps: bool) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("office", "state", "text", "subject")}
    if asked["office"] != QUEUE and not (asked["office"].isascii() and asked["office"].isdigit()):
        asked["office"] = ""
    return asked


def _choices(row: Dispatch, keeps: bool) -> dict[str, list[tuple[str, str]]]:
    outcomes = [(one.id, label(one.name)) for one in book.outcomes(clock.today())]
    choices = {"state": [*((value, said(text)) for value, text in STATES), *outcomes]}
    if keeps:
        houses = offices()
        units = [share.unit for share in queries.shares(row) if share.unit is not None]
        known = [(str(unit), houses.by_id[unit].name(language())) for unit in units if unit in houses.by_id]
        choices["office"] = [(QUEUE, said(shown.QUEUE)), *known]
    return choices


@require_POST
def dispatch_fill(request: OfficerRequest, key: str) -> HttpResponse:
    """Answer the ticked rows alike."""
    row = found(key)
    marks = [mark.rpartition(":") for mark in request.POST.getlist("row")]
    rows = {one: int(seen) for one, _, seen in marks if seen.isascii() and seen.isdigit()}
    try:
        given = actions.answer_many(rows=rows, values=_values(request), by=request.actor)
    except StaleDispatch:
        raise
    except DispatchRow.DoesNotExist:
        raise Http404 from None
    except Refused as refusal:
        return _rows_page(request, row, {"error": said(refusal.text)})
    messages.success(request, said(SAVED_MANY).format(count=len(given)))
    return redirect("dispatch_rows", key)


@require_safe
def row(request: OfficerRequest, key: str) -> HttpResponse:
    """One row: what came, why it is here, what was answered; opening it is recorded."""
    return _row_page(request, _found(key))


def _row_page(
    request: OfficerRequest, one: DispatchRow, more: Mapping[str, Any] | None = None
) -> HttpResponse:
    audit.record(audit.Kind.DISPATCH_READ, by=request.actor, about=("dispatch_row", one.key))
    by, letter = request.actor, one.dispatch
    answers = queries.answers(one)
    newest = answers[0] if answers else None
    typed = request.POST.dict() if more else (newest.values if newest else {})
    spellings = queries.spellings(letter, [one.subject_group])
    lead = casework.of_origin("dispatch", one.key)
    context = {
        "row": shown.row(one, newest, spellings),
        "letter": shown.letter(letter, clock.today()),
        "cells": shown.cells(one),
        "answers": [shown.answer(given) for given in answers],
        "fields": shown.fields(clock.today(), typed),
        "needs": shown.needs(clock.today()),
        "may": _may(request, one),
        **measures_due.of_row(request, one),
        "lead": {"key": lead.key, "number": lead.number} if lead else None,
        "offices": [
            (unit.pk, unit.name(language())) for unit in offices().by_id.values() if unit.is_authority
        ],
        "left": letter.rows.filter(holder_id=by.unit, answers=0).count(),
        **(more or {}),
    }
    return render(request, "desk/dispatch_row.html", context, status=422 if more else 200)


def _may(request: OfficerRequest, one: DispatchRow) -> list[str]:
    """What this officer may try now; whether it may be done is decided by the action."""
    by, letter = request.actor, one.dispatch
    if State(letter.state) not in LIVE_STATES:
        return []
    holds, keeps = by.unit == (one.holder_id or letter.unit_id), by.unit == letter.unit_id
    offers = {
        "answer": holds and Permission.VERIFY in by.permissions,
        "decline": holds and not keeps and Permission.VERIFY in by.permissions,
        "lead": (holds or keeps) and Permission.JUDGE in by.permissions,
        "assign": keeps and Permission.HAND_OVER in by.permissions,
    }
    return [name for name, offered in offers.items() if offered]


@require_POST
def row_answer(request: OfficerRequest, key: str) -> HttpResponse:
    """Save the answer to one row, and go on to the next one."""
    one = _found(key)
    seen = version(request)
    try:
        actions.answer(row_key=one.key, values=_values(request), version=seen, by=request.actor)
    except StaleDispatch:
        raise
    except Refused as refusal:
        return _row_page(request, _found(key), {"error": said(refusal.text)})
    messages.success(request, said(SAVED).format(place=one.place))
    following = queries.next_open(one, request.actor) if "next" in request.POST else None
    return redirect("row", following.key) if following else redirect("row", one.key)


@require_POST
def row_decline(request: OfficerRequest, key: str) -> HttpResponse:
    """Return a row that is not the office's own."""
    one, seen = _found(key), version(request)
    try:
        actions.decline(
            row_key=one.key, reason=request.POST.get("reason", ""), version=seen, by=request.actor
        )
    except StaleDispatch:
        raise
    except Refused as refusal:
        return _row_page(request, _found(key), {"error": said(refusal.text)})
    messages.success(request, said(DECLINED).format(place=one.place))
    return redirect("dispatch", one.dispatch.key)


@require_POST
def row_lead(request: OfficerRequest, key: str) -> HttpResponse:
    """Turn one row into a lead."""
    one, seen = _found(key), version(request)
    try:
        lead = actions.open_lead(row_key=one.key, version=seen, by=request.actor)
    except StaleDispatch:
        raise
    except Refused as refusal:
        return _row_page(request, _found(key), {"error": said(refusal.text)})
    messages.success(request, said(LEAD).format(number=lead.number))
    return redirect("row", one.key)


def _values(request: OfficerRequest) -> dict[str, str]:
    return {name: request.POST.get(name, "").strip()[: book.LONGEST] for name in book.FIELDS}


def _found(key: str) -> DispatchRow:
    one = queries.find_row(key)
    if one is None:
        raise Http404
    return one
