"""Matters of outside systems: the list by module, a new note, one matter, an export in, a table out."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import outside as actions
from lantian.casework import outside_queries as queries
from lantian.casework.errors import OutsideRefused, Stale
from lantian.casework.models import OutsideMatter, OutsidePaper
from lantian.casework.outside import Noted
from lantian.casework.outside_files import Plan, titles_of
from lantian.casework.outside_queries import Filter
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.desk import crediting, notices, worksheets_card
from lantian.desk.downloads import XLSX, attached, sent
from lantian.desk.forms import RefusableForm
from lantian.desk.outside_forms import MatterForm, NewMatterForm, PaperForm, TakeInForm
from lantian.desk.paging import paged
from lantian.desk.present import outside as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.office import audit, clock, files, modes
from lantian.office.models import StoredFile
from lantian.office.modes import Mode, Module
from lantian.office.permissions import Permission

PAGE, FAULTS_SHOWN, LINES_SHOWN = 25, 50, 50
NOTED = Text("已登记。", "Recorded.")
CHANGED = Text("已更新。", "It is changed.")
ATTACHED = Text("文书已附上。", "The paper is attached.")
TAKEN_IN = Text("已导入：新登记 {new} 件，更新 {changed} 件。", "Taken in: {new} new, {changed} changed.")


@require_safe
def outside(request: OfficerRequest) -> HttpResponse:
    """The list of one module."""
    wanted = _wanted(request, request.GET)
    page = paged(request, queries.matters(wanted, request.actor), shown.matter, PAGE)
    context = {
        "page": page,
        "modules": _tabs(request, wanted),
        "module": {"id": str(wanted.module), "name": label(modes.title(wanted.module))},
        "filters": {"q": wanted.text, "open": "1" if wanted.open else ""},
        "choices": [("1", said(shown.OPEN))],
        "may": _may(request, wanted.module),
    }
    return render(request, "desk/outside.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def outside_new(request: OfficerRequest) -> HttpResponse:
    """Note a matter by hand."""
    module = _of_form(request)
    form = NewMatterForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        typed = form.cleaned_data
        noted = Noted(module, typed["system"], typed["subject_kind"], form.values())
        try:
            matter = actions.note(noted, by=request.actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(NOTED))
            return redirect("outside_matter", matter.key)
    context = shown.form(module, form) | {"kinds": shown.kinds()}
    return render(request, "desk/outside_new.html", context, status=422 if form else 200)


@require_safe
def outside_matter(request: OfficerRequest, key: str) -> HttpResponse:
    """One matter; opening it is recorded."""
    return _matter_page(request, _found(request, key), None)


@require_POST
def outside_change(request: OfficerRequest, key: str) -> HttpResponse:
    """Change what is noted."""
    row = _found(request, key)
    form = MatterForm(request.POST)
    if form.is_valid():
        try:
            actions.change(row.key, form.values(), version=form.cleaned_data["version"], by=request.actor)
        except OutsideRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(CHANGED))
            return redirect("outside_matter", key)
    return _matter_page(request, row, form)


@require_POST
def outside_attach(request: OfficerRequest, key: str) -> HttpResponse:
    """Attach a paper of the outside system."""
    row = _found(request, key)
    form = PaperForm(request.POST, request.FILES, too_large=too_large(request))
    if form.is_valid():
        try:
            _attach(request, row, form)
        except OutsideRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, said(ATTACHED))
            return redirect("outside_matter", key)
    return _matter_page(request, row, form)


@require_POST
def outside_credit(request: OfficerRequest, key: str) -> HttpResponse:
    """Put a fact of the matter on the credit file, or decide about one that is there."""
    row = _found(request, key)
    try:
        done = crediting.act(request, "outside", key)
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _matter_page(request, row, None, said(refusal.text))
    messages.success(request, said(done))
    return redirect("outside_matter", key)


def _attach(request: OfficerRequest, row: OutsideMatter, form: PaperForm) -> None:
    upload, by = form.cleaned_data["file"], request.actor
    with files.kept(name=upload.name, chunks=upload.chunks(), seen_by=row.seen_by, by=by) as file:
        actions.attach(row.key, file, form.cleaned_data["name"], version=form.cleaned_data["version"], by=by)


@require_safe
def outside_paper(request: OfficerRequest, key: str) -> HttpResponseBase:
    """A paper (`?paper=` its number, else the last) as an attachment that the browser may do nothing with."""
    row = _found(request, key)
    papers = OutsidePaper.objects.select_related("file").filter(matter=row).order_by("-id")
    if asked := request.GET.get("paper", ""):
        papers = papers.filter(pk=int(asked) if asked.isascii() and asked.isdigit() else 0)
    paper = papers.first()
    if paper is None:
        raise Http404
    audit.record(audit.Kind.OUTSIDE_READ, by=request.actor, about=("outside", row.key))
    return attached(paper.file)


@require_http_methods(["GET", "HEAD", "POST"])
def outside_take_in(request: OfficerRequest) -> HttpResponse:
    """An export of the outside system: upload, look at what it would do, then take it in."""
    module = _of_form(request)
    if request.method != "POST":
        return _take_in_page(request, module, None)
    if "digest" in request.POST:
        return _confirm(request, module)
    form = TakeInForm(request.POST, request.FILES, too_large=too_large(request))
    if form.is_valid():
        upload, by, system = form.cleaned_data["file"], request.actor, form.cleaned_data["system"]
        try:
            with files.kept(name=upload.name, chunks=upload.chunks(), seen_by=by.units, by=by) as file:
                plan = actions.preview(file, module, system, by=by)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            preview = _plan(plan) | {"file": file.key, "name": file.name, "system": system}
            return _take_in_page(request, module, None, preview)
    return _take_in_page(request, module, form)


def _confirm(request: OfficerRequest, module: Module) -> HttpResponse:
    file = StoredFile.objects.filter(key=request.POST.get("file", "")).first()
    if file is None:
        raise Http404
    system, digest = request.POST.get("system", ""), request.POST["digest"]
    plan = actions.take_in(file, module, system, digest=digest, by=request.actor)
    messages.success(request, said(TAKEN_IN).format(new=len(plan.new), changed=len(plan.changed)))
    return redirect(f"{reverse('outside')}?module={module}")


@require_POST
def outside_export(request: OfficerRequest) -> HttpResponseBase:
    """The listed matters as a table for upload elsewhere, in the office's own template if one comes along."""
    wanted = _wanted(request, request.POST)
    rows = list(queries.matters(wanted, request.actor))
    titles: tuple[str, ...] = ()
    if upload := request.FILES.get("template"):
        with files.kept(
            name=upload.name or "template",
            chunks=upload.chunks(),
            seen_by=request.actor.units,
            by=request.actor,
        ) as file:
            titles = titles_of(files.path_of(file), wanted.module)
    data = actions.export(rows, wanted.module, titles, by=request.actor)
    name = f"{modes.title(wanted.module).zh}-{clock.today():%Y%m%d}.xlsx"
    return sent(io.BytesIO(data), name, XLSX)


def _take_in_page(
    request: OfficerRequest, module: Module, form: TakeInForm | None, preview: dict[str, Any] | None = None
) -> HttpResponse:
    context = shown.form(module, form) | {"preview": preview}
    return render(request, "desk/outside_take_in.html", context, status=422 if form else 200)


def _plan(plan: Plan) -> dict[str, Any]:
    """What taking a file in would do, the first of each kind."""
    return {
        "digest": plan.digest,
        "same": plan.same,
        "new_count": len(plan.new),
        "new": [shown.line(line) for line in plan.new[:LINES_SHOWN]],
        "changed_count": len(plan.changed),
        "changed": [shown.difference(one) for one in plan.changed[:LINES_SHOWN]],
        "faults_count": len(plan.faults),
        "faults": [shown.fault(fault) for fault in plan.faults[:FAULTS_SHOWN]],
    }


def _matter_page(
    request: OfficerRequest, row: OutsideMatter, form: RefusableForm | None, refused: str = ""
) -> HttpResponse:
    """One matter, also after a refusal: what is shown was read."""
    audit.record(audit.Kind.OUTSIDE_READ, by=request.actor, about=("outside", row.key))
    mine = row.unit_id == request.actor.unit
    context = {
        "matter": shown.matter(row),
        "module": {"id": row.module, "name": label(modes.title(Module(row.module)))},
        "fields": shown.fields(row),
        "entry": shown.entry(row, form if isinstance(form, MatterForm) else None),
        "papers": [shown.paper(paper) for paper in row.papers.select_related("post__account").order_by("id")],
        "history": [shown.step(step) for step in queries.steps(row)],
        "subject": shown.subject_of(row),
        "may": mine and _may(request, Module(row.module)),
        "error": form.first_error() if form else refused,
        "changing": isinstance(form, MatterForm),
        "stages": modes.rule(Module(row.module)).values["stages"],
        **crediting.card(request, row),
        **notices.card(request, ("outside", row.key)),
        **(worksheets_card.card(request, "outside", row.key) if row.module == Module.CASES else {}),
    }
    return render(request, "desk/outside_matter.html", context, status=422 if form or refused else 200)


def _may(request: OfficerRequest, module: Module) -> bool:
    """Whether the reader may note matters of a module."""
    may = Permission.VERIFY in request.actor.permissions
    return may and modes.mode_of(request.actor.unit, module) is Mode.LIGHT


def _tabs(request: OfficerRequest, wanted: Filter) -> list[dict[str, Any]]:
    return [
        {
            "id": str(module),
            "name": label(modes.title(module)),
            "here": module is wanted.module,
            "count": queries.matters(Filter(module), request.actor).count(),
        }
        for module in modes.shown(request.actor.unit)
    ]


def _wanted(request: OfficerRequest, asked: QueryDict) -> Filter:
    """The filter of an address; without a module the first that the office has. None at all: no such page."""
    module = _module(request, asked.get("module", ""), or_first=request.method != "POST")
    return Filter(module, bool(asked.get("open")), asked.get("q", "").strip()[:100])


def _of_form(request: OfficerRequest) -> Module:
    """The module of a form: named where it is posted, else the first."""
    if request.method == "POST":
        return _module(request, request.POST.get("module", ""))
    return _module(request, request.GET.get("module", ""), or_first=True)


def _module(request: OfficerRequest, name: str, *, or_first: bool = False) -> Module:
    """A module that the reader's office has not switched off; unnamed, the first of them if that will do."""
    there = modes.shown(request.actor.unit)
    if or_first and there and not name:
        return there[0]
    if name not in there:
        raise Http404
    return Module(name)


def _found(request: OfficerRequest, key: str) -> OutsideMatter:
    row = queries.find(key)
    if row is None:
        raise Http404
    _module(request, row.module)
    return row
