"""Asking an officer what a long list of natural persons is for, before it is shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from lantian.core.messages import Refused
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import purposes


@require_http_methods(["GET", "HEAD", "POST"])
def purpose(request: OfficerRequest) -> HttpResponse:
    """State a purpose, then go on to the list; whoever opens the bare address is led to the list that asks."""
    if request.method != "POST":
        return redirect("subjects")
    posted = {name: request.POST.get(name, "") for name in ("scope", "purpose", "text")}
    back = _inside(request.POST.get("back", ""))
    try:
        purposes.state(by=request.actor, **posted)
    except Refused as refusal:
        return _page(request, asking(posted["scope"], back) | {"error": said(refusal.text), "typed": posted})
    return redirect(back)


def ask(request: HttpRequest, scope: str) -> HttpResponse:
    """The page in place of a list, asking what it is for; leads back to the list as it was asked for."""
    return _page(request, asking(scope, address_of(request)))


def address_of(request: HttpRequest) -> str:
    """The address of a list without the wish to be asked."""
    query = request.GET.copy()
    query.pop("purpose", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def asking(scope: str, back: str) -> dict[str, Any]:
    """What `_purpose.html` needs."""
    ground, bulk = purposes.rule("ground"), purposes.rule("bulk")
    return {
        "scope": scope,
        "back": back,
        "purposes": [(str(one), label(text)) for one, text in purposes.PURPOSE_TEXTS.items()],
        "limit": purposes.limit(),
        "always": scope.startswith("clients:"),
        "ground": said(ground.text),
        "basis": said(ground.basis.cite()),
        "confidence": doubt(ground.confidence),
        "bulk_basis": said(bulk.basis.cite()),
    }


def _page(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    return render(request, "desk/purpose.html", {"asked": asked}, status=422 if asked.get("error") else 200)


def _inside(address: str) -> str:
    """An address of our own, whatever was posted."""
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else reverse("home")
