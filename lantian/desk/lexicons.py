"""The city's own words: the versions that count, an upload, one version's words."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk.capture_forms import LexiconForm
from lantian.desk.paging import paged
from lantian.desk.present import captures as shown
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.filings.captures import lexicons as actions
from lantian.filings.captures.models import LEXICONS
from lantian.office import files
from lantian.office.permissions import Permission

PAGE = 100
UPLOADED = Text(
    "已上传为第 {number} 版，共 {count} 个词：新增 {added} 个，去掉 {removed} 个。",
    "Uploaded as version {number} with {count} words: {added} added, {removed} left out.",
)


@require_safe
def lexicons(request: OfficerRequest) -> HttpResponse:
    """The version of each kind that counts, and every version."""
    return _page(request, None)


@require_POST
def lexicons_upload(request: OfficerRequest) -> HttpResponse:
    """Upload words as a new version."""
    form = LexiconForm(request.POST, request.FILES, too_large=too_large(request))
    if form.is_valid():
        typed, by = form.cleaned_data, request.actor
        upload = typed["file"]
        try:
            actions.check_may(by)
            with files.kept(
                name=upload.name, chunks=upload.chunks(), seen_by=by.units, by=by, sealed=True
            ) as file:
                row = actions.upload(typed["kind"], typed["source"], file, seen=typed["version"], by=by)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            added, removed = actions.difference(row)
            count = f"{row.words.count():,}"
            words = said(UPLOADED).format(number=row.number, count=count, added=added, removed=removed)
            messages.success(request, words)
            return redirect("lexicons")
    return _page(request, form)


@require_safe
def lexicon(request: OfficerRequest, key: str) -> HttpResponse:
    """The words of one version, for the office that keeps them."""
    actions.check_may(request.actor)
    row = actions.versions().filter(key=key).first()
    if row is None:
        raise Http404
    page = Paginator(row.words.order_by("id"), PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/lexicon.html", {"lexicon": shown.lexicon(row), "page": page})


def _page(request: OfficerRequest, form: LexiconForm | None) -> HttpResponse:
    page = paged(request, actions.versions(), shown.lexicon)
    context = {
        "kinds": shown.kinds_of_lexicons(list(actions.newest())),
        "page": page,
        "choices": shown.choices(LEXICONS),
        "may": Permission.SCREEN in request.actor.permissions,
        "typed": form.data if form else {},
        "error": form.first_error() if form else "",
    }
    return render(request, "desk/lexicons.html", context, status=422 if form else 200)
