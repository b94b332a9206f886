"""Guidance plans for weak agencies: the list by what is late, a new one, one with its steps and outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import actions as casework
from lantian.casework import queries as leads
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.desk import credit
from lantian.desk import measuring as forms
from lantian.desk.paging import paged
from lantian.desk.present import plans as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.standing import plan_queries as queries
from lantian.standing import plan_states as states
from lantian.standing import planning
from lantian.standing.errors import Stale, StandingRefused
from lantian.standing.models import GuidancePlan
from lantian.standing.plan_states import PlanAct, PlanState, StepAct
from lantian.standing.planning import Marked, NewPlan, NewStep
from lantian.standing.queries import city_id, keepers

PAGE, STEP_ROWS, LATE = 25, 4, "late"
ORIGIN = "plan"
CHOOSE_STEP = Text("请选择步骤和办理事项。", "Choose the step and what to do with it.")
MADE = Text(
    "计划已制定。接下来：按期登记各步骤的完成情况。", "The plan is made. Next: record each step by its day."
)
GROUND = Text(
    "引导培育计划{number}中发现：{words}", "Found while carrying out guidance plan {number}: {words}"
)


@require_safe
def plans(request: OfficerRequest) -> HttpResponse:
    """Plans of the office, of all for the city: late ones first to ask for."""
    by, today = request.actor, clock.today()
    unit = None if by.unit == city_id() else by.unit
    state = request.GET.get("state", "")
    rows = queries.plans()
    if state == LATE:
        rows = queries.late(today)
    elif state in list(PlanState):
        rows = rows.filter(state=state)
    page = paged(request, rows, lambda row: shown.plan(row, today), PAGE)
    context = {
        "page": page,
        "states": [(str(one), label(text)) for one, text in states.PLAN_STATE_TEXTS.items()],
        "filters": {"state": state},
        "late": queries.late(today).count(),
        "show_office": unit is None,
        "may": Permission.KEEP_STANDING in by.permissions,
    }
    return render(request, "desk/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plans_new(request: OfficerRequest) -> HttpResponse:
    """Make a plan for one subject."""
    if request.method != "POST":
        return _new_page(request, {})
    try:
        row = planning.start(_typed(request), by=request.actor)
    except Refused as refusal:
        return _new_page(request, forms.refused(refusal, request))
    messages.success(request, said(MADE))
    return redirect("plan", row.key)


def _typed(request: OfficerRequest) -> NewPlan:
    subject = registry.by_key(forms.words_of(request, "subject"))
    if subject is None:
        raise StandingRefused("请先选择对象。", "Choose the subject first.")
    officer = forms.words_of(request, "officer")
    steps = [one for one in _rows(request) if one["what"].strip()]
    return NewPlan(
        subject_key=subject.key,
        ground=forms.words_of(request, "ground"),
        aim=forms.words_of(request, "aim"),
        until=forms.day_of(request, "until", "计划结束日期", "the end of the plan"),
        officer=officer,
        steps=tuple(
            NewStep(one["what"], _due(one["due"], one["what"]), one["who"] or officer) for one in steps
        ),
    )


def _rows(request: OfficerRequest) -> list[dict[str, str]]:
    """The rows of steps in the form, as typed."""
    asked = (f"{place}" for place in range(1, STEP_ROWS + 1))
    return [
        {"place": one} | {name: request.POST.get(f"{name}_{one}", "") for name in ("what", "due", "who")}
        for one in asked
    ]


def _due(typed: str, what: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise StandingRefused(
            f"请填写步骤“{what.strip()}”的完成日期。", f"Give the day of step '{what.strip()}'."
        ) from None


def _new_page(request: OfficerRequest, more: Mapping[str, Any]) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    typed = asked.get("subject", "").strip()
    subject = registry.by_key(typed) or registry.find(typed)
    context = {
        "typed_subject": typed,
        "unknown": bool(typed) and subject is None,
        "officers": [shown.officer(post) for post in planning.officers(request.actor.unit)],
        "own": _own_post(request.actor),
        "rows": _rows(request),
        "today": clock.today(),
        **(_known(request, subject) if subject else {"subject": None}),
        **more,
    }
    return render(request, "desk/plans_new.html", context, status=422 if "error" in more else 200)


def _own_post(by: OfficerActor) -> str:
    return next((post.key for post in planning.officers(by.unit) if post.pk == by.post_id), "")


def _known(request: OfficerRequest, subject: Subject) -> dict[str, Any]:
    """What is officially known of a subject, for its form."""
    running = [one for one in queries.of_subject(subject) if one.state == PlanState.RUNNING]
    return {
        "subject": {"key": subject.key, "name": subject.name, "number": subject.number},
        "running": running[0] if running else None,
        **credit.official(subject, clock.today(), request.actor),
    }


@require_safe
def plan(request: OfficerRequest, key: str) -> HttpResponse:
    """One plan; opening it is recorded."""
    return _page(request, _found(key), {})


def _page(request: OfficerRequest, row: GuidancePlan, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.PLAN_READ, by=request.actor, about=("plan", row.key))
    today, lead = clock.today(), leads.of_origin(ORIGIN, row.key)
    permissions, own = request.actor.permissions, row.unit_id == request.actor.unit
    acts = own and row.state == PlanState.RUNNING and Permission.KEEP_STANDING in permissions
    context = {
        "plan": shown.plan(row, today),
        "steps": shown.steps(row, today),
        "marks": [
            shown.mark(one, lead.key if lead and one.act == PlanAct.LEAD else "")
            for one in queries.history(row)
        ],
        "may": acts,
        "may_take": _may_take(request, row),
        "may_lead": acts and lead is None and Permission.JUDGE in permissions,
        "step_acts": [(str(one), label(text)) for one, text in states.STEP_ACT_TEXTS.items()],
        "ends": [(str(one), label(states.PLAN_ACT_TEXTS[one])) for one in states.END_ACTS],
        "officers": [shown.officer(post) for post in planning.officers(request.actor.unit)],
        "fields": forms.field_choices(),
        "today": today,
        **more,
    }
    return render(request, "desk/plan.html", context, status=422 if "error" in more else 200)


def _may_take(request: OfficerRequest, row: GuidancePlan) -> bool:
    """Whether the reader's district keeps the subject since it moved, and may take a running plan over."""
    by = request.actor
    keeps = by.unit in keepers(row.subject) and by.unit not in (row.unit_id, city_id())
    return keeps and row.state == PlanState.RUNNING and Permission.KEEP_STANDING in by.permissions


@require_POST
def plan_act(request: OfficerRequest, key: str) -> HttpResponse:
    """One act on a plan; `do` says which."""
    row, act = _found(key), ACTS.get(forms.words_of(request, "do"))
    try:
        if act is None:
            raise StandingRefused("请选择要办理的事项。", "Choose what to do.")
        act(request, row)
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _page(request, _found(key), forms.refused(refusal, request))
    messages.success(request, said(forms.KEPT))
    return redirect("plan", row.key)


def _marked(request: OfficerRequest) -> Marked:
    return Marked(
        on=forms.maybe_day(request, "on") or clock.today(),
        version=forms.version_of(request),
        words=forms.words_of(request, "words"),
        document=forms.words_of(request, "document"),
        due=forms.maybe_day(request, "due"),
    )


def _step(request: OfficerRequest, row: GuidancePlan) -> None:
    place, act = forms.whole_of(request, "step", CHOOSE_STEP), forms.words_of(request, "act")
    if act not in list(StepAct) or place is None:
        raise StandingRefused(CHOOSE_STEP.zh, CHOOSE_STEP.en)
    planning.mark_step(key=row.key, place=place, act=StepAct(act), marked=_marked(request), by=request.actor)


def _add(request: OfficerRequest, row: GuidancePlan) -> None:
    due = forms.day_of(request, "due", "步骤的完成日期", "the day of the step")
    step = NewStep(forms.words_of(request, "what"), due, forms.words_of(request, "officer"))
    planning.add_step(key=row.key, step=step, version=forms.version_of(request), by=request.actor)


def _entrust(request: OfficerRequest, row: GuidancePlan) -> None:
    officer = forms.words_of(request, "officer")
    planning.entrust(key=row.key, officer=officer, marked=_marked(request), by=request.actor)


def _end(request: OfficerRequest, row: GuidancePlan) -> None:
    act = forms.words_of(request, "act")
    chosen = PlanAct(act) if act in list(PlanAct) else PlanAct.ADD
    planning.end(key=row.key, act=chosen, marked=_marked(request), by=request.actor)


@transaction.atomic
def _lead(request: OfficerRequest, row: GuidancePlan) -> None:
    """Turn what was found into a lead of casework, and note it in the plan."""
    marked, subject = _marked(request), row.subject
    told = {"number": row.number, "words": marked.words.strip()}
    ground = Text(GROUND.zh.format(**told), GROUND.en.format(**told))
    opening = casework.Opening(
        origin=(ORIGIN, row.key),
        subject=(subject.kind, subject.number, subject.name),
        ground=ground,
        holder=row.unit,
        field=forms.field_typed(request, forms.Start()),
    )
    lead = casework.open_lead(opening, by=request.actor)
    planning.note_lead(key=row.key, number=lead.number, marked=marked, by=request.actor)


ACTS: dict[str, Callable[[OfficerRequest, GuidancePlan], None]] = {
    "step": _step,
    "add": _add,
    "entrust": _entrust,
    "end": _end,
    "lead": _lead,
}


def _found(key: str) -> GuidancePlan:
    row = queries.find(key)
    if row is None:
        raise Http404
    return row
