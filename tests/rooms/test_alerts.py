"""Risk alerts to the clients of an agency: published filings only, a stated purpose, one paper a client."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest
from django.db import connection
from django.urls import reverse

from lantian.casework import alerting, measures_queries
from lantian.casework.alerting import Telling, clients, digest
from lantian.casework.errors import MeasureRefused, Stale
from lantian.casework.models import AlertRound
from lantian.core.competence import Field
from lantian.filings.models import Patent
from lantian.office import audit, jobs, purposes
from lantian.office.actors import OfficerActor
from lantian.office.models import Job, Paper, Post
from lantian.office.papers import actions as papers
from lantian.office.papers import queries as written
from lantian.office.papers.actions import Wording
from lantian.office.papers.states import State
from lantian.registry import queries as registry
from lantian.registry.models import Subject
from tests.conftest import Database
from tests.early import ROOT
from tests.personas import NANKAI, acting, browser, officer
from tests.rooms.test_dispatch_jobs import killed_while_held

in_rollback = pytest.mark.django_db


def the_agency() -> Subject:
    """The agency with most clients in the small city."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_code FROM filings_patent p, unnest(p.applicants) AS one(name)"
            " WHERE disclosure = 'published' AND agency_code <> '' GROUP BY 1 ORDER BY count(DISTINCT name) DESC, 1"
        )
        code = cursor.fetchone()[0]
    agency = registry.find(code)
    assert agency is not None
    return agency


def a_telling(**changes: object) -> Telling:
    agency = the_agency()
    telling = Telling(
        agency=agency.key,
        field=Field.PATENT_AGENCY,
        matter="该机构已被责令停止承接新的专利代理业务。",
        advice="请核对委托合同和申请进度。",
        contact="宁书白 022-12345678",
        seen=digest(clients(agency, None)),
    )
    return replace(telling, **changes)  # type: ignore[arg-type]


def state_purpose(by: OfficerActor) -> None:
    scope = purposes.of_clients(the_agency().key)
    purposes.state(scope=scope, purpose="case", text="", by=by)


def begun(**changes: object) -> AlertRound:
    with acting("nankai") as by:
        state_purpose(by)
        return alerting.start_alerts(a_telling(**changes), by=by)


def run(row: AlertRound) -> AlertRound:
    assert row.job is not None
    jobs.execute(row.job.key, Post.objects.get(account__login="nankai").key)
    with acting("nankai"):
        return AlertRound.objects.select_related("job").get(pk=row.pk)


def states(row: AlertRound) -> dict[str, int]:
    with acting("nankai"):
        return measures_queries.paper_states(row)


@in_rollback
def test_clients_are_found_from_published_applications_only() -> None:
    agency = the_agency()
    known = {one.name: one.filings for one in clients(agency, None)}
    assert len(known) >= 3
    some = next(iter(known))
    hidden = Patent.objects.filter(agency_code__in=registry.numbers_of(agency), applicants__contains=[some])
    hidden.update(title=None, abstract=None, claim=None, disclosure="unpublished")
    assert some not in {one.name for one in clients(agency, None)}


@in_rollback
def test_clients_can_be_narrowed_by_the_day_of_filing() -> None:
    agency = the_agency()
    days = Patent.objects.filter(agency_code__in=registry.numbers_of(agency), disclosure="published")
    latest = max(day for day in days.values_list("filing_date", flat=True) if day)
    late = clients(agency, latest)
    assert 0 < len(late) < len(clients(agency, None))


@in_rollback
def test_no_list_of_clients_is_shown_and_no_round_begun_without_a_purpose() -> None:
    with acting("nankai") as by:
        assert not alerting.may_look(the_agency(), None, by=by)
        with pytest.raises(MeasureRefused, match="wanted for"):
            alerting.start_alerts(a_telling(), by=by)
        state_purpose(by)
        assert alerting.may_look(the_agency(), None, by=by)
    with acting("xiqing") as by:
        assert not alerting.may_look(the_agency(), None, by=by)


@in_rollback
def test_every_client_has_one_line_and_one_paper_and_those_left_out_have_none() -> None:
    everybody = [one.name for one in clients(the_agency(), None)]
    row = run(begun(left_out=frozenset(everybody[:1])))
    with acting("nankai"):
        told = list(row.alerts.select_related("paper").order_by("id"))
        assert [one.client for one in told] == everybody[1:] and row.clients == len(told)
        assert len({one.paper_id for one in told}) == len(told)
        assert {one.paper.kind for one in told if one.paper} == {"risk_alert"}
        last = told[-1]
        assert last.paper is not None
        assert written.latest(last.paper).typed["receiver"] == last.client
        assert row.job is not None and row.job.state == Job.State.DONE
        rows = measures_queries.alerts(officer("nankai"), unit=NANKAI)
        assert [one.pk for one in rows] == [row.pk]


@in_rollback
def test_the_events_of_a_round_name_no_client() -> None:
    row = run(begun())
    names = {one.name for one in clients(the_agency(), None)}
    events = audit.history("alertround", row.key)
    assert [event.kind for event in events] == ["alerts_started"]
    assert events[0].detail["clients"] == len(names)
    assert not any(name in str(event.detail) for event in events for name in names)


@in_rollback
def test_a_list_that_has_changed_since_it_was_looked_at_begins_no_round() -> None:
    with acting("nankai") as by:
        state_purpose(by)
        with pytest.raises(MeasureRefused, match="look at it again"):
            alerting.start_alerts(a_telling(seen="0" * 64), by=by)
        everybody = frozenset(one.name for one in clients(the_agency(), None))
        with pytest.raises(MeasureRefused, match="no client"):
            alerting.start_alerts(a_telling(left_out=everybody), by=by)


@in_rollback
def test_a_stopped_round_keeps_its_papers_and_goes_on_later() -> None:
    row = begun()
    with acting("nankai") as by:
        assert row.job is not None
        jobs.cancel(job=row.job, by=by)
    assert states(row)[""] == row.clients - 1
    with acting("nankai") as by:
        with pytest.raises(Stale):
            alerting.go_on(key=row.key, version=7, by=by)
        row = alerting.go_on(key=row.key, version=1, by=by)
        with pytest.raises(MeasureRefused, match="being drafted"):
            alerting.go_on(key=row.key, version=2, by=by)
    row = run(row)
    assert states(row) == {State.DRAFT: row.clients}
    with acting("nankai") as by, pytest.raises(MeasureRefused, match="has his paper"):
        alerting.go_on(key=row.key, version=2, by=by)


@in_rollback
def test_a_round_is_approved_at_once_by_another_person_and_issued_with_numbers() -> None:
    row = run(begun())
    with acting("city") as by, pytest.raises(MeasureRefused, match="Only the office"):
        alerting.approve_all(key=row.key, version=1, by=by)
    with acting("leader") as by:
        assert alerting.approve_all(key=row.key, version=1, by=by) == row.clients
    with acting("nankai") as by:
        assert alerting.issue_all(key=row.key, version=2, by=by) == row.clients
        numbers = Paper.objects.filter(alert__round=row).values_list("number", flat=True)
        assert len(set(numbers)) == row.clients and all(numbers)
        with pytest.raises(MeasureRefused, match="no paper"):
            alerting.issue_all(key=row.key, version=3, by=by)


@in_rollback
def test_a_paper_that_was_revised_by_itself_is_not_approved_with_the_others() -> None:
    row = run(begun())
    with acting("nankai") as by:
        alert = row.alerts.select_related("paper").order_by("id")[0]
        assert alert.paper is not None
        record = papers.Record(("alertround", row.key), Field.PATENT_AGENCY, {}, (NANKAI,))
        wording = Wording(
            {"receiver": alert.client, "matter": "另写的一句。", "advice": "无。", "contact": "宁书白"}
        )
        papers.revise(key=alert.paper.key, record=record, wording=wording, version=1, by=by)
    with acting("leader") as by:
        assert alerting.approve_all(key=row.key, version=1, by=by) == row.clients - 1
    assert states(row)[State.DRAFT] == 1


@in_rollback
def test_the_office_reads_why_each_client_is_told_before_anything_is_written() -> None:
    agency, client = the_agency(), browser("nankai")
    asked = client.get(reverse("alerts_new"), {"agency": agency.number})
    assert "先说明用途" in asked.content.decode()
    scope = purposes.of_clients(agency.key)
    back = f"{reverse('alerts_new')}?agency={agency.number}"
    stated = client.post(reverse("purpose"), {"scope": scope, "purpose": "case", "back": back})
    assert stated["Location"] == back
    page = client.get(back)
    found = clients(agency, None)
    shown = page.content.decode()
    assert all(one.name in shown for one in found) and "件由该机构代理" in shown
    typed = {
        "agency": agency.number, "seen": page.context["seen"], "field": "patent_agency", "matter": "已被处罚。",
        "advice": "请核对。", "contact": "022-1", "out": [found[0].name],
    }  # fmt: skip
    preview = client.post(reverse("alerts_new"), {**typed, "do": "preview"})
    assert f"起草 {len(found) - 1} 份" in preview.content.decode()
    assert not AlertRound.objects.exists()
    started = client.post(reverse("alerts_new"), {**typed, "do": "start"})
    assert started.status_code == 302
    assert client.get(started["Location"]).status_code == 200
    assert agency.name in client.get(reverse("alerts")).content.decode()
    file = client.get(reverse("subject", args=[agency.key])).content.decode()
    assert started["Location"] in file


def test_the_worker_knows_the_job_without_anybody_having_opened_its_page() -> None:
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'lantian.config.settings'; django.setup();"
        "from lantian.office import jobs; print('alerts' in jobs._FUNCTIONS)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "True"


@in_rollback
def test_a_round_from_the_file_of_a_patent_agency_begins_in_its_field() -> None:
    agency = the_agency()
    with acting("nankai") as by:
        state_purpose(by)
    page = browser("nankai").get(reverse("alerts_new"), {"subject": agency.key})
    assert page.context["typed"]["field"] in ("patent_agency", "trademark_agency")
    by_number = browser("nankai").get(reverse("alerts_new"), {"agency": agency.number})
    assert by_number.context["typed"]["field"] == "patent_agency"


def test_a_round_killed_in_the_middle_goes_on_and_doubles_no_paper(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: risk alerts."""
    with acting("city") as by:
        state_purpose(by)
        row = alerting.start_alerts(a_telling(), by=by)
        last = row.alerts.order_by("-id")[0]
    held = "SELECT 1 FROM casework_alert WHERE id = %(alert)s FOR UPDATE"
    killed_while_held(database, row.job, held, {"alert": last.pk})
    with acting("city"):
        assert measures_queries.paper_states(row) == {State.DRAFT: row.clients}
        assert Paper.objects.filter(about_kind="alertround", about_key=row.key).count() == row.clients
