"""Differences of a directory as their page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lantian.core.messages import Text
from lantian.desk.present.subjects import WORDS
from lantian.desk.present.tables import column_label
from lantian.desk.present.words import label, language
from lantian.office.intake.spec import spec_of
from lantian.registry.models import DirectoryDiff
from lantian.registry.standing import ENTRY, Standing

KIND_TEXTS: dict[str, Text] = {
    DirectoryDiff.Kind.NEW: Text("新增", "new"),
    DirectoryDiff.Kind.CHANGED: Text("变更", "changed"),
    DirectoryDiff.Kind.MISSING: Text("名录中缺少", "missing in the file"),
}
STATE_TEXTS: dict[str, Text] = {
    DirectoryDiff.State.WAITING: Text("待确认", "waiting"),
    DirectoryDiff.State.ACCEPTED: Text("已采纳", "accepted"),
    DirectoryDiff.State.REJECTED: Text("未采纳", "left out"),
}
SHOWN_FIELDS = 12


def difference(row: DirectoryDiff, known: Mapping[str, Standing]) -> dict[str, Any]:
    """One difference: whom it is about and, field by field, old and new.

    `known` says by column where what is on file comes from; while a difference waits, that is shown with it.
    """
    table = spec_of(row.batch.table).headers
    told = known if row.state == DirectoryDiff.State.WAITING else {}
    sources = [_source(told.get(name) or told.get(ENTRY)) for name in row.fields]
    fields = [
        {"name": column_label(table, name), "old": _words(old), "new": _words(new)}
        # Fields that follow each other with one source name it once, under the last of them.
        | {"source": None if source == after else source}
        for (name, (old, new)), source, after in zip(
            row.fields.items(), sources, [*sources[1:SHOWN_FIELDS], *[None] * len(sources)], strict=False
        )
    ]
    return {
        "id": row.pk,
        "row": row.row,
        "kind": row.kind,
        "kind_label": label(KIND_TEXTS[row.kind]),
        "name": row.name,
        "number": row.number,
        "source": _source(told.get(ENTRY)),
        "fields": fields[:SHOWN_FIELDS],
        "more": max(len(fields) - SHOWN_FIELDS, 0),
        "state": row.state,
        "state_label": label(STATE_TEXTS[row.state]),
        "decided_at": row.decided_at,
    }


def _source(one: Standing | None) -> dict[str, Any] | None:
    """The day and the file behind what is on file; the file only where the reader may see it."""
    if one is None:
        return None
    batch = one.batch
    source = {"key": batch.key, "file": batch.file.name, "row": one.row} if batch else None
    return {"since": one.since, "held": one.held, "source": source}


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ("; " if language().startswith("en") else "；").join(map(_words, value))
    return label(WORDS[value]) if value in WORDS else str(value or "")
