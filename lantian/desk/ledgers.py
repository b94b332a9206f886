"""Ledgers: the list, one on screen, one to print, one as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from lantian.campaign import queries
from lantian.campaign.actions import exports
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.ledgers.frame import Cell, Column, Kind, Ledger, Wanted
from lantian.campaign.models import LedgerExport
from lantian.core.messages import Refused, Text
from lantian.desk.acts import stop
from lantian.desk.downloads import XLSX, attached
from lantian.desk.intake import ended
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock

PAGE, PRINTED = 50, 2_000
WRONG_DAYS = Text(
    "起止日期写法应为 2026-11-22，且起始日不晚于终止日；现按本年度显示。",
    "Write days as 2026-11-22, the first not after the last; this year is shown.",
)


@dataclass(frozen=True)
class Asked:
    """What a page asks for: period and office, as typed and as meant."""

    wanted: Wanted
    wrong: bool = False

    @property
    def query(self) -> str:
        """The same as part of an address."""
        typed = {"first": str(self.wanted.first), "last": str(self.wanted.last)}
        return urlencode(typed | ({"office": str(self.wanted.unit)} if self.wanted.unit else {}))


def asked(request: OfficerRequest, houses: Offices) -> Asked:
    """Period (this year by default) and office: the city chooses one or all, everybody else has his own."""
    typed = request.POST if request.method == "POST" else request.GET
    today = clock.today()
    first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    wrong = False
    try:
        first = date.fromisoformat(typed.get("first") or str(first))
        last = date.fromisoformat(typed.get("last") or str(last))
    except ValueError:
        wrong = True
    if wrong or last < first:
        wrong, first, last = True, date(today.year, 1, 1), date(today.year, 12, 31)
    unit: int | None = request.actor.unit
    if unit == houses.city.pk:
        chosen = typed.get("office", "")
        known = chosen.isascii() and chosen.isdigit() and int(chosen) in houses.by_id
        unit = int(chosen) if known else None
    return Asked(Wanted(first, last, unit), wrong)


@require_safe
def ledgers(request: OfficerRequest) -> HttpResponse:
    """Every ledger with its number of rows."""
    houses = offices()
    what = asked(request, houses)
    rows = [
        {
            "id": ledger.id,
            "title": label(ledger.title),
            "kept": ledger.kept,
            "provider": label(ledger.provider),
            "count": ledger.count(what.wanted),
            "url": f"{reverse('ledger', args=[ledger.id])}?{what.query}",
        }
        for ledger in EVERY.values()
    ]
    return render(request, "desk/ledgers.html", {"ledgers": rows} | _frame(request, what, houses))


@require_safe
def ledger(request: OfficerRequest, key: str) -> HttpResponse:
    """One ledger, filtered by office and period."""
    one, houses = _found(key), offices()
    what = asked(request, houses)
    context = _frame(request, what, houses) | _head(one)
    if one.kept:
        page = Paginator(one.select(what.wanted), PAGE).get_page(request.GET.get("page"))
        start = page.start_index()
        page.object_list = shown_lines(one, page.object_list, start)
        context |= {"page": page, "exports": [_shown_export(row) for row in queries.exports(one.id)]}
    return render(request, "desk/ledger.html", context)


@require_safe
def ledger_print(request: OfficerRequest, key: str) -> HttpResponse:
    """One ledger as a sheet to print, with the signature line; long ones are printed from the workbook."""
    one, houses = _found(key), offices()
    what = asked(request, houses)
    total = one.count(what.wanted)
    rows = one.select(what.wanted)[:PRINTED] if one.kept and total <= PRINTED else []
    context = _frame(request, what, houses) | _head(one)
    context |= {
        "lines": shown_lines(one, rows, 1),
        "count": total,
        "too_many": total > PRINTED,
        "most": PRINTED,
    }
    return render(request, "desk/ledger_print.html", context)


@require_POST
def ledger_export(request: OfficerRequest, key: str) -> HttpResponse:
    """Make the workbook: a short one comes at once, a long one gets a page with progress."""
    one, what = _found(key), asked(request, offices())
    try:
        row = exports.start_export(ledger=one, wanted=what.wanted, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
        return redirect(f"{reverse('ledger', args=[one.id])}?{what.query}")
    return redirect("workbook_file" if row.file_id else "workbook", row.key)


@require_safe
def workbook(request: OfficerRequest, key: str) -> HttpResponse:
    """One export: how far it is, and the file."""
    return render(request, "desk/workbook.html", _export_context(key))


@require_safe
def workbook_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    context = _export_context(key)
    response = render(request, "desk/_workbook_progress.html", context)
    return response if context["export"]["job"].open else ended(response)


@require_POST
def workbook_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the export to stop."""
    stop(request, _found_export(key).job)
    return redirect("workbook", key)


@require_safe
def workbook_file(request: OfficerRequest, key: str) -> FileResponse:
    """The workbook as an attachment."""
    return attached(_found_export(key).file, XLSX)


def _frame(request: OfficerRequest, what: Asked, houses: Offices) -> dict[str, Any]:
    """What every page of ledgers shows around its rows."""
    is_city = request.actor.unit == houses.city.pk
    unit = what.wanted.unit
    if what.wrong:
        messages.warning(request, said(WRONG_DAYS))
    return {
        "filters": {
            "first": str(what.wanted.first),
            "last": str(what.wanted.last),
            "office": str(unit) if unit and is_city else "",
        },
        "query": what.query,
        "offices": [(str(one.pk), one.name(language())) for one in houses.by_id.values()] if is_city else [],
        "unit": houses.names([unit if unit else houses.city.pk])[0],
        "all_offices": unit is None,
    }


def _head(one: Ledger) -> dict[str, Any]:
    titles = [{"label": label(column.title), "kind": column.kind} for column in one.columns]
    head = {"id": one.id, "title": label(one.title), "kept": one.kept, "provider": label(one.provider)}
    return {"ledger": head | {"columns": titles, "note": label(one.note) if one.note else ""}}


def shown_lines(one: Ledger, rows: Any, start: int) -> list[dict[str, Any]]:
    """Rows of a ledger in words, with the address of each record."""
    return [
        {"place": place, "cells": [_cell(one, column, row) for column in one.columns]}
        for place, row in enumerate(rows, start=start)
    ]


def _cell(one: Ledger, column: Column, row: Any) -> dict[str, Any]:
    href = reverse(one.route, args=[row.key]) if column.kind is Kind.LINK and one.route else ""
    return {
        "text": _words(column.value(row)),
        "label": label(column.title),
        "href": href,
        "kind": column.kind,
    }


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    return label(cell) if isinstance(cell, Text) else str(cell)


def _shown_export(row: LedgerExport) -> dict[str, Any]:
    unit = row.unit.name(language()) if row.unit else ""
    return {
        "key": row.key,
        "unit": unit,
        "first": row.first,
        "last": row.last,
        "rows": row.rows,
        "at": row.at,
        "by": row.post.account.name,
        "has_file": row.file_id is not None,
        "title": label(EVERY[row.ledger].title),
        "ledger": row.ledger,
    }


def _export_context(key: str) -> dict[str, Any]:
    row = _found_export(key)
    shown = shown_jobs.job(row.job)
    return {"export": _shown_export(row) | {"job": shown}, "may_cancel": shown.open}


def _found(key: str) -> Ledger:
    if key not in EVERY:
        raise Http404
    return EVERY[key]


def _found_export(key: str) -> LedgerExport:
    row = queries.find_export(key)
    if row is None:
        raise Http404
    return row
