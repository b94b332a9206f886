"""Every detector inside the platform: over which tables it runs, what it never sees, and what it says instead."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from lantian.city import city, sizes
from lantian.core.messages import NotAllowed
from lantian.detect import contract
from lantian.detect.detectors import DETECTORS
from lantian.filings.open_rows import OPEN
from lantian.office import jobs
from lantian.office.models import AuditEvent, Job
from lantian.screening import actions, run, schedule, tables
from lantian.screening.errors import RunRefused
from lantian.screening.models import Finding, Run
from tests.intaking import number, table, take
from tests.personas import acting
from tests.screened import PHONE, SHARED, carried_out, filings, ran, take_filings

pytestmark = pytest.mark.django_db
HAND = [f"无名{word}有限公司" for word in "甲乙丙丁戊"]
PHONED = [f"来电{word}有限公司" for word in "甲乙丙丁戊"]


def found(detector: str) -> list[Finding]:
    """Findings about the applications that a test took in; the small city has some of its own."""
    with acting("city"):
        every = Finding.objects.filter(detector=detector).order_by("key")
        return [one for one in every if f"patents:{number(1)}" in one.evidence]


def test_one_job_runs_every_detector_and_each_says_what_it_found_or_why_it_did_not_run() -> None:
    take_filings(filings(1, HAND))
    runs = ran(*DETECTORS)
    assert {*runs, "P01"} == set(DETECTORS)  # P01 waits already: the intake asked for it
    assert len({row.job_id for row in runs.values()}) == 1
    for name, row in runs.items():
        assert row.ended_at is not None and row.audit_seq
        # Never a silent zero: rows were read, or it is said why not.
        assert row.read or (row.not_run_zh and row.not_run_en), name
    assert "no table trademarks" in runs["T02"].not_run_en
    assert "contact_phone" in runs["P11"].not_run_en
    assert len(found("P07")) == 1


def test_a_network_tied_by_a_published_address_is_found_once_however_often_it_runs() -> None:
    take_filings(filings(1, HAND))
    ran("P07")
    (first,) = found("P07")
    ran("P07")
    (again,) = found("P07")
    assert (again.key, again.first_found_at) == (first.key, first.first_found_at)
    assert again.run_id != first.run_id
    assert first.subject_kind == "network" and len(first.members) == 5 and len(first.evidence) == 10
    assert "5" in first.reason_zh and first.reason_en and first.innocent_zh and first.rule
    # The contact itself stays in the filings.
    assert SHARED not in first.reason_zh + first.reason_en


def test_members_keep_their_ids_when_more_is_taken_in() -> None:
    people = [f"{family}某{given}" for family, given in zip("张王李赵刘", "甲乙丙丁戊", strict=True)]

    def persons(first: int, names: list[str]) -> list[tuple[str, ...]]:
        return [(*row[:6], "person", *row[7:]) for row in filings(first, names)]

    take_filings(persons(1, people))
    ran("P07")
    (first,) = found("P07")
    take_filings(persons(20, ["安某己", people[0]]))
    ran("P07")
    (again,) = found("P07")
    assert again.key == first.key and len(first.members) == 5
    assert set(first.members) < set(again.members) and len(again.members) == 6


def test_no_run_sees_what_only_a_case_brings() -> None:
    take_filings(filings(1, PHONED, address="", phone=PHONE))
    names = [name for one in DETECTORS.values() for name in one.tables]
    with acting("city"):
        for table_name, frame in tables.held(names).items():
            assert not set(frame.columns) & set(contract.CASE_BOUND.get(table_name, ()))
        assert "insurance" not in tables.SOURCES
    assert ran("P07")["P07"].case_bound == []
    assert found("P07") == []


def test_a_nightly_run_sees_nothing_that_only_a_case_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    take_filings(filings(1, PHONED, address="", phone=PHONE))
    seen: list[str] = []

    def spy(given: Any, **more: Any) -> Any:
        seen.extend(given["patents"].columns)
        return DETECTORS["P07"].run(given, **more)

    detector = DETECTORS["P07"]
    spied = replace(detector, run=spy)
    monkeypatch.setattr(run, "DETECTORS", {**DETECTORS, "P07": spied})
    with acting("city") as by:
        schedule.switch_nightly(detector="P07", active=True, by=by)
    (row,) = schedule.run_nightly()
    carried_out(row)
    assert "applicants" in seen and not set(seen) & set(contract.CASE_BOUND["patents"])
    with acting("city"):
        assert Run.objects.get(pk=row.pk).ended_at is not None


def test_a_district_starts_no_run() -> None:
    with acting("nankai") as by, pytest.raises(NotAllowed):
        actions.start_runs(detectors=["P07"], by=by)


def test_unpublished_applications_enter_no_finding_of_any_detector() -> None:
    rows = [(row[0], "unpublished", *row[2:]) for row in filings(1, HAND)]
    take_filings(rows)
    runs = ran(*DETECTORS)
    assert runs["P07"].left_out["patents.unpublished"] >= len(rows)
    secret = {f"patents:{row[0]}" for row in rows}
    with acting("city"):
        assert not any(secret & set(one.evidence) for one in Finding.objects.all())


def test_a_fault_of_one_detector_ends_not_the_night_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any, **more: Any) -> Any:
        raise ZeroDivisionError("secret words")

    detector = DETECTORS["P02"]
    monkeypatch.setattr(run, "DETECTORS", {**DETECTORS, "P02": replace(detector, run=broken)})
    with acting("city") as by:
        started = actions.start_runs(detectors=["P02", "P07"], by=by)
    carried_out(started[0])
    with acting("city"):
        job = Job.objects.get(pk=started[0].job_id)
        assert job.state == Job.State.FAILED and job.ours and job.key in job.fault_en
        broke, other = Run.objects.filter(pk__in=[one.pk for one in started]).order_by("id")
        assert "our fault" in broke.not_run_en and broke.key in broke.not_run_zh
        assert "secret" not in broke.not_run_en + job.fault_en
        assert other.ended_at is not None and not other.not_run_en


def test_a_job_stopped_between_two_detectors_goes_on_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with acting("city") as by:
        first, second = actions.start_runs(detectors=["R01", "R03"], by=by)
    worked: list[str] = []
    real = run._findings

    def killed(row: Run, *given: Any) -> Any:
        worked.append(row.detector)
        if worked == ["R01", "R03"]:
            raise jobs.LOST_CONNECTION[0]
        return real(row, *given)

    monkeypatch.setattr(run, "_findings", killed)
    with pytest.raises(jobs.LOST_CONNECTION):
        carried_out(first)
    with acting("city"):
        assert Run.objects.get(pk=first.pk).ended_at and not Run.objects.get(pk=second.pk).ended_at
    carried_out(first)
    assert worked == ["R01", "R03", "R03"]


def test_detectors_that_are_at_work_are_passed_over_and_all_of_them_refused() -> None:
    with acting("city") as by:
        actions.start_runs(detectors=["P07"], by=by)
        (other,) = actions.start_runs(detectors=["P07", "P08"], by=by)
        assert other.detector == "P08"
        with pytest.raises(RunRefused, match="running already"):
            actions.start_runs(detectors=["P07", "P08"], by=by)


def test_every_night_of_every_detector_is_decided_at_once_and_runs_in_one_job() -> None:
    with acting("city") as by:
        orders = schedule.switch_all_nightly(active=True, by=by)
        assert {order.detector for order in orders} == set(DETECTORS)
        assert schedule.switch_all_nightly(active=True, by=by) == []
    runs = schedule.run_nightly()
    assert {row.detector for row in runs} == set(DETECTORS) and len({row.job_id for row in runs}) == 1
    assert schedule.run_nightly() == []
    assert AuditEvent.objects.filter(kind="nightly_switched").count() == len(DETECTORS)


def test_marks_that_come_in_are_held_as_they_came_and_a_narrow_file_empties_nothing() -> None:
    head = ("number", "filed_on", "mark", "classes", "applicant", "agency_name")
    batch = take(
        table(("90000001", "2026-03-02", "无名", "35；45", "无名甲有限公司", "无名商标事务所"), head=head),
        into="trademarks",
    )
    assert (batch.read, batch.new) == (1, 1)
    again = take(table(("90000001", "无名"), head=("number", "mark")), into="trademarks")
    assert (again.new, again.changed, again.same) == (0, 0, 1)
    with acting("city"):
        (row,) = tables.held(["trademarks"])["trademarks"].to_dicts()
    assert (row["classes"], str(row["filed_on"]), row["agency_name"]) == (
        [35, 45],
        "2026-03-02",
        "无名商标事务所",
    )
    assert not ran("T02")["T02"].not_run_zh


def test_every_public_table_of_a_city_comes_in_whole_and_its_detectors_run() -> None:
    size = replace(sizes.TINY, schemes=1, trademark_agencies=40)
    made = city.build(3, 600, size)
    # Changes are read of published applications alone.
    take_filings(
        [
            (no, "published", "2026-03-02", "", "", "", "", "", "")
            for no in sorted({*made["patent_changes"]["application_no"]})
        ]
    )
    wanted = ["practitioners", "companies", *(spec.name for spec in OPEN)]
    for name in wanted:
        content = io.BytesIO()
        made[name].write_parquet(content)
        batch = take(content.getvalue(), into=name)
        assert batch.refused == 0 and batch.new == made[name].height, name
    with acting("city"):
        held = tables.held(wanted)
    assert {name: frame.height for name, frame in held.items()} == {
        name: made[name].height for name in wanted
    }
    assert held["trademarks"]["classes"].to_list() == made["trademarks"]["classes"].to_list()
    runs = ran("T01", "T02", "T03", "T05", "P14", "P15", "R04")
    assert {name: row.not_run_en for name, row in runs.items() if row.not_run_en} == {}
    assert sum(row.findings for row in runs.values()) > 5
