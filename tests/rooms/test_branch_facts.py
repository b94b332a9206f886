"""On whose credit file a branch counts: its agency's where that is ours, else forwarded to the home province, once."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.casework import branching, crediting, forwarding, outside, rectifying, sending_on
from lantian.casework.crediting import Put, Source
from lantian.casework.errors import CreditingRefused, MeasureRefused
from lantian.casework.forwarding import Forward
from lantian.casework.measures_states import OnwardAct, Root
from lantian.casework.measuring import Subject as Party
from lantian.casework.models import Onward, OutsideMatter
from lantian.casework.outside import Noted
from lantian.casework.rectifying import Demand
from lantian.casework.sending_on import Event
from lantian.city.names import credit_code
from lantian.core.competence import Field
from lantian.core.messages import NotAllowed
from lantian.office import clock
from lantian.office.modes import Module
from lantian.registry.models import Subject
from lantian.standing import queries
from lantian.standing.models import CreditEvent
from tests.personas import acting, browser
from tests.rooms.test_standing import TODAY, an_agency, take_in

pytestmark = pytest.mark.django_db
DECIDED = date(2026, 10, 20)
NUMBER = "津市监知罚〔2026〕18号"
BRANCH = credit_code(1, "120104")
BEIJING = credit_code(2, "110108")
NAME = "示例专利代理天津分所"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def of_beijing() -> Subject:
    """An agency that the register knows, registered in Beijing."""
    take_in(
        "enrolments", "机构名称,统一社会信用代码,备案编号,备案日期", f"北京示例,{BEIJING},TM-1,2023-11-23"
    )
    subject: Subject = Subject.objects.get(number=BEIJING)
    return subject


def with_branch(agency: Subject, name: str = NAME, code: str = BRANCH) -> None:
    take_in(
        "branches",
        "机构代码,分支机构名称,统一社会信用代码,设立日期",
        f"{agency.number},{name},{code},2023-08-01",
    )


def a_penalty(no: str = BRANCH, name: str = NAME, login: str = "nankai") -> OutsideMatter:
    values = {
        "external_no": NUMBER,
        "subject_name": name,
        "subject_no": no,
        "stage": "已决定",
        "opened_on": "2026-08-03",
        "closed_on": str(DECIDED),
        "result": "罚款三万元",
    }
    with acting(login) as by:
        return outside.note(Noted(Module.CASES, "市场监管执法办案系统", "company", values), by=by)


def seen(matter: OutsideMatter, login: str = "city") -> Source:
    with acting(login):
        found = crediting.source_of("outside", matter.key)
    assert found is not None
    return found


def put(matter: OutsideMatter, login: str = "nankai") -> None:
    (one,) = seen(matter).concerned
    with acting(login) as by:
        told = Put("fine", one.id, DECIDED, NUMBER)
        crediting.put_on_file("outside", matter.key, told, version=1, by=by)


def forward(matter: OutsideMatter, login: str = "city", **more: str) -> Onward:
    (one,) = seen(matter).concerned
    told = Forward(one.id, "fine", DECIDED, **({"document": NUMBER} | more))
    with acting(login) as by:
        return forwarding.forward("outside", matter.key, told, version=1, by=by)


def events() -> list[CreditEvent]:
    with acting("city"):
        return list(CreditEvent.objects.select_related("subject"))


@pytest.mark.parametrize(("no", "name"), [(BRANCH, "别的写法"), ("", NAME)])
def test_what_a_branch_of_our_agency_did_is_put_on_the_agencys_file_and_names_the_branch(
    no: str, name: str
) -> None:
    """By its credit code or, where the matter gives none, by its whole name."""
    agency = an_agency()
    with_branch(agency)
    put(a_penalty(no, name))
    (event,) = events()
    assert (event.subject, event.indicator) == (agency, "AG-PEN-02")
    assert event.document == f"{NUMBER}（分支机构：{NAME}）"
    with acting("city"):
        assert str(queries.statement_of(agency, TODAY, clock.today()).score) != "100.00"


def test_the_branch_that_stands_on_file_itself_is_not_scored_beside_its_agency() -> None:
    """The market register knows the branch as a body of its own; the rule counts it with the main office."""
    agency = an_agency()
    with_branch(agency)
    Subject.objects.create(kind="company", number=BRANCH, name=NAME, name_pinyin="shili")
    matter = a_penalty()
    with acting("nankai") as by, pytest.raises(CreditingRefused, match="does not know"):
        crediting.put_on_file("outside", matter.key, Put("fine", BRANCH, DECIDED, NUMBER), version=1, by=by)
    put(matter)
    with pytest.raises(CreditingRefused, match="already"):
        put(matter)
    with pytest.raises(CreditingRefused, match="registered here"):
        forward(matter)
    assert [one.subject for one in events()] == [agency]


def test_a_branch_of_an_agency_elsewhere_is_forwarded_once_and_nothing_goes_on_a_file_here() -> None:
    with_branch(of_beijing())
    matter = a_penalty()
    with pytest.raises(CreditingRefused, match="another province"):
        put(matter)
    row = forward(matter)
    assert (row.body, row.subject_no, row.subject_name) == ("北京市知识产权局", BRANCH, NAME)
    assert (row.way, row.state, row.origin_kind, row.origin_key) == ("out", "prepared", "outside", matter.key)
    assert (
        "北京示例" in row.matter
        and f"罚款，{DECIDED}" in row.matter
        and "总部所在地省级部门计分" in row.matter
    )
    assert NUMBER in row.enclosed and "认定事实的文书" in row.enclosed
    with pytest.raises(CreditingRefused, match="forwarded already"):
        forward(matter)
    assert events() == []
    with acting("nankai"):
        assert Onward.objects.get(pk=row.pk).number == row.number  # the office of the matter sees it


def test_a_withdrawn_transfer_may_be_made_again() -> None:
    with_branch(of_beijing())
    matter = a_penalty()
    first = forward(matter)
    with acting("city") as by:
        told = Event(TODAY, "写错了省份")
        sending_on.advance(key=first.key, act=OnwardAct.WITHDRAW, event=told, version=1, by=by)
    again = forward(matter)
    with acting("city"):
        assert [one.pk for one in branching.forwarded(("outside", matter.key))] == [again.pk]


def test_of_a_branch_that_no_register_knows_an_officer_names_agency_and_province() -> None:
    matter = a_penalty()
    with pytest.raises(CreditingRefused, match="Choose the other province"):
        forward(matter, agency="上海示例专利代理事务所", province="12")
    with pytest.raises(CreditingRefused, match="Name the main office"):
        forward(matter, province="31")
    row = forward(matter, agency="上海示例专利代理事务所", province="31")
    assert row.body == "上海市知识产权局" and "总部：上海示例专利代理事务所" in row.matter
    Subject.objects.create(kind="company", number=BRANCH, name=NAME, name_pinyin="shili")
    with pytest.raises(CreditingRefused, match="was forwarded"):
        put(matter)


def test_only_the_city_turns_to_another_province() -> None:
    with_branch(of_beijing())
    matter = a_penalty()
    with pytest.raises(MeasureRefused, match="report to the city first"):
        forward(matter, "nankai")
    with pytest.raises(NotAllowed):
        forward(matter, "leader")


def test_a_correction_of_a_branch_is_forwarded_too() -> None:
    with_branch(of_beijing())
    demand = Demand(
        Root.ORDER, Field.PATENT_AGENCY, Party("agency", BRANCH, NAME), "补签书面委托合同",
        "未订立书面委托合同", "专利代理条例第十四条",
    )  # fmt: skip
    with acting("city") as by:
        order = rectifying.ask_correction(demand, by=by)
        (one,) = crediting.source(order).concerned
        told = Forward(one.id, "no_contract", TODAY, order.number)
        row = forwarding.forward("rectification", order.key, told, version=1, by=by)
    assert row.origin_kind == "rectification" and order.number in row.matter


def test_the_page_says_where_a_branch_counts_and_under_which_number_it_was_forwarded() -> None:
    with_branch(of_beijing())
    matter = a_penalty()
    page, act = reverse("outside_matter", args=[matter.key]), reverse("outside_credit", args=[matter.key])
    city, district = browser("city"), browser("nankai")
    words = city.get(page).content.decode()
    assert "分支机构所在地采集并流转，总部所在地省级部门计分" in words and "条号未核" in words
    assert 'value="11" selected' in words and "转送总部所在地" in words
    told = district.get(page).content.decode()
    assert "不记入本市信用档案" in told and "转送总部所在地（" not in told
    (one,) = seen(matter).concerned
    typed = {"do": "forward", "version": "1", "party": one.id, "kind": "fine", "on": str(DECIDED)}
    refused = city.post(act, typed | {"document": "", "words": "附卷宗"})
    assert refused.status_code == 422 and "附卷宗" in refused.content.decode()
    assert city.post(act, typed | {"document": NUMBER}).status_code == 302
    with acting("city"):
        row = Onward.objects.get(origin_key=matter.key)
    for reader in (city, district):
        told = reader.get(page).content.decode()
        assert row.number in told and "北京市知识产权局" in told and reverse("onward", args=[row.key]) in told
    assert f"外部系统事项 {NUMBER}" in district.get(reverse("onward", args=[row.key])).content.decode()


def test_the_page_puts_a_branchs_fact_on_its_agencys_file() -> None:
    agency = an_agency()
    with_branch(agency)
    matter = a_penalty()
    page, act = reverse("outside_matter", args=[matter.key]), reverse("outside_credit", args=[matter.key])
    officer = browser("nankai")
    words = officer.get(page).content.decode()
    assert f"{agency.name}（分支机构：{NAME}）" in words and "总部所在地省级部门计分" in words
    typed = {"do": "put", "version": "1", "kind": "fine", "on": str(DECIDED), "document": NUMBER}
    assert officer.post(act, typed | {"subject": f"{agency.number}|{NAME}"}).status_code == 302
    assert [one.subject for one in events()] == [agency]
