"""Pages of the registry: the list, a subject's file, differences of a directory."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lantian.registry.models import Agency, DirectoryDiff, Subject
from tests.personas import XIQING, acting, browser
from tests.rooms.test_registry import HEAD, A, B, C, code, take_in, two_agencies, whole_directory

pytestmark = pytest.mark.django_db


def get(login: str, address: str) -> str:
    answer = browser(login).get(address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def file_of(number: str) -> str:
    return reverse("subject", args=[Subject.objects.get(number=number).key])


def test_the_list_filters_by_words_place_and_what_waits_with_the_city() -> None:
    two_agencies()
    take_in(
        "companies",
        "企业名称,统一社会信用代码,所属区",
        f"无处安放公司,{code('120000', 7)},",
        f"两说公司,{code('120116', 8)},西青",
    )
    assert "天津甲乙专利代理所" in get("nankai", f"{reverse('subjects')}?q=甲乙")
    assert "天津甲乙专利代理所" in get("nankai", f"{reverse('subjects')}?q={A}")
    assert "天津甲乙专利代理所" in get("nankai", f"{reverse('subjects')}?q=12991")
    waiting = get("city", f"{reverse('subjects')}?place=city")
    assert "无处安放公司" in waiting and "两说公司" not in waiting
    assert "两说公司" in get("city", f"{reverse('subjects')}?conflict=yes")


def test_a_subjects_file_says_what_registers_say_from_which_row_and_why_it_is_placed_there() -> None:
    two_agencies()
    take_in(
        "companies", "企业名称,统一社会信用代码,住所,所属区", f"天津甲乙知识产权公司,{A},天津市西青区9号,西青"
    )
    page = get("city", file_of(A))
    assert "天津市南开区甲路1号" in page and "agencies.csv" in page and "第 2 行" in page
    assert "120104（南开区）" in page, "the reason of routing"
    assert "天津甲乙知识产权公司" in page, "the other register's name is shown"


def test_a_district_sees_the_facts_but_not_the_file_of_another_office() -> None:
    two_agencies()
    page = get("nankai", file_of(A))
    assert "天津市南开区甲路1号" in page and "agencies.csv" not in page


def test_a_subjects_file_shows_only_the_findings_that_the_reader_may_see() -> None:
    with acting("city"):
        from lantian.screening import queries as findings

        found = findings.waiting().filter(district_code=str(XIQING), subject_kind="agency").first()
        assert found is not None
        subject = Agency.objects.get(agency_code=found.subject_no).subject
    address = reverse("subject", args=[subject.key])
    assert reverse("finding", args=[found.key]) in get("xiqing", address)
    assert reverse("finding", args=[found.key]) not in get("nankai", address)
    assert "chart" in get("xiqing", address)


def test_from_differences_of_a_directory_to_an_updated_register() -> None:
    two_agencies()
    batch = take_in(
        "agencies_directory",
        *whole_directory(B, address="天津市西青区丙路3号"),
        f"天津新所,{C},12993,正常,天津市南开区丁路4号,南开",
    )
    address = reverse("differences", args=[batch.key])
    assert address in get("city", reverse("intake_batch", args=[batch.key]))
    page = get("city", address)
    assert "<del>天津市南开区甲路1号</del>" in page and "天津市西青区丙路3号" in page and "天津新所" in page
    with acting("city"):
        ids = list(DirectoryDiff.objects.filter(batch=batch).values_list("id", flat=True))
    assert len(ids) == 3
    answer = browser("city").post(address, {"act": "accept", "difference": ids}, follow=True)
    assert "已采纳 3 条" in answer.content.decode()
    assert Agency.objects.get(subject_id=A).address == "天津市西青区丙路3号"
    assert "不在名录中" in get("city", file_of(B))
    assert "天津市西青区丙路3号" in get("nankai", file_of(A))


def test_a_district_cannot_open_the_differences() -> None:
    batch = take_in("agencies_directory", HEAD, f"天津新所,{C},12993,正常,地址,南开")
    assert browser("nankai").get(reverse("differences", args=[batch.key])).status_code == 403


def test_an_act_that_the_page_does_not_offer_is_refused() -> None:
    batch = take_in("agencies_directory", HEAD, f"天津新所,{C},12993,正常,地址,南开")
    address = reverse("differences", args=[batch.key])
    assert browser("city").post(address, {"act": "delete"}).status_code == 400
    assert browser("city").post(address, {"act": "accept_all", "kind": "x"}).status_code == 400
