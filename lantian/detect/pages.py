"""What a saved page says: title, visible text, and the signs by which whoever stands behind it can be found.

HTML is read and never run (`markup`); scripts, styles and what they would add are left out. MHTML
(RFC 2557) gives its first HTML part. Bytes that are no text (pictures, PDF) say nothing: an officer types them.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lantian.core import identifiers
from lantian.detect.markup import words_of
from lantian.detect.mhtml import is_mhtml, parts

MOST_TEXT = 200_000
MOST_UNPACKED = 32 * 2**20
_BLANKS = re.compile(r"[^\S\n]+")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
# A page is read only by encodings of the web: among Python's others are some that take hours for a page.
# Pages that say gb2312 use letters that only its successors have.
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "gb18030": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "shift-jis": "cp932", "euc-jp": "euc-jp", "euc-kr": "cp949",
    "us-ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252",
}  # fmt: skip
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"PK\x03\x04", b"RIFF")
# Signs in text of half width. A telephone is a mobile number, a number with its area code, or a 400/800 number.
_PHONE = re.compile(
    r"(?<![\d-])(1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8}|[48]00[ -]?\d{3}[ -]?\d{4})(?![\d-])"
)
_WECHAT = re.compile(
    r"(?:微信|weixin|wechat|vx|v信|威信)(?:同?号|号码|公众号|id|联系|咨询|客服|沟通){0,2}[\s::号]{0,3}([a-z][a-z0-9_-]{5,19}|1[3-9]\d{9})(?![a-z0-9_-])",
    re.IGNORECASE,
)
_QQ = re.compile(r"(?:qq|扣扣)(?:号|群)?[\s::]{0,3}([1-9]\d{4,10})(?!\d)", re.IGNORECASE)
_ICP = re.compile(r"([一-鿿]ICP[备证]\s?\d{6,10}号?(?:-\d{1,3})?)", re.IGNORECASE)
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-HJ-NP-RT-UW-Y]{2}\d{6}[0-9A-HJ-NP-RT-UW-Y]{10})(?![0-9A-Z])")
_LICENCE = re.compile(r"(?:机构代码|执业许可证?(?:编?号)?|代理机构编?号)[\s::为]{0,3}(\d{5})(?!\d)")
_FIRM = re.compile(
    r"[一-鿿A-Za-z0-9()]{2,40}?(?:有限责任公司|股份有限公司|有限公司|集团公司|专利代理事务所|商标事务所|"
    r"知识产权代理事务所|律师事务所|事务所)(?:\((?:普通|特殊普通|有限)合伙\))?"
)
_LEAD_IN = re.compile(
    r"^.*(?:版权所有|主办单位|公司名称|机构名称|运营主体|技术支持|经营者|来源于|欢迎来到|关于我们)"
)


@dataclass(frozen=True)
class Signs:
    """Who might stand behind a page, as it says itself: each list without repeats, in the order of the text."""

    phones: tuple[str, ...] = ()
    wechats: tuple[str, ...] = ()
    qqs: tuple[str, ...] = ()
    icps: tuple[str, ...] = ()
    credit_codes: tuple[str, ...] = ()
    licence_nos: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page in words. `readable` is false for pictures and the like, whose words somebody has to type."""

    title: str = ""
    text: str = ""
    readable: bool = True
    signs: Signs = field(default_factory=Signs)


def read_page(body: bytes, *, kind: str = "", packed: str = "") -> Page:
    """Read the bytes of a page; `kind` is its Content-Type, `packed` its Content-Encoding, where a host gave them."""
    body = _unpacked(body, packed)
    if body.startswith(_PICTURES) or kind.startswith(("image/", "video/", "audio/", "application/pdf")):
        return Page(readable=False)
    if is_mhtml(body):
        body, kind = _first_html(body)
    text = _decoded(body, kind)
    if "\0" in text[:1000]:
        return Page(readable=False)
    if kind.startswith("text/plain"):
        return Page("", _tidy(text), signs=signs(text))
    title, said = words_of(text)
    words = _tidy(said)
    return Page(_tidy(title).replace("\n", " ")[:300], words, signs=signs(words))


def signs(text: str) -> Signs:
    """The signs in a text, typed or extracted."""
    plain = unicodedata.normalize("NFKC", text)
    codes = (identifiers.credit_code(one) for one in _CODE.findall(plain.upper()))
    return Signs(
        phones=_each(re.sub(r"[ -]", "", one) for one in _PHONE.findall(plain)),
        wechats=_each(_WECHAT.findall(plain)),
        qqs=_each(_QQ.findall(plain)),
        icps=_each(re.sub(r"\s", "", one) for one in _ICP.findall(plain)),
        credit_codes=_each(one.normal for one in codes if one.status is identifiers.Status.VALID),
        licence_nos=_each(_LICENCE.findall(plain)),
        firms=_each(_firms(plain)),
    )


def _firms(plain: str) -> Iterator[str]:
    for found in _FIRM.findall(plain):
        name = _LEAD_IN.sub("", found)
        if len(name) >= 6:
            yield name


def _each(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:20]


def _tidy(text: str) -> str:
    lines = (_BLANKS.sub(" ", line).strip() for line in text.replace("\0", "").splitlines())
    return "\n".join(line for line in lines if line)[:MOST_TEXT]


def _decoded(body: bytes, kind: str) -> str:
    """Text by its mark, by what the host said, by what the page says, else UTF-8, else GB 18030."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    named = [
        found[1].decode() for found in (_CHARSET.search(kind.encode()), _CHARSET.search(body[:4096])) if found
    ]
    for name in [*named, "utf-8"]:
        known = _ENCODINGS.get(name.casefold().replace("_", "-"))
        if known is None:
            continue
        try:
            return body.decode(known).removeprefix("\ufeff")
        except UnicodeError:
            continue
    return body.decode("gb18030", "replace")


def _unpacked(body: bytes, packed: str) -> bytes:
    """What a host sent packed although nobody asked; what does not unpack is left as it came."""
    if packed.casefold() not in ("gzip", "x-gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(47 if "gzip" in packed.casefold() else 15).decompress(body, MOST_UNPACKED)
    except zlib.error:
        return body


def _first_html(body: bytes) -> tuple[bytes, str]:
    """The first HTML part of MHTML with its Content-Type."""
    for part in parts(body):
        if part.kind.lower().startswith("text/html"):
            charset = _CHARSET.search(part.kind.encode())
            return part.content, f"text/html; charset={charset[1].decode()}" if charset else "text/html"
    return b"", "text/plain"
