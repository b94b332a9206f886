"""A penalty goes out: previewed, approved by another person, recorded on a channel, taken down when annulled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.looking import followed, looked_at, unfolded
from tests.running import House

NAME = "示例知识产权代理有限公司"


@pytest.fixture
def two(house: House, browser: Browser) -> Iterator[tuple[Page, Page]]:
    """Whoever prepares and whoever approves, each in a browser of his own."""
    pages = []
    for login in ("city", "marks"):
        page = browser.new_context(viewport={"width": 1288, "height": 900}, locale="zh-CN").new_page()
        house.log_in(page, login)
        pages.append(page)
    yield pages[0], pages[1]
    for page in pages:
        page.context.close()


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"[name={name}]", value)


def test_a_penalty_is_published_by_two_persons_and_taken_down_when_annulled(
    two: tuple[Page, Page], house: House
) -> None:
    page, other = two
    page.goto(f"{house.url}/notices/new")
    day = page.get_attribute("[name=on]", "max") or ""
    fill(page, name=NAME, document="津知罚〔2026〕9号", on=day, act="无资质专利代理", content="罚款五万元")
    page.select_option("[name=law]", "unlicensed")
    followed(page, page.get_by_role("button", name="登记应公示的决定"))
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    notice = page.url
    page.fill("[name=f-facts]", "联系人电话13800138000，委托人乙公司。")
    page.fill("[name=secrets]", "乙公司")
    page.select_option("[name=term]", "ordinary")
    followed(page, page.get_by_role("button", name="预览公示内容"))
    expect(page.get_by_text("联系人电话（已隐去），委托人（已隐去）。")).to_be_visible()
    looked_at(page, "notice_preview")
    followed(page, page.get_by_role("button", name="按预览提交核准"))
    other.goto(notice)
    looked_at(other, "notice_to_approve")
    followed(other, other.get_by_role("button", name="核准", exact=True))
    page.goto(notice)
    page.select_option("[name=channel]", "site")
    places = page.locator("section", has=page.get_by_role("heading", name="公示渠道"))
    places.locator("[name=on]").fill(day)
    fill(page, address="https://example.invalid/9")
    followed(page, places.get_by_role("button", name="登记已公示"))
    expect(page.locator(".page-head .pill")).to_have_text("公示中")
    looked_at(page, "notice_published")
    unfolded(page.get_by_text("登记撤回事由").first)
    fall = page.locator("section", has=page.get_by_role("heading", name="撤回", exact=True))
    fall.locator("[name=on]").fill(day)
    fall.locator("[name=document]").fill("津政复〔2026〕9号")
    followed(page, fall.get_by_role("button"))
    expect(page.locator(".page-head .pill")).to_have_text(["公示中", "提出撤回，待核准"])
    other.goto(notice)
    looked_at(other, "notice_asked")
    followed(other, other.get_by_role("button", name="核准撤回"))
    expect(other.locator(".page-head .pill")).to_have_text("应撤回")
    page.goto(f"{house.url}/notices/")
    looked_at(page, "notices")
    followed(page, page.get_by_role("link", name=NAME))
    followed(page, page.get_by_role("button", name="English"))
    looked_at(page, "notice_withdrawing_en")
