"""Pages of standing: the official grade and our reckoning never mix; how sure a number is stands beside it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from lantian.standing import listing, queries, reckoning
from lantian.standing.listing import Listing
from lantian.standing.models import ListEntry
from tests.personas import acting, browser
from tests.rooms.test_listing_hearing import told_of_a_penalty
from tests.rooms.test_standing import an_agency, asked, listed, record, take_in

pytestmark = pytest.mark.django_db
MARK = "内部测算，非评价结果"
UNVERIFIED = "未经核实的暂定内容"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = date(2026, 11, 22)  # type: ignore[attr-defined]


def reckoned_agency() -> str:
    """The key of an agency with a credit event, reckoned to C, without an official grade."""
    subject = an_agency()
    record(subject)
    with acting("city") as by:
        reckoning.reckon_subject(subject_key=subject.key, by=by)
    return subject.key


@pytest.mark.parametrize("route", ["subject", "credit", "credit_print", "standing"])
def test_our_reckoning_is_never_shown_as_official(route: str) -> None:
    """On every page that shows it, the mark stands and no official grade is claimed."""
    key = reckoned_agency()
    page = browser("nankai").get(reverse(route, args=[] if route == "standing" else [key])).content.decode()
    assert MARK in page
    claimed = re.search(r"官方信用等级</dt><dd>(.*?)</dd>", page, re.S)
    assert claimed is None or "尚未导入" in claimed[1]
    assert "60.00" in page or "60" in page


@pytest.mark.parametrize("route", ["credit", "credit_print"])
def test_every_number_says_how_sure_it_is(route: str) -> None:
    key = reckoned_agency()
    page = browser("nankai").get(reverse(route, args=[key])).content.decode()
    assert page.count(UNVERIFIED) >= 2  # of the whole statement and of its line


def test_the_file_shows_the_official_grade_with_source_and_the_difference() -> None:
    key = reckoned_agency()
    with acting("city"):
        from lantian.registry.models import Subject

        number = Subject.objects.get(key=key).number
    take_in("official_grades", "编号,信用等级,评价日期,分数,来源", f"{number},A,2026-07-01,95,国家局公告")
    page = browser("nankai").get(reverse("credit", args=[key])).content.decode()
    assert "国家局公告" in page and "官方等级 A，内部测算 C" in page and "35.00" in page


def test_an_office_that_sees_only_part_of_a_file_is_shown_no_reckoning() -> None:
    page = browser("xiqing").get(reverse("credit", args=[reckoned_agency()])).content.decode()
    assert "看不到全部信用事件" in page
    assert [words for words in ("测算为", "不在任何名录名单上", "尚未签署") if words in page] == []


def test_what_waits_for_a_second_person_stands_on_that_persons_first_page() -> None:
    wanted = Listing(an_agency().key, "key_monitoring", "patent_agency", "cnipa_list", (), "列入下发的名单")
    with acting("nankai") as by:
        listing.propose(wanted, by=by)
    first = {login: browser(login).get("/").content.decode() for login in ("nankai", "leader", "city")}
    assert [login for login, page in first.items() if "待审核和决定" in page] == ["leader", "city"]


def test_a_statement_is_handed_to_the_party_only_after_a_reconciled_round() -> None:
    key, nankai = reckoned_agency(), browser("nankai")
    sheet = reverse("credit_print", args=[key]) + "?for=party"
    answer = nankai.get(sheet)
    assert answer.status_code == 422 and "尚未导入官方等级" in answer.content.decode()
    with acting("city"):
        from lantian.registry.models import Subject

        number = Subject.objects.get(key=key).number
    head = "编号,信用等级,评价日期,分数,计分明细,来源"
    detail = "AG-IRR-03|2026-03-02|-40|津知罚〔2026〕1号"
    take_in("official_grades", head, f"{number},A,2026-07-01,95,,国家局公告")
    answer = nankai.get(sheet)
    assert answer.status_code == 422 and "官方A，测算C" in answer.content.decode()
    assert "交当事人的核对表" not in nankai.get(reverse("credit", args=[key])).content.decode()
    take_in("official_grades", head, f"{number},C,2026-08-01,60,{detail},国家局第二次公告")
    told = nankai.get(sheet).content.decode()
    assert "官方信用等级 C" in told and "国家局第二次公告" in told and MARK in told and "怎样恢复" not in told
    assert "交当事人的核对表" in nankai.get(reverse("credit", args=[key])).content.decode()
    assert browser("xiqing").get(sheet).status_code == 422


@pytest.mark.parametrize(("score", "lacking"), [("", "没有分数和计分明细"), ("60", "没有计分明细")])
def test_a_bare_official_grade_confirms_no_line_for_the_party(score: str, lacking: str) -> None:
    """The letter alone agrees: nothing was compared, so the sheet would claim what nobody checked."""
    key, nankai = reckoned_agency(), browser("nankai")
    with acting("city"):
        from lantian.registry.models import Subject

        number = Subject.objects.get(key=key).number
    take_in(
        "official_grades", "编号,信用等级,评价日期,分数,来源", f"{number},C,2026-08-01,{score},国家局公告"
    )
    answer = nankai.get(reverse("credit_print", args=[key]) + "?for=party")
    told = answer.content.decode()
    assert answer.status_code == 422 and lacking in told and "两列与等级一并导入" in told
    assert "核对一致" not in told
    file = nankai.get(reverse("credit", args=[key])).content.decode()
    assert "逐项计分没有经过核对" in file and "交当事人的核对表" not in file


def test_an_event_is_recorded_corrected_repaired_and_decided_on_the_page() -> None:
    subject = an_agency()
    officer, leader = browser("nankai"), browser("leader")
    act, page = reverse("credit_act", args=[subject.key]), reverse("credit", args=[subject.key])
    fields = {
        "do": "event",
        "indicator": "AG-IRR-03",
        "on": "2026-03-02",
        "known_on": "2026-03-02",
        "quantity": "1",
    }
    refused = officer.post(act, fields)
    assert refused.status_code == 422 and "请注明作出决定或者确认的文书" in refused.content.decode()
    assert officer.post(act, fields | {"document": "津知罚〔2026〕1号"}).status_code == 302
    with acting("nankai"):
        (event,) = queries.event_rows(subject)
    told = {"event": event.key, "on": "2026-04-01", "document": "复查记录", "text": "已整改"}
    assert officer.post(act, told | {"do": "correct"}).status_code == 302
    assert "起可以申请" in officer.get(page).content.decode()
    assert officer.post(act, told | {"do": "repair", "on": "2026-11-20"}).status_code == 302
    asked = officer.get(page).content.decode()
    assert "申请，正在审核" in asked and "起可以申请" not in asked
    with acting("nankai"):
        repair = queries.repairs().get()
    decided = {
        "do": "decide",
        "matter": repair.key,
        "version": "1",
        "act": "grant",
        "on": "2026-11-21",
        "reason": "同意",
    }
    assert officer.post(act, decided).status_code == 403
    assert leader.post(act, decided).status_code == 422
    assert browser("city").post(act, decided).status_code == 302
    assert "100.00 分，测算为 A" in officer.get(page).content.decode()


def test_the_statement_of_another_day_is_asked_in_the_address() -> None:
    key = reckoned_agency()
    page = browser("nankai").get(reverse("credit", args=[key]), {"on": "2026-01-01"}).content.decode()
    assert "100.00 分，测算为 A" in page


def test_a_listing_goes_from_proposal_to_entry_on_its_pages() -> None:
    subject = an_agency()
    officer, city = browser("nankai"), browser("city")
    form = officer.get(reverse("listings_new"), {"subject": subject.number, "list": "key_monitoring"})
    assert "patent_agency|cnipa_list" in form.content.decode()
    fields = {
        "subject": subject.key,
        "list": "key_monitoring",
        "ground": "patent_agency|cnipa_list",
        "reason": "名单",
    }
    assert officer.post(reverse("listings_new"), fields).status_code == 302
    with acting("nankai"):
        row = ListEntry.objects.get()
    act, page = reverse("listing_act", args=[row.key]), reverse("listing", args=[row.key])
    assert "作出决定前还缺：复核" in city.get(page).content.decode()
    assert city.post(act, {"do": "review", "version": "1", "on": "2026-11-20"}).status_code == 302
    entered = {"do": "enter", "version": "2", "on": "2026-11-20", "document": "津知函1号"}
    assert city.post(act, entered).status_code == 302
    assert city.post(act, entered).status_code == 409
    shown = officer.get(reverse("listings"), {"list": "key_monitoring"}).content.decode()
    assert "在列" in shown and "2027年11月20日" in shown
    assert "重点监控名单" in officer.get(reverse("subject", args=[subject.key])).content.decode()


def test_a_refused_form_of_an_entry_stays_open_with_what_was_typed() -> None:
    row = told_of_a_penalty("津市监罚〔2026〕9号")
    act, officer, decider = reverse("listing_act", args=[row.key]), browser("nankai"), browser("marks")
    step = {"do": "step", "step": "hearing_offered", "on": "2026-12-01", "document": "补充告知书"}
    page = officer.post(act, step | {"version": "5"}).content.decode()
    assert '<details class="card-body" open><summary>登记程序步骤' in page
    assert '<option value="hearing_offered" selected>' in page
    assert 'value="2026-12-01"' in page and 'value="补充告知书"' in page
    entered = {"on": "2026-11-22", "document": "津市监列〔2026〕1号", "months": "许多", "note": "已听取意见"}
    entered |= {"longer_until": "2031-02-03", "permanent": "yes"}
    refused = decider.post(act, entered | {"do": "enter", "version": "5"})
    page = refused.content.decode()
    assert refused.status_code == 422 and 'value="yes" checked' in page
    assert all(f'value="{text}"' in page for text in entered.values())
    assert '<details class="card-body"><summary>登记程序步骤' in page  # that form said nothing


def test_a_refused_removal_stays_open_with_what_was_typed() -> None:
    row = asked(listed(an_agency()))
    removal = {
        "do": "remove",
        "version": str(row.version),
        "on": "2026-12-01",
        "document": "津知函〔2026〕10号",
    }
    page = browser("city").post(reverse("listing_act", args=[row.key]), removal).content.decode()
    assert '<details class="card-body" open><summary>移出' in page
    assert 'value="2026-12-01"' in page and 'value="津知函〔2026〕10号"' in page


def test_a_class_is_signed_on_the_page_and_stands_in_the_register_of_classes() -> None:
    subject = an_agency()
    officer = browser("nankai")
    page = officer.get(reverse("credit", args=[subject.key])).content.decode()
    mark = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert mark is not None and "未经核实" in page
    act = reverse("credit_act", args=[subject.key])
    assert officer.post(act, {"do": "sign", "mark": mark[1], "code": "II"}).status_code == 302
    assert subject.name in officer.get(reverse("classes")).content.decode()


def test_another_district_sees_no_internal_record_of_the_subject() -> None:
    key = reckoned_agency()
    page = browser("xiqing").get(reverse("credit", args=[key])).content.decode()
    assert "津知罚〔2026〕1号" not in page and "60.00" not in page


@pytest.mark.parametrize("book", ["credit_agency", "credit_practitioner", "lists", "supervision"])
def test_a_rule_book_is_read_with_citation_and_doubt(book: str) -> None:
    page = browser("nankai").get(reverse("rulebook"), {"book": book}).content.decode()
    assert "依据" in page and "未经核实" in page
