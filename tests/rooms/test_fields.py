"""The field of law of a lead: told by what was compared and whom it concerns, else chosen by the officer."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lantian.casework import queries as docket
from lantian.casework.errors import LeadRefused
from lantian.casework.models import Lead
from lantian.core.competence import Field
from lantian.office import audit
from lantian.registry.models import Agency
from lantian.screening import actions, queries
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.personas import XIQING, acting, browser

pytestmark = pytest.mark.django_db
TRADEMARK_ONLY, BOTH = ["trademark"], ["patent", "trademark"]


def of(kinds: list[str] | None = None, detector: str = "P01") -> Finding:
    """An agency's finding; the register calls the agency what `kinds` says."""
    with acting("city") as by:
        found = queries.waiting().filter(holder_id=XIQING, subject_kind="agency")[0]
        agencies = Agency.objects.filter(agency_code=found.subject_no)
        assert agencies.exists()
        if kinds is not None:
            agencies.update(kinds=kinds)
        Finding.objects.filter(pk=found.pk).update(detector=detector)
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", found.key))
        return Finding.objects.get(pk=found.pk)


def lead_from(finding: Finding, field: Field | None = None) -> Lead:
    with acting("city") as by:
        _, lead = actions.judge(
            finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by, field=field
        )
        assert lead is not None
        return lead


@pytest.mark.parametrize("kinds", [None, ["patent"], BOTH])
def test_what_patents_show_of_an_agency_lies_in_the_field_of_patent_agencies(kinds: list[str] | None) -> None:
    assert lead_from(of(kinds)).field == Field.PATENT_AGENCY


@pytest.mark.parametrize("kinds", [None, TRADEMARK_ONLY, BOTH])
def test_what_trademarks_show_lies_in_the_field_of_trademark_agencies(kinds: list[str] | None) -> None:
    assert lead_from(of(kinds, "T01")).field == Field.TRADEMARK_AGENCY


def test_a_trademark_agency_is_one_whatever_was_compared() -> None:
    assert lead_from(of(TRADEMARK_ONLY)).field == Field.TRADEMARK_AGENCY


@pytest.mark.parametrize("kind", ["agency", "company", "person", "applicant"])
def test_a_detector_of_trademarks_decides_whoever_it_points_at(kind: str) -> None:
    assert docket.field_of(kind, "", detector="T07") is Field.TRADEMARK_AGENCY


def test_without_a_detector_the_register_tells_a_trademark_agency_from_a_patent_agency() -> None:
    number = of(TRADEMARK_ONLY).subject_no
    assert docket.field_of("agency", number) is Field.TRADEMARK_AGENCY
    of(["patent"])
    assert docket.field_of("agency", number) is Field.PATENT_AGENCY
    of(BOTH)
    assert docket.field_of("agency", number) is None
    assert docket.field_of("agency", "unknown") is None


def test_where_the_field_is_not_known_the_officer_chooses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = of(BOTH)
    monkeypatch.setattr(docket, "PATENTS", "none")  # a family that says nothing of the field
    with pytest.raises(LeadRefused):
        lead_from(finding)
    assert lead_from(finding, Field.UNLICENSED).field == Field.UNLICENSED


def test_a_field_that_is_known_is_not_chosen_away() -> None:
    assert lead_from(of(), Field.TRADEMARK_AGENCY).field == Field.PATENT_AGENCY


def test_the_page_asks_for_the_field_only_when_it_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = of()
    address, client = reverse("finding", args=[finding.key]), browser("city")
    assert client.get(address).context["preview"]["field"] == "专利代理机构"
    assert not client.get(address).context["preview"]["field_choices"]
    of(BOTH)
    monkeypatch.setattr(docket, "PATENTS", "none")  # a family that says nothing of the field
    assert 'name="field"' in client.get(address).content.decode()
    judge, said = reverse("judge", args=[finding.key]), {"verdict": "lead", "version": "0", "reason": ""}
    assert client.post(judge, said).status_code == 422
    assert client.post(judge, said | {"field": "trademark_agency"}).status_code == 302


def test_what_a_machine_found_in_order_is_not_called_lawful() -> None:
    page = browser("city").get(reverse("findings"), {"clearing": "cleared"}).content.decode()
    assert "条件齐备" in page
    assert "确认合法" not in page
