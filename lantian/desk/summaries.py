"""The yearly summary: who has sent it, one summary with its figures, what may be done next."""

from __future__ import annotations

import io
from typing import Any

from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.campaign.actions import summaries as writing
from lantian.campaign.actions.summaries import Draft
from lantian.campaign.colours import Colour
from lantian.campaign.figures import book
from lantian.campaign.figures.flows import FLOWS
from lantian.campaign.models import Summary, SummaryVersion
from lantian.campaign.summary import counting, drafting, queries, rules
from lantian.campaign.summary.counting import LAST_TEXTS, LastYear
from lantian.campaign.summary.states import MOVES, Act, State
from lantian.casework.queries import city
from lantian.core.messages import Refused
from lantian.core.moves import open_acts
from lantian.desk import typed
from lantian.desk.acts import acts_on
from lantian.desk.downloads import sent
from lantian.desk.figures import records
from lantian.desk.present import summaries as present
from lantian.desk.present.words import label, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.papers.approving import Elsewhere
from lantian.office.papers.docx import set_docx
from lantian.office.papers.letter import set_pdf
from lantian.office.permissions import Permission

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NEEDS = {
    Act.REVISE: Permission.WRITE_PAPERS,
    Act.APPROVE: Permission.APPROVE_PAPERS,
    Act.SEND: Permission.WRITE_PAPERS,
    Act.RETURN: Permission.DIRECT_CAMPAIGN,
    Act.RECEIVE: Permission.DIRECT_CAMPAIGN,
}


@require_safe
def summaries(request: OfficerRequest) -> HttpResponse:
    """The reader's summaries; for the city also who has sent what, and the districts' figures together."""
    return _summaries(request)


def _summaries(request: OfficerRequest, refusal: Refused | None = None) -> HttpResponse:
    by, today = request.actor, clock.today()
    is_city = by.unit == city().pk
    writes = Unit.objects.get(pk=by.unit).kind in queries.OBLIGED
    own = queries.own(by)
    year = _year(request) or today.year
    standings = queries.standings(year) if is_city else []
    context = {
        "year": year,
        "years": list(range(today.year, writing.FIRST_YEAR - 1, -1)),
        "due": present.due(rules.due(year, for_city=is_city)) if writes else None,
        "own": [present.summary(row) for row in own],
        "begun": next((row.key for row in own if row.year == year), ""),
        "may_start": writes and Permission.WRITE_PAPERS in by.permissions,
        "is_city": is_city,
        "district_due": rules.due(year, for_city=False).on,
        "districts": [present.standing(one) for one in standings],
        "sent": sum(one.summary is not None and one.summary.sent_on is not None for one in standings),
        "late": sum(one.colour is Colour.RED for one in standings),
        "merged": present.merged(queries.merged(year)) if is_city else [],
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/summaries.html", context, status=422 if refusal else 200)


@require_POST
def summary_start(request: OfficerRequest) -> HttpResponse:
    """Begin the summary of a year."""
    try:
        row = writing.start(year=typed.whole(request, "year") or 0, by=request.actor)
    except Refused as refusal:
        return _summaries(request, refusal)
    return redirect("summary", row.key)


@require_safe
def summary(request: OfficerRequest, key: str) -> HttpResponse:
    """One summary: its text with every number a link, what is still missing, what may be done."""
    return _summary(request, _found(key))


def _summary(request: OfficerRequest, row: Summary, refusal: Refused | None = None) -> HttpResponse:
    version = _version(request, row)
    standing = counting.standing(row)
    year = queries.year_of(row, version)
    acts = [act for act in open_acts(MOVES, State(row.state)) if _may(request.actor, row, act)]
    acts = acts if version.number == standing.number else []
    large = drafting.large_changes(year)
    context = {
        "summary": present.summary(row),
        "text": present.text(queries.text_said(version)),
        "shown": version.number,
        "is_last": version.number == standing.number,
        "until": version.until,
        "numbers": present.numbers(year, version.reasons, large),
        "last_words": label(LAST_TEXTS[LastYear(version.last_source)]),
        "moved": _moved(row, version) if row.unit_id == request.actor.unit else [],
        "faults": [said(one.text) for one in writing.faults(row, version)]
        if row.state == State.DRAFT
        else [],
        "versions": [present.version(one) for one in queries.versions(row)],
        "steps": [present.step(one) for one in queries.steps(row)],
        "acts": [str(act) for act in acts],
        "may_record": Act.APPROVE in open_acts(MOVES, State(row.state)) and _writes(request.actor, row),
        "today": str(clock.today()),
        "error": said(refusal.text) if refusal else "",
        **(_form(request, row, version, refusal) if Act.REVISE in acts else {}),
    }
    return render(request, "desk/summary.html", context, status=422 if refusal else 200)


def _form(
    request: OfficerRequest, row: Summary, version: SummaryVersion, refusal: Refused | None
) -> dict[str, Any]:
    """The form of a draft, for the year as it would be counted now."""
    year = counting.count(row.unit_id, row.year, clock.today())
    again = request.POST if refusal and "words_next" in request.POST else None
    return {
        "form": present.form(year, version, again),
        "asked": [
            one | {"reason": again.get(f"reason_{one['id']}", "") if again else one["reason"]}
            for one in present.numbers(year, version.reasons, drafting.large_changes(year))
            if one["large"]
        ],
        "stories": [
            present.story(one) | {"used": one.key in version.stories}
            for one in queries.choosable(request.actor)
        ],
    }


def _found(key: str) -> Summary:
    row = queries.find(key)
    if row is None:
        raise Http404
    return row


_act = acts_on("summary", _found, _summary)


@_act
def summary_revise(request: OfficerRequest, row: Summary, version: int) -> None:
    """Save a new version with the figures of today."""
    post = request.POST
    given = Draft(
        {name[6:]: str(words) for name, words in post.items() if name.startswith("words_")},
        {name[7:]: str(words) for name, words in post.items() if name.startswith("reason_")},
        [one for one in post.getlist("offered") if one not in post.getlist("used")],
        post.getlist("stories"),
    )
    writing.revise(key=row.key, version=version, given=given, by=request.actor)


@_act
def summary_approve(request: OfficerRequest, row: Summary, version: int) -> None:
    """Approve the version that stands."""
    writing.approve(key=row.key, version=version, by=request.actor)


@_act
def summary_record(request: OfficerRequest, row: Summary, version: int) -> None:
    """Record an approval that was given on paper or in the OA, with its scan."""
    with typed.proof(request, "scan", row.seen_by) as scan:
        given = elsewhere(request, scan)
        writing.record_approval(key=row.key, version=version, given=given, by=request.actor)


def elsewhere(request: OfficerRequest, scan: StoredFile | None) -> Elsewhere:
    """An approval given outside, as the form says it; raises `Refused` without day or scan."""
    on = typed.day(request, "on")
    if on is None or scan is None:
        raise Refused("请填写核准日期并上传扫描件。", "Give the day of approval and upload the scan.")
    return Elsewhere(request.POST.get("how", ""), request.POST.get("approver", ""), on, scan)


@_act
def summary_send(request: OfficerRequest, row: Summary, version: int) -> None:
    """Say that it was sent: day and number."""
    on, number = typed.day(request, "on"), request.POST.get("number", "")
    writing.send(key=row.key, version=version, on=on, number=number, by=request.actor)


@_act
def summary_receive(request: OfficerRequest, row: Summary, version: int) -> None:
    """Acknowledge a summary, or send it back."""
    by, words = request.actor, request.POST.get("words", "")
    if request.POST.get("act") == Act.RETURN:
        writing.send_back(key=row.key, version=version, reason=words, by=by)
        return
    with typed.proof(request, "file", row.seen_by) as file:
        on = typed.day(request, "on")
        writing.receive(key=row.key, version=version, on=on, note=words, by=by, file=file)


@require_safe
def summary_rows(request: OfficerRequest, key: str) -> HttpResponse:
    """The records that one figure of a version counted."""
    row = _found(key)
    version = _version(request, row)
    figure = queries.figure_of(version, request.GET.get("figure", ""))
    if figure is None:
        wanted = version.figures.order_by("id").first()
        if wanted is None or request.GET.get("figure"):
            raise Http404
        figure = wanted
    flow, houses = FLOWS[figure.flow], offices()
    known = book.figures(version.until).get(figure.figure)
    rows = records(flow, figure.ids, houses)
    context = {
        "summary": present.summary(row),
        "shown": version.number,
        "title": label(known.title) if known else figure.figure,
        "definition": label(known.definition) if known else "",
        "value": figure.value,
        "until": version.until,
        "rows": rows,
        "hidden": figure.value - len(rows),
    }
    return render(request, "desk/summary_rows.html", context)


@require_safe
def summary_file(request: OfficerRequest, key: str) -> FileResponse:
    """A version as DOCX for the OA (without red head) or as PDF; the same version gives the same bytes."""
    row = _found(key)
    version = _version(request, row)
    letter = queries.letter_of(row, version)
    as_pdf = request.GET.get("as") == "pdf"
    content, kind = (set_pdf(letter), "application/pdf") if as_pdf else (set_docx(letter), WORD)
    detail = {"version": version.number, "as": "pdf" if as_pdf else "docx"}
    audit.record(audit.Kind.SUMMARY_EXPORTED, by=request.actor, about=(writing.ABOUT, row.key), detail=detail)
    name = f"{row.unit.name_zh}{row.year}年工作总结.{'pdf' if as_pdf else 'docx'}"
    return sent(io.BytesIO(content), name, kind)


def _moved(row: Summary, version: SummaryVersion) -> list[str]:
    """Titles of figures that records now say otherwise."""
    if version.number != counting.standing(row).number:
        return []
    now = counting.count(row.unit_id, row.year, clock.today())
    figures = book.figures(now.until)
    return [label(figures[id].title) for id in counting.moved(version, now) if id in figures]


def _may(by: OfficerActor, row: Summary, act: Act) -> bool:
    if NEEDS[act] not in by.permissions:
        return False
    return by.unit == (city().pk if act in (Act.RETURN, Act.RECEIVE) else row.unit_id)


def _writes(by: OfficerActor, row: Summary) -> bool:
    return by.unit == row.unit_id and Permission.WRITE_PAPERS in by.permissions


def _year(request: OfficerRequest) -> int | None:
    wanted = request.GET.get("year", "")
    known = wanted.isascii() and wanted.isdigit() and len(wanted) == 4
    found = int(wanted) if known else None
    return found if found and writing.FIRST_YEAR <= found <= clock.today().year else None


def _version(request: OfficerRequest, row: Summary) -> SummaryVersion:
    wanted = request.GET.get("version", "")
    if wanted and not (wanted.isascii() and wanted.isdigit() and len(wanted) < 6):
        raise BadRequest("version comes from the summary's own page")
    found = queries.version_of(row, int(wanted) if wanted else None)
    if found is None:
        raise Http404
    return found
