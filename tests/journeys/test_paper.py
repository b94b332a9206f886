"""A finding becomes a paper in the right name: judged, drafted, approved by a second person, issued, downloaded."""

from __future__ import annotations

import io
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.looking import awaited, followed, looked_at, unfolded
from tests.rooms.test_papers import TYPED
from tests.running import House


def test_from_a_finding_to_a_paper_in_the_right_name(house: House, browser: Browser) -> None:
    faults: list[str] = []

    def someone(login: str) -> Page:
        page = browser.new_context(viewport={"width": 1288, "height": 900}, locale="zh-CN").new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        house.log_in(page, login)
        return page

    # The district's officer turns a finding into a lead of his office.
    page = someone("nankai")
    page.goto(f"{house.url}/findings/?clearing=not_cleared")
    followed(page, page.locator("td.subject a").first)
    unfolded(page.locator("details.verdict", has_text="转为线索").locator("summary"))
    followed(page, page.get_by_role("button", name="确认转为线索"))
    followed(page, page.get_by_role("link", name="线索〔2026〕").first)

    # The matrix offers what the office may issue and says who decides the rest.
    followed(page, page.get_by_role("link", name="起草文书"))
    expect(page.get_by_text("有权的是：市局。").first).to_be_visible()
    looked_at(page, "choice")
    followed(page, page.get_by_role("link", name="约谈通知书"))
    for name in ("ground", "day", "hour", "place", "who", "contact"):
        page.fill(f"#f_{name}", TYPED[name])
    page.fill("#free", "另请携带近一年的案卷目录。")
    followed(page, page.get_by_role("button", name="预览"))
    expect(page.get_by_text("1 段语句不来自任何记录")).to_be_visible()
    looked_at(page, "preview")
    followed(page, page.get_by_role("button", name="保存草稿"))
    expect(page.get_by_role("button", name="印发")).to_have_count(0)
    looked_at(page, "draft")
    address = page.url

    # The leader approves, the officer issues; the worker makes the files.
    leader = someone("leader")
    leader.goto(address)
    followed(leader, leader.get_by_role("button", name="核准", exact=True))
    page.goto(address)
    followed(page, page.get_by_role("button", name="印发"))
    awaited(page, page.get_by_role("link", name="PDF"))
    looked_at(page, "issued")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    data = Path(download.value.path()).read_bytes()
    text = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(data)).pages).replace("\n", "")
    assert "天津市南开区知识产权局" in text and "津南开知约〔2026〕1号" in text
    page.goto(f"{house.url}/papers/")
    looked_at(page, "papers")
    for name in ("mandates", "templates"):
        leader.goto(f"{house.url}/{name}/")
        looked_at(leader, name)
    assert faults == []
