"""Uploading an edition of a rule book, looking at what it changes, rehearsing it, approving or withdrawing it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.core.messages import Refused, Text, Unreadable
from lantian.desk.intake import ended
from lantian.desk.paging import paged
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present import rulebooks as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.rulebooks import in_use, state_of
from lantian.desk.uploads import too_large
from lantian.office import clock, editions, jobs, redating, serving
from lantian.office.editions import Upload
from lantian.office.models import RulebookEdition
from lantian.standing import rehearsing, trials
from lantian.standing.models import Rehearsal

PAGE = 25
LOADED = Text(
    "已录入为草案：请核对差异，由另一人核准后启用。",
    "Loaded as a draft: look at the differences; it is used once another person approves it.",
)
HELD = Text("已核准，自{day}起启用。", "Approved; it is in use from {day}.")
GONE = Text("已撤回。", "It is withdrawn.")
STARTED = Text("已开始试算。", "The rehearsal has begun.")


@require_http_methods(["GET", "HEAD", "POST"])
def edition_new(request: OfficerRequest) -> HttpResponse:
    """Upload a file; what is wrong with it is said with its place, and what was typed stays."""
    typed = {
        "valid_from": request.POST.get("valid_from", str(clock.today())),
        "reason": request.POST.get("reason", ""),
    }
    context: dict[str, Any] = {"typed": typed, "may_keep": editions.may_keep(request.actor)}
    if request.method != "POST":
        return render(request, "desk/edition_new.html", context)
    try:
        edition = editions.load(_upload(request, typed), by=request.actor)
    except Refused as refusal:
        context["error"] = said(refusal.text)
        return render(request, "desk/edition_new.html", context, status=422)
    messages.success(request, said(LOADED))
    return redirect("edition", key=edition.key)


def _upload(request: OfficerRequest, typed: dict[str, str]) -> Upload:
    file = request.FILES.get("file")
    refused = too_large(request)
    if refused is not None:
        raise Unreadable(refused.zh, refused.en)
    if file is None:
        raise Unreadable("请选择文件。", "Choose a file.")
    try:
        since = date.fromisoformat(typed["valid_from"])
    except ValueError:
        raise Unreadable(
            "请填写启用日期，写作2027-01-01。", "Give the day from which it is in use, such as 2027-01-01."
        ) from None
    # One byte more than may be: the room says what is too long.
    return Upload(file.name or "book.toml", file.read(editions.LARGEST + 1), since, typed["reason"])


@require_safe
def edition(request: OfficerRequest, key: str) -> HttpResponse:
    """One edition: its state, what it changes, who would move under it, and what may be done."""
    row = _row(key)
    found = editions.changes(row)
    before, after = serving.book_of(row.base_id), serving.book_of(row.text_id)
    state = state_of(row, in_use(row.book), clock.today())
    context = {
        "edition": shown.edition(row, state),
        "book": {"id": row.book, "name": label(after.title), "base": before.version},
        "summary": shown.summary(found),
        "changes": shown.changes(found),
        "sure_before": shown.sureness(before),
        "sure_after": shown.sureness(after),
        "may_decide": state == "draft" and editions.may_keep(request.actor),
        "own": row.post.account_id == request.user.pk,
        "stale": state == "draft" and serving.digest_of(editions.base_text(row.book)) != row.base_id,
        "can_rehearse": row.book in rehearsing.BOOKS,
        "redated": row.book == redating.CALENDAR,
        **_tried(request, row, state),
        **_rehearsal(request, row),
    }
    return render(request, "desk/edition.html", context)


def _tried(request: OfficerRequest, row: RulebookEdition, state: str) -> dict[str, Any]:
    """What would shift under an edition that is not in use yet, once asked for; or why its book has no rehearsal."""
    none = trials.why_none(row.book)
    context: dict[str, Any] = {"why_none": said(none) if none else ""}
    # Only the keepers of the books see all that classes and days rest on; others would be shown wrong ones.
    may = editions.may_keep(request.actor)
    context["can_try"] = may and row.book in trials.TABLE and state in ("draft", "coming")
    if not context["can_try"] or "try" not in request.GET:
        return context
    found = trials.rehearse(row, max(clock.today(), row.valid_from), by=request.actor)
    return context | {"tried": shown.tried(found, request.GET.get("page"))}


def _rehearsal(request: OfficerRequest, row: RulebookEdition) -> dict[str, Any]:
    """The last rehearsal of an edition as far as it is."""
    found = rehearsing.newest(row.key, by=request.actor)
    context = _progress(request, found)
    if found is None or found.job.open:
        return context
    page = paged(request, rehearsing.moves(found), shown.move)
    faults = [shown.move(one) for one in rehearsing.faults(found)[:PAGE]]
    return context | {"rehearsal": shown.rehearsal(found), "page": page, "faults": faults}


def _progress(request: OfficerRequest, found: Rehearsal | None) -> dict[str, Any]:
    job = shown_jobs.job(found.job) if found else None
    may = editions.may_keep(request.actor)
    return {"job": job, "may_keep": may, "may_cancel": bool(job and job.open and may)}


@require_POST
def edition_decide(request: OfficerRequest, key: str) -> HttpResponse:
    """Approve or withdraw a draft."""
    row = _row(key)
    try:
        messages.success(request, said(_decided(row, request)))
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    return redirect("edition", key=key)


def _decided(row: RulebookEdition, request: OfficerRequest) -> Text:
    wanted = request.POST.get("do")
    if wanted == "approve":
        editions.approve(key=row.key, by=request.actor)
        day = max(row.valid_from, clock.today())
        return Text(HELD.zh.format(day=day), HELD.en.format(day=day))
    if wanted == "withdraw":
        editions.withdraw(key=row.key, by=request.actor)
        return GONE
    raise Unreadable("请选择核准或者撤回。", "Choose to approve or to withdraw.")


@require_POST
def edition_rehearse(request: OfficerRequest, key: str) -> HttpResponse:
    """Reckon everybody's history under the edition, as a job."""
    _row(key)
    try:
        rehearsing.start(edition_key=key, by=request.actor)
        messages.success(request, said(STARTED))
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    return redirect("edition", key=key)


@require_safe
def edition_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself."""
    row = _row(key)
    found = Rehearsal.objects.select_related("job__progress").filter(edition=row).order_by("-id").first()
    context = _progress(request, found) | {"edition": {"key": key}}
    response = render(request, "desk/_edition_progress.html", context)
    return response if context["job"] and context["job"].open else ended(response)


@require_POST
def edition_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the rehearsal to stop; what it found so far stays."""
    found = Rehearsal.objects.select_related("job").filter(edition=_row(key)).order_by("-id").first()
    try:
        editions.check_may_keep(request.actor)
        if found is not None:
            jobs.cancel(job=found.job, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    return redirect("edition", key=key)


def _row(key: str) -> RulebookEdition:
    row = editions.find(key)
    if row is None:
        raise Http404
    return row
