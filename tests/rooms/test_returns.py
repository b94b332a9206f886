"""Monthly returns: a closed month keeps its numbers, later corrections show, every number opens its records."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lantian.campaign import closing, returning
from lantian.campaign.actions import entries
from lantian.campaign.actions.entries import Guidance, Publicity
from lantian.campaign.errors import CampaignRefused, Stale
from lantian.campaign.figures import book
from lantian.campaign.figures.cube import Group, groups, last_day
from lantian.campaign.figures.flows import FLOWS
from lantian.campaign.models import FrozenCell, GuidancePush, Return, ReturnTemplate
from lantian.campaign.returning import Sheet, value
from lantian.campaign.returns.places import Span
from lantian.campaign.returns.workbooks import BadTemplate
from lantian.campaign.states import ReturnAct, ReturnState
from lantian.core.messages import NotAllowed, Unreadable
from lantian.core.moves import MoveRefused
from lantian.core.rulebook import BadRulebook, shipped
from lantian.office import clock, files
from lantian.office.models import AuditEvent
from tests.personas import CITY, NANKAI, XIQING, acting, browser, officer

pytestmark = pytest.mark.django_db
ABOUT = ("close", "template", "return")
SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


def guided(on: date, login: str = "nankai", enterprise: str = "甲公司") -> GuidancePush:
    given = Guidance(group="model", enterprise=enterprise, told="谨慎选择代理机构", on=on)
    with acting(login) as by:
        return entries.add_guidance(given=given, by=by)


def struck(row: GuidancePush, login: str = "nankai") -> None:
    with acting(login) as by:
        entries.strike(kind="guidance", key=row.key, reason="重复登记", by=by)


def closed(month: date, login: str = "nankai") -> None:
    with acting(login) as by:
        closing.close_month(month=month, by=by)


def told(month: date, login: str = "nankai", figure: str = "guided") -> tuple[int, int, int]:
    """A figure of this month, its adjustment, and since January."""
    with acting(login) as by:
        books = closing.books(by.unit or 0, month)
        found = book.figures(last_day(month))[figure]
        month_, adjusted, year = (value(books, found, span) for span in Span)
        return month_, adjusted, year


def workbook(cells: dict[str, str]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as made:
        sheet = made.add_worksheet("月报")
        for address, text in cells.items():
            sheet.write_string(address, text)
        sheet.set_column("A:A", 33)
        sheet.write_formula("D9", "=SUM(C5:C7)")
    return written.getvalue()


PLACES = {
    "A1": "{{单位}}{{年}}年{{月}}月情况",
    "B5": "指导企业",
    "C5": "{{指导企业数|本月}}",
    "C6": "{{ guided ｜ 累计 }}",
    "C7": "{{指导企业数 更正}}",
    "E5": "{{宣传次数|本月|南开区}}",
}


def kept(
    cells: dict[str, str] | None = None, asked: tuple[int, ...] = (NANKAI, XIQING), **more: Any
) -> ReturnTemplate:
    values = {
        "title": "蓝天行动月报",
        "due_day": 5,
        "name": "月报.xlsx",
        "data": workbook(cells or PLACES),
        **more,
    }
    with acting("city") as by:
        return returning.keep_template(sheet=Sheet(asked=asked, **values), by=by)


def made(template: ReturnTemplate, month: date, login: str = "nankai") -> Return:
    with acting(login) as by:
        return returning.make(template=template.key, month=month, by=by)


def done(row: Return, what: ReturnAct, login: str, note: str = "") -> Return:
    with acting(login) as by:
        return returning.act(key=row.key, what=what, version=row.version, note=note, by=by)


def shown(row: Return) -> dict[str, Any]:
    with acting("nankai"):
        sheet = openpyxl.load_workbook(io.BytesIO(files.path_of(row.file).read_bytes()))["月报"]
        return {address: sheet[address].value for address in (*PLACES, "D9")} | {
            "width": sheet.column_dimensions["A"].width
        }


def test_a_closed_month_keeps_its_number_and_the_correction_shows_in_the_next() -> None:
    first, _ = guided(date(2026, 9, 3)), guided(date(2026, 9, 30))
    closed(SEPTEMBER)
    assert told(SEPTEMBER) == (2, 0, 2)
    struck(first)
    guided(date(2026, 9, 29), enterprise="补记公司")
    guided(date(2026, 9, 28), enterprise="又一公司")
    guided(date(2026, 10, 8))
    assert told(SEPTEMBER) == (2, 0, 2)
    assert told(OCTOBER) == (1, 1, 4)
    closed(OCTOBER)
    assert told(OCTOBER) == (1, 1, 4)
    assert told(NOVEMBER) == (0, 0, 4)


def test_a_correction_is_counted_once_however_many_months_follow() -> None:
    first = guided(date(2026, 9, 3))
    closed(SEPTEMBER)
    struck(first)
    closed(OCTOBER)
    assert told(OCTOBER) == (0, -1, 0)
    assert told(NOVEMBER) == (0, 0, 0)


def test_a_frozen_number_opens_the_records_it_counted() -> None:
    rows = [guided(date(2026, 9, day)) for day in (1, 15, 30)]
    closed(SEPTEMBER)
    struck(rows[0])
    with acting("nankai") as by:
        cell = FrozenCell.objects.get(flow="guided", of_month=SEPTEMBER)
        assert cell.ids == sorted(row.pk for row in rows)
        assert closing.books(by.unit or 0, SEPTEMBER).own == (
            Group("guided", NANKAI, (("group", "model"),), tuple(cell.ids)),
        )


def test_the_city_counts_all_offices_and_a_district_its_own() -> None:
    guided(date(2026, 9, 1), "nankai")
    guided(date(2026, 9, 1), "xiqing")
    assert told(SEPTEMBER, "nankai")[0] == told(SEPTEMBER, "xiqing")[0] == 1
    assert told(SEPTEMBER, "city")[0] == 2


@pytest.mark.parametrize(
    ("closes", "month", "says"),
    [
        ((), NOVEMBER, "2026-11-30起才能结账"),
        ((SEPTEMBER,), SEPTEMBER, "已经结账"),
        ((OCTOBER,), SEPTEMBER, "更晚的月份已经结账"),
        ((date(2026, 8, 1),), OCTOBER, "请先为2026年09月结账"),
    ],
)
def test_months_are_closed_one_after_another_when_they_have_ended(
    closes: tuple[date, ...], month: date, says: str
) -> None:
    for one in closes:
        closed(one)
    with pytest.raises(CampaignRefused) as refused:
        closed(month)
    assert says in refused.value.text.zh


def test_the_newest_close_can_be_taken_back_until_a_return_of_it_is_sent() -> None:
    guided(date(2026, 9, 3))
    closed(SEPTEMBER)
    row = made(kept(), SEPTEMBER)
    sent = done(row, ReturnAct.SEND, "nankai")
    with acting("nankai") as by, pytest.raises(CampaignRefused, match="was sent or accepted"):
        closing.reopen_month(key=row.close.key, reason="漏记", by=by)
    back = done(sent, ReturnAct.SEND_BACK, "city", "请核对指导企业数")
    with acting("nankai") as by:
        closing.reopen_month(key=row.close.key, reason="漏记", by=by)
    guided(date(2026, 9, 4), enterprise="漏记公司")
    with pytest.raises(CampaignRefused, match="taken back"):
        done(back, ReturnAct.SEND, "nankai")
    closed(SEPTEMBER)
    again = made(back.template, SEPTEMBER)
    assert (again.pk, again.state, again.values[0]["value"]) == (row.pk, ReturnState.DRAFT, 2)
    assert done(done(again, ReturnAct.SEND, "nankai"), ReturnAct.ACCEPT, "city").state == ReturnState.ACCEPTED


def test_an_offices_own_workbook_is_filled_and_keeps_its_layout() -> None:
    first = guided(date(2026, 9, 3))
    closed(SEPTEMBER)
    struck(first)
    guided(date(2026, 10, 4))
    with acting("nankai") as by:
        entries.add_publicity(
            given=Publicity(kind="campaign", title="致企业一封信", outlet="公众号", on=date(2026, 10, 9)),
            by=by,
        )
    closed(OCTOBER)
    found = shown(made(kept(), OCTOBER))
    assert found["A1"] == "天津市南开区知识产权局2026年10月情况"
    assert (found["C5"], found["C6"], found["C7"], found["E5"]) == (1, 1, -1, 1)
    assert found["D9"] == "=SUM(C5:C7)"
    assert found["B5"] == "指导企业"
    assert found["width"] == pytest.approx(33, abs=1)


def test_a_return_made_again_says_the_same_whatever_has_changed() -> None:
    row = guided(date(2026, 9, 3))
    closed(SEPTEMBER)
    template = kept()
    first = made(template, SEPTEMBER)
    struck(row)
    assert made(template, SEPTEMBER).values == first.values


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"C5": "{{指导企业|本月}}"}, "月报!C5：不认识“指导企业”；是否为：指导企业数"),
        ({"C5": "{{指导企业数|上月}}"}, "月报!C5：不认识“上月”"),
        ({"C5": "共{{指导企业数|本月}}家"}, "月报!C5：指标标记要独占一个单元格"),
        ({"C5": "指导企业"}, "没有找到指标"),
    ],
)
def test_a_template_that_is_not_understood_is_refused_cell_by_cell(cells: dict[str, str], says: str) -> None:
    with pytest.raises(BadTemplate) as refused:
        kept(cells)
    assert says in refused.value.text.zh
    assert not ReturnTemplate.objects.exists()


def test_what_is_no_workbook_is_refused_kindly() -> None:
    with pytest.raises(Unreadable, match="upload an"):
        kept(data=b"not a workbook")


def test_a_new_template_of_the_same_title_replaces_the_old_one() -> None:
    old, new = kept(), kept({"C5": "{{guided}}"})
    with acting("city"):
        old.refresh_from_db()
    assert old.replaced_at is not None and new.replaced_at is None
    closed(SEPTEMBER)
    with pytest.raises(ReturnTemplate.DoesNotExist):
        made(old, SEPTEMBER)


def test_only_who_was_asked_reports_and_only_who_asked_decides() -> None:
    closed(SEPTEMBER)
    closed(SEPTEMBER, "xiqing")
    only_nankai = kept(asked=(NANKAI,))
    row = made(only_nankai, SEPTEMBER)
    with pytest.raises(ReturnTemplate.DoesNotExist):
        made(only_nankai, SEPTEMBER, "xiqing")
    sent = done(row, ReturnAct.SEND, "nankai")
    with pytest.raises(CampaignRefused, match="the office that asked"):
        done(sent, ReturnAct.ACCEPT, "nankai")
    with pytest.raises(CampaignRefused, match="say why"):
        done(sent, ReturnAct.SEND_BACK, "city")
    with pytest.raises(Stale):
        done(row, ReturnAct.SEND, "nankai")
    accepted = done(sent, ReturnAct.ACCEPT, "city")
    with pytest.raises(MoveRefused):
        done(accepted, ReturnAct.SEND, "nankai")


def test_another_district_sees_neither_close_nor_return() -> None:
    closed(SEPTEMBER)
    row = made(kept(), SEPTEMBER)
    with acting("xiqing"):
        assert not Return.objects.filter(key=row.key).exists()
        assert not FrozenCell.objects.exists()


def test_a_return_is_due_on_its_day_of_the_following_month() -> None:
    template = kept(due_day=3)
    assert returning.due_on(template, SEPTEMBER) == date(2026, 10, 3)
    assert returning.due_on(template, date(2026, 12, 1)) == date(2027, 1, 3)


def test_a_district_leader_cannot_close_a_month() -> None:
    with acting("leader") as by, pytest.raises(NotAllowed):
        closing.close_month(month=SEPTEMBER, by=by)


def test_every_step_is_in_the_audit() -> None:
    closed(SEPTEMBER)
    done(made(kept(), SEPTEMBER), ReturnAct.SEND, "nankai")
    kinds = [event.kind for event in AuditEvent.objects.order_by("id") if event.about_kind in ABOUT]
    assert kinds == ["month_closed", "return_template_kept", "return_made", "return_sent"]


def test_every_flow_can_be_counted_and_every_figure_names_one() -> None:
    with acting("city"):
        assert isinstance(groups(date(2026, 1, 1), clock.today(), None), list)
    assert {figure.flow for figure in book.figures(clock.today()).values()} == set(FLOWS)


def test_a_figure_that_picks_by_an_unknown_part_is_refused() -> None:
    text = shipped(book.FILE).replace('part = "way"', 'part = "color"')
    with pytest.raises(BadRulebook, match="'color' is no part of this flow; it has: way、receiver"):
        book.read_book(text)


def test_the_city_office_is_among_the_readers_of_a_close() -> None:
    closed(SEPTEMBER)
    with acting("city"):
        assert closing.standing(NANKAI).get().seen_by == sorted({CITY, NANKAI})
    assert officer("city").unit == CITY


def test_every_number_on_the_pages_opens_as_many_records() -> None:
    """From the return to the figure: the page says the number and lists its records."""
    for day in (3, 4):
        guided(date(2026, 9, day), enterprise=f"公司{day}")
    closed(SEPTEMBER)
    row = made(kept(), SEPTEMBER)
    page = browser("nankai").get(reverse("return", args=[row.key]))
    cell = next(cell for cell in page.context["cells"] if cell["place"] == "月报!C5")
    opened = browser("nankai").get(cell["href"])
    assert (cell["value"], opened.context["value"]) == (2, 2)
    assert [one["shown"] for one in opened.context["page"].object_list] == ["公司3", "公司4"]
    assert opened.context["hidden"] == 0


def test_only_the_month_whose_turn_it_is_can_be_closed_from_the_page() -> None:
    closed(date(2026, 8, 1))
    closed(SEPTEMBER)
    page = browser("nankai").get(reverse("returns")).context
    assert [(one["month"], one["next"], one["last"]) for one in page["months"][:4]] == [
        ("2026-11", False, False),
        ("2026-10", True, False),
        ("2026-09", False, True),
        ("2026-08", False, False),
    ]


def test_months_due_before_a_template_came_are_not_owed() -> None:
    kept(due_day=28)
    lines = browser("nankai").get(reverse("returns")).context["asked"][0]["lines"]
    assert [(line["month"], line["owed"], line["late"]) for line in lines] == [
        ("2026-10", True, False),
        ("2026-09", False, False),
        ("2026-08", False, False),
    ]


def test_the_first_page_says_which_return_is_owed_until_it_is_sent() -> None:
    template = kept(due_day=28)
    first = browser("nankai").get("/").context["returns_owed"]
    assert [(one["title"], one["month"], one["row"]) for one in first] == [("蓝天行动月报", "2026-10", None)]
    closed(OCTOBER)
    row = made(template, OCTOBER)
    assert browser("nankai").get("/").context["returns_owed"][0]["row"]["key"] == row.key
    done(row, ReturnAct.SEND, "nankai")
    assert browser("nankai").get("/").context["returns_owed"] == []


def test_a_closed_number_still_opens_the_record_that_was_struck_since() -> None:
    row = guided(date(2026, 9, 3))
    closed(SEPTEMBER)
    struck(row)
    pages = {
        span: browser("nankai").get(f"/figures/guided/?month={month}&span={span}").context
        for span, month in (("month", "2026-09"), ("adjusted", "2026-10"))
    }
    kept_, gone = pages["month"]["page"].object_list, pages["adjusted"]["gone"]
    assert [(one["shown"], one["struck"]) for one in (*kept_, *gone)] == [("甲公司", True)] * 2
    assert kept_[0]["href"] == reverse("guidance_push", args=[row.key])
    assert [(page["value"], page["hidden"]) for page in pages.values()] == [(1, 0), (-1, 0)]


def test_the_pages_take_a_template_a_close_and_a_return_through() -> None:
    city, nankai = browser("city"), browser("nankai")
    upload = SimpleUploadedFile("月报.xlsx", workbook(PLACES))
    typed = {"title": "月报", "due_day": "5", "asked": [str(NANKAI)], "file": upload}
    answer = city.post(reverse("template_new"), typed, follow=True)
    assert "指导企业数" in answer.content.decode()
    template = answer.resolver_match.kwargs["key"]
    nankai.post(reverse("month_close"), {"month": "2026-09"})
    page = nankai.post(reverse("template_make", args=[template]), {"month": "2026-09"}, follow=True)
    key = page.resolver_match.kwargs["key"]
    nankai.post(reverse("return_act", args=[key]), {"act": "send", "version": "1"})
    city.post(reverse("return_act", args=[key]), {"act": "accept", "version": "2"})
    assert city.get(reverse("return", args=[key])).context["row"]["state"] == "accepted"
    assert "近三个月已报送 1 / 1 份" in city.get(reverse("returns")).content.decode()
    assert b"".join(nankai.get(reverse("return_file", args=[key])).streaming_content).startswith(b"PK")
    assert browser("xiqing").get(reverse("return", args=[key])).status_code == 404


def test_a_wrong_template_says_which_cell_and_keeps_what_was_typed() -> None:
    upload = SimpleUploadedFile("月报.xlsx", workbook({"C5": "{{指导企业}}"}))
    answer = browser("city").post(
        reverse("template_new"), {"title": "我的月报", "due_day": "7", "file": upload}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "月报!C5：不认识“指导企业”" in page and "我的月报" in page
