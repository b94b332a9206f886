"""From a messy workbook to the corrected second intake, in a browser."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from tests.intaking import number, wrong
from tests.looking import accessible, followed
from tests.running import House

WIDE = {48 + digit: 0xFF10 + digit for digit in range(10)}
PATENTS = (
    ("申请号", "公开状态", "发明名称", "申请日", "姓名或名称", "信用代码", "名称", "代码", "内部备注"),
    (
        number(801),
        "公开",
        "一种装置",
        45439,
        "甲公司；乙大学",
        "91110000600037341L",
        "某事务所",
        "12002",
        "x",
    ),
    (number(802).translate(WIDE), "公开", "二种装置", "２０２４年５月２７日", "丙公司", "无", "无", "无", ""),
    (number(803), "公开", "三种装置", date(2024, 5, 27), "丁公司", 911100006000373410, "", "", ""),
    (wrong(804), "公开", "四种装置", "2024.5.27", "戊公司", "", "-", "-", ""),
    (number(805), "公开", "五种装置", "去年五月", "己公司", "", "", "", ""),
)


def workbook(path: Path) -> Path:
    """A title, a line of the sender, a header of two lines under merged cells, then rows with what people do."""
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("填表说明").write(0, 0, "请各区局于月底前填报")
    sheet = book.add_worksheet("2024年")
    day = book.add_format({"num_format": "yyyy/m/d"})
    head, *lines = PATENTS
    sheet.merge_range(0, 0, 0, 8, "2024年专利申请情况表")
    sheet.write(1, 0, "填报单位：")
    for column in (0, 1, 2, 3, 8):
        sheet.merge_range(2, column, 3, column, head[column])
    sheet.merge_range(2, 4, 2, 5, "申请人")
    sheet.merge_range(2, 6, 2, 7, "代理机构")
    sheet.write_row(3, 4, head[4:8])
    for row, line in enumerate(lines, start=4):
        for column, cell in enumerate(line):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write(row, column, cell)
    book.close()
    return path


def corrected(path: Path) -> Path:
    """The file of refused rows, put right by hand."""
    head, *rows = csv.reader(path.read_text("utf-8-sig").splitlines())
    right = {
        "三种装置": (5, "91110000600037341L"),
        "四种装置": (0, number(804)),
        "五种装置": (3, "2024年5月28日"),
    }
    for row in rows:
        column, value = right[row[2]]
        row[column] = value
    again = path.with_name("更正后.csv")
    with again.open("w", encoding="gbk", newline="") as handle:
        csv.writer(handle).writerows([head, *rows])
    return again


def upload(page: Page, file: Path, button: str) -> None:
    followed(page, page.get_by_role("navigation", name="主导航").get_by_role("link", name="数据导入"))
    page.get_by_label("数据表").select_option(label="专利申请")
    page.locator("input[type=file]").set_input_files(file)
    followed(page, page.get_by_role("button", name=button))
    expect(page.locator(".pill", has_text="已完成").first).to_be_visible()


def figures(page: Page) -> list[str]:
    return page.locator(".figure b").all_inner_texts()


@pytest.fixture
def faults(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: found.append(str(fault)))
    return found


def test_from_a_messy_workbook_to_the_corrected_second_intake(
    house: House, page: Page, tmp_path: Path, faults: list[str]
) -> None:
    house.log_in(page, "city")

    # The preview says what was understood and what is wrong, and nothing is registered yet.
    upload(page, workbook(tmp_path / "各区报送.xlsx"), "先预览")
    main = page.locator("main")
    expect(main).to_contain_text("这是预览，还没有登记任何一行")
    expect(main).to_contain_text("以第 4 行为表头")
    expect(main).to_contain_text("申请人姓名或名称 → 申请人")
    expect(main).to_contain_text("内部备注")
    for words in ("后几位已丢失", "校验位应为", "不是日期"):
        expect(main).to_contain_text(words)
    assert figures(page) == ["5", "2", "0", "0", "3"]

    accessible(page)

    # Confirmed, the good rows go in; the bad ones come back as a file.
    followed(page, page.get_by_role("button", name="确认导入"))
    expect(page.locator(".pill", has_text="已完成").first).to_be_visible()
    link = page.get_by_role("link", name="下载未收的行")
    expect(link).to_be_visible()
    assert figures(page) == ["5", "2", "0", "0", "3"]
    with page.expect_download() as download:
        link.click()
    errors = tmp_path / "未收.csv"
    download.value.save_as(errors)

    # Corrected in a spreadsheet that writes GBK, the file goes in whole; again, it changes nothing.
    again = corrected(errors)
    upload(page, again, "开始导入")
    expect(main).to_contain_text("GB18030")
    assert figures(page) == ["3", "3", "0", "0", "0"]
    upload(page, again, "开始导入")
    assert figures(page) == ["3", "0", "3", "0", "0"]

    # A second look may also be put aside.
    upload(page, again, "先预览")
    followed(page, page.get_by_role("button", name="放弃"))
    expect(main).to_contain_text("预览，已放弃")
    assert faults == []
