"""What secrecy asks: which rows may never come in, which are known to be public, what unpublished text lies in.

Unpublished text lies encrypted (AES-256-SIV, RFC 5297) under a key derived from the server's SECRET_KEY. The
scheme is deterministic within one cell of one application, so that a file taken in twice changes nothing; equal
text in another cell or application looks different.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lantian.core.messages import Refused, Text
from lantian.core.rulebook import Many, Rulebook, RuleVersion, Shape, shipped
from lantian.office import clock
from lantian.office.intake.spec import Fault, fold_header

FILE = "secrecy.toml"
TEXTS = ("title", "abstract", "claim")
SHAPES: Mapping[str, Shape] = {
    "unpublished": Shape(),
    "grant": Shape({"limit": int, "unit": str}),
    "barred": Shape({name: Many(str) for name in ("words", "headers", "harmless", "numbers")}),
}
_PURPOSE = b"lantian unpublished text 1"
_PREFIX = "siv1:"


class SealBroken(Refused):
    """Stored text cannot be opened: another SECRET_KEY, or somebody changed it."""


def rule(name: str) -> RuleVersion:
    """A rule of the book in force today."""
    return _book().rule(name, clock.today())


def barred(rows: pl.DataFrame, named: Mapping[str, str]) -> list[Fault]:
    """Rows that carry a mark of secrecy, as faults that repeat nothing of the row.

    `rows` has the file's own headers and `row`; `named` maps those headers that are known to canonical columns.
    """
    marks = rule("barred").values
    found = {
        row
        for header in rows.columns
        if header != "row" and named.get(header) not in TEXTS
        for row in rows.filter(_marked(header, rows.schema[header], named.get(header, ""), marks))["row"]
    }
    return [Fault(row, "disclosure", "", _barred_text()) for row in sorted(found)]


def seal(text: str | None, application_no: str, column: str) -> str | None:
    """Encrypt one cell; nothing stays nothing."""
    if text is None:
        return None
    sealed = _cipher().encrypt(text.encode(), _about(application_no, column)) if text else b""
    return _PREFIX + b64encode(sealed).decode()


def unseal(stored: str | None, application_no: str, column: str) -> str | None:
    """Decrypt one cell; raises `SealBroken` when it does not open."""
    if stored is None:
        return None
    try:
        sealed = b64decode(stored.removeprefix(_PREFIX), validate=True)
        return _cipher().decrypt(sealed, _about(application_no, column)).decode() if sealed else ""
    except (InvalidTag, ValueError):
        raise SealBroken(
            "未公开文字无法解密：服务器密钥已更换，或数据被改动；请联系系统管理员。",
            "Unpublished text does not open: the server's key has changed, or the data; ask the administrator.",
        ) from None


def sealed(frame: pl.DataFrame, texts: Sequence[str]) -> pl.DataFrame:
    """The frame with its texts encrypted, cell by cell."""
    numbers = frame["application_no"].to_list()
    return frame.with_columns(
        pl.Series(
            name,
            [seal(text, number, name) for text, number in zip(frame[name].to_list(), numbers, strict=True)],
            dtype=pl.String,
        )
        for name in texts
    )


@cache
def _book() -> Rulebook:
    return Rulebook.from_text(shipped(FILE), file=FILE, shapes=SHAPES)


def _marked(header: str, dtype: pl.DataType, name: str, marks: Mapping[str, Any]) -> pl.Expr:
    cell = pl.col(header)
    if isinstance(dtype, pl.List):
        cell = cell.cast(pl.List(pl.String)).list.join("；")
    cell = cell.cast(pl.String, strict=False).str.strip_chars().fill_null("")
    if fold_header(header) in map(fold_header, marks["headers"]):
        return ~cell.str.to_lowercase().is_in(["", *marks["harmless"]])
    found = cell.is_in(marks["words"])
    if name in ("application_no", "publication_no"):
        number = cell.str.normalize("NFKC").str.replace_all(r"\s", "").str.to_uppercase()
        found = found | number.str.contains("|".join(marks["numbers"]))
    return found


def marked(cells: Sequence[str]) -> bool:
    """Whether loose cells, whose columns nobody knows, carry a mark of secrecy."""
    marks = rule("barred").values
    numbers = re.compile("|".join(marks["numbers"]))
    plain = [cell.strip() for cell in cells]
    return any(cell in marks["words"] or numbers.match(cell.upper()) for cell in plain)


def _barred_text() -> Text:
    cited = rule("barred").basis.cite()
    return Text(
        f"带有国防或保密标记的申请不得导入（{cited.zh}）；请从文件中删去此行，并报告保密工作机构。",
        f"Marked as defence or secret: never taken in ({cited.en}). Delete the row; tell the secrecy office.",
    )


def _about(application_no: str, column: str) -> list[bytes]:
    return [column.encode(), application_no.encode()]


def _cipher() -> AESSIV:
    return AESSIV(_key(settings.SECRET_KEY))


@cache
def _key(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=64, salt=None, info=_PURPOSE).derive(secret.encode())
