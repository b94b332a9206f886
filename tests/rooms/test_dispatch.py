"""Dispatch: a letter with its list is split, forwarded, answered, pressed and answered to the sender."""

from __future__ import annotations

from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from lantian.dispatch import actions, closing
from lantian.dispatch.closing import Answer
from lantian.dispatch.models import Dispatch
from lantian.dispatch.states import State
from lantian.office import files
from tests.dispatching import HEADERS, agencies_of, fresh, forwarded, line, received, rows_of
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
    assert [one[len(HEADERS) + 1] for one in body] == ["未发现违法违规", "未发现违法违规", "", "未发现违法违规"]
    assert fresh(row).state == State.ANSWERED
    assert fresh(row).answered_on == date(2026, 11, 22)
