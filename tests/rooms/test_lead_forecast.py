"""Overdue foreseen: which open leads an office will finish late at the pace that it has shown."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.casework import actions as casework
from lantian.casework.forecasting import expected
from lantian.casework.models import Lead
from lantian.casework.states import Act
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.states import Outcome
from tests.personas import XIQING, acting, browser

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def leads(count: int) -> list[Lead]:
    """Leads of one district, opened today and due on 11 December."""
    made = []
    with acting("city") as by:
        for finding in list(findings.waiting().filter(district_code=str(XIQING))[:count]):
            _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
            assert lead is not None
            made.append(lead)
    assert len(made) == count
    return made


def conclude(lead: Lead) -> None:
    with acting("xiqing") as by:
        for version, act in enumerate((Act.START, Act.CONCLUDE), start=1):
            casework.move(lead_key=lead.key, act=act, version=version, by=by)


def test_of_an_office_that_concluded_nothing_nothing_is_guessed() -> None:
    leads(2)
    with acting("xiqing") as by:
        found = expected(by, TODAY)
    assert (found.done, found.late, found.unmeasured) == (0, (), 2)


def test_at_the_pace_shown_the_leads_that_will_be_late_are_foreseen_and_listed() -> None:
    """One concluded in sixty working days: the next is done after the sixtieth, long past its fifteen."""
    first, *others = leads(3)
    conclude(first)
    with acting("xiqing") as by:
        found = expected(by, TODAY)
    assert (found.done, set(found.late)) == (1, {lead.key for lead in others})
    shown = browser("xiqing").get(reverse("docket"), {"due": "foreseen"}).content.decode()
    assert "近 60 个工作日办结 1 件" in shown
    assert all(lead.number in shown for lead in others) and first.number not in shown


def test_who_works_fast_enough_is_not_warned() -> None:
    """Three in sixty working days are one in twenty: enough for a lead that is due at the end of January."""
    *done, last = leads(4)
    for lead in done:
        conclude(lead)
    with acting("xiqing") as by:
        Lead.objects.filter(pk=last.pk).update(due=date(2027, 1, 29))
        assert expected(by, TODAY).late == ()
