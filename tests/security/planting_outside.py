"""The mark in a matter of an outside system: its values, versions, paper and file, and a worksheet in it."""

from __future__ import annotations

from collections.abc import Sequence

from lantian.casework import outside, worksheets
from lantian.casework.models import OutsideMatter, Worksheet
from lantian.casework.outside import Noted
from lantian.casework.worksheet_states import WorksheetAct
from lantian.casework.worksheets import Typed
from lantian.office import clock, files
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
        typed = Typed(
            "unlicensed", clock.today(), clock.today(), receipts=f"{mark}\t{clock.today()}\t10\t{mark}"
        )
        sheet = worksheets.begin(("outside", matter.key), typed, by=by)
        worksheets._step(sheet, WorksheetAct.SAVE, 1, mark, by)
    with scoped(everybody):
        for found in (
            OutsideMatter.objects.filter(pk=matter.pk),
            StoredFile.objects.filter(pk=file.pk),
            Worksheet.objects.filter(pk=sheet.pk),
        ):
            assert found.update(seen_by=sorted(units)) == 1
    return {"outside": matter.key, "worksheet": sheet.key}
