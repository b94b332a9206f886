"""Monthly returns: months closed, returns made and sent, templates kept, who has reported."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.campaign import closing, returning
from lantian.campaign.figures import book
from lantian.campaign.figures.cube import last_day, month_of
from lantian.campaign.models import MonthClose, Return, ReturnTemplate
from lantian.campaign.returns.places import SPAN_TEXTS, WORDS, Span
from lantian.campaign.states import RETURN_ACT_TEXTS, RETURN_MOVES, RETURN_STATE_TEXTS, ReturnAct, ReturnState
from lantian.core.messages import Refused, Text
from lantian.desk import figures
from lantian.desk.downloads import XLSX, attached
from lantian.desk.forms import RefusableForm
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.models import Unit

SHOWN_MONTHS, SHOWN_RETURNS = 6, 3
CLOSED = Text(
    "已结账。此后的更正会在下一个月作为调整列示。",
    "Closed. Later corrections appear as next month's adjustment.",
)
REOPENED = Text("已撤销结账。", "The close was taken back.")
KEPT = Text("模板已保存。", "The template was kept.")


class TemplateForm(RefusableForm):
    """A workbook to serve as template."""

    title = forms.CharField(max_length=returning.LONGEST_TITLE)
    due_day = forms.IntegerField(min_value=1, max_value=28)
    file = forms.FileField()


def months() -> list[date]:
    """The months that pages list: the present one and those before, newest first."""
    found = [month_of(clock.today())]
    while len(found) < SHOWN_MONTHS:
        found.append(month_of(found[-1] - timedelta(days=1)))
    return found


def ended() -> list[date]:
    """The newest months that have ended, in which returns are asked for."""
    return [month for month in months() if last_day(month) <= clock.today()][:SHOWN_RETURNS]


@require_safe
def returns(request: OfficerRequest) -> HttpResponse:
    """Months of one's office, returns it is asked for, and, for who asks, who has reported."""
    return _page(request, None)


def _page(request: OfficerRequest, form: TemplateForm | None) -> HttpResponse:
    unit, houses = request.actor.unit or 0, offices()
    closes = {close.month: close for close in closing.standing(unit).select_related("post__account")}
    own = ReturnTemplate.objects.filter(unit_id=unit, replaced_at=None).order_by("title")
    asked = ReturnTemplate.objects.filter(asked__contains=[unit], replaced_at=None).order_by("title")
    below = [
        one for one in Unit.objects.filter(parent_id=unit, closed_on=None).order_by("pk") if one.is_authority
    ]
    context = {
        "months": [_month(month, closes) for month in months()],
        "asked": [_asked(template, unit, set(closes)) for template in asked],
        "own": [_own(template, houses) for template in own],
        "below": [(one.pk, one.name(language())) for one in below],
        "form": form,
        "chosen": form.typed_list("asked") if form else [str(one.pk) for one in below],
        "may_keep": "keep_ledgers" in request.actor.permissions,
    }
    return render(request, "desk/returns.html", context, status=422 if form else 200)


def _month(month: date, closes: Mapping[date, MonthClose]) -> dict[str, Any]:
    """A month with its close: the one after the last closed is closed next, only the last can be taken back."""
    close, last = closes.get(month), max(closes, default=None)
    following = last is None or month == month_of(last_day(last) + timedelta(days=1))
    return {
        "month": f"{month:%Y-%m}",
        "ended": last_day(month) <= clock.today(),
        "close": {"key": close.key, "by": close.post.account.name, "at": close.at} if close else None,
        "next": following and last_day(month) <= clock.today(),
        "last": month == last,
        "figures": f"{reverse('figures')}?month={month:%Y-%m}",
    }


def owed(unit: int) -> list[dict[str, Any]]:
    """Returns that an office has not sent, of months that have ended; the one due first comes first."""
    closed = set(closing.standing(unit).values_list("month", flat=True))
    forms_ = ReturnTemplate.objects.filter(asked__contains=[unit], replaced_at=None).order_by("title")
    lines = [line | {"title": form.title} for form in forms_ for line in _asked(form, unit, closed)["lines"]]
    return sorted((line for line in lines if line["open"]), key=lambda line: line["due"])


def _asked(template: ReturnTemplate, unit: int, closed: Set[date]) -> dict[str, Any]:
    """A return that the office is asked for: its newest months with state and due day."""
    made = {row.month: row for row in Return.objects.filter(template=template, unit_id=unit)}
    lines = [_due(template, month, made.get(month)) | {"closed": month in closed} for month in ended()]
    return {"key": template.key, "title": template.title, "lines": lines}


def _due(template: ReturnTemplate, month: date, row: Return | None) -> dict[str, Any]:
    """A month of a return; months that were due before the template came are not owed."""
    due, today = returning.due_on(template, month), clock.today()
    wanted = row is not None or due >= clock.day_of(template.at)
    open_ = row is None or row.state in (ReturnState.DRAFT, ReturnState.BACK)
    return {
        "month": f"{month:%Y-%m}",
        "due": due,
        "owed": wanted,
        "open": wanted and open_,
        "late": wanted and open_ and today > due,
        "row": _shown(row) if row else None,
    }


def _shown(row: Return) -> dict[str, Any]:
    state = ReturnState(row.state)
    return {
        "key": row.key,
        "state": str(state),
        "state_label": label(RETURN_STATE_TEXTS[state]),
        "sent_on": row.sent_on,
    }


def _own(template: ReturnTemplate, houses: Offices) -> dict[str, Any]:
    """A template that the office keeps: how complete its reporting is, office by office."""
    since = ended()
    rows = {
        (row.unit_id, row.month): row for row in Return.objects.filter(template=template, month__in=since)
    }
    lines: list[dict[str, Any]] = [
        {
            "unit": houses.by_id[unit].name(language()),
            "cells": [_due(template, month, rows.get((unit, month))) for month in since],
        }
        for unit in template.asked
        if unit in houses.by_id
    ]
    arrived = sum(1 for row in rows.values() if row.state in (ReturnState.SENT, ReturnState.ACCEPTED))
    return {
        "key": template.key,
        "title": template.title,
        "due_day": template.due_day,
        "months": [f"{month:%Y-%m}" for month in since],
        "lines": lines,
        "arrived": arrived,
        "wanted": sum(1 for line in lines for cell in line["cells"] if cell["owed"]),
    }


@require_POST
def month_close(request: OfficerRequest) -> HttpResponse:
    """Close a month of one's own office."""
    return _done(request, lambda: closing.close_month(month=_typed_month(request), by=request.actor), CLOSED)


@require_POST
def month_reopen(request: OfficerRequest, key: str) -> HttpResponse:
    """Take the newest close back, with a reason."""
    if not closing.standing(request.actor.unit or 0).filter(key=key).exists():
        raise Http404
    reason = request.POST.get("reason", "")
    return _done(request, lambda: closing.reopen_month(key=key, reason=reason, by=request.actor), REOPENED)


def _done(request: OfficerRequest, act: Any, words: Text) -> HttpResponse:
    try:
        act()
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    except MonthClose.DoesNotExist as error:
        raise Http404 from error
    else:
        messages.success(request, said(words))
    return redirect("returns")


def _typed_month(request: OfficerRequest) -> date:
    try:
        return date.fromisoformat(f"{request.POST.get('month', '')}-01")
    except ValueError as error:
        raise BadRequest("no month") from error


@require_http_methods(["POST"])
def return_template_new(request: OfficerRequest) -> HttpResponse:
    """Keep a workbook as template; what is not understood is said cell by cell."""
    form = TemplateForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    typed = form.cleaned_data
    asked = [int(unit) for unit in form.typed_list("asked") if unit.isascii() and unit.isdigit()]
    sheet = returning.Sheet(typed["title"], typed["due_day"], asked, typed["file"].name, typed["file"].read())
    try:
        row = returning.keep_template(sheet=sheet, by=request.actor)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(request, form)
    messages.success(request, said(KEPT))
    return redirect("template", row.key)


@require_safe
def return_template(request: OfficerRequest, key: str) -> HttpResponse:
    """A template: which cell shows which figure."""
    template = _template(key)
    houses, known = offices(), book.figures(clock.today())
    cells = [_bound(cell, known, houses) for cell in template.cells]
    context = {
        "template": {"key": key, "title": template.title, "due_day": template.due_day, "at": template.at},
        "replaced": template.replaced_at,
        "cells": cells,
        "asked": houses.names(template.asked),
    }
    return render(request, "desk/return_template.html", context)


def _bound(cell: dict[str, Any], known: dict[str, book.Figure], houses: Offices) -> dict[str, Any]:
    figure = known.get(cell["figure"])
    return {
        "place": f"{cell['sheet']}!{cell['cell']}",
        "figure": label(figure.title) if figure else cell["figure"],
        "definition": label(figure.definition) if figure else "",
        "span": label(SPAN_TEXTS[Span(cell["span"])]),
        "unit": houses.names([cell["unit"]])[0] if cell["unit"] in houses.by_id else "",
    }


@require_safe
def return_marks(request: OfficerRequest) -> HttpResponse:
    """What may be written into the cells of a template."""
    known = book.figures(clock.today())
    context = {
        "marks": [
            {"mark": f"{{{{{figure.title.zh}|本月}}}}", "id": id, "definition": label(figure.definition)}
            for id, figure in known.items()
        ],
        "spans": [(text.zh, label(text)) for text in SPAN_TEXTS.values()],
        "words": [(f"{{{{{word}}}}}", label(text)) for word, text in WORDS.items()],
    }
    return render(request, "desk/return_marks.html", context)


@require_POST
def return_make(request: OfficerRequest, key: str) -> HttpResponse:
    """Make the return of a month."""
    template = _template(key)
    try:
        row = returning.make(template=template.key, month=_typed_month(request), by=request.actor)
    except ReturnTemplate.DoesNotExist as error:
        raise Http404 from error
    except Refused as refusal:
        messages.error(request, said(refusal.text))
        return redirect("returns")
    return redirect("return", row.key)


@require_safe
def return_(request: OfficerRequest, key: str) -> HttpResponse:
    """One return: its numbers, each opening its records, and what may be done with it."""
    row = _found(key)
    houses, known = offices(), book.figures(last_day(row.month))
    books = closing.books(row.unit_id, row.month)
    cells = [
        _bound(cell, known, houses) | {"value": cell["value"], "href": _opened(cell, books)}
        for cell in row.values
    ]
    context = {
        "row": _shown(row)
        | {"month": f"{row.month:%Y-%m}", "version": row.version, "template": row.template.title},
        "unit": houses.by_id[row.unit_id].name(language()),
        "due": returning.due_on(row.template, row.month),
        "cells": cells,
        "acts": _acts(row, request.actor.unit),
        "steps": [_step(step) for step in row.steps.select_related("post__account").order_by("id")],
        "differs": _differing(row, books),
    }
    return render(request, "desk/return.html", context)


def _opened(cell: dict[str, Any], books: closing.Books) -> str:
    return figures.href(cell["figure"], books, Span(cell["span"]), cell["unit"])


def _differing(row: Return, books: closing.Books) -> bool:
    """Whether the records of a closed month say something else today: it will show as an adjustment."""
    return books.close is None or books.close.pk != row.close_id


def _acts(row: Return, unit: int | None) -> list[dict[str, Any]]:
    """What this office may do next with a return."""
    mine = {ReturnAct.SEND} if unit == row.unit_id else set()
    theirs = {ReturnAct.SEND_BACK, ReturnAct.ACCEPT} if unit == row.template.unit_id else set()
    return [
        {"act": str(act), "label": label(RETURN_ACT_TEXTS[act]), "reason": act is ReturnAct.SEND_BACK}
        for state, act in RETURN_MOVES
        if state == row.state and act in mine | theirs
    ]


def _step(step: Any) -> dict[str, Any]:
    act = RETURN_ACT_TEXTS[ReturnAct(step.act)]
    return {"act": label(act), "note": step.note, "at": step.at, "by": step.post.account.name}


@require_POST
def return_act(request: OfficerRequest, key: str) -> HttpResponse:
    """Send, send back, accept."""
    _found(key)
    typed = request.POST
    try:
        what, version = ReturnAct(typed.get("act", "")), int(typed.get("version", ""))
    except ValueError as error:
        raise BadRequest("unknown act") from error
    try:
        returning.act(key=key, what=what, version=version, note=typed.get("note", ""), by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    return redirect("return", key)


@require_safe
def return_file(request: OfficerRequest, key: str) -> FileResponse:
    """The workbook of a return."""
    return attached(_found(key).file, XLSX)


@require_safe
def return_template_file(request: OfficerRequest, key: str) -> FileResponse:
    """The workbook of a template, as it was uploaded."""
    return attached(_template(key).file, XLSX)


def _found(key: str) -> Return:
    row = Return.objects.select_related("template", "close", "file").filter(key=key).first()
    if row is None:
        raise Http404
    return row


def _template(key: str) -> ReturnTemplate:
    row = ReturnTemplate.objects.select_related("file").filter(key=key).first()
    if row is None:
        raise Http404
    return row
