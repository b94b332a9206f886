"""The sweep for unlicensed practice: candidates, a list pasted or uploaded, its preview, its taking in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from lantian.campaign import queries, sweeping
from lantian.campaign.actions import sweep as actions
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.sweeping import Line
from lantian.core.messages import Refused, Text
from lantian.desk.entries import year_of
from lantian.desk.ledgers import shown_lines
from lantian.desk.paging import paged
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office.intake import workbooks
from lantian.office.permissions import Permission

CANDIDATES, LAST = 10, 15
TAKEN = Text(
    "已登记 {new} 条；{same} 条早已登记，{refused} 条未收。",
    "Entered {new}; {same} were entered already, {refused} were refused.",
)
NOTHING = Text("请粘贴名单，或选择 XLSX 文件。", "Paste a list, or choose an XLSX file.")


@require_http_methods(["GET", "HEAD", "POST"])
def sweep(request: OfficerRequest) -> HttpResponse:
    """What was looked at, who might be, and a list to enter: looked at first, then taken in."""
    if request.method != "POST":
        return _page(request, {})
    street = request.POST.get("street", "").strip()[:60]
    try:
        rows = _rows(request)
        lines = sweeping.read(rows, street)
        if request.POST.get("do") == "take":
            done = actions.take(lines=lines, by=request.actor)
            counts = {"new": len(done.new), "same": len(done.same), "refused": len(done.refused)}
            messages.success(request, said(TAKEN).format(**counts))
            return redirect("sweep")
        seen = actions.preview(lines=lines, by=request.actor)
    except Refused as refusal:
        return _page(request, {"error": said(refusal.text), "typed": request.POST, "street": street}, 422)
    more = {"preview": _preview(seen, rows), "street": street, "text": _text(rows)}
    return _page(request, more)


def _rows(request: OfficerRequest) -> list[list[str]]:
    upload = request.FILES.get("file")
    if isinstance(upload, TemporaryUploadedFile):
        return _workbook(Path(upload.temporary_file_path()))
    text = request.POST.get("text", "")
    if not text.strip():
        raise Refused(NOTHING.zh, NOTHING.en)
    return sweeping.pasted(text)


def _workbook(path: Path) -> list[list[str]]:
    """The rows of a workbook, the header first; blanks at the end of the sheet are none."""
    records = workbooks.open_workbook(path, sweeping.recognise)
    rows = [
        [cell.strip().replace("\n", " ").replace("\t", " ") for cell in one.cells] for one in records.read()
    ]
    return [list(records.headers), *[row for row in rows if any(row)]]


def _text(rows: Sequence[Sequence[str]]) -> str:
    """The list as text that the form sends again: what was previewed is what is taken in."""
    return "\n".join("\t".join(row) for row in rows)


def _preview(seen: actions.Preview, rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    return {
        "headers": rows[0],
        "new": [{"row": line.row, "cells": line.cells} for line in seen.new],
        "same": len(seen.same),
        "refused": [_refused(line) for line in seen.refused],
    }


def _refused(line: Line) -> dict[str, Any]:
    return {"row": line.row, "cells": line.cells, "reason": said(line.refused) if line.refused else ""}


def _page(request: OfficerRequest, more: dict[str, Any], status: int = 200) -> HttpResponse:
    ledger, wanted = EVERY["sweep"], year_of(request)
    rows = list(ledger.select(wanted).order_by("-on", "-id")[:LAST])
    found = queries.candidates(wanted.unit, wanted.first)
    page = paged(request, found, _candidate, CANDIDATES)
    context = {
        "lines": shown_lines(ledger, rows, 1),
        "columns": [label(column.title) for column in ledger.columns],
        "count": ledger.count(wanted),
        "page": page,
        "may_enter": Permission.KEEP_LEDGERS in request.actor.permissions,
        "headers": "\t".join(words[0] for words in sweeping.HEADERS.values()),
        "methods": list(dict.fromkeys(sweeping.METHODS)),
        "results": list(dict.fromkeys(sweeping.RESULTS)),
        **more,
    }
    return render(request, "desk/sweep.html", context, status=status)


def _candidate(row: Any) -> dict[str, Any]:
    scope = row.scope or ""
    at = max(0, scope.find("专利代理") - 12)
    return {
        "key": row.subject.key,
        "name": row.name or row.subject.name,
        "number": row.subject.number,
        "address": row.address or "",
        "scope": ("…" if at else "") + scope[at : at + 32] + ("…" if at + 32 < len(scope) else ""),
    }
