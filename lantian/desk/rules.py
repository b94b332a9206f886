"""What an office decides for itself: its rows of the competence matrix, and its templates of papers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lantian.core import competence as core
from lantian.core.competence import CAPACITY_TEXTS, FIELD_TEXTS, Act, Row
from lantian.core.messages import Refused, Text, Unreadable
from lantian.desk.present import papers as shown
from lantian.desk.present.words import label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, competence
from lantian.office.models import MandateBook, Unit
from lantian.office.papers import queries, replacing
from lantian.office.papers.template import shipped_text

LARGEST = 512 * 1024
LOADED = Text("已录入，经第二人核准后生效。", "Loaded; it holds once a second person approves it.")
HELD = Text("已核准，现在起生效。", "Approved; it holds from now on.")
REPLACED = Text(
    "模板已更换，此后起草的文书使用新模板。", "The template is replaced; papers drafted from now on use it."
)


@require_http_methods(["GET", "HEAD", "POST"])
def mandates(request: OfficerRequest) -> HttpResponse:
    """What the office may do, its own rows in every version, the upload and the approval."""
    if request.method != "POST":
        return _mandates_page(request, {})
    try:
        if request.POST.get("do") == "approve":
            return _approve(request)
        return _load(request)
    except Refused as refusal:
        return _mandates_page(request, {"error": said(refusal.text)})


def _load(request: OfficerRequest) -> HttpResponse:
    name, text = _uploaded(request)
    if request.POST.get("do") != "save":
        rows = competence.preview(file_name=name, text=text, by=request.actor)
        return _mandates_page(request, {"preview": [_row(row) for row in rows], "name": name, "text": text})
    competence.load(file_name=name, text=text, by=request.actor)
    messages.success(request, said(LOADED))
    return redirect("mandates")


def _approve(request: OfficerRequest) -> HttpResponse:
    key = request.POST.get("book", "")
    if not MandateBook.objects.filter(key=key).exists():
        raise Refused("没有这一版权责清单。", "There is no such version of mandates.")
    competence.approve(key=key, by=request.actor)
    messages.success(request, said(HELD))
    return redirect("mandates")


def _mandates_page(request: OfficerRequest, more: dict[str, Any]) -> HttpResponse:
    unit = Unit.objects.get(pk=request.actor.unit)
    units = [unit, *Unit.objects.filter(parent=unit).order_by("id")]
    books = [book for one in units for book in competence.versions(one.pk)]
    context = {
        "unit": unit.name(language()),
        "table": _table(unit),
        "acts": [label(core.matrix().name(act)) for act in Act],
        "books": [_book(book) for book in books],
        **more,
    }
    return render(request, "desk/mandates.html", context, status=422 if "error" in more else 200)


def _table(unit: Unit) -> list[dict[str, Any]]:
    """The matrix of one office today: for every field the capacity in which each act may be done."""
    matrix, today = competence.matrix(), clock.today()
    rows = []
    for field, text in FIELD_TEXTS.items():
        allowed = core.allowed(matrix, field, unit.pk, unit.kind, today)
        cells = [label(CAPACITY_TEXTS[allowed[act]]) if act in allowed else "" for act in Act]
        rows.append({"field": label(text), "cells": cells})
    return rows


def _row(row: Row) -> dict[str, Any]:
    version, matrix = row.version, core.matrix()
    return {
        "what": said(version.text),
        "acts": [label(matrix.name(act)) for act in Act if act in row.acts],
        "fields": [label(FIELD_TEXTS[field]) for field in FIELD_TEXTS if field in row.fields],
        "capacity": label(CAPACITY_TEXTS[row.capacity]),
        "mandate": said(row.mandate) if row.mandate else "",
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
    }


def _book(book: MandateBook) -> dict[str, Any]:
    approval = getattr(book, "approval", None)
    return {
        "key": book.key,
        "number": book.number,
        "unit": book.unit.name(language()),
        "file_name": book.file_name,
        "at": book.at,
        "by": book.post.account.name,
        "approved_by": approval.post.account.name if approval else "",
        "approved_at": approval.at if approval else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def paper_templates(request: OfficerRequest) -> HttpResponse:
    """The templates in use, their texts, and the upload of another one."""
    if request.method != "POST":
        return _templates_page(request, {})
    try:
        return _replace(request)
    except Refused as refusal:
        return _templates_page(request, {"error": said(refusal.text)})


def _replace(request: OfficerRequest) -> HttpResponse:
    name, text = _uploaded(request)
    if request.POST.get("do") != "save":
        template, content = replacing.preview_template(file_name=name, text=text, by=request.actor)
        preview = {"preview": shown.text(content), "kind": label(template.name), "name": name, "text": text}
        return _templates_page(request, preview)
    replacing.replace_template(file_name=name, text=text, by=request.actor)
    messages.success(request, said(REPLACED))
    return redirect("paper_templates")


def _templates_page(request: OfficerRequest, more: dict[str, Any]) -> HttpResponse:
    unit = request.actor.unit
    own = {row.kind: row for row in reversed(queries.template_versions(unit))}
    templates = [
        {
            "name": label(template.name),
            "own": own.get(template.kind),
            "text": own[template.kind].text if template.kind in own else shipped_text(template.kind),
        }
        for template in queries.templates(unit)
    ]
    context = {"templates": templates, **more}
    return render(request, "desk/paper_templates.html", context, status=422 if "error" in more else 200)


def _uploaded(request: OfficerRequest) -> tuple[str, str]:
    """Name and text of the file that was uploaded, or of the one that a preview carries back."""
    upload = request.FILES.get("file")
    if upload is None:
        name, text = request.POST.get("name", ""), request.POST.get("text", "")
        if not name or not text:
            raise Unreadable("请选择文件。", "Choose a file.")
        return name, text
    if (upload.size or 0) > LARGEST:
        raise Unreadable(
            "文件超过512 KB，不像是这种文件。", "The file is larger than 512 KB; it cannot be one of these."
        )
    try:
        return upload.name or "file.toml", upload.read().decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(
            "文件不是 UTF-8 编码的文本，请另存后再传。", "The file is no UTF-8 text; save it as such."
        ) from None
