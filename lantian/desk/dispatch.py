"""Letters from above: the list, taking one in, one letter with its split, its files, pressing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk.acts import stop
from lantian.desk.downloads import XLSX, attached
from lantian.desk.intake import ended
from lantian.desk.present import dispatch as shown
from lantian.desk.present import jobs as shown_jobs
from lantian.desk.present.words import label, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.desk.uploads import too_large
from lantian.dispatch import actions, book, closing, queries
from lantian.dispatch.actions import Letter
from lantian.dispatch.models import Dispatch
from lantian.dispatch.states import MOVES, OPEN_STATES, STATE_TEXTS, Act, State
from lantian.office import audit, clock, files
from lantian.office.papers import queries as papers
from lantian.office.permissions import Permission

PAGE = 25
SCANS = {files.PDF, "image/png", "image/jpeg"}
NO_LIST = Text("请选择清单文件。", "Choose the file of the list.")
NO_SCAN = Text("扫描件应为 PDF、PNG 或 JPEG。", "The scan has to be PDF, PNG or JPEG.")


@require_safe
def dispatches(request: OfficerRequest) -> HttpResponse:
    """Letters that the office keeps, and what it owes on letters of others."""
    today, by = clock.today(), request.actor
    filters = {"state": request.GET.get("state", ""), "q": request.GET.get("q", "").strip()[:100]}
    found = queries.dispatches(by)
    if filters["state"] == "open":
        found = found.filter(state__in=[str(state) for state in OPEN_STATES])
    elif filters["state"] in list(State):
        found = found.filter(state=filters["state"])
    if filters["q"]:
        found = queries.matching(found, filters["q"])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    listed = list(page.object_list)
    counts = queries.progress(listed)
    context = {
        "page": page,
        "letters": [shown.letter(row, today, counts.get(row.pk, (0, 0))) for row in listed],
        "owed": [
            shown.sheet(one, today, counted) | {"letter": shown.letter(one.dispatch, today)}
            for one, counted in queries.owes(by)
        ],
        "states": [("open", said(Text("未答复", "not answered")))]
        + [(str(state), label(text)) for state, text in STATE_TEXTS.items()],
        "filters": filters,
    }
    return render(request, "desk/dispatches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def dispatch_new(request: OfficerRequest) -> HttpResponse:
    """Take a letter in with its list and, if there is one, its scan."""
    if request.method != "POST":
        return _new_page(request, {"received_on": clock.today().isoformat()})
    try:
        row = _receive(request)
    except Refused as refusal:
        return _new_page(request, request.POST.dict(), said(refusal.text))
    return redirect("dispatch", row.key)


def _receive(request: OfficerRequest) -> Dispatch:
    by, typed = request.actor, request.POST
    received = day(typed.get("received_on", ""))
    letter = Letter(
        kind=typed.get("kind", ""),
        sender=typed.get("sender", ""),
        sender_no=typed.get("sender_no", ""),
        title=typed.get("title", ""),
        dated=day(typed.get("dated", "")),
        received_on=received or clock.today(),
        deadline=day(typed.get("deadline", "")),
        instruction=typed.get("instruction", ""),
    )
    upload, scanned = request.FILES.get("list"), request.FILES.get("scan")
    if upload is None:
        refused = too_large(request) or NO_LIST
        raise Refused(refused.zh, refused.en)
    name, chunks = upload.name or "list", upload.chunks()
    with files.kept(name=name, chunks=chunks, seen_by=by.units, by=by) as list_file:
        if scanned is None:
            return actions.receive(letter=letter, list_file=list_file, by=by)
        with files.kept(
            name=scanned.name or "scan", chunks=scanned.chunks(), seen_by=by.units, by=by
        ) as scan:
            if scan.content_type not in SCANS:
                raise Refused(NO_SCAN.zh, NO_SCAN.en)
            return actions.receive(letter=letter, list_file=list_file, scan=scan, by=by)


def _new_page(request: OfficerRequest, typed: dict[str, str], error: str = "") -> HttpResponse:
    kinds = [(kind.id, label(kind.name)) for kind in book.kinds(clock.today())]
    context = {"kinds": kinds, "typed": typed, "error": error}
    return render(request, "desk/dispatch_new.html", context, status=422 if error else 200)


@require_safe
def dispatch(request: OfficerRequest, key: str) -> HttpResponse:
    """One letter: what it asks, who has what, who is late; opening it is recorded."""
    row = found(key)
    audit.record(audit.Kind.DISPATCH_READ, by=request.actor, about=("dispatch", row.key))
    return render(request, "desk/dispatch.html", page_of(request, row))


def page_of(request: OfficerRequest, row: Dispatch) -> dict[str, Any]:
    """The page of one letter, as far as the reader may see it."""
    houses, today, by = offices(), clock.today(), request.actor
    keeps = by.unit == row.unit_id
    counts = closing.tally(row)
    listed = shown.offices_of(queries.shares(row), actions.owed(row), houses, today)
    presses = queries.presses(row)
    batch = [one for one in presses if one.batch == presses[0].batch][::-1] if presses and keeps else []
    names = {one.id: label(one.name) for one in book.outcomes(row.received_on)}
    return {
        "letter": shown.letter(row, today, (counts.rows - counts.open, counts.rows)),
        "legal": shown.legal(row),
        "keeps": keeps,
        "offices": listed,
        "unsent": [one["unit"] for one in listed if one["unsent"] and one["unit"] not in (None, row.unit_id)],
        "mine": next((one for one in listed if one["unit"] == by.unit and not keeps), None),
        "progress": shown.progress(row.key, listed),
        "tally": [(names.get(id, id), id, count) for id, count in counts.by_outcome.items()],
        "counts": counts,
        "job": shown_jobs.job(row.job) if row.job and keeps else None,
        "acts": _acts(request, row) if keeps else [],
        "suggested": suggested(row, today),
        "presses": [shown.press(one) for one in presses],
        "press_text": shown.pressing_text(row, batch) if batch else "",
        "papers": papers.about("dispatch", row.key, by),
        "has_answer": row.answer_file_id is not None,
        "has_scan": row.scan is not None,
        "history": [shown.step(one) for one in queries.steps(row)],
    }


def _acts(request: OfficerRequest, row: Dispatch) -> list[str]:
    if Permission.HAND_OVER not in request.actor.permissions:
        return []
    acts = [str(act) for act in open_acts(MOVES, State(row.state)) if act is not Act.SPLIT]
    return [*acts, "press"] if State(row.state) is State.FORWARDED else acts


def suggested(row: Dispatch, today: date) -> str:
    """The day offered for the offices' answers: the sender's, unless it is past or missing."""
    return row.deadline.isoformat() if row.deadline and row.deadline >= today else ""


@require_safe
def dispatch_progress(request: OfficerRequest, key: str) -> HttpResponse:
    """The part of the page that refreshes itself; once the job has ended, the whole page does."""
    row = found(key)
    is_open = row.job is not None and row.job.open
    context = {"letter": {"key": row.key}, "job": shown_jobs.job(row.job), "keeps": True}
    response = render(request, "desk/_dispatch_progress.html", context)
    return response if is_open else ended(response)


@require_POST
def dispatch_cancel(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the letter's job to stop."""
    stop(request, found(key).job)
    return redirect("dispatch", key)


@require_safe
def dispatch_file(request: OfficerRequest, key: str) -> FileResponse:
    """A file of a letter: the list as it came (default), its scan, the answer in the sender's columns."""
    row = found(key)
    which = request.GET.get("as", "list")
    try:
        file = {"list": row.list_file, "scan": row.scan, "answer": row.answer_file}.get(which)
    except ObjectDoesNotExist:  # another office's
        raise Http404 from None
    return attached(file, XLSX if which == "answer" else "")


def day(typed: str) -> date | None:
    """A typed day, or none."""
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def found(key: str) -> Dispatch:
    """The letter of an address, if the reader may see it."""
    row = queries.find(key)
    if row is None:
        raise Http404
    return row
