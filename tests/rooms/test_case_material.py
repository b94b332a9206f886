"""What a case brought is held for it, screened for it, seen with its lead, and read by nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from django.urls import reverse

from lantian.casework import actions as casework
from lantian.casework.models import Lead
from lantian.casework.states import Act
from lantian.core.messages import NotAllowed, WrongUse
from lantian.detect.detectors import DETECTORS
from lantian.office import files, jobs
from lantian.office.intake import actions as intake
from lantian.office.models import AuditEvent, IntakeBatch, Job, Post, Unit
from lantian.screening import actions, cases, material, queries, run, schedule, tables
from lantian.screening.errors import JudgementRefused, RunRefused
from lantian.screening.hands import hand_of
from lantian.screening.material import MaterialRefused
from lantian.screening.models import CaseRow, Finding, Run, Tally
from lantian.screening.states import Outcome
from tests.intaking import number, table, take, wrong
from tests.personas import NANKAI, XIQING, acting, browser
from tests.screened import HEAD, PHONE, carried_out, filings, ran, take_filings
from tests.security.planting import text_holding

pytestmark = pytest.mark.django_db
PHONED = [f"来电{word}有限公司" for word in "甲乙丙丁戊"]
WHY = "核查是否由一人组织提交"
ROWS = [(number(serial), PHONE, "A1") for serial in range(1, 11)]
CONTACTS = ("申请号", "联系电话", "提交账户")


@pytest.fixture
def lead() -> Lead:
    """A lead of one district, and applications with nothing in common but what a case brings."""
    take_filings(filings(1, PHONED, address="", phone=PHONE))
    return a_lead(NANKAI)


def a_lead(district: int, place: int = 0) -> Lead:
    with acting("city") as by:
        found = Finding.objects.filter(district_code=str(district), clearing="not_cleared").order_by("id")
        _, opened = actions.judge(
            finding_key=found[place].key, outcome=Outcome.LEAD, reason="", seen=0, by=by
        )
    assert opened is not None
    return opened


def bring(
    lead: Lead,
    *rows: tuple[str, ...],
    head: tuple[str, ...] = CONTACTS,
    into: str = "case_filings",
    login: str = "nankai",
) -> IntakeBatch:
    with acting(login) as by:
        content = table(*(rows or ROWS), head=head)
        file = files.keep(name="f.csv", chunks=[content], seen_by=by.units, by=by, sealed=True)
        batch = cases.bring(lead_key=lead.key, table=into, file=file, by=by)
    assert batch.job is not None
    jobs.execute(batch.job.key, Post.objects.get(account__login=login).key)
    with acting(login):
        assert Job.objects.get(pk=batch.job_id).state == Job.State.DONE
        return IntakeBatch.objects.get(pk=batch.pk)


def screened(lead: Lead, login: str = "nankai") -> dict[str, Run]:
    with acting(login) as by:
        started = cases.screen(lead_key=lead.key, purpose=WHY, by=by)
    assert started[0].job is not None
    jobs.execute(started[0].job.key, Post.objects.get(account__login=login).key)
    with acting(login):
        return {row.detector: row for row in cases.runs(lead.key)}


def networks(lead: Lead, login: str = "nankai") -> list[Finding]:
    with acting(login):
        return list(cases.findings(lead.key).filter(detector="P07"))


def ended(lead: Lead) -> None:
    with acting("nankai") as by:
        for act in (Act.START, Act.CONCLUDE):
            lead.refresh_from_db()
            casework.move(lead_key=lead.key, act=act, version=lead.version, by=by)


# Held for the case.


def test_contacts_in_an_open_file_are_not_kept() -> None:
    batch = take(table(*filings(1, PHONED, phone=PHONE), head=HEAD))
    assert batch.new == 10 and batch.ignored_columns == ["contact_phone"]
    with acting("city"):
        assert text_holding(PHONE) == set()


def test_what_a_case_brought_lies_encrypted_and_is_seen_with_its_lead_only(lead: Lead) -> None:
    batch = bring(lead)
    assert (batch.new, batch.refused) == (10, 0)
    for login, rows in (("nankai", 10), ("city", 10), ("xiqing", 0)):
        with acting(login):
            assert CaseRow.objects.count() == rows
            assert text_holding(PHONE) == set()
    with acting("nankai"):
        frame = material.frames(lead.key)["patents"]
        assert frame["contact_phone"].to_list() == [PHONE] * 10
    again = bring(lead, (number(1), "张某"), head=("申请号", "联系人"))
    assert (again.new, again.changed) == (0, 1)
    with acting("nankai"):
        first = material.frames(lead.key)["patents"].row(0, named=True)
        assert (first["contact_phone"], first["contact_name"]) == (PHONE, "张某")


def test_a_case_brings_no_more_than_can_be_opened_together(
    lead: Lead, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = bring(lead)
    monkeypatch.setattr(material, "limit", lambda *_: 12)
    more = pl.DataFrame({"application_no": [f"CN20261{n:07}" for n in range(3)], "row": [2, 3, 4]})
    with acting("nankai") as by, pytest.raises(MaterialRefused, match="12"):
        material.move("patents", more, batch, by)
    with acting("nankai"):
        assert CaseRow.objects.count() == 10


def test_a_wrong_number_is_refused_without_a_word_of_its_row(lead: Lead) -> None:
    batch = bring(lead, (wrong(1), PHONE, "A1"))
    assert (batch.new, batch.refused) == (0, 1)
    with acting("nankai"):
        assert text_holding(PHONE) == set()


def test_material_comes_in_on_a_leads_page_only() -> None:
    with acting("city") as by:
        file = files.keep(
            name="f.csv", chunks=[table(*ROWS, head=CONTACTS)], seen_by=by.units, by=by, sealed=True
        )
        with pytest.raises(WrongUse, match="lead's page"):
            intake.start(table="case_filings", file=file, by=by)
    assert "case_filings" not in browser("city").get(reverse("intake")).content.decode()


@pytest.mark.parametrize("login", ["xiqing", "city", "marks"])
def test_only_the_office_that_holds_the_lead_brings_and_screens(lead: Lead, login: str) -> None:
    with acting(login) as by:
        file = files.keep(
            name="f.csv", chunks=[table(*ROWS, head=CONTACTS)], seen_by=by.units, by=by, sealed=True
        )
        with pytest.raises(NotAllowed):
            cases.bring(lead_key=lead.key, table="case_filings", file=file, by=by)
        with pytest.raises(NotAllowed):
            cases.screen(lead_key=lead.key, purpose=WHY, by=by)


# Screened for the case.


def test_a_case_is_screened_by_the_detectors_that_use_what_it_brought(lead: Lead) -> None:
    bring(lead)
    runs = screened(lead)
    given = {"patents.contact_phone", "patents.account"}
    assert set(runs) == {name for name, one in DETECTORS.items() if given & set(one.case_bound)}
    assert all(row.ended_at and row.purpose == WHY for row in runs.values())
    assert "patents.contact_phone" in runs["P07"].case_bound
    (network,) = networks(lead)
    assert len(network.members) == 5 and network.subject_no == network.key
    assert PHONE not in network.reason_zh + network.reason_en
    with acting("nankai"):
        hand = hand_of(network)
    assert (
        hand is not None
        and {tie.value for tie in hand.ties} >= {PHONE}
        and all(tie.brought for tie in hand.ties)
    )
    kinds = set(AuditEvent.objects.filter(about_key=lead.key).values_list("kind", flat=True))
    assert {"case_material_brought", "case_screened"} <= kinds
    assert WHY not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_months_of_insurance_are_read_for_the_case(lead: Lead) -> None:
    bring(
        lead,
        ("1200001", "2026-03-01", "别家公司"),
        head=("资格证号", "参保月份", "参保单位"),
        into="insurance",
    )
    with acting("nankai"):
        lacking = cases.detectors(lead.key)
        (month,) = tables.held(["insurance"], case_key=lead.key)["insurance"].to_dicts()
        assert tables.held(["insurance"]) == {}
    assert str(month["month"]) == "2026-03-01" and not lacking["P12"] and lacking["P11"]
    assert "T02" not in lacking, "no case brings the phones of marks"


def test_two_cases_know_nothing_of_each_other(lead: Lead) -> None:
    bring(lead, *ROWS[:6])
    other = a_lead(NANKAI, 1)
    bring(other, *ROWS[6:])
    screened(other)
    assert networks(other) == []
    with acting("nankai"):
        assert material.refs(other.key) == {f"patents:{number(serial)}" for serial in range(7, 11)}


@pytest.mark.parametrize("purpose", ["", "  "])
def test_a_purpose_is_asked_for(lead: Lead, purpose: str) -> None:
    bring(lead)
    with acting("nankai") as by, pytest.raises(RunRefused, match="screened for"):
        cases.screen(lead_key=lead.key, purpose=purpose, by=by)


def test_without_material_there_is_nothing_to_screen_and_while_at_work_nothing_more(lead: Lead) -> None:
    with acting("nankai") as by, pytest.raises(RunRefused, match="take it in first"):
        cases.screen(lead_key=lead.key, purpose=WHY, by=by)
    bring(lead)
    with acting("nankai") as by:
        cases.screen(lead_key=lead.key, purpose=WHY, by=by)
        with pytest.raises(RunRefused, match="worked on"):
            cases.screen(lead_key=lead.key, purpose=WHY, by=by)
    # The same detectors over open data are free meanwhile.
    with acting("city") as by:
        assert actions.start_run(detector="P07", by=by).case_key == ""


# Seen with the lead, in no pool.


def test_what_a_case_shows_is_seen_by_the_leads_offices_alone(lead: Lead) -> None:
    bring(lead)
    screened(lead)
    (network,) = networks(lead)
    assert networks(lead, "city") == [network] and networks(lead, "xiqing") == []
    pages = [reverse("finding", args=[network.key]), reverse("lead_material", args=[lead.key])]
    for address in pages:
        assert browser("nankai").get(address).status_code == 200
        assert browser("xiqing").get(address).status_code == 404
    with acting("nankai") as by:
        lead.refresh_from_db()
        to = Unit.objects.get(pk=XIQING)
        casework.hand_over(lead_key=lead.key, to=to, reason="移送管辖", version=lead.version, by=by)
    assert networks(lead, "xiqing") == [network]
    assert PHONE in browser("xiqing").get(pages[0]).content.decode()


def test_what_a_case_shows_enters_no_pool_no_count_no_search_and_no_judgement(lead: Lead) -> None:
    with acting("city"):
        before = queries.by_detector(), list(queries.waiting()), queries.runs().count()
        tallies = list(Tally.objects.values())
    bring(lead)
    screened(lead)
    (network,) = networks(lead)
    with acting("city") as by:
        assert (queries.by_detector(), list(queries.waiting()), queries.runs().count()) == before
        assert not queries.findings(queries.EVERY).filter(key=network.key).exists()
        with pytest.raises(JudgementRefused, match="material of a lead"):
            actions.judge(finding_key=network.key, outcome=Outcome.DISMISS, reason="x", seen=0, by=by)
        assert list(Tally.objects.values()) == tallies
    page = browser("city").get(reverse("finding", args=[network.key])).content.decode()
    assert "不另作研判" in page and 'name="verdict"' not in page
    assert network.key not in browser("city").get(reverse("search"), {"q": PHONED[0]}).content.decode()


def test_a_finding_of_open_data_is_left_as_it_is_by_a_case(lead: Lead) -> None:
    take_filings(filings(1, PHONED))  # now from one address as well
    ran("P07")
    with acting("city"):
        open_ones = {row.key: row.reason_zh for row in Finding.objects.filter(detector="P07", case_key="")}
    bring(lead)
    screened(lead)
    with acting("city"):
        known = {row.key: row.reason_zh for row in Finding.objects.filter(detector="P07", case_key="")}
        assert known == open_ones and networks(lead)[0].key not in known


# Never at night, never after the end.


def test_no_other_run_reads_what_a_case_brought(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(lead)
    seen: list[str] = []

    def spy(given: Any, **more: Any) -> Any:
        seen.extend(f"{name}.{column}" for name, frame in given.items() for column in frame.columns)
        return DETECTORS["P07"].run(given, **more)

    def never(*given: object) -> Any:
        raise AssertionError("material of a case was read")

    detector = DETECTORS["P07"]
    spied = replace(detector, run=spy)
    monkeypatch.setattr(run, "DETECTORS", {**DETECTORS, "P07": spied})
    monkeypatch.setattr(material, "frames", never)
    with acting("city") as by:
        schedule.switch_nightly(detector="P07", active=True, by=by)
    (row,) = schedule.run_nightly()
    carried_out(row)
    bound = {name for one in DETECTORS.values() for name in one.case_bound}
    assert "patents.applicants" in seen and not bound & set(seen)
    with acting("city"):
        done = Run.objects.get(pk=row.pk)
    assert done.ended_at is not None and done.case_bound == [] and not done.not_run_en


def test_after_the_end_of_the_case_nothing_comes_in_and_nothing_runs(lead: Lead) -> None:
    bring(lead)
    with acting("nankai") as by:
        waiting = cases.screen(lead_key=lead.key, purpose=WHY, by=by)
    ended(lead)
    assert waiting[0].job is not None
    jobs.execute(waiting[0].job.key, Post.objects.get(account__login="nankai").key)
    with acting("nankai") as by:
        assert all("ended" in row.not_run_en for row in cases.runs(lead.key))
        assert not cases.findings(lead.key).exists()
        with pytest.raises(RunRefused, match="ended"):
            cases.screen(lead_key=lead.key, purpose=WHY, by=by)
        file = files.keep(
            name="f.csv", chunks=[table(*ROWS, head=CONTACTS)], seen_by=by.units, by=by, sealed=True
        )
        with pytest.raises(RunRefused, match="ended"):
            cases.bring(lead_key=lead.key, table="case_filings", file=file, by=by)
    page = browser("nankai").get(reverse("lead_material", args=[lead.key])).content.decode()
    assert "线索已核查完毕" in page and '<form class="card-body"' not in page


# On the page.


def test_an_officer_brings_screens_stops_and_reads_on_the_page(lead: Lead) -> None:
    client, address = browser("nankai"), reverse("lead_material", args=[lead.key])
    add, start = (reverse(f"lead_material_{act}", args=[lead.key]) for act in ("add", "screen"))
    assert client.post(add, {"table": "case_filings"}).status_code == 422
    assert client.post(start, {"purpose": WHY}).status_code == 422
    bring(lead)
    assert client.post(start, {"purpose": ""}).status_code == 422
    assert client.post(start, {"purpose": WHY}).status_code == 302
    assert "停止" in client.get(address).content.decode()
    progress = reverse("lead_material_progress", args=[lead.key])
    assert "HX-Refresh" not in client.get(progress).headers
    client.post(reverse("lead_material_cancel", args=[lead.key]))
    assert client.get(progress).headers["HX-Refresh"] == "true"
    screened(lead)
    page = client.get(address).content.decode()
    assert "会运行" in page and "P07" in page and reverse("finding", args=[networks(lead)[0].key]) in page
    assert PHONE not in page
    assert (
        reverse("lead_material", args=[lead.key])
        in client.get(reverse("lead", args=[lead.key])).content.decode()
    )
