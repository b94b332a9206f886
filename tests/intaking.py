"""Files on their way in, as tests make them: numbers, tables, and an intake carried to its end."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from lantian.core.identifiers import application_check_digit
from lantian.office import files, jobs
from lantian.office.intake import actions as intake
from lantian.office.intake.spec import spec_of
from lantian.office.models import IntakeBatch, Job, Post, RowError
from tests.personas import acting

HEAD = ("application_no", "disclosure", "title", "filing_date")


def number(serial: int, kind: int = 1) -> str:
    base = f"2025{kind}{serial:07d}"
    return f"{base}.{application_check_digit(base)}"


def wrong(serial: int) -> str:
    right = number(serial)
    return right[:-1] + ("1" if right[-1] == "0" else "0")


def published(serial: int, title: str = "一种装置", day: str = "2025-01-02") -> tuple[str, ...]:
    return (number(serial), "published", title, day)


def table(*rows: Sequence[str], head: Sequence[str] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def parquet(**columns: Sequence[Any] | pl.Series) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out)
    return out.getvalue()


def begin(
    content: bytes,
    *,
    into: str = "patents",
    login: str = "city",
    how: Callable[..., IntakeBatch] = intake.start,
) -> IntakeBatch:
    with acting(login) as by:
        sealed = spec_of(into).sealed
        file = files.keep(name="f.csv", chunks=[content], seen_by=by.units, by=by, sealed=sealed)
        return how(table=into, file=file, by=by)


def take(content: bytes, *, into: str = "patents") -> IntakeBatch:
    """Take a file in to its end; the job must not fail."""
    batch = begin(content, into=into)
    assert batch.job is not None
    jobs.execute(batch.job.key, Post.objects.get(account__login="city").key)
    with acting("city"):
        job = Job.objects.get(pk=batch.job.pk)
        assert job.state == Job.State.DONE, job.fault_en
        return IntakeBatch.objects.select_related("file", "errors_file").get(pk=batch.pk)


def counts(batch: IntakeBatch) -> tuple[int, int, int, int, int]:
    return batch.read, batch.new, batch.same, batch.changed, batch.refused


def errors(batch: IntakeBatch) -> list[tuple[int, str, str]]:
    with acting("city"):
        return list(
            RowError.objects.filter(batch=batch).order_by("row", "id").values_list("row", "column", "value")
        )


def advice(batch: IntakeBatch) -> list[tuple[str, str]]:
    with acting("city"):
        found = RowError.objects.filter(batch=batch).order_by("row", "id")
        return list(found.values_list("message_zh", "message_en"))
