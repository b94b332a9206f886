"""Numbers of papers and files: gapless per unit, kind and year, taken only when an act becomes legal."""

from __future__ import annotations

from lantian.office.models import Counter, Plate, Unit


def next_number(unit: Unit, kind: str, year: int) -> int:
    """Take the next number; the counter row stays locked until the act commits, so none is ever lost."""
    Counter.objects.bulk_create([Counter(unit=unit, kind=kind, year=year)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(unit=unit, kind=kind, year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def document_number(unit: Unit, kind_code: str, year: int, serial: int) -> str:
    """Write a number in the form of GB/T 9704, e.g. `津知线索〔2026〕3号`."""
    plate = Plate.objects.filter(unit=unit, valid_to=None).order_by("id").first()
    code = plate.document_code if plate else str(unit.pk)
    return f"{code}{kind_code}〔{year}〕{serial}号"
