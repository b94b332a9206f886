"""Pages of public notices: what is due first, a preview that stores nothing, doubt beside the rule, the workbook."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from lantian.office import audit
from lantian.publicity import actions, queries
from lantian.publicity.actions import Owed, Told
from lantian.publicity.models import Notice, NoticeText
from tests.personas import acting, browser
from tests.rooms.test_publicity import (
    FIELDS,
    TODAY,
    a_penalty,
    a_published,
    an_agency,
    an_outsider,
    listed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def of(row: Notice) -> str:
    return reverse("notice", args=[row.key])


def test_the_page_shows_every_period_with_its_derivation_and_how_sure_the_rule_is() -> None:
    page = browser("city").get(of(a_penalty())).content.decode()
    assert "2026年12月14日" in page and "2026年11月25日" in page
    assert "作出处罚决定之日，不计入期限。" in page
    assert "期限参照第45号令，适用与否未核实" in page and "未经核实的暂定内容" in page


def test_what_is_due_stands_first_in_the_ledger_and_on_the_first_page(settings: object) -> None:
    row, client = a_penalty(), browser("city")
    with acting("city") as by:
        listed, told = ("listing", "k9"), Told(name="没有期限的")
        owed = Owed(listed, "agency_abnormal", an_agency().key, "国知发1号", TODAY, told)
        actions.owe(owed, by=by)
    page = client.get(reverse("notices")).content.decode()
    assert page.index(row.name) < page.index("没有期限的")
    settings.TODAY = date(2026, 12, 1)  # type: ignore[attr-defined]
    client = browser("city")  # the session of that other day has ended
    late = client.get(reverse("notices"), {"clock": "late"}).content.decode()
    assert "已逾期 4 个工作日" in late and "没有期限的" not in late
    assert "待办公示" in client.get(reverse("home")).content.decode()


def test_a_preview_stores_nothing_and_its_digest_is_what_may_be_submitted() -> None:
    row, client = a_penalty(), browser("city")
    typed = {f"f-{name}": text for name, text in FIELDS.items()} | {
        "f-document": row.document,
        "f-office": "市局",
        "f-decided_on": str(row.event_on),
        "f-name": row.name,
        "term": "ordinary",
        "version": "1",
    }
    act = reverse("notice_act", args=[row.key])
    page = client.post(act, typed | {"do": "preview"})
    assert page.status_code == 200 and "电话（已隐去）" in page.content.decode()
    with acting("city"):
        assert not NoticeText.objects.exists()
    digest = page.context["preview"]["digest"]
    assert client.post(act, typed | {"do": "prepare", "digest": "0" * 64}).status_code == 409
    assert client.post(act, typed | {"do": "prepare", "digest": digest}).status_code == 302
    with acting("city"):
        assert queries.find(row.key).state == "prepared"  # type: ignore[union-attr]


def test_a_refused_act_keeps_what_was_typed() -> None:
    row, client = a_penalty(), browser("city")
    typed = {"do": "preview", "f-facts": "另行查明的事实", "term": "ordinary", "version": "1"}
    page = client.post(reverse("notice_act", args=[row.key]), typed)
    assert page.status_code == 422 and "另行查明的事实" in page.content.decode()
    assert "还缺" in page.content.decode()


def test_a_decision_of_another_system_is_recorded_once() -> None:
    client = browser("city")
    typed = {
        "matter": "penalty",
        "name": "示例公司",
        "document": "津知罚〔2026〕7号",
        "on": "2026-11-20",
        "act": "无资质代理",
        "law": "unlicensed",
    }
    for _ in range(2):
        assert client.post(reverse("notices_new"), typed).status_code == 302
    with acting("city"):
        (row,) = Notice.objects.filter(document="津知罚〔2026〕7号")
        assert (row.name, row.told["act"]) == ("示例公司", "无资质代理")
    assert client.post(reverse("notices_new"), typed | {"on": "2026-11-30"}).status_code == 422


def test_the_workbook_says_what_the_ledger_says_and_leaves_an_event() -> None:
    row = a_published()
    response = browser("city").get(reverse("notices_export"), {"state": "published"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response)))  # type: ignore[arg-type]
    lines = book.get_sheet_by_index(0).to_python()
    assert lines[3][1:6] == [row.name, row.number, "行政处罚信息（专利代理）", row.document, "2026-11-16"]
    assert lines[3][8] == "本部门网站 2026-11-22" and "盖章" in str(lines[-1])
    with acting("city"):
        assert audit.history("unit", "120000")[-1].kind == "notices_exported"


def test_the_paper_says_which_days_are_not_verified_or_provisional() -> None:
    """A printed ledger is signed: a day from memory or before the days off are announced must not look certain."""
    row = a_published()
    with acting("city"):
        clock = {**row.clocks[2]["clock"], "provisional": True}
        Notice.objects.filter(pk=row.pk).update(clocks=[*row.clocks[:2], row.clocks[2] | {"clock": clock}])
    response = browser("city").get(reverse("notices_export"), {"state": "published"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response)))  # type: ignore[arg-type]
    lines = book.get_sheet_by_index(0).to_python()
    place = lines[2].index("备注")
    told = str(lines[3][place]).split("；")
    assert told[0] == "公示规则未经核实的暂定内容，不是官方规定"
    assert "应办期限未经核实的暂定内容，不是官方规定" in told


def test_what_nobody_read_in_the_instrument_of_a_list_is_left_out_of_the_text_and_told_beside_it() -> None:
    """Article and last day of a list known from memory only: the officer types them, the ledger says why."""
    entry = listed()
    with acting("city"):
        (row,) = queries.of_record(("listing", entry.key))
    assert entry.last is not None and set(row.told) == {"act", "content"}
    assert row.told["content"] == "列入市场监督管理严重违法失信名单"
    doubt = "未经核实的暂定内容，不是官方规定"
    assert f"名单的规定和期限：{doubt}" in browser("city").get(of(row)).content.decode()
    response = browser("city").get(reverse("notices_export"), {"matter": "samr_serious"})
    lines = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response))).get_sheet_by_index(0).to_python()  # type: ignore[arg-type]
    assert f"名单规定和期限{doubt}" in str(lines[3][lines[2].index("备注")]).split("；")


def test_a_refused_act_on_a_notice_keeps_what_was_typed_in_its_own_form() -> None:
    row, officer = a_published(), browser("city")
    act = reverse("notice_act", args=[row.key])
    placed = {"do": "publish", "channel": "gsxt", "on": "2026-12-01", "address": "公告第9号"}
    page = officer.post(act, placed | {"version": str(row.version)}).content.decode()
    assert re.search(r'id="n-on"[^>]* value="2026-12-01"', page) and 'value="公告第9号"' in page
    assert '<option value="gsxt" selected>' in page and re.search(r'id="fall-on"[^>]* value=""', page)
    fallen = {"do": "fall", "cause": "annulled", "on": "2026-11-01", "document": "津政复〔2026〕1号"}
    page = officer.post(act, fallen | {"version": str(row.version)}).content.decode()
    assert re.search(r'id="fall-on"[^>]* value="2026-11-01"', page)
    assert re.search(r'id="n-on"[^>]* value=""', page)


def test_a_withdrawal_is_asked_for_on_the_page_and_decided_by_another() -> None:
    row, officer, other = a_published(), browser("city"), browser("marks")
    act = reverse("notice_act", args=[row.key])
    typed = {
        "do": "fall",
        "cause": "repaired",
        "on": str(TODAY),
        "document": "修复申请",
        "met-performed": "缴款书",
    }
    refused = officer.post(act, typed | {"version": str(row.version)})
    assert refused.status_code == 422 and 'value="缴款书"' in refused.content.decode()
    typed |= {"cause": "annulled", "version": str(row.version)}
    assert officer.post(act, typed).status_code == 302
    page = other.get(of(row)).content.decode()
    assert "核准撤回" in page and "修复申请" in page and "提出撤回，待核准" in page
    own = officer.get(of(row)).content.decode()
    assert "核准撤回" not in own and "登记已公示</button>" not in own  # nothing more goes out meanwhile
    assert "提出撤回，待核准" in other.get(reverse("home")).content.decode()
    told = {"do": "confirm", "version": str(row.version + 1)}
    assert officer.post(act, told).status_code == 422
    assert other.post(act, told).status_code == 302
    assert "应撤回" in other.get(of(row)).content.decode()


def test_the_page_of_an_outsider_says_where_it_is_forwarded_and_by_when_it_stands_there() -> None:
    row, client = an_outsider(), browser("city")
    page = client.get(of(row)).content.decode()
    assert "当事人由北京市登记" in page and "2026年11月30日" in page
    typed = {"do": "forward", "channel": "gsxt", "on": str(TODAY), "version": str(row.version)}
    assert (
        client.post(reverse("notice_act", args=[row.key]), typed | {"document": "津知函3号"}).status_code
        == 302
    )
    page = client.get(of(row)).content.decode()
    assert "已推送，待登记地公示" in page and "津知函3号" in page and "2026年12月4日" in page
    assert "第36号令" in page and "2027年2月16日" in page  # Credit China ends by an order of its own


def test_the_rule_book_of_publication_can_be_read() -> None:
    page = browser("nankai").get(reverse("rulebook"), {"book": "publicity"}).content.decode()
    assert "第13条" in page and "国家企业信用信息公示系统" in page
