"""A list from above through the house: split, forwarded, answered on screen and by file, pressed, answered back."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from lantian.city import city
from tests.looking import awaited, followed, looked_at
from tests.running import House

HEADERS = ["序号", "申请号", "专利代理机构", "机构代码", "申请人", "核查情况", "备注", "备注"]
NANKAI, XIQING = "天津市南开区知识产权局", "天津市西青区知识产权局"
NUMBER = "20261234567890123"  # longer than a spreadsheet can count: it comes back as it went


@pytest.fixture(scope="module")
def sent() -> list[list[str]]:
    """The sender's rows: four of Nankai, two of Xiqing, one that nobody can place."""
    agencies = city.build(1, 2000)["agencies"]
    nankai, xiqing = (
        agencies.filter(
            agencies["district_code"] == code, agencies["credit_code"].str.slice(2, 6) == code
        ).rows(named=True)
        for code in ("120104", "120111")
    )
    named = [*[nankai[n % len(nankai)] for n in range(4)], *[xiqing[n % len(xiqing)] for n in range(2)]]
    rows = [
        [f"{n:03}", f"{NUMBER}{n}", agency["name"], agency["agency_code"], "甲公司", "", "", f"备注{n}"]
        for n, agency in enumerate(named, start=1)
    ]
    return [*rows, ["007", f"{NUMBER}7", "谁也不认识的代理机构", "", "乙公司", "", "", ""]]


@pytest.fixture(scope="module")
def workbook(sent: Sequence[Sequence[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list as a workbook with a title row, as it comes."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["2026年第四批非正常专利申请核查清单"])
    for row in [HEADERS, *sent]:
        sheet.append(list(row))
    path = tmp_path_factory.mktemp("dispatch") / "清单.xlsx"
    book.save(path)
    return path


def test_a_list_goes_down_and_its_answer_comes_back_in_the_senders_columns(
    house: House, page: Page, sent: list[list[str]], workbook: Path, tmp_path: Path
) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))

    # The city takes the letter in; its deadline is past already, and the page says so.
    house.log_in(page, "city")
    followed(page, page.get_by_role("link", name="交办转办"))
    followed(page, page.get_by_role("link", name="收文登记"))
    page.get_by_label("标题").fill("第四批非正常专利申请核查清单")
    page.get_by_label("来文单位").fill("国家知识产权局")
    page.get_by_label("来文文号").fill("国知办函运字〔2026〕118号")
    page.get_by_label("要求答复的期限").fill("2026-11-20")
    page.locator("#list").set_input_files(workbook)
    followed(page, page.get_by_role("button", name="登记并拆分"))
    expect(page.locator(".pill", has_text="待转办")).to_be_visible()
    expect(page.get_by_text("收到时答复期限已过。")).to_be_visible()
    letter = page.url
    expect(page.locator("table.rows tr", has_text=NANKAI)).to_contain_text("4")

    # What nobody can place waits; an officer says where it goes.
    followed(page, page.get_by_role("link", name="待定 1 行，请指定"))
    expect(page.locator("tbody tr")).to_have_count(1)
    looked_at(page)
    page.locator("input[name=row]").check()
    page.get_by_label("把所选各行交给").select_option(label=XIQING)
    page.get_by_label("理由（必填）").fill("经查实际经营地在西青区")
    followed(page, page.get_by_role("button", name="指定承办单位"))
    expect(page.locator(".notices")).to_contain_text("已指定 1 行")

    # Forwarded: each office gets its sheet and its letter.
    page.goto(letter)
    page.get_by_label("各单位反馈期限").fill("2026-11-30")
    page.get_by_label("联系人及电话（写进转办函）").fill("陶知远 022-00000000")
    followed(page, page.get_by_role("button", name="转办所选单位"))
    expect(page.locator(".notices")).to_contain_text("已转办 2 个单位")
    expect(page.locator("table.rows tr", has_text=NANKAI).get_by_role("link", name="转办函")).to_be_visible()
    followed(page, page.locator("table.rows tr", has_text=NANKAI).get_by_role("link", name="待反馈"))
    awaited(page, page.get_by_role("link", name="下载反馈表"))
    looked_at(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载反馈表").click()
    sheet = tmp_path / "反馈表.xlsx"
    download.value.save_as(sheet)
    _log_out(page)

    # One office answers on screen.
    house.log_in(page, "xiqing")
    followed(page, page.get_by_role("link", name="填写反馈 3 行"))
    expect(page.locator("tbody tr")).to_have_count(3)
    followed(page, page.locator("td.subject a").first)
    looked_at(page)
    for _ in range(3):
        page.get_by_label("核查结论").select_option(label="未发现违法违规")
        page.get_by_label("核查情况").fill("调取合同和付款凭证，申请真实。")
        followed(page, page.get_by_role("button", name="保存，下一行"))
        expect(page.locator(".notices")).to_contain_text("已保存第")
    page.goto(letter)
    followed(page, page.get_by_role("link", name="反馈表：下载、交回、反馈"))
    followed(page, page.get_by_role("button", name="反馈", exact=True))
    expect(page.locator(".pill", has_text="已反馈")).to_be_visible()
    assert page.request.get(letter + "file").status == 404
    _log_out(page)

    # The other one is pressed first; the text names offices and counts only.
    house.log_in(page, "city")
    page.goto(letter)
    followed(page, page.get_by_role("button", name="督办未反馈单位"))
    text = page.get_by_label("可以复制到工作群").input_value()
    assert f"{NANKAI}：4条，未反馈4条" in text and XIQING not in text
    assert not any(row[2] in text for row in sent)

    # Its filled sheet comes back, sorted the other way round, and the city hands it in.
    followed(page, page.locator("table.rows tr", has_text=NANKAI).get_by_role("link", name="待反馈"))
    page.locator("#file").set_input_files(
        {"name": "反馈.xlsx", "mimeType": "application/octet-stream", "buffer": _filled(sheet)}
    )
    followed(page, page.get_by_role("button", name="上传核对"))
    expect(page.locator(".pill", has_text="待确认合并")).to_be_visible()
    expect(page.locator(".figure", has_text="新填写")).to_contain_text("4")
    looked_at(page)
    followed(page, page.get_by_role("button", name="确认合并"))
    expect(page.locator(".pill", has_text="已合并")).to_be_visible()

    # The answer: the sender's own columns, order and text, compared cell by cell.
    page.goto(letter)
    page.get_by_label("联系人及电话（写进答复函）").fill("陶知远 022-00000000")
    followed(page, page.get_by_role("button", name="生成答复"))
    expect(page.get_by_role("link", name="答复表（原栏目）")).to_be_visible()
    expect(page.get_by_role("link", name="答复函")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="答复表（原栏目）").click()
    answer = tmp_path / "答复.xlsx"
    download.value.save_as(answer)
    _compare(answer, sent)
    looked_at(page)
    followed(page, page.get_by_role("button", name="办结"))
    expect(page.locator(".pill", has_text="已办结")).to_be_visible()
    assert faults == []


def _filled(path: Path) -> bytes:
    """The sheet as an office sends it back: answered, rows in another order."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = next(
        row for row in sheet.iter_rows() if any(str(cell.value or "").startswith("核查结论") for cell in row)
    )
    titles = {re.sub("（.填）$", "", str(cell.value)): cell.column for cell in header}
    first = header[0].row + 1
    last = first + 3
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]
    for number, values in enumerate(reversed(rows), start=first):
        for place, value in enumerate(values, start=1):
            sheet.cell(number, place, value)
        sheet.cell(number, titles["核查结论"], "查实违法违规")
        sheet.cell(number, _last(header, "核查情况"), "代理机构编造申请")
        sheet.cell(number, titles["采取措施"], "约谈")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _last(header: Sequence[object], title: str) -> int:
    """The column to be filled, not the sender's own of the same name."""
    return max(cell.column for cell in header if str(cell.value or "").startswith(title))  # type: ignore[attr-defined]


def _compare(path: Path, sent: list[list[str]]) -> None:
    header, *body = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert header[: len(HEADERS)] == HEADERS
    place = HEADERS.index("核查情况")
    found = [[*row[:place], "", *row[place + 1 : len(HEADERS)]] for row in body]
    assert found == sent
    assert [row[place] for row in body] == ["代理机构编造申请"] * 4 + ["调取合同和付款凭证，申请真实。"] * 3
    office, outcome = header.index("承办单位"), header.index("核查结论")
    assert [row[office] for row in body] == [NANKAI] * 4 + [XIQING] * 3
    assert [row[outcome] for row in body] == ["查实违法违规"] * 4 + ["未发现违法违规"] * 3


def _log_out(page: Page) -> None:
    followed(page, page.get_by_role("button", name="退出"))
