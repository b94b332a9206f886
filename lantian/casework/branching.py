"""Whom a matter concerns, and on whose credit file a branch counts.

The province of a branch collects and forwards; the province of the main office scores (rule `branches` of the credit
book). Of an agency registered here the fact goes on the agency's file; of any other it is forwarded, never filed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from lantian.casework.measures_states import OnwardState
from lantian.casework.models import Onward
from lantian.core.credit.book import agency
from lantian.core.rulebook import RuleVersion
from lantian.registry import branches
from lantian.registry import queries as registry
from lantian.registry.branches import Branch
from lantian.registry.models import Subject

HOME_OFFICE = "home"  # the receiver of the book of measures


@dataclass(frozen=True)
class Party:
    """Whom a matter names, in its own words."""

    kind: str
    no: str
    name: str


@dataclass(frozen=True)
class Concerned:
    """A party with the file on which its facts would count (none: the register does not know it), and its branch."""

    party: Party
    subject: Subject | None
    branch: Branch | None = None

    @property
    def id(self) -> str:
        """How a form names it: the number of the file, and the branch behind it."""
        number = self.subject.number if self.subject else self.party.no or self.party.name
        return f"{number}|{self.branch.name}" if self.branch else number

    @property
    def here(self) -> bool:
        """Whether its facts count on a file of this city."""
        return self.subject is not None and (self.branch is None or self.branch.ours)

    @property
    def open(self) -> bool:
        """Whether it is, or may be said to be, a branch of an agency elsewhere: the register does not deny it."""
        if self.branch is not None:
            return not self.branch.ours
        if self.party.kind not in (Subject.Kind.AGENCY, Subject.Kind.COMPANY):
            return False
        return self.subject is None or self.subject.kind == Subject.Kind.COMPANY


def rule(on: date) -> RuleVersion | None:
    """The rule on branches in force on a day, of the credit book in use; none where the book has none."""
    found = agency().rules.versions.get("branches", ())
    return next((one for one in found if one.in_force(on)), None)


def concerned(parties: Sequence[Party], on: date) -> tuple[Concerned, ...]:
    """Whom a matter concerns; a branch stands for its agency from the day of the rule."""
    named = [(one.no, one.name) for one in parties]
    found = branches.among(named, on) if rule(on) else [[] for _ in parties]
    told: list[Concerned] = []
    for party, meant in zip(parties, found, strict=True):
        told += [Concerned(party, one.agency, one) for one in meant] or [
            Concerned(party, registry.find(party.no) if party.no else None)
        ]
    return tuple(told)


def forwarded(origin: tuple[str, str]) -> QuerySet[Onward]:
    """What of a matter was forwarded to home provinces and not withdrawn, the oldest first."""
    rows = Onward.objects.filter(origin_kind=origin[0], origin_key=origin[1], receiver=HOME_OFFICE)
    return rows.exclude(state=OnwardState.WITHDRAWN).order_by("id")


def was_forwarded(origin: tuple[str, str], party: Party) -> bool:
    """Whether the facts about one party of a matter were forwarded."""
    return forwarded(origin).filter(subject_no=party.no, subject_name=party.name).exists()
