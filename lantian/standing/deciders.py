"""Who decides about an entry: the office that proposed it or the city, of the level its rule names, a second person."""

from __future__ import annotations

from lantian.core.competence import Act as LegalAct
from lantian.core.competence import Field
from lantian.core.lists import Checked
from lantian.core.messages import Text
from lantian.core.rulebook import RuleVersion
from lantian.office import competence
from lantian.office.actors import OfficerActor
from lantian.office.models import Unit
from lantian.standing import queries
from lantian.standing.errors import StandingRefused
from lantian.standing.models import ListEntry
from lantian.standing.persons import refuse_same

FIELDS = {
    "patent_agency": Field.PATENT_AGENCY,
    "trademark_agency": Field.TRADEMARK_AGENCY,
    "practitioner": Field.PRACTITIONER,
    "enterprise": Field.UNLICENSED,
    "applicant": Field.APPLICANT,
}
DISTRICTS = (Unit.Kind.DISTRICT, Unit.Kind.ZONE, Unit.Kind.CITY)
PENALTY_STEP = (
    "with_penalty_decision"  # the list is decided together with a penalty: who may penalise decides
)
PROPOSED = Text(
    "提议人不能复核或者决定自己的提议，请由另一人办理。",
    "Whoever proposed it neither reviews nor decides it; another person does.",
)


def may_act(row: ListEntry, unit: int) -> bool:
    """Whether an office acts on an entry: the one that proposed it, or the city; to keep its subject is not enough."""
    return unit in (row.unit_id, queries.city_id())


def refuse_other(row: ListEntry, by: OfficerActor) -> None:
    """Raise `StandingRefused` for an office that only keeps the subject."""
    if not may_act(row, by.unit):
        raise StandingRefused(
            "由提议单位或者市局办理。", "The office that proposed it or the city does this."
        )


def refuse_own(row: ListEntry, by: OfficerActor) -> None:
    """Raise `StandingRefused` for whoever proposed it, and for another office."""
    refuse_other(row, by)
    refuse_same([row.post_id], by, PROPOSED)


def refuse_other_decider(row: ListEntry, rule: RuleVersion, found: Checked, by: OfficerActor) -> None:
    """Only the level that the rule names decides; what CNIPA or a centre decided, the city records."""
    refuse_other(row, by)
    kind = Unit.objects.values_list("kind", flat=True).get(pk=by.unit)
    if kind not in (DISTRICTS if found.decider == "district" else (Unit.Kind.CITY,)):
        raise StandingRefused(
            "本单位不能决定该名单；请提请有权单位决定。", "This office does not decide on that list."
        )
    if PENALTY_STEP in rule.values["steps"]:
        competence.may(by, LegalAct.PENALISE, FIELDS[row.party])
