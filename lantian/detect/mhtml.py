"""The parts of an MHTML file (RFC 2557), in order.

Only ever looks forward: the mail parser that comes with Python takes time that grows with the square of some hostile
headers, and recurses as deep as parts are nested.
"""

from __future__ import annotations

import re
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass

MOST_MARKS, MOST_HEAD = 20, 8_192  # boundaries of parts, and bytes of the head of one
_BOUNDARY = re.compile(rb"""boundary\s{0,9}=\s{0,9}(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))""", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_FIELD = re.compile(rb"^(content-[a-z-]{2,24}):[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One part: its Content-Type as it stands, where it was (`location`), its Content-ID, its bytes."""

    kind: str
    location: str
    id: str
    content: bytes


def is_mhtml(body: bytes) -> bool:
    """Whether the head of a file says that it is MHTML."""
    head = body[:4096].lower()
    return b"mime-version:" in head and b"multipart/related" in head


def parts(body: bytes) -> Iterator[Part]:
    """Every part that has a head with a Content-Type."""
    marks = dict.fromkeys(quoted or plain for quoted, plain in _BOUNDARY.findall(body))
    if not marks:
        return
    between = b"|".join(re.escape(mark) for mark in list(marks)[:MOST_MARKS])
    for part in re.split(rb"^--(?:%b)(?:--)?[ \t]*\r?$" % between, body, flags=re.MULTILINE)[1:]:
        end = _BLANK_LINE.search(part, 0, MOST_HEAD)
        fields = _fields(part[: end.start()]) if end else {}
        if end and "content-type" in fields:
            content = _plain(part[end.end() :], fields.get("content-transfer-encoding", ""))
            id = fields.get("content-id", "").strip("<> ")
            yield Part(fields["content-type"], fields.get("content-location", ""), id, content)


def _fields(head: bytes) -> dict[str, str]:
    found = _FIELD.findall(_FOLD.sub(b" ", head))
    # Of a field that stands twice the first counts.
    return {
        name.decode().lower(): value.decode("utf-8", "replace").strip() for name, value in reversed(found)
    }


def _plain(content: bytes, packed: str) -> bytes:
    named = packed.partition(";")[0].strip().lower()
    if named == "quoted-printable":
        return a2b_qp(content)
    try:
        return a2b_base64(content + b"==") if named == "base64" else content
    except BinasciiError:
        return content
