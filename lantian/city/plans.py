"""What is planted: how many batches, double filings, families and series a city of a given size holds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from lantian.city.edits import PLANTED

BATCH: Final = "batch"
DUAL: Final = "lawful_dual"
PRESUMED_DUAL: Final = "presumed_dual"
DIVISIONAL: Final = "lawful_divisional"
PRIORITY: Final = "lawful_priority"
SERIES: Final = "lawful_series"
SINGLE: Final = "single"

# The large batch washes its text in every way at once, as the worst real ones do.
_LARGE_EDIT: Final = "m"
_LARGE_FROM: Final = 200
_PRESUMED_EVERY: Final = 10


@dataclass(frozen=True)
class Plan:
    """Filings that share a text. `edit` is a batch's kind of edit; `agencies`, `applicants` are counts."""

    kind: str
    size: int
    edit: str = ""
    agencies: int = 1
    applicants: int = 1


def make_plans(filings: int, rng: Random) -> list[Plan]:
    """Return the groups of a city; their sizes sum to `filings`.

    Per 1,000 filings: one batch of 20 (from 200 filings on), about 5.5 batches of 3 to 7, 15 double filings,
    5 divisional and 5 priority pairs, 15 series of 2 or 3; the rest are single filings.
    """
    groups = _batches(filings, rng)
    groups += [
        Plan(PRESUMED_DUAL if number % _PRESUMED_EVERY == 0 else DUAL, 2)
        for number in range(1, filings * 15 // 1000 + 1)
    ]
    groups += [Plan(kind, 2) for kind in (DIVISIONAL, PRIORITY) for _ in range(filings // 200)]
    groups += [Plan(SERIES, rng.randint(2, 3)) for _ in range(filings * 15 // 1000)]
    spare = filings - sum(group.size for group in groups)
    return groups + [Plan(SINGLE, 1)] * spare


def _batches(filings: int, rng: Random) -> list[Plan]:
    small = max(len(PLANTED), filings // 180) if filings >= _LARGE_FROM else filings // 40
    groups = [_small(number, rng) for number in range(small)]
    if filings < _LARGE_FROM:
        return groups
    size = max(8, filings // 50)
    return [Plan(BATCH, size, _LARGE_EDIT, agencies=2, applicants=max(3, size // 5)), *groups]


def _small(number: int, rng: Random) -> Plan:
    """Every third small batch is filed by two agencies, every fourth by one applicant alone."""
    size = rng.randint(3, 7)
    applicants = 1 if number % 4 == 3 else size - rng.randint(0, 1)
    edit = PLANTED[number % len(PLANTED)]
    return Plan(BATCH, size, edit, agencies=2 if number % 3 == 1 else 1, applicants=applicants)
