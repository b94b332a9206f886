"""Who is supervised: the list, and one subject's whole file on one page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lantian.casework import measures_queries
from lantian.casework import outside_queries as outside
from lantian.casework.models import Lead
from lantian.core.messages import Text
from lantian.desk import credit, standing_due
from lantian.desk import purposes as asked_purposes
from lantian.desk.present import leads as leads_shown
from lantian.desk.present import measures
from lantian.desk.present import outside as outside_shown
from lantian.desk.present import standing as shown_standing
from lantian.desk.present import subjects as shown
from lantian.desk.present.words import Offices, label, language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.filings import queries as filings
from lantian.office import clock, modes, purposes
from lantian.office.charts import Mark
from lantian.registry import queries
from lantian.registry.kinds import FactKind
from lantian.registry.models import RegisterFact, Subject
from lantian.registry.queries import Filter
from lantian.screening import queries as screening
from lantian.standing import queries as standing

PAGE, SHOWN, PEOPLE_SHOWN = 25, 10, 50
PERSON_FACTS = (FactKind.MEMBER, FactKind.STAFF)
CONFLICT = Text("登记机关与区、地址不一致", "authority, district and address differ")


@require_safe
def subjects(request: OfficerRequest) -> HttpResponse:
    """The list, filtered."""
    houses = offices()
    wanted = _wanted(request)
    found, held_back = _open_to(request, wanted)
    if held_back and (wanted.kind or "purpose" in request.GET):
        return asked_purposes.ask(request, purposes.SUBJECTS)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    today = clock.today()
    page.object_list = [shown.subject(row, houses, today) for row in page.object_list]  # type: ignore[misc]
    context = {
        "page": page,
        "held_back": held_back,
        "kinds": [(str(kind), label(shown.KIND_TEXTS[kind])) for kind in queries.KINDS],
        "choices": {"place": _places(houses), "conflict": [("yes", said(CONFLICT))]},
        "filters": {
            "q": wanted.words,
            "kind": wanted.kind,
            "place": wanted.place,
            "conflict": "yes" if wanted.conflict else "",
        },
    }
    return render(request, "desk/subjects.html", context)


def _open_to(request: OfficerRequest, wanted: Filter) -> tuple[QuerySet[Subject], int]:
    """The list as far as it may be shown now, and how many natural persons it lacks until a purpose is stated."""
    found = queries.subjects(wanted)
    people = found.filter(kind__in=queries.PERSONS)
    persons, query = people.count(), {name: str(value) for name, value in request.GET.items()}
    if purposes.may_list(persons=persons, scope=purposes.SUBJECTS, query=query, by=request.actor):
        return found, 0
    return found.exclude(kind__in=queries.PERSONS), persons


def _wanted(request: OfficerRequest) -> Filter:
    asked = {name: request.GET.get(name, "") for name in ("q", "kind", "place", "conflict")}
    kind = asked["kind"] if asked["kind"] in Subject.Kind.values else ""
    return Filter(asked["q"][:60].strip(), kind, asked["place"][:10], asked["conflict"] == "yes")


def _places(houses: Offices) -> list[tuple[str, str]]:
    districts = [unit for unit in houses.by_id.values() if unit.kind == "district"]
    waiting = (queries.WAITING, said(shown.WAITING))
    return [*((str(unit.pk), unit.name(language())) for unit in districts), waiting]


@require_safe
def subject(request: OfficerRequest, key: str) -> HttpResponse:
    """One file: who it is, what the registers say, people, filings, findings and leads that the reader may see."""
    row = queries.by_key(key)
    if row is None:
        raise Http404
    if row.key != key:
        return redirect("subject", row.key)
    houses, today = offices(), clock.today()
    numbers = queries.numbers_of(row)
    facts = sorted(queries.facts_of(row, today), key=lambda one: shown.FACTS_IN_ORDER.index(one.kind))
    history = queries.history_of(row)
    people = _people(row)
    asked = _asked_for(request, row, history, len(people))
    if asked:
        facts, history = _without_persons(facts), _without_persons(history)
    found = screening.findings(screening.EVERY).filter(subject_no__in=numbers)
    leads = Lead.objects.select_related("holder").filter(subject_no__in=numbers).order_by("-id")
    context = {
        "subject": shown.subject(row, houses, today) | shown.identity(row, numbers),
        "place": shown.place(row, houses, today),
        "disagreements": [shown.disagreement(one) for one in queries.disagreements(row, today)],
        "facts": [shown.fact(one) for one in facts if one.kind not in shown.PEOPLE],
        "members": [shown.fact(one) for one in facts if one.kind in shown.PEOPLE],
        "people": [] if asked else people,
        "asked": asked,
        "filings": _years(row, numbers),
        "filings_label": said(shown.FILINGS),
        "findings": [shown.finding(one) for one in found[:SHOWN]],
        "findings_count": found.count(),
        "leads": [leads_shown.lead(one, today) for one in leads[:SHOWN]],
        "outside": _outside(request, numbers),
        **_standing(request, row, today),
        **standing_due.of_subject(row, today),
        "events": shown.events(
            history, found[:SHOWN], leads[:SHOWN], measures.events(*measures_queries.about(numbers))
        ),
    }
    return render(request, "desk/subject.html", context)


def _standing(request: OfficerRequest, row: Subject, today: date) -> dict[str, Any]:
    """What is officially known of the subject, and our own reckoning over time, under its mark."""
    found = credit.official(row, today, request.actor)
    confirmed = found.pop("facts")
    history = shown_standing.history(standing.reckonings(row), row.key)
    return found | {"confirmed": confirmed, "mark": shown_standing.mark(), "reckoned": history}


def _outside(request: OfficerRequest, numbers: list[str]) -> list[dict[str, Any]]:
    """Matters of outside systems about a subject, in modules that the reader's office has."""
    found = outside.of_subject(numbers, modes.shown(request.actor.unit))
    return [outside_shown.matter(one) for one in found[:SHOWN]]


def _people(row: Subject) -> list[dict[str, Any]]:
    people = queries.people_of(row, clock.today()) if row.kind == Subject.Kind.AGENCY else []
    return [{"name": one.name, "number": one.number, "key": one.key} for one in people[:PEOPLE_SHOWN]]


def _asked_for(
    request: OfficerRequest, row: Subject, history: list[RegisterFact], people: int
) -> dict[str, Any] | None:
    """What to ask before the file's natural persons, also the former ones, are shown; nothing when they may be."""
    named = {(one.kind, one.item) for one in history if one.kind in PERSON_FACTS}
    scope, persons = purposes.of_agency(row.key), people + len(named)
    if purposes.may_list(persons=persons, scope=scope, query={"subject": row.key}, by=request.actor):
        return None
    return asked_purposes.asking(scope, request.path)


def _without_persons(facts: list[RegisterFact]) -> list[RegisterFact]:
    return [one for one in facts if one.kind not in PERSON_FACTS]


def _years(row: Subject, numbers: list[str]) -> list[Mark]:
    counts = filings.by_year(numbers, agency=row.kind == Subject.Kind.AGENCY)
    return [Mark(str(year), count) for year, count in counts.items()]


def file_of(number: str) -> str:
    """The address of the file of a number, empty when the registry does not know it."""
    return files_of([number]).get(number, "")


def files_of(numbers: Iterable[str]) -> dict[str, str]:
    """The addresses of the files of numbers; those that the registry does not know are left out."""
    return {
        number: reverse("subject", args=[subject.key])
        for number, subject in queries.find_all(numbers).items()
    }
