"""From a messy directory to an updated register, in a browser: preview, differences, some accepted, then all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from lantian.city import city, sizes
from lantian.config.demo import SEED
from lantian.core.identifiers import code_check_character
from tests.looking import awaited, followed, looked_at
from tests.running import House

WIDE = {48 + digit: 0xFF10 + digit for digit in range(10)}
BODY = "91120104MA9900001"
NEW = BODY + code_check_character(BODY)
NEW_ADDRESS, OTHER_ADDRESS = "天津市南开区试验路9号", "天津市西青区试验路11号"


@pytest.fixture(scope="module")
def known() -> list[dict[str, Any]]:
    """The agencies that the register of the house holds in good standing."""
    rows = city.build(SEED, size=sizes.TINY)["agencies"].to_dicts()
    return [row for row in rows if row["status"] == "active"]


@pytest.fixture
def directory(tmp_path: Path, known: list[dict[str, Any]]) -> Path:
    """The directory as a bureau sends it: one agency left out, two moved, one new, one with a broken code."""
    moved = {known[0]["name"]: NEW_ADDRESS, known[1]["name"]: OTHER_ADDRESS}
    path = tmp_path / "2026年专利代理机构名录.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("名录")
    sheet.merge_range(0, 0, 0, 5, "天津市专利代理机构名录")
    sheet.write(1, 0, "填报单位：")
    sheet.merge_range(2, 0, 2, 2, "机构")
    sheet.merge_range(2, 3, 2, 5, "登记情况")
    sheet.write_row(3, 0, ("序号", "机构名称", "机构代码", "统一社会信用代码", "经营场所", "状态"))
    lines = [(row["name"], row["agency_code"], row["credit_code"], moved.get(row["name"], row["address"]))
             for row in known if row is not known[2]]  # fmt: skip
    lines[0] = (lines[0][0], lines[0][1].translate(WIDE), f" {lines[0][2].lower()} ", lines[0][3])
    lines += [("天津试验专利代理所", "12999", NEW, "天津市南开区试验路1号")]
    lines += [("打错号码的一家", "", NEW[:-1] + ("0" if NEW[-1] != "0" else "1"), "某处")]
    for serial, (name, number, credit, address) in enumerate(lines, start=1):
        sheet.write_row(3 + serial, 0, (serial, name, number, credit, address, "正常"))
    book.close()
    return path


def row_of(page: Page, name: str) -> Any:
    return page.locator("table.rows tbody tr", has_text=name)


def open_file(page: Page, house: House, number: str) -> None:
    page.goto(f"{house.url}/subjects/?q={number}")
    followed(page, page.locator("td.subject a").first)


def test_from_a_messy_directory_to_an_updated_register(
    house: House, page: Page, directory: Path, known: list[dict[str, Any]]
) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    first, second, gone = (row["name"] for row in known[:3])

    # The preview compares with the register, also what the directory leaves out, and changes nothing.
    house.log_in(page, "city")
    followed(page, page.get_by_role("navigation", name="主导航").get_by_role("link", name="数据导入"))
    page.get_by_label("数据表").select_option(label="代理机构名录（先比对，再采纳）")
    page.locator("input[type=file]").set_input_files(directory)
    followed(page, page.get_by_role("button", name="先预览"))
    expect(page.locator(".pill", has_text="已完成").first).to_be_visible()
    main = page.locator("main")
    expect(main).to_contain_text("名录新增 1 家，有变更 2 家，登记库中有而名录缺少 1 家，不收 1 行")
    expect(main).to_contain_text("校验位应为")
    looked_at(page, "directory-preview")
    preview = page.url
    followed(page, page.get_by_role("link", name="查看差异"))
    expect(main).to_contain_text("以下差异只供查看")
    expect(row_of(page, gone)).to_contain_text("agencies.parquet")
    expect(page.get_by_role("button", name="采纳所选")).to_have_count(0)
    looked_at(page, "differences-preview")

    # Confirmed, the differences wait for a decision, each with what is known, whence and since when.
    page.goto(preview)
    followed(page, page.get_by_role("button", name="确认导入"))
    expect(page.locator(".pill", has_text="已完成").first).to_be_visible()
    followed(page, page.get_by_role("link", name="查看差异"))
    expect(row_of(page, first)).to_contain_text(NEW_ADDRESS)
    expect(row_of(page, first)).to_contain_text("现有登记")
    expect(row_of(page, first)).to_contain_text("agencies.parquet")
    looked_at(page, "differences")

    # Some are accepted, one by one …
    for box in page.locator("input[name=difference]").all():
        box.uncheck()
    row_of(page, first).locator("input[name=difference]").check()
    followed(page, page.get_by_role("button", name="采纳所选"))
    expect(main).to_contain_text("已采纳 1 条")
    open_file(page, house, known[0]["credit_code"])
    expect(main).to_contain_text(NEW_ADDRESS)
    expect(main).to_contain_text("2026年专利代理机构名录.xlsx")
    expect(main).to_contain_text("自 2026年")
    looked_at(page, "subject-after")
    open_file(page, house, known[1]["credit_code"])
    expect(main).not_to_contain_text(OTHER_ADDRESS)

    # … and the rest together, kind by kind.
    for kind, name in (("变更", second), ("新增", "天津试验专利代理所"), ("名录中缺少", gone)):
        page.goto(preview)
        followed(page, page.get_by_role("link", name="已确认，查看导入结果"))
        followed(page, page.get_by_role("link", name="查看差异"))
        followed(page, page.get_by_role("navigation", name="差异类型").get_by_role("link", name=kind))
        expect(row_of(page, name)).to_be_visible()
        followed(page, page.get_by_role("button", name="采纳此类全部"))
        expect(page.locator("main")).to_contain_text("正在采纳全部")
        awaited(page, row_of(page, name), gone=True)
    open_file(page, house, known[1]["credit_code"])
    expect(main).to_contain_text(OTHER_ADDRESS)
    open_file(page, house, known[2]["credit_code"])
    expect(main).to_contain_text("不在名录中")
    open_file(page, house, NEW)
    expect(main).to_contain_text("天津试验专利代理所")
    assert faults == []
