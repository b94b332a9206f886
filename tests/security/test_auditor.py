"""The auditor reads the audit and nothing else; corps, centre and association see what is shared with them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lantian.casework import actions as casework
from lantian.casework import queries
from lantian.casework.models import Lead
from lantian.core.messages import Refused
from lantian.office import audit
from lantian.office.models import AuditEvent, Unit
from lantian.office.permissions import ROLES, Permission
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.states import Outcome
from tests.personas import CITY, CORPS, NANKAI, acting, browser

pytestmark = pytest.mark.django_db


def a_lead() -> Lead:
    """A lead held by Nankai."""
    with acting("nankai") as by:
        finding = findings.waiting().first()
        assert finding is not None
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
    assert lead is not None
    return lead


def hand_over(lead: Lead, unit: int) -> Lead:
    with acting("nankai") as by:
        to = Unit.objects.get(pk=unit)
        return casework.hand_over(lead_key=lead.key, to=to, reason="移送", version=lead.version, by=by)


def test_the_corps_sees_a_lead_only_once_it_is_shared() -> None:
    lead = a_lead()
    client = browser("corps")
    assert client.get(reverse("lead", args=[lead.key])).status_code == 404
    hand_over(lead, CORPS)
    assert client.get(reverse("lead", args=[lead.key])).status_code == 200
    assert lead.number in client.get(reverse("docket")).content.decode()
    with acting("centre"):
        assert queries.find(lead.key) is None


@pytest.mark.parametrize("unit", [12000002, 12000003])
def test_no_lead_is_handed_to_a_centre_or_an_association(unit: int) -> None:
    lead = a_lead()
    with pytest.raises(Refused, match="handles no leads"):
        hand_over(lead, unit)
    offered = browser("nankai").get(reverse("lead", args=[lead.key])).context["offices"]
    assert unit not in [office["id"] for office in offered]


def test_every_role_says_in_two_languages_what_it_is_for() -> None:
    for role in ROLES.values():
        assert role.name.zh and role.name.en and len(role.purpose.zh) > 15 and len(role.purpose.en) > 40
        assert role.fits <= set(Unit.Kind.values) and role.fits


def test_only_the_auditor_reads_the_audit_and_he_reads_nothing_else() -> None:
    holders = [name for name, role in ROLES.items() if Permission.READ_AUDIT in role.permissions]
    assert holders == ["auditor"]
    assert ROLES["auditor"].permissions == {Permission.READ_AUDIT}
    assert browser("auditor").get(reverse("home")).status_code == 403
    for login in ("city", "leader", "admin"):
        assert browser(login).get(reverse("audit")).status_code == 403


def test_events_are_told_in_words_and_filtered() -> None:
    lead = a_lead()
    client = browser("auditor")
    page = client.get(reverse("audit"), {"kind": "lead_opened", "unit": NANKAI, "day": "2026-11-22"})
    first = page.context["page"].object_list[0]
    assert (first["kind"], first["record"], first["key"]) == ("转为线索", "线索", lead.key)
    assert first["actor"].endswith("区局监管人员")
    assert lead.subject_name not in page.content.decode(), "records by their keys, never by names"
    for nothing in ({"unit": CITY}, {"day": "2026-11-21"}):
        asked = {"kind": "lead_opened"} | nothing
        assert client.get(reverse("audit"), asked).context["page"].paginator.count == 0
    everything = client.get(
        reverse("audit"), {"kind": "no-such", "unit": "x", "day": "2026-13-45", "page": "99"}
    )
    assert everything.context["page"].paginator.count == AuditEvent.objects.count()


def test_every_kind_of_record_in_the_audit_has_its_word() -> None:
    from lantian.desk.audit import RECORDS

    a_lead()
    assert set(AuditEvent.objects.values_list("about_kind", flat=True)) <= set(RECORDS)


def test_a_verification_tells_its_result_and_leaves_an_event() -> None:
    client = browser("auditor")
    page = client.post(reverse("audit_verify"), follow=True).content.decode()
    assert "核验通过" in page and audit.length()[1] in page
    last = AuditEvent.objects.order_by("-id")[0]
    assert (last.kind, last.detail["ok"]) == ("audit_verified", True)
