"""Reads of casework. Every query runs under the reader's scope; the database hides what is not his."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, Q, QuerySet

from lantian.casework.models import Lead, LeadStep
from lantian.casework.states import OPEN_STATES
from lantian.core.competence import Act, Field, Row
from lantian.core.messages import Text
from lantian.office import competence
from lantian.office.actors import Actor
from lantian.office.holdings import Holding, holding
from lantian.office.models import Unit
from lantian.office.search import Record
from lantian.office.units import open_units
from lantian.registry import queries as registry
from lantian.registry.models import Subject


@dataclass(frozen=True)
class Due:
    """How many open leads are overdue, due today, due within seven days, and open in all."""

    overdue: int
    today: int
    week: int
    open: int


# What was compared decides which instrument applies: the first letter of a detector's id is its family.
PATENTS, TRADEMARKS = "P", "T"
FAMILIES: dict[str, Field] = {TRADEMARKS: Field.TRADEMARK_AGENCY}
# Elsewhere it is whom the lead concerns: an agency by the kinds the register gives it, anybody else as below.
AGENCY = "agency"
FIELDS: dict[str, Field] = {
    "practitioner": Field.PRACTITIONER,
    "applicant": Field.APPLICANT,
    "company": Field.UNLICENSED,
    "person": Field.UNLICENSED,
}


def field_of(subject_kind: str, subject_no: str = "", *, detector: str = "") -> Field | None:
    """The field of law of a lead, by what was compared and whom it concerns; None: an officer has to say.

    An agency is what the register says; what patents show of one that is not a trademark agency alone concerns
    it as a patent agency.
    """
    if found := FAMILIES.get(detector[:1]):
        return found
    if subject_kind != AGENCY:
        return FIELDS.get(subject_kind, Field.APPLICANT)
    known = registry.agency_field(subject_no)
    return known or (Field.PATENT_AGENCY if detector[:1] == PATENTS else None)


def city() -> Unit:
    """The city office: the root of the house."""
    return Unit.objects.get(kind=Unit.Kind.CITY)


def office_for(district_code: str | None, *, subject_no: str = "") -> Unit:
    """The office with jurisdiction: where routing places the subject, if the registry knows it, else the district.

    A functional zone that is a unit of its own comes before its district. What nobody can place waits with the city.
    """
    return offices_for([(district_code, subject_no)])[0]


def offices_for(wanted: Sequence[tuple[str | None, str]]) -> list[Unit]:
    """The offices with jurisdiction over several (district, number of the subject), in their order."""
    known = registry.find_all(number for _, number in wanted)
    units, whole = {str(unit.pk): unit for unit in open_units()}, city()
    return [
        next((units[code] for code in _codes(district, known.get(number)) if code in units), whole)
        for district, number in wanted
    ]


def _codes(district_code: str | None, subject: Subject | None) -> tuple[str | None, ...]:
    placed = subject is not None and subject.kind != subject.Kind.PRACTITIONER
    return (subject.zone, subject.district_code) if subject and placed else (district_code,)


def capacity_of(holder: Unit, field: Field, on: date) -> Row | None:
    """The matrix row under which an office verifies a lead in a field; None when it may not."""
    return competence.matrix().row(Act.VERIFY, field, holder.pk, holder.kind, on)


def docket(by: Actor) -> QuerySet[Lead]:
    """Leads that the officer's office holds; the city sees every lead it has a part in."""
    leads = Lead.objects.select_related("holder", "changed_by__account").order_by("due", "id")
    return leads if by.unit == city().pk else leads.filter(holder_id=by.unit)


def open_leads(by: Actor) -> QuerySet[Lead]:
    """Leads of the docket that are not verified yet."""
    return docket(by).filter(state__in=[str(state) for state in OPEN_STATES])


def due(by: Actor, today: date) -> Due:
    """Counts for the desk's home page."""
    leads = docket(by)
    counts = {str(period): leads.filter(falling(period, today)).count() for period in Period}
    return Due(**counts, open=open_leads(by).count())


def open_by_office(by: Actor) -> list[tuple[Unit, int]]:
    """Open leads by holder, every district office named, also with none."""
    counts = dict(open_leads(by).order_by().values_list("holder").annotate(Count("id")))
    units = open_units() if by.unit == city().pk else Unit.objects.filter(pk__in=by.units)
    return [(unit, counts.get(unit.pk, 0)) for unit in units]


def held_by(unit: Unit) -> Holding:
    """Open leads that a unit holds: they keep it from being closed."""
    leads = Lead.objects.filter(holder=unit, state__in=[str(state) for state in OPEN_STATES]).order_by(
        "due", "id"
    )
    rows = [(Text(lead.number, lead.number), lead.key) for lead in leads]
    return holding("lead", Text("在办线索", "open leads"), rows)


def find(key: str) -> Lead | None:
    """One lead, if the reader may see it."""
    return Lead.objects.select_related("holder", "origin_unit").filter(key=key).first()


def of_origin(kind: str, key: str) -> Lead | None:
    """The lead that came from a finding or report, if the reader may see it."""
    return Lead.objects.filter(origin_kind=kind, origin_key=key).first()


def steps(lead: Lead) -> list[LeadStep]:
    """The lead's history, oldest first."""
    return list(
        lead.steps.select_related("post__account", "post__unit", "from_unit", "to_unit").order_by("id")
    )


def search_record(lead: Lead) -> Record:
    """A lead as global search finds it: by number, by name and number of its subject."""
    return Record("lead", lead.key, (lead.number, lead.subject_name), (lead.number, lead.subject_no))


def by_keys(keys: Sequence[str]) -> list[Lead]:
    """Leads with these keys that the reader may see, in the order asked."""
    found = {
        lead.key: lead for lead in Lead.objects.select_related("holder", "origin_unit").filter(key__in=keys)
    }
    return [found[key] for key in keys if key in found]


class Period(StrEnum):
    """Periods in which open leads fall due, as the desk's figures count them; the week begins after today."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


@dataclass(frozen=True)
class Filter:
    """What a docket shows; empty fields do not filter. `state` may be `open`, `office` is the holder's id."""

    state: str = ""
    office: str = ""
    text: str = ""


OPEN = "open"


def wanted(by: Actor, filter: Filter) -> QuerySet[Lead]:
    """The leads of a docket that a filter lets through."""
    leads = docket(by)
    if filter.state:
        states = [str(state) for state in OPEN_STATES] if filter.state == OPEN else [filter.state]
        leads = leads.filter(state__in=states)
    if filter.office:
        leads = leads.filter(holder_id=int(filter.office))
    if filter.text:
        leads = leads.filter(Q(number__icontains=filter.text) | Q(subject_name__icontains=filter.text))
    return leads


def falling(period: Period, today: date) -> Q:
    """Open leads whose due day falls into a period."""
    days = {
        Period.OVERDUE: Q(due__lt=today),
        Period.TODAY: Q(due=today),
        Period.WEEK: Q(due__gt=today, due__lte=today + timedelta(days=7)),
    }
    return Q(state__in=[str(state) for state in OPEN_STATES]) & days[period]
