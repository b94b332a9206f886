"""Publicity and guidance: entering, looking at one entry, striking it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.campaign import queries
from lantian.campaign.actions import entries
from lantian.campaign.actions.checks import seen_by
from lantian.campaign.actions.entries import Entry, Guidance, Publicity
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.ledgers.frame import Wanted
from lantian.campaign.words import GROUP_TEXTS, PUBLICITY_TEXTS
from lantian.casework.queries import city
from lantian.core.messages import Refused, Text
from lantian.desk import typed
from lantian.desk.downloads import attached
from lantian.desk.ledgers import shown_lines
from lantian.desk.present.words import label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.permissions import Permission

LAST = 15
ENTERED = Text("已登记。", "Recorded.")
STRUCK = Text("已撤销，台账中不再显示。", "Struck; the ledger no longer shows it.")
PAGES = {"publicity": "publicity_item", "guidance": "guidance_push", "sweep": "sweep_entry"}


@require_http_methods(["GET", "HEAD", "POST"])
def publicity(request: OfficerRequest) -> HttpResponse:
    """The office's publicity, and a form for one more."""
    if request.method != "POST":
        return _page(request, "publicity", _kinds(PUBLICITY_TEXTS))
    try:
        with typed.proof(request, "file", seen_by(request.actor.unit)) as picture:
            given = Publicity(
                kind=request.POST.get("kind", ""),
                title=request.POST.get("title", ""),
                outlet=request.POST.get("outlet", ""),
                on=typed.day(request, "on"),
                link=request.POST.get("link", "").strip(),
                picture=picture,
                persons=typed.whole(request, "persons"),
            )
            entries.add_publicity(given=given, by=request.actor)
    except Refused as refusal:
        return _page(request, "publicity", _kinds(PUBLICITY_TEXTS), refusal)
    messages.success(request, said(ENTERED))
    return redirect("publicity")


@require_http_methods(["GET", "HEAD", "POST"])
def guidance(request: OfficerRequest) -> HttpResponse:
    """Enterprises that were told how to choose an agency, and a form for one more."""
    if request.method != "POST":
        return _page(request, "guidance", _kinds(GROUP_TEXTS))
    try:
        with typed.proof(request, "file", seen_by(request.actor.unit)) as proof:
            given = Guidance(
                group=request.POST.get("kind", ""),
                enterprise=request.POST.get("enterprise", ""),
                enterprise_no=request.POST.get("number", ""),
                told=request.POST.get("told", ""),
                on=typed.day(request, "on"),
                officer=request.POST.get("officer", ""),
                proof=proof,
            )
            entries.add_guidance(given=given, by=request.actor)
    except Refused as refusal:
        return _page(request, "guidance", _kinds(GROUP_TEXTS), refusal)
    messages.success(request, said(ENTERED))
    return redirect("guidance")


@require_safe
def publicity_item(request: OfficerRequest, key: str) -> HttpResponse:
    """One act of publicity."""
    return _entry(request, "publicity", key)


@require_safe
def guidance_push(request: OfficerRequest, key: str) -> HttpResponse:
    """One enterprise told."""
    return _entry(request, "guidance", key)


@require_safe
def sweep_entry(request: OfficerRequest, key: str) -> HttpResponse:
    """One firm looked at."""
    return _entry(request, "sweep", key)


@require_POST
def publicity_strike(request: OfficerRequest, key: str) -> HttpResponse:
    """Strike an act of publicity."""
    return _strike(request, "publicity", key)


@require_POST
def guidance_strike(request: OfficerRequest, key: str) -> HttpResponse:
    """Strike a guidance."""
    return _strike(request, "guidance", key)


@require_POST
def sweep_strike(request: OfficerRequest, key: str) -> HttpResponse:
    """Strike a look."""
    return _strike(request, "sweep", key)


@require_safe
def campaign_file(request: OfficerRequest, key: str) -> FileResponse:
    """A picture, proof or scan as an attachment that the browser may do nothing with."""
    return attached(queries.file_of(key))


def year_of(request: OfficerRequest) -> Wanted:
    """This year's rows of the reader's office; everybody's for the city."""
    today = clock.today()
    unit = request.actor.unit
    return Wanted(
        today.replace(month=1, day=1),
        today.replace(month=12, day=31),
        None if unit == city().pk else unit,
    )


def _page(
    request: OfficerRequest, kind: str, kinds: list[tuple[str, str]], refusal: Refused | None = None
) -> HttpResponse:
    ledger, wanted = EVERY[kind], year_of(request)
    rows = list(ledger.select(wanted).order_by("-on", "-id")[:LAST])
    context = {
        "ledger": kind,
        "title": label(ledger.title),
        "kinds": kinds,
        "columns": [label(column.title) for column in ledger.columns],
        "lines": shown_lines(ledger, rows, 1),
        "count": ledger.count(wanted),
        "may_enter": Permission.KEEP_LEDGERS in request.actor.permissions,
        "today": str(clock.today()),
        "typed": request.POST if refusal else {},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, f"desk/{kind}.html", context, status=422 if refusal else 200)


def _entry(request: OfficerRequest, kind: str, key: str, refusal: Refused | None = None) -> HttpResponse:
    row = _found(kind, key)
    ledger = EVERY[kind]
    file = getattr(row, "picture", None) or getattr(row, "proof", None)
    link = getattr(row, "link", "")
    context = {
        "kind": kind,
        "title": label(ledger.title),
        "list_url": reverse(kind),
        "facts": shown_lines(ledger, [row], 1)[0]["cells"],
        "file": {"key": file.key, "name": file.name} if file else None,
        "link": link if link.startswith(("https://", "http://")) else "",
        "by": row.post.account.name,
        "at": row.at,
        "struck": _struck(row),
        "strike_url": reverse(f"{kind}_strike", args=[row.key]),
        "may_strike": row.struck_at is None
        and row.unit_id == request.actor.unit
        and Permission.KEEP_LEDGERS in request.actor.permissions,
        "unit": row.unit.name(language()),
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/ledger_entry.html", context, status=422 if refusal else 200)


def _struck(row: Entry) -> dict[str, Any] | None:
    if row.struck_at is None or row.struck_by is None:
        return None
    return {"at": row.struck_at, "by": row.struck_by.account.name, "reason": row.struck_reason}


def _strike(request: OfficerRequest, kind: str, key: str) -> HttpResponse:
    _found(kind, key)
    try:
        entries.strike(kind=kind, key=key, reason=request.POST.get("reason", ""), by=request.actor)
    except Refused as refusal:
        return _entry(request, kind, key, refusal)
    messages.success(request, said(STRUCK))
    return redirect(PAGES[kind], key)


def _kinds(texts: dict[str, Text]) -> list[tuple[str, str]]:
    return [(str(value), label(text)) for value, text in texts.items()]


def _found(kind: str, key: str) -> Entry:
    row = queries.find_entry(kind, key)
    if row is None:
        raise Http404
    return row
