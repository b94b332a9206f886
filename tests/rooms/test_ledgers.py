"""Ledgers: always what the records say, row by row, and the same in the workbook as a second program reads it."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from python_calamine import CalamineWorkbook

from lantian.campaign.actions import exports
from lantian.campaign.errors import CampaignRefused
from lantian.campaign.ledgers import frame
from lantian.campaign.ledgers.catalogue import EVERY, LEDGERS
from lantian.campaign.ledgers.frame import Kind, Ledger, Wanted, cells
from lantian.campaign.ledgers.workbook import SIGNATURE, as_text
from lantian.campaign.models import LedgerExport
from lantian.casework.models import Lead
from lantian.core.messages import Text
from lantian.office import clock, files, jobs
from lantian.office.models import AuditEvent, Job
from lantian.screening import actions as screening
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.conftest import Database
from tests.personas import CITY, NANKAI, acting, browser, officer, run_job
from tests.security.planting import plant
from tests.working import kill, until, waits_for_a_lock, worker

in_rollback = pytest.mark.django_db
YEAR = Wanted(date(2026, 1, 1), date(2026, 12, 31))
LAW = (
    "leads", "abnormal", "interviews", "rectifications", "cases", "checks", "sweep", "trademark_checks", "complaints",
    "transfers", "pressing", "publicity",
)  # fmt: skip


def some_leads(count: int = 3) -> list[str]:
    """Leads of Nankai, opened by its officer."""
    with acting("nankai") as by:
        keys = list(
            Finding.objects.filter(clearing="not_cleared", district_code=str(NANKAI)).values_list(
                "key", flat=True
            )
        )[:count]
        for key in keys:
            screening.judge(finding_key=key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        return list(Lead.objects.values_list("number", flat=True))


def exported(ledger: Ledger, login: str = "city", wanted: Wanted = YEAR) -> LedgerExport:
    with acting(login) as by:
        return exports.start_export(ledger=ledger, wanted=wanted, by=by)


def content(row: LedgerExport) -> Path:
    assert row.file is not None
    return files.path_of(row.file)


def read(row: LedgerExport) -> list[list[Any]]:
    """The workbook as another program reads it."""
    return CalamineWorkbook.from_path(content(row)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def compare(ledger: Ledger, row: LedgerExport, wanted: Wanted = YEAR, login: str = "city") -> int:
    """Compare the workbook with the query cell by cell; the number of cells compared."""
    with acting(login):
        held = cells(ledger, list(ledger.select(wanted)))
    table = read(row)
    assert [str(title) for title in table[2]] == ["序号", *(column.title.zh for column in ledger.columns)]
    compared = 0
    for place, line in enumerate(held, start=1):
        found = table[2 + place]
        assert found[0] == place
        for column, cell, met in zip(ledger.columns, line, found[1:], strict=True):
            compared += 1
            if cell is None or cell == "":
                assert met == "", (column.name, met)
            elif column.kind is Kind.DATE:
                assert (met.date() if isinstance(met, datetime) else met) == cell, column.name
            elif column.kind is Kind.NUMBER:
                assert met == cell, column.name
            else:
                assert (type(met), met) == (str, as_text(cell)), column.name
    assert table[3 + len(held) + 1][0] == SIGNATURE
    return compared


@in_rollback
def test_the_twelve_ledgers_of_the_law_are_there_in_their_order() -> None:
    assert tuple(LEDGERS) == LAW


@in_rollback
def test_the_ledger_of_leads_shows_every_lead_of_the_period_and_no_other() -> None:
    numbers = some_leads()
    ledger = LEDGERS["leads"]
    with acting("nankai"):
        found = [row.number for row in ledger.select(YEAR)]
        before = ledger.count(Wanted(date(2025, 1, 1), date(2025, 12, 31)))
    assert len(numbers) > 0 and sorted(found) == sorted(numbers) and before == 0


@in_rollback
def test_a_workbook_says_cell_by_cell_what_the_ledger_says() -> None:
    numbers = some_leads()
    ledger = LEDGERS["leads"]
    row = exported(ledger)
    assert row.rows >= len(numbers) and row.job is None
    assert compare(ledger, row) >= len(numbers) * len(ledger.columns)


@in_rollback
def test_long_numbers_are_text_and_nothing_in_the_workbook_is_a_formula() -> None:
    some_leads(1)
    with acting("nankai") as by:
        lead = Lead.objects.latest("id")
        Lead.objects.filter(pk=lead.pk).update(subject_no="911201167803031405", subject_name="=1+1")
        from lantian.office import audit

        audit.record(audit.Kind.LEAD_READ, by=by, about=("lead", lead.key))
    row = exported(LEDGERS["leads"], "nankai", Wanted(YEAR.first, YEAR.last, NANKAI))
    texts = {cell for line in read(row) for cell in line}
    assert {"911201167803031405", "=1+1"} <= texts
    with zipfile.ZipFile(content(row)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "numberStoredAsText" in sheet


@in_rollback
def test_a_workbook_prints_landscape_with_its_header_on_every_page() -> None:
    row = exported(LEDGERS["leads"])
    with zipfile.ZipFile(content(row)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        names = package.read("xl/workbook.xml").decode()
    assert 'orientation="landscape"' in sheet and 'fitToHeight="0"' in sheet
    assert "_xlnm.Print_Titles" in names and "$3:$3" in names


@in_rollback
def test_a_long_ledger_is_made_by_a_job_that_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    some_leads()
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    monkeypatch.setattr(frame.Ledger.after, "__defaults__", (1,))
    row = exported(LEDGERS["leads"])
    assert row.job is not None and row.file is None
    told: list[tuple[int, int]] = []
    run_job(
        row.job, run=lambda key, post: jobs.execute(key, post, lambda done, total: told.append((done, total)))
    )
    with acting("city"):
        row = LedgerExport.objects.select_related("file", "job").get(pk=row.pk)
    assert row.job is not None and row.job.state == Job.State.DONE
    assert len(told) == row.rows + 1 > 2 and told[0][0] == 1 and told[-1][0] == told[-1][1] == row.rows
    compare(LEDGERS["leads"], row)


@in_rollback
def test_an_export_that_was_stopped_leaves_no_file() -> None:
    some_leads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports, "AT_ONCE", 0)
        row = exported(LEDGERS["leads"])
    with acting("city") as by:
        assert row.job is not None
        jobs.cancel(job=row.job, by=by)
    run_job(row.job)
    with acting("city"):
        row = LedgerExport.objects.select_related("job").get(pk=row.pk)
    assert row.job is not None and (row.job.state, row.file_id) == (Job.State.CANCELLED, None)


@in_rollback
def test_an_export_leaves_an_event_with_counts_and_no_names() -> None:
    row = exported(LEDGERS["leads"])
    event = AuditEvent.objects.filter(kind="ledger_exported").latest("id")
    assert event.about_key == "leads" and event.detail["rows"] == row.rows


@in_rollback
def test_a_district_reads_its_own_ledger_only() -> None:
    some_leads()
    with acting("xiqing"):
        assert LEDGERS["leads"].count(Wanted(YEAR.first, YEAR.last, NANKAI)) == 0
    page = browser("xiqing").get(f"/ledgers/leads/?office={NANKAI}")
    assert page.status_code == 200 and page.context["page"].paginator.count == 0


@in_rollback
def test_every_row_of_a_ledger_opens_its_record() -> None:
    some_leads()
    client = browser("nankai")
    lines = client.get("/ledgers/leads/").context["page"].object_list
    links = [line["cells"][0]["href"] for line in lines]
    assert links and all(client.get(link).status_code == 200 for link in links)


@in_rollback
def test_a_ledger_without_a_source_says_so_and_is_not_filled_with_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = Ledger("cases", Text("案件台账", "cases"), Text("案件办理", "cases"))
    monkeypatch.setitem(EVERY, "cases", ledger)
    page = browser("city").get("/ledgers/cases/").content.decode()
    assert "尚无记录来源" in page and "案件办理" in page and "<table" not in page
    with acting("city") as by, pytest.raises(CampaignRefused, match="no records yet"):
        exports.start_export(ledger=ledger, wanted=YEAR, by=by)


@in_rollback
@pytest.mark.parametrize("name", EVERY)
def test_every_ledger_is_read_by_every_office_and_written_to_a_workbook(name: str) -> None:
    plant(CITY)
    ledger = EVERY[name]
    with acting("city"):
        count = ledger.count(YEAR)
    row = exported(ledger)
    assert row.rows == count
    compare(ledger, row)
    for login in ("city", "nankai"):
        assert browser(login).get(f"/ledgers/{name}/").status_code == 200
        assert browser(login).get(f"/ledgers/{name}/print").status_code == 200


@in_rollback
def test_what_is_planted_in_the_records_stands_in_the_ledgers_and_opens() -> None:
    plant(CITY)
    client = browser("city")
    filled = {name for name in EVERY if client.get(f"/ledgers/{name}/").context["page"].object_list}
    assert filled >= {
        "leads",
        "sweep",
        "pressing",
        "publicity",
        "guidance",
        "interviews",
        "rectifications",
        "transfers",
    }
    for name in filled:
        link = client.get(f"/ledgers/{name}/").context["page"].object_list[0]["cells"]
        href = next(cell["href"] for cell in link if cell["href"])
        assert client.get(href).status_code == 200, name


@in_rollback
def test_days_that_mean_nothing_are_said_and_the_year_is_shown() -> None:
    page = browser("city").get("/ledgers/leads/?first=2026-13-01&last=x")
    assert "起止日期写法" in page.content.decode()
    assert page.context["filters"]["first"] == f"{clock.today().year}-01-01"


@in_rollback
def test_a_workbook_is_downloaded_whole_by_the_office_that_made_it() -> None:
    client = browser("city")
    answer = client.post("/ledgers/leads/export", {"first": "2026-01-01", "last": "2026-12-31"})
    assert answer.status_code == 302
    file = client.get(answer["Location"])
    body = b"".join(file.streaming_content)
    assert CalamineWorkbook.from_filelike(io.BytesIO(body)).sheet_names == ["线索台账"]
    assert browser("xiqing").get(answer["Location"]).status_code == 404
    assert officer("city").unit == CITY


def test_an_export_killed_before_its_file_is_kept_runs_again_and_keeps_one(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the ledger."""
    some_leads()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exports, "AT_ONCE", 0)
        row = exported(LEDGERS["leads"])
    assert row.job is not None
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("SELECT FROM campaign_ledgerexport WHERE id = %s FOR UPDATE", [row.pk])
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        assert LedgerExport.objects.get(pk=row.pk).file_id is None
    assert jobs.requeue_stalled(seconds=0) >= 1
    run_job(row.job)
    with acting("city"):
        row = LedgerExport.objects.select_related("file", "job").get(pk=row.pk)
    assert row.job is not None and row.job.state == Job.State.DONE
    assert compare(LEDGERS["leads"], row) > 0
    assert AuditEvent.objects.filter(kind="ledger_exported").count() == 1
