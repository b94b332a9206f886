"""The credit file of one subject: official grade, our reckoning line by line, ways back, events, matters, class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.core.credit.book import CreditBook
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.desk import measuring as forms
from lantian.desk.present import crediting as filed
from lantian.desk.present import listings
from lantian.desk.present import standing as shown
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.standing import actions, classing, queries, reckoning, repairing
from lantian.standing.actions import NewEvent
from lantian.standing.classing import Signature
from lantian.standing.drawing import rested
from lantian.standing.errors import NoScore, Stale, StandingRefused
from lantian.standing.models import Objection, Repair
from lantian.standing.party import sheet_for
from lantian.standing.repairing import Application, Decision
from lantian.standing.states import ObjectionAct, RepairAct

RECKONED = Text("已测算并保存。", "Reckoned and stored.")
SIGNED = Text("已签署。", "Signed.")
ON_DAY = Text("日期", "day")
# A reckoning from part of the events would be a false one.
KEEPERS = Text(
    "只有市局和对象所在区局可以查看测算：其他单位看不到全部信用事件。",
    "Only the city and the subject's own district see the reckoning: another office does not see every event.",
)


@require_safe
def credit(request: OfficerRequest, key: str) -> HttpResponse:
    """The file; opening it is recorded. `on` and `known` ask for another day, and for what was known on a day."""
    subject = _found(key)
    if subject.key != key:
        return redirect("credit", subject.key)
    return _page(request, subject, "desk/credit.html", {})


@require_safe
def credit_print(request: OfficerRequest, key: str) -> HttpResponse:
    """The statement as a sheet to print, with its mark on it; `for=party` that of the reconciled round."""
    subject = _found(key)
    if request.GET.get("for") == "party":
        return _for_party(request, subject)
    return _page(request, subject, "desk/credit_print.html", {})


def _for_party(request: OfficerRequest, subject: Subject) -> HttpResponse:
    """For the scored party: the official grade and the statement that agrees with it, or why there is none."""
    audit.record(audit.Kind.CREDIT_READ, by=request.actor, about=("subject", subject.key))
    context: dict[str, Any] = {
        "subject": {"key": subject.key, "name": subject.name, "number": subject.number},
        "mark": shown.mark(),
        "party": True,
    }
    if request.actor.unit not in queries.keepers(subject):
        return render(request, "desk/credit_print.html", context | {"no_score": said(KEEPERS)}, status=422)
    try:
        grade, statement = sheet_for(subject)
    except Refused as refusal:
        return render(
            request, "desk/credit_print.html", context | {"no_score": said(refusal.text)}, status=422
        )
    context |= {"official": shown.grade(grade), "statement": shown.statement(statement)}
    return render(request, "desk/credit_print.html", context)


def _page(request: OfficerRequest, subject: Subject, template: str, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.CREDIT_READ, by=request.actor, about=("subject", subject.key))
    today = clock.today()
    on = _asked(request, "on") or today
    known = _asked(request, "known") or max(on, today)
    context = {
        "subject": {"key": subject.key, "name": subject.name, "number": subject.number},
        "mark": shown.mark(),
        "asked": {"on": str(on), "known": str(known)},
        "today": today,
        **official(subject, on, request.actor),
        **_internal(subject, on, known, request.actor),
        **_records(subject, today),
        **_signing(request, subject, today),
        "may_keep": Permission.KEEP_STANDING in request.actor.permissions,
        "may_decide": Permission.DECIDE_STANDING in request.actor.permissions
        and request.actor.unit == queries.city_id(),
        **more,
    }
    return render(request, template, context, status=422 if "error" in more else 200)


def official(subject: Subject, on: date, by: OfficerActor) -> dict[str, Any]:
    """What is officially known of a subject on a day, with the lists it is on and the class that was signed.

    An office that does not keep the subject (`keeps`) may see less than there is.
    """
    today, signed = clock.today(), queries.class_of(subject)
    return {
        "keeps": by.unit in queries.keepers(subject),
        "official": shown.grade(queries.official_grade(subject, on)),
        "quality": shown.quality(queries.quality_rounds(subject, on)),
        "listed": [listings.entry(one, today) for one in queries.lists_on(subject, on)],
        "signed": shown.supervision_class(signed, today),
        "again": signed is not None and signed.rested_on != rested(queries.official_standing(subject, today)),
        "facts": filed.facts(queries.facts_of(subject)),
    }


def _internal(subject: Subject, on: date, known: date, by: OfficerActor) -> dict[str, Any]:
    """Our reckoning, the ways back, and how it differs from the official record; or why there is none."""
    if by.unit not in queries.keepers(subject):
        return {"no_score": said(KEEPERS)}
    try:
        book = queries.book_of(subject)
        statement, found = queries.statement_of(subject, on, known), queries.ways(subject, on, known)
    except Refused as refusal:
        return {"no_score": said(refusal.text)}
    return {
        "statement": shown.statement(statement),
        "what_if": shown.ways(found),
        "compared": _compared(subject, book),
        "history": shown.history(queries.reckonings(subject), subject.key),
        "indicators": [(id, label(each[-1].text)) for id, each in sorted(book.indicators.items())],
    }


def _compared(subject: Subject, book: CreditBook) -> dict[str, Any] | None:
    try:
        found = queries.reconciled(subject)
    except Refused:
        return None
    if found is None:
        return None
    grade, statement, result = found
    return {
        "on": grade.since,
        "theirs": grade.grade,
        "ours": statement.grade,
        "agrees": result.agrees,
        "items_agree": result.items_agree,
        "difference": result.difference,
        "unexplained": result.unexplained,
        "pairs": [shown.pair(one, book) for one in result.pairs],
    }


def _records(subject: Subject, today: date) -> dict[str, Any]:
    try:
        book: CreditBook | None = queries.book_of(subject)
    except NoScore:
        book = None
    matters: list[Repair | Objection] = [
        *queries.repairs().filter(subject=subject),
        *queries.objections().filter(subject=subject),
    ]
    rows = list(queries.event_rows(subject))
    whence = filed.origins((row.origin_kind, row.origin_key) for row in rows)
    return {
        "events": [
            shown.event(row, book)
            | {"text": filed.words_of(row.indicator), "origin": whence[row.origin_kind, row.origin_key]}
            for row in rows
        ],
        "matters": [shown.matter(row, today) for row in matters],
    }


def _signing(request: OfficerRequest, subject: Subject, today: date) -> dict[str, Any]:
    """What is proposed for signature, to an office that keeps the subject."""
    if request.actor.unit not in queries.keepers(subject):
        return {}
    found = classing.propose(subject, today)
    return {
        "proposal": shown.proposed(found.proposed),
        "proposal_mark": found.mark,
        "classes": [(one["code"], shown.class_label(one["code"], today)) for one in classing.classes(today)],
    }


@require_POST
def credit_act(request: OfficerRequest, key: str) -> HttpResponse:
    """One act on the file; `do` says which."""
    subject = _found(key)
    act = ACTS.get(forms.words_of(request, "do"))
    try:
        if act is None:
            raise StandingRefused("请选择要办理的事项。", "Choose what to do.")
        messages.success(request, said(act(request, subject)))
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return _page(request, subject, "desk/credit.html", forms.refused(refusal, request))
    return redirect("credit", subject.key)


def _event(request: OfficerRequest, subject: Subject) -> Text:
    day = forms.day_of(request, "on", ON_DAY.zh, ON_DAY.en)
    quantity = forms.whole_of(request, "quantity", forms.QUANTITY, "1")
    event = NewEvent(
        indicator=forms.words_of(request, "indicator").strip(),
        occurred_on=day,
        known_on=forms.maybe_day(request, "known_on") or clock.today(),
        document=forms.words_of(request, "document"),
        quantity=quantity or 0,
        until=forms.maybe_day(request, "until"),
    )
    actions.record_event(subject_key=subject.key, event=event, by=request.actor)
    return forms.KEPT


def _correct(request: OfficerRequest, subject: Subject) -> Text:
    actions.note_correction(
        event_key=forms.words_of(request, "event"),
        on=forms.day_of(request, "on", ON_DAY.zh, ON_DAY.en),
        document=forms.words_of(request, "document"),
        note=forms.words_of(request, "text"),
        by=request.actor,
    )
    return forms.KEPT


def _application(request: OfficerRequest) -> Application:
    day = forms.day_of(request, "on", ON_DAY.zh, ON_DAY.en)
    text = "；".join(filter(None, (forms.words_of(request, name).strip() for name in ("text", "document"))))
    return Application(forms.words_of(request, "event"), day, text)


def _repair(request: OfficerRequest, subject: Subject) -> Text:
    repairing.ask_repair(_application(request), by=request.actor)
    return forms.KEPT


def _objection(request: OfficerRequest, subject: Subject) -> Text:
    repairing.raise_objection(_application(request), by=request.actor)
    return forms.KEPT


def _decide(request: OfficerRequest, subject: Subject) -> Text:
    day = forms.day_of(request, "on", ON_DAY.zh, ON_DAY.en)
    decision = Decision(day, forms.words_of(request, "reason"), forms.version_of(request))
    key, typed = forms.words_of(request, "matter"), forms.words_of(request, "act")
    if typed in list(RepairAct):
        repairing.decide_repair(key=key, act=RepairAct(typed), decision=decision, by=request.actor)
    elif typed in list(ObjectionAct):
        repairing.decide_objection(key=key, act=ObjectionAct(typed), decision=decision, by=request.actor)
    else:
        raise StandingRefused("请选择决定。", "Choose the decision.")
    return forms.KEPT


def _reckon(request: OfficerRequest, subject: Subject) -> Text:
    reckoning.reckon_subject(subject_key=subject.key, by=request.actor)
    return RECKONED


def _sign(request: OfficerRequest, subject: Subject) -> Text:
    signature = Signature(*(forms.words_of(request, name) for name in ("code", "mark", "reason")))
    classing.sign(subject_key=subject.key, signature=signature, by=request.actor)
    return SIGNED


ACTS: dict[str, Callable[[OfficerRequest, Subject], Text]] = {
    "event": _event,
    "correct": _correct,
    "repair": _repair,
    "objection": _objection,
    "decide": _decide,
    "reckon": _reckon,
    "sign": _sign,
}


def _found(key: str) -> Subject:
    subject = registry.by_key(key)
    if subject is None:
        raise Http404
    return subject


def _asked(request: OfficerRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
