"""Directories compared with the register before anything of them is held.

A directory goes through the intake like any file, but its rows become differences: new, changed field by field,
missing. An officer accepts or rejects them one by one or together; what is accepted is held with the directory
as its source. A preview shows the same differences; they are decided after it was confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import polars as pl
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from lantian.core.messages import Text
from lantian.office import audit, clock, following, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.facts import Change, supersede
from lantian.office.intake.spec import Moved, TableSpec
from lantian.office.models import IntakeBatch, Job
from lantian.office.permissions import Permission, check_permission
from lantian.registry import entries
from lantian.registry.entries import Register
from lantian.registry.errors import DirectoryRefused
from lantian.registry.intake import AGENCIES, COMPANIES
from lantian.registry.kinds import FactKind
from lantian.registry.models import Agency, Company, DirectoryDiff, RegisterFact

State, Kind = DirectoryDiff.State, DirectoryDiff.Kind
STEP = 2_000
GONE = ("closed", "revoked", "cancelled")
PARTIAL = Text(
    "名录不到登记库的一半，按部分名录处理：未列入名录的对象不算缺少。",
    "The file names less than half of the register, so it counts as a part: what it leaves out is not missing.",
)


@dataclass(frozen=True)
class Directory:
    """A register that directories are compared with."""

    spec: TableSpec
    register: Register
    model: type[Agency] | type[Company]


@dataclass(frozen=True)
class Outcome:
    """How many differences were accepted, and how many the register had outrun (they wait, renewed)."""

    accepted: int
    renewed: int


def compare(name: str, frame: pl.DataFrame, batch: IntakeBatch, by: Actor) -> Moved:
    """Keep what a frame of a directory says otherwise than the register, in the open transaction."""
    directory = DIRECTORIES[name]
    number = directory.register.number
    known = _known(directory, frame[number].to_list(), frame.columns)
    moved, found = Moved(), []
    for row in frame.iter_rows(named=True):
        difference = _difference(row, known.get(row[number]), number)
        if difference is None:
            moved.same += 1
            continue
        found.append(
            DirectoryDiff(batch=batch, row=row["row"], number=row[number], name=row["name"],
                          seen_by=batch.seen_by, **difference)
        )  # fmt: skip
    DirectoryDiff.objects.bulk_create(found, batch_size=STEP)
    moved.new = sum(one.kind == Kind.NEW for one in found)
    moved.changed = len(found) - moved.new
    return moved


def conclude(name: str, batch: IntakeBatch, keys: pl.Series, by: Actor) -> None:
    """After the last row: entries of the register that the directory leaves out are missing."""
    directory = DIRECTORIES[name]
    standing = directory.model._default_manager.exclude(status__in=GONE).values_list(
        "subject__number", "name"
    )
    listed, known = set(keys.drop_nulls()), dict(standing)
    unlisted = RegisterFact.objects.held().filter(kind=str(FactKind.LISTED), value=False)
    gone = set(unlisted.values_list("subject__number", flat=True))
    missing = [number for number in known if number not in listed and number not in gone]
    if 2 * len(missing) > len(known):
        batch.notes_zh = batch.notes_zh + PARTIAL.zh
        batch.notes_en = f"{batch.notes_en} {PARTIAL.en}".strip()
        batch.save(update_fields=["notes_zh", "notes_en"])
        return
    DirectoryDiff.objects.bulk_create(
        (
            DirectoryDiff(batch=batch, kind=Kind.MISSING, number=number, name=known[number] or number,
                          seen_by=batch.seen_by)
            for number in missing
        ),
        batch_size=STEP,
    )  # fmt: skip


def accept(*, batch: IntakeBatch, ids: Sequence[int], by: OfficerActor) -> Outcome:
    """Accept some differences of a directory; what the register has outrun is renewed and waits."""
    check_permission(by.permissions, Permission.TAKE_IN)
    _refuse_unfinished(batch)
    with transaction.atomic():
        outcome = _accept(batch, ids, by, by.post_id)
        if outcome.accepted:
            _tell(batch, by, by.post_id)
        return outcome


def reject(*, batch: IntakeBatch, ids: Sequence[int], by: OfficerActor) -> int:
    """Leave some differences out; the register stays as it is."""
    check_permission(by.permissions, Permission.TAKE_IN)
    _refuse_unfinished(batch)
    with transaction.atomic():
        waiting = DirectoryDiff.objects.filter(batch=batch, pk__in=ids, state=State.WAITING)
        count = _decide(list(waiting), State.REJECTED, by.post_id)
        detail = {"rejected": count}
        audit.record(audit.Kind.DIRECTORY_DECIDED, by=by, about=("intake", batch.key), detail=detail)
    return count


def accept_all(*, batch: IntakeBatch, kind: str, by: OfficerActor) -> Job:
    """Accept every waiting difference of a kind, as a job in steps."""
    check_permission(by.permissions, Permission.TAKE_IN)
    _refuse_unfinished(batch)
    with transaction.atomic():
        return jobs.defer(
            "directory",
            lock=f"intake:{batch.table}",
            arguments={"batch": batch.key, "kind": Kind(kind).value},
            mandate=f"intake:{batch.key}",
            by=by,
        )


@jobs.job("directory")
def accept_waiting(running: jobs.Running, *, batch: str, kind: str) -> None:
    """The job: step by step; what is accepted waits no longer, so a killed job goes on where it was."""
    with running.step():
        row = IntakeBatch.objects.get(key=batch)
        waiting = DirectoryDiff.objects.filter(batch=row, kind=kind, state=State.WAITING).order_by("id")
        ids = list(waiting.values_list("id", flat=True))
    for low in range(0, len(ids), STEP):
        with running.step():
            _accept(row, ids[low : low + STEP], running.actor, running.post_id)
            running.advance("differences", min(low + STEP, len(ids)), len(ids))
            if low + STEP >= len(ids):
                _tell(row, running.actor, running.post_id)


def _accept(batch: IntakeBatch, ids: Sequence[int], by: Actor, post_id: int) -> Outcome:
    directory = DIRECTORIES[batch.table]
    waiting = DirectoryDiff.objects.select_for_update().filter(batch=batch, pk__in=ids, state=State.WAITING)
    found = list(waiting.order_by("id"))
    entered = [one for one in found if one.kind != Kind.MISSING]
    renewed = _renew(directory, entered)
    good = [one for one in found if one not in renewed]
    entries.enter(directory.register, _frame(directory, [one for one in good if one in entered]), batch, by)
    _list(good, batch, by)
    count = _decide(good, State.ACCEPTED, post_id)
    detail = {"accepted": count, "renewed": len(renewed)}
    audit.record(audit.Kind.DIRECTORY_DECIDED, by=by, about=("intake", batch.key), detail=detail)
    return Outcome(count, len(renewed))


def _tell(batch: IntakeBatch, by: Actor, post_id: int) -> None:
    """Have what reads the register follow, once the whole of what is accepted stands in it."""
    news = following.News(DIRECTORIES[batch.table].spec.name, f"intake:{batch.key}")
    following.follow(news, post_id=post_id, acting=by)


def _decide(found: Sequence[DirectoryDiff], state: str, post_id: int) -> int:
    """A difference says what is on file now, not who was shown it: the decision is kept with it."""
    for one in found:
        one.state, one.decided_by_id, one.decided_at = state, post_id, clock.now()
    DirectoryDiff.objects.bulk_update(found, ["state", "decided_by", "decided_at"], batch_size=STEP)
    return len(found)


def _renew(directory: Directory, found: Sequence[DirectoryDiff]) -> list[DirectoryDiff]:
    """Differences whose register side has changed since they were shown, brought up to date."""
    if not found:
        return []
    number = directory.register.number
    known = _known(directory, [one.number for one in found], list(found[0].entry))
    renewed = []
    for one in found:
        said = {**{column: new for column, (_, new) in one.fields.items()}, number: one.number}
        now = _difference({**one.entry, **said}, known.get(one.number), number)
        fields, kind = (now["fields"], now["kind"]) if now else ({}, one.kind)
        if (fields, str(kind)) != (one.fields, one.kind):
            one.fields, one.kind, one.entry = fields, str(kind), now["entry"] if now else one.entry
            renewed.append(one)
    DirectoryDiff.objects.bulk_update(renewed, ["fields", "kind", "entry"], batch_size=STEP)
    return renewed


def _difference(row: Mapping[str, Any], old: Mapping[str, Any] | None, number: str) -> dict[str, Any] | None:
    """What a row says otherwise; an empty cell says nothing. None when it says nothing new."""
    said = {name: _json(value) for name, value in row.items() if name != "row" and value is not None}
    if old is None:
        fields = {name: [None, value] for name, value in said.items() if name != number}
        return {"kind": Kind.NEW, "fields": fields, "entry": said}
    fields = {name: [old.get(name), value] for name, value in said.items() if old.get(name) != value}
    return {"kind": Kind.CHANGED, "fields": fields, "entry": {**old, **said}} if fields else None


def _known(directory: Directory, numbers: Sequence[str], columns: Sequence[str]) -> dict[str, dict[str, Any]]:
    number = directory.register.number
    names = [name for name in columns if name not in ("row", number)]
    rows = directory.model._default_manager.filter(subject_id__in=numbers).values("subject_id", *names)
    return {
        row["subject_id"]: {
            number: row["subject_id"],
            **{name: _json(row[name]) for name in names if row[name] is not None},
        }
        for row in rows
    }


def _frame(directory: Directory, found: Sequence[DirectoryDiff]) -> pl.DataFrame:
    """Entries of differences as the intake's own frame."""
    columns = sorted({name for one in found for name in one.entry})
    fields = {name: directory.model._meta.get_field(_field(directory, name)) for name in columns}
    series = [
        pl.Series(
            name, [_value(fields[name], one.entry.get(name)) for one in found], dtype=_type(fields[name])
        )
        for name in columns
    ]
    return pl.DataFrame([pl.Series("row", [one.row for one in found], dtype=pl.Int64), *series])


def _field(directory: Directory, column: str) -> str:
    return "subject" if column == directory.register.number else column


def _type(field: Any) -> Any:
    types: dict[type, Any] = {
        models.DateField: pl.Date,
        models.DecimalField: pl.Decimal(18, 2),
        models.IntegerField: pl.Int64,
        ArrayField: pl.List(pl.String),
    }
    return types.get(type(field), pl.String)


def _value(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.DateField):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(field, models.DecimalField) else value


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _list(found: Sequence[DirectoryDiff], batch: IntakeBatch, by: Actor) -> None:
    """Hold that missing entries are no longer listed, and that those found again are."""
    ids = entries.ids_of([one.number for one in found])
    unlisted = RegisterFact.objects.held().filter(
        kind=str(FactKind.LISTED), value=False, subject_id__in=ids.values()
    )
    again = set(unlisted.values_list("subject_id", flat=True))
    supersede(RegisterFact, list(_listed(found, ids, again, batch, by)), at=clock.now())


def _listed(
    found: Sequence[DirectoryDiff], ids: Mapping[str, int], again: set[int], batch: IntakeBatch, by: Actor
) -> Iterator[Change]:
    day = clock.day_of(batch.created_at)
    for one in found:
        subject = ids[one.number]
        if one.kind == Kind.MISSING or subject in again:
            source = (batch.pk, one.row, by.audit_name)
            yield Change((subject, str(FactKind.LISTED), ""), one.kind != Kind.MISSING, day, None, source)


def _refuse_unfinished(batch: IntakeBatch) -> None:
    if batch.stage != IntakeBatch.Stage.TAKING:
        raise DirectoryRefused(
            "这只是预览；请先确认导入，再在导入结果中采纳。",
            "This is a preview; confirm the intake first, then accept in its result.",
        )
    if batch.job and batch.job.open:
        raise DirectoryRefused(
            "名录仍在比对；请等它结束后再采纳。", "The comparison is still running; wait until it has ended."
        )


def _compared(spec: TableSpec, title: Text) -> TableSpec:
    name = f"{spec.name}_directory"
    return replace(
        spec,
        name=name,
        headers=spec.name,
        title=title,
        move=partial(compare, name),
        conclude=partial(conclude, name),
        compares=True,
    )


AGENCIES_COMPARED = _compared(
    AGENCIES, Text("代理机构名录（先比对，再采纳）", "Directory of agencies, compared before it is held")
)
COMPANIES_COMPARED = _compared(
    COMPANIES, Text("市场主体登记（先比对，再采纳）", "Market register, compared before it is held")
)
DIRECTORIES: Mapping[str, Directory] = {
    AGENCIES_COMPARED.name: Directory(AGENCIES, entries.AGENCIES, Agency),
    COMPANIES_COMPARED.name: Directory(COMPANIES, entries.COMPANIES, Company),
}
COMPARED = (AGENCIES_COMPARED, COMPANIES_COMPARED)
