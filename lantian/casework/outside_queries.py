"""Reads of matters of outside systems, under the reader's scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from lantian.casework.models import OutsideMatter, OutsideStep
from lantian.casework.outside_files import Values
from lantian.office.actors import Actor
from lantian.office.modes import FIELDS, Module
from lantian.office.search import Record


@dataclass(frozen=True)
class Filter:
    """What a list of outside matters shows; empty fields do not filter. `open` leaves out what has ended."""

    module: Module
    open: bool = False
    text: str = ""


def matters(wanted: Filter, by: Actor) -> QuerySet[OutsideMatter]:
    """Matters of a module that the reader may see: his office's, for the city every office's; the last noted first."""
    rows = OutsideMatter.objects.select_related("unit").filter(module=str(wanted.module))
    if wanted.open:
        rows = rows.filter(closed_on=None)
    if wanted.text:
        words = wanted.text
        rows = rows.filter(
            Q(external_no__icontains=words)
            | Q(subject_name__icontains=words)
            | Q(subject_no__istartswith=words)
        )
    return rows.order_by("-id")


def of_subject(numbers: Sequence[str], modules: Sequence[Module]) -> QuerySet[OutsideMatter]:
    """Matters about a subject in modules that the reader's office sees."""
    named = [str(module) for module in modules]
    rows = OutsideMatter.objects.select_related("unit").filter(subject_no__in=numbers, module__in=named)
    return rows.order_by("-id")


def find(key: str) -> OutsideMatter | None:
    """One matter, if the reader may see it."""
    return OutsideMatter.objects.select_related("unit").filter(key=key).first()


def search_record(matter: OutsideMatter) -> Record:
    """A matter as global search finds it: by title and subject, by its number there and the subject's."""
    names = (matter.title, matter.subject_name, matter.external_no)
    return Record("outside", matter.key, names, (matter.external_no, matter.subject_no))


def by_keys(keys: Sequence[str]) -> list[OutsideMatter]:
    """Matters with these keys that the reader may see, in the order asked."""
    found = {row.key: row for row in OutsideMatter.objects.select_related("unit").filter(key__in=keys)}
    return [found[key] for key in keys if key in found]


def steps(matter: OutsideMatter) -> list[OutsideStep]:
    """Every version of what is noted, the newest first."""
    return list(matter.steps.select_related("post__account", "post__unit", "source").order_by("-version"))


def by_number(unit: int, module: Module, system: str) -> Mapping[str, OutsideMatter]:
    """An office's matters of one system by their number there."""
    rows = OutsideMatter.objects.filter(unit_id=unit, module=str(module), system=system)
    return {row.external_no: row for row in rows}


def known(unit: int, module: Module, system: str) -> Mapping[str, Values]:
    """The same as values by field."""
    return {number: values_of(row) for number, row in by_number(unit, module, system).items()}


def values_of(matter: OutsideMatter) -> dict[str, str]:
    """What is noted, by field; dates in ISO form, nothing as an empty text."""
    return {name: str(getattr(matter, name) or "") for name in FIELDS}
