"""The city's queue: bodies that no step of routing could place, and their placing by an officer, also of several."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from lantian.core.messages import Refused, Text
from lantian.desk.present import subjects as shown
from lantian.desk.present.words import label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.registry import placing as queue
from lantian.registry.models import Subject
from lantian.registry.placing import WHY_TEXTS, Placed, Why
from lantian.standing import moving

PAGE = 25
PLACED = Text("已确定 {count} 个对象的承办单位：{office}。", "{count} placed with {office}.")
KEPT = Text(
    "{count} 个对象在您查看之后有变化，未改动，请再看一遍。",
    "{count} had changed since you looked; they stay as they are, please look again.",
)


@require_http_methods(["GET", "HEAD", "POST"])
def placing(request: OfficerRequest) -> HttpResponse:
    """The queue; POST places what is marked with one office, for one reason."""
    if request.method != "POST":
        return _page(request, None)
    seen = _marks(request)
    try:
        done = queue.place(
            seen=seen,
            district=request.POST.get("district", ""),
            reason=request.POST.get("reason", ""),
            by=request.actor,
        )
    except Refused as refusal:
        return _page(request, said(refusal.text))
    moving.follow(list(Subject.objects.filter(key__in=done.placed).order_by("id")), by=request.actor)
    _tell(request, done)
    kept = {name: request.POST[name] for name in ("why", "q") if request.POST.get(name)}
    return redirect(f"{reverse('placing')}?{urlencode(kept)}")


def _marks(request: OfficerRequest) -> dict[str, str]:
    """Keys with the state seen, from `key:version`."""
    parts = [mark.partition(":") for mark in request.POST.getlist("subject")[:PAGE]]
    if not all(key and version for key, _, version in parts):
        raise BadRequest("marks come from the queue's own page")
    return {key: version for key, _, version in parts}


def _tell(request: OfficerRequest, done: Placed) -> None:
    if done.placed:
        office = offices().of_district(request.POST["district"]).name(language())
        messages.success(request, said(PLACED).format(count=len(done.placed), office=office))
    if done.kept:
        messages.warning(request, said(KEPT).format(count=len(done.kept)))


def _page(request: OfficerRequest, error: str | None) -> HttpResponse:
    """The queue as asked for; after a refusal with what was marked and typed."""
    asked = request.POST if error else request.GET
    why = asked.get("why", "")
    why = why if why in set(Why) else ""
    words = asked.get("q", "")[:60].strip()
    page = Paginator(queue.waiting(why=why, words=words), PAGE).get_page(asked.get("page"))
    marked = {mark.partition(":")[0] for mark in asked.getlist("subject")}
    houses, today = offices(), clock.today()
    listed = [
        shown.waiting(one, houses, today) | {"marked": one.subject.key in marked}
        for one in queue.explained(list(page.object_list), today)
    ]
    page.object_list = listed  # type: ignore[assignment]
    context: dict[str, Any] = {
        "page": page,
        "choices": {
            "why": [(str(one), label(text)) for one, text in WHY_TEXTS.items()],
            "office": [(str(unit.pk), unit.name(language())) for unit in queue.offices()],
        },
        "filters": {"why": why, "q": words},
        "entered": {name: asked.get(name, "") if error else "" for name in ("district", "reason")},
        "error": error,
    }
    return render(request, "desk/placing.html", context, status=422 if error else 200)
