"""How far a register that is held goes: how many rows, of which districts, and how many from elsewhere.

A finding that says somebody is not in a directory says so of the directory held; whoever reads it has to know which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Case, Count, Q, Value, When

from lantian.registry.models import Subject
from lantian.registry.routing import Step

LICENSED = Q(agency__agency_code__isnull=False) | Q(agency__kinds__contains=["patent"])
"""An agency that stands in the directory of patent agencies, as detectors read it: by its code, or by its kind."""
PATENT, TRADEMARK, COMPANIES = "patent", "trademark", "companies"
REGISTERS: Mapping[str, tuple[Q, Case]] = {
    "agencies": (
        Q(agency__isnull=False),
        Case(When(LICENSED, then=Value(PATENT)), default=Value(TRADEMARK)),
    ),
    "companies": (Q(company__isnull=False), Case(default=Value(COMPANIES))),
}
"""Registers whose rows have a place: which subjects stand in one, and in which part of it."""


@dataclass
class Reach:
    """Rows of a register, or of a part: by district of the city (code), registered elsewhere, placed nowhere."""

    districts: dict[str, int] = field(default_factory=dict)
    elsewhere: int = 0
    unplaced: int = 0

    @property
    def rows(self) -> int:
        """How many rows are held."""
        return sum(self.districts.values()) + self.elsewhere + self.unplaced

    def count(self, district: str | None, step: str, rows: int) -> None:
        """Count rows that routing placed in this district, or by this step in none."""
        if district:
            self.districts[district] = self.districts.get(district, 0) + rows
        elif step == Step.OUTSIDE:
            self.elsewhere += rows
        else:
            self.unplaced += rows


def reach_of(table: str) -> Mapping[str, Reach]:
    """How far a register goes now, by its parts, one query; empty for a table that is no register of placed bodies.

    `agencies` is told in two parts, `patent` and `trademark` (for marks alone): a directory of the one is none of the
    other.
    """
    if table not in REGISTERS:
        return {}
    within, part = REGISTERS[table]
    found = {name: Reach() for name in ([PATENT, TRADEMARK] if table == "agencies" else [COMPANIES])}
    held = Subject.objects.filter(within).annotate(part=part)
    places = held.values_list("part", "district_code", "routed_by").annotate(rows=Count("pk"))
    for name, district, step, rows in places.order_by("part", "district_code", "routed_by"):
        found[name].count(district, step, rows)
    return found
