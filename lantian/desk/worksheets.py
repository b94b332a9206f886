"""Worksheets of illegal gain and discretion: the list, a new one in a case, one with its versions, its print."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import worksheets as actions
from lantian.casework.errors import Stale, WorksheetRefused
from lantian.casework.models import Worksheet, WorksheetVersion
from lantian.casework.worksheet_files import read_file
from lantian.casework.worksheet_states import MOVES, STATE_TEXTS, WorksheetAct, WorksheetState
from lantian.casework.worksheets import REVIEWED, Typed
from lantian.core import worksheet as core
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import measuring as forms
from lantian.desk.paging import paged
from lantian.desk.present import worksheets as shown
from lantian.desk.present.crediting import origins
from lantian.desk.present.words import either, label, said
from lantian.desk.record_papers import origin_of
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock, files
from lantian.office.permissions import Permission

SAVED = Text("已计算并保存。", "Worked out and saved.")
MOVED = Text("已办理。", "Done.")
ORIGINS = ("lead", "outside")


@require_safe
def worksheets(request: OfficerRequest) -> HttpResponse:
    """Worksheets that the reader may see, those under review first."""
    state = request.GET.get("state", "")
    rows = actions.listed(request.actor)
    rows = rows.filter(state=state) if state in list(WorksheetState) else rows
    page = paged(request, rows, shown.worksheet)
    states = [(str(one), label(text)) for one, text in STATE_TEXTS.items()]
    return render(
        request, "desk/worksheets.html", {"page": page, "states": states, "filters": {"state": state}}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def worksheets_new(request: OfficerRequest) -> HttpResponse:
    """Begin a worksheet in a lead or an outside matter named in the address."""
    kind, key = _named(request)
    if not kind:
        return redirect("worksheets")
    found = actions.origin_of(kind, key)
    if found is None:
        raise Http404
    more: Mapping[str, Any] = {}
    if request.method == "POST":
        try:
            row = actions.begin((kind, key), _typed(request), by=request.actor)
        except Refused as refusal:
            more = forms.refused(refusal, request)
        else:
            messages.success(request, said(SAVED))
            return redirect("worksheet", row.key)
    today = clock.today()
    context = {
        "origin": _origin(kind, key),
        "hidden": {kind: key},
        "subject": found[1],
        "kinds": _kinds(today),
        "today": today,
        "typed": {"decided_on": str(today)},
        **more,
    }
    return render(request, "desk/worksheets_new.html", context, status=422 if "error" in more else 200)


@require_safe
def worksheet(request: OfficerRequest, key: str) -> HttpResponse:
    """One worksheet; opening it is recorded. `version` shows an older one."""
    return _page(request, _found(key), {})


@require_safe
def worksheet_print(request: OfficerRequest, key: str) -> HttpResponse:
    """A version as a sheet to print."""
    row = _found(key)
    audit.record(audit.Kind.WORKSHEET_READ, by=request.actor, about=("worksheet", row.key))
    found = _version(request, row)
    context = {"worksheet": shown.worksheet(row), "sheet": shown.sheet(found), "final": _final(row, found)}
    return render(request, "desk/worksheet_print.html", context)


@require_POST
def worksheet_act(request: OfficerRequest, key: str) -> HttpResponse:
    """Save a version, or an act of the review; `do` says which."""
    _found(key)
    do, version = forms.words_of(request, "do"), forms.version_of(request)
    try:
        if do not in list(WorksheetAct) or do == WorksheetAct.OPEN:
            raise WorksheetRefused("请选择要办理的事项。", "Choose what to do.")
        if do == WorksheetAct.SAVE:
            actions.save(key=key, typed=_typed(request), version=version, by=request.actor)
        else:
            words = forms.words_of(request, "reason")
            actions.move(key=key, act=WorksheetAct(do), words=words, version=version, by=request.actor)
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(SAVED if do == WorksheetAct.SAVE else MOVED))
    return redirect("worksheet", key)


def _page(request: OfficerRequest, row: Worksheet, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.WORKSHEET_READ, by=request.actor, about=("worksheet", row.key))
    found, acts = _version(request, row), _acts(request, row)
    typed = actions.typed_of(found.entries)
    context = {
        "worksheet": shown.worksheet(row),
        "origin": _origin(row.origin_kind, row.origin_key),
        "sheet": shown.sheet(found),
        "final": _final(row, found),
        "versions": list(row.versions.order_by("-number").values_list("number", flat=True)),
        "history": [shown.step(one) for one in row.steps.select_related("post__account").order_by("id")],
        "acts": [str(act) for act in acts],
        "may_edit": WorksheetAct.SAVE in acts and found == actions.newest(row),
        "kinds": _kinds(typed.decided_on),
        "circumstances": _circumstances(typed.decided_on),
        "past": _past(row, typed),
        "entries": found.entries,
        **more,
    }
    if "error" in more and more.get("did") == WorksheetAct.SAVE:
        context["entries"] = {**found.entries, **more["typed"]}
        context["entries"]["circumstances"] = request.POST.getlist("circumstances")
    return render(request, "desk/worksheet.html", context, status=422 if "error" in more else 200)


def _acts(request: OfficerRequest, row: Worksheet) -> list[WorksheetAct]:
    by = request.actor
    if by.unit != row.unit_id:
        return []
    may = {
        True: Permission.APPROVE_PAPERS in by.permissions,
        False: Permission.TAKE_MEASURES in by.permissions,
    }
    return [act for act in open_acts(MOVES, WorksheetState(row.state)) if may[act in REVIEWED]]


def _final(row: Worksheet, found: WorksheetVersion) -> bool:
    """Whether a version is the one that was settled."""
    return row.state == WorksheetState.FINISHED and found == actions.newest(row)


def _version(request: OfficerRequest, row: Worksheet) -> WorksheetVersion:
    asked = request.GET.get("version", "")
    rows = row.versions.order_by("-number")
    if asked.isascii() and asked.isdigit():
        rows = rows.filter(number=int(asked[:6]))
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _typed(request: OfficerRequest) -> Typed:
    receipts, expenses = forms.words_of(request, "receipts"), forms.words_of(request, "expenses")
    if upload := request.FILES.get("file"):
        by = request.actor
        with files.kept(name=upload.name or "rows", chunks=upload.chunks(), seen_by=by.units, by=by) as file:
            receipts = "\n".join(filter(None, (receipts.strip(), read_file(files.path_of(file)))))
    past = (line.split("|", 1) for line in request.POST.getlist("earlier"))
    return Typed(
        kind=forms.words_of(request, "kind"),
        acted_until=forms.day_of(request, "acted_until", "违法行为终了之日", "the last day of the act"),
        decided_on=forms.day_of(request, "decided_on", "（拟）决定日期", "the day of the decision"),
        counts_from=forms.maybe_day(request, "counts_from"),
        receipts=receipts.replace("\r", "").strip("\n"),
        expenses=expenses.replace("\r", "").strip("\n"),
        circumstances=tuple(request.POST.getlist("circumstances")),
        earlier=tuple(
            (day, document) for day, document in (one for one in past if len(one) == 2) if _day(day)
        ),
        other_earlier=forms.words_of(request, "other_earlier").replace("\r", "").strip("\n"),
        serious=bool(forms.words_of(request, "serious")),
        person=bool(forms.words_of(request, "person")),
        fine=forms.words_of(request, "fine"),
    )


def _day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _past(row: Worksheet, typed: Typed) -> list[dict[str, Any]]:
    """The party's history to choose from, and what was chosen before though it stands no longer."""
    known = {(str(day), document) for day, document in actions.history(row.subject_no)}
    chosen = set(typed.earlier)
    return [
        {
            "value": f"{day}|{document}",
            "day": date.fromisoformat(day),
            "document": document,
            "chosen": (day, document) in chosen,
            "gone": (day, document) not in known,
        }
        for day, document in sorted(known | chosen, reverse=True)
    ]


def _kinds(on: date) -> list[tuple[str, str]]:
    return [(kind, label(text)) for kind, text in core.kinds(on)]


def _circumstances(on: date) -> list[dict[str, str]]:
    """Circumstances to tick; a repeat follows from the history and is not ticked."""
    return [
        {
            "code": one["code"],
            "text": either(one["text_zh"], one["text_en"]),
            "effect": label(shown.EFFECT_TEXTS[one["effect"]]),
        }
        for one in core.circumstances(on)
        if one["code"] != "repeat"
    ]


def _named(request: OfficerRequest) -> tuple[str, str]:
    asked = request.POST if request.method == "POST" else request.GET
    return next(((kind, asked[kind]) for kind in ORIGINS if asked.get(kind)), ("", ""))


def _origin(kind: str, key: str) -> dict[str, str] | None:
    return origins([(kind, key)])[kind, key] if kind == "outside" else origin_of(kind, key)


def _found(key: str) -> Worksheet:
    row = actions.find(key)
    if row is None:
        raise Http404
    return row
