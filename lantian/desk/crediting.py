"""The card 'credit file' on a matter's page: what is on file from it, what may be put there, what is contested."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lantian.casework import branching, crediting, forwarding, measures_rules
from lantian.casework.crediting import Matter, Put, Source
from lantian.casework.forwarding import Forward
from lantian.core.messages import Refused, Text
from lantian.desk import measuring as forms
from lantian.desk.present import crediting as shown
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock
from lantian.office.permissions import Permission
from lantian.standing import sourcing

PUT = Text(
    "已按事实发生之日（{on}）的规则记入信用档案，版本 {version}。",
    "Put on the credit file by the rule of the day of the fact ({on}), version {version}.",
)
UPHELD = Text("已维持。", "Upheld.")
TAKEN_BACK = Text("已撤回，该事件自始不计分。", "Taken back: it counts on no day.")
UNKNOWN = Text(
    "登记库中没有该对象；请先核对统一社会信用代码或者资格证号，再记入信用档案。",
    "The register does not know the subject; check its credit code or certificate number first.",
)
FORWARDED = Text(
    "已准备转送总部所在地：{number}。接下来印发文书，发出后登记。",
    "The transfer to the home province is prepared: {number}. Next: issue its paper and send it.",
)
DECIDED = ("决定、认定日期", "the day of the decision or finding")
ELSEWHERE = Text(
    "该分支机构的总部在外省，由总部所在地计分，不记入本市信用档案。",
    "The main office of this branch is in another province, which scores it; nothing goes on a file here.",
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
            "subjects": [(one.id, shown.concerned(one)) for one in found.files],
            "on": str(found.decided_on or ""),
            "document": found.document,
            "today": today,
            "laws": forms.field_choices() if crediting.asks_law(found, today) else [],
            "may_put": may and bool(kinds),
            "may_decide": Permission.DECIDE_STANDING in by.permissions,
            "why_not": _why_not(found, may, bool(kinds)),
            "forward": _forward(request, found),
        }
    }


def _forward(request: OfficerRequest, found: Source) -> dict[str, Any]:
    """What the card says of branches: the rule, what was forwarded, and the form where the reader's office forwards."""
    rows = list(branching.forwarded(found.origin).select_related("unit"))
    told = {(row.subject_no, row.subject_name) for row in rows}
    parties = [one for one in forwarding.parties(found) if (one.party.no, one.party.name) not in told]
    kinds = forwarding.kinds(found) if parties else []
    rule = branching.rule(clock.today())
    named = bool(rows) or any(one.branch for one in found.concerned)
    may = bool(kinds) and forwarding.may_forward(request.actor)
    mine = request.POST if request.method == "POST" and request.POST.get("do") == "forward" else {}
    return {
        "rule": shown.rule(rule) if rule and (named or may) else None,
        "named": named,
        "rows": [shown.forwarded(row) for row in rows],
        "parties": [shown.party(one) for one in parties] if may else [],
        "kinds": [(one.id, label(one.text)) for one in kinds],
        "provinces": [(code, said(name)) for code, name in measures_rules.provinces().items()],
        "certain": any(one.branch for one in parties),
        "typed": mine,
    }


def _paired(fact: Any) -> bool:
    """A fact beside a credit event of the same document is shown with that event."""
    origin = (fact.origin_kind, fact.origin_key)
    return any(one.document == fact.document for one in sourcing.events_from(origin))


def _why_not(found: Source, may: bool, kinds: bool) -> str:
    if not may or kinds:
        return ""
    if any(one.branch and not one.here for one in found.concerned):
        return said(ELSEWHERE)
    if not found.files:
        return said(UNKNOWN)
    return said(found.waits or NONE)


def act(request: OfficerRequest, kind: str, key: str) -> Text:
    """One act of the card: `do` names it. Raises what the rooms refuse."""
    do, reason = forms.words_of(request, "do"), forms.words_of(request, "reason")
    if do == "put":
        put = _put(request)
        rule = crediting.put_on_file(kind, key, put, version=forms.version_of(request), by=request.actor)
        told = {"on": put.on, "version": rule.version}
        return Text(PUT.zh.format(**told), PUT.en.format(**told))
    if do == "forward":
        row = forwarding.forward(
            kind, key, _forwarding(request), version=forms.version_of(request), by=request.actor
        )
        return Text(FORWARDED.zh.format(number=row.number), FORWARDED.en.format(number=row.number))
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


def _forwarding(request: OfficerRequest) -> Forward:
    return Forward(
        party=forms.words_of(request, "party"),
        kind=forms.words_of(request, "kind"),
        on=forms.day_of(request, "on", *DECIDED),
        document=forms.words_of(request, "document"),
        agency=forms.words_of(request, "agency"),
        province=forms.words_of(request, "province"),
        words=forms.words_of(request, "words"),
    )


def _put(request: OfficerRequest) -> Put:
    quantity = forms.whole_of(request, "quantity", forms.QUANTITY, "1")
    return Put(
        kind=forms.words_of(request, "kind"),
        number=forms.words_of(request, "subject"),
        on=forms.day_of(request, "on", *DECIDED),
        document=forms.words_of(request, "document"),
        quantity=quantity or 0,
        until=forms.maybe_day(request, "until"),
        law=forms.law_of(request),
    )
