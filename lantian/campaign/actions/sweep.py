"""The sweep for unlicensed practice in bulk: a preview that stores nothing, then the same rows taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from lantian.campaign.actions.checks import seen_by
from lantian.campaign.models import SweepEntry
from lantian.campaign.sweeping import Line, Look
from lantian.core.messages import Text
from lantian.office import audit, clock
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission, check_permission

_FUTURE = Text("排查日期晚于今天。", "The day lies in the future.")
_OTHER = Text(
    "同一企业、同日、同一方式已登记，但内容不同；如需更正，请先撤销原条目。",
    "This look is entered already and says otherwise; strike that entry first if it is wrong.",
)


@dataclass(frozen=True)
class Preview:
    """What taking a list in would do: rows that are new, known already, and refused."""

    new: tuple[Line, ...]
    same: tuple[Line, ...]
    refused: tuple[Line, ...]


def preview(*, lines: Sequence[Line], by: OfficerActor) -> Preview:
    """Compare a list with what is entered; stores nothing."""
    check_permission(by.permissions, Permission.KEEP_LEDGERS)
    folds = [line.look.fold for line in lines if line.look]
    held = {
        row.fold: row for row in SweepEntry.objects.filter(unit_id=by.unit, struck_at=None, fold__in=folds)
    }
    new: list[Line] = []
    same: list[Line] = []
    refused: list[Line] = []
    for line in lines:
        known = held.get(line.look.fold) if line.look else None
        if line.look is None:
            refused.append(line)
        elif line.look.on > clock.today():
            refused.append(Line(line.row, line.cells, refused=_FUTURE))
        elif known is None:
            new.append(line)
        elif _says(known) == line.look:
            same.append(line)
        else:
            refused.append(Line(line.row, line.cells, refused=_OTHER))
    return Preview(tuple(new), tuple(same), tuple(refused))


@transaction.atomic
def take(*, lines: Sequence[Line], by: OfficerActor) -> Preview:
    """Enter what is new in a list; the same list again changes nothing."""
    seen = preview(lines=lines, by=by)
    rows = [_entry(line.look, by) for line in seen.new if line.look]
    made = SweepEntry.objects.bulk_create(rows)
    detail = {"new": len(made), "same": len(seen.same), "refused": len(seen.refused)}
    about = ("sweep", made[0].key if made else str(by.unit))
    audit.record(audit.Kind.SWEEP_TAKEN, by=by, about=about, detail=detail)
    return seen


def _entry(look: Look, by: OfficerActor) -> SweepEntry:
    return SweepEntry(
        **vars(look),
        fold=look.fold,
        unit_id=by.unit,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=seen_by(by.unit),
    )


def _says(row: SweepEntry) -> Look:
    names = ("street", "firm", "firm_no", "address", "on", "method", "officer", "result", "note")
    return Look(**{name: getattr(row, name) for name in names})
