"""Worksheets in a case: worked out as entered, reviewed by a second person, every version kept."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
import xlsxwriter
from django.db import DatabaseError, transaction
from django.urls import reverse

from lantian.casework import worksheets
from lantian.casework.errors import Stale, WorksheetRefused
from lantian.casework.models import Worksheet, WorksheetVersion
from lantian.casework.worksheet_states import WorksheetAct
from lantian.casework.worksheets import Typed
from lantian.core.gain import BadAmount
from lantian.core.messages import NotAllowed
from lantian.core.moves import MoveRefused
from lantian.office import audit
from tests.personas import acting, browser
from tests.rooms.test_crediting import a_penalty, put
from tests.rooms.test_standing import TODAY, an_agency, record

pytestmark = pytest.mark.django_db
ENTERED = Typed(
    "unlicensed", date(2026, 6, 30), TODAY, receipts="甲公司\t2026-04-02\t10000\t收据1", fine="30000"
)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def begun(login: str = "nankai", typed: Typed = ENTERED) -> Worksheet:
    matter = a_penalty(an_agency(), login)
    with acting(login) as by:
        return worksheets.begin(("outside", matter.key), typed, by=by)


def move(row: Worksheet, act: str, login: str = "nankai", words: str = "") -> Worksheet:
    with acting(login) as by:
        version = Worksheet.objects.get(pk=row.pk).version
        return worksheets.move(key=row.key, act=WorksheetAct(act), words=words, version=version, by=by)


def test_a_worksheet_is_saved_in_versions_and_the_same_entries_write_none() -> None:
    row = begun()
    with acting("nankai") as by:
        assert worksheets.save(key=row.key, typed=ENTERED, version=1, by=by).number == 1
        more = replace(ENTERED, receipts=ENTERED.receipts + "\n乙公司\t2026-05-02\t5000")
        found = worksheets.save(key=row.key, typed=more, version=1, by=by)
        assert found.number == 2 and found.sheet["gain"]["gain_cny"] == "15000.00"
        with pytest.raises(Stale):
            worksheets.save(key=row.key, typed=ENTERED, version=1, by=by)
        assert row.versions.order_by("number")[0].sheet["gain"]["gain_cny"] == "10000.00"
        assert worksheets.typed_of(found.entries) == more


def test_a_second_person_settles_it_and_what_is_settled_is_not_changed() -> None:
    row = begun()
    move(row, "submit")
    with pytest.raises(NotAllowed):
        move(row, "finish")
    with pytest.raises(WorksheetRefused, match="reason"):
        move(row, "send_back", "leader")
    move(row, "send_back", "leader", "缺少乙公司的收入")
    move(row, "submit")
    assert move(row, "finish", "leader").state == "finished"
    with acting("nankai") as by, pytest.raises(MoveRefused):
        worksheets.save(key=row.key, typed=replace(ENTERED, fine="25000"), version=5, by=by)
    assert move(row, "reopen", words="法制审核提出意见").state == "draft"


def test_who_filled_it_in_does_not_settle_it() -> None:
    row = begun("city")
    move(row, "submit", "city")
    with pytest.raises(WorksheetRefused, match="another person"):
        move(row, "finish", "city")


def test_a_fine_outside_the_range_is_saved_with_the_warning_and_not_submitted() -> None:
    row = begun(typed=replace(ENTERED, fine="90000"))
    with acting("nankai"):
        assert "不在" in worksheets.newest(row).sheet["fine"]["refused"][0]
    with pytest.raises(WorksheetRefused, match="lies outside"):
        move(row, "submit")
    without = begun_again(row, replace(ENTERED, fine=""))
    with pytest.raises(WorksheetRefused, match="Give the fine"):
        move(without, "submit")


def begun_again(row: Worksheet, typed: Typed) -> Worksheet:
    with acting("nankai") as by:
        return worksheets.begin((row.origin_kind, row.origin_key), typed, by=by)


def test_a_natural_person_without_a_licence_is_told_of_the_hearing_from_the_lower_sum() -> None:
    firm = begun()
    person = begun_again(firm, replace(ENTERED, person=True))
    with acting("nankai"):
        sheets = [worksheets.newest(row).sheet["fine"] for row in (firm, person)]
        assert [(one["hearing_from"], one["hearing"]) for one in sheets] == [
            ("100000", False), ("10000", True),
        ]  # fmt: skip
        assert worksheets.typed_of(worksheets.newest(person).entries).person


def test_the_history_of_the_party_is_proposed_from_its_credit_file_and_makes_a_repeat() -> None:
    subject = an_agency()
    record(subject, indicator="AG-PEN-02", on="2025-09-01", document="津知罚〔2025〕4号")
    record(subject, indicator="AG-IRR-03", document="不是处罚的文书")
    matter = a_penalty(subject)
    put(matter, subject)
    with acting("nankai") as by:
        known = worksheets.history(subject.number)
        assert [document for _, document in known] == [matter.external_no, "津知罚〔2025〕4号"]
        typed = replace(ENTERED, earlier=((str(known[1][0]), known[1][1]),))
        row = worksheets.begin(("outside", matter.key), typed, by=by)
        fine = worksheets.newest(row).sheet["fine"]
    assert fine["tier"] == "severe" and [one["code"] for one in fine["circumstances"]] == ["repeat"]


def test_negative_receipts_are_refused_and_nothing_is_stored() -> None:
    with pytest.raises(BadAmount, match="returned"):
        begun(typed=replace(ENTERED, receipts="甲公司\t2026-04-02\t-10"))
    with acting("nankai"):
        assert not Worksheet.objects.exists()


def test_another_office_sees_nothing_and_the_city_changes_nothing() -> None:
    row = begun()
    with acting("xiqing"):
        assert worksheets.find(row.key) is None
    with acting("city") as by, pytest.raises(WorksheetRefused, match="Only the office"):
        worksheets.save(key=row.key, typed=ENTERED, version=1, by=by)


def test_what_was_worked_out_is_never_changed() -> None:
    row = begun()
    with acting("nankai"), pytest.raises(DatabaseError), transaction.atomic():
        WorksheetVersion.objects.filter(worksheet=row).update(digest="0" * 64)


def test_events_of_a_worksheet_name_nobody() -> None:
    row = begun()
    with acting("nankai"):
        told = str([event.detail for event in audit.history("worksheet", row.key)])
        assert "甲公司" not in told and row.subject_name not in told


def test_receipts_come_from_a_workbook_and_a_bad_row_is_named() -> None:
    row = begun()
    page, act = browser("nankai"), reverse("worksheet_act", args=[row.key])
    fields = {
        "do": "save", "version": "1", "kind": "unlicensed", "acted_until": "2026-06-30",
        "decided_on": str(TODAY), "receipts": ENTERED.receipts, "fine": "20000",
    }  # fmt: skip
    bad = page.post(act, fields | {"file": _workbook([("丙公司", "昨天", 100)])})
    assert bad.status_code == 422 and "文件第2行" in bad.content.decode()
    assert "甲公司" in bad.content.decode()  # what was typed is still there
    good = page.post(act, fields | {"file": _workbook([("丙公司", "2026-05-01", 2500.5)])})
    assert good.status_code == 302
    with acting("nankai"):
        assert worksheets.newest(row).sheet["gain"]["gain_cny"] == "12500.50"


def _workbook(rows: list[tuple[object, ...]]) -> io.BytesIO:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([("客户名称", "收款日期", "收款金额"), *rows]):
        sheet.write_row(number, 0, row)
    book.close()
    file.seek(0)
    file.name = "收款.xlsx"
    return file


def test_a_worksheet_is_begun_reviewed_and_printed_on_its_pages() -> None:
    matter = a_penalty(an_agency())
    officer, leader = browser("nankai"), browser("leader")
    case = officer.get(reverse("outside_matter", args=[matter.key])).content.decode()
    assert f"{reverse('worksheets_new')}?outside={matter.key}" in case
    typed = {"outside": matter.key, "kind": "unlicensed", "acted_until": "2026-06-30", "decided_on": ""}
    assert officer.post(reverse("worksheets_new"), typed).status_code == 422
    assert officer.post(reverse("worksheets_new"), typed | {"decided_on": str(TODAY)}).status_code == 302
    with acting("nankai"):
        row = Worksheet.objects.get()
    page, act = reverse("worksheet", args=[row.key]), reverse("worksheet_act", args=[row.key])
    refused = officer.post(act, {"do": "submit", "version": "1"})
    assert refused.status_code == 422 and "请填写拟罚款数额" in refused.content.decode()
    entered = typed | {"do": "save", "version": "1", "decided_on": str(TODAY), "fine": "20000",
        "receipts": ENTERED.receipts, "circumstances": ["cooperates"]}  # fmt: skip
    assert officer.post(act, entered).status_code == 302
    shown = officer.get(page).content.decode()
    assert "5 倍：50000.00 元" in shown and "总局令第118号" in shown and "未经核实" in shown
    assert "草稿，未经审定" in officer.get(reverse("worksheet_print", args=[row.key])).content.decode()
    assert officer.post(act, {"do": "submit", "version": "2"}).status_code == 302
    assert leader.post(act, {"do": "finish", "version": "3"}).status_code == 302
    printed = leader.get(reverse("worksheet_print", args=[row.key])).content.decode()
    assert "本版已审定" in printed
    assert (
        "草稿，未经审定"
        in leader.get(reverse("worksheet_print", args=[row.key]) + "?version=1").content.decode()
    )
    assert leader.get(page + "?version=9").status_code == 404
    assert row.number in leader.get(reverse("worksheets")).content.decode()
