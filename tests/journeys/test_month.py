"""One month of an office: a list in and answered, an interview, the close, the return, a correction in December."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import xlsxwriter
from playwright.sync_api import Browser, Page, expect

from lantian.campaign.actions import entries
from lantian.campaign.actions.entries import Guidance
from lantian.dispatch import actions, closing
from lantian.dispatch.closing import Answer
from lantian.dispatch.models import Dispatch
from tests.conftest import Database
from tests.dispatching import agencies_of, ended, forwarded, fresh, line, received, rows_of
from tests.looking import followed, looked_at, unfolded
from tests.personas import BINHAI, NANKAI, XIQING, acting
from tests.rooms.test_dispatch import FOUND, ON_PAPER, merged, returned
from tests.running import House, require_browser, running

CLOSES_NOVEMBER, CLOSES_DECEMBER = date(2026, 11, 30), date(2026, 12, 31)
PLACES = {
    "A1": "{{单位}}{{年}}年{{月}}月报表",
    "B2": "{{收到非正常申请核查条数|本月}}",
    "B3": "{{已反馈非正常申请条数|本月}}",
    "B4": "{{开展约谈次数|本月}}",
    "B5": "{{被约谈对象数|累计}}",
    "B6": "{{复查完成整改数|本月}}",
    "B7": "{{指导企业数|本月}}",
}
TOLD = {"B2": 2, "B3": 1, "B4": 1, "B5": 2, "B6": 1, "B7": 2}


def test_a_month_is_worked_closed_reported_and_corrected_in_the_next(
    database: Database, browser: Browser
) -> None:
    require_browser()
    letter = _a_list_from_above()
    _guided("甲公司", date(2026, 11, 10))
    _guided("乙公司", date(2026, 11, 12))

    with running({**database.variables, "LANTIAN_TODAY": str(CLOSES_NOVEMBER)}) as house:
        with _at(house, browser, "city") as city:
            _sees_who_has_answered(city, house, letter)
            _uploads_a_template(city, house)
        with _at(house, browser, "nankai") as nankai:
            _interviews_two_agencies(nankai, house)
            _closes(nankai, house, "2026-11")
            report = _makes_and_sends(nankai, house, "2026-11")
            _every_number_opens_its_records(nankai, house, report)
        with _at(house, browser, "city") as city:
            _accepts(city, house, report)

    variables = {**database.variables, "LANTIAN_TODAY": str(CLOSES_DECEMBER)}
    with running(variables) as house, _at(house, browser, "nankai") as nankai:
        _corrects_november(nankai, house)
        _closes(nankai, house, "2026-12")
        _december_shows_the_adjustment(nankai, house)
        _every_number_opens_its_records(nankai, house, report)


def _a_list_from_above() -> Dispatch:
    """Split, forwarded; Nankai answers one of two rows on screen, Xiqing all by file; pressed, answered upwards."""
    named = [(place, agencies_of(place, 1)[0].subject.name) for place in (NANKAI, XIQING, BINHAI)]
    rows = [line(number, name) for number, (_, name) in enumerate([*named, *named], start=1)]
    row = received(rows)
    forwarded(row, NANKAI, XIQING, BINHAI)
    with acting("nankai") as by:
        first = row.rows.filter(holder=NANKAI).order_by("place").first()
        assert first is not None
        actions.answer(row_key=first.key, values=FOUND, version=first.version, by=by)
    filled = {one.key: ON_PAPER for one in rows_of(row, XIQING)}
    merged(returned(row, XIQING, filled))
    with acting("city") as by:
        pressed = actions.press(key=row.key, version=fresh(row).version, by=by)
        assert [(one.unit_id, one.unanswered) for one in pressed if one.unit_id != XIQING] == [
            (NANKAI, 1),
            (BINHAI, 2),
        ]
        closing.refer_up(
            key=row.key, answer=Answer(reason="其余各行核查中"), version=fresh(row).version, by=by
        )
    ended(fresh(row).job)
    return row


def _guided(enterprise: str, on: date) -> None:
    with acting("nankai") as by:
        entries.add_guidance(
            given=Guidance(group="model", enterprise=enterprise, told="谨慎选择代理机构", on=on), by=by
        )


def _sees_who_has_answered(page: Page, house: House, letter: Dispatch) -> None:
    page.goto(f"{house.url}/dispatch/{letter.key}/")
    expect(page.get_by_role("link", name="答复表（原栏目）")).to_be_visible()


def _uploads_a_template(page: Page, house: House) -> None:
    page.goto(f"{house.url}/returns/")
    followed(page, page.get_by_role("link", name="可用的标记"))
    expect(page.locator("code", has_text="{{指导企业数|本月}}")).to_be_visible()
    followed(page, page.get_by_role("link", name="月度报表").first)
    page.get_by_label("报表名称").fill("蓝天行动月报")
    page.get_by_label("次月几日前报送").fill("5")
    page.locator("#t-file").set_input_files(
        {"name": "月报.xlsx", "mimeType": "application/octet-stream", "buffer": _template()}
    )
    followed(page, page.get_by_role("button", name="上传"))
    expect(page.locator("tbody tr")).to_have_count(len(PLACES) - 1)
    expect(page.locator("tbody")).to_contain_text("月报!B7")
    _looked_at(page, house, "template")


def _template() -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as made:
        sheet = made.add_worksheet("月报")
        for address, text in PLACES.items():
            sheet.write_string(address, text)
    return written.getvalue()


def _interviews_two_agencies(page: Page, house: House) -> None:
    """One notice to two; both come, both are asked for a correction, one is found done, the other extended."""
    called = [agency.subject.number for agency in agencies_of(NANKAI, 2)]
    page.goto(f"{house.url}/interviews/new")
    page.get_by_label("领域").select_option("trademark_agency")
    page.locator("#subjects").fill("\n".join(called))
    for name, text in {
        "ground": "多件申请被认定为非正常申请，未建立核实制度。",
        "on": str(CLOSES_NOVEMBER),
        "hour": "上午9时",
        "place": "本局二楼会议室",
        "who": "负责人",
        "contact": "宁书白 022-00000000",
    }.items():
        page.locator(f"#{name}").fill(text)
    followed(page, page.get_by_role("button", name="安排约谈"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("约谈")

    unfolded(page.locator("summary", has_text="登记签到"))
    for place in (1, 2):
        page.locator(f"#person_{place}").fill("到场人")
    followed(page, page.get_by_role("button", name="登记签到"))
    unfolded(page.locator("summary", has_text="登记约谈情况"))
    page.locator("#held_on").fill(str(CLOSES_NOVEMBER))
    page.locator("#officers").fill("宁书白、顾怀瑾")
    page.locator("#record").fill("指出问题，提出整改要求。")
    followed(page, page.get_by_role("button", name="登记约谈情况"))
    expect(page.locator(".pill", has_text="已约谈").first).to_be_visible()

    unfolded(page.locator("summary", has_text="提出整改要求"))
    for box in page.locator("input[name=places]").all():
        box.check()
    page.locator("#what").fill("建立申请真实性核实制度。")
    followed(page, page.get_by_role("button", name="提出整改要求"))
    followed(page, page.get_by_role("link", name="建立申请真实性核实制度").first)
    page.locator("#result").select_option("done")
    page.locator("#on").fill(str(CLOSES_NOVEMBER))
    page.locator("#officers").fill("宁书白")
    page.locator("#note").fill("制度已建立并抽查三件。")
    followed(page, page.get_by_role("button", name="登记复查"))
    expect(page.locator("ol.history").first).to_contain_text("制度已建立并抽查三件。")


def _closes(page: Page, house: House, month: str) -> None:
    page.goto(f"{house.url}/returns/")
    followed(page, page.get_by_role("button", name=f"结账 {month}"))
    expect(page.locator(".notices")).to_contain_text("已结账")


def _makes_and_sends(page: Page, house: House, month: str) -> str:
    """The address of the return."""
    followed(page, page.get_by_role("button", name=f"生成 {month}"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"蓝天行动月报 {month}")
    _looked_at(page, house, "return")
    followed(page, page.get_by_role("button", name="报送"))
    expect(page.locator(".pill", has_text="已报送")).to_be_visible()
    return page.url.removeprefix(house.url)


def _every_number_opens_its_records(page: Page, house: House, report: str) -> None:
    assert _numbers(page, house, report) == TOLD
    hrefs = [link.get_attribute("href") or "" for link in page.locator("td:last-child a").all()]
    for href, number in zip(hrefs, TOLD.values(), strict=True):
        page.goto(house.url + href)
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"：{number}")
        expect(page.locator("section[aria-labelledby=rows-head] tbody tr")).to_have_count(number)


def _numbers(page: Page, house: House, report: str) -> dict[str, int]:
    """The numbers of a return by cell."""
    page.goto(house.url + report)
    rows = [row.locator("td").all_inner_texts() for row in page.locator("table.rows tbody tr").all()]
    return {cells[0].removeprefix("月报!"): int(cells[-1]) for cells in rows}


def _accepts(page: Page, house: House, report: str) -> None:
    page.goto(f"{house.url}/returns/")
    expect(page.locator(".card", has_text="报送情况：蓝天行动月报").first).to_contain_text("已报送")
    page.goto(house.url + report)
    followed(page, page.get_by_role("button", name="接收"))
    expect(page.locator(".pill", has_text="已接收")).to_be_visible()


def _corrects_november(page: Page, house: House) -> None:
    """In December one enterprise of November is struck and two are added late."""
    page.goto(f"{house.url}/campaign/guidance/")
    followed(page, page.locator("tbody tr", has_text="甲公司").get_by_role("link").first)
    unfolded(page.locator("summary", has_text="撤销这一条"))
    page.locator("#reason").fill("重复登记")
    followed(page, page.get_by_role("button", name="撤销", exact=True))
    expect(page.get_by_text(re.compile("撤销：重复登记"))).to_be_visible()
    for enterprise in ("丙公司", "丁公司"):
        page.goto(f"{house.url}/campaign/guidance/")
        page.locator("#g-name").fill(enterprise)
        page.locator("#g-on").fill("2026-11-27")
        page.locator("#g-told").fill("谨慎选择代理机构")
        followed(page, page.get_by_role("button", name="登记", exact=True))
        expect(page.locator("tbody tr", has_text=enterprise)).to_be_visible()


def _december_shows_the_adjustment(page: Page, house: House) -> None:
    """This month, adjustment of earlier ones, since January; November itself says what it said."""
    said = {month: _guidance(page, house, month) for month in ("2026-11", "2026-12")}
    assert said == {"2026-11": ["2", "—", "2"], "2026-12": ["0", "+1", "3"]}
    followed(page, page.locator("table.rows tbody tr", has_text="指导企业数").get_by_role("link", name="+1"))
    expect(page.locator("section[aria-labelledby=rows-head] tbody tr")).to_have_count(2)
    expect(page.locator("section[aria-labelledby=gone-head] tbody tr")).to_contain_text("甲公司")
    _looked_at(page, house, "adjusted")


def _guidance(page: Page, house: House, month: str) -> list[str]:
    page.goto(f"{house.url}/figures/?month={month}")
    row = page.locator("table.rows tbody tr", has_text="指导企业数")
    return [text.strip() for text in row.locator("td").all_inner_texts()[1:]]


@contextmanager
def _at(house: House, browser: Browser, login: str) -> Iterator[Page]:
    """A page of one officer; any fault that the browser reports fails the test."""
    context = browser.new_context(viewport={"width": 1288, "height": 900}, locale="zh-CN")
    page, faults = context.new_page(), []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    house.log_in(page, login)
    yield page
    context.close()
    assert faults == []


def _looked_at(page: Page, house: House, name: str) -> None:
    """In both languages: no accessibility violation, no sideways scroll on a phone."""
    for language in ("en", "zh-hans"):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": house.url}])
        page.reload()
        looked_at(page, f"{name}-{language}")
