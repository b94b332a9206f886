"""The road of the slice through the rooms, without a page."""

from __future__ import annotations

from datetime import date

import pytest

from lantian.casework import actions as casework
from lantian.casework import queries as docket
from lantian.casework.errors import LeadRefused, Stale
from lantian.casework.states import Act, State
from lantian.office.models import Unit
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.errors import JudgementRefused
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.personas import CITY, NANKAI, XIQING, acting

pytestmark = pytest.mark.django_db


def a_finding(district: int) -> Finding:
    found = findings.waiting().filter(district_code=str(district)).first()
    assert found is not None
    return found


def test_a_finding_has_no_due_date_until_an_officer_turns_it_into_a_lead() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        assert not hasattr(finding, "due")
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
        assert lead.opened_on == date(2026, 11, 22)
        assert lead.due == date(2026, 12, 11)  # 15 working days after a Sunday
        assert lead.derivation["rule"] == "lead_check"


def test_the_lead_lies_on_the_docket_of_the_office_with_jurisdiction() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None and lead.holder_id == XIQING
    with acting("xiqing") as by:
        assert list(docket.docket(by)) == [lead]
    with acting("nankai") as by:
        assert not docket.docket(by).exists()
        assert docket.find(lead.key) is None


def test_the_preview_says_what_the_act_will_do() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        before = screening.preview(finding, on=date(2026, 11, 22))
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
        assert (before.holder, before.due.due) == (lead.holder, lead.due)


def test_a_dismissal_needs_a_reason() -> None:
    with acting("city") as by, pytest.raises(JudgementRefused):
        screening.judge(
            finding_key=a_finding(XIQING).key, outcome=Outcome.DISMISS, reason="  ", seen=0, by=by
        )


def test_a_judgement_is_superseded_never_overwritten() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        screening.judge(finding_key=finding.key, outcome=Outcome.DISMISS, reason="同族", seen=0, by=by)
        screening.judge(
            finding_key=finding.key, outcome=Outcome.MORE, reason="补合同", asked="代理机构", seen=1, by=by
        )
        said = findings.judgements(finding)
        assert [judgement.outcome for judgement in said] == ["dismissed", "more"]
        assert findings.state_of(said) == "more"


def test_two_officers_cannot_judge_from_the_same_page() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        screening.judge(
            finding_key=finding.key, outcome=Outcome.MORE, reason="补合同", asked="代理机构", seen=0, by=by
        )
        with pytest.raises(JudgementRefused, match="judged it on"):
            screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)


def test_a_lead_handed_over_reaches_the_receiver_and_stays_with_the_sender() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
    with acting("xiqing") as by:
        nankai = Unit.objects.get(pk=NANKAI)
        lead = casework.hand_over(lead_key=lead.key, to=nankai, reason="登记机关在南开", version=1, by=by)
        assert docket.find(lead.key) == lead
        assert not docket.docket(by).exists()
    with acting("nankai") as by:
        assert list(docket.docket(by)) == [lead]
        assert lead.seen_by == sorted([CITY, NANKAI, XIQING])
        assert [step.reason for step in docket.steps(lead)] == ["", "登记机关在南开"]
        assert findings.find(finding.key) == finding
    with acting("binhai"):
        assert docket.find(lead.key) is None
        assert findings.find(finding.key) is None


def test_the_clock_runs_on_when_a_lead_is_handed_over() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
    with acting("xiqing") as by:
        due = lead.due
        nankai = Unit.objects.get(pk=NANKAI)
        assert casework.hand_over(lead_key=lead.key, to=nankai, reason="管辖", version=1, by=by).due == due


def test_only_the_holder_acts_on_a_lead() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
        with pytest.raises(LeadRefused, match="only the holder"):
            casework.move(lead_key=lead.key, act=Act.START, version=1, by=by)


def test_an_older_page_never_overwrites_a_newer_decision() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        assert lead is not None
    with acting("xiqing") as by:
        lead = casework.move(lead_key=lead.key, act=Act.START, version=1, by=by)
        assert lead.state == State.VERIFYING
        with pytest.raises(Stale) as refused:
            casework.move(lead_key=lead.key, act=Act.CONCLUDE, version=1, by=by)
        assert "简若川已于" in refused.value.text.zh


def test_one_finding_becomes_one_lead() -> None:
    with acting("city") as by:
        finding = a_finding(XIQING)
        screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
        opening = casework.Opening(
            origin=("finding", finding.key),
            subject=("agency", "1", "甲"),
            ground=screening.Text("理由", "ground"),
            holder=docket.city(),
        )
        with pytest.raises(LeadRefused, match="It is lead"):
            casework.open_lead(opening, by=by)


@pytest.mark.parametrize("district", [None, "", "滨海新区", "²", "999999"])
def test_what_nobody_can_place_waits_with_the_city(district: str | None) -> None:
    with acting("city"):
        assert docket.office_for(district) == docket.city()


def test_the_next_finding_follows_the_order_of_the_list() -> None:
    with acting("city"):
        listed = list(findings.waiting())
        following = [findings.next_waiting(finding) for finding in listed]
        assert following[:-1] == listed[1:]
        assert following[-1] == listed[0]
