"""The mark in letters from above, as `planting.plant` has it elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lantian.dispatch.models import (
    Dispatch,
    DispatchRow,
    DispatchStep,
    Press,
    ReturnSheet,
    RowAnswer,
    SheetUpload,
)
from lantian.office import audit, clock, files
from lantian.office.actors import Actor
from lantian.office.scope import scoped
from tests.personas import officer


def plant_dispatch(mark: str, units: Sequence[int], everybody: Actor) -> dict[str, str]:
    """Plant the mark; the keys of what was planted by the first word of the routes that open it."""
    by, seen = officer("city"), sorted(units)
    with scoped(everybody):
        file = files.keep(name=f"{mark}.csv", chunks=[f"dispatch{mark}".encode()], seen_by=seen, by=by)
        keys = _plant(mark, seen, by.post_id, file.pk)
        audit.record(audit.Kind.DISPATCH_RECEIVED, by=by, about=("dispatch", keys["dispatch"]))
    return keys


def _plant(mark: str, units: list[int], post: int, file: int) -> dict[str, str]:
    today, now = clock.today(), clock.now()
    changed: dict[str, Any] = {"changed_at": now, "changed_by_id": post, "seen_by": units}
    dated: dict[str, Any] = {"at": now, "post_id": post, "seen_by": units}
    letter = Dispatch.objects.create(
        number=mark, kind="abnormal", unit_id=units[0], sender=mark, title=mark, received_on=today,
        instruction=mark, list_file_id=file, columns=[mark], meanings={}, state="forwarded", created_at=now,
        created_by_id=post, **changed,
    )  # fmt: skip
    row = DispatchRow.objects.create(
        dispatch=letter, place=2, cells=[mark], subject_kind="agency", subject_no=mark, subject_name=mark,
        holder_id=units[0], routed_by="hand", reason_zh=mark, reason_en=mark, forwarded=True, answers=1, **changed,
    )  # fmt: skip
    RowAnswer.objects.create(
        row=row, number=1, values={"facts": mark}, how="screen", unit_id=units[0], post_id=post, at=now
    )
    sheet = ReturnSheet.objects.create(
        dispatch=letter,
        unit_id=units[0],
        deadline=today,
        forwarded_on=today,
        file_id=file,
        remark=mark,
        **changed,
    )
    upload = SheetUpload.objects.create(sheet=sheet, file_id=file, state="late", reason=mark, **dated)
    Press.objects.create(batch=mark, dispatch=letter, unit_id=units[0], rows=1, unanswered=1, **dated)
    DispatchStep.objects.create(dispatch=letter, act="assign", unit_id=units[0], reason=mark, **dated)
    return {"dispatch": letter.key, "row": row.key, "sheet": sheet.key, "upload": upload.key}
