"""Subjects, what registers say about them, and where routing places them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from lantian.casework.models import Lead
from lantian.core.messages import Text
from lantian.desk.present.tables import column_label
from lantian.desk.present.words import Offices, either, label, language, said
from lantian.office import clock
from lantian.registry import placing, queries
from lantian.registry.kinds import KIND_TEXTS as FACT_TEXTS
from lantian.registry.kinds import FactKind
from lantian.registry.models import RegisterFact, Subject
from lantian.registry.placing import WHY_TEXTS, Waiting, Why
from lantian.registry.queries import Disagreement
from lantian.registry.routing import STEP_TEXTS, Says, Step, district_name, zone_name
from lantian.screening import queries as screening
from lantian.screening.models import CLEARINGS, Finding
from lantian.screening.states import STATE_TEXTS

KIND_TEXTS: dict[str, Text] = {
    Subject.Kind.AGENCY: Text("代理机构", "agency"),
    Subject.Kind.COMPANY: Text("企业", "company"),
    Subject.Kind.PRACTITIONER: Text("代理师", "practitioner"),
    Subject.Kind.APPLICANT: Text("专利申请人", "applicant"),
    Subject.Kind.PERSON: Text("个人", "person"),
}
WAITING = Text("待市局确定", "waits with the city")
OUTSIDE = Text("外地登记", "registered elsewhere")
COLON = Text("：", ": ")
REGISTERED = Text("{day} 登记", "registered {day}")
BY_HAND = Text("市局 {day} 确定：{reason}", "Placed by the city on {day}: {reason}")
UNVERIFIABLE = Text("编号无法核对", "number cannot be verified")
FILINGS = Text("各年申请量（已公开的）", "Published applications by year")
PEOPLE = (FactKind.MEMBER, FactKind.STAFF, FactKind.BRANCH)
FACTS_IN_ORDER = [str(kind) for kind in FactKind]
EVENTS_SHOWN = 30
WORDS: Mapping[str, Text] = {
    "active": Text("正常", "active"),
    "suspended": Text("暂停", "suspended"),
    "revoked": Text("吊销", "revoked"),
    "closed": Text("注销", "closed"),
    "cancelled": Text("已注销", "cancelled"),
    "abnormal": Text("经营异常", "abnormal"),
    "deceased": Text("死亡", "deceased"),
    "valid": Text("有效", "valid"),
    "expired": Text("到期", "expired"),
    "stopped": Text("停止受理", "stopped"),
    "partnership": Text("合伙", "partnership"),
    "company": Text("公司", "company"),
    "law_firm": Text("律师事务所", "law firm"),
    "patent": Text("专利", "patents"),
    "trademark": Text("商标", "trademarks"),
    "partner": Text("合伙人", "partner"),
    "shareholder": Text("股东", "shareholder"),
    "legal_representative": Text("法定代表人", "legal representative"),
    "managing_partner": Text("执行事务合伙人", "managing partner"),
    "head": Text("负责人", "head"),
}
YES, NO = Text("在名录中", "in the directory"), Text("不在名录中", "not in the directory")
OPENED, FOUND = (
    Text("立为线索 {number}", "lead {number} opened"),
    Text("发现数据比对提示 {detector}", "finding of {detector} stored"),
)
# What a fact says first stands first; keys that only repeat the subject are left out.
ORDER = ("name", "role", "enrolment_no", "agency_code", "form", "status", "address", "phone", "practice_no")


def subject(row: Subject, offices: Offices, today: date) -> dict[str, Any]:
    """A subject in a list."""
    agency = getattr(row, "agency", None)
    status = agency.status or "" if agency else ""
    return {
        "key": row.key,
        "name": row.name,
        "number": row.number,
        "agency_code": agency.agency_code if agency else "",
        "kind": row.kind,
        "kind_label": label(KIND_TEXTS[row.kind]),
        "status": status,
        "status_label": label(WORDS[status]) if status in WORDS else "",
        "unverifiable": label(UNVERIFIABLE) if row.number_status != "valid" else "",
        "office": _office(row, offices),
        "conflict": row.route_conflict,
    }


def _office(row: Subject, offices: Offices) -> str:
    if row.district_code:
        return offices.of_district(row.district_code).name(language())
    return "" if row.kind == Subject.Kind.PRACTITIONER else label(WAITING)


def identity(row: Subject, numbers: list[str]) -> dict[str, Any]:
    """What the subject's own page says about it beyond the list."""
    agency = getattr(row, "agency", None)
    kinds = [label(WORDS[kind]) for kind in (agency.kinds or ()) if kind in WORDS] if agency else []
    if row.routed_by == Step.OUTSIDE:
        kinds.append(label(OUTSIDE))
    other = [number for number in numbers if number not in (row.number, agency and agency.agency_code)]
    return {"kinds": kinds, "other_numbers": other}


def place(row: Subject, offices: Offices, today: date) -> dict[str, Any] | None:
    """Where routing places the subject, why, and what speaks against it."""
    if row.kind == Subject.Kind.PRACTITIONER:
        return None
    route = queries.route_of(row, today)
    by_hand = placing.placings_of([row]).get(row.pk) if row.routed_by == Step.PLACED else None
    shown = {"office": _office(row, offices), "waits": not row.district_code, "conflicts": []}
    if by_hand:
        against = [one for one in route.said if one.district != row.district_code]
        conflicts = _steps(against, today) if row.route_conflict else []
        return shown | {"zone": "", "reason": _reason(by_hand), "conflicts": conflicts, "by_hand": True}
    return shown | {
        "zone": said(zone_name(route.zone, today)) if route.zone else "",
        "reason": said(route.reason(today)),
        "conflicts": _steps(route.conflicts, today),
    }


def _steps(steps: Iterable[Says], today: date) -> list[str]:
    """What steps of routing read, and where that leads."""
    return [
        f"{label(STEP_TEXTS[one.step])}: {said(one.read)} → {said(district_name(one.district, today))}"
        for one in steps
    ]


def _reason(by_hand: RegisterFact) -> str:
    day, reason = by_hand.valid.lower.isoformat(), by_hand.value["reason"]
    return said(BY_HAND).format(day=day, reason=reason)


def waiting(one: Waiting, offices: Offices, today: date) -> dict[str, Any]:
    """A body of the city's queue: why it waits, and what is on file to decide by."""
    fact = one.placing
    placed = None
    if fact and one.why is Why.CHANGED:
        office = offices.of_district(fact.value["district"]).name(language())
        placed = {"office": office, "on": fact.valid.lower, "reason": fact.value["reason"]}
    return {
        "key": one.subject.key,
        "version": one.version,
        "name": one.subject.name,
        "number": one.subject.number,
        "why": str(one.why),
        "why_label": label(WHY_TEXTS[one.why]),
        "reason": "" if placed else said(one.route.reason(today)),
        "given": one.given,
        "address": one.address,
        "said": _steps(one.route.said, today),
        "placed": placed,
    }


def disagreement(one: Disagreement) -> dict[str, str]:
    """Two registers side by side."""
    return {
        "first": label(FACT_TEXTS[one.kind]),
        "said": one.said,
        "second": label(FACT_TEXTS[one.other_kind]),
        "other": one.other,
    }


def fact(row: RegisterFact) -> dict[str, Any]:
    """A fact with the day from which it holds and the file it came from (where the reader may see that)."""
    return {
        "kind": row.kind,
        "label": label(FACT_TEXTS[FactKind(row.kind)]),
        "value": _value(row.value),
        "since": row.valid.lower,
        "until": row.valid.upper,
        "source": _source(row),
    }


def _source(row: RegisterFact) -> dict[str, Any] | None:
    if row.batch is None:
        return None
    return {"key": row.batch.key, "file": row.batch.file.name, "row": row.row}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return label(YES if value else NO)
    if isinstance(value, dict) and "district" in value:
        return f"{said(district_name(value['district'], clock.today()))} · {value['reason']}"
    if isinstance(value, dict) and "after" in value:
        return _change(value)
    if not isinstance(value, dict):
        return label(WORDS[value]) if value in WORDS else str(value)
    told = [value[name] for name in ORDER if value.get(name)]
    return " · ".join(label(WORDS[one]) if one in WORDS else str(one) for one in told)


def _change(value: Mapping[str, Any]) -> str:
    """What a change in a register says: which item, from what to what, registered when."""
    item = column_label(value["table"], value["field"])
    before, after = (_value(value.get(name) or "—") for name in ("before", "after"))
    registered = value.get("registered_on")
    told = f" · {said(REGISTERED).format(day=registered)}" if registered else ""
    return f"{item}{said(COLON)}{before} → {after}{told}"


def finding(row: Finding) -> dict[str, Any]:
    """A finding about the subject."""
    state = screening.state_after(row.outcome)  # type: ignore[attr-defined] # annotated by the query
    return {
        "key": row.key,
        "reason": either(row.reason_zh, row.reason_en),
        "score": row.score,
        "state": str(state),
        "state_label": label(STATE_TEXTS[state]),
        "clearing": row.clearing,
        "clearing_label": label(CLEARINGS[row.clearing]),
        "on": row.on,
        "gone_on": row.gone_on,
    }


def events(
    history: Iterable[RegisterFact],
    found: Iterable[Finding],
    leads: Iterable[Lead],
    more: Iterable[dict[str, Any]] = (),
) -> list[dict[str, Any]]:
    """What happened, the newest first: what became known, findings, leads, and `more` events of the same shape."""
    told = [*map(_told, history), *more]
    told += [
        _event(
            one.first_found_at, label(FOUND).format(detector=one.detector), reverse("finding", args=[one.key])
        )
        for one in found
    ]
    told += [
        _event(
            _midnight(one.opened_on), said(OPENED).format(number=one.number), reverse("lead", args=[one.key])
        )
        for one in leads
    ]
    return sorted(told, key=lambda event: event["at"], reverse=True)[:EVENTS_SHOWN]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), clock.CHINA)


def _told(row: RegisterFact) -> dict[str, Any]:
    one = fact(row)
    event = _event(row.known.lower, f"{one['label']}: {one['value']}", "")
    return event | {"since": one["since"], "until": one["until"], "closed": row.known.upper is not None}


def _event(at: datetime, words: str, href: str) -> dict[str, Any]:
    return {"at": at, "words": words, "href": href, "closed": False, "since": None, "until": None}
