"""Modules that live elsewhere: set from a day on, matters noted here, exports taken in, tables sent out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from lantian.casework import outside
from lantian.casework import outside_queries as queries
from lantian.casework.errors import OutsideRefused, Stale
from lantian.casework.models import OutsideMatter, OutsideStep
from lantian.casework.outside import Noted
from lantian.casework.outside_files import layout_of
from lantian.core.messages import NotAllowed, Unreadable
from lantian.office import audit, clock, files, modes
from lantian.office.actors import OfficerActor
from lantian.office.models import StoredFile, Unit
from lantian.office.modes import Mode, ModeRefused, Module, Wanted
from lantian.office.spreadsheets import write_table
from lantian.registry.models import Subject
from tests.personas import CITY, NANKAI, XIQING, acting, browser

pytestmark = pytest.mark.django_db
CASES, SYSTEM = Module.CASES, "市场监管执法办案系统"
HEAD = ("案号", "当事人", "状态", "立案日期", "处罚决定", "办案人电话")
ROWS = (
    ("津南立〔2026〕1号", "津门甲知识产权代理有限公司", "已立案", "2026/3/1", "", "x"),
    ("津南立〔2026〕2号", "津门乙商标事务所", "已结案", "2026年4月2日", "罚款", "x"),
)


def wanted(
    mode: Mode, *, module: Module = CASES, days: int = 0, seen: int = 0, reason: str = "通知"
) -> Wanted:
    return Wanted(module, mode, clock.today() + timedelta(days=days), reason, seen)


def values(number: str = "津南立〔2026〕9号", **more: str) -> dict[str, str]:
    return {"external_no": number, "subject_name": "津门丙有限公司", **more}


def noted(by: OfficerActor, **more: str) -> OutsideMatter:
    return outside.note(Noted(CASES, SYSTEM, "company", values(**more)), by=by)


def kept(rows: Sequence[Sequence[str]], by: OfficerActor, head: Sequence[str] = HEAD) -> StoredFile:
    data = write_table(columns=head, rows=rows, name="导出")
    return files.keep(name="导出.xlsx", chunks=[data], seen_by=by.units, by=by)


def taken(rows: Sequence[Sequence[str]], by: OfficerActor) -> tuple[int, int, int, int]:
    file = kept(rows, by)
    digest = outside.preview(file, CASES, SYSTEM, by=by).digest
    plan = outside.take_in(file, CASES, SYSTEM, digest=digest, by=by)
    return len(plan.new), len(plan.changed), plan.same, len(plan.faults)


# Modes.


def test_a_mode_holds_from_its_day_on_and_the_default_before() -> None:
    with acting("nankai") as by:
        modes.set_mode(Unit.objects.get(pk=NANKAI), wanted(Mode.OFF, days=3), by=by)
        today = clock.today()
        assert [modes.mode_of(NANKAI, CASES, today + timedelta(days=n)) for n in (0, 2, 3, 90)] == [
            Mode.LIGHT,
            Mode.LIGHT,
            Mode.OFF,
            Mode.OFF,
        ]
        assert modes.mode_of(XIQING, CASES, today + timedelta(days=9)) is Mode.LIGHT


def test_an_office_sets_its_own_modules_and_an_administrator_any() -> None:
    with acting("nankai") as by, pytest.raises(NotAllowed):
        modes.set_mode(Unit.objects.get(pk=XIQING), wanted(Mode.OFF), by=by)
    with acting("admin") as by:
        row = modes.set_mode(Unit.objects.get(pk=XIQING), wanted(Mode.OFF), by=by)
        assert audit.history("unit", str(XIQING))[-1].detail["mode"] == "off"
        assert row.reason == "通知"
    with acting("binhai") as by:
        assert modes.mode_of(XIQING, CASES) is Mode.OFF
        assert by.unit != XIQING


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (lambda: wanted(Mode.OFF, days=-1), "今天"),
        (lambda: wanted(Mode.OFF, reason=" "), "依据"),
        (lambda: wanted(Mode.FULL), "没有完整"),
        (lambda: wanted(Mode.LIGHT), "没有改动"),
        (lambda: wanted(Mode.OFF, seen=999), "刚被他人改过"),
    ],
    ids=["past", "no reason", "not built", "no change", "stale"],
)
def test_a_setting_that_means_nothing_is_refused(asked: object, words: str) -> None:
    with acting("nankai") as by, pytest.raises(ModeRefused) as refusal:
        modes.set_mode(Unit.objects.get(pk=NANKAI), asked(), by=by)  # type: ignore[operator]
    assert words in refusal.value.text.zh and refusal.value.text.en


def test_settings_are_never_changed_afterwards() -> None:
    with acting("nankai") as by:
        row = modes.set_mode(Unit.objects.get(pk=NANKAI), wanted(Mode.OFF), by=by)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE office_modulemode SET mode = 'full' WHERE id = %s", [row.pk])


def test_a_module_that_is_off_is_nowhere_to_be_seen() -> None:
    page = browser("nankai")
    with acting("nankai") as by:
        key = noted(by).key
    assert f"/outside/{key}/" in page.get("/outside/?module=cases").content.decode()
    with acting("nankai") as by:
        modes.set_mode(Unit.objects.get(pk=NANKAI), wanted(Mode.OFF), by=by)
    assert page.get("/outside/?module=cases").status_code == 404
    assert page.get(f"/outside/{key}/").status_code == 404
    assert "行政处罚案件" not in page.get("/outside/").content.decode()
    with acting("nankai") as by:
        for module in (Module.INSPECTIONS, Module.COMPLAINTS):
            modes.set_mode(Unit.objects.get(pk=NANKAI), wanted(Mode.OFF, module=module), by=by)
    assert page.get("/outside/").status_code == 404
    assert 'href="/outside/"' not in page.get("/").content.decode()


def test_the_pages_of_modes_set_them() -> None:
    page, today = browser("nankai"), clock.today().isoformat()
    typed = {"module": "cases", "mode": "off", "since": today, "reason": "津市监通〔2026〕3号", "seen": "0"}
    assert "行政处罚案件" in page.get("/modes/").content.decode()
    assert page.post("/modes/", typed).status_code == 302
    refused = page.post("/modes/", typed)
    assert refused.status_code == 422 and "刚被他人改过" in refused.content.decode()
    admin = browser("admin")
    assert "津市监通〔2026〕3号" in admin.get(f"/units/{NANKAI}/modes/").content.decode()
    assert admin.post(f"/units/{XIQING}/modes/", typed).status_code == 302
    assert page.get(f"/units/{XIQING}/modes/").status_code == 403


# Notes.


def test_a_matter_is_noted_read_and_changed_with_every_version_kept() -> None:
    with acting("nankai") as by:
        matter = noted(by, stage="已立案")
        with pytest.raises(OutsideRefused):
            noted(by)
        outside.change(matter.key, values(stage="已结案", closed_on="2026-11-01"), version=1, by=by)
        with pytest.raises(Stale):
            outside.change(matter.key, values(stage="执行"), version=1, by=by)
        with pytest.raises(OutsideRefused):
            outside.change(matter.key, values(stage="已结案", closed_on="2026-11-01"), version=2, by=by)
        told = [(step.version, step.values.get("stage")) for step in queries.steps(matter)]
        assert told == [(2, "已结案"), (1, "已立案")]
        kinds = [event.kind for event in audit.history("outside", matter.key)]
        assert sorted(kinds) == ["outside_changed", "outside_noted"]


def test_a_note_needs_the_light_mode_a_number_and_a_subject() -> None:
    with acting("nankai") as by:
        for bad in ({"external_no": ""}, {"subject_name": " "}, {"title": "长" * 201}):
            with pytest.raises(OutsideRefused):
                outside.note(Noted(CASES, SYSTEM, "company", {**values(), **bad}), by=by)
        with pytest.raises(OutsideRefused):
            outside.note(
                Noted(CASES, SYSTEM, "company", values(opened_on="2026-02-01", closed_on="2026-01-01")), by=by
            )
        with pytest.raises(OutsideRefused):
            outside.note(Noted(Module.APPROVALS, "OA", "company", values()), by=by)


def test_an_office_sees_its_own_matters_and_the_city_every_ones() -> None:
    with acting("nankai") as by:
        key = noted(by).key
    with acting("xiqing") as by:
        assert queries.find(key) is None
        assert not OutsideStep.objects.exists()
        noted(by)  # the same number in another office is another note, and tells nothing of the first
        with pytest.raises(OutsideRefused):
            outside.change(key, values(stage="x"), version=1, by=by)
    with acting("city") as by:
        assert queries.find(key) is not None
        with pytest.raises(OutsideRefused):
            outside.change(key, values(stage="x"), version=1, by=by)


def test_events_of_outside_matters_name_nobody() -> None:
    with acting("nankai") as by:
        matter = noted(by)
        told = str([event.detail for event in audit.history("outside", matter.key)])
    assert "津门丙" not in told and "〔" not in told


# Exports in.


def test_an_export_is_taken_in_once_whatever_its_columns_are_called() -> None:
    with acting("nankai") as by:
        assert taken(ROWS, by) == (2, 0, 0, 0)
        first = queries.by_number(by.unit, CASES, SYSTEM)["津南立〔2026〕2号"]
        assert (first.stage, str(first.opened_on), first.result) == ("已结案", "2026-04-02", "罚款")
        assert taken(ROWS, by) == (0, 0, 2, 0)
        assert OutsideStep.objects.count() == 2


def test_a_later_export_changes_what_it_says_and_empties_nothing() -> None:
    with acting("nankai") as by:
        taken(ROWS, by)
        later = [("津南立〔2026〕2号", "津门乙商标事务所", "执行", "", "", "")]
        assert taken(later, by) == (0, 1, 0, 0)
        row = queries.by_number(by.unit, CASES, SYSTEM)["津南立〔2026〕2号"]
        assert (row.stage, row.result, str(row.opened_on)) == ("执行", "罚款", "2026-04-02")
        assert queries.steps(row)[0].values == {"stage": "执行"}
        assert queries.steps(row)[0].source is not None


def test_bad_rows_are_named_and_the_good_ones_taken() -> None:
    bad = [
        ("", "无编号", "", "", "", ""),
        ("A1", "甲", "", "昨天", "", ""),
        ("A2", "乙", "已立案", "", "", ""),
        ("A2", "乙", "已结案", "", "", ""),
    ]
    with acting("nankai") as by:
        plan = outside.preview(kept(bad, by), CASES, SYSTEM, by=by)
        assert [fault.row for fault in plan.faults] == [2, 3, 5]
        assert all(fault.text.zh and fault.text.en for fault in plan.faults)
        assert [line.number for line in plan.new] == ["A2"]


def test_what_was_not_looked_at_is_not_taken_in() -> None:
    with acting("nankai") as by:
        file = kept(ROWS, by)
        digest = outside.preview(file, CASES, SYSTEM, by=by).digest
        noted(by, external_no=ROWS[0][0])
        with pytest.raises(Stale):
            outside.take_in(file, CASES, SYSTEM, digest=digest, by=by)
        assert OutsideMatter.objects.count() == 1


def test_a_file_of_something_else_is_refused() -> None:
    with acting("nankai") as by, pytest.raises(Unreadable):
        outside.preview(kept([("1", "2")], by, head=("姓名", "电话")), CASES, SYSTEM, by=by)


def test_an_export_goes_through_the_pages(tmp_path: Path) -> None:
    page = browser("nankai")
    data = write_table(columns=HEAD, rows=ROWS, name="导出")
    sent = {"module": "cases", "system": SYSTEM, "file": SimpleUploadedFile("导出.xlsx", data)}
    preview = page.post("/outside/take-in/", sent)
    assert preview.status_code == 200 and "新登记 2 件" in preview.content.decode()
    asked = {name: preview.context["preview"][name] for name in ("file", "digest", "system")}
    assert page.post("/outside/take-in/", {**asked, "module": "cases"}).status_code == 302
    listed = page.get("/outside/?module=cases&open=1").content.decode()
    assert "津南立〔2026〕1号" in listed
    foreign = browser("xiqing").post("/outside/take-in/", {**asked, "module": "cases"})
    assert foreign.status_code == 404, "a file of another office is not there"


# Tables out.


def test_the_table_goes_out_in_the_books_columns_or_the_templates_own() -> None:
    with acting("nankai") as by:
        taken(ROWS, by)
        rows = list(queries.matters(queries.Filter(CASES), by).order_by("id"))
        book = openpyxl.load_workbook(io.BytesIO(outside.export(rows, CASES, by=by))).worksheets[0]
        assert [cell.value for cell in book[1]] == [title for title, _ in layout_of(CASES)]
        assert book["A2"].value == "津南立〔2026〕1号" and book["F3"].value == "2026-04-02"
        own = ("填报人", "当事人名称", "案号")
        sheet = openpyxl.load_workbook(io.BytesIO(outside.export(rows, CASES, own, by=by))).worksheets[0]
        assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)] == [
            list(own),
            [None, "津门甲知识产权代理有限公司", "津南立〔2026〕1号"],
        ]
        assert audit.history("unit", str(NANKAI))[-1].detail["rows"] == 2


def test_the_file_of_a_subject_shows_its_outside_matters_while_the_module_is_on() -> None:
    agency = Subject.objects.filter(kind="agency", district_code=str(NANKAI)).order_by("id")[0]
    with acting("nankai") as by:
        noted(by, subject_no=agency.number, subject_name=agency.name)
    page = browser("nankai")
    assert "津南立〔2026〕9号" in page.get(f"/subjects/{agency.key}/").content.decode()
    assert "津南立〔2026〕9号" not in browser("xiqing").get(f"/subjects/{agency.key}/").content.decode()
    with acting("nankai") as by:
        modes.set_mode(Unit.objects.get(pk=NANKAI), wanted(Mode.OFF), by=by)
    assert "津南立〔2026〕9号" not in page.get(f"/subjects/{agency.key}/").content.decode()


def test_papers_are_attached_and_open_to_the_office_and_the_city_only() -> None:
    with acting("nankai") as by:
        matter = noted(by)
    page = browser("nankai")
    upload = SimpleUploadedFile("决定书.pdf", b"%PDF-1.7 x")
    sent = {"version": "1", "name": "行政处罚决定书", "file": upload}
    assert page.post(f"/outside/{matter.key}/attach", sent).status_code == 302
    with acting("city"):
        paper = matter.papers.get()
    for login, status in (("nankai", 200), ("city", 200), ("xiqing", 404)):
        answer = browser(login).get(f"/outside/{matter.key}/paper?paper={paper.pk}")
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    assert CITY in matter.seen_by


def test_a_matter_is_noted_and_changed_on_its_pages() -> None:
    page = browser("nankai")
    typed = {"module": "cases", "system": SYSTEM, "subject_kind": "company", **values()}
    assert page.post("/outside/new/", typed).status_code == 302
    again = page.post("/outside/new/", typed)
    assert again.status_code == 422 and "已登记" in again.content.decode()
    with acting("nankai"):
        key = OutsideMatter.objects.get().key
    changed = page.post(f"/outside/{key}/change", {**values(stage="已结案"), "version": "1"})
    assert changed.status_code == 302
    assert page.post(f"/outside/{key}/change", {**values(stage="执行"), "version": "1"}).status_code == 409
    assert "已结案" in page.get(f"/outside/{key}/").content.decode()
    assert browser("city").post(f"/outside/{key}/change", {**values(), "version": "2"}).status_code == 422
