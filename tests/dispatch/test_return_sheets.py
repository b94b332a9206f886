"""Return sheets go out the same every time and come back as people treat them: nothing good is lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from lantian.core.messages import Refused, Text, Unreadable
from lantian.dispatch.reading import Answer, Remark, Returned, SheetFacts, read_return_sheet, sheet_ids
from lantian.dispatch.sheets import Field, ReturnRow, write_answer_workbook, write_return_sheet

COLUMNS = ("申请号", "代理机构名称", "申请日")
LONG = (
    "属实",
    "部分属实",
    "不属实",
    "查无此机构",
    *(f"其他情形{number}（详见说明）" for number in range(40)),
)
FIELDS = (
    Field("outcome", Text("核查结论", "outcome"), LONG, required=True),
    Field("filed", Text("是否立案", "case or not"), ("是", "否")),
    Field("proof", Text("佐证材料", "proof")),
    Field("on", Text("核查日期", "checked on"), day=True),
)
FIRST = 5
HERE = Path(__file__).parent


def cells(serial: int) -> dict[str, str]:
    return {
        "申请号": f"2025100000{serial:02d}.X",
        "代理机构名称": f"+蓝{serial}知识产权代理有限公司",
        "申请日": "2025-03-04",
    }


def facts(count: int = 4, sheet_id: str = "D26-0007/3") -> SheetFacts:
    return SheetFacts(sheet_id, {f"R{n:03d}": cells(n) for n in range(1, count + 1)}, COLUMNS, FIELDS)


def sheet(of: SheetFacts | None = None, fields: Sequence[Field] = FIELDS) -> bytes:
    of = of or facts()
    return write_return_sheet(
        title="非正常专利申请核查反馈表",
        columns=of.columns,
        rows=[ReturnRow(key, cells) for key, cells in of.keys.items()],
        fields=fields,
        sheet_id=of.sheet_id,
        unit_name="朝阳区市场监督管理局",
        letter="国知办函〔2026〕7号",
        deadline=date(2026, 12, 1),
    )


def treated(how: Callable[[Worksheet], object], data: bytes | None = None) -> bytes:
    """A sheet opened by another program, treated and saved again."""
    book = openpyxl.load_workbook(io.BytesIO(data or sheet()))
    how(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(answers: Mapping[int, Sequence[Any]]) -> Callable[[Worksheet], None]:
    """Fill answer cells of rows, counted from the first one."""

    def fill(page: Worksheet) -> None:
        for row, values in answers.items():
            for place, value in enumerate(values):
                page.cell(FIRST + row, 2 + len(COLUMNS) + place).value = value

    return fill


def read(data: bytes, of: SheetFacts | None = None) -> Returned:
    return read_return_sheet(data, "回表.xlsx", expected=of or facts())


def given(returned: Returned) -> dict[str, dict[str, str]]:
    return {
        answer.key: {name: value for name, value in answer.values.items() if value}
        for answer in returned.answers
        if not answer.blank
    }


def told(remarks: Sequence[Remark]) -> list[tuple[int, str]]:
    assert all(remark.text.zh and remark.text.en for remark in remarks)
    assert all(str(remark.row) in remark.text.zh and str(remark.row) in remark.text.en for remark in remarks)
    return [(remark.row, remark.key) for remark in remarks]


# Going out.


def test_the_same_facts_give_the_same_bytes() -> None:
    assert sheet() == sheet()
    assert sheet(facts(3)) != sheet(facts(4))


def test_a_second_program_sees_locked_rows_open_answers_and_lists() -> None:
    page = openpyxl.load_workbook(io.BytesIO(sheet())).worksheets[0]
    assert page.protection.sheet and page.freeze_panes == f"B{FIRST}"
    row = [page.cell(FIRST, column) for column in range(1, 9)]
    assert [cell.protection.locked for cell in row] == [True] * 4 + [False] * 4
    assert [cell.value for cell in row[:4]] == ["R001", *cells(1).values()]
    assert {cell.data_type for cell in row[:4]} == {"s"}, "a long number or a formula's sign stays text"
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules[f"E{FIRST}:E{FIRST + 3}"].formula1 == "'_表信息'!$A$3:$A$46"
    assert rules[f"F{FIRST}:F{FIRST + 3}"].formula1 == '"是,否"'
    assert rules[f"H{FIRST}:H{FIRST + 3}"].type == "date"


def test_the_printed_sheet_says_what_to_do_until_when_and_who_signs() -> None:
    page = openpyxl.load_workbook(io.BytesIO(sheet())).worksheets[0]
    text = "\n".join(str(cell.value) for row in page.iter_rows() for cell in row if cell.value)
    assert "请于 2026年12月1日前" in text and "朝阳区市场监督管理局" in text and "国知办函〔2026〕7号" in text
    assert all(word in text for word in ("填表人", "审核人", "单位盖章", "表号 D26-0007/3"))
    assert page.page_setup.orientation == "landscape" and page.page_setup.paperSize == 9
    assert page.print_title_rows == "$4:$4"
    wide = SheetFacts("x", {"a": {}}, tuple(f"列{n}" for n in range(15)), FIELDS)
    assert openpyxl.load_workbook(io.BytesIO(sheet(wide))).worksheets[0].page_setup.paperSize == 8


def test_the_lists_stand_on_a_sheet_that_nobody_sees() -> None:
    hidden = openpyxl.load_workbook(io.BytesIO(sheet())).worksheets[1]
    assert hidden.sheet_state == "veryHidden"
    assert [hidden.cell(3 + n, 1).value for n in range(len(LONG))] == list(LONG)


def test_a_cell_longer_than_a_spreadsheet_holds_is_cut_and_says_so() -> None:
    of = SheetFacts("x", {"a": {"申请号": "长" * 40_000}}, ("申请号",), FIELDS)
    page = openpyxl.load_workbook(io.BytesIO(sheet(of))).worksheets[0]
    assert str(page.cell(FIRST, 2).value).endswith("（原文过长，全文见系统）")
    assert read(sheet(of), of).changed == ()


def test_a_key_that_stands_twice_never_goes_out() -> None:
    with pytest.raises(ValueError, match="twice"):
        write_return_sheet(
            title="",
            columns=(),
            rows=[ReturnRow("a", {}), ReturnRow("a", {})],
            fields=FIELDS,
            sheet_id="x",
            unit_name="",
            letter="",
            deadline=date(2026, 12, 1),
        )


def test_the_answer_keeps_the_senders_columns_and_order() -> None:
    rows = [["2", "00123456789012345678", "属实"], ["1", "=1+1", ""]]
    data = write_answer_workbook(
        columns=["序号", "号码"], rows=rows, added=["核查结论"], sheet_name="清单[1]/2026"
    )
    page = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert page.title == "清单12026"
    assert [[cell or "" for cell in row] for row in page.iter_rows(values_only=True)] == [
        ["序号", "号码", "核查结论"],
        *rows,
    ]
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.get_sheet_by_index(0).to_python()[2] == ["1", "=1+1", ""]


# Coming back.


def test_a_sheet_comes_back_as_it_was_filled_in() -> None:
    returned = read(treated(filled({0: ["属实", "是", "照片3张", date(2026, 11, 20)], 2: ["不属实", "否"]})))
    assert given(returned) == {
        "R001": {"outcome": "属实", "filed": "是", "proof": "照片3张", "on": "2026-11-20"},
        "R003": {"outcome": "不属实", "filed": "否"},
    }
    assert [answer.row for answer in returned.answers] == [5, 6, 7, 8]
    assert (returned.unknown, returned.missing, returned.changed, returned.refused) == ((), (), (), ())
    assert [note.zh for note in returned.notes] == ["2 行还没有填写。"]


def test_an_untouched_sheet_answers_nothing_and_asks_nothing() -> None:
    returned = read(sheet())
    assert all(answer.blank for answer in returned.answers) and len(returned.answers) == 4
    assert (returned.unknown, returned.missing, returned.changed, returned.refused) == ((), (), (), ())


def test_sorted_rows_and_moved_columns_are_no_matter() -> None:
    def turn(page: Worksheet) -> None:
        filled({0: ["属实"], 3: ["不属实", "否"]})(page)
        rows = [[cell.value for cell in row[:8]] for row in page.iter_rows(min_row=FIRST, max_row=FIRST + 3)]
        head = [cell.value for cell in page[4][:8]]
        for number, row in enumerate([head, *reversed(rows)], start=4):
            for place, value in enumerate(reversed(row), start=1):
                page.cell(number, place).value = value

    returned = read(treated(turn))
    assert given(returned) == {"R001": {"outcome": "属实"}, "R004": {"outcome": "不属实", "filed": "否"}}
    assert returned.changed == () and returned.missing == ()


def test_retyped_keys_and_words_are_understood() -> None:
    def retype(page: Worksheet) -> None:
        filled(
            {0: [" 属 实 。", "是 ", "", "２０２６年１１月２０日"], 1: ["属实", "", "", 46346], 2: ["　属实"]}
        )(page)
        page.cell(FIRST, 1).value = " ｒ００1 "
        page.cell(FIRST, 2).value = " ２０２５１０００００01.x"
        page.cell(FIRST, 4).value = date(2025, 3, 4)
        page.cell(FIRST + 1, 4).value = "2025年3月4日"

    returned = read(treated(retype))
    assert given(returned) == {
        "R001": {"outcome": "属实", "filed": "是", "on": "2026-11-20"},
        "R002": {"outcome": "属实", "on": "2026-11-20"},
        "R003": {"outcome": "属实"},
    }
    assert returned.changed == ()


def test_number_keys_that_lost_their_zeros_are_known() -> None:
    of = SheetFacts("x", {"0007": cells(7), "0012": cells(12)}, COLUMNS, FIELDS)

    def retype(page: Worksheet) -> None:
        filled({0: ["属实"]})(page)
        page.cell(FIRST, 1).value = 7

    assert given(read(treated(retype, sheet(of)), of)) == {"0007": {"outcome": "属实"}}


def test_answers_outside_the_list_are_refused_and_the_good_cells_kept() -> None:
    returned = read(treated(filled({0: ["大概属实", "是"], 1: ["属实", "否", "x", "下周"]})))
    assert given(returned) == {
        "R001": {"filed": "是"},
        "R002": {"outcome": "属实", "filed": "否", "proof": "x"},
    }
    assert told(returned.refused) == [(5, "R001"), (6, "R002")]
    assert "属实、部分属实" in returned.refused[0].text.zh and "2026-05-27" in returned.refused[1].text.en
    assert "outcome" not in returned.answers[0].values, "a refused cell is no empty one"


def test_a_half_filled_row_is_told_what_it_lacks() -> None:
    returned = read(treated(filled({0: ["", "是"]})))
    assert given(returned) == {"R001": {"filed": "是"}}
    assert told(returned.refused) == [(5, "R001")] and "必填" in returned.refused[0].text.zh


def test_a_formula_without_a_result_is_refused() -> None:
    returned = read(treated(filled({0: ["属实", "否", "=A1&B1"]})))
    assert told(returned.refused) == [(5, "R001")] and "公式" in returned.refused[0].text.zh
    assert given(returned) == {"R001": {"outcome": "属实", "filed": "否"}}


def test_pasted_rows_of_another_office_are_named_not_taken() -> None:
    def paste(page: Worksheet) -> None:
        filled({0: ["属实"]})(page)
        page.insert_rows(FIRST + 4)
        for place, value in enumerate(["Z999", *cells(99).values(), "不属实"], start=1):
            page.cell(FIRST + 4, place).value = value
        page.cell(FIRST + 5, 3).value = "新发现的一家"

    returned = read(treated(paste))
    assert given(returned) == {"R001": {"outcome": "属实"}}
    assert told(returned.unknown) == [(9, "Z999"), (10, "")]
    assert "其他单位" in returned.unknown[0].text.zh


def test_a_row_that_lost_its_key_is_known_by_the_senders_cells() -> None:
    def wipe(page: Worksheet) -> None:
        filled({1: ["属实"]})(page)
        page.cell(FIRST + 1, 1).value = None

    returned = read(treated(wipe))
    assert given(returned) == {"R002": {"outcome": "属实"}} and returned.missing == ()
    assert any("第 6 行没有行键" in note.zh for note in returned.notes)


def test_deleted_rows_are_missed() -> None:
    returned = read(treated(lambda page: page.delete_rows(FIRST + 1, 2)))
    assert [remark.key for remark in returned.missing] == ["R002", "R003"]
    assert "R002" in returned.missing[0].text.zh and "still due" in returned.missing[0].text.en


def test_an_altered_original_is_shown_and_not_taken_over() -> None:
    def alter(page: Worksheet) -> None:
        filled({0: ["属实"]})(page)
        page.cell(FIRST, 3).value = "另一家公司"

    returned = read(treated(alter))
    assert told(returned.changed) == [(5, "R001")]
    assert (returned.changed[0].column, returned.changed[0].value) == ("代理机构名称", "另一家公司")
    assert given(returned) == {"R001": {"outcome": "属实"}}


def test_a_merged_answer_stands_for_every_row_it_covers() -> None:
    def join(page: Worksheet) -> None:
        filled({0: ["属实"]})(page)
        page.merge_cells(start_row=FIRST, end_row=FIRST + 2, start_column=5, end_column=5)

    returned = read(treated(join))
    assert given(returned) == {key: {"outcome": "属实"} for key in ("R001", "R002", "R003")}
    assert any("第 5 至 7 行是合并单元格" in note.zh for note in returned.notes)


def test_one_row_twice_with_differing_answers_keeps_both_for_the_officer() -> None:
    def double(page: Worksheet) -> None:
        filled({0: ["属实"], 1: ["不属实"], 2: ["属实"], 3: ["属实"]})(page)
        page.cell(FIRST + 1, 1).value = "R001"
        page.cell(FIRST + 3, 1).value = "R003"

    returned = read(treated(double))
    assert [(a.key, a.row, a.values["outcome"]) for a in returned.answers] == [
        ("R001", 5, "属实"),
        ("R001", 6, "不属实"),
        ("R003", 7, "属实"),
    ]
    assert any("第 8 行与第 7 行重复" in note.zh for note in returned.notes)


def test_a_slightly_renamed_column_is_taken_and_named() -> None:
    def rename(page: Worksheet) -> None:
        filled({0: ["属实"]})(page)
        page.cell(4, 5).value = "核查的结论"
        page.cell(4, 6).value = "是否立案*"
        page.cell(4, 1).value = "行键"

    returned = read(treated(rename))
    assert given(returned) == {"R001": {"outcome": "属实"}}
    assert [note.zh for note in returned.notes if "认作" in note.zh] == [
        "把列“核查的结论”认作“核查结论（必填）”，请核对。"
    ]


def test_a_column_that_is_gone_takes_no_answer_with_it() -> None:
    def drop(page: Worksheet) -> None:
        filled({0: ["属实", "是"]})(page)
        page.delete_cols(7)

    returned = read(treated(drop))
    assert given(returned) == {"R001": {"outcome": "属实", "filed": "是"}}
    assert all("proof" not in answer.values for answer in returned.answers)
    assert any("没有“佐证材料”列" in note.zh for note in returned.notes)


def test_another_dispatchs_sheet_is_refused_by_its_number() -> None:
    with pytest.raises(Refused) as refusal:
        read(sheet(facts(sheet_id="D26-0008/3")))
    assert "D26-0008/3" in refusal.value.text.zh and "D26-0007/3" in refusal.value.text.en


def test_a_resaved_sheet_still_knows_itself_without_its_hidden_page() -> None:
    book = openpyxl.load_workbook(io.BytesIO(sheet()))
    del book["_表信息"]
    out = io.BytesIO()
    book.save(out)
    assert sheet_ids(out.getvalue()) == sheet_ids(sheet()) == ("D26-0007/3",)


def test_an_earlier_edition_is_read_and_named() -> None:
    returned = read(
        treated(
            filled(
                {0: ["属实"]},
            ),
            sheet(facts(3)),
        ),
        facts(4),
    )
    assert given(returned) == {"R001": {"outcome": "属实"}}
    assert any("较早一版" in note.zh for note in returned.notes)
    assert [remark.key for remark in returned.missing] == ["R004"]


def plain(*rows: Sequence[str]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def test_rows_copied_into_a_new_file_are_known_by_their_keys() -> None:
    data = plain(["行键", "核查结论", "申请号"], ["R002", "属实", cells(2)["申请号"]])
    returned = read(data)
    assert given(returned) == {"R002": {"outcome": "属实"}}
    assert any("没有表号" in note.zh for note in returned.notes)


def test_a_text_file_is_read_too() -> None:
    data = "行键,核查结论\nR002,属实\nR003,大概\n".encode("gb18030")
    returned = read(data)
    assert given(returned) == {"R002": {"outcome": "属实"}} and told(returned.refused) == [(3, "R003")]


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.7", plain(["姓名", "电话"], ["甲", "1"]), plain(["核查结论"], ["属实"])],
    ids=["empty", "pdf", "another table", "answers without rows"],
)
def test_what_is_no_return_sheet_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(data)
    assert refusal.value.text.zh and refusal.value.text.en


def test_a_sheet_saved_as_xls_is_read_by_its_content() -> None:
    # Ours, with two rows filled in, sorted and saved in the binary format that WPS's .et shares.
    returned = read_return_sheet((HERE / "returned.et").read_bytes(), "回表.et", expected=facts())
    assert given(returned) == {
        "R001": {"outcome": "属实", "filed": "是", "on": "2026-11-20"},
        "R003": {"outcome": "部分属实"},
    }
    assert (returned.unknown, returned.missing, returned.changed, returned.refused) == ((), (), (), ())


def test_nothing_in_the_file_can_be_run() -> None:
    with zipfile.ZipFile(io.BytesIO(sheet())) as package:
        assert not any("vba" in name or "externalLink" in name for name in package.namelist())
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_an_answer_is_blank_only_without_any_word() -> None:
    assert Answer("a", {"x": ""}).blank and not Answer("a", {"x": "无"}).blank
