"""Who may give power to whom, and what a verb opens: nobody serves himself, nothing arrives by itself."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lantian.casework import actions as casework
from lantian.casework.models import Lead
from lantian.casework.states import Act
from lantian.core.messages import NotAllowed
from lantian.office import actors, clock, people, permissions
from lantian.office.models import Account, AuditEvent, Post, Unit
from lantian.office.permissions import PERMISSION_TEXTS, ROLES, Permission
from lantian.screening import actions as screening
from lantian.screening import queries as findings
from lantian.screening.errors import JudgementRefused
from lantian.screening.models import Finding
from lantian.screening.states import Outcome
from tests.early import PASSWORD
from tests.personas import BINHAI, CITY, NANKAI, XIQING, acting, browser, officer

pytestmark = pytest.mark.django_db
ACCOUNTS = "/accounts/"


def second_administrator() -> Post:
    account = people.create_account(
        login="second", name="路明", password="long-enough-phrase-7", by=officer("admin")
    )
    unit = Unit.objects.get(pk=CITY)
    return people.open_post(
        account=account, unit=unit, role="administrator", valid_from=clock.today(), by=officer("admin")
    )


# Posts and logins.


def test_the_administrator_gives_himself_no_post() -> None:
    account = Account.objects.get(login="admin")
    asked = {"do": "add", "account": account.key, "unit": CITY, "role": "patent_division"}
    page = browser("admin").post(ACCOUNTS, asked | {"valid_from": "2026-11-22"})
    assert page.status_code == 422 and "不能给自己的账号设置岗位" in page.content.decode()
    assert not Post.objects.filter(account=account, role="patent_division").exists()


def test_the_last_administrator_stays_until_there_is_another() -> None:
    last = Post.objects.get(account__login="admin")
    with pytest.raises(people.PeopleRefused, match="last administrator"):
        people.close_post(post=last, by=actors.setup("test"))
    with pytest.raises(people.PeopleRefused, match="last administrator"):
        people.close_account(account=last.account, by=actors.setup("test"))
    second = second_administrator()
    people.close_post(post=last, by=actors.officer(second))
    assert not last.held_on(clock.today())


def test_an_administrator_to_come_or_with_a_closed_account_does_not_count() -> None:
    second, last = second_administrator(), Post.objects.get(account__login="admin")
    Post.objects.filter(pk=second.pk).update(valid_from=date(2027, 1, 1))
    with pytest.raises(people.PeopleRefused, match="last administrator"):
        people.close_post(post=last, by=actors.setup("test"))
    Post.objects.filter(pk=second.pk).update(valid_from=date(2026, 1, 1))
    Account.objects.filter(pk=second.account_id).update(is_active=False)
    with pytest.raises(people.PeopleRefused, match="last administrator"):
        people.close_post(post=last, by=actors.setup("test"))


@pytest.mark.parametrize("login", ["NanKai", "ＮＡＮＫＡＩ", " nankai "])
def test_a_login_that_looks_alike_is_taken(login: str) -> None:
    with pytest.raises(people.PeopleRefused, match="taken"):
        people.create_account(login=login, name="路明", password="long-enough-phrase-7", by=officer("admin"))


def test_the_database_holds_one_login_in_any_case_too() -> None:
    with pytest.raises(IntegrityError, match="one_login_in_any_case"), transaction.atomic():
        Account.objects.create(login="NANKAI", name="路明")
    client = Client()
    client.post("/login/", {"login": "NanKai", "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_another_spelling_of_a_login_gives_no_new_tries() -> None:
    """The database finds `nankai` under a dotless i as well; five failures are five, however they are spelt."""
    client = Client()
    for login in ("nankai", "NANKAI", "nankaı", "NaNkAi", "nankai"):
        client.post("/login/", {"login": login, "password": "wrong-wrong"})
    for login in ("nankai", "nankaı"):
        page = client.post("/login/", {"login": login, "password": PASSWORD})
        assert "_auth_user_id" not in client.session, login
        assert page.status_code == 200
    assert AuditEvent.objects.filter(kind="login_locked").count() == 1


# Verbs.


def test_no_role_is_told_by_what_it_may_not() -> None:
    """A new verb belongs to nobody until somebody writes whose it is."""
    tree = ast.parse(Path(permissions.__file__).read_text("utf-8"))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    ]
    assert not any(set(Permission) == set(role.permissions) for role in ROLES.values())
    assert set(PERMISSION_TEXTS) == set(Permission)


def a_lead(holder: int) -> Lead:
    with acting("city") as by:
        finding = findings.waiting().filter(district_code=str(holder)).first()
        assert finding is not None
        _, lead = screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=0, by=by)
    assert lead is not None
    return lead


def test_reading_a_lead_is_not_verifying_it() -> None:
    lead = a_lead(NANKAI)
    with acting("leader") as by, pytest.raises(NotAllowed, match="verify leads"):
        casework.move(lead_key=lead.key, act=Act.START, version=1, by=by)
    asked = {"act": "start", "version": 1}
    assert browser("leader").post(reverse("lead_move", args=[lead.key]), asked).status_code == 403
    assert browser("leader").get(reverse("lead", args=[lead.key])).context["acts"] == []
    assert browser("nankai").post(reverse("lead_move", args=[lead.key]), asked).status_code == 302


def handed_over() -> tuple[Lead, Finding]:
    """A lead of Xiqing handed to Nankai, and the finding it came from."""
    lead = a_lead(XIQING)
    with acting("xiqing") as by:
        to = Unit.objects.get(pk=NANKAI)
        casework.hand_over(lead_key=lead.key, to=to, reason="登记机关在南开", version=1, by=by)
        return lead, Finding.objects.get(key=lead.origin_key)


def test_an_office_that_received_the_lead_reads_its_finding_and_judges_it_not() -> None:
    _, finding = handed_over()
    client = browser("nankai")
    page = client.get(reverse("finding", args=[finding.key]))
    assert (page.status_code, page.context["may_judge"]) == (200, False)
    asked = {"verdict": "more", "reason": "补合同", "version": 1}
    answer = client.post(reverse("judge", args=[finding.key]), asked)
    assert answer.status_code == 422
    assert "只有该提示的主管单位可以研判" in answer.content.decode()
    with acting("nankai") as by, pytest.raises(JudgementRefused, match="in charge"):
        screening.judge(finding_key=finding.key, outcome=Outcome.MORE, reason="补合同", seen=1, by=by)


# Reading is recorded wherever content is shown.


def reads(kind: str, key: str) -> int:
    return AuditEvent.objects.filter(kind=kind, about_key=key, unit=NANKAI).count()


def test_a_refused_judgement_shows_the_finding_and_records_the_reading() -> None:
    with acting("nankai"):
        found = findings.waiting().first()
    assert found is not None
    asked = {"verdict": "dismissed", "reason": " ", "version": 0}
    assert browser("nankai").post(reverse("judge", args=[found.key]), asked).status_code == 422
    assert reads("finding_read", found.key) == 1


def test_the_page_of_a_hand_over_records_the_reading_also_when_it_refuses() -> None:
    lead = a_lead(NANKAI)
    client, where = browser("nankai"), reverse("lead_hand_over", args=[lead.key])
    assert client.get(where, {"to": BINHAI}).status_code == 200
    assert reads("lead_read", lead.key) == 1
    assert client.post(where, {"to": BINHAI, "version": 1, "reason": " "}).status_code == 422
    assert reads("lead_read", lead.key) == 2


def test_a_new_paper_shows_the_lead_and_records_the_reading() -> None:
    lead = a_lead(NANKAI)
    where = reverse("lead_paper", args=[lead.key])
    assert browser("nankai").get(where).status_code == 200
    assert reads("lead_read", lead.key) == 1
