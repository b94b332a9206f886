"""Acts from a record's page: done on the version that was shown, then the page anew; refused, the page says why.

A job of a page is asked to stop by `stop`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from lantian.core.messages import Refused, Text
from lantian.desk import typed
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.office import jobs
from lantian.office.models import Job

SAVED = Text("已保存。", "Saved.")
Row = TypeVar("Row", bound=Model)
Act = Callable[[OfficerRequest, Row, int], object]
View = Callable[[OfficerRequest, str], HttpResponse]


def stop(request: OfficerRequest, job: Job | None) -> None:
    """Ask a job to stop, if there is one; the page that comes next tells a refusal."""
    try:
        if job is not None:
            jobs.cancel(job=job, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))


def acts_on(
    route: str, find: Callable[[str], Row], page: Callable[[OfficerRequest, Row, Refused], HttpResponse]
) -> Callable[[Act[Row]], View]:
    """A decorator that makes the view of an act out of what it does with (request, record, version shown).

    `route` names the record's page, `find` gets the record by its key (404 when hidden), `page` shows a refusal.
    """

    def of(do: Act[Row]) -> View:
        @require_POST
        @wraps(do)
        def view(request: OfficerRequest, key: str) -> HttpResponse:
            row, version = find(key), typed.version(request)
            try:
                do(request, row, version)
            except Refused as refusal:
                return page(request, row, refusal)
            messages.success(request, said(SAVED))
            return redirect(route, key)

        return view

    return of
