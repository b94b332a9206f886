"""Numbers of papers and files: gapless per unit, kind and year, taken only when an act becomes legal."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from lantian.office import clock
from lantian.office.models import Counter, Plate, Unit


def next_number(unit: Unit, kind: str, year: int) -> int:
    """Take the next number; the counter row stays locked until the act commits, so none is ever lost."""
    Counter.objects.bulk_create([Counter(unit=unit, kind=kind, year=year)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(unit=unit, kind=kind, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def document_number(unit: Unit, kind_code: str, year: int, serial: int) -> str:
    """Write a number under the plate in force today, in the form of GB/T 9704, e.g. `津知线索〔2026〕3号`."""
    plates = plates_of(unit, clock.today())
    return number_text(plates[0].document_code if plates else str(unit.pk), kind_code, year, serial)


def number_text(code: str, kind_code: str, year: int, serial: int) -> str:
    """The same from the code of a plate: six-corner brackets, no leading zero, no 第.

    >>> number_text("津知", "转", 2026, 3)
    '津知转〔2026〕3号'
    """
    return f"{code}{kind_code}〔{year}〕{serial}号"


def plates_of(unit: Unit, on: date) -> list[Plate]:
    """Plates under which a unit acts on a day, the one it was registered with first."""
    in_force = Q(valid_to=None) | Q(valid_to__gt=on)
    plates = Plate.objects.filter(in_force, unit=unit, valid_from__lte=on, superseded_by=None)
    return list(plates.select_related("unit__parent", "parent").order_by("place", "id"))
