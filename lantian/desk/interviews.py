"""Interviews: the list, a new one, one with who came, what was said, promised and asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import interviewing, rectifying
from lantian.casework import measures_queries as queries
from lantian.casework import measures_states as states
from lantian.casework.errors import MeasureRefused, Stale
from lantian.casework.interviewing import Came, Held, Meeting, Plan, Promised
from lantian.casework.measures_states import InterviewAct, InterviewState, Root, Talk
from lantian.casework.models import Interview
from lantian.casework.rectifying import Term
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import crediting
from lantian.desk import measuring as forms
from lantian.desk import record_papers as papers
from lantian.desk.downloads import attached
from lantian.desk.paging import paged
from lantian.desk.present import leads as shown_leads
from lantian.desk.present import measures as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.permissions import Permission

PLANNED = Text("已安排。接下来：印发约谈通知书。", "Planned. Next: issue the notice.")
NO_NOTICE = Text("还没有约谈通知书。", "There is no notice yet.")
TO_SIGN = Text("还有 {count} 家没有登记到场情况。", "{count} participants have no attendance yet.")
TO_PROMISE = Text("还有 {count} 家没有交承诺书。", "{count} participants have given no commitment yet.")
TO_CHECK = Text("还有 {count} 项整改待复查。", "{count} corrections wait for their re-check.")
TO_CLOSE = Text("整改都已复查，可以了结。", "Every correction is checked; it may be closed.")


@require_safe
def interviews(request: OfficerRequest) -> HttpResponse:
    """Interviews of the office, the city's list is of every office."""
    unit, state = queries.own(request.actor), request.GET.get("state", "")
    rows = queries.interviews(request.actor, unit=unit)
    if state in list(InterviewState):
        rows = rows.filter(state=state)
    page = paged(request, rows, shown.listed_interview)
    context = {
        "page": page,
        "show_office": unit is None,
        "states": [(str(one), label(text)) for one, text in states.INTERVIEW_STATE_TEXTS.items()],
        "state": state,
        "may": Permission.TAKE_MEASURES in request.actor.permissions,
    }
    return render(request, "desk/interviews.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def interviews_new(request: OfficerRequest) -> HttpResponse:
    """Plan an interview, from a lead, from a subject's file, or on its own."""
    start = forms.start_of(request)
    if request.method != "POST":
        return _plan_page(request, start, {})
    try:
        row = interviewing.plan_interview(_plan(request, start), by=request.actor)
    except Refused as refusal:
        return _plan_page(request, start, forms.refused(refusal, request))
    messages.success(request, said(PLANNED))
    return redirect("interview", row.key)


def _plan(request: OfficerRequest, start: forms.Start) -> Plan:
    kind = forms.words_of(request, "kind")
    return Plan(
        kind=Talk(kind) if kind in list(Talk) else Talk.INTERVIEW,
        field=forms.field_typed(request, start),
        called=forms.subjects_of(forms.words_of(request, "subjects")),
        ground=forms.words_of(request, "ground"),
        meeting=_meeting(request),
        who=forms.words_of(request, "who"),
        contact=forms.words_of(request, "contact"),
        origin=start.origin,
    )


def _meeting(request: OfficerRequest) -> Meeting:
    on = forms.day_of(request, "on", "约谈日期", "the day of the interview")
    return Meeting(on, forms.words_of(request, "hour"), forms.words_of(request, "place"))


def _plan_page(request: OfficerRequest, start: forms.Start, more: Mapping[str, Any]) -> HttpResponse:
    typed = {
        "kind": request.GET.get("kind", ""),
        "field": str(start.field),
        "subjects": forms.line_of(start.subject) if start.subject else "",
        "ground": start.ground,
    }
    context = {
        "start": start,
        "hidden": forms.hidden(start, request),
        "kinds": [(str(kind), label(text)) for kind, text in states.TALK_TEXTS.items()],
        "fields": forms.field_choices(),
        "today": clock.today(),
        **more,
        "typed": typed | dict(more.get("typed", {})),
    }
    return render(request, "desk/interviews_new.html", context, status=422 if "error" in more else 200)


@require_safe
def interview(request: OfficerRequest, key: str) -> HttpResponse:
    """One interview; opening it is recorded."""
    return _page(request, _found(key), {})


def _page(request: OfficerRequest, row: Interview, more: Mapping[str, Any]) -> HttpResponse:
    """The page of one interview; showing it is recorded, after a refusal too."""
    audit.record(audit.Kind.INTERVIEW_READ, by=request.actor, about=("interview", row.key))
    today = clock.today()
    lines = [shown.called(line, today) for line in queries.called(row)]
    acts = _acts(request, row)
    cards = papers.of_record(request, "interview", row.key, row.unit_id)
    context = {
        "interview": shown.interview(row),
        "lines": lines,
        "acts": acts,
        "next": _next(row, lines, bool(cards["papers"])),
        "history": shown.steps(row.steps.select_related("post__account").order_by("id")),
        "rule": shown_leads.reckoned_due(rectifying.reckoned(Root.INTERVIEW, today), today),
        "origin": papers.origin_of(row.origin_kind, row.origin_key),
        "today": today,
        **cards,
        **crediting.card(request, row),
        **more,
    }
    return render(request, "desk/interview.html", context, status=422 if "error" in more else 200)


def _acts(request: OfficerRequest, row: Interview) -> list[str]:
    if request.actor.unit != row.unit_id or Permission.TAKE_MEASURES not in request.actor.permissions:
        return []
    acts = [str(act) for act in open_acts(states.INTERVIEW_MOVES, InterviewState(row.state))]
    if row.state == InterviewState.HELD:
        acts += ["commitment", "correct"]
    return [*acts, "sign_in", "sheet"] if acts else []


def _next(row: Interview, lines: list[dict[str, Any]], has_papers: bool) -> list[str]:
    """What is still missing, in the order in which it is due."""
    if row.state not in (InterviewState.PLANNED, InterviewState.HELD):
        return []
    unsigned = sum(line["came"] is None for line in lines)
    if row.state == InterviewState.PLANNED:
        unsigned = unsigned if row.on <= clock.today() else 0
        return [said(NO_NOTICE)] * (not has_papers) + _count(TO_SIGN, unsigned)
    demands = [one for line in lines for one in line["rectifications"]]
    waiting = sum(one["state"] == states.RectificationState.OPEN for one in demands)
    unpromised = sum(bool(line["came"]) and line["promised_on"] is None for line in lines)
    told = _count(TO_PROMISE, unpromised) + _count(TO_CHECK, waiting)
    return told if waiting or not demands else [*told, said(TO_CLOSE)]


def _count(text: Text, count: int) -> list[str]:
    return [said(text).format(count=count)] if count else []


@require_POST
def interview_act(request: OfficerRequest, key: str) -> HttpResponse:
    """One act on an interview: `do` names it."""
    row, do = _found(key), request.POST.get("do", "")
    if do not in ACTS:
        raise BadRequest("do comes from the page's own forms")
    try:
        ACTS[do](request, row, forms.version_of(request))
    except Stale:
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(forms.KEPT))
    return redirect("interview", key)


@require_POST
def interview_credit(request: OfficerRequest, key: str) -> HttpResponse:
    """Put what the interview confirmed on the credit file, or decide about what is there."""
    _found(key)
    try:
        done = crediting.act(request, "interview", key)
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(done))
    return redirect("interview", key)


def _sign_in(request: OfficerRequest, row: Interview, version: int) -> None:
    rows = {one.place: _came(request, one.place) for one in row.participants.all()}
    told = {place: came for place, came in rows.items() if came.person.strip() or came.reason.strip()}
    interviewing.sign_in(key=row.key, rows=told, version=version, by=request.actor)


def _came(request: OfficerRequest, place: int) -> Came:
    typed = (forms.words_of(request, f"{name}_{place}") for name in ("person", "role", "arrived", "reason"))
    return Came(*typed)


def _hold(request: OfficerRequest, row: Interview, version: int) -> None:
    on = forms.day_of(request, "held_on", "约谈日期", "the day of the interview")
    with forms.scan_of(request, "sheet", row.seen_by) as sheet:
        held = Held(on, forms.names_of(request, "officers"), forms.words_of(request, "record"), sheet)
        interviewing.hold(key=row.key, held=held, version=version, by=request.actor)


def _sheet(request: OfficerRequest, row: Interview, version: int) -> None:
    with forms.scan_of(request, "sheet", row.seen_by) as sheet:
        if sheet is None:
            raise MeasureRefused("请选择签到表的扫描件。", "Choose the scan of the sign-in sheet.")
        interviewing.keep_sheet(key=row.key, sheet=sheet, version=version, by=request.actor)


def _commitment(request: OfficerRequest, row: Interview, version: int) -> None:
    on = forms.day_of(request, "received_on", "收到日期", "the day of receipt")
    with forms.scan_of(request, "file", row.seen_by) as file:
        if file is None:
            raise MeasureRefused("请上传承诺书扫描件。", "Upload the scan of the commitment.")
        promised = Promised(on, file, forms.words_of(request, "promise"))
        interviewing.receive_commitment(
            key=row.key, place=_place(request), promised=promised, version=version, by=request.actor
        )


def _place(request: OfficerRequest) -> int:
    typed = forms.words_of(request, "place")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0


def _correct(request: OfficerRequest, row: Interview, version: int) -> None:
    typed = request.POST.getlist("places")
    places = tuple(int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 6)
    term = Term(forms.maybe_day(request, "until"), forms.words_of(request, "reason"))
    what = forms.words_of(request, "what")
    rectifying.ask_after_interview(
        key=row.key, places=places, what=what, term=term, version=version, by=request.actor
    )


def _postpone(request: OfficerRequest, row: Interview, version: int) -> None:
    reason = forms.words_of(request, "reason")
    interviewing.postpone(
        key=row.key, meeting=_meeting(request), reason=reason, version=version, by=request.actor
    )


def _call_off(request: OfficerRequest, row: Interview, version: int) -> None:
    interviewing.call_off(
        key=row.key, reason=forms.words_of(request, "reason"), version=version, by=request.actor
    )


def _close(request: OfficerRequest, row: Interview, version: int) -> None:
    interviewing.close(key=row.key, version=version, by=request.actor)


ACTS: Mapping[str, Callable[[OfficerRequest, Interview, int], None]] = {
    "sign_in": _sign_in,
    "sheet": _sheet,
    "commitment": _commitment,
    "correct": _correct,
    str(InterviewAct.HOLD): _hold,
    str(InterviewAct.POSTPONE): _postpone,
    str(InterviewAct.CALL_OFF): _call_off,
    str(InterviewAct.CLOSE): _close,
}


@require_safe
def interview_file(request: OfficerRequest, key: str) -> FileResponse:
    """The sign-in sheet, or with `?commitment=PLACE` a participant's commitment."""
    row = _found(key)
    place = request.GET.get("commitment", "")
    file = row.sheet
    if place:
        lines = {str(line.participant.place): line for line in queries.called(row)}
        line = lines.get(place)
        file = line.commitment.file if line and line.commitment else None
    if file is None:
        raise Http404
    audit.record(audit.Kind.INTERVIEW_READ, by=request.actor, about=("interview", row.key))
    return attached(file)


def _found(key: str) -> Interview:
    row = queries.find_interview(key)
    if row is None:
        raise Http404
    return row
