"""From a night's run to a judged hidden hand: a detector looked at, taken, run, its network seen and judged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import WORKER, Database
from tests.early import ROOT
from tests.intaking import table
from tests.looking import awaited, followed, looked_at, unfolded
from tests.running import House
from tests.screened import HEAD, filings

# What the clock does at two in the morning.
NIGHT = """
import django
django.setup()
from lantian.screening import schedule
assert len(schedule.run_nightly()) == 1
"""


HAND = [f"无名{word}有限公司" for word in "甲乙丙丁戊"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Ten published applications of five firms from one address."""
    written = tmp_path / "hand.csv"
    written.write_bytes(table(*filings(1, HAND), head=HEAD))
    return written


def test_from_a_nightly_run_to_a_judged_network(house: House, page: Page, file: Path) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)

    # The city office takes in what was published.
    house.log_in(page, "city")
    followed(page, page.get_by_role("link", name="数据导入"))
    page.get_by_label("数据表").select_option(label="专利申请")
    page.locator("input[type=file]").set_input_files(file)
    followed(page, page.get_by_role("button", name="开始导入"))
    expect(page.locator(".pill", has_text="已完成").first).to_be_visible()

    # The list tells of each detector how right it is; this one has not run yet.
    page.goto(f"{house.url}/detectors/")
    looked_at(page, "detectors")
    followed(page, page.get_by_role("link", name="P07"))
    looked_at(page, "detector")
    followed(page, page.get_by_role("button", name="开启每夜比对"))
    expect(page.get_by_text("已开启每夜比对")).to_be_visible()

    # At night it runs over public data.
    environment = Database(f"test_{WORKER}_house").variables | {
        "DJANGO_SETTINGS_MODULE": "lantian.config.settings"
    }
    subprocess.run([sys.executable, "-c", NIGHT], cwd=ROOT, env=environment, check=True)
    page.reload()
    awaited(page, page.locator("#runs-head").locator("..").locator("..").locator(".pill", has_text="已完成"))
    expect(page.locator("#runs-head").locator("..").locator("..").locator(".pill")).to_contain_text("已完成")

    # Before it is taken, the page says what it brings, against what an office is shown at once.
    followed(page, page.get_by_role("link", name="启用…"))
    expect(page.get_by_text("同时列出的限额")).to_be_visible()
    looked_at(page, "detector-switch")
    followed(page, page.get_by_role("button", name="启用", exact=True))
    expect(page.get_by_text("提示进入本单位的待研判范围")).to_be_visible()

    # The network is a picture and a table that says which link ties whom; it is judged like any finding.
    followed(page, page.get_by_role("link", name="条").first)
    followed(page, page.locator("td.subject a").first)
    expect(page.locator("svg.net")).to_be_visible()
    expect(page.locator("#hand")).to_contain_text("共用同一地址")
    looked_at(page, "hand")
    unfolded(page.locator("details.verdict", has_text="转为线索").locator("summary"))
    followed(page, page.get_by_role("button", name="确认转为线索"))
    expect(page.get_by_text("已转为线索").first).to_be_visible()

    # What the case brings has a page of its own, apart from every pool.
    followed(page, page.locator(".notice-success a"))
    followed(page, page.locator("#material-head + a"))
    expect(page.get_by_text("本案还没有导入材料")).to_be_visible()
    looked_at(page, "lead-material")

    # The judgement counts for the detector's precision.
    page.goto(f"{house.url}/detectors/P07/")
    expect(page.get_by_text("1 条已研判提示中的 1 条")).to_be_visible()
    expect(page.get_by_role("heading", name="启用和停用的历史")).to_be_visible()
    assert faults == []
