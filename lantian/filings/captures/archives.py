"""Saved pages that are several files in one: MHTML (RFC 2557) and ZIP. Read in memory; nothing is written out.

A ZIP holds one saved page: the HTML file that lies highest, with its folder of pictures and styles.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

from lantian.detect import mhtml
from lantian.filings.captures.errors import UploadRefused
from lantian.office.intake.limits import check_packing

ZIP = b"PK\x03\x04"
MOST_FILES, MOST_UNPACKED = 2_000, 64 * 2**20
HOME = "http://page.invalid/"
"""Where the files of a saved page stand for whoever draws it (RFC 2606: no such host exists)."""
_PAGES = (".html", ".htm", ".xhtml")
TYPES = {
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".css": "text/css",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".svg": "image/svg+xml", ".ico": "image/x-icon", ".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf",
}  # fmt: skip
_REFERENCE = re.compile(rb"(?:https?|ftp|file|cid):[^\s\"'<>()\\]{1,4000}", re.IGNORECASE)
_UTF8_NAMES = 0x800


@dataclass(frozen=True)
class Saved:
    """A saved page: the path of its HTML (below `HOME`), every file's bytes and Content-Type by path."""

    entry: str
    files: Mapping[str, tuple[bytes, str]]

    @property
    def main(self) -> bytes:
        """The page itself."""
        return self.files[self.entry][0]


def single(body: bytes, kind: str) -> Saved:
    """A page that is one file."""
    return Saved("", {"": (body, kind)})


def opened(body: bytes) -> Saved:
    """The files of MHTML, ZIP or plain HTML; raises `UploadRefused` for a ZIP that holds no one page."""
    if body.startswith(ZIP):
        return _zipped(body)
    return _parts(body) if mhtml.is_mhtml(body) else single(body, _kind(body, "text/html"))


def _kind(body: bytes, kind: str) -> str:
    """The Content-Type of a page; one that does not say how it is written is UTF-8, else what Chinese pages are."""
    if (
        kind != "text/html"
        or b"charset" in body[:4096].lower()
        or body.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        return kind
    try:
        body.decode()
    except UnicodeDecodeError:
        return f"{kind}; charset=gb18030"
    return f"{kind}; charset=utf-8"


def _parts(body: bytes) -> Saved:
    found = list(mhtml.parts(body))[:MOST_FILES]
    places = {part.location: f"{HOME}{at}" for at, part in enumerate(found) if part.location}
    places |= {f"cid:{part.id}": f"{HOME}{at}" for at, part in enumerate(found) if part.id}
    files = {
        str(at): (_led(part.content, places) if _refers(part.kind) else part.content, part.kind)
        for at, part in enumerate(found)
    }
    first = (at for at, part in enumerate(found) if part.kind.lower().startswith("text/html"))
    entry = str(next(first, ""))
    return Saved(entry, files) if entry else single(b"", "text/plain")


def _refers(kind: str) -> bool:
    return kind.lower().startswith(("text/html", "text/css"))


def _led(content: bytes, places: Mapping[str, str]) -> bytes:
    """The page with its references to other parts led to where those stand; every other reference stays."""

    def place(found: re.Match[bytes]) -> bytes:
        named = html.unescape(found[0].decode("utf-8", "replace"))
        return places[named].encode() if named in places else found[0]

    return _REFERENCE.sub(place, content)


def _zipped(body: bytes) -> Saved:
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            check_packing(archive)
            files = _members(archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ) as fault:
        raise UploadRefused(
            "压缩包损坏、加密或者用了少见的压缩方式，打不开；请在浏览器中另存网页，重新打包为普通 ZIP 后上传。",
            "The archive is broken, encrypted or packed in a rare way; save the page again, zip it plainly and upload "
            "it.",
        ) from fault
    return Saved(_main(files), files)


def _members(archive: zipfile.ZipFile) -> dict[str, tuple[bytes, str]]:
    named = [(one, _name(one)) for one in archive.infolist() if not one.is_dir()]
    kept = [(one, name) for one, name in named if not name.startswith("__MACOSX/")]
    if len(kept) > MOST_FILES:
        raise _too_much()
    files, left = dict[str, tuple[bytes, str]](), MOST_UNPACKED
    for one, name in kept:
        with archive.open(one) as member:
            content = member.read(left + 1)  # what the directory says of sizes is not believed
        left -= len(content)
        if left < 0:
            raise _too_much()
        kind = TYPES.get(posixpath.splitext(name)[1].lower(), "")
        if kind:
            files[name] = (content, _kind(content, kind))
    return files


def _name(one: zipfile.ZipInfo) -> str:
    """The name of a member; Windows writes Chinese names in GB 18030 without saying so."""
    if one.flag_bits & _UTF8_NAMES:
        return one.filename
    try:
        return one.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return one.filename


def _main(files: Mapping[str, tuple[bytes, str]]) -> str:
    pages = [name for name in files if name.lower().endswith(_PAGES)]
    top = min((name.count("/") for name in pages), default=0)
    highest = [name for name in pages if name.count("/") == top]
    if len(highest) != 1:
        raise UploadRefused(
            "压缩包里应当只有一个保存的网页（一个 HTML 文件和它的同名文件夹）；MHTML 和图片请直接上传。",
            "The archive holds one saved page (an HTML file and its folder); upload MHTML and pictures as they are.",
        )
    return highest[0]


def _too_much() -> UploadRefused:
    most = MOST_UNPACKED // 2**20
    return UploadRefused(
        f"压缩包解开后超过 {most} MB 或者 {MOST_FILES} 个文件；请只保存有关的一页。",
        f"Unpacked, the archive has more than {most} MB or {MOST_FILES} files; save the one page that matters.",
    )
