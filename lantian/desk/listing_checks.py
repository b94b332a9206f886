"""The check for entries of lists whose days are over: how far it is, stopping it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.desk.acts import stop
from lantian.desk.intake import ended
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.requests import OfficerRequest
from lantian.office.models import Job
from lantian.office.permissions import Permission

EXPIRY = "list_expiry"


def last(request: OfficerRequest) -> dict[str, Any]:
    """The last check for entries whose days are over: by an officer, or by the house at night."""
    rows = Job.objects.select_related("progress", "post__account").filter(name=EXPIRY)
    row = rows.order_by("-id").first()
    shown_job = shown_jobs.job(row) if row else None
    may = Permission.KEEP_STANDING in request.actor.permissions
    return {
        "job": shown_job,
        "job_by": row.post.account.name if row and row.post else "",
        "may_cancel": bool(shown_job and shown_job.open and may),
    }


@require_safe
def listings_progress(request: OfficerRequest) -> HttpResponse:
    """The part of the page that refreshes itself."""
    context = last(request)
    response = render(request, "desk/_listings_progress.html", context)
    return response if context["job"] and context["job"].open else ended(response)


@require_POST
def listings_cancel(request: OfficerRequest) -> HttpResponse:
    """Ask the check to stop."""
    stop(request, Job.objects.filter(name=EXPIRY).order_by("-id").first())
    return redirect("listings")
