"""One road, walked in a browser: a file in, a finding judged, a lead on an office's docket, handed over."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lantian.city import city, texts
from lantian.city.chance import stream
from lantian.city.edits import edit
from lantian.core import identifiers
from tests.looking import followed, unfolded
from tests.personas import XIQING
from tests.running import House

HEADER = [
    "申请号",
    "公开号",
    "公开日",
    "申请日",
    "名称",
    "摘要",
    "主权项",
    "申请人",
    "代理机构代码",
    "专利代理机构",
]
APPLICANTS = ["试验甲有限公司", "试验乙有限公司", "试验丙有限公司"]


@pytest.fixture
def filings(tmp_path: Path) -> Path:
    """Three applications of one agency and three applicants, the numbers changed; a fourth with a typing error."""
    agencies = city.build(1, 2000)["agencies"]
    agency = agencies.filter(agencies["district_code"] == str(XIQING)).row(0, named=True)
    source = texts.compose(77, 5, "invention").words
    rng = stream(7, "journey")
    path = tmp_path / "来函附件.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        for serial, applicant in enumerate(APPLICANTS):
            words = edit("b", source, rng)
            writer.writerow([
                number(serial), f"CN19911{serial:04}A", "2026-05-11", "2026-01-12",
                words.title, words.abstract, words.claim, applicant, agency["agency_code"], agency["name"],
            ])  # fmt: skip
        wrong = number(9)[:-1] + ("0" if number(9)[-1] != "0" else "1")
        writer.writerow([wrong, "", "", "", "打错号码的一件", "", "", "试验丁有限公司", "", ""])
    return path


def number(serial: int) -> str:
    """A valid application number that the city does not use."""
    base = f"20261{8_000_000 + serial:07}"
    return f"{base}.{identifiers.application_check_digit(base)}"


def test_from_a_file_to_the_docket_of_another_office(house: House, page: Page, filings: Path) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))

    # The city office takes a file in; the wrong row is named, the good rows are kept.
    house.log_in(page, "city")
    followed(page, page.get_by_role("link", name="数据导入"))
    page.get_by_label("数据表").select_option(label="专利申请")
    page.locator("input[type=file]").set_input_files(filings)
    followed(page, page.get_by_role("button", name="开始导入"))
    expect(page.locator(".pill", has_text="已完成").first).to_be_visible()
    expect(page.get_by_text("校验位").first).to_be_visible()
    assert "application_no" in page.content() or "申请号" in page.content()

    # The comparison that the intake set off finds the three.
    followed(page, page.get_by_role("navigation", name="主导航").get_by_role("link", name="数据比对提示"))
    followed(page, page.get_by_role("link", name="比对记录"))
    expect(page.get_by_role("button", name="运行全部模型")).to_be_enabled()
    page.goto(f"{house.url}/findings/?state=pending&clearing=not_cleared&office={XIQING}")
    row = page.locator("tr", has_text="涉及3个申请人").filter(has_text="2026-01-12")
    followed(page, row.locator("td.subject").get_by_role("link"))

    # The finding shows both texts with the shared passages marked, and no due date.
    expect(page.get_by_text("数据比对提示，不是线索，没有办理期限。")).to_be_visible()
    assert page.locator("#text-a mark").count() >= 2
    assert page.locator("#text-a mark").count() == page.locator("#text-b mark").count()

    # Before confirming, the officer reads who will hold the lead and when it is due.
    unfolded(page.locator("details.verdict", has_text="转为线索").locator("summary"))
    preview = page.locator(".preview")
    expect(preview).to_contain_text("西青区知识产权局")
    expect(preview).to_contain_text("2026年12月11日")
    followed(page, page.get_by_role("button", name="确认转为线索"))
    expect(page.get_by_text("已转为线索").first).to_be_visible()
    lead_number = page.get_by_role("link", name="线索〔2026〕").first.inner_text()

    # The office with jurisdiction finds it on its docket, starts, and hands it over with a reason.
    log_out(page)
    house.log_in(page, "xiqing")
    followed(page, page.get_by_role("link", name="线索台账"))
    followed(page, page.get_by_role("link", name=lead_number))
    expect(page.locator(".due-big")).to_contain_text("2026年12月11日")
    followed(page, page.get_by_role("button", name="开始核查"))
    expect(page.locator(".pill", has_text="核查中")).to_be_visible()
    page.get_by_label("转给哪个单位").select_option(label="天津市南开区知识产权局")
    followed(page, page.get_by_role("button", name="下一步"))
    page.get_by_label("理由").fill("登记机关在南开区")
    followed(page, page.get_by_role("button", name="确认转办"))
    expect(page.locator("main")).to_contain_text("天津市南开区知识产权局")

    # The receiver has it, with the same due date and the whole history; a third office sees nothing.
    log_out(page)
    house.log_in(page, "nankai")
    page.goto(f"{house.url}/leads/")
    followed(page, page.get_by_role("link", name=lead_number))
    expect(page.locator(".due-big")).to_contain_text("2026年12月11日")
    expect(page.locator(".history").first).to_contain_text("登记机关在南开区")
    address = page.url
    log_out(page)
    house.log_in(page, "binhai")
    assert page.request.get(address).status == 404
    assert faults == []


def log_out(page: Page) -> None:
    """Leave through the button."""
    followed(page, page.get_by_role("button", name="退出"))


def test_the_dates_of_the_journey_are_the_tests_day() -> None:
    from lantian.office import clock

    assert clock.today() == date(2026, 11, 22)
