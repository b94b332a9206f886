"""Starting an intake, and the job that carries it out."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import polars as pl
from django.db import transaction

from lantian.core.messages import Text
from lantian.office import audit, clock, files, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.intake import cells, readers
from lantian.office.intake.spec import Fault, Moved, TableSpec, name_columns, spec_of
from lantian.office.models import IntakeBatch, Post, RowError, StoredFile
from lantian.office.permissions import Permission, check_permission

STEP = 5_000
MOST_ERRORS_KEPT = 10_000
_NO_PART_OF_A_NUMBER = r"[\s.\x00\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]"


def start(*, table: str, file: StoredFile, by: OfficerActor) -> IntakeBatch:
    """Begin to take a kept file into a table; an unfinished intake of the same file is taken up again."""
    check_permission(by.permissions, Permission.TAKE_IN)
    spec = spec_of(table)
    name_columns(spec, readers.open_source(files.path_of(file)).headers)
    with transaction.atomic():
        unfinished = _unfinished(table, file)
        if unfinished:
            return unfinished
        batch = IntakeBatch(
            table=table, file=file, post_id=by.post_id, created_at=clock.now(), seen_by=list(by.units)
        )
        batch.job = jobs.defer(
            "intake",
            lock=f"intake:{table}",
            arguments={"batch": batch.key},
            mandate=f"intake:{batch.key}",
            by=by,
        )
        batch.save(force_insert=True)
        detail = {"table": table, "sha256": file.sha256}
        audit.record(audit.Kind.INTAKE_STARTED, by=by, about=("intake", batch.key), detail=detail)
    return batch


@jobs.job("intake")
def take_in(running: jobs.Running, *, batch: str) -> None:
    """The job: window by window, each step of rows one transaction with its cursor."""
    with running.step():
        row = IntakeBatch.objects.select_related("file").get(key=batch)
        source = readers.open_source(files.path_of(row.file))
    intake = Intake(spec_of(row.table), source)
    done = int(running.cursor.get("rows", 0))
    for window, count in intake.steps(done):
        with running.step():
            intake.apply(window, row, running.actor)
            done += count
            running.advance("rows", done, source.rows, {"rows": done})
    with running.step():
        _finish(row, intake, running.actor)


def rehearse(
    *, table: str, path: Path, by: OfficerActor, progress: Callable[[int, int], None]
) -> IntakeBatch:
    """Take a file in without storing anything: the same chain in one transaction that is rolled back."""
    check_permission(by.permissions, Permission.TAKE_IN)
    intake = Intake(spec_of(table), readers.open_source(path))
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
        for step, count in intake.steps(0):
            intake.apply(step, batch, by)
            progress(count, intake.source.rows)
        transaction.set_rollback(True)
    return batch


class Intake:
    """One file on its way into one table."""

    def __init__(self, spec: TableSpec, source: readers.Source) -> None:
        self.spec = spec
        self.source = source
        self.named = name_columns(spec, source.headers)
        self.first_row = _first_rows(self.keys())

    @property
    def ignored(self) -> list[str]:
        """Headers that mean nothing to the table."""
        return [header for header in self.source.headers if header not in self.named]

    def keys(self) -> pl.Series:
        """The key of every row of the file, as compared; null where the row has none."""
        headers = {name: header for header, name in self.named.items()}
        wanted = [headers[name] for name in (self.spec.key, *self.spec.also) if name in headers]
        parts = pl.DataFrame([self.source.column(header).alias(header) for header in wanted])
        return parts.select(pl.concat_str(map(_folded, wanted), separator="|", ignore_nulls=True)).to_series()

    def steps(self, start: int) -> Iterator[tuple[tuple[pl.DataFrame, list[Fault]], int]]:
        """Yield ((good rows, faults), rows read) for every step from row `start` on."""
        for window, faults in self.source.windows(start):
            yield from self._cut(window, faults)

    def apply(self, step: tuple[pl.DataFrame, list[Fault]], batch: IntakeBatch, by: Actor) -> None:
        """Write one step's rows and errors and count them on the batch, inside the open transaction."""
        frame, faults = step
        refused = {fault.row for fault in faults}
        moved = self.spec.move(frame, batch, by)
        _add(batch, moved)
        batch.read += frame.height + len(refused)
        batch.refused += len(refused)
        batch.save(update_fields=["read", "new", "same", "changed", "refused"])
        if batch.refused - len(refused) < MOST_ERRORS_KEPT:
            _keep_errors(batch, faults)
        counts = {"new": moved.new, "same": moved.same, "changed": moved.changed, "refused": len(refused)}
        audit.record(audit.Kind.ROWS_TAKEN_IN, by=by, about=("intake", batch.key), detail=counts)

    def _cut(
        self, window: pl.DataFrame, faults: list[Fault]
    ) -> Iterator[tuple[tuple[pl.DataFrame, list[Fault]], int]]:
        first = min([*window["row"].head(1).to_list(), *(fault.row for fault in faults)])
        count = window.height + len(faults)
        for low in range(first, first + count, STEP):
            high = min(low + STEP, first + count)
            rows = window.filter(pl.col("row").is_between(low, high, closed="left"))
            yield self._checked(rows, [f for f in faults if low <= f.row < high]), high - low

    def _checked(self, rows: pl.DataFrame, faults: list[Fault]) -> tuple[pl.DataFrame, list[Fault]]:
        frame, unreadable = cells.shape(rows, self.spec, self.named)
        frame, wrong = self.spec.check(frame)
        frame, repeated = self._once(frame)
        return frame, [*faults, *unreadable, *wrong, *repeated]

    def _once(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Keep the first row of every key in the file; the later ones are named, not silently merged."""
        repeated = [
            Fault(row, self.spec.key, key[:60], _repeated(self.first_row[row]))
            for row, key in frame.select("row", self.spec.key).iter_rows()
            if row in self.first_row
        ]
        return frame.filter(~pl.col("row").is_in([fault.row for fault in repeated])), repeated


def _folded(header: str) -> pl.Expr:
    """One spelling for a number written in several: full width, spaces, the dot, the country's letters."""
    plain = pl.col(header).str.normalize("NFKC").str.replace_all(_NO_PART_OF_A_NUMBER, "").str.to_uppercase()
    return plain.str.replace(r"^(CN|ZL)+", "")


def _first_rows(keys: pl.Series) -> dict[int, int]:
    """Rows whose key stood in an earlier row of the file → that row."""
    first = readers.HEADER_ROWS + 1
    frame = pl.DataFrame({"key": keys, "row": pl.int_range(first, first + keys.len(), eager=True)})
    later = frame.with_columns(pl.col("row").first().over("key").alias("first")).filter(
        pl.col("key").is_not_null() & (pl.col("key") != "") & (pl.col("row") != pl.col("first"))
    )
    return dict(later.select("row", "first").iter_rows())


def _repeated(first: int) -> Text:
    return Text(
        f"与第 {first} 行重复；只保留第一次出现的一行。", f"Repeats row {first}; only the first one is kept."
    )


def _unfinished(table: str, file: StoredFile) -> IntakeBatch | None:
    batches = IntakeBatch.objects.filter(table=table, file=file).select_related("job").order_by("-id")
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


def _finish(batch: IntakeBatch, intake: Intake, by: Actor) -> None:
    note = intake.spec.explain(list(intake.named.values()))
    batch.ignored_columns, batch.notes_zh, batch.notes_en = intake.ignored, note.zh, note.en
    if batch.refused:
        content = _errors_csv(batch, intake.source)
        batch.errors_file = files.keep(
            name=f"errors-{batch.file.name}.csv", chunks=[content], seen_by=batch.seen_by, by=by
        )
    batch.save(update_fields=["ignored_columns", "notes_zh", "notes_en", "errors_file"])
    intake.spec.conclude(batch, intake.keys(), by)
    audit.record(audit.Kind.ROWS_TAKEN_IN, by=by, about=("intake", batch.key), detail={"read": batch.read})


def _errors_csv(batch: IntakeBatch, source: readers.Source) -> bytes:
    """The refused rows as they came, with the reason behind each: correct them and take this file in."""
    errors: dict[int, list[str]] = {}
    for error in RowError.objects.filter(batch=batch).order_by("row", "id").iterator():
        errors.setdefault(error.row, []).append(f"{error.column}：{error.message_zh}")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*source.headers, "错误说明"])
    for window, out_of_shape in source.windows(0):
        wrong = window.filter(pl.col("row").is_in(sorted(errors)))
        for row, *values in wrong.iter_rows():
            writer.writerow([*map(_plain, values), "；".join(errors[row])])
        for fault in out_of_shape:
            writer.writerow([*map(_plain, fault.raw), fault.text.zh])
    return out.getvalue().encode("utf-8-sig")


def _plain(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "；".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
