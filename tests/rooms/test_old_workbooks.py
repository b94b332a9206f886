"""Workbooks of other kinds: XLS of old programs goes in, ODS and XLSB are refused with advice."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

import pytest

from lantian.core.messages import Unreadable
from lantian.filings.models import Patent
from lantian.office.models import StoredFile
from tests.intaking import begin, counts, errors, number, take, wrong

pytestmark = pytest.mark.django_db
SECTOR, LEAST = 512, 4096  # of a compound file; a stream shorter than LEAST would go elsewhere
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
HEAD = ("申请号", "公开状态", "名称", "申请日", "申请人")


def xls(*lines: Sequence[str | float]) -> bytes:
    """A BIFF8 workbook of one sheet ([MS-XLS]) in a compound file ([MS-CFB]), as Excel 97 to 2003 wrote them."""
    name = "数据"
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 0))
    sheet += record(0x0200, struct.pack("<IIHHH", 0, len(lines), 0, len(HEAD), 0))
    sheet += b"".join(
        cell(row, column, value) for row, line in enumerate(lines) for column, value in enumerate(line)
    ) + record(0x000A, b"")
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 0))
    start += record(0x0042, struct.pack("<H", 1200))
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    bound = len(start) + 4 + 6 + len(title) + 4
    start += record(0x0085, struct.pack("<IBB", bound, 0, 0) + title) + record(0x000A, b"")
    return compound(start + sheet)


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        words = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
        return record(0x0204, place + words) if value else b""
    return record(0x0203, place + struct.pack("<d", value))


def compound(stream: bytes) -> bytes:
    """One stream `Workbook`: header, the table of sectors, the directory, the stream's sectors."""
    stream = stream.ljust(max(LEAST, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    sectors = len(stream) // SECTOR
    table = [FAT, END, *range(3, 2 + sectors), END]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, LEAST, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    entries = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, FREE, 2, len(stream))
    return header + struct.pack(f"<{SECTOR // 4}I", *table, *[FREE] * (SECTOR // 4 - len(table))) + entries.ljust(
        SECTOR, b"\0"
    ) + stream  # fmt: skip


def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    title = (name + "\0").encode("utf-16-le")
    place = struct.pack("<HBBIII", len(title), kind, 1, FREE, FREE, child)
    return title.ljust(64, b"\0") + place + b"\0" * 36 + struct.pack("<IQ", start, size)


def packed(*parts: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts:
            package.writestr(name, content)
    return out.getvalue()


def ods() -> bytes:
    """A spreadsheet of OpenDocument 1.3 with one row."""
    spaces = ("office", "table", "text")
    names = " ".join(f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"' for one in spaces)
    body = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{one}</text:p></table:table-cell>'
        for one in HEAD
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='a'>"
        f"<table:table-row>{body}</table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed(("mimetype", kind), ("content.xml", content.encode()), ("META-INF/manifest.xml", b"<x/>"))


def test_a_workbook_of_an_old_program_goes_in_and_its_bad_row_is_named() -> None:
    batch = take(
        xls(
            ("2024年申请清单",),
            HEAD,
            (number(901), "公开", "一种装置", 45439.0, "甲公司；乙大学"),
            (float(number(902)), "公开", "二种装置", "2024.5.27", ""),
            (wrong(903), "公开", "三种装置", "2024-05-27", ""),
        )
    )
    assert counts(batch) == (3, 2, 0, 0, 1)
    first = Patent.objects.get(application_no=number(901))
    assert (str(first.filing_date), first.row, first.applicants) == ("2024-05-27", 3, ["甲公司", "乙大学"])
    assert Patent.objects.get(application_no=number(902)).title == "二种装置"
    assert [row for row, *_ in errors(batch)] == [5]
    assert "第 2 行为表头" in batch.notes_zh


@pytest.mark.parametrize("make", [ods, lambda: packed(("xl/workbook.bin", b"\x83\x01\0"))])
def test_a_workbook_of_another_kind_is_refused_with_the_way_to_save_it(make: object) -> None:
    stored = StoredFile.objects.count()
    with pytest.raises(Unreadable, match="save it as an Excel workbook") as refused:
        begin(make())  # type: ignore[operator]
    assert "另存为" in refused.value.text.zh and StoredFile.objects.count() == stored
