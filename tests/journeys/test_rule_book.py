"""The official annex arrives: uploaded, compared, rehearsed over what is on file, approved by another, in use."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.looking import followed, looked_at, unfolded
from tests.running import House
from tests.uploading import REASON, official

PENALISED = "津知罚〔2026〕1号"


def logged_in(house: House, page: Page, login: str, language: str) -> None:
    """Change the person at the desk, and the language of the screen."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "django_language", "value": language, "url": house.url}])
    house.log_in(page, login)


def an_event(house: House, page: Page) -> None:
    """Record one credit event of an agency by hand."""
    page.goto(f"{house.url}/subjects/?kind=agency")
    followed(page, page.locator("td.subject a").first)
    followed(page, page.locator("#standing-head + a"))
    unfolded(page.get_by_text("登记信用事件").first)
    page.locator("#indicator").select_option("AG-IRR-03")
    page.fill("#event-on", "2026-03-02")
    page.fill("#event-known", "2026-03-02")
    page.fill("#event-document", PENALISED)
    followed(page, page.get_by_role("button", name="登记信用事件"))


def test_an_official_annex_takes_the_place_of_what_was_assumed(
    house: House, page: Page, tmp_path: Path
) -> None:
    annex = tmp_path / "附件1.toml"
    annex.write_text(official(20), "utf-8")
    logged_in(house, page, "city", "zh-hans")
    an_event(house, page)
    page.goto(f"{house.url}/rules/read?book=credit_agency")
    expect(page.locator(".notice-warning")).to_contain_text("未经核实的暂定内容")
    page.goto(f"{house.url}/rules/")
    followed(page, page.get_by_role("link", name="上传新版"))
    page.set_input_files("#file", annex)
    page.fill("#reason", REASON)
    followed(page, page.get_by_role("button", name="上传并核对差异"))
    expect(page.locator("h1")).to_contain_text("annex-1")
    followed(page, page.get_by_role("button", name="开始试算"))
    expect(page.locator("#moves-head")).to_contain_text("1 个变动")
    looked_at(page, "edition-zh")
    address = page.url
    logged_in(house, page, "marks", "en")
    page.goto(address)
    looked_at(page, "edition-en")
    followed(page, page.get_by_role("button", name="Approve"))
    expect(page.locator(".page-head")).to_contain_text("In use")
    logged_in(house, page, "nankai", "zh-hans")
    page.goto(f"{house.url}/rules/read?book=credit_agency")
    expect(page.locator(".page-head")).to_contain_text("annex-1")
    expect(page.locator("main")).not_to_contain_text("未经核实的暂定内容")
