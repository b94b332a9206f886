"""A district's year becomes its summary: a masked case, figures that open, a second person, sent, acknowledged."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from lantian.office import clock
from tests.looking import PICTURES, followed, looked_at, unfolded
from tests.running import House

FACTS = "法定代表人张建国指使代理师李强编造申请材料，联系电话13812345678。"


def test_from_records_to_an_acknowledged_summary(house: House, browser: Browser) -> None:
    faults: list[str] = []

    def someone(login: str) -> Page:
        page = browser.new_context(viewport={"width": 1288, "height": 900}, locale="zh-CN").new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        house.log_in(page, login)
        return page

    # A lead is verified, and a case is written out of it: names go in, masked text comes out.
    page, leader = someone("nankai"), someone("leader")
    verify_a_lead(page, house)
    page.goto(f"{house.url}/summary/cases/")
    looked_at(page, "stories")
    followed(page, page.get_by_role("link", name="编写案例").first)
    page.fill("#st-title", "某代理公司编造申请案")
    page.fill("#st-facts", FACTS)
    page.fill("#st-decision", "津南市监罚〔2026〕1号")
    page.fill("#st-served", str(clock.today()))
    page.select_option("#st-pending", "review")
    looked_at(page, "story-new")
    followed(page, page.get_by_role("button", name="保存并查看隐名结果"))
    masked = page.locator("[aria-labelledby=masked-head]")
    expect(masked).to_contain_text("张某某")
    expect(masked).to_contain_text("行政复议期间")
    expect(masked).not_to_contain_text("13812345678")
    expect(page.get_by_role("button", name="核准", exact=True)).to_have_count(0)
    looked_at(page, "story")
    leader.goto(page.url)
    followed(leader, leader.get_by_role("button", name="核准", exact=True))

    # The summary: figures open their rows, words stay apart, what is missing is said.
    page.goto(f"{house.url}/")
    expect(page.get_by_role("heading", name="年度总结待报")).to_be_visible()
    page.goto(f"{house.url}/summary/")
    looked_at(page, "summaries")
    followed(page, page.get_by_role("button", name="开始起草"))
    expect(page.get_by_role("heading", name="核准前还需")).to_be_visible()
    for name, words in (("measures", "坚持分类处置。"), ("problems", "人手不足。"), ("next", "继续排查。")):
        page.fill(f"#w-{name}", words)
    page.get_by_label("某代理公司编造申请案").check()
    followed(page, page.get_by_role("button", name="保存并更新数字"))
    expect(page.get_by_role("heading", name="核准前还需")).to_have_count(0)
    expect(page.locator(".from-free").first).to_have_text("坚持分类处置。")
    expect(page.locator(".paper")).to_contain_text("张某某")
    looked_at(page, "summary")
    address = page.url
    followed(page, page.locator(".paper a.from-record").first)
    expect(page.get_by_role("link", name="线索〔2026〕").first).to_be_visible()
    looked_at(page, "summary-rows")

    # Approved by the leader, exported for the OA, sent, acknowledged by the city.
    leader.goto(address)
    looked_at(leader, "summary-leader")
    followed(leader, leader.get_by_role("button", name="核准", exact=True))
    page.goto(address)
    with page.expect_download() as download:
        page.get_by_role("link", name="DOCX").click()
    content = Path(download.value.path()).read_bytes()
    assert "人手不足。" in [one.text for one in Document(io.BytesIO(content)).paragraphs]
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF", exact=True).click()
    pdf = Path(download.value.path()).read_bytes()
    assert "张建国" not in "".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf)).pages)
    if PICTURES:
        Path(PICTURES, "summary.docx").write_bytes(content)
        Path(PICTURES, "summary.pdf").write_bytes(pdf)
    page.fill("#send-no", "津南市监〔2026〕9号")
    followed(page, page.get_by_role("button", name="登记报送"))
    city = someone("city")
    city.goto(f"{house.url}/summary/")
    expect(city.get_by_text("已报 1")).to_be_visible()
    looked_at(city, "summaries-city")
    followed(city, city.locator("table").first.get_by_role("link").first)
    looked_at(city, "summary-city")
    followed(city, city.get_by_role("button", name="签收", exact=True))
    page.goto(address)
    expect(page.locator(".page-head")).to_contain_text("已签收")
    assert faults == []


def verify_a_lead(page: Page, house: House) -> None:
    """Turn a finding of the office into a lead and verify it."""
    page.goto(f"{house.url}/findings/?clearing=not_cleared")
    followed(page, page.locator("td.subject a").first)
    unfolded(page.locator("details.verdict", has_text="转为线索").locator("summary"))
    followed(page, page.get_by_role("button", name="确认转为线索"))
    followed(page, page.get_by_role("link", name="线索〔2026〕").first)
    followed(page, page.get_by_role("button", name="开始核查"))
    followed(page, page.get_by_role("button", name="核查完毕"))
