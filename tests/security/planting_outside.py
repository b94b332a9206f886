"""The mark in a matter of an outside system: its values, its versions, its paper and the file of that."""

from __future__ import annotations

from collections.abc import Sequence

from lantian.casework import outside
from lantian.casework.models import OutsideMatter
from lantian.casework.outside import Noted
from lantian.office import files
from lantian.office.actors import Actor
from lantian.office.models import StoredFile
from lantian.office.modes import FIELDS, Module
from lantian.office.scope import scoped
from tests.personas import officer


def plant_outside(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant a case of an outside system with a paper; its key by the first word of a route."""
    by = officer("city")
    values = {name: f"甲{mark}乙" for name in FIELDS if not name.endswith("_on")}
    with scoped(by):
        matter = outside.note(Noted(Module.CASES, mark, "company", values), by=by)
        file = files.keep(name=f"{mark}.pdf", chunks=[f"%PDF {mark}".encode()], seen_by=by.units, by=by)
        outside.attach(matter.key, file, mark, version=1, by=by)
    with scoped(everybody):
        for found in (OutsideMatter.objects.filter(pk=matter.pk), StoredFile.objects.filter(pk=file.pk)):
            assert found.update(seen_by=sorted(units)) == 1
    return {"outside": matter.key}
