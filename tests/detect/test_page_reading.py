"""What a saved page says: words as a reader would see them, and who stands behind it by its own signs."""

from __future__ import annotations

import gzip
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from lantian.detect.pages import MOST_TEXT, read_page, signs

HTML = """<!doctype html><html><head><meta charset="{charset}"><title>天津 专利服务</title>
<style>p {{ color: red }}</style><script>var x = "不该出现";</script></head><body>
<h1>专利代理</h1><p>代写发明专利，<b>微信</b>咨询</p><img alt="包授权海报"><template>也不该出现</template>
<footer>版权所有：甲乙知识产权代理有限公司 津ICP备12345678号-1</footer></body></html>"""


@pytest.mark.parametrize("charset", ["punycode", "zlib", "no such"])
def test_a_page_does_not_choose_by_what_program_it_is_read(charset: str) -> None:
    """Punycode takes hours for ten megabytes; only encodings of the web are heard."""
    page = read_page(b"<p>-" + b"a" * 100_000, kind=f"text/html; charset={charset}")
    assert page.text.startswith("-aaa")


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "utf-16"])
def test_a_page_is_read_in_whatever_letters_it_came(charset: str) -> None:
    page = read_page(HTML.format(charset=charset).encode(charset))
    assert page.title == "天津 专利服务"
    assert page.text.splitlines()[:2] == ["专利代理", "代写发明专利，微信咨询"]
    assert "包授权海报" in page.text and "不该出现" not in page.text
    assert page.signs.firms == ("甲乙知识产权代理有限公司",)


def test_a_host_may_say_the_letters_and_pack_the_page() -> None:
    body = gzip.compress("<p>专利包授权</p>".encode("gb18030"))
    assert read_page(body, kind="text/html; charset=gbk", packed="gzip").text == "专利包授权"


def test_the_first_page_of_a_saved_archive_is_read() -> None:
    archive = MIMEMultipart("related")
    archive.attach(MIMEText("<title>存档</title><p>发明人可加名</p>", "html", "utf-8"))
    page = read_page(archive.as_bytes())
    assert (page.title, page.text) == ("存档", "发明人可加名")


def test_signs_are_numbers_and_names_and_nothing_near_them() -> None:
    found = signs(
        "联系电话：022-87654321，手机 138 0013 8000；微信号：zhuanli_01，QQ：123456789。统一社会信用代码"
        "91110000600037341L，机构代码：12345。京ICP证030173号。天津和平知识产权代理有限公司，甲乙丙专利代理事务所（普通合伙）"
    )
    assert found.phones == ("02287654321", "13800138000")
    assert signs("微信联系 zhuanli2026").wechats == ("zhuanli2026",)
    assert (found.wechats, found.qqs) == (("zhuanli_01",), ("123456789",))
    assert found.credit_codes == ("91110000600037341L",) and found.licence_nos == ("12345",)
    assert found.icps == ("京ICP证030173号",)
    assert found.firms == ("天津和平知识产权代理有限公司", "甲乙丙专利代理事务所(普通合伙)")


@pytest.mark.parametrize(
    "text", ["2026-11-22", "订单20261122123456789012", "91110000600037341M", "微信支付", ""]
)
def test_other_numbers_are_no_signs(text: str) -> None:
    assert signs(text) == signs("")


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"%PDF-1.7", b"\0\0\0\0binary"])
def test_a_picture_says_nothing_until_somebody_types_it(body: bytes) -> None:
    page = read_page(body)
    assert not page.readable and page.text == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        b"<html><head><title>x",
        b"<p>" * 200_000,
        b"<!--" * 50_000,
        "𠮷😀".encode(),
        b"\xff\xfe<\0p",
    ],
)
def test_broken_pages_are_read_as_far_as_they_go(body: bytes) -> None:
    assert len(read_page(body).text) <= MOST_TEXT


def test_ten_megabytes_are_cut_where_nobody_reads_on() -> None:
    assert len(read_page(("<p>专利代理服务</p>" * 500_000).encode()).text) == MOST_TEXT


def test_a_hostile_archive_takes_no_time_and_no_depth() -> None:
    head = b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b0"'
    nested = b"".join(
        b'\n\n--b%d\nContent-Type: multipart/mixed; boundary="b%d"' % (n, n + 1) for n in range(2_000)
    )
    assert read_page(head + nested + b"\n\n--b2000\nContent-Type: text/html\n\n<p>x</p>").text == ""
    assert read_page(head + b"; " + b"a*0*=b;" * 100_000 + b"\n\n--b0\n").text == ""
    assert read_page(head + b"; x=" + b"(" * 100_000).text == ""


def test_a_part_within_a_part_of_an_archive_is_found() -> None:
    outer, inner = MIMEMultipart("related"), MIMEMultipart("alternative")
    inner.attach(MIMEText("<p>代写发明专利</p>", "html", "utf-8"))
    outer.attach(inner)
    assert read_page(outer.as_bytes()).text == "代写发明专利"
