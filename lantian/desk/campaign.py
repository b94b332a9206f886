"""The programme with its tasks, instructions of leaders with pressing, and their colours."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.campaign import colours, queries
from lantian.campaign.actions import instructions as ordering
from lantian.campaign.actions import pressing
from lantian.campaign.actions import programme as planning
from lantian.campaign.actions.checks import seen_by
from lantian.campaign.actions.instructions import Given
from lantian.campaign.actions.programme import NewTask, Report
from lantian.campaign.colours import Colour
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.models import Instruction, Programme, Task
from lantian.campaign.models.programme import REPORTED
from lantian.campaign.states import (
    ACT_TEXTS,
    MOVES,
    STATE_TEXTS,
    TASK_ACT_TEXTS,
    TASK_MOVES,
    TASK_STATE_TEXTS,
    Act,
    State,
    TaskAct,
    TaskState,
)
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import typed
from lantian.desk.paging import paged
from lantian.desk.present.words import label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile
from lantian.office.papers import queries as papers
from lantian.office.permissions import Permission

PAGE = 20
DONE = Text("已保存。", "Saved.")
TONES = {Colour.YELLOW: "warn", Colour.RED: "danger", Colour.DONE: "ok", Colour.DONE_LATE: "neutral"}


@require_safe
def campaign(request: OfficerRequest) -> HttpResponse:
    """Every campaign with its tasks, how far they are, and what is yellow or red."""
    return _campaign(request)


def _campaign(request: OfficerRequest, refusal: Refused | None = None) -> HttpResponse:
    houses = offices()
    shown = [_programme(row) for row in queries.programmes()]
    context = {
        "programmes": shown,
        "may_direct": Permission.DIRECT_CAMPAIGN in request.actor.permissions,
        "offices": [(unit.pk, unit.name(language())) for unit in houses.by_id.values() if unit.is_authority],
        "measures": [(one.id, label(one.title)) for one in EVERY.values() if one.kept],
        "typed": request.POST if refusal else {},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/campaign.html", context, status=422 if refusal else 200)


@require_POST
def campaign_set(request: OfficerRequest) -> HttpResponse:
    """Set up a campaign, or give a task to offices."""
    try:
        if request.POST.get("do") == "task":
            _set_task(request)
        else:
            days = (typed.day(request, "starts"), typed.day(request, "ends"))
            title, document = request.POST.get("title", ""), request.POST.get("document", "")
            planning.set_programme(title=title, document=document, days=days, by=request.actor)
    except Refused as refusal:
        return _campaign(request, refusal)
    messages.success(request, said(DONE))
    return redirect("campaign")


def _set_task(request: OfficerRequest) -> None:
    programme = next(
        (row for row in queries.programmes() if row.key == request.POST.get("programme", "")), None
    )
    if programme is None:
        raise BadRequest("the programme comes from the page")
    given = NewTask(
        title=request.POST.get("title", ""),
        detail=request.POST.get("detail", ""),
        due=typed.day(request, "due"),
        owners=typed.units(request, "owners"),
        measure=request.POST.get("measure") or REPORTED,
        target=typed.whole(request, "target"),
    )
    planning.set_task(programme=programme, given=given, by=request.actor)


@require_safe
def task(request: OfficerRequest, key: str) -> HttpResponse:
    """One task: what is asked, how far it is, what was reported."""
    return _task_page(request, key)


def _task_page(request: OfficerRequest, key: str, refusal: Refused | None = None) -> HttpResponse:
    row = _found_task(key)
    acts = [act for act in open_acts(TASK_MOVES, TaskState(row.state)) if _may_task(request.actor, row, act)]
    context = {
        "task": _task(row) | {"detail": row.detail, "version": row.version, "programme": row.programme.title},
        "acts": [(str(act), label(TASK_ACT_TEXTS[act])) for act in acts],
        "reports": [
            {
                "at": one.at,
                "by": one.post.account.name,
                "unit": one.post.unit.name(language()),
                "act": label(TASK_ACT_TEXTS[TaskAct(one.act)]),
                "words": one.words,
                "percent": one.percent,
                "file": _file(one.proof),
            }
            for one in queries.reports(row)
        ],
        "typed": request.POST if refusal else {},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/task.html", context, status=422 if refusal else 200)


@require_POST
def task_move(request: OfficerRequest, key: str) -> HttpResponse:
    """Report on a task, or send it back."""
    row = _found_task(key)
    try:
        act = TaskAct(request.POST.get("act", ""))
    except ValueError:
        raise BadRequest("the act comes from the task's own page") from None
    number = typed.version(request)
    try:
        with typed.proof(request, "file", seen_by(row.owner_id)) as proof:
            report = Report(request.POST.get("words", ""), typed.whole(request, "percent"), proof)
            planning.move_task(key=key, act=act, report=report, version=number, by=request.actor)
    except Refused as refusal:
        return _task_page(request, key, refusal)
    messages.success(request, said(DONE))
    return redirect("task", key)


@require_http_methods(["GET", "HEAD", "POST"])
def instructions(request: OfficerRequest) -> HttpResponse:
    """Instructions of leaders, the next due first, and a form for a new one."""
    if request.method != "POST":
        return _instructions(request)
    owner = next(iter(typed.units(request, "owner")), None)
    try:
        if owner is None:
            raise Refused("请选择承办单位。", "Choose the office.")
        with typed.proof(request, "file", seen_by(request.actor.unit, owner.pk)) as scan:
            given = Given(
                leader_title=request.POST.get("leader", ""),
                given_on=typed.day(request, "given_on"),
                matter=request.POST.get("matter", ""),
                due=typed.day(request, "due"),
                owner=owner,
                words=request.POST.get("words", ""),
                scan=scan,
            )
            row = ordering.record(given=given, by=request.actor)
    except Refused as refusal:
        return _instructions(request, refusal)
    messages.success(request, said(DONE))
    return redirect("instruction", row.key)


def _instructions(request: OfficerRequest, refusal: Refused | None = None) -> HttpResponse:
    houses, by = offices(), request.actor
    wanted = request.GET.get("mark", "")
    rows, today = list(queries.instructions(by)), clock.today()
    marks = {row.pk: colours.of(row.due, today, closed_on=row.closed_on) for row in rows}
    chosen = [row for row in rows if wanted in ("", str(marks[row.pk]))]
    page = paged(request, chosen, instruction_row, PAGE)
    directs = Permission.DIRECT_CAMPAIGN in by.permissions
    owners = [unit for unit in houses.by_id.values() if unit.is_authority and (directs or unit.pk == by.unit)]
    context = {
        "page": page,
        "marks": [
            {"value": str(one), "label": label(one.text), "count": sum(m is one for m in marks.values())}
            for one in Colour
        ],
        "mark": wanted,
        "may_record": Permission.KEEP_LEDGERS in by.permissions,
        "offices": [(unit.pk, unit.name(language())) for unit in owners],
        "today": str(today),
        "typed": request.POST if refusal else {},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/instructions.html", context, status=422 if refusal else 200)


@require_safe
def instruction(request: OfficerRequest, key: str) -> HttpResponse:
    """One instruction; it is internal, so the reading is recorded."""
    return _instruction_page(request, key)


def _instruction_page(request: OfficerRequest, key: str, refusal: Refused | None = None) -> HttpResponse:
    row = _found_instruction(key)
    audit.record(audit.Kind.INSTRUCTION_READ, by=request.actor, about=(ordering.ABOUT, row.key))
    acts = [act for act in open_acts(MOVES, State(row.state)) if _may(request.actor, row, act)]
    context = {
        "instruction": instruction_row(row)
        | {"words": row.words, "version": row.version, "scan": _file(row.scan)},
        "acts": [(str(act), label(ACT_TEXTS[act])) for act in acts],
        "history": [
            {
                "at": step.at,
                "by": step.post.account.name,
                "unit": step.post.unit.name(language()),
                "act": label(ACT_TEXTS[Act(step.act)]) if step.act != "record" else "",
                "words": step.words,
                "file": _file(step.file),
            }
            for step in queries.steps(row)
        ],
        "papers": [
            {"key": paper.key, "number": paper.number or "", "state": paper.state}
            for paper in papers.about(ordering.ABOUT, row.key, request.actor)
        ],
        "may_write": request.actor.unit == row.origin_unit_id
        and Permission.WRITE_PAPERS in request.actor.permissions,
        "fields": [(str(one), label(text)) for one, text in FIELD_TEXTS.items()],
        "typed": request.POST if refusal else {},
        "error": said(refusal.text) if refusal else "",
    }
    return render(request, "desk/instruction.html", context, status=422 if refusal else 200)


@require_POST
def instruction_move(request: OfficerRequest, key: str) -> HttpResponse:
    """Press, answer, send back or close."""
    row = _found_instruction(key)
    try:
        act = Act(request.POST.get("act", ""))
    except ValueError:
        raise BadRequest("the act comes from the instruction's own page") from None
    number = typed.version(request)
    words = request.POST.get("words", "")
    try:
        with typed.proof(request, "file", row.seen_by) as file:
            ordering.move(key=key, act=act, version=number, by=request.actor, words=words, file=file)
    except Refused as refusal:
        return _instruction_page(request, key, refusal)
    messages.success(request, said(DONE))
    return redirect("instruction", key)


@require_POST
def instruction_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """Draft the pressing order; it is approved, numbered and issued as every paper."""
    row = _found_instruction(key)
    chosen = request.POST.get("field", "")
    field = Field(chosen) if chosen in list(Field) else Field.PATENT_AGENCY
    try:
        paper = pressing.draft(
            instruction=row, field=field, contact=request.POST.get("contact", ""), by=request.actor
        )
    except Refused as refusal:
        return _instruction_page(request, key, refusal)
    return redirect("paper", paper.key)


def instruction_row(row: Instruction) -> dict[str, Any]:
    """An instruction as lists show it."""
    return {
        "key": row.key,
        "number": row.number,
        "leader": row.leader_title,
        "given_on": row.given_on,
        "matter": row.matter,
        "owner": row.owner.name(language()),
        "origin": row.origin_unit.name(language()),
        "due": row.due,
        "state": label(STATE_TEXTS[State(row.state)]),
        "pressed": row.pressed,
        "colour": _colour(colours.of(row.due, clock.today(), closed_on=row.closed_on)),
    }


def _colour(one: Colour) -> dict[str, str]:
    return {"tone": TONES.get(one, "neutral"), "words": label(one.text)}


def _programme(row: Programme) -> dict[str, Any]:
    return {
        "key": row.key,
        "title": row.title,
        "document": row.document,
        "starts": row.starts,
        "ends": row.ends,
        "tasks": [_task(one) for one in queries.tasks(row)],
    }


def _task(row: Task) -> dict[str, Any]:
    counted = queries.progress(row)
    done, whole = counted or (0, 0)
    href = ""
    if row.measure != REPORTED:
        period = {"first": str(row.programme.starts), "last": str(row.programme.ends)}
        href = f"{reverse('ledger', args=[row.measure])}?{urlencode(period | {'office': row.owner_id})}"
    return {
        "key": row.key,
        "title": row.title,
        "owner": row.owner.name(language()),
        "due": row.due,
        "state": row.state,
        "state_label": label(TASK_STATE_TEXTS[TaskState(row.state)]),
        "counted": row.measure != REPORTED,
        "measure": label(EVERY[row.measure].title) if row.measure in EVERY else "",
        "done": done,
        "whole": whole,
        "known": counted is not None,
        "href": href,
        "colour": _colour(colours.of(row.due, clock.today(), closed_on=row.done_on)),
    }


def _may(by: OfficerActor, row: Instruction, act: Act) -> bool:
    holder = row.owner_id if act is Act.ANSWER else row.origin_unit_id
    return by.unit == holder and Permission.KEEP_LEDGERS in by.permissions


def _may_task(by: OfficerActor, row: Task, act: TaskAct) -> bool:
    if act is TaskAct.REOPEN:
        return Permission.DIRECT_CAMPAIGN in by.permissions
    return by.unit == row.owner_id and Permission.KEEP_LEDGERS in by.permissions


def _file(file: StoredFile | None) -> dict[str, str] | None:
    return {"key": file.key, "name": file.name} if file else None


def _found_task(key: str) -> Task:
    row = queries.find_task(key)
    if row is None:
        raise Http404
    return row


def _found_instruction(key: str) -> Instruction:
    row = queries.find_instruction(key)
    if row is None:
        raise Http404
    return row
