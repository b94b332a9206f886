"""The door of an administrator's page: a table of what may be posted there, and one way through it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from lantian.core.messages import Refused, Text
from lantian.desk.forms import RefusableForm
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest


@dataclass(frozen=True)
class Choice:
    """One thing that may be posted: the form that reads it, the act, what is said once it is done.

    `names` is the field that names an existing record: without that record the page is not there. A choice that
    `tells` returns words for the page itself, shown once and kept by no browser, instead of `done`.
    """

    form: type[RefusableForm]
    act: Callable[[OfficerRequest, Any], Any]
    done: Text | None = None
    names: str = ""
    tells: bool = False


# Shows the page: with the form that was refused, or with what is told once.
Page = Callable[[OfficerRequest, RefusableForm | None, Mapping[str, str] | None], HttpResponse]


def enter(
    request: OfficerRequest, choices: Mapping[str, Choice], page: Page, *back: str | int
) -> HttpResponse:
    """Show a page, or do what was posted to it and go `back` (a route and its arguments).

    A refusal shows the page again with the reason and what was typed.
    """
    if request.method != "POST":
        return page(request, None, None)
    choice = choices.get(request.POST.get("do", ""))
    if choice is None:
        raise BadRequest("unknown act")
    form = choice.form(request.POST)
    if not form.is_valid():
        if choice.names in form.errors:
            raise Http404
        return page(request, form, None)
    try:
        told = choice.act(request, form)
    except Refused as refusal:
        form.refuse(refusal)
        return page(request, form, None)
    if choice.tells:
        response = page(request, None, told)
        response["Cache-Control"] = "no-store"
        return response
    if choice.done:
        messages.success(request, said(choice.done))
    return redirect(str(back[0]), *back[1:])
