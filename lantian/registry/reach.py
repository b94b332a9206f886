"""How far a register that is held goes: how many rows, of which districts, and how many from elsewhere.

A finding that says somebody is not in a directory says so of the directory held; whoever reads it has to know which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from lantian.registry.models import Subject
from lantian.registry.routing import Step

PLACED: Mapping[str, str] = {"agencies": "agency", "companies": "company"}
"""Registers whose rows have a place, by the name of their entry."""


@dataclass(frozen=True)
class Reach:
    """Rows of a register: by district of the city (code, the most first), registered elsewhere, placed nowhere."""

    districts: Mapping[str, int]
    elsewhere: int
    unplaced: int

    @property
    def rows(self) -> int:
        """How many rows are held."""
        return sum(self.districts.values()) + self.elsewhere + self.unplaced


def reach_of(table: str) -> Reach | None:
    """How far a register goes now, one query; None for a table that has no register of placed bodies."""
    if table not in PLACED:
        return None
    held = Subject.objects.filter(**{f"{PLACED[table]}__isnull": False})
    places = held.values_list("district_code", "routed_by").annotate(rows=Count("pk"))
    found: dict[str, int] = {}
    elsewhere = unplaced = 0
    for code, step, rows in places.order_by("district_code", "routed_by"):
        if code:
            found[code] = found.get(code, 0) + rows
        elif step == Step.OUTSIDE:
            elsewhere += rows
        else:
            unplaced += rows
    return Reach(dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))), elsewhere, unplaced)
