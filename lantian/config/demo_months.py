"""The demonstration's last months: what districts entered, the months they closed, the returns they made."""

from __future__ import annotations

import io
from datetime import date, timedelta

import xlsxwriter
from django.db import transaction

from lantian.campaign import closing, returning, sweeping
from lantian.campaign.actions import entries, sweep
from lantian.campaign.actions.entries import Publicity
from lantian.campaign.figures.cube import last_day, month_of
from lantian.campaign.models import ReturnTemplate
from lantian.campaign.returning import Sheet
from lantian.campaign.states import ReturnAct
from lantian.config.demo_week import NANKAI, XIQING, acting, on
from lantian.office import clock

SWEPT_HEADERS = ("街道", "企业名称", "排查日期", "排查方式", "排查人员", "排查结果")
# What is found at the firms of a month, one word a firm; days of the month count up from the second.
SWEPT = {
    "nankai": ("未发现问题", "未发现问题", "查无下落", "涉嫌无资质代理", "当场改正"),
    "xiqing": ("未发现问题", "未发现问题", "未发现问题", "查无下落"),
}
STREETS = {"nankai": ("学府街道", "宁书白"), "xiqing": ("杨柳青镇", "简若川")}
PUBLICITY = (
    ("campaign", "致创新主体的一封信：审慎选择代理机构", "本局公众号", None),
    ("phones", "公布举报投诉电话", "政务服务大厅", None),
    ("training", "知识产权代理合规培训", "区政务中心", 42),
)
PLACES = (
    ("{{单位}} {{年}}年{{月}}月 专项行动月报", ""),
    ("排查企业户次（本月）", "{{排查企业户次|本月}}"),
    ("排查企业户次（累计）", "{{排查企业户次|累计}}"),
    ("其中涉嫌无资质", "{{涉嫌无资质户次|本月}}"),
    ("宣传次数", "{{宣传次数|本月}}"),
    ("培训次数", "{{培训次数|本月}}"),
    ("对以前月份的更正", "{{排查企业户次|更正}}"),
)
TITLE, DUE_DAY = "“蓝天”专项行动月报", 5
# How far each office has brought the returns of the two closed months, the older one first.
RETURNS: dict[str, tuple[tuple[ReturnAct, ...], ...]] = {
    "nankai": ((ReturnAct.SEND, ReturnAct.ACCEPT), (ReturnAct.SEND,)),
    "xiqing": ((ReturnAct.SEND, ReturnAct.ACCEPT), ()),
}


@transaction.atomic
def closed_months() -> None:
    """Two closed months of two districts with their returns, and entries of the present one."""
    with acting("city") as by:
        if ReturnTemplate.objects.exists():
            return
    months = _months()
    with on(last_day(months[0])), acting("city") as by:
        sheet = Sheet(TITLE, DUE_DAY, (NANKAI, XIQING), "月报模板.xlsx", _workbook())
        template = returning.keep_template(sheet=sheet, by=by)
    for place, month in enumerate(months):
        for login in SWEPT:
            _enter(login, month)
            if place < len(RETURNS[login]):
                _close(login, month, template.key, RETURNS[login][place])


def _months() -> list[date]:
    """The present month and the two before it, oldest first."""
    now = month_of(clock.today())
    last = month_of(now - timedelta(days=1))
    return [month_of(last - timedelta(days=1)), last, now]


def _workbook() -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as made:
        page = made.add_worksheet("月报")
        page.set_column("A:A", 36)
        for row, (words, mark) in enumerate(PLACES):
            page.write_string(row, 0, words)
            if mark:
                page.write_string(row, 1, mark)
    return written.getvalue()


def _enter(login: str, month: date) -> None:
    """The entries of a month, made on its last day or today."""
    end = min(last_day(month), clock.today())
    looked = [min(month + timedelta(days=1 + n), end) for n in range(len(SWEPT[login]))]
    street, officer = STREETS[login]
    rows = [
        [street, f"示例{month.month}月第{n}商务信息咨询有限公司", str(day), "实地走访", officer, result]
        for n, (day, result) in enumerate(zip(looked, SWEPT[login], strict=True), start=1)
    ]
    with on(end), acting(login) as by:
        sweep.take(lines=sweeping.read([SWEPT_HEADERS, *rows]), by=by)
        for kind, title, outlet, persons in PUBLICITY:
            given = Publicity(kind, title, outlet, end, link="https://example.org/", persons=persons)
            entries.add_publicity(given=given, by=by)


def _close(login: str, month: date, template: str, acts: tuple[ReturnAct, ...]) -> None:
    with on(last_day(month)):
        with acting(login) as by:
            closing.close_month(month=month, by=by)
            row = returning.make(template=template, month=month, by=by)
        for act in acts:
            with acting("city" if act is ReturnAct.ACCEPT else login) as by:
                row = returning.act(key=row.key, what=act, version=row.version, note="", by=by)
