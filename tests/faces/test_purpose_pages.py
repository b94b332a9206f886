"""Lists of natural persons on the desk: asked for once, then open for the day."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from lantian.office import purposes
from lantian.office import search as searching
from lantian.office.models import AuditEvent, PurposeStatement
from lantian.registry.models import Subject
from tests.personas import browser
from tests.rooms.test_registry import A, take_in, two_agencies

pytestmark = pytest.mark.django_db
ASKED = "请先说明用途"
PEOPLE = f"{reverse('subjects')}?kind=practitioner&q=测试员"


def people(count: int) -> None:
    """So many practitioners, all at agency A."""
    two_agencies()
    numbers = [f"19{serial:05d}" for serial in range(count)]
    take_in("practitioners", "姓名,资格证号", *(f"测试员{n},{number}" for n, number in enumerate(numbers)))
    take_in("employments", "资格证号,机构代码,入职日期", *(f"{one},12991,2020-01-06" for one in numbers))


def get(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def say(client: Client, scope: str, back: str, purpose: str = "lead", text: str = "") -> str:
    posted = {"scope": scope, "back": back, "purpose": purpose, "text": text}
    answer = client.post(reverse("purpose"), posted)
    assert answer.status_code == 302
    return str(answer["Location"])


def readings() -> int:
    return AuditEvent.objects.filter(kind="persons_listed").count()


def test_the_list_of_practitioners_opens_after_a_purpose_and_stays_open_for_the_day() -> None:
    people(purposes.limit() + 1)
    client = browser("nankai")
    page = get(client, PEOPLE)
    assert ASKED in page and "测试员1" not in page
    assert unquote(say(client, "subjects", PEOPLE)) == PEOPLE
    assert "测试员1" in get(client, PEOPLE)
    page = get(client, f"{PEOPLE}&page=2")
    assert ASKED not in page and "测试员" in page
    assert readings() == 2
    assert PurposeStatement.objects.get().purpose == "lead"


def test_a_short_list_of_practitioners_asks_nothing() -> None:
    people(purposes.limit())
    page = get(browser("nankai"), PEOPLE)
    assert ASKED not in page and "测试员1" in page
    assert readings() == 0


def test_the_list_of_everybody_leaves_persons_out_until_a_purpose_is_stated() -> None:
    people(purposes.limit() + 1)
    client, everybody = browser("nankai"), f"{reverse('subjects')}?q=测试员"
    page = get(client, everybody)
    assert f"另有自然人 {purposes.limit() + 1} 名未列出" in page and "测试员1" not in page
    assert ASKED in get(client, f"{everybody}&purpose=ask")
    say(client, "subjects", everybody)
    page = get(client, everybody)
    assert "测试员1" in page and "未列出" not in page


def test_an_agencys_staff_is_shown_after_a_purpose_and_no_other_agencys_with_it() -> None:
    people(purposes.limit() + 1)
    client, agency = browser("nankai"), Subject.objects.get(number=A)
    address = reverse("subject", args=[agency.key])
    page = get(client, address)
    assert ASKED in page and "测试员1" not in page and agency.name in page
    say(client, purposes.of_agency(agency.key), address)
    assert "测试员1" in get(client, address)
    assert ASKED in get(client, PEOPLE)


def test_trademark_staff_counts_and_is_not_told_in_the_history_either() -> None:
    two_agencies()
    many = range(purposes.limit() + 1)
    take_in(
        "trademark_staff",
        "编号,姓名,统一社会信用代码,职务,入职日期",
        *(f"S{serial},测试员{serial},{A},代理人,2023-01-01" for serial in many),
    )
    page = get(browser("nankai"), reverse("subject", args=[Subject.objects.get(number=A).key]))
    assert ASKED in page and "测试员1" not in page


def test_a_search_shows_a_few_persons_and_all_of_them_after_a_purpose() -> None:
    people(purposes.limit() + 1)
    searching.refresh()
    client, whole = browser("nankai"), f"{reverse('search')}?q=测试员&group=practitioner"
    assert "测试员" in get(client, f"{reverse('search')}?q=测试员")
    assert readings() == 0
    page = get(client, whole)
    assert ASKED in page and "19000" not in page
    say(client, "search", whole)
    assert get(client, whole).count("19000") >= purposes.limit() // 2
    assert readings() == 1


@pytest.mark.parametrize(("purpose", "told"), [("other", "请写明用途"), ("", "请选择查看名单的用途")])
def test_a_purpose_that_says_nothing_is_asked_for_again(purpose: str, told: str) -> None:
    posted = {"scope": "subjects", "back": PEOPLE, "purpose": purpose, "text": ""}
    answer = browser("nankai").post(reverse("purpose"), posted)
    assert answer.status_code == 422
    assert told in answer.content.decode()


@pytest.mark.parametrize(
    "back", ["https://example.org/", "//example.org/", "/\\example.org", "javascript:alert(1)"]
)
def test_stating_a_purpose_leads_nowhere_outside(back: str) -> None:
    assert say(browser("nankai"), "subjects", back) == reverse("home")


def test_the_page_that_asks_is_english_where_english_is_chosen() -> None:
    people(purposes.limit() + 1)
    client = browser("nankai")
    client.cookies["django_language"] = "en"
    page = get(client, PEOPLE)
    assert "Random inspection" in page and "arts. 6 and 34" in page and ASKED not in page
