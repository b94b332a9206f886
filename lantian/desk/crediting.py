"""The card 'credit file' on a matter's page: what is on file from it, what may be put there, what is contested."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lantian.casework import crediting
from lantian.casework.crediting import Matter, Put, Source
from lantian.core.messages import Refused, Text
from lantian.desk import measuring as forms
from lantian.desk.present import crediting as shown
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.permissions import Permission
from lantian.standing import sourcing

PUT = Text("已记入信用档案。", "Put on the credit file.")
UPHELD = Text("已维持。", "Upheld.")
TAKEN_BACK = Text("已撤回，该事件自始不计分。", "Taken back: it counts on no day.")
UNKNOWN = Text(
    "登记库中没有该对象；请先核对统一社会信用代码或者资格证号，再记入信用档案。",
    "The register does not know the subject; check its credit code or certificate number first.",
)
NONE = Text(
    "该事项目前没有可以记入信用档案的内容。", "Nothing of this matter can be put on a credit file now."
)


def card(request: OfficerRequest, row: Matter) -> dict[str, Any]:
    """What the card shows: events and facts on file, and the forms that the reader may use."""
    found, by, today = crediting.source(row), request.actor, clock.today()
    kinds = crediting.offered(found, today)
    may = crediting.may_put(found, by)
    doubts = {rule.confidence for rule in kinds.values()}
    return {
        "filed": {
            "url": reverse(f"{found.origin[0]}_credit", args=[found.origin[1]]),
            "version": found.version,
            "events": [shown.event(one) for one in sourcing.events_from(found.origin)],
            "facts": [shown.fact(one) for one in sourcing.facts_from(found.origin) if not _paired(one)],
            "kinds": [(id, label(rule.text)) for id, rule in kinds.items()],
            "basis": next((said(rule.basis.cite()) for rule in kinds.values()), ""),
            "doubt": doubt(max(doubts, key=lambda each: each.doubt)) if doubts else "",
            "subjects": [(one.number, one.name) for one in found.subjects],
            "on": str(found.on) if found.on else "",
            "document": found.document,
            "today": today,
            "may_put": may and bool(kinds),
            "may_decide": Permission.DECIDE_STANDING in by.permissions,
            "why_not": _why_not(found, may, bool(kinds)),
        }
    }


def _paired(fact: Any) -> bool:
    """A fact beside a credit event of the same document is shown with that event."""
    origin = (fact.origin_kind, fact.origin_key)
    return any(one.document == fact.document for one in sourcing.events_from(origin))


def _why_not(found: Source, may: bool, kinds: bool) -> str:
    if not may or kinds:
        return ""
    return said(NONE if found.subjects else UNKNOWN)


def act(request: OfficerRequest, kind: str, key: str) -> Text:
    """One act of the card: `do` names it. Raises what the rooms refuse."""
    do, reason = forms.words_of(request, "do"), forms.words_of(request, "reason")
    if do == "put":
        put = _put(request)
        crediting.put_on_file(kind, key, put, version=forms.version_of(request), by=request.actor)
        return PUT
    named = forms.words_of(request, "record")
    events = {one.key for one in sourcing.events_from((kind, key))}
    facts = {one.key for one in sourcing.facts_from((kind, key))}
    if do == "uphold" and named in events:
        sourcing.uphold(event_key=named, reason=reason, by=request.actor)
        return UPHELD
    if do == "take_back" and named in events:
        sourcing.take_back(event_key=named, reason=reason, by=request.actor)
        return TAKEN_BACK
    if do == "take_back" and named in facts:
        sourcing.take_fact_back(fact_key=named, reason=reason, by=request.actor)
        return TAKEN_BACK
    raise Refused("请选择要办理的事项。", "Choose what to do.")


def _put(request: OfficerRequest) -> Put:
    quantity = forms.words_of(request, "quantity").strip() or "1"
    if not (quantity.isascii() and quantity.isdigit()):
        raise Refused("数量应为整数。", "The quantity has to be a whole number.")
    return Put(
        kind=forms.words_of(request, "kind"),
        number=forms.words_of(request, "subject"),
        on=forms.day_of(request, "on", "行为或者决定日期", "the day of the act or decision"),
        document=forms.words_of(request, "document"),
        quantity=int(quantity),
        until=forms.maybe_day(request, "until"),
    )
