"""What the register holds about the bodies of a directory: from which file and row, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lantian.office import clock
from lantian.office.models import IntakeBatch
from lantian.registry.directories import DIRECTORIES
from lantian.registry.kinds import FactKind
from lantian.registry.models import DirectoryDiff, RegisterFact

ENTRY = ""  # the entry as a whole, for columns of which no dated fact is kept


@dataclass(frozen=True)
class Standing:
    """Where something on file comes from.

    `since` is the day from which it holds in the world, where a fact says so; `held` the moment from which it
    is held here; `batch` is None where the reader may not see the intake.
    """

    since: date | None
    held: datetime | None
    batch: IntakeBatch | None
    row: int | None


def standing(found: Sequence[DirectoryDiff]) -> Mapping[str, Mapping[str, Standing]]:
    """What is held now, by number and column, about the bodies of one directory's differences."""
    if not found:
        return {}
    directory, numbers = DIRECTORIES[found[0].batch.table], [one.number for one in found]
    told: dict[str, dict[str, Standing]] = {}
    entered: list[tuple[str, int, int]] = list(
        directory.model._default_manager.filter(subject_id__in=numbers).values_list(
            "subject__number", "batch_id", "row"
        )
    )
    batches = _batches(batch for _, batch, _ in entered)
    for number, batch, row in entered:
        held = batches[batch].created_at if batch in batches else None
        told[number] = {ENTRY: Standing(None, held, batches.get(batch), row)}
    columns = {str(kind): column for kind, (column, _) in directory.register.facts.items()}
    for fact in _facts([*columns, str(FactKind.LICENCE)], numbers):
        source = Standing(fact.valid.lower, fact.known.lower, fact.batch, fact.row)
        told.setdefault(fact.subject.number, {})[columns.get(fact.kind, "licensed_on")] = source
    return told


def _batches(keys: Iterable[int]) -> Mapping[int, IntakeBatch]:
    return IntakeBatch.objects.select_related("file").in_bulk(set(keys))


def _facts(kinds: Sequence[str], numbers: Sequence[str]) -> Iterable[RegisterFact]:
    facts = RegisterFact.objects.on(clock.today()).filter(kind__in=kinds, subject__number__in=numbers)
    return facts.select_related("subject", "batch__file")
