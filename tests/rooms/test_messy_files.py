"""Files as offices send them: each bad thing is named with row and advice, and takes no good row with it."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from lantian.core.messages import NotAllowed, Unreadable
from lantian.filings.models import Patent
from lantian.office import jobs
from lantian.office.intake import actions as intake
from lantian.office.intake import limits, sources
from lantian.office.models import IntakeBatch, Job, Post, RowError, StoredFile
from lantian.registry.models import Company
from tests.intaking import HEAD, advice, begin, counts, errors, number, published, table, take, wrong
from tests.personas import acting, browser

pytestmark = pytest.mark.django_db
REAL = Path(os.environ["LANTIAN_REAL_DATA"])
CODE = "91110000600037341L"


def workbook(fill: Callable[[Any, Any], None], *, before: Sequence[str] = ()) -> bytes:
    """A workbook whose last sheet was filled by `fill(book, sheet)`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in before:
        book.add_worksheet(name)
    fill(book, book.add_worksheet("数据"))
    book.close()
    return out.getvalue()


def rows(*lines: Sequence[Any], at: int = 0) -> Callable[[Any, Any], None]:
    def fill(book: Any, sheet: Any) -> None:
        for index, line in enumerate(lines):
            sheet.write_row(at + index, 0, line)

    return fill


def notes(batch: IntakeBatch) -> str:
    return batch.notes_zh


def patent(serial: int) -> Patent:
    return Patent.objects.get(application_no=number(serial))


# Workbooks.


def test_a_workbook_is_read_from_the_sheet_and_the_row_where_a_header_stands() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 3, "2025年专利申请清单")
        sheet.write(1, 0, "填报单位：某区局")
        rows(("申请号", "公开状态", "名称", "申请日"), published(1), (), published(2), at=2)(book, sheet)
        sheet.write_blank(900, 2, None, book.add_format({"bold": True}))

    batch = take(workbook(fill, before=["说明"]))
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert (patent(1).row, patent(2).row) == (4, 6)
    assert "以第 3 行为表头" in notes(batch) and "数据" in notes(batch)


def test_a_header_of_two_lines_under_merged_cells_is_joined() -> None:
    def fill(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 5, "清单")
        sheet.merge_range(1, 0, 2, 0, "申请号")
        sheet.merge_range(1, 1, 2, 1, "公开状态")
        sheet.merge_range(1, 2, 1, 3, "申请人")
        sheet.merge_range(1, 4, 1, 5, "代理机构")
        sheet.write_row(2, 2, ("名称", "地址", "名称", "代码"))
        sheet.write_row(3, 0, (number(1), "公开", "甲公司；乙大学", "某路1号", "某事务所", "12002"))

    assert counts(take(workbook(fill))) == (1, 1, 0, 0, 0)
    found = patent(1)
    assert (found.title, found.applicants, found.applicant_addresses) == (
        None,
        ["甲公司", "乙大学"],
        ["某路1号"],
    )
    assert (found.agency_name, found.agency_code) == ("某事务所", "12002")


def test_dates_come_as_cells_as_serial_numbers_and_in_chinese_words() -> None:
    def fill(book: Any, sheet: Any) -> None:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, HEAD)
        for row, value in enumerate(
            (45439, "2024年5月27日", "２０２４．５．２７", "2024-05-27 00:00:00"), start=1
        ):
            sheet.write_row(row, 0, (number(row), "公开", "一", value))
        sheet.write_row(5, 0, (number(5), "公开", "一"))
        sheet.write_datetime(5, 3, date(2024, 5, 27), day)
        sheet.write_row(6, 0, (number(6), "公开", "无", "无"))
        sheet.write_row(7, 0, (number(7), "公开", "-", 7))

    batch = take(workbook(fill))
    assert [patent(serial).filing_date for serial in range(1, 6)] == [date(2024, 5, 27)] * 5
    assert (patent(6).title, patent(6).filing_date) == (None, None)
    assert errors(batch) == [(8, "filing_date", "7")]


def test_a_number_that_lost_digits_is_refused_and_an_exact_one_is_kept() -> None:
    head = ("统一社会信用代码", "名称", "电话")
    batch = take(
        workbook(
            rows(head, (911100006000373410, "丢", ""), (CODE, "存", 2223334445), ("9.11E+17", "丢", ""))
        ),
        into="companies",
    )
    assert counts(batch) == (3, 1, 0, 0, 2)
    assert errors(batch)[0] == (2, "credit_code", "9.11100006000373E+17")
    assert "lost digits" in advice(batch)[0][1] and "设为文本" in advice(batch)[0][0]
    assert Company.objects.get(subject__number=CODE).phone == "2223334445"


def test_a_formula_gives_its_result_and_without_one_is_refused_with_advice() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (HEAD, published(1), (number(2), "公开", '="甲"&"乙"', ""), (number(3), "公开", "c", "")):
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    batch = take(out.getvalue())
    assert counts(batch) == (3, 2, 0, 0, 1)
    assert errors(batch) == [(3, "title", "#NO_VALUE!")]
    assert "粘贴为数值" in advice(batch)[0][0]

    def fill(book: Any, sheet: Any) -> None:
        rows(HEAD, (number(4), "公开"), (number(5), "公开"))(book, sheet)
        sheet.write_formula(1, 2, '="甲"&"乙"', None, "甲乙")
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")

    batch = take(workbook(fill))
    assert patent(4).title == "甲乙" and errors(batch) == [(3, "title", "#ERROR!")]


def test_true_and_false_cells_are_flags() -> None:
    take(
        workbook(
            rows(("申请号", "公开状态", "同日申请声明"), (number(1), "公开", True), (number(2), "公开", "否"))
        )
    )
    assert (patent(1).dual_filing_declared, patent(2).dual_filing_declared) == (True, False)


@pytest.mark.parametrize(("how", "work"), [(intake.start, "apply"), (intake.preview, "look_at")])
def test_an_intake_or_preview_of_a_workbook_goes_on_where_it_was_stopped(
    how: Callable[..., IntakeBatch], work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "STEP", 2)
    monkeypatch.setattr(sources, "WINDOW", 3)
    batch = begin(workbook(rows(HEAD, *(published(n) for n in range(1, 8)), (wrong(8), "", "", ""))), how=how)
    whole, steps = getattr(intake.Intake, work), []

    def dying(self: Any, step: Any, *rest: Any) -> None:
        if len(steps) == 2:
            raise KeyboardInterrupt
        steps.append(step.count)
        whole(self, step, *rest)

    monkeypatch.setattr(intake.Intake, work, dying)
    assert batch.job is not None
    post = Post.objects.get(account__login="city").key
    with pytest.raises(KeyboardInterrupt):
        jobs.execute(batch.job.key, post)
    monkeypatch.setattr(intake.Intake, work, whole)
    jobs.execute(batch.job.key, post)
    with acting("city"):
        assert counts(IntakeBatch.objects.get(pk=batch.pk)) == (8, 7, 0, 0, 1)
    stored = Patent.objects.filter(application_no__in=[number(n) for n in range(1, 8)])
    assert list(stored.order_by("row").values_list("row", flat=True)) == (
        list(range(2, 9)) if work == "apply" else []
    )


def xlsx_with(**parts: bytes) -> bytes:
    out = io.BytesIO(workbook(rows(HEAD, published(1))))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(f"xl/{name}.xml", content)
    return out.getvalue()


def far_away() -> bytes:
    def fill(book: Any, sheet: Any) -> None:
        rows(HEAD, published(1))(book, sheet)
        sheet.write(1_048_575, 16_383, "x")

    return workbook(fill)


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(name, b"a,b\n1,2\n")
    return out.getvalue()


def rarely_packed(method: int) -> bytes:
    """A bomb whose part the library would unpack whole, whatever size was asked for."""
    out = io.BytesIO(workbook(rows(HEAD, published(1))))
    with zipfile.ZipFile(out, "a", method) as package:
        package.writestr("xl/more.xml", b"<x/>" * 5000)
    return out.getvalue()


def lying() -> bytes:
    """A part that unpacks to more than the directory says."""
    content = bytearray(xlsx_with(more=b"<x/>" * 5000))
    entry = content.rindex(b"xl/more.xml") - 46
    content[entry + 24 : entry + 28] = struct.pack("<I", 100)
    return bytes(content)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LOCKED = COMPOUND + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: workbook(rows(HEAD, published(1)))[:-200], "The workbook is broken"),
        (lambda: COMPOUND, "The workbook is broken"),
        (lambda: LOCKED, "has a password"),
        (lambda: xlsx_with(bomb=b"\0" * 30_000_000), "it was not unpacked"),
        (lying, "The workbook is broken"),
        (lambda: rarely_packed(zipfile.ZIP_BZIP2), "The workbook is broken"),
        (lambda: rarely_packed(zipfile.ZIP_LZMA), "The workbook is broken"),
        (far_away, "too far"),
        (lambda: zipped("a.csv"), "unpack it and upload the file inside"),
        (lambda: zipped("content.xml"), "XLSB or ODS"),
        (lambda: workbook(rows()), "The file is empty"),
        (lambda: workbook(rows(("名称", "摘要"), ("a", "b"))), "lacks the column 'application_no'"),
        (lambda: workbook(rows(("申请号", "名称", "发明名称"), ("1", "a", "b"))), "all mean 'title'"),
        (lambda: gzip.compress(b"\0" * 200_000_000), "it was not unpacked"),
        (lambda: gzip.compress(table(published(1)))[:-9], "broken or incomplete"),
        (lambda: "申请号,名称\n1,a".encode("utf-16-le"), "many zero bytes"),
        (lambda: b"\xff\x80\xff\xff\xfe\xfd\xfc" * 50, "The encoding is none of"),
        (lambda: b"INSERT INTO `t` VALUES (1,2);\n", "does not name the columns"),
    ],
)
def test_a_file_that_no_program_should_open_is_refused_before_anything_is_kept(
    make: Callable[[], bytes], told: str
) -> None:
    stored = StoredFile.objects.count()
    with pytest.raises(Unreadable, match=told) as refused:
        begin(make())
    assert refused.value.text.zh and StoredFile.objects.count() == stored


# Texts.


@pytest.mark.parametrize(
    ("encoding", "named"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", "UTF-16"), ("gbk", "GB18030"), ("gb18030", "GB18030")],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found(encoding: str, named: str, delimiter: str) -> None:
    text = table(published(1, title="一种装置"), head=("申请号", "公开状态", "名称", "申请日")).decode()
    batch = take(text.replace(",", delimiter).encode(encoding))
    assert patent(1).title == "一种装置"
    assert named in notes(batch) and (delimiter == ",") == ("分隔符" not in notes(batch))


def test_utf_16_of_either_byte_order_is_read() -> None:
    take(b"\xfe\xff" + table(published(1)).decode().encode("utf-16-be"))
    take(b"\xff\xfe" + table(published(2)).decode().encode("utf-16-le"))
    assert patent(1).title == patent(2).title


def test_one_damaged_row_is_refused_and_the_encoding_of_the_others_is_kept() -> None:
    good = [published(serial, title="一种装置及其制备方法") for serial in range(1, 9)]
    content = table(*good).replace("一种".encode(), b"\xe4\xb8", 1)
    batch = take(content)
    assert counts(batch) == (8, 7, 0, 0, 1)
    assert errors(batch)[0][0] == 2 and "重新导出这一行" in advice(batch)[0][0]
    assert patent(2).title == "一种装置及其制备方法"


def test_an_open_quote_swallows_no_other_row() -> None:
    lines = table(*(published(serial) for serial in range(1, 6))).decode().splitlines()
    lines[2] = lines[2].replace("一种", '"一种')
    lines[2] = lines[2].replace(",published,", ',"published,')
    batch = take("\n".join(lines).encode())
    assert counts(batch) == (5, 4, 0, 0, 1)
    assert errors(batch)[0][0] == 3 and "引号" in advice(batch)[0][0]


def test_a_novel_in_a_cell_and_a_line_without_end_are_refused_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = b"x" * (limits.limit("text", "longest_line") + 10)
    content = (
        table(published(1, title="长" * 1_000_001), published(2))
        + endless
        + b"\n"
        + table(published(3))[len(",".join(HEAD)) + 2 :]
    )
    batch = take(content)
    assert counts(batch) == (4, 2, 0, 0, 2)
    assert [(row, column) for row, column, _ in errors(batch)] == [(2, "title"), (4, "")]
    assert patent(3).title == "一种装置"


def test_zero_bytes_empty_rows_and_title_lines_do_no_harm() -> None:
    content = b"2025,,,\r\n" + table(published(1, title="一\x00种")) + b",,,\r\n\r\n" + b" , , , , \r\n"
    batch = take(content)
    assert counts(batch) == (1, 1, 0, 0, 0)
    assert (patent(1).title, patent(1).row) == ("一种", 3)


def test_full_width_digits_are_digits() -> None:
    wide = {48 + digit: 0xFF10 + digit for digit in range(10)}
    take(table((number(1).translate(wide), "公开", "一", "２０２５年１月２日")))
    assert patent(1).filing_date == date(2025, 1, 2)


def test_lists_are_parted_at_commas_between_chinese_names_only() -> None:
    head = ("申请号", "公开状态", "申请（专利权）人", "发明人", "分类号", "专利代理机构")
    take(
        table(
            (
                number(1),
                "公开",
                "甲大学,乙公司",
                "马甲,王乙,李丙",
                "C10M1/00,C10M2/00",
                "某某事务所(普通合伙) 12002",
            ),
            (number(2), "公开", "SAMPLE ELECTRONICS CO.,LTD.", "不公告发明人", "", ""),
            head=head,
        )
    )
    first, second = patent(1), patent(2)
    assert (first.applicants, first.inventors) == (["甲大学", "乙公司"], ["马甲", "王乙", "李丙"])
    assert first.ipc == ["C10M1/00", "C10M2/00"]
    assert (first.agency_name, first.agency_code) == ("某某事务所(普通合伙)", "12002")
    assert (second.applicants, second.inventors) == (["SAMPLE ELECTRONICS CO.,LTD."], ["不公告发明人"])


def test_inventors_who_are_not_named_are_counted_in_the_notes() -> None:
    head = ("申请号", "公开状态", "发明人")
    assert "1 件登记为“不公告发明人”" in notes(take(table((number(1), "公开", "不公告发明人"), head=head)))


def test_a_dump_is_read_with_its_own_column_names() -> None:
    dump = (
        "-- a dump\nCREATE TABLE `p` (\n  `x` text\n);\n"
        f"INSERT INTO `p` (`application_no`,`disclosure`,`title`) VALUES ('{number(1)}','公开','甲\\'乙'),"
        f"('{number(2)}','公开',NULL);\nINSERT INTO `q` VALUES (1);\nUNLOCK TABLES;\n"
    )
    batch = take(gzip.compress(dump.encode()))
    assert counts(batch) == (2, 2, 0, 0, 0)
    assert (patent(1).title, patent(2).title) == ("甲'乙", None)
    assert "6 段不是数据行" in notes(batch)


# Uploads.


@pytest.mark.parametrize(("limit", "sent"), [(1000, 3_000), (1000, 3_000_000)])
def test_an_upload_past_the_limit_is_not_kept_and_the_form_says_so(
    limit: int, sent: int, settings: Any
) -> None:
    settings.UPLOAD_LIMIT = limit
    client, stored = browser("city"), StoredFile.objects.count()
    for size, told in ((sent, "没有收下"), (900, "application_no")):
        file = SimpleUploadedFile("f.csv", b"x" * size)
        answer = client.post("/intake/", {"table": "patents", "file": file, "preview": "1"})
        assert answer.status_code == 422 and told in answer.content.decode()
    assert StoredFile.objects.count() == stored


# Previews.


def looked_at(content: bytes) -> IntakeBatch:
    from lantian.office import files

    with acting("city") as by:
        file = files.keep(name="f.csv", chunks=[content], seen_by=by.units, by=by, sealed=True)
        batch = intake.preview(table="patents", file=file, by=by)
    assert batch.job is not None
    jobs.execute(batch.job.key, Post.objects.get(account__login="city").key)
    with acting("city"):
        return IntakeBatch.objects.select_related("job").get(pk=batch.pk)


MESSY = (published(1), (wrong(2), "公开", "二", ""), (number(3), "未公开", "三", ""))


def test_a_preview_tells_what_an_intake_would_do_and_stores_no_row() -> None:
    before = Patent.objects.count()
    batch = looked_at(table(*MESSY, head=("申请号", "公开状态", "名称", "备注")))
    assert counts(batch) == (3, 2, 0, 0, 1) and Patent.objects.count() == before
    assert batch.columns == {"申请号": "application_no", "公开状态": "disclosure", "名称": "title"}
    assert batch.ignored_columns == ["备注"] and errors(batch)[0][0] == 3


def test_a_confirmed_preview_becomes_an_intake_with_the_same_counts_once() -> None:
    seen = looked_at(table(*MESSY))
    with acting("city") as by:
        batch = intake.confirm(batch=seen, by=by)
        assert batch.job is not None and batch.preview == seen
        with pytest.raises(intake.IntakeRefused):
            intake.confirm(batch=seen, by=by)
    jobs.execute(batch.job.key, Post.objects.get(account__login="city").key)
    with acting("city"):
        taken = IntakeBatch.objects.get(pk=batch.pk)
    assert counts(taken) == counts(seen) and patent(1).batch_id == taken.pk


def test_a_discarded_preview_leaves_nothing_and_a_running_one_cannot_be_decided() -> None:
    seen = looked_at(table(*MESSY))
    with acting("city") as by:
        intake.discard(batch=seen, by=by)
        with pytest.raises(intake.IntakeRefused):
            intake.confirm(batch=seen, by=by)
        waiting = intake.preview(table="patents", file=seen.file, by=by)
        with pytest.raises(intake.IntakeRefused):
            intake.confirm(batch=waiting, by=by)
    with acting("nankai") as other, pytest.raises(NotAllowed):
        intake.confirm(batch=seen, by=other)
    assert not Patent.objects.filter(application_no=number(1)).exists()
    with acting("city"):
        assert not Job.objects.filter(name="intake", arguments__batch=seen.key).exists()
        assert RowError.objects.filter(batch=seen).exists()


# Real files.


def real(name: str) -> bytes:
    path = REAL / name
    if not path.exists() and "real" not in os.environ.get("LANTIAN_REQUIRE", ""):
        pytest.skip(f"{path} is absent")
    return path.read_bytes()


def test_the_real_export_of_twenty_five_columns_goes_in_whole() -> None:
    batch = take(real("cn_patents_cnipr_full.csv.gz"))
    assert counts(batch) == (199, 199, 0, 0, 0)
    taken = Patent.objects.filter(batch=batch)
    assert taken.exclude(agency_code=None).count() == 147
    assert taken.filter(agency_code="11240", agency_name="北京康信知识产权代理有限责任公司").exists()
    assert "审查员" in batch.ignored_columns and "代理人" in batch.ignored_columns


def test_the_real_sample_with_agencies_goes_in_whole() -> None:
    batch = take(real("cn_patents_agency_sample.csv.gz"))
    assert counts(batch) == (55, 55, 0, 0, 0)
    assert Patent.objects.filter(batch=batch, agency_code="12002").exists()
    assert "不公告发明人" in notes(batch)


def test_the_real_dump_gives_its_good_rows_and_names_the_others() -> None:
    batch = take(real("cn_patents_agency_sample_raw_bcp.sql.gz"))
    assert counts(batch) == (62, 55, 0, 0, 7)
    assert {column for _, column, _ in errors(batch)} == {"kind"} and len(errors(batch)) == 7
    assert "13 段不是数据行" in notes(batch)
