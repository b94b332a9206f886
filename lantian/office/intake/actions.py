"""Starting an intake, and the job that carries it out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
from django.db import transaction

from lantian.core.messages import Refused, Text, WrongUse
from lantian.office import audit, clock, files, following, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.intake import cells, readers, withheld
from lantian.office.intake.ahead import ahead
from lantian.office.intake.sources import Window
from lantian.office.intake.spec import Fault, Moved, TableSpec, name_columns, recognised, spec_of
from lantian.office.models import IntakeBatch, Job, Post, RowError, StoredFile
from lantian.office.opened import opened
from lantian.office.permissions import Permission, check_permission

STEP = 5_000
MOST_ERRORS_KEPT = 10_000
Stage = IntakeBatch.Stage
NO_ROWS = Text("文件只有表头，没有一行数据。", "The file has a header and not one row.")
_NO_PART_OF_A_NUMBER = r"[\s.\x00\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]"


class IntakeRefused(Refused):
    """A preview cannot be decided as asked."""


@dataclass(frozen=True)
class Step:
    """Up to `STEP` places of a file: rows in their types, faults, and how many places they cover."""

    frame: pl.DataFrame
    faults: list[Fault]
    count: int


def check_admitted(table: str, by: OfficerActor) -> None:
    """Raise `NotAllowed` when this post may not take files into this table, or have its refused rows back."""
    check_permission(by.permissions, spec_of(table).permission)
    spec_of(table).admit(by, by.post_id)


def start(*, table: str, file: StoredFile, by: OfficerActor, mandate: str = "") -> IntakeBatch:
    """Begin to take a kept file into a table; an unfinished intake of the same file is taken up again.

    A table that is taken in for one case only needs the `mandate` of its lead (`lead:key`).
    """
    return _begin(table, file, Stage.TAKING, by, mandate)


def preview(*, table: str, file: StoredFile, by: OfficerActor) -> IntakeBatch:
    """Begin to look at what a file would do to a table; nothing of it is stored but counts and faults."""
    return _begin(table, file, Stage.PREVIEW, by)


def confirm(*, batch: IntakeBatch, by: OfficerActor) -> IntakeBatch:
    """Take in what was previewed: a new batch begins, and the preview stays as it was seen."""
    check_admitted(batch.table, by)
    with transaction.atomic():
        row = _decide(batch, Stage.CONFIRMED, by)
        taking = _begin(row.table, row.file, Stage.TAKING, by)
        if taking.preview is None:
            taking.preview = row
            taking.save(update_fields=["preview"])
    return taking


def discard(*, batch: IntakeBatch, by: OfficerActor) -> None:
    """Leave a previewed file out."""
    check_permission(by.permissions, Permission.TAKE_IN)
    with transaction.atomic():
        _decide(batch, Stage.DISCARDED, by)


def _begin(table: str, file: StoredFile, stage: Stage, by: OfficerActor, mandate: str = "") -> IntakeBatch:
    check_admitted(table, by)
    spec = spec_of(table)
    if spec.of_case != mandate.startswith("lead:"):
        raise WrongUse(
            f"“{spec.title.zh}”只能在线索页面上为该案导入。",
            f"'{spec.title.en}' is taken in on a lead's page only.",
        )
    if spec.sealed and not file.sealed:
        raise WrongUse(f"“{table}”的文件必须加密保存。", f"Files of '{table}' are kept sealed.")
    with opened(file) as path:
        named = name_columns(spec, readers.open_source(path, partial(recognised, spec)).headers)
    with transaction.atomic():
        unfinished = _unfinished(table, file, stage, mandate)
        if unfinished:
            return unfinished
        batch = IntakeBatch(
            table=table, file=file, post_id=by.post_id, created_at=clock.now(), seen_by=list(by.units),
            stage=stage, columns=named,
        )  # fmt: skip
        batch.job = jobs.defer(
            "intake" if stage == Stage.TAKING else "preview",
            lock=f"intake:{table}",
            arguments={"batch": batch.key},
            mandate=mandate or f"intake:{batch.key}",
            by=by,
        )
        batch.save(force_insert=True)
        detail = {"table": table, "sha256": file.sha256, "stage": str(stage)}
        audit.record(audit.Kind.INTAKE_STARTED, by=by, about=("intake", batch.key), detail=detail)
    return batch


def _decide(batch: IntakeBatch, stage: Stage, by: OfficerActor) -> IntakeBatch:
    row = IntakeBatch.objects.select_for_update(of=("self",)).select_related("job", "file").get(pk=batch.pk)
    if row.stage != Stage.PREVIEW or row.job is None or row.job.state != Job.State.DONE:
        raise IntakeRefused(
            "这次预览还没有完成，或已经处理过；请刷新页面。",
            "This preview has not ended, or was decided already; load the page again.",
        )
    row.stage = stage
    row.save(update_fields=["stage"])
    audit.record(audit.Kind.PREVIEW_DECIDED, by=by, about=("intake", row.key), detail={"stage": str(stage)})
    return row


@jobs.job("intake")
def take_in(running: jobs.Running, *, batch: str) -> None:
    """The job: window by window, each step of rows one transaction with its cursor."""
    with _opened(running, batch) as (row, intake):
        done = int(running.cursor.get("rows", 0))
        for step in ahead(intake.steps(done)):
            with running.step():
                intake.apply(step, row, running.actor)
                done += step.count
                running.advance("rows", done, intake.rows, {"rows": done})
        with running.step():
            _finish(row, intake, running.actor)


@jobs.job("preview")
def look_at(running: jobs.Running, *, batch: str) -> None:
    """The job: the same chain, each step's rows rolled back, only counts, faults and differences kept."""
    with _opened(running, batch) as (row, intake):
        done = int(running.cursor.get("rows", 0))
        for step in ahead(intake.steps(done)):
            with running.step():
                intake.look_at(step, row, running.actor)
                done += step.count
                running.advance("preview", done, intake.rows, {"rows": done})
        with running.step():
            _describe(row, intake)
            row.save(update_fields=["ignored_columns", "notes_zh", "notes_en"])
            if intake.spec.compares:
                intake.spec.conclude(row, intake.keys, running.actor)
            audit.record(audit.Kind.ROWS_PREVIEWED, by=running.actor, about=("intake", row.key), detail={})


@contextmanager
def _opened(running: jobs.Running, batch: str) -> Iterator[tuple[IntakeBatch, Intake]]:
    with running.step():
        row = IntakeBatch.objects.select_related("file").get(key=batch)
        spec_of(row.table).admit(running.actor, running.post_id)
    with opened(row.file) as path:
        yield row, Intake(spec_of(row.table), path)


def rehearse(
    *, table: str, path: Path, by: OfficerActor, progress: Callable[[int, int], None]
) -> IntakeBatch:
    """Take a file in without storing anything: the same chain in one transaction that is rolled back."""
    check_admitted(table, by)
    intake = Intake(spec_of(table), path)
    units = list(by.units)
    with transaction.atomic():
        file = StoredFile.objects.create(
            sha256="rehearsal",
            name=path.name[:200],
            size=0,
            content_type="",
            kept_at=clock.now(),
            seen_by=units,
        )
        post = Post.objects.get(pk=by.post_id)
        batch = IntakeBatch.objects.create(
            table=table, file=file, post=post, created_at=clock.now(), seen_by=units
        )
        for step in intake.steps(0):
            intake.apply(step, batch, by)
            progress(step.count, intake.rows)
        transaction.set_rollback(True)
    return batch


class Intake:
    """One file on its way into one table."""

    def __init__(self, spec: TableSpec, path: Path) -> None:
        self.spec = spec
        self.source = readers.open_source(path, partial(recognised, spec))
        self.named = name_columns(spec, self.source.headers)
        self.rows, numbered = self._numbered()
        self.keys = numbered["key"]
        self.first_row = _first_rows(numbered)

    @property
    def ignored(self) -> list[str]:
        """Headers that mean nothing to the table."""
        return [header for header in self.source.headers if header and header not in self.named]

    def steps(self, start: int) -> Iterator[Step]:
        """Yield what is to be checked and moved, step by step, from place `start` on; asks no database."""
        for window in self.source.windows(start):
            yield from self._cut(window)

    def apply(self, step: Step, batch: IntakeBatch, by: Actor) -> None:
        """Write one step's rows and errors and count them on the batch, inside the open transaction."""
        step = self._checked(step)
        self._count(step, batch, self.spec.move(step.frame, batch, by), audit.Kind.ROWS_TAKEN_IN, by)

    def look_at(self, step: Step, batch: IntakeBatch, by: Actor) -> None:
        """Count what one step would do, inside the open transaction, and undo it; mere differences are kept."""
        step = self._checked(step)
        with transaction.atomic():
            moved = self.spec.move(step.frame, batch, by)
            transaction.set_rollback(not self.spec.compares)
        self._count(step, batch, moved, audit.Kind.ROWS_PREVIEWED, by)

    def _count(self, step: Step, batch: IntakeBatch, moved: Moved, kind: audit.Kind, by: Actor) -> None:
        refused = len({fault.row for fault in step.faults})
        _add(batch, moved)
        batch.read += step.frame.height + refused
        batch.refused += refused
        batch.save(update_fields=["read", "new", "same", "changed", "refused"])
        if batch.refused - refused < MOST_ERRORS_KEPT:
            _keep_errors(batch, step.faults)
        counts = {"new": moved.new, "same": moved.same, "changed": moved.changed, "refused": refused}
        audit.record(kind, by=by, about=("intake", batch.key), detail=counts)

    def _numbered(self) -> tuple[int, pl.DataFrame]:
        """Count the places of the file and read the key of every row, as compared; one pass."""
        headers = {name: header for header, name in self.named.items()}
        wanted = [headers[name] for name in (self.spec.key, *self.spec.also) if name in headers]
        count, frames = 0, []
        for window in self.source.windows(0, only=wanted):
            count += window.count
            frames.append(window.frame.select("row", _key(window.frame, wanted)))
        nothing = pl.DataFrame(schema={"row": pl.Int64, "key": pl.String})
        return count, pl.concat([nothing, *frames])

    def _cut(self, window: Window) -> Iterator[Step]:
        for low in range(window.first, window.first + window.count, STEP):
            high = min(low + STEP, window.first + window.count)
            rows = window.frame.filter(pl.col("row").is_between(low, high, closed="left"))
            faults = [fault for fault in window.faults if low <= fault.row < high]
            barred = self.spec.bar(rows, self.named)
            allowed = rows.filter(~pl.col("row").is_in([fault.row for fault in barred])) if barred else rows
            frame, unreadable = cells.shape(allowed, self.spec, self.named)
            found = withheld.guarded(self.spec, self.named, rows, [*faults, *barred, *unreadable])
            yield Step(frame, found, high - low)

    def _checked(self, step: Step) -> Step:
        frame, wrong = self.spec.check(step.frame)
        frame, repeated = self._once(frame)
        same = {name: name for name in step.frame.columns if name != "row"}
        found = withheld.guarded(self.spec, same, step.frame, [*wrong, *repeated])
        return Step(frame, [*step.faults, *found], step.count)

    def _once(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Keep the first row of every key in the file; the later ones are named, not silently merged."""
        repeated = [
            Fault(row, self.spec.key, key[:60], _repeated(self.first_row[row]))
            for row, key in frame.select("row", self.spec.key).iter_rows()
            if row in self.first_row
        ]
        return frame.filter(~pl.col("row").is_in([fault.row for fault in repeated])), repeated


def _folded(header: str, dtype: pl.DataType) -> pl.Expr:
    """One spelling for a number written in several: full width, spaces, the dot, the country's letters."""
    cell = pl.col(header)
    text = (
        cell.cast(pl.List(pl.String)).list.join("；") if isinstance(dtype, pl.List) else cell.cast(pl.String)
    )
    plain = text.str.normalize("NFKC").str.replace_all(_NO_PART_OF_A_NUMBER, "").str.to_uppercase()
    return plain.str.replace(r"^(CN|ZL)+", "")


def _key(frame: pl.DataFrame, headers: Sequence[str]) -> pl.Expr:
    parts = [_folded(header, frame.schema[header]) for header in headers]
    return pl.concat_str(parts, separator="|", ignore_nulls=True).alias("key")


def _first_rows(numbered: pl.DataFrame) -> dict[int, int]:
    """Rows whose key stood in an earlier row of the file → that row."""
    later = (
        numbered.filter(pl.col("key").is_duplicated())
        .with_columns(pl.col("row").first().over("key").alias("first"))
        .filter(pl.col("key").is_not_null() & (pl.col("key") != "") & (pl.col("row") != pl.col("first")))
    )
    return dict(later.select("row", "first").iter_rows())


def _repeated(first: int) -> Text:
    return Text(
        f"与第 {first} 行重复；只保留第一次出现的一行。", f"Repeats row {first}; only the first one is kept."
    )


def _unfinished(table: str, file: StoredFile, stage: Stage, mandate: str) -> IntakeBatch | None:
    batches = (
        IntakeBatch.objects.filter(table=table, file=file, stage=stage).select_related("job").order_by("-id")
    )
    batches = batches.filter(job__mandate=mandate) if mandate else batches
    return next((batch for batch in batches if batch.job and batch.job.open), None)


def _add(batch: IntakeBatch, moved: Moved) -> None:
    batch.new += moved.new
    batch.same += moved.same
    batch.changed += moved.changed


def _keep_errors(batch: IntakeBatch, faults: Iterable[Fault]) -> None:
    rows = [
        RowError(
            batch=batch,
            row=fault.row,
            column=fault.column,
            value=fault.value,
            message_zh=fault.text.zh[:200],
            message_en=fault.text.en[:200],
        )
        for fault in faults
    ]
    RowError.objects.bulk_create(rows, ignore_conflicts=True)


def _describe(batch: IntakeBatch, intake: Intake) -> None:
    spec = intake.spec
    nothing = () if intake.rows else (NO_ROWS,)
    notes = [*intake.source.notes, *nothing, spec.explain(list(intake.named.values())), spec.remark(batch)]
    batch.ignored_columns = intake.ignored
    batch.notes_zh = "".join(note.zh for note in notes)
    batch.notes_en = " ".join(note.en for note in notes if note.en)


def _finish(batch: IntakeBatch, intake: Intake, by: Actor) -> None:
    _describe(batch, intake)
    if batch.refused:
        content = _errors_csv(batch, intake)
        batch.errors_file = files.keep(
            name=f"errors-{batch.file.name}.csv",
            chunks=[content],
            seen_by=batch.seen_by,
            by=by,
            sealed=intake.spec.sealed,
        )
    batch.save(update_fields=["ignored_columns", "notes_zh", "notes_en", "errors_file"])
    intake.spec.conclude(batch, intake.keys, by)
    audit.record(audit.Kind.ROWS_TAKEN_IN, by=by, about=("intake", batch.key), detail={"read": batch.read})
    if batch.new or batch.changed:
        news = following.News(batch.table, f"intake:{batch.key}")
        following.follow(news, post_id=batch.post_id, acting=by)


def _errors_csv(batch: IntakeBatch, intake: Intake) -> bytes:
    """The refused rows as they came, with the reason behind each: correct them and take this file in.

    Whoever may open the batch may open this file, so text that may be secret is not in it.
    """
    spec, named = intake.spec, intake.named
    errors: dict[int, list[str]] = {}
    for error in RowError.objects.filter(batch=batch).order_by("row", "id").iterator():
        errors.setdefault(error.row, []).append(f"{error.column}：{error.message_zh}")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*intake.source.headers, "错误说明"])
    for window in intake.source.windows(0):
        refused = window.frame.filter(pl.col("row").is_in(sorted(errors)))
        wrong, hidden = withheld.covered(spec, named, refused)
        for row, *values in wrong.iter_rows():
            said = [*errors[row], *([withheld.WITHHELD.zh] if row in hidden else [])]
            writer.writerow([*map(_plain, values), "；".join(said)])
        for fault in window.faults:
            raw = withheld.covered_cells(spec, named, fault)
            said = [fault.text.zh] if raw == fault.raw else [fault.text.zh, withheld.in_row(fault.row).zh]
            writer.writerow([*map(_plain, raw), "；".join(said)])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "；".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
