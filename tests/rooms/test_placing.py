"""The city's queue: what no step of routing could place is placed by an officer, and stays where it was put."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lantian.core.messages import NotAllowed
from lantian.office import audit, clock
from lantian.office.models import AuditEvent
from lantian.registry import placing, queries
from lantian.registry.errors import PlacingRefused
from lantian.registry.models import RegisterFact, Subject
from lantian.registry.placing import Placed, Why
from lantian.registry.routing import Step
from tests.personas import CITY, NANKAI, XIQING, acting, browser
from tests.rooms.test_registry import code, counts, take_in, two_agencies

pytestmark = pytest.mark.django_db
LOST, ELSEWHERE = code("120000", 77), code("320111", 78)
COLUMNS = "企业名称,统一社会信用代码,住所,所属区"


def two_who_wait() -> None:
    take_in("companies", COLUMNS, f"无处安放公司,{LOST},,", f"外地登记公司,{ELSEWHERE},天津市南开区1号,")


def subject(number: str) -> Subject:
    return Subject.objects.get(number=number)


def seen(*numbers: str) -> dict[str, str]:
    rows = [subject(number) for number in numbers]
    return {one.subject.key: one.version for one in placing.explained(rows, clock.today())}


def place(*numbers: str, district: int = NANKAI, reason: str = "实地核实在南开办公") -> Placed:
    with acting("city") as by:
        return placing.place(seen=seen(*numbers), district=str(district), reason=reason, by=by)


def waiting(why: str = "") -> list[str]:
    return list(
        placing.waiting(why=why, words="")
        .filter(number__in=(LOST, ELSEWHERE))
        .values_list("number", flat=True)
    )


def test_the_queue_says_why_each_body_waits() -> None:
    two_who_wait()
    assert waiting(Why.UNKNOWN) == [LOST] and waiting(Why.OUTSIDE) == [ELSEWHERE]
    page = browser("city").get(reverse("placing")).content.decode()
    assert "登记机关、功能区、区和地址都不能确定" in page and "登记机关代码 320111 不在天津市" in page


def test_several_are_placed_at_once_as_dated_facts_with_an_event_each() -> None:
    two_who_wait()
    done = place(LOST, ELSEWHERE)
    assert len(done.placed) == 2 and done.kept == () and waiting() == []
    for number in (LOST, ELSEWHERE):
        row = subject(number)
        assert (row.district_code, row.routed_by, row.route_conflict) == (str(NANKAI), Step.PLACED, False)
        fact = RegisterFact.objects.held().get(subject=row, kind="place")
        assert fact.value["district"] == str(NANKAI) and fact.valid.lower == clock.today()
        assert fact.by.startswith("post:")
        event = AuditEvent.objects.get(kind=audit.Kind.SUBJECT_PLACED, about_key=row.key)
        assert event.detail["district"] == str(NANKAI) and "实地" not in str(event.detail)


def test_an_intake_that_says_nothing_new_moves_nobody() -> None:
    two_who_wait()
    place(LOST, ELSEWHERE)
    batch = take_in(
        "companies", COLUMNS, f"无处安放公司,{LOST},,", f"外地登记公司,{ELSEWHERE},天津市南开区1号,"
    )
    assert counts(batch) == (0, 2, 0, 0) and waiting() == []
    assert subject(LOST).district_code == str(NANKAI)


def test_new_facts_that_speak_against_a_placing_are_shown_and_do_not_overwrite_it() -> None:
    two_who_wait()
    place(LOST)
    take_in("companies", COLUMNS, f"无处安放公司,{LOST},天津市西青区大寺镇5号,西青")
    row = subject(LOST)
    assert (row.district_code, row.routed_by, row.route_conflict) == (str(NANKAI), Step.PLACED, True)
    assert waiting(Why.CHANGED) == [LOST]
    page = browser("city").get(reverse("subject", args=[row.key])).content.decode()
    assert "与此不一致" in page and "西青" in page and "实地核实在南开办公" in page
    # The officer looks again: what is on file now is known, and the body leaves the queue.
    place(LOST, district=XIQING, reason="已迁往西青")
    assert waiting(Why.CHANGED) == [] and subject(LOST).district_code == str(XIQING)
    held = RegisterFact.objects.filter(subject=row, kind="place").values_list("value__district", flat=True)
    assert set(held) == {str(NANKAI), str(XIQING)}, "the earlier placing stays on file"


def test_a_placing_against_what_routing_reads_is_not_called_a_difference_for_ever() -> None:
    two_who_wait()
    place(ELSEWHERE, district=XIQING, reason="实际经营在西青")
    take_in("companies", COLUMNS, f"外地登记公司改名,{ELSEWHERE},天津市南开区1号,")
    row = subject(ELSEWHERE)
    assert (row.name, row.district_code, row.route_conflict) == ("外地登记公司改名", str(XIQING), False)


def test_what_changed_since_it_was_seen_is_left_as_it_is() -> None:
    two_who_wait()
    old = seen(LOST, ELSEWHERE)
    place(LOST)
    with acting("city") as by:
        done = placing.place(seen=old, district=str(XIQING), reason="另一位", by=by)
    assert done.placed == (subject(ELSEWHERE).key,) and done.kept == (subject(LOST).key,)
    assert subject(LOST).district_code == str(NANKAI)


def test_the_city_may_keep_a_body_for_itself() -> None:
    two_who_wait()
    place(ELSEWHERE, district=CITY, reason="外地机构由市局办理")
    assert list(queries.subjects(queries.Filter(place=str(CITY))).values_list("number", flat=True)) == [
        ELSEWHERE
    ]


@pytest.mark.parametrize(
    ("district", "reason", "said"),
    [(NANKAI, "  ", "why"), (999999, "x", "office"), (NANKAI, "长" * 301, "300")],
)
def test_a_placing_needs_an_office_of_the_house_and_a_reason(district: int, reason: str, said: str) -> None:
    two_who_wait()
    with pytest.raises(PlacingRefused, match=said):
        place(LOST, district=district, reason=reason)
    assert waiting(Why.UNKNOWN) == [LOST]


def test_whom_routing_placed_no_officer_places_here() -> None:
    two_agencies()
    row = Subject.objects.filter(kind="agency", routed_by=Step.AUTHORITY).first()
    assert row is not None
    assert place(row.number, district=XIQING) == Placed((), (row.key,))


def test_a_district_neither_sees_the_queue_nor_places() -> None:
    two_who_wait()
    assert browser("nankai").get(reverse("placing")).status_code == 403
    with acting("nankai") as by, pytest.raises(NotAllowed):
        placing.place(seen=seen(LOST), district=str(NANKAI), reason="x", by=by)


def test_a_file_without_addresses_moves_nobody() -> None:
    two_who_wait()
    number = code("120000", 79)
    take_in("companies", COLUMNS, f"有址公司,{number},天津市河西区1号,")
    take_in("companies", "企业名称,统一社会信用代码", f"有址公司,{number}")
    assert (subject(number).district_code, subject(number).routed_by) == ("120103", Step.ADDRESS)


def test_the_page_places_what_was_marked_and_keeps_the_words_after_a_refusal() -> None:
    two_who_wait()
    marks = [f"{key}:{version}" for key, version in seen(LOST, ELSEWHERE).items()]
    client, address = browser("city"), reverse("placing")
    refused = client.post(address, {"subject": marks[:1], "district": "", "reason": "核实过"})
    words = refused.content.decode()
    assert refused.status_code == 422 and "请选择承办单位" in words and 'value="核实过"' in words
    answer = client.post(
        address, {"subject": marks, "district": str(NANKAI), "reason": "核实过"}, follow=True
    ).content.decode()
    assert "已确定 2 个对象的承办单位" in answer
    assert client.post(address, {"subject": ["x"], "district": str(NANKAI), "reason": "y"}).status_code == 400
