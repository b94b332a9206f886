"""Pages that show nothing before somebody has prepared it: the city's queue, grants, unpublished text, persons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.intaking import number
from tests.looking import followed, looked_at
from tests.personas import NANKAI
from tests.rooms.test_registry import code
from tests.running import House

# Pale on purpose and hidden from readers of the screen; the same words stand above the text in full ink.
WITHOUT_WATERMARK = {"exclude": [[".watermark"]]}
SECRET = number(771)
FILES = {
    "市场主体登记": [
        "企业名称,统一社会信用代码,住所,所属区",
        f"无处安放有限公司,{code('120000', 7)},,",
        f"外地登记科技有限公司,{code('320111', 8)},江苏省南京市浦口区某路1号,浦口",
    ],
    "专利申请": [
        "申请号,公开状态,发明名称,摘要,主权项",
        f"{SECRET},未公开,一种未公开的装置,{'这段文字尚未公开，' * 20},{'其特征在于，' * 40}",
    ],
    "专利代理师": ["姓名,资格证号", *(f"试验{serial}号,12{serial:05}" for serial in range(1, 27))],
}


@pytest.fixture
def people(house: House, browser: Browser) -> Iterator[dict[str, Page]]:
    """An officer of the city and the administrator, each in a browser of his own."""
    pages = {}
    for login in ("city", "admin"):
        context = browser.new_context(viewport={"width": 1288, "height": 900}, locale="zh-CN")
        pages[login] = context.new_page()
        house.log_in(pages[login], login)
    yield pages
    for page in pages.values():
        page.context.close()


def take_in(page: Page, house: House, folder: Path) -> None:
    for table, lines in FILES.items():
        file = folder / f"{table}.csv"
        file.write_text("\n".join(lines), "utf-8")
        page.goto(f"{house.url}/intake/")
        page.get_by_label("数据表").select_option(label=table)
        page.locator("input[type=file]").set_input_files(file)
        followed(page, page.get_by_role("button", name="开始导入"))
        expect(page.locator(".pill", has_text="已完成").first).to_be_visible()


def seen(page: Page, house: House, path: str, name: str) -> None:
    """In both languages: no accessibility violation, no sideways scroll on a phone."""
    for language in ("zh-hans", "en"):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": house.url}])
        page.goto(house.url + path)
        looked_at(page, f"{name}-{language}", WITHOUT_WATERMARK)
    page.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": house.url}])
    page.goto(house.url + path)


def test_pages_that_need_somebody_to_prepare_them(
    house: House, people: dict[str, Page], tmp_path: Path
) -> None:
    city, admin = people["city"], people["admin"]
    take_in(city, house, tmp_path)

    # Unpublished text: a grant of the administrator opens it, under a watermark of who reads it when.
    admin.goto(f"{house.url}/accounts/unpublished/")
    followed(admin, admin.get_by_role("button", name="结束"))  # the grant of the demonstration
    admin.locator("#purpose").fill("核查投诉")
    admin.locator("#valid-to").fill("2026-12-10")
    followed(admin, admin.get_by_role("button", name="授权"))
    expect(admin.locator("main")).to_contain_text("生效中")
    seen(admin, house, "/accounts/unpublished/", "grants")
    seen(city, house, f"/unpublished/?number={SECRET}", "unpublished")
    expect(city.locator(".secret")).to_contain_text("一种未公开的装置")
    expect(city.locator(".watermark span").first).to_contain_text("天津市知识产权局")
    assert city.locator(".watermark").get_attribute("aria-hidden") == "true"

    # A long list of natural persons asks what it is for.
    seen(city, house, "/subjects/?kind=practitioner", "purpose")
    expect(city.get_by_role("button", name="说明用途并查看")).to_be_visible()

    # Findings marked to be dismissed together.
    city.goto(f"{house.url}/findings/?clearing=not_cleared")
    marks = [box.get_attribute("value") for box in city.locator("td.pick input").all()[:2]]
    seen(city, house, "/findings/dismiss?" + "&".join(f"finding={mark}" for mark in marks), "dismiss")

    # The city's queue: two are placed at once and leave it.
    seen(city, house, "/subjects/placing/", "placing")
    for name in ("无处安放有限公司", "外地登记科技有限公司"):
        city.get_by_role("checkbox", name=name).check()
    city.locator("#district").select_option(str(NANKAI))
    city.locator("#reason").fill("实地核实在南开办公")
    followed(city, city.get_by_role("button", name="确定所选对象的承办单位"))
    expect(city.locator("main")).to_contain_text("已确定 2 个对象的承办单位：天津市南开区知识产权局")
    expect(city.locator("main")).to_contain_text("没有待确定的对象")
    seen(city, house, "/", "home")
