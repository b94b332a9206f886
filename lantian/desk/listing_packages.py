"""An upward proposal: its paper, its files, the package to download and to check, the record that it was sent."""

from __future__ import annotations

import io

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk import measuring as forms
from lantian.desk import papers, record_papers
from lantian.desk.downloads import attached, sent
from lantian.desk.listings import page
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.standing import deciders, packaging, queries
from lantian.standing.errors import Stale, StandingRefused
from lantian.standing.listing import Done
from lantian.standing.models import ListEntry, ListPaper
from lantian.standing.packaging import Given

ZIP = "application/zip"
SENT = Text("已登记报送；所报送的材料包已留存。", "Recorded as sent; the package that was sent is kept.")


@require_http_methods(["GET", "HEAD", "POST"])
def listing_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """The proposal paper of an entry."""
    about = record_papers.about_of("listing", key, by=request.actor)
    if about is None:
        raise Http404
    deciders.refuse_other(_found(key), request.actor)
    audit.record(audit.Kind.LIST_READ, by=request.actor, about=("listing", key))
    return papers.new_paper(request, about)


@require_POST
def listing_enclose(request: OfficerRequest, key: str) -> HttpResponse:
    """Put a file to the entry."""
    row = _found(key)
    try:
        with forms.scan_of(request, "file", row.seen_by) as file:
            kind = forms.words_of(request, "kind")
            if file is None or kind not in ListPaper.Kind.values:
                raise StandingRefused("请选择种类和文件。", "Choose the kind and the file.")
            given = Given(ListPaper.Kind(kind), forms.words_of(request, "title"), file)
            packaging.enclose(key=key, given=given, version=forms.version_of(request), by=request.actor)
    except Stale:
        raise
    except Refused as refusal:
        return page(request, row, forms.refused(refusal, request) | {"did": "enclose"})
    messages.success(request, said(forms.KEPT))
    return redirect("listing", key)


@require_safe
def listing_file(request: OfficerRequest, key: str) -> FileResponse:
    """One file of the entry: `?paper=ID`; the one added last by default."""
    row, wanted = _found(key), request.GET.get("paper", "")
    every = [*packaging.enclosures(row), *packaging.sent(row)]
    found = [one for one in every if str(one.pk) == wanted] if wanted else every[-1:]
    if not found:
        raise Http404
    audit.record(audit.Kind.LIST_READ, by=request.actor, about=("listing", row.key))
    return attached(found[0].file)


@require_POST
def listing_package(request: OfficerRequest, key: str) -> HttpResponse | FileResponse:
    """The package as it stands; the same records give the same bytes."""
    row = _found(key)
    try:
        data = packaging.package(row, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
        return redirect("listing", key)
    audit.record(audit.Kind.LIST_READ, by=request.actor, about=("listing", row.key))
    paper = packaging.paper_of(row, request.actor)
    return sent(io.BytesIO(data), f"{paper.number if paper else row.key}.zip", ZIP)


@require_POST
def listing_send(request: OfficerRequest, key: str) -> HttpResponse:
    """Record that the package was sent."""
    row = _found(key)
    try:
        day = forms.maybe_day(request, "on") or clock.today()
        done = Done(day, forms.version_of(request), note=forms.words_of(request, "note"))
        packaging.send(key=row.key, done=done, by=request.actor)
    except Stale:
        raise
    except Refused as refusal:
        return page(request, row, forms.refused(refusal, request) | {"did": "send"})
    messages.success(request, said(SENT))
    return redirect("listing", key)


def _found(key: str) -> ListEntry:
    row = queries.find_entry(key)
    if row is None:
        raise Http404
    return row
