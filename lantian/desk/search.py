"""Global search: one box for names, initials and numbers, results by kind, exact numbers first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from lantian.casework import outside_queries as outside
from lantian.casework import queries as casework
from lantian.casework.states import STATE_TEXTS
from lantian.casework.states import State as LeadState
from lantian.core.messages import Text
from lantian.desk import purposes as asked_purposes
from lantian.desk.present import findings as shown
from lantian.desk.present.words import either, label, language, offices
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import queries as dispatch
from lantian.dispatch.states import STATE_TEXTS as LETTER_TEXTS
from lantian.dispatch.states import State as LetterState
from lantian.filings import queries as filings
from lantian.filings.captures import queries as captured
from lantian.filings.captures.models import PLATFORMS
from lantian.office import modes, purposes
from lantian.office import search as searching
from lantian.office.modes import Module
from lantian.office.permissions import Permission
from lantian.office.search import Hits, Question
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from lantian.screening import queries as screening

FEW = 8  # rows of a kind on the page of all kinds
Row = dict[str, Any]


@dataclass(frozen=True)
class Group:
    """One kind of result: who may see it, how it is looked for, how its rows are shown."""

    name: Text
    needs: Permission
    find: Callable[[Question, str], Hits]
    rows: Callable[[Sequence[str]], list[Row]]


@require_safe
def search(request: OfficerRequest) -> HttpResponse:
    """What was found, by kind; `group` shows one kind whole."""
    typed = request.GET.get("q", "").strip()[: searching.LONGEST]
    question = searching.ask(typed)
    asked = bool(question.grams or question.numbers)
    chosen = request.GET.get("group", "")
    wanted = [chosen] if chosen in GROUPS else list(GROUPS)
    if asked and not _may_list(request, question, chosen):
        return asked_purposes.ask(request, purposes.SEARCH)
    groups = [_group(name, question, chosen) for name in wanted if _may(request, name)] if asked else []
    context = {
        "typed": typed,
        "searched": typed,  # the field in the head of every page
        "asked": asked,
        "chosen": chosen if chosen in GROUPS else "",
        "groups": [group for group in groups if group["count"]],
    }
    return render(request, "desk/search.html", context)


def _may(request: OfficerRequest, name: str) -> bool:
    return GROUPS[name].needs in request.actor.permissions


def _may_list(request: OfficerRequest, question: Question, chosen: str) -> bool:
    """Whether the one group shown whole may be, should it be of natural persons."""
    if chosen not in registry.PERSONS or not _may(request, chosen):
        return True
    persons = len(GROUPS[chosen].find(question, chosen).keys)
    query = {name: str(value) for name, value in request.GET.items()}
    return purposes.may_list(persons=persons, scope=purposes.SEARCH, query=query, by=request.actor)


def _few(name: str) -> int:
    """Rows of a kind beside the others: groups of natural persons together stay below the limit."""
    return min(FEW, purposes.limit() // len(registry.PERSONS)) if name in registry.PERSONS else FEW


def _group(name: str, question: Question, chosen: str) -> dict[str, Any]:
    group = GROUPS[name]
    hits = group.find(question, name)
    rows = group.rows(hits.keys if chosen else hits.keys[: _few(name)])
    return {
        "key": name,
        "name": label(group.name),
        "count": len(hits.keys),
        "more": hits.more,
        "rest": len(hits.keys) - len(rows),
        "rows": [row | {"exact": row["key"] in hits.exact} for row in rows],
    }


def _leads(keys: Sequence[str]) -> list[Row]:
    return [
        {
            "key": lead.key,
            "title": lead.number,
            "href": reverse("lead", args=[lead.key]),
            "number": lead.subject_name or lead.subject_no,
            "note": f"{lead.holder.name(language())} · {label(STATE_TEXTS[LeadState(lead.state)])}",
        }
        for lead in casework.by_keys(keys)
    ]


def _findings(keys: Sequence[str]) -> list[Row]:
    return [
        {
            "key": finding.key,
            "title": shown.subject(finding),
            "href": reverse("finding", args=[finding.key]),
            "number": "" if finding.subject_no == finding.key else finding.subject_no,
            "note": either(finding.reason_zh, finding.reason_en),
        }
        for finding in screening.by_keys(keys)
    ]


def _dispatches(keys: Sequence[str]) -> list[Row]:
    return [
        {
            "key": row.key,
            "title": row.title,
            "href": reverse("dispatch", args=[row.key]),
            "number": " · ".join(filter(None, [row.number, row.sender_no])),
            "note": f"{row.sender} · {label(LETTER_TEXTS[LetterState(row.state)])}",
        }
        for row in dispatch.by_keys(keys)
    ]


def _outside(keys: Sequence[str]) -> list[Row]:
    return [
        {
            "key": row.key,
            "title": row.title or row.subject_name,
            "href": reverse("outside_matter", args=[row.key]),
            "number": row.external_no,
            "note": " · ".join(filter(None, [label(modes.title(Module(row.module))), row.stage])),
        }
        for row in outside.by_keys(keys)
    ]


def _captures(keys: Sequence[str]) -> list[Row]:
    return [
        {
            "key": row.key,
            "title": row.title or row.url or label(PLATFORMS[row.platform]),  # type: ignore[attr-defined]
            "href": reverse("capture", args=[row.key]),
            "number": row.url,
            "note": f"{label(PLATFORMS[row.platform])} · {row.unit.name(language())}",
        }
        for row in captured.by_keys(keys)
    ]


def _subjects(keys: Sequence[str]) -> list[Row]:
    houses = offices()
    return [
        {
            "key": subject.number,
            "title": subject.name,
            "href": _address("subject", subject.key),
            "number": " · ".join(filter(None, [subject.number, _agency_code(subject)])),
            "note": houses.of_district(subject.district_code).name(language()),
        }
        for subject in registry.by_numbers(keys)
    ]


def _agency_code(subject: Subject) -> str | None:
    agency = getattr(subject, "agency", None)
    return agency.agency_code if agency else None


def _patents(keys: Sequence[str]) -> list[Row]:
    return [
        {
            "key": patent.application_no,
            "title": patent.title or patent.application_no,
            "href": _address("patent", patent.application_no),
            "number": " · ".join(filter(None, [patent.application_no, patent.publication_no])),
            "note": patent.agency_name or "",
        }
        for patent in filings.by_numbers(keys).values()
    ]


def _address(route: str, key: str) -> str:
    """Where a record has its page; empty while it has none."""
    try:
        return reverse(route, args=[key])
    except NoReverseMatch:
        return ""


def _facets(*kinds: tuple[Subject.Kind, Text]) -> dict[str, Group]:
    return {str(kind): Group(name, Permission.READ_DESK, searching.public, _subjects) for kind, name in kinds}


GROUPS: dict[str, Group] = {
    "lead": Group(Text("线索", "lead"), Permission.READ_LEADS, searching.protected, _leads),
    "finding": Group(
        Text("数据比对提示", "findings"), Permission.READ_FINDINGS, searching.protected, _findings
    ),
    "dispatch": Group(Text("来文", "letter"), Permission.READ_LEADS, searching.protected, _dispatches),
    "outside": Group(
        Text("外部系统事项", "outside matters"),
        Permission.READ_LEADS,
        searching.protected,
        _outside,
    ),
    "capture": Group(Text("网页存证", "captures"), Permission.READ_LEADS, searching.protected, _captures),
    **_facets(
        (Subject.Kind.AGENCY, Text("代理机构", "agency")),
        (Subject.Kind.PRACTITIONER, Text("代理师", "practitioner")),
        (Subject.Kind.COMPANY, Text("企业", "company")),
        (Subject.Kind.APPLICANT, Text("申请人", "applicants")),
        (Subject.Kind.PERSON, Text("个人", "person")),
    ),
    "patent": Group(
        Text("专利申请（已公开）", "patent applications (published)"),
        Permission.READ_DESK,
        searching.public,
        _patents,
    ),
}
