"""A penalty and what follows: worksheet, credit event, the grade falls, a list, its publication, repair, restored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from playwright.sync_api import Browser, Locator, Page, expect

from lantian.registry.models import Subject
from tests.conftest import Database
from tests.looking import followed, looked_at, unfolded
from tests.rooms.test_crediting import NUMBER, a_penalty
from tests.rooms.test_standing import an_agency
from tests.running import House, require_browser, running

TODAY = date(2026, 11, 22)
DECIDED, CORRECTED, LISTED, BEFORE = "2026-04-20", "2026-05-20", "2026-11-20", "2026-11-21"
DAY = str(TODAY)


def test_a_penalty_lowers_the_grade_and_a_repair_restores_it(database: Database, browser: Browser) -> None:
    require_browser()
    subject = an_agency()
    matter = a_penalty(subject)
    variables = {**database.variables, "LANTIAN_TODAY": DAY}
    with (
        running(variables) as house,
        _at(house, browser, "nankai") as officer,
        _at(house, browser, "leader") as leader,
        _at(house, browser, "city") as city,
    ):
        case = f"{house.url}/outside/{matter.key}/"
        _works_the_fine_out(officer, leader, case)
        _puts_it_on_file(officer, case)
        _sees_the_grade_fall(officer, subject)
        entry = _proposes_a_list(officer, leader)
        notice = _publishes_the_listing(officer, leader, entry)
        _asks_for_repair(officer, house, subject)
        _grants_it(city, house, subject)
        _sees_it_restored(officer, house, subject)
        _takes_the_listing_down(officer, leader, entry, notice)


@contextmanager
def _at(house: House, browser: Browser, login: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1288, "height": 900}, locale="zh-CN")
    page = context.new_page()
    house.log_in(page, login)
    yield page
    context.close()


def _card(page: Page, name: str) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name=name, exact=True))


def _works_the_fine_out(officer: Page, leader: Page, case: str) -> None:
    officer.goto(case)
    followed(officer, officer.get_by_role("link", name="建表"))
    officer.select_option("#kind", "patent_agency")
    officer.fill("#acted-until", "2026-03-31")
    officer.fill("#decided-on", DECIDED)
    followed(officer, officer.get_by_role("button", name="建表"))
    officer.fill("#receipts", "甲公司|2026-02-01|12000|收据1|2000\n乙公司|2026-03-01|8000.50|收据2")
    officer.fill("#expenses", "检索费|300|是|是|发票3\n绘图费|400|是|否")
    officer.get_by_label("经责令停止、责令改正后继续实施").check()
    officer.fill("#fine", "80000")
    followed(officer, officer.get_by_role("button", name="计算并保存"))
    expect(_card(officer, "违法所得").locator(".due-big")).to_have_text("17700.50 元")
    expect(_card(officer, "裁量").locator(".due-big")).to_have_text("70000.00 至 100000.00 元")
    looked_at(officer, "worksheet")
    followed(officer, officer.get_by_role("button", name="提交审核"))
    leader.goto(officer.url)
    followed(leader, leader.get_by_role("button", name="审定"))
    expect(leader.locator(".page-head .pill")).to_have_text("已审定")
    followed(leader, leader.get_by_role("link", name="打印"))
    looked_at(leader, "worksheet_print")


def _puts_it_on_file(officer: Page, case: str) -> None:
    officer.goto(case)
    unfolded(officer.get_by_text("记入信用档案").first)
    officer.select_option("#put-kind", "fine")
    officer.fill("#put-on", DECIDED)
    looked_at(officer, "outside_matter")
    followed(officer, officer.get_by_role("button", name="记入信用档案"))
    expect(_card(officer, "信用档案").locator(".pill")).to_have_text("计入")


def _sees_the_grade_fall(officer: Page, subject: Subject) -> None:
    followed(officer, _card(officer, "信用档案").get_by_role("link", name=subject.name))
    expect(officer.get_by_text("70.00 分，测算为 C")).to_be_visible()
    expect(officer.get_by_role("link", name=f"外部系统事项 {NUMBER}").first).to_be_visible()
    expect(officer.get_by_role("heading", name="怎样恢复")).to_be_visible()
    followed(officer, officer.get_by_role("button", name="保存今天的测算"))
    looked_at(officer, "credit_fallen")


def _proposes_a_list(officer: Page, leader: Page) -> str:
    followed(officer, officer.get_by_role("link", name="提议列入名单"))
    officer.select_option("#list", "enterprise_abnormal")
    followed(officer, officer.locator("form[method=get] button"))
    officer.select_option("#ground", "patent_agency|ordered_disclosure")
    officer.fill("#reason", f"未按责令期限公示信息（{NUMBER}）")
    followed(officer, officer.get_by_role("button", name="提议列入", exact=True))
    unfolded(officer.get_by_text("登记程序步骤").first)
    officer.fill("#step-on", LISTED)
    followed(officer, officer.get_by_role("button", name="登记步骤"))
    entry = officer.url
    leader.goto(entry)
    leader.fill("#act-on", LISTED)
    followed(leader, leader.get_by_role("button", name="复核同意"))
    leader.fill("#act-on", LISTED)
    leader.fill("#act-document", "津南知列〔2026〕1号")
    followed(leader, leader.get_by_role("button", name="登记列入决定"))
    expect(leader.locator(".page-head .pill")).to_have_text("在列")
    looked_at(leader, "listing")
    return entry


def _publishes_the_listing(officer: Page, leader: Page, entry: str) -> str:
    officer.goto(entry)
    followed(officer, _card(officer, "公示").get_by_role("link"))
    notice = officer.url
    officer.locator("[name=term]").select_option(index=officer.locator("[name=term] option").count() - 1)
    followed(officer, officer.get_by_role("button", name="预览公示内容"))
    followed(officer, officer.get_by_role("button", name="按预览提交核准"))
    leader.goto(notice)
    followed(leader, leader.get_by_role("button", name="核准", exact=True))
    officer.goto(notice)
    places = _card(officer, "公示渠道")
    while places.locator("[name=channel] option").count():
        places.locator("[name=on]").fill(DAY)
        followed(officer, places.locator("form button"))
    expect(officer.locator(".page-head .pill")).to_have_text("公示中")
    return notice


def _asks_for_repair(officer: Page, house: House, subject: Subject) -> None:
    for act, day, document in (("correct", CORRECTED, "复查记录"), ("repair", DAY, "整改材料")):
        officer.goto(f"{house.url}/subjects/{subject.key}/credit/")
        unfolded(officer.get_by_text("登记改正、修复申请或者异议"))
        officer.select_option("#do", act)
        officer.fill("#which-on", day)
        officer.fill("#which-document", document)
        followed(officer, officer.get_by_role("button", name="登记", exact=True))
    expect(_card(officer, "修复和异议").locator(".pill")).to_have_text("审核中")


def _grants_it(city: Page, house: House, subject: Subject) -> None:
    city.goto(f"{house.url}/subjects/{subject.key}/credit/")
    unfolded(city.get_by_text("作出决定"))
    matters = _card(city, "修复和异议")
    matters.locator("[name=act]").select_option("grant")
    matters.locator("[name=on]").fill(DAY)
    matters.locator("[name=reason]").fill("整改到位，予以修复")
    followed(city, city.get_by_role("button", name="登记决定"))


def _sees_it_restored(officer: Page, house: House, subject: Subject) -> None:
    officer.goto(f"{house.url}/subjects/{subject.key}/credit/")
    expect(officer.get_by_text("100.00 分，测算为 A")).to_be_visible()
    followed(officer, officer.get_by_role("button", name="保存今天的测算"))
    looked_at(officer, "credit_restored")
    officer.goto(f"{house.url}/subjects/{subject.key}/credit/?on={BEFORE}")
    expect(officer.get_by_text("70.00 分，测算为 C")).to_be_visible()  # as of a day before the repair
    officer.goto(f"{house.url}/subjects/{subject.key}/")
    looked_at(officer, "subject_with_history")


def _takes_the_listing_down(officer: Page, leader: Page, entry: str, notice: str) -> None:
    for step in ("提请移出", "违法情形已改正"):
        officer.goto(entry)
        unfolded(officer.get_by_text("登记程序步骤", exact=True).first)
        officer.select_option("#step", label=step)
        officer.fill("#step-on", DAY)
        officer.fill("#step-document", "申请书及改正证明")
        followed(officer, officer.get_by_role("button", name="登记步骤"))
    leader.goto(entry)
    unfolded(leader.get_by_text("移出", exact=True).first)
    looked_at(leader, "listing_removal")
    leader.fill("#out-on", DAY)
    leader.fill("#out-document", "津南知移〔2026〕1号")
    followed(leader, leader.get_by_role("button", name="登记移出"))
    expect(leader.locator(".page-head .pill")).to_have_text("已移出")
    officer.goto(notice)
    expect(officer.locator(".page-head .pill")).to_have_text("应撤回")
    looked_at(officer, "notice_to_withdraw")
