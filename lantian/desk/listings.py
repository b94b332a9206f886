"""Registers of lists, each regime apart; one entry on its road: proposal, steps, review, decision, removal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.core import lists
from lantian.core.lists import Terms
from lantian.core.messages import NotAllowed, Refused, Text
from lantian.core.rulebook import NotInForce, RuleVersion
from lantian.desk import listing_card, listing_checks
from lantian.desk import measuring as forms
from lantian.desk.paging import paged
from lantian.desk.present import listings as shown
from lantian.desk.present import notices
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import either, label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import audit, clock
from lantian.office.permissions import Permission
from lantian.publicity import queries as publicity
from lantian.registry import queries as registry
from lantian.standing import listing as acts
from lantian.standing import queries
from lantian.standing.deciders import may_act
from lantian.standing.errors import Stale, StandingRefused
from lantian.standing.hearing import hearing_of
from lantian.standing.listing import Done, Listing
from lantian.standing.models import ListEntry
from lantian.standing.states import LIST_STATE_TEXTS, ListState

MONTHS = Text("月数应为整数。", "Months have to be a whole number.")
PROPOSED = Text("已提议。接下来：由另一人复核。", "Proposed. Next: another person reviews it.")
CHECKING = Text("已安排期满核对。", "The check of expired entries is scheduled.")


@require_safe
def listings(request: OfficerRequest) -> HttpResponse:
    """The register of one list or of all, filtered by state."""
    today, every = clock.today(), _rules()
    wanted = request.GET.get("list", "")
    wanted = wanted if wanted in every else ""
    state = request.GET.get("state", "")
    rows = queries.entries(wanted)
    if state in list(ListState):
        rows = rows.filter(state=state)
    found = paged(request, rows, lambda row: shown.entry(row, today))
    context = {
        "page": found,
        "lists": [(id, label(rule.text)) for id, rule in every.items()],
        "states": [(str(one), label(text)) for one, text in LIST_STATE_TEXTS.items()],
        "filters": {"list": wanted, "state": state},
        "rule": _told(every[wanted]) if wanted else None,
        "expired": queries.expired(today).count(),
        **listing_checks.last(request),
        "may": Permission.KEEP_STANDING in request.actor.permissions,
    }
    return render(request, "desk/listings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def listings_new(request: OfficerRequest) -> HttpResponse:
    """Propose a subject for a list: first the list, then ground, facts and reason."""
    if request.method != "POST":
        return _new_page(request, {})
    try:
        party, _, ground = forms.words_of(request, "ground").partition("|")
        wanted = Listing(
            subject_key=forms.words_of(request, "subject"),
            list_id=_list_id(forms.words_of(request, "list")),
            party=party,
            ground=ground,
            facts=tuple(one for one in request.POST.getlist("facts") if one in lists.FACTS),
            reason=forms.words_of(request, "reason"),
        )
        row = acts.propose(wanted, by=request.actor)
    except Refused as refusal:
        return _new_page(request, forms.refused(refusal, request))
    messages.success(request, said(PROPOSED))
    return redirect("listing", row.key)


def _list_id(typed: str) -> str:
    if typed not in _rules():
        raise StandingRefused("请选择名单。", "Choose the list.")
    return typed


def _new_page(request: OfficerRequest, more: Mapping[str, Any]) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    subject, every = registry.by_key(asked.get("subject", "")), _rules()
    subject = subject or registry.find(asked.get("subject", "").strip())
    chosen = every.get(asked.get("list", ""))
    context = {
        "subject": {"key": subject.key, "name": subject.name, "number": subject.number} if subject else None,
        "typed_subject": asked.get("subject", ""),
        "lists": [(id, label(rule.text)) for id, rule in every.items()],
        "chosen": chosen.id if chosen else "",
        "rule": _told(chosen) if chosen else None,
        "grounds": _grounds(chosen) if chosen else [],
        "facts": _facts(chosen) if chosen else [],
        **more,
    }
    return render(request, "desk/listings_new.html", context, status=422 if "error" in more else 200)


def _grounds(rule: RuleVersion) -> list[tuple[str, str]]:
    """Grounds of a list for each kind of party, as one choice."""
    return [
        (
            f"{party}|{one['code']}",
            f"{label(shown.PARTY_TEXTS[party])} · {either(one['text_zh'], one['text_en'])}"
            f" · {either(one['article_zh'], one['article_en'])}",
        )
        for party in rule.values["subjects"]
        for one in rule.values["grounds"]
    ]


def _facts(rule: RuleVersion) -> list[tuple[str, str]]:
    named = {fact for one in rule.values["grounds"] for fact in one.get("needs", ())}
    return [(code, label(text)) for code, text in lists.FACTS.items() if code in named]


@require_safe
def listing(request: OfficerRequest, key: str) -> HttpResponse:
    """One entry; opening it is recorded."""
    return page(request, _found(key), {})


def page(request: OfficerRequest, row: ListEntry, more: Mapping[str, Any]) -> HttpResponse:
    audit.record(audit.Kind.LIST_READ, by=request.actor, about=("listing", row.key))
    today, rule = clock.today(), acts.rule_of(row)
    decided, ours = row.decided_on is not None, may_act(row, request.actor.unit)
    steps = row.steps.select_related("post__account").order_by("id")
    context = {
        "entry": shown.entry(row, today),
        "rule": _told(rule),
        "missing": [] if decided else shown.missing(acts.checked(row, today)),
        "steps": [shown.list_step(one, rule) for one in steps],
        **listing_card.of_entry(request, row),
        "open_steps": [(step, label(text)) for step, text in acts.open_steps(row).items()],
        "hearing": None if decided else shown.hearing(hearing_of(row, rule), rule, today),
        "leaving": shown.leaving(row, rule, today) if row.state == ListState.LISTED else [],
        "notices": [notices.row(one, today) for one in publicity.of_record(("listing", row.key))],
        "today": today,
        "may_keep": ours and Permission.KEEP_STANDING in request.actor.permissions,
        "may_decide": ours and Permission.DECIDE_STANDING in request.actor.permissions,
        "held": _held(more),
        **more,
    }
    return render(request, "desk/listing.html", context, status=422 if "error" in more else 200)


def _held(more: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """What was typed in the form that was refused, by that form."""
    form = FORMS.get(more.get("did", ""))
    return {form: more["typed"]} if form else {}


@require_POST
def listing_act(request: OfficerRequest, key: str) -> HttpResponse:
    """One act on an entry; `do` says which."""
    row, act = _found(key), ACTS.get(forms.words_of(request, "do"))
    try:
        if act is None:
            raise StandingRefused("请选择要办理的事项。", "Choose what to do.")
        day = forms.day_of(request, "on", "日期", "the day")
        document, note = forms.words_of(request, "document"), forms.words_of(request, "note")
        act(request, key, Done(day, forms.version_of(request), document, note))
    except (Stale, NotAllowed):
        raise
    except Refused as refusal:
        return page(request, row, forms.refused(refusal, request))
    messages.success(request, said(forms.KEPT))
    return redirect("listing", key)


def _enter(request: OfficerRequest, key: str, done: Done) -> None:
    terms = Terms(
        months=forms.whole_of(request, "months", MONTHS),
        permanent=forms.words_of(request, "permanent") == "yes",
        longer_until=forms.maybe_day(request, "longer_until"),
    )
    acts.enter(key=key, terms=terms, done=done, by=request.actor)


def _step(request: OfficerRequest, key: str, done: Done) -> None:
    acts.take_step(key=key, step=forms.words_of(request, "step"), done=done, by=request.actor)


def _remove(request: OfficerRequest, key: str, done: Done) -> None:
    acts.remove(key=key, done=done, by=request.actor)


def _review(request: OfficerRequest, key: str, done: Done) -> None:
    acts.review(key=key, done=done, by=request.actor)


def _reject(request: OfficerRequest, key: str, done: Done) -> None:
    acts.reject(key=key, done=done, by=request.actor)


FORMS = {
    "step": "step", "review": "act", "enter": "act", "reject": "act", "remove": "out",
    "enclose": "file", "send": "sent",
}  # fmt: skip
ACTS: dict[str, Callable[[OfficerRequest, str, Done], None]] = {
    "step": _step,
    "review": _review,
    "reject": _reject,
    "enter": _enter,
    "remove": _remove,
}


@require_POST
def listings_expire(request: OfficerRequest) -> HttpResponse:
    """Close the entries whose last day has gone by."""
    acts.expire_all(by=request.actor)
    messages.success(request, said(CHECKING))
    return redirect("listings")


def _rules() -> dict[str, RuleVersion]:
    """Lists in force today, by id."""
    found = {}
    for id in lists.book().versions:
        try:
            found[id] = lists.book().rule(id, clock.today())
        except NotInForce:
            continue
    return found


def _told(rule: RuleVersion) -> dict[str, Any]:
    """A regime in words: who proposes and decides, which steps, how it ends."""
    values = rule.values
    return {
        "id": rule.id,
        "name": label(rule.text),
        "proposes": label(shown.DECIDER_TEXTS[values["proposes"]]),
        "decider": label(shown.DECIDER_TEXTS[values["decider"]]),
        "steps": [said(lists.STEPS[step]) for step in values["steps"]],
        "published": values["published"] == "yes",
        "months": values.get("term_months"),
        "ends": values["ends"],
        "note": said(rule.note) if rule.note else "",
        "basis": said(rule.basis.cite()),
        "doubt": doubt(lists.confidence(rule)),
    }


def _found(key: str) -> ListEntry:
    row = queries.find_entry(key)
    if row is None:
        raise Http404
    return row
