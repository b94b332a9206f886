"""A district officer saves a page, sees what the rules say of it, and two officers take the evidence again."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.looking import followed, looked_at, unfolded
from tests.running import House
from tests.webhost import png

TOUTS = """<title>天津快办专利</title><script>document.title="hijacked"</script><h1>专利包授权</h1>
<p>专利包授权，不授权全额退款，微信联系 zhuanli2026，电话 13800138000</p><p>内部渠道，专利加急下证。</p>"""

RECORD = {
    "#record-on": "2026-11-21",
    "#record-hour": "10:00",
    "#first": "甲一",
    "#first-card": "津001",
    "#second": "乙二",
    "#second-card": "津002",
    "#record-place": "区局取证室",
    "#surroundings": "专用电脑，时钟已核对",
    "#steps": "打开、另存、计算校验值",
    "#sha256": "ab" * 32,
}


def test_a_saved_page_becomes_material_and_then_evidence(house: House, page: Page, tmp_path: Path) -> None:
    saved, picture = tmp_path / "页面.html", tmp_path / "页面.png"
    saved.write_text(TOUTS, "utf-8")
    picture.write_bytes(png(600, 400))
    house.log_in(page, "nankai")
    page.goto(f"{house.url}/captures/")
    looked_at(page, "captures")

    followed(page, page.locator(".page-head a.btn-primary"))
    looked_at(page, "captures_new")
    page.set_input_files("#file", saved)
    page.set_input_files("#picture", picture)
    page.fill("#url", "https://page.example/patents")
    page.fill("#on", "2026-11-20")
    page.fill("#hour", "09:30")
    page.fill("#how", "办公电脑浏览器另存为")
    followed(page, page.locator("main form button.btn-primary"))

    expect(page.locator("h1")).to_have_text("天津快办专利")
    expect(page.locator("mark").first).to_have_text("包授权")
    expect(page.locator("dl.facts").first).to_contain_text("13800138000")
    expect(page.locator("main img").first).to_have_js_property("naturalWidth", 600)
    looked_at(page, "capture")
    with page.expect_download() as download:
        page.locator("a[href*='part=body']").click()
    assert Path(download.value.path()).read_text("utf-8") == TOUTS

    unfolded(page.locator("summary", has_text="登记两名执法人员的提取"))
    for field, words in RECORD.items():
        page.fill(field, words)
    followed(page, page.get_by_role("button", name="登记提取"))
    expect(page.locator("#records-head")).to_be_visible()
    followed(page, page.get_by_role("link", name="打印笔录"))
    expect(page.locator("h1")).to_have_text("电子数据提取笔录")
    looked_at(page, "capture_print")
