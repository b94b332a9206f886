"""Standing of everybody: what waits for a decision, the reckoning as a job, classes; rule books to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lantian.core import lists, publicity, supervision
from lantian.core.credit import book as credit
from lantian.core.messages import Refused, Text
from lantian.core.rulebook import Rulebook
from lantian.desk.acts import stop
from lantian.desk.intake import ended
from lantian.desk.paging import paged
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present import standing as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.charts import Mark
from lantian.office.models import Job
from lantian.office.permissions import Permission
from lantian.standing import plan_queries, queries, reckoning
from lantian.standing.intake import CREDIT_GRADES
from lantian.standing.models import GuidancePlan, Objection, Reckoning, Repair, SupervisionClass

PAGE = 25
STARTED = Text("已开始测算。", "The reckoning has begun.")


@require_safe
def standing(request: OfficerRequest) -> HttpResponse:
    """What is due, the last reckoning of everybody, and statements that were stored last."""
    today = clock.today()
    matters: list[Repair | Objection] = [
        *queries.repairs().filter(decided_on=None)[:PAGE],
        *queries.objections().filter(decided_on=None)[:PAGE],
    ]
    newest, grade = _newest(), request.GET.get("grade", "")
    rows = newest.filter(grade=grade) if grade in CREDIT_GRADES else newest
    page = paged(request, rows, _reckoned)
    context = {
        "matters": sorted((shown.matter(row, today) for row in matters), key=lambda one: one["due"].due),
        "page": page,
        "by_grade": _counted(newest, "grade", "standing", {one: one for one in CREDIT_GRADES}),
        "grade": grade if grade in CREDIT_GRADES else "",
        "mark": shown.mark(),
        "expired": queries.expired(today).count(),
        "books": [(id, label(book().title)) for id, book in BOOKS.items()],
        "may_keep": Permission.KEEP_STANDING in request.actor.permissions,
        **_job_context(request),
    }
    return render(request, "desk/standing.html", context)


def _counted(rows: QuerySet[Any], column: str, route: str, names: Mapping[str, str]) -> list[Mark]:
    """How many rows there are of each kind, each number opening its rows."""
    found = dict(rows.order_by().values_list(column).annotate(Count("pk")))
    address = reverse(route)
    return [
        Mark(name, found[code], f"{address}?{column}={quote(code)}")
        for code, name in names.items()
        if code in found
    ]


def _newest() -> QuerySet[Reckoning]:
    newest = Reckoning.objects.order_by("subject_id", "-id").distinct("subject_id").values("pk")
    return Reckoning.objects.select_related("subject").filter(pk__in=newest).order_by("score", "-id")


def _reckoned(row: Reckoning) -> dict[str, Any]:
    official = queries.official_grade(row.subject, clock.today())
    return {
        "subject": row.subject.name,
        "subject_key": row.subject.key,
        "number": row.subject.number,
        "on": row.on,
        "score": row.score,
        "grade": row.grade,
        "doubt": row.confidence != "text",
        "official": official.grade if official else "",
    }


def _job_context(request: OfficerRequest) -> dict[str, Any]:
    row = Job.objects.select_related("progress").filter(name="reckon").order_by("-id").first()
    shown_job = shown_jobs.job(row) if row else None
    may = Permission.KEEP_STANDING in request.actor.permissions
    return {"job": shown_job, "may_cancel": bool(shown_job and shown_job.open and may)}


@require_POST
def standing_reckon(request: OfficerRequest) -> HttpResponse:
    """Reckon everybody whom the office keeps."""
    try:
        reckoning.reckon_everybody(by=request.actor)
        messages.success(request, said(STARTED))
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    return redirect("standing")


@require_safe
def standing_progress(request: OfficerRequest) -> HttpResponse:
    """The part of the page that refreshes itself."""
    context = _job_context(request)
    response = render(request, "desk/_standing_progress.html", context)
    return response if context["job"] and context["job"].open else ended(response)


@require_POST
def standing_cancel(request: OfficerRequest) -> HttpResponse:
    """Ask the reckoning to stop."""
    stop(request, Job.objects.filter(name="reckon").order_by("-id").first())
    return redirect("standing")


@require_safe
def classes(request: OfficerRequest) -> HttpResponse:
    """Supervision classes that were signed, those due for review first."""
    today = clock.today()
    newest = SupervisionClass.objects.order_by("subject_id", "-id").distinct("subject_id").values("pk")
    rows = SupervisionClass.objects.select_related("subject", "post__account").filter(pk__in=newest)
    wanted = request.GET.get("code", "")
    table = supervision.book().rule("classes", today).values["classes"]
    codes = {row["code"]: shown.class_label(row["code"], today) for row in table}
    by_class = _counted(rows, "code", "classes", codes)
    if wanted in codes:
        rows = rows.filter(code=wanted)
    page = Paginator(rows.order_by("review_by", "id"), PAGE).get_page(request.GET.get("page"))
    running = plan_queries.running([row.subject_id for row in page.object_list])
    page.object_list = [_classed(row, today, running) for row in page.object_list]  # type: ignore[misc]
    context = {
        "page": page,
        "codes": list(codes.items()),
        "by_class": by_class,
        "filters": {"code": wanted},
        "follows": [shown.consequence(one) for one in supervision.consequences(today)],
        "may_plan": Permission.KEEP_STANDING in request.actor.permissions,
    }
    return render(request, "desk/classes.html", context)


def _classed(row: SupervisionClass, today: date, running: Mapping[int, GuidancePlan]) -> dict[str, Any]:
    subject = {"subject": row.subject.name, "subject_key": row.subject.key, "number": row.subject.number}
    plan = running.get(row.subject_id)
    plans = {"plan": {"key": plan.key, "number": plan.number} if plan else None}
    return subject | plans | (shown.supervision_class(row, today) or {})


BOOKS: dict[str, Callable[[], Rulebook]] = {
    "credit_agency": lambda: credit.agency().rules,
    "credit_practitioner": lambda: credit.practitioner().rules,
    "lists": lists.book,
    "supervision": supervision.book,
    "publicity": publicity.book,
}
