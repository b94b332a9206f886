"""Reads of the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from lantian.core.competence import Field
from lantian.office.search import Source
from lantian.registry.kinds import TWINS, FactKind
from lantian.registry.models import Agency, Company, RegisterFact, Subject, SubjectAlias
from lantian.registry.routing import Route, route

WAITING = "city"  # the place of those whom no step of routing could place
# Natural persons for certain; an applicant may be one, the register does not say.
PERSONS = (Subject.Kind.PRACTITIONER, Subject.Kind.PERSON)
KINDS = (Subject.Kind.AGENCY, Subject.Kind.COMPANY, Subject.Kind.PRACTITIONER)
AGENCY_FIELDS: dict[frozenset[str], Field] = {
    frozenset({"patent"}): Field.PATENT_AGENCY,
    frozenset({"trademark"}): Field.TRADEMARK_AGENCY,
}
# Public register facts as global search finds them: by name now and before, initials, and every number.
SEARCHED = Source(
    "subject",
    r"""
    SELECT 'subject' AS kind, one.number AS key, one.kind AS facet,
        coalesce(greatest(one.batch_id, agency.batch_id, company.batch_id, person.batch_id), 0) AS batch,
        concat_ws(E'\n', one.name, initials(one.name_pinyin), array_to_string(company.former_names, E'\n')) AS names,
        ARRAY[one.number, agency.agency_code, person.practice_no] AS numbers
    FROM registry_subject one
    LEFT JOIN registry_agency agency ON agency.credit_code = one.number
    LEFT JOIN registry_company company ON company.credit_code = one.number
    LEFT JOIN registry_practitioner person ON person.licence_no = one.number
    """,
)


@dataclass(frozen=True)
class Filter:
    """What a list of subjects shows; empty fields do not filter. `place` is a district or `city`."""

    words: str = ""
    kind: str = ""
    place: str = ""
    conflict: bool = False


@dataclass(frozen=True)
class Disagreement:
    """Two registers that say the same thing differently."""

    kind: FactKind
    said: str
    other_kind: FactKind
    other: str


def resolve(subject: Subject) -> Subject:
    """Follow aliases to the subject that is kept."""
    seen = {subject.pk}
    while alias := SubjectAlias.objects.filter(old=subject, parted_at=None).select_related("kept").first():
        if alias.kept_id in seen:
            break
        subject = alias.kept
        seen.add(subject.pk)
    return subject


def find(number: str) -> Subject | None:
    """The subject with a credit code or an agency code, aliases resolved."""
    return find_all([number]).get(number)


def find_all(numbers: Iterable[str]) -> dict[str, Subject]:
    """Subjects by the credit codes or agency codes asked for, aliases resolved; unknown numbers are left out."""
    wanted = {number for number in numbers if number}
    found = {subject.number: subject for subject in Subject.objects.filter(number__in=wanted)}
    coded = Agency.objects.select_related("subject").filter(agency_code__in=wanted - found.keys())
    found |= {
        str(agency.agency_code): agency.subject for agency in coded.order_by("-pk")
    }  # the oldest of a code
    ids = [subject.pk for subject in found.values()]
    merged = set(SubjectAlias.objects.filter(old__in=ids, parted_at=None).values_list("old_id", flat=True))
    return {number: resolve(one) if one.pk in merged else one for number, one in found.items()}


def agency_kinds(number: str) -> frozenset[str]:
    """What an agency is by the register: `patent`, `trademark` or both; empty when nobody says."""
    subject = find(number) if number else None
    agency = Agency.objects.filter(subject=subject).first() if subject else None
    return frozenset(agency.kinds or ()) if agency else frozenset()


def agency_field(number: str) -> Field | None:
    """The field of law of an agency of one kind; None for one of both kinds, and when nobody says."""
    return AGENCY_FIELDS.get(agency_kinds(number))


def by_key(key: str) -> Subject | None:
    """The subject of an address, aliases resolved."""
    subject = Subject.objects.filter(key=key).first()
    return resolve(subject) if subject else None


def subjects(wanted: Filter) -> QuerySet[Subject]:
    """Subjects in the order of their names."""
    found = Subject.objects.select_related("agency")
    if wanted.words:
        words = wanted.words.strip()
        named = Q(name__icontains=words) | Q(number__istartswith=words) | Q(agency__agency_code=words)
        found = found.filter(named)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.place == WAITING:
        found = found.filter(district_code=None).exclude(kind=Subject.Kind.PRACTITIONER)
    elif wanted.place:
        found = found.filter(district_code=wanted.place)
    if wanted.conflict:
        found = found.filter(route_conflict=True)
    return found.order_by("name_pinyin", "id")


def numbers_of(subject: Subject) -> list[str]:
    """Every number by which records name a subject: its own, its agency code, those merged into it."""
    merged = SubjectAlias.objects.filter(kept=subject, parted_at=None).values_list("old_id", flat=True)
    own = Q(pk__in=[subject.pk, *merged])
    codes = Agency.objects.filter(subject__in=Subject.objects.filter(own)).values_list(
        "agency_code", flat=True
    )
    return [*Subject.objects.filter(own).values_list("number", flat=True), *(code for code in codes if code)]


def route_of(subject: Subject, on: date) -> Route:
    """Where routing places a subject, with what speaks against it."""
    agency = Agency.objects.filter(subject=subject).first()
    entry = agency or Company.objects.filter(subject=subject).first()
    given, address = (entry.district_code, entry.address) if entry else (None, None)
    return route(subject.number, given, address, on)


def facts_of(subject: Subject, on: date, known: datetime | None = None) -> list[RegisterFact]:
    """What stands about a subject on a day, as held at a moment, with the file it came from if visible."""
    facts = RegisterFact.objects.on(on, known=known).filter(subject=subject)
    return list(facts.select_related("batch__file").order_by("kind", "item"))


def history_of(subject: Subject) -> list[RegisterFact]:
    """Everything ever held about a subject, the newest first."""
    facts = RegisterFact.objects.filter(subject=subject, known__isempty=False)
    return list(facts.select_related("batch__file").order_by("-known", "kind", "item"))


def people_of(agency: Subject, on: date, known: datetime | None = None) -> list[Subject]:
    """Practitioners who practise at an agency on a day, by name."""
    here = RegisterFact.objects.on(on, known=known).filter(
        kind=str(FactKind.EMPLOYMENT), item__in=numbers_of(agency)
    )
    return list(Subject.objects.filter(pk__in=here.values("subject_id")).order_by("name_pinyin", "id"))


def disagreements(subject: Subject, on: date) -> list[Disagreement]:
    """Where the agency directory and the market register differ (专利代理管理办法 第十八条)."""
    says = {fact.kind: fact.value for fact in facts_of(subject, on)}
    return [
        Disagreement(kind, says[kind], other, says[other])
        for kind, other in TWINS
        if kind in says and other in says and says[kind] != says[other]
    ]


def by_numbers(numbers: Sequence[str]) -> list[Subject]:
    """Subjects with these numbers, in the order asked; unknown numbers are left out."""
    found = Subject.objects.select_related("agency").in_bulk(list(numbers), field_name="number")
    return [found[number] for number in numbers if number in found]
