"""Ledgers as workbooks: small ones at once, large ones by a job with progress that can be stopped."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from lantian.campaign.errors import CampaignRefused
from lantian.campaign.ledgers.catalogue import EVERY
from lantian.campaign.ledgers.frame import Ledger, Wanted, cells
from lantian.campaign.ledgers.workbook import Heading, LedgerBook
from lantian.campaign.models import LedgerExport
from lantian.office import audit, clock, files, jobs
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Unit

AT_ONCE = 2_000  # rows that are written while the officer waits
CHUNK = 1 << 20


def file_name(ledger: Ledger, wanted: Wanted) -> str:
    """The name of a workbook."""
    return f"{ledger.title.zh}_{wanted.first:%Y%m%d}-{wanted.last:%Y%m%d}.xlsx"


@transaction.atomic
def start_export(*, ledger: Ledger, wanted: Wanted, by: OfficerActor) -> LedgerExport:
    """Make a workbook now, or by a job when it is long; which of both the row tells (`job`)."""
    _check(ledger)
    row = LedgerExport.objects.create(
        ledger=ledger.id,
        unit_id=wanted.unit,
        first=wanted.first,
        last=wanted.last,
        post_id=by.post_id,
        at=clock.now(),
        seen_by=list(by.units),
    )
    total = ledger.count(wanted)
    if total <= AT_ONCE:
        return _write_at_once(row, ledger, wanted, total, by)
    mandate = f"ledger:{row.key}"
    row.job = jobs.defer("ledger", lock=mandate, arguments={"export": row.key}, mandate=mandate, by=by)
    row.save(update_fields=["job"])
    return row


def _write_at_once(
    row: LedgerExport, ledger: Ledger, wanted: Wanted, total: int, by: OfficerActor
) -> LedgerExport:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        with LedgerBook(path, ledger, _heading(wanted, total, by)) as book:
            for rows in ledger.walk(wanted):
                book.add(cells(ledger, rows))
        return _keep(by, row.key, path, book.written)


@jobs.job("ledger")
def export(running: jobs.Running, export: str) -> None:
    """Write the workbook step by step; killed, it begins again, for a half-written workbook is worth nothing."""
    with running.step():
        row = LedgerExport.objects.get(key=export)
        ledger, wanted = EVERY[row.ledger], Wanted(row.first, row.last, row.unit_id)
        total = ledger.count(wanted)
        heading = _heading(wanted, total, running.actor)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        with LedgerBook(path, ledger, heading) as book:
            _write(running, book, ledger, wanted, total)
        with running.step():
            _keep(running.actor, export, path, book.written)


def _write(running: jobs.Running, book: LedgerBook, ledger: Ledger, wanted: Wanted, total: int) -> None:
    """Rows in steps of one transaction each; those entered meanwhile behind the reader's place are not in it."""
    place = None
    while True:
        with running.step():
            rows = ledger.after(wanted, place)
            book.add(cells(ledger, rows))
            running.advance("ledger", min(book.written, total), total)
        if not rows:
            return
        place = ledger.place(rows[-1])


def _keep(by: Actor, key: str, path: Path, written: int) -> LedgerExport:
    row = LedgerExport.objects.select_for_update(of=("self",)).get(key=key)
    ledger, wanted = EVERY[row.ledger], Wanted(row.first, row.last, row.unit_id)
    row.file = files.keep(name=file_name(ledger, wanted), chunks=_chunks(path), seen_by=row.seen_by, by=by)
    row.rows = written
    row.save(update_fields=["file", "rows"])
    _told(ledger, wanted, written, by)
    return row


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def _heading(wanted: Wanted, total: int, by: Actor) -> Heading:
    unit = wanted.unit if wanted.unit is not None else by.unit
    name = Unit.objects.get(pk=unit or 0).name_zh
    office = name if wanted.unit is not None else f"{name}（全部可见单位）"
    return Heading(office, wanted.first, wanted.last, clock.now(), total)


def _told(ledger: Ledger, wanted: Wanted, rows: int, by: Actor) -> None:
    detail = {
        "first": str(wanted.first),
        "last": str(wanted.last),
        "unit": wanted.unit,
        "rows": rows,
    }
    audit.record(audit.Kind.LEDGER_EXPORTED, by=by, about=("ledger", ledger.id), detail=detail)


def _check(ledger: Ledger) -> None:
    if not ledger.kept:
        raise CampaignRefused(
            f"“{ledger.title.zh}”由“{ledger.provider.zh}”提供，尚无记录来源，不能导出。",
            f"'{ledger.title.en}' is provided by {ledger.provider.en}, which keeps no records yet; nothing to export.",
        )
