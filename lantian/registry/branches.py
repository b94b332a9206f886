"""Which agency a branch belongs to, and in which province that agency is registered.

A branch has no entry of its own: it is a fact of its agency, told by its credit code or, where either side gives
none, by its whole name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from lantian.registry.kinds import FactKind
from lantian.registry.models import RegisterFact, Subject
from lantian.registry.queries import resolve
from lantian.registry.routing import HOME, registered_at

NATIONAL = "10"  # registered with the national authority: the code names no province


@dataclass(frozen=True)
class Branch:
    """A branch with its agency; `province` is two digits of GB/T 2260, empty where nothing tells."""

    name: str
    number: str
    agency: Subject
    province: str

    @property
    def ours(self) -> bool:
        """Whether its agency is registered in this city."""
        return self.province == HOME


def among(parties: Sequence[tuple[str, str]], on: date) -> list[list[Branch]]:
    """Branches that each of these (number, name) means, in their order, in one query.

    Those open on the day come first and exclude others; a name that several agencies use gives several.
    """
    numbers, names = {number for number, _ in parties if number}, {name for _, name in parties if name}
    if not numbers and not names:
        return [[] for _ in parties]
    told = Q(value__credit_code__in=sorted(numbers)) | Q(item__in=sorted(names))
    held = RegisterFact.objects.held().filter(told, kind=str(FactKind.BRANCH)).select_related("subject")
    facts = list(held.order_by("id"))
    return [_chosen([one for one in facts if _means(one, number, name)], on) for number, name in parties]


def _means(fact: RegisterFact, number: str, name: str) -> bool:
    code = fact.value.get("credit_code", "")
    if code and number and fact.subject.number != number:
        return bool(code == number)
    return bool(fact.item == name)


def _chosen(facts: Collection[RegisterFact], on: date) -> list[Branch]:
    chosen = [one for one in facts if on in one.valid] or list(facts)
    found = {}
    for fact in chosen:
        agency = resolve(fact.subject)
        found[agency.pk] = Branch(fact.item, fact.value.get("credit_code", ""), agency, province_of(agency))
    return list(found.values())


def province_of(agency: Subject) -> str:
    """The province that registered an agency, two digits; this one for whom the register places here."""
    code = registered_at(agency.number)
    if code and not code.startswith(NATIONAL):
        return code[: len(HOME)]
    return HOME if agency.district_code else ""
