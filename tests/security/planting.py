"""A string that nobody else may meet: planted wherever protected text is kept, then looked for everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from lantian.casework import actions as casework
from lantian.casework.models import Lead
from lantian.casework.papers import record_of
from lantian.config.demo_people import PEOPLE
from lantian.filings.secrecy import seal
from lantian.office import audit, clock, files, jobs, search
from lantian.office.actors import Actor
from lantian.office.models import IntakeBatch, Job, Paper, PaperReview, RowError, StoredFile, Unit
from lantian.office.papers import actions as papers
from lantian.office.papers.actions import Wording
from lantian.office.papers.approving import Elsewhere, record_approval
from lantian.office.scope import scoped
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.models import CaseRow, Finding, Run
from lantian.screening.states import Outcome
from tests.personas import BINHAI, CITY, NANKAI, XIQING, officer
from tests.security.catalogue import rows, tables
from tests.security.planting_campaign import plant_campaign
from tests.security.planting_captures import plant_captures
from tests.security.planting_dispatch import plant_dispatch
from tests.security.planting_measures import plant_measures
from tests.security.planting_outside import plant_outside
from tests.security.planting_publicity import plant_publicity
from tests.security.planting_standing import plant_standing

MARK = "机密标记ZQX7"
EVERYBODY = Actor("job:test", CITY, tuple({person.unit for person in PEOPLE}), frozenset())


@dataclass(frozen=True)
class Planted:
    """Keys of what was planted, for routes."""

    finding: str
    lead: str
    batch: str
    run: str
    paper: str
    more: dict[str, str]  # by the first word of a route


def plant(*units: int) -> Planted:
    """Plant the mark in a finding, its run, judgement, lead, step, paper, and in a batch with file, job and row error.

    Afterwards these rows are seen by the given units and by no other.
    """
    by = officer("city")
    with scoped(by):
        finding = Finding.objects.filter(clearing="not_cleared").exclude(district_code=None).order_by("id")[0]
        run = finding.run
        _mark(Finding.objects.filter(pk=finding.pk), "subject_name", "reason_zh", "reason_en")
        Finding.objects.filter(pk=finding.pk).update(score=1)  # on the first page of the list
        _mark(Run.objects.filter(pk=run.pk), "not_run_zh", "not_run_en")
        finding.refresh_from_db()
        search.note([findings.search_record(finding)])
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", finding.key))
        lead = _lead(finding)
        batch = _batch()
        _case_row(lead, batch)
        paper = _paper(lead)
    # Only the planted finding hangs on the run from now on: the run's units become those of the finding.
    with scoped(EVERYBODY):
        for found in (
            Finding.objects.filter(pk=finding.pk), Lead.objects.filter(pk=lead.pk),
            Run.objects.filter(pk=run.pk), IntakeBatch.objects.filter(pk=batch.pk),
            StoredFile.objects.filter(pk__in=[batch.file_id, batch.errors_file_id]),
            Job.objects.filter(pk__in=[batch.job_id, run.job_id]), Paper.objects.filter(pk=paper.pk),
            StoredFile.objects.filter(pk=paper.pdf_id), Job.objects.filter(mandate=f"paper:{paper.key}"),
        ):  # fmt: skip
            assert found.update(seen_by=sorted(units)) > 0
    more = plant_campaign(MARK, units, EVERYBODY) | plant_measures(MARK, units, EVERYBODY)
    more |= plant_dispatch(MARK, units, EVERYBODY)
    more |= plant_outside(MARK, units, EVERYBODY)
    more |= plant_captures(MARK, units, EVERYBODY)
    more |= plant_standing(MARK, units, EVERYBODY)
    more |= plant_publicity(MARK, units, EVERYBODY)
    more |= {"detector": "P07"}
    return Planted(finding.key, lead.key, batch.key, run.key, paper.key, more)


def text_holding(mark: str) -> set[tuple[str, str]]:
    """(table, column) of everything that the present scope may read and that holds the mark."""
    found = set()
    for table, _, _, rights in tables():
        if not any(right.endswith("SELECT") for right in rights):
            continue
        for column in _columns(table):
            # Search entries hold folded text.
            statement = f'SELECT 1 FROM "{table}" WHERE lower("{column}"::text) LIKE %s LIMIT 1'
            if rows(statement, f"%{mark.lower()}%"):
                found.add((table, column))
    return found


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _mark(found: QuerySet[Finding] | QuerySet[Run], *columns: str) -> None:
    assert found.update(**dict.fromkeys(columns, f"甲{MARK}乙")) == 1


def _case_row(lead: Lead, batch: IntakeBatch) -> None:
    ref = f"{lead.key}:patents:{MARK}"
    cells = seal("{}", ref, "case") or ""
    CaseRow.objects.create(case_key=lead.key, table="patents", ref=ref, cells=cells, batch=batch, row=1)


def _lead(finding: Finding) -> Lead:
    by = officer("city")
    finding.refresh_from_db()
    screening.judge(finding_key=finding.key, outcome=Outcome.MORE, reason=MARK, asked=MARK, seen=0, by=by)
    _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=1, by=by)
    assert lead is not None
    holder = {NANKAI: "nankai", XIQING: "xiqing", BINHAI: "binhai"}[lead.holder_id]
    to = Unit.objects.get(pk=CITY)
    with scoped(officer(holder)):
        return casework.hand_over(lead_key=lead.key, to=to, reason=MARK, version=1, by=officer(holder))


def _batch() -> IntakeBatch:
    by = officer("city")
    kept: Sequence[StoredFile] = [
        files.keep(name=f"{name}{MARK}.csv", chunks=[f"{name}{MARK}".encode()], seen_by=by.units, by=by)
        for name in ("file", "errors")
    ]
    batch = IntakeBatch(
        table="patents",
        file=kept[0],
        errors_file=kept[1],
        post_id=by.post_id,
        created_at=clock.now(),
        seen_by=[CITY],
    )
    batch.notes_zh = batch.notes_en = MARK
    batch.job = jobs.defer(
        "intake", lock="test", arguments={"batch": batch.key}, mandate="intake:test", by=by
    )
    Job.objects.filter(pk=batch.job.pk).update(fault_zh=MARK, fault_en=MARK)
    batch.save()
    RowError.objects.create(batch=batch, row=2, column="title", value=MARK, message_zh=MARK, message_en=MARK)
    return batch


def _paper(lead: Lead) -> Paper:
    """An issued paper with the mark in its text, its approval and its number; its PDF is a file of its own."""
    by = officer("city")
    typed = {"contact": MARK}
    paper = papers.draft(
        kind="forward_letter", record=record_of(lead, by=by), wording=Wording(typed, MARK), by=by
    )
    scan = files.keep(name=f"scan{MARK}.png", chunks=[f"scan{MARK}".encode()], seen_by=by.units, by=by)
    given = Elsewhere("paper", f"甲{MARK}", clock.today(), scan)
    record_approval(key=paper.key, version=1, given=given, by=by)
    numbered = papers.Numbered(f"津{MARK}〔2026〕1号")
    paper = papers.issue(key=paper.key, version=2, by=by, how=numbered)
    paper.pdf = paper.docx = scan
    paper.save()
    PaperReview.objects.create(
        paper=paper, version=paper.versions.get(), act="ask", reviewer_id=CITY, words=MARK, post_id=by.post_id,
        at=clock.now(),
    )  # fmt: skip
    return paper
