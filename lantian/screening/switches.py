"""Which detectors an office takes: its findings come into the pool, or rest beside it until the office decides so.

What nobody has decided yet is off, except for the detectors in `FROM_THE_START`. An office that never decided
follows the office above it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Q

from lantian.detect.detectors import DETECTORS
from lantian.office.models import Unit
from lantian.screening.models import Switch

FROM_THE_START = frozenset({"P01"})


def decisions(detector: str = "") -> Mapping[tuple[str, int], Switch]:
    """The decision that counts, by detector and office."""
    rows = Switch.objects.select_related("post__account", "unit").order_by("id")
    return {
        (row.detector, row.unit_id): row for row in (rows.filter(detector=detector) if detector else rows)
    }


def followers(detector: str, unit_id: int) -> list[int]:
    """The office and those below it that follow its decision, having made none of their own."""
    decided = {unit for name, unit in decisions() if name == detector}
    found, level = [unit_id], [unit_id]
    while level:
        below = Unit.objects.filter(parent_id__in=level).exclude(pk__in=decided).order_by("id")
        level = list(below.values_list("pk", flat=True))
        found += level
    return found


def history(detector: str) -> list[Switch]:
    """Every decision about a detector, the newest first."""
    return list(
        Switch.objects.filter(detector=detector).select_related("post__account", "unit").order_by("-id")
    )


def is_on(detector: str, unit_id: int) -> bool:
    """Whether an office takes a detector's findings into its pool."""
    return detector in taken_by(unit_id)


def taken_by(unit_id: int) -> frozenset[str]:
    """Detectors whose findings an office takes into its pool."""
    off = _off()
    return frozenset(name for name in DETECTORS if unit_id not in off.get(name, ()))


def on_anywhere() -> frozenset[str]:
    """Detectors that at least one office takes."""
    off, units = _off(), Unit.objects.count()
    return frozenset(name for name in DETECTORS if len(off.get(name, ())) < units)


def resting() -> Q:
    """Findings whose office does not take their detector."""
    by_units: dict[frozenset[int], list[str]] = defaultdict(list)
    for name, units in _off().items():
        by_units[units].append(name)
    found = Q(pk__in=[])
    for units, names in by_units.items():
        found |= Q(detector__in=names, holder_id__in=sorted(units))
    return found


def _off() -> dict[str, frozenset[int]]:
    """Offices that do not take a detector, by detector; those whom everybody takes are left out."""
    parents = dict(Unit.objects.values_list("pk", "parent_id"))
    said = {key: row.active for key, row in decisions().items()}
    off = {
        name: frozenset(unit for unit in parents if not _takes(name, unit, parents, said))
        for name in DETECTORS
    }
    return {name: units for name, units in off.items() if units}


def _takes(
    detector: str, unit: int | None, parents: Mapping[int, int | None], said: Mapping[tuple[str, int], bool]
) -> bool:
    while unit is not None:
        if (detector, unit) in said:
            return said[detector, unit]
        unit = parents.get(unit)
    return detector in FROM_THE_START
