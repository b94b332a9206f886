"""The ledger of public notices: what is due, one notice with its periods and its text, the acts on it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import outside_queries as outside
from lantian.core import publicity
from lantian.core.chain import digest_of
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.core.publicity import Profile
from lantian.desk import measuring as forms
from lantian.desk.downloads import XLSX, sent
from lantian.desk.notice_acts import ACTS, FIELD, draft_of, met_of
from lantian.desk.paging import paged
from lantian.desk.present import notices as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.permissions import Permission
from lantian.publicity import actions, deciding, queries, register, reviewing, sweeping
from lantian.publicity.actions import Owed, Told
from lantian.publicity.errors import PublicityRefused, Stale
from lantian.publicity.models import Notice
from lantian.publicity.queries import Filter
from lantian.publicity.states import CAUSE_TEXTS, MOVES, STATE_TEXTS, Act, State
from lantian.registry import queries as registry

PAGE, ON_HOME = 25, 6
OWED = Text("已登记公示义务。接下来：拟定公示内容。", "The duty is recorded. Next: prepare the text.")
ENDING = Text("已安排核对公示期满。", "The check of ended publications is scheduled.")


@require_safe
def notices(request: OfficerRequest) -> HttpResponse:
    """The ledger, the day that comes first first."""
    today, wanted = clock.today(), _wanted(request.GET)
    page = paged(request, queries.notices(wanted, today), lambda one: shown.row(one, today), PAGE)
    context = {
        "page": page,
        "states": [(str(one), label(text)) for one, text in STATE_TEXTS.items()],
        "matters": _matters(),
        "clocks": [(code, label(text)) for code, text in shown.CLOCK_TEXTS.items()],
        "filters": {"state": wanted.state, "matter": wanted.matter, "clock": wanted.clock, "q": wanted.text},
        "late": queries.notices(Filter(clock="late"), today).count(),
        "lapsed": queries.lapsed(today).count(),
        "may": Permission.PUBLISH in request.actor.permissions,
    }
    return render(request, "desk/notices.html", context)


def _wanted(asked: QueryDict) -> Filter:
    matter = asked.get("matter", "")
    return Filter(
        state=asked.get("state", ""),
        matter=matter if matter in publicity.matters() else "",
        clock=asked.get("clock", ""),
        text=asked.get("q", "").strip()[:100],
    )


def _matters() -> list[tuple[str, str]]:
    today = clock.today()
    return [(id, label(publicity.matter(id, today).text)) for id in publicity.matters()]


@require_safe
def notices_export(request: OfficerRequest) -> FileResponse:
    """The listed notices as a workbook to print and sign; that it left is recorded."""
    rows = list(queries.notices(_wanted(request.GET), clock.today())[: register.MOST])
    data = register.export(rows, by=request.actor)
    return sent(io.BytesIO(data), f"{register.TITLE}-{clock.today():%Y%m%d}.xlsx", XLSX)


@require_POST
def notices_end(request: OfficerRequest) -> HttpResponse:
    """End the publications whose last day has gone by."""
    sweeping.run_all(by=request.actor)
    messages.success(request, said(ENDING))
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
def notices_new(request: OfficerRequest) -> HttpResponse:
    """A duty to publish a decision that was made in another system."""
    if request.method != "POST":
        return _new_page(request, {})
    try:
        row = _owe(request)
    except Refused as refusal:
        return _new_page(request, forms.refused(refusal, request))
    messages.success(request, said(OWED))
    return redirect("notice", row.key)


def _owe(request: OfficerRequest) -> Notice:
    subject = registry.find(forms.words_of(request, "number").strip())
    name, document = forms.words_of(request, "name").strip(), forms.words_of(request, "document").strip()
    matter = outside.find(forms.words_of(request, "outside"))
    profile = forms.words_of(request, "profile")
    if matter is not None and matter.unit_id != request.actor.unit:
        raise PublicityRefused(
            f"谁办案、谁公示：由{matter.unit.name_zh}登记。",
            f"Whoever decided publishes: {matter.unit.name_en} records it.",
        )
    party = forms.words_of(request, "number").strip() or name
    # Of a decision made elsewhere there is no record: office, document and party stand for it, and tell nothing.
    told = {"unit": request.actor.unit, "document": document, "party": party}
    about = ("outside", matter.key) if matter else ("document", digest_of(told))
    owed = Owed(
        about=about,
        matter=forms.words_of(request, "matter"),
        subject_key=subject.key if subject else "",
        document=document,
        event_on=forms.day_of(request, "on", "决定日期", "the day of the decision"),
        told=Told(
            name=name,
            number=forms.words_of(request, "number").strip(),
            profile=Profile(profile) if profile in list(Profile) else None,
            law=forms.law_of(request),
            fields={
                "act": forms.words_of(request, "act").strip(),
                "content": forms.words_of(request, "content").strip(),
            },
        ),
    )
    return actions.owe_by_hand(owed, by=request.actor)


def _new_page(request: OfficerRequest, more: Mapping[str, Any]) -> HttpResponse:
    matter = outside.find(request.GET.get("outside", ""))
    typed = {
        "outside": matter.key,
        "number": matter.subject_no,
        "name": matter.subject_name,
        "document": matter.external_no,
        "act": matter.title,
        "content": matter.result,
    } if matter else {"number": request.GET.get("number", "")}  # fmt: skip
    context = {
        "matters": _matters(),
        "profiles": [(str(one), label(text)) for one, text in shown.PROFILE_TEXTS.items()],
        "laws": forms.field_choices(),
        "from_outside": matter.external_no if matter else "",
        "today": clock.today(),
        "typed": typed,
        **more,
    }
    return render(request, "desk/notices_new.html", context, status=422 if "error" in more else 200)


@require_safe
def notice(request: OfficerRequest, key: str) -> HttpResponse:
    """One notice; opening it is recorded."""
    return _page(request, _found(key), {})


def _page(request: OfficerRequest, row: Notice, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.NOTICE_READ, by=request.actor, about=("notice", row.key))
    today, known = clock.today(), publicity.channels(row.event_on)
    text = queries.text_of(row)
    places = shown.places(row, today)
    steps = row.steps.select_related("post__account").order_by("id")
    context = {
        "notice": shown.head(row, today),
        "question": shown.question(row, today),
        "places": places,
        "text": shown.text(text) if text else None,
        "steps": shown.steps(steps, known),
        "today": today,
        **_form(request, row),
        **_may(request, row),
        "channels": _channels(row, places),
        **more,
    }
    return render(request, "desk/notice.html", context, status=422 if "error" in more else 200)


def _form(request: OfficerRequest, row: Notice) -> dict[str, Any]:
    text = queries.text_of(row)
    return {
        "fields": shown.form_fields(row, deciding.first_draft(row)),
        "terms": shown.terms(row),
        "term": text.term if text else "",
        "longest": text.longest if text else row.longest,
        "secrets": "\n".join(text.secrets) if text else "",
        "laws": forms.field_choices(),
        "causes": [(str(one), label(CAUSE_TEXTS[one])) for one in reviewing.BY_HAND],
        "early": shown.early(row, clock.today(), met_of(request)),
    }


def _may(request: OfficerRequest, row: Notice) -> dict[str, bool]:
    """What this officer may do now; who prepared a text is told so by the act itself."""
    own = row.unit_id == request.actor.unit
    keeps = own and Permission.PUBLISH in request.actor.permissions
    approves = own and Permission.APPROVE_PAPERS in request.actor.permissions
    state, question = State(row.state), queries.question_of(row)
    return {
        "may_choose": keeps and (state, Act.CHOOSE) in MOVES and queries.field_of(row.subject) is None,
        "may_prepare": keeps and ((state, Act.PREPARE) in MOVES or (state, Act.CORRECT) in MOVES),
        "correcting": (state, Act.CORRECT) in MOVES,
        "may_approve": approves and (state, Act.RETURN) in MOVES,
        "may_fall": keeps and (state, Act.ASK) in MOVES and not (question and question.asked),
        "may_decide": approves
        and question is not None
        and not any(deciding.same_person(post, request.actor) for post in question.posts),
        "may_record": keeps,
    }


def _channels(row: Notice, places: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The act on channels that is open now, the channels it may be recorded for, and those to forward for."""
    state, newest = State(row.state), row.texts.count()
    if (state, Act.PUBLISH) in MOVES and row.question is None:
        forward = [one for one in places if one["receives"] and not one["left"] and not one["published_on"]]
        still = [one for one in places if not one["out"] and one not in forward]
        return {"do": "publish", "open": still, "forward": forward}
    if (state, Act.REPLACE) in MOVES:
        older = [one for one in places if one["left"] and one["text_number"] != newest]
        return {"do": "replace", "open": older}
    if (state, Act.WITHDRAW) in MOVES:
        return {"do": "withdraw", "open": [one for one in places if one["left"]]}
    return {"do": "", "open": []}


@require_POST
def notice_act(request: OfficerRequest, key: str) -> HttpResponse:
    """One act on a notice; `do` says which. A preview stores nothing and shows the page with it."""
    row = _found(key)
    try:
        if forms.words_of(request, "do") == "preview":
            return _preview(request, row)
        act = ACTS.get(forms.words_of(request, "do"))
        if act is None:
            raise PublicityRefused("请选择要办理的事项。", "Choose what to do.")
        act(request, key)
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _page(request, row, _typed(request, row) | forms.refused(refusal, request))
    messages.success(request, said(forms.KEPT))
    return redirect("notice", key)


def _preview(request: OfficerRequest, row: Notice) -> HttpResponse:
    draft = draft_of(request)
    found = deciding.preview(row, draft)
    chosen = publicity.term(row.matter, row.event_on, draft.term)
    preview = shown.previewed(found.redacted) | {
        "digest": found.digest,
        "published": found.published,
        "term": label(chosen.text),
        "hidden": [
            (name, text) for name, text in request.POST.items() if name not in ("do", "csrfmiddlewaretoken")
        ],
    }
    return _page(request, row, _typed(request, row) | {"preview": preview})


def _typed(request: OfficerRequest, row: Notice) -> dict[str, Any]:
    """The form as it was typed."""
    if not any(name.startswith(FIELD) for name in request.POST):
        return {}
    draft = draft_of(request)
    return {
        "fields": shown.form_fields(row, draft.fields),
        "term": draft.term,
        "longest": draft.longest,
        "secrets": "\n".join(draft.secrets),
        "reason": draft.reason,
    }


def card(request: OfficerRequest, about: tuple[str, str]) -> dict[str, Any]:
    """Notices about a record, for that record's own page, and whether the reader may begin one."""
    today = clock.today()
    return {
        "notices": [shown.row(one, today) for one in queries.of_record(about)],
        "may_publish": Permission.PUBLISH in request.actor.permissions,
    }


def due_on_home(unit: int, today: date) -> dict[str, Any]:
    """What the office has to publish, approve or take down, for the first page."""
    rows = queries.waiting(unit)
    return {
        "notices_due": [shown.row(one, today) for one in rows.select_related("unit")[:ON_HOME]],
        "notices_late": rows.filter(due__lt=today).count(),
    }


def _found(key: str) -> Notice:
    row = queries.find(key)
    if row is None:
        raise Http404
    return row
