"""What an uploaded file is, by its content alone: a page, an archive of one, a picture, a document, or none."""

from __future__ import annotations

import re
import zlib
from enum import StrEnum

from lantian.filings.captures import archives
from lantian.filings.captures.errors import UploadRefused as UploadRefused

MOST_BYTES = 10 * 2**20
MOST_POINTS = 80_000_000
_MARKUP = re.compile(rb"<(!doctype|html|head|body|title|meta|div|p|table|span|a)\b", re.IGNORECASE)
_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


class Kind(StrEnum):
    """Kinds of files that captures are made of."""

    HTML = "html"
    MHTML = "mhtml"
    ZIP = "zip"
    PNG = "png"
    JPEG = "jpg"
    PDF = "pdf"


PICTURES = frozenset({Kind.PNG, Kind.JPEG})
PAGES = frozenset({Kind.HTML, Kind.MHTML, Kind.ZIP})
TYPES = {
    Kind.HTML: "text/html", Kind.MHTML: "multipart/related", Kind.PNG: "image/png", Kind.JPEG: "image/jpeg",
    Kind.PDF: "application/pdf", Kind.ZIP: "application/zip",
}  # fmt: skip


def kind_of(body: bytes) -> Kind:
    """The kind of a file; raises `UploadRefused` for one that is empty, too large, broken or of no such kind."""
    if not body:
        raise UploadRefused(
            "文件是空的，请重新保存后上传。", "The file is empty; save it again and upload it."
        )
    if len(body) > MOST_BYTES:
        most = MOST_BYTES // 2**20
        raise UploadRefused(
            f"文件超过 {most} MB；请只保存有关的一页，或者截取有关部分。",
            f"The file is larger than {most} MB; save the one page that matters, or a picture of its part.",
        )
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole(Kind.PNG, _png_is_whole(body))
    if body.startswith(b"\xff\xd8\xff"):
        return _whole(Kind.JPEG, _jpeg_is_whole(body))
    if body.startswith(archives.ZIP):
        archives.opened(body)
        return Kind.ZIP
    if body.startswith(b"%PDF-"):
        return _whole(Kind.PDF, b"%%EOF" in body[-2048:])
    return _text_kind(body)


def _text_kind(body: bytes) -> Kind:
    if body[4:8] == b"ftyp" or (body.startswith(b"RIFF") and body[8:12] == b"WEBP"):
        raise UploadRefused(
            "HEIC、WebP 图片和视频不收；请在手机上另存为 JPEG，或者截屏为 PNG 后上传。",
            "No HEIC, WebP or film; save the picture as JPEG on the telephone, or take a PNG of the screen.",
        )
    head = body[:100_000]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "ignore").encode()
    if b"mime-version:" in head[:4096].lower() and b"multipart/related" in head[:4096].lower():
        return Kind.MHTML
    if b"\0" not in head and _MARKUP.search(head):
        return Kind.HTML
    raise UploadRefused(
        "只收网页（HTML、MHTML、ZIP）、图片（PNG、JPEG）和 PDF；请在浏览器中“另存为”网页，或者上传截图。",
        "Web pages (HTML, MHTML, ZIP), pictures (PNG, JPEG) and PDF only; save the page from the browser, or upload a "
        "picture of the screen.",
    )


def _whole(kind: Kind, whole: bool) -> Kind:
    if not whole:
        raise UploadRefused(
            "文件不完整或已损坏，打不开；请重新截图或者重新保存后上传。",
            "The file is broken or cut short; take the picture or save the page again and upload it.",
        )
    return kind


def _png_is_whole(body: bytes) -> bool:
    """Whether every chunk has its checksum, from the header to the end (PNG, ISO/IEC 15948, 5.3)."""
    at, first, data = 8, True, False
    while at + 12 <= len(body):
        size, name = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(body) or zlib.crc32(body[at + 4 : end - 4]) != int.from_bytes(body[end - 4 : end]):
            return False
        if first and (name != b"IHDR" or not _fits(body[at + 8 : at + 12], body[at + 12 : at + 16])):
            return False
        first, data = False, data or name == b"IDAT"
        if name == b"IEND":
            return data
        at = end
    return False


def _jpeg_is_whole(body: bytes) -> bool:
    """Whether segments lead to a frame, a scan and an end (JPEG, ITU-T T.81, annex B)."""
    at, framed = 2, False
    while at + 4 <= len(body) and body[at] == 0xFF:
        marker = body[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker in _SOF:
            framed = _fits(body[at + 7 : at + 9], body[at + 5 : at + 7])
        if marker == 0xDA:
            return framed and b"\xff\xd9" in body[at:]
        at += 2 + int.from_bytes(body[at + 2 : at + 4])
    return False


def _fits(width: bytes, height: bytes) -> bool:
    points = int.from_bytes(width) * int.from_bytes(height)
    return 0 < points <= MOST_POINTS
