"""A string that nobody else may meet: planted wherever protected text is kept, then looked for everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from lantian.casework import actions as casework
from lantian.office import audit, clock, files
from lantian.office.models import IntakeBatch, RowError, Unit
from lantian.office.scope import scoped
from lantian.screening import actions as screening
from lantian.screening.models import Finding, Run
from lantian.screening.states import Outcome
from tests.personas import officer
from tests.security.catalogue import rows, tables

MARK = "机密标记ZQX7"


@dataclass(frozen=True)
class Planted:
    """Keys of what was planted, for routes."""

    finding: str
    lead: str
    batch: str
    run: str


def plant(district: int) -> Planted:
    """Plant the mark in a finding, judgement, lead, step, file, batch, row error and run of one district alone."""
    by = officer({120104: "nankai", 120111: "xiqing", 120116: "binhai"}[district])
    city = officer("city")
    with scoped(city):
        finding = (
            Finding.objects.filter(district_code=str(district), clearing="not_cleared").order_by("id").first()
        )
        assert finding is not None
        finding.subject_name = finding.reason_zh = finding.reason_en = f"甲{MARK}乙"
        finding.save()
        _mark_run(finding.run, district)
        audit.record(audit.Kind.FINDINGS_STORED, by=city, about=("finding", finding.key))
    with scoped(by):
        screening.judge(finding_key=finding.key, outcome=Outcome.MORE, reason=MARK, seen=0, by=by)
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=1, by=by)
        assert lead is not None
        casework.hand_over(lead_key=lead.key, to=_city(), reason=MARK, version=1, by=by)
    return Planted(finding.key, lead.key, _batch(district), finding.run.key)


def text_holding(mark: str) -> set[tuple[str, str]]:
    """(table, column) of everything that the present scope may read and that holds the mark."""
    found = set()
    for table, _, _, rights in tables():
        if not any(right.endswith("SELECT") for right in rights):
            continue
        for column in _columns(table):
            statement = f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE %s LIMIT 1'
            if rows(statement, f"%{mark}%"):
                found.add((table, column))
    return found


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _city() -> Unit:
    return Unit.objects.get(kind="city")


def _mark_run(run: Run, district: int) -> None:
    run.not_run_zh, run.seen_by = MARK, [district, _city().pk]
    run.save()


def _batch(district: int) -> str:
    by = officer({120104: "nankai", 120111: "xiqing", 120116: "binhai"}[district])
    with scoped(by):
        file = files.keep(name=f"{MARK}.csv", chunks=[MARK.encode()], seen_by=by.units, by=by)
        batch = IntakeBatch.objects.create(
            table="patents",
            file=file,
            post_id=by.post_id,
            created_at=clock.now(),
            notes_zh=MARK,
            seen_by=[district],
        )
        RowError.objects.create(
            batch=batch, row=2, column="title", value=MARK, message_zh=MARK, message_en=MARK
        )
        audit.record(audit.Kind.INTAKE_STARTED, by=by, about=("intake", batch.key))
    return batch.key
