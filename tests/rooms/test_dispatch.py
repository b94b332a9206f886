"""Dispatch: a letter with its list is split, forwarded, answered, pressed and answered to the sender."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from lantian.casework.models import Lead
from lantian.core.messages import NotAllowed, Unreadable
from lantian.desk.present.dispatch import pressing_text
from lantian.dispatch import actions, closing, queries, returning, sending
from lantian.dispatch.closing import Answer
from lantian.dispatch.errors import DispatchRefused, StaleDispatch
from lantian.dispatch.models import Dispatch, DispatchRow, Press, RowAnswer, SheetUpload
from lantian.dispatch.sending import Forwarding
from lantian.dispatch.states import SheetState, State, UploadState
from lantian.office import files
from lantian.office.models import AuditEvent, Paper, PaperVersion, Unit
from tests.dispatching import (
    ABNORMAL,
    DUE,
    HEADERS,
    TODAY,
    agencies_of,
    forwarded,
    fresh,
    line,
    received,
    rows_of,
    sheet_of,
)  # fmt: skip
from tests.personas import NANKAI, XIQING, acting, run_job

pytestmark = pytest.mark.django_db
FOUND = {"outcome": "未发现违法违规", "facts": "调取合同、付款凭证和研发记录，申请真实。"}


def a_letter() -> Dispatch:
    nankai, xiqing = agencies_of(NANKAI)[0], agencies_of(XIQING)[0]
    return received([
        line(1, nankai.subject.name, nankai.agency_code or ""),
        line(2, xiqing.subject.name),
        line(3, "谁也不认识的代理机构"),
        line(4, nankai.subject.name),
    ])  # fmt: skip


def answer_workbook(row: Dispatch) -> list[list[str]]:
    with acting("city"):
        found = fresh(row)
        assert found.answer_file is not None
        book = CalamineWorkbook.from_path(str(files.path_of(found.answer_file)))
    return [[str(cell) for cell in one] for one in book.get_sheet_by_index(0).to_python()]


def test_a_list_is_split_by_office_with_the_reason_of_every_row() -> None:
    row = a_letter()
    assert (row.state, row.rows_read) == (State.SPLIT, 4)
    holders = [one.holder_id for one in rows_of(row)]
    assert holders == [NANKAI, XIQING, None, NANKAI]
    assert all("南开区" in one.reason_zh and one.reason_en for one in rows_of(row, NANKAI))


def test_what_nobody_can_place_waits_in_the_city_s_queue_and_is_never_guessed() -> None:
    (waiting,) = [one for one in rows_of(a_letter()) if one.holder_id is None]
    assert waiting.routed_by == "unknown"
    assert "由市局确定" in waiting.reason_zh


def test_a_letter_is_answered_in_the_sender_s_own_columns_and_order() -> None:
    row = a_letter()
    forwarded(row, NANKAI, XIQING)
    for login, unit in (("nankai", NANKAI), ("xiqing", XIQING)):
        with acting(login) as by:
            for one in rows_of(row, unit):
                actions.answer(row_key=one.key, values=FOUND, version=one.version, by=by)
    with acting("city") as by:
        why = Answer(contact="陶知远", reason="一条待定")
        closing.refer_up(key=row.key, answer=why, version=fresh(row).version, by=by)
    run_job(fresh(row).job)
    header, *body = answer_workbook(row)
    assert header[: len(HEADERS)] == list(HEADERS)
    sent = [one.cells for one in rows_of(row)]
    assert [one[: len(HEADERS)] for one in body] == sent
    assert [one[len(HEADERS) + 1] for one in body] == [
        "未发现违法违规",
        "未发现违法违规",
        "",
        "未发现违法违规",
    ]
    assert fresh(row).state == State.ANSWERED
    assert fresh(row).answered_on == date(2026, 11, 22)


# Taking in.


def test_a_deadline_already_past_is_accepted() -> None:
    late = replace(ABNORMAL, deadline=date(2026, 11, 1))
    row = received([line(1)], late)
    assert row.deadline is not None and row.deadline < row.received_on
    assert row.state == State.SPLIT


def test_a_list_that_cannot_be_read_is_refused_before_anything_is_stored() -> None:
    with acting("city") as by:
        file = files.keep(name="清单.xlsx", chunks=[b"PK\x03\x04broken"], seen_by=by.units, by=by)
        with pytest.raises(Unreadable):
            actions.receive(letter=ABNORMAL, list_file=file, by=by)
        assert not Dispatch.objects.exists()


def test_three_spellings_of_one_agency_are_one_subject() -> None:
    agency = agencies_of(NANKAI)[0].subject
    spelt = [agency.name, f" {agency.name.replace('天津', '天津市', 1)}", agency.name.replace("（", "(")]
    row = received([line(n, name) for n, name in enumerate(spelt, start=1)])
    rows = rows_of(row)
    assert {(one.subject_group, one.subject_no, one.holder_id) for one in rows} == {
        (agency.number, agency.number, NANKAI)
    }
    with acting("city"):
        assert len(queries.spellings(row, [agency.number])[agency.number]) >= 2


def test_an_agency_from_elsewhere_goes_to_the_office_of_its_local_client() -> None:
    row = received([line(1, "北京某某知识产权代理有限公司", "11201", "甲公司", "天津市西青区某路1号")])
    (one,) = rows_of(row)
    assert (one.subject_kind, one.holder_id) == ("outside", XIQING)
    assert "申请人" in one.reason_zh


def test_rows_that_cannot_be_read_are_named_and_not_lost_silently() -> None:
    row = received([line(1), ["002", "只有两格", *["多"] * 9], line(3)])
    assert row.rows_read == 2
    assert [one[0] for one in row.unread] == [3]


def test_only_the_city_takes_letters_in() -> None:
    with acting("nankai") as by:
        file = files.keep(name="清单.csv", chunks=[b"a,b\n1,2\n"], seen_by=by.units, by=by)
        with pytest.raises(NotAllowed):
            actions.receive(letter=ABNORMAL, list_file=file, by=by)


# Assigning and forwarding.


def test_an_officer_says_by_hand_where_a_row_goes_and_why() -> None:
    row = a_letter()
    (waiting,) = [one for one in rows_of(row) if one.holder_id is None]
    with acting("city") as by:
        to = Unit.objects.get(pk=XIQING)
        with pytest.raises(DispatchRefused, match="reason"):
            actions.assign(key=row.key, rows=[waiting.key], to=to, reason=" ", version=row.version, by=by)
        actions.assign(
            key=row.key, rows=[waiting.key], to=to, reason="实际经营地", version=row.version, by=by
        )
    (moved,) = [one for one in rows_of(row, XIQING) if one.key == waiting.key]
    assert (moved.routed_by, moved.reason_zh) == ("hand", "人工指定：实际经营地")


def test_another_district_sees_only_its_own_rows() -> None:
    row = a_letter()
    with acting("nankai"):
        assert queries.find(row.key) is None
    forwarded(row, NANKAI, XIQING)
    for login, unit in (("nankai", NANKAI), ("xiqing", XIQING)):
        with acting(login):
            seen = queries.find(row.key)
            assert seen is not None
            assert {one.holder_id for one in seen.rows.all()} == {unit}
            assert [one.unit_id for one in seen.sheets.all()] == [unit]
            assert {one.unit_id for one in queries.steps(seen)} <= {unit, None}
    with acting("binhai"):
        assert queries.find(row.key) is None


def test_rows_are_shown_to_an_office_only_once_they_are_forwarded() -> None:
    row = a_letter()
    forwarded(row, NANKAI)
    with acting("xiqing"):
        assert queries.find(row.key) is None


def test_each_office_gets_a_forwarding_letter_where_the_matrix_gives_the_right() -> None:
    row = a_letter()
    done = forwarded(row, NANKAI, XIQING, letters=True)
    assert done.no_letter is None
    with acting("city"):
        drafted = Paper.objects.filter(about_kind="sheet")
        assert {one.about_key for one in drafted} == {one.key for one in done.sheets}
        said = str([one.content for one in PaperVersion.objects.filter(paper__in=drafted)])
        assert "天津市南开区知识产权局" in said and ABNORMAL.title in said


def test_a_letter_without_a_contact_is_not_drafted_and_its_number_is_typed_back() -> None:
    row = a_letter()
    with acting("city") as by:
        how = Forwarding(DUE)
        done = sending.forward(key=row.key, units=[NANKAI], how=how, version=row.version, by=by)
        assert done.no_letter is not None and "联系人" in done.no_letter.zh
        (sheet,) = done.sheets
        typed = sending.record_letter(
            sheet_key=sheet.key, number="津知函〔2026〕7号", dated=TODAY, version=sheet.version, by=by
        )
        assert (typed.letter_no, typed.letter_dated) == ("津知函〔2026〕7号", TODAY)


def test_a_row_that_is_not_the_offices_own_goes_back_to_the_queue_with_the_reason() -> None:
    row = a_letter()
    forwarded(row, NANKAI)
    one = rows_of(row, NANKAI)[0]
    with acting("nankai") as by:
        actions.decline(row_key=one.key, reason="已迁往滨海", version=one.version, by=by)
    (back,) = [other for other in rows_of(row) if other.key == one.key]
    assert (back.holder_id, back.routed_by) == (None, "declined")
    assert "已迁往滨海" in back.reason_zh


# Answering.


def sent_letter() -> Dispatch:
    row = a_letter()
    forwarded(row, NANKAI, XIQING)
    return fresh(row)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({}, "核查结论"),
        ({"outcome": "随便写的"}, "核查结论"),
        ({"outcome": "未发现违法违规"}, "核查情况"),
        ({"outcome": "查实违法违规", "facts": "编造"}, "采取措施"),
    ],
)
def test_an_outcome_asks_for_what_belongs_to_it(values: dict[str, str], wanted: str) -> None:
    row = sent_letter()
    one = rows_of(row, NANKAI)[0]
    with acting("nankai") as by, pytest.raises(DispatchRefused) as refused:
        actions.answer(row_key=one.key, values=values, version=one.version, by=by)
    assert wanted in refused.value.text.zh


def test_two_people_answering_one_row_the_slower_one_is_told_and_loses_nothing() -> None:
    row = sent_letter()
    one = rows_of(row, NANKAI)[0]
    with acting("nankai") as by:
        actions.answer(row_key=one.key, values=FOUND, version=one.version, by=by)
        with pytest.raises(StaleDispatch) as refused:
            actions.answer(row_key=one.key, values={"outcome": "申请人已撤回"}, version=one.version, by=by)
        assert "宁书白已于" in refused.value.text.zh
        assert [given.values for given in queries.answers(one)] == [FOUND]


def test_an_answer_is_superseded_and_never_overwritten() -> None:
    row = sent_letter()
    one = rows_of(row, NANKAI)[0]
    with acting("nankai") as by:
        actions.answer(row_key=one.key, values=FOUND, version=one.version, by=by)
        withdrawn = {"outcome": "申请人已撤回"}
        actions.answer(row_key=one.key, values=withdrawn, version=one.version + 1, by=by)
        assert [given.values for given in queries.answers(one)] == [withdrawn, FOUND]


def test_an_office_does_not_answer_for_another() -> None:
    row = sent_letter()
    one = rows_of(row, NANKAI)[0]
    with acting("city") as by, pytest.raises(DispatchRefused, match="Another office"):
        actions.answer(row_key=one.key, values=FOUND, version=one.version, by=by)
    with acting("xiqing") as by, pytest.raises(DispatchRow.DoesNotExist):
        actions.answer(row_key=one.key, values=FOUND, version=one.version, by=by)


def test_several_rows_are_answered_alike_or_none_of_them() -> None:
    row = sent_letter()
    rows = rows_of(row, NANKAI)
    with acting("nankai") as by:
        stale = {rows[0].key: rows[0].version, rows[1].key: 99}
        with pytest.raises(StaleDispatch):
            actions.answer_many(rows=stale, values=FOUND, by=by)
        assert not RowAnswer.objects.exists()
        actions.answer_many(rows={one.key: one.version for one in rows}, values=FOUND, by=by)
        assert RowAnswer.objects.count() == len(rows)


def test_an_office_submits_only_when_every_row_is_answered() -> None:
    row = sent_letter()
    sheet, rows = sheet_of(row, NANKAI), rows_of(row, NANKAI)
    with acting("nankai") as by:
        with pytest.raises(DispatchRefused, match="still unanswered"):
            sending.submit(sheet_key=sheet.key, version=sheet.version, by=by)
        actions.answer_many(rows={one.key: one.version for one in rows}, values=FOUND, by=by)
        assert sending.submit(sheet_key=sheet.key, version=sheet.version, by=by).state == SheetState.SUBMITTED


def test_the_city_sends_an_answer_back_with_its_reason_or_accepts_it() -> None:
    row = sent_letter()
    sheet, rows = sheet_of(row, NANKAI), rows_of(row, NANKAI)
    with acting("nankai") as by:
        actions.answer_many(rows={one.key: one.version for one in rows}, values=FOUND, by=by)
        sending.submit(sheet_key=sheet.key, version=sheet.version, by=by)
    with acting("city") as by:
        back = sending.send_back(sheet_key=sheet.key, reason="请附合同", version=sheet.version + 1, by=by)
        assert (back.state, back.remark) == (SheetState.SENT_BACK, "请附合同")
    with acting("nankai") as by:
        sending.submit(sheet_key=sheet.key, version=back.version, by=by)
    with acting("city") as by:
        done = sending.accept(sheet_key=sheet.key, version=back.version + 1, by=by)
        assert done.state == SheetState.ACCEPTED


def test_a_row_becomes_a_lead_only_by_an_officers_act() -> None:
    row = sent_letter()
    one = rows_of(row, NANKAI)[0]
    with acting("nankai") as by:
        actions.answer(
            row_key=one.key,
            values={"outcome": "查实违法违规", "facts": "编造", "measures": "约谈"},
            version=one.version,
            by=by,
        )
        assert not Lead.objects.filter(origin_kind="dispatch").exists()
        lead = actions.open_lead(row_key=one.key, version=one.version + 1, by=by)
        assert (lead.holder_id, lead.origin_key, lead.subject_no) == (NANKAI, one.key, one.subject_no)


# Return sheets as files.


def returned(row: Dispatch, unit: int, fill: dict[str, dict[str, str]], login: str = "city") -> SheetUpload:
    """The office's sheet, filled by key, sent back and read."""
    sheet = sheet_of(row, unit)
    with acting(login) as by:
        assert sheet.file is not None
        book = openpyxl.load_workbook(io.BytesIO(files.path_of(sheet.file).read_bytes()))
        page = book.worksheets[0]
        head = next(one for one in page.iter_rows() if str(one[0].value).startswith("行键"))
        titles = {str(cell.value).split("（")[0]: cell.column for cell in head if "填）" in str(cell.value)}
        for cells in page.iter_rows(min_row=head[0].row + 1):
            for title, value in fill.get(str(cells[0].value), {}).items():
                page.cell(cells[0].row, titles[title], value)
        out = io.BytesIO()
        book.save(out)
        file = files.keep(name="反馈.xlsx", chunks=[out.getvalue()], seen_by=sheet.seen_by, by=by)
        taken = returning.upload(sheet_key=sheet.key, file=file, by=by)
    run_job(taken.job, login)
    return upload_of(taken)


def upload_of(taken: SheetUpload) -> SheetUpload:
    with acting("city"):
        return SheetUpload.objects.select_related("sheet", "job").get(pk=taken.pk)


def merged(taken: SheetUpload, *, take: tuple[str, ...] = (), login: str = "city") -> SheetUpload:
    with acting(login) as by:
        row = returning.accept(key=taken.key, take=take, emptied=(), by=by)
    run_job(row.job, login)
    return upload_of(row)


ON_PAPER = {"核查结论": "无法取得联系", "核查情况": "三次上门无人"}


def test_an_office_that_never_logs_in_answers_by_sending_its_sheet_back() -> None:
    row = sent_letter()
    keys = [one.key for one in rows_of(row, NANKAI)]
    taken = returned(row, NANKAI, dict.fromkeys(keys, ON_PAPER))
    assert taken.state == UploadState.READY and len(taken.found["new"]) == 2
    assert not any(one.answers for one in rows_of(row, NANKAI))  # a preview writes nothing
    assert merged(taken).state == UploadState.MERGED
    assert [one.outcome for one in rows_of(row, NANKAI)] == ["unreachable"] * 2
    assert sheet_of(row, NANKAI).state == SheetState.SUBMITTED


def test_merging_never_overwrites_what_was_answered_meanwhile() -> None:
    row = sent_letter()
    first, second = rows_of(row, NANKAI)
    with acting("nankai") as by:
        actions.answer(row_key=first.key, values=FOUND, version=first.version, by=by)
    taken = returned(row, NANKAI, {first.key: ON_PAPER, second.key: ON_PAPER})
    assert [one["key"] for one in taken.found["conflicts"]] == [first.key]
    merged(taken)
    assert [one.outcome for one in rows_of(row, NANKAI)] == ["none", "unreachable"]


def test_an_officer_may_choose_the_other_side_of_a_conflict_and_both_stay_on_record() -> None:
    row = sent_letter()
    first, _ = rows_of(row, NANKAI)
    with acting("nankai") as by:
        actions.answer(row_key=first.key, values=FOUND, version=first.version, by=by)
    merged(returned(row, NANKAI, {first.key: ON_PAPER}), take=(f"{first.key}:0",))
    with acting("city"):
        assert [one.how for one in queries.answers(first)] == ["file", "screen"]


def test_a_row_answered_between_preview_and_merge_is_left_alone_and_named() -> None:
    row = sent_letter()
    first, _ = rows_of(row, NANKAI)
    taken = returned(row, NANKAI, {first.key: ON_PAPER})
    with acting("nankai") as by:
        actions.answer(row_key=first.key, values=FOUND, version=first.version, by=by)
    assert merged(taken).found["skipped"] == [first.key]
    assert rows_of(row, NANKAI)[0].outcome == "none"


def test_an_incomplete_row_of_a_sheet_is_told_and_takes_no_other_with_it() -> None:
    row = sent_letter()
    first, second = rows_of(row, NANKAI)
    taken = returned(row, NANKAI, {first.key: {"核查结论": "未发现违法违规"}, second.key: ON_PAPER})
    assert [one["key"] for one in taken.found["new"]] == [second.key]
    assert "核查情况" in str(taken.found["refused"])


def test_another_offices_sheet_is_refused() -> None:
    row = sent_letter()
    theirs = sheet_of(row, XIQING)
    with acting("city"):
        assert theirs.file is not None
        content = files.path_of(theirs.file).read_bytes()
    mine = sheet_of(row, NANKAI)
    with acting("nankai") as by:
        file = files.keep(name="反馈.xlsx", chunks=[content], seen_by=mine.seen_by, by=by)
        taken = returning.upload(sheet_key=mine.key, file=file, by=by)
    run_job(taken.job, "nankai")
    with acting("city"):
        found = SheetUpload.objects.get(pk=taken.pk)
    assert found.state == UploadState.UNREADABLE or not found.found["new"]


# Pressing, answering, closing.


def test_pressing_records_what_each_office_owes_and_names_nobody() -> None:
    row = sent_letter()
    with acting("xiqing") as by:
        actions.answer_many(rows={one.key: one.version for one in rows_of(row, XIQING)}, values=FOUND, by=by)
        sheet = sheet_of(row, XIQING)
        sending.submit(sheet_key=sheet.key, version=sheet.version, by=by)
    with acting("city") as by:
        pressed = actions.press(key=row.key, version=fresh(row).version, by=by)
        assert [(one.unit_id, one.unanswered) for one in pressed] == [(NANKAI, 2)]
        text = pressing_text(row, queries.presses(row))
    assert "天津市南开区知识产权局：2条，未反馈2条" in text
    assert not any(one.subject_name in text for one in rows_of(row))
    with acting("nankai"):
        assert len(queries.presses(fresh(row))) == 1


def test_an_office_that_was_pressed_does_not_see_what_others_owe() -> None:
    row = sent_letter()
    with acting("city") as by:
        actions.press(key=row.key, version=fresh(row).version, by=by)
    with acting("nankai"):
        assert [one.unit_id for one in Press.objects.all()] == [NANKAI]


def test_answering_with_open_rows_needs_a_reason() -> None:
    row = sent_letter()
    with acting("city") as by, pytest.raises(DispatchRefused, match="no outcome yet"):
        closing.refer_up(key=row.key, answer=Answer(), version=row.version, by=by)


def closed_letter() -> Dispatch:
    row = sent_letter()
    for login, unit in (("nankai", NANKAI), ("xiqing", XIQING)):
        with acting(login) as by:
            rows = {one.key: one.version for one in rows_of(row, unit)}
            actions.answer_many(rows=rows, values=FOUND, by=by)
            sheet = sheet_of(row, unit)
            sending.submit(sheet_key=sheet.key, version=sheet.version, by=by)
    with acting("city") as by:
        closing.refer_up(key=row.key, answer=Answer(reason="一行待定"), version=fresh(row).version, by=by)
    run_job(fresh(row).job)
    with acting("city") as by:
        return closing.close(
            key=row.key, version=fresh(row).version, number="津知报〔2026〕9号", on=None, by=by
        )


def test_a_sheet_that_comes_after_closing_is_refused_or_kept_as_a_late_supplement() -> None:
    row = closed_letter()
    sheet = sheet_of(row, NANKAI)
    with acting("nankai") as by:
        file = files.keep(name="补.csv", chunks=[b"a,b\n"], seen_by=sheet.seen_by, by=by)
        with pytest.raises(DispatchRefused, match="closed"):
            returning.upload(sheet_key=sheet.key, file=file, by=by)
        kept = returning.upload(sheet_key=sheet.key, file=file, by=by, late="企业刚寄来合同")
        assert (kept.state, kept.job) == (UploadState.LATE, None)
        assert queries.steps(fresh(row))[-1].act == "late"


def test_a_closed_letter_takes_no_further_answer() -> None:
    row = closed_letter()
    one = rows_of(row, NANKAI)[0]
    with acting("nankai") as by, pytest.raises(DispatchRefused, match="closed"):
        actions.answer(row_key=one.key, values=FOUND, version=one.version, by=by)


def test_the_senders_own_empty_columns_are_filled_in_place() -> None:
    agency = agencies_of(NANKAI)[0].subject.name
    headers = ("序号", "代理机构", "核查情况", "核查结论")
    row = received([["1", agency, "", ""], ["2", agency, "", ""]], headers=headers)
    forwarded(row, NANKAI)
    with acting("nankai") as by:
        rows = {one.key: one.version for one in rows_of(row, NANKAI)}
        actions.answer_many(rows=rows, values=FOUND, by=by)
    with acting("city") as by:
        closing.refer_up(key=row.key, answer=Answer(), version=fresh(row).version, by=by)
    run_job(fresh(row).job)
    header, *body = answer_workbook(row)
    assert header[:4] == list(headers)
    assert body[0][:4] == ["1", agency, FOUND["facts"], FOUND["outcome"]]
    assert header.count("核查情况") == 1


def test_an_older_page_never_overwrites_a_newer_decision_on_a_letter() -> None:
    row = a_letter()
    with acting("city") as by:
        how = Forwarding(DUE)
        sending.forward(key=row.key, units=[NANKAI], how=how, version=row.version, by=by)
        with pytest.raises(StaleDispatch):
            sending.forward(key=row.key, units=[XIQING], how=how, version=row.version, by=by)


def test_every_act_leaves_an_event_without_names() -> None:
    row = closed_letter()
    events = AuditEvent.objects.filter(about_key=row.key)
    assert {
        "dispatch_received",
        "dispatch_split",
        "dispatch_forwarded",
        "dispatch_answered",
        "dispatch_closed",
    } <= {one.kind for one in events}
    said = str([one.detail for one in AuditEvent.objects.all()])
    assert not any(one.subject_name in said for one in rows_of(row) if one.subject_name)


def test_a_closed_letter_is_not_assigned_anew() -> None:
    row = closed_letter()
    with acting("city") as by, pytest.raises(DispatchRefused, match="closed"):
        to = Unit.objects.get(pk=XIQING)
        keys = [one.key for one in rows_of(row, NANKAI)]
        actions.assign(key=row.key, rows=keys, to=to, reason="改派", version=row.version, by=by)


def test_rows_of_a_large_list_keep_signs_and_digits_as_they_came() -> None:
    odd = ["001", "00012345678901234567", '甲"乙\\丙{丁}', "%s", "{}", "=1+1", "\u3000备注", "'"]
    (one,) = rows_of(received([odd]))
    assert one.cells == odd


def test_rows_marked_secret_are_never_taken_in_from_whatever_list() -> None:
    row = received([[*line(1)[:7], "保密专利"], line(2)])
    assert [one.place for one in rows_of(row)] == [3]
    assert [one[0] for one in row.unread] == [2]
