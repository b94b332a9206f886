"""Limits of files, dated in `rulebooks/intake.toml`, and the kind words when a file passes one."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lantian.core.messages import Unreadable


@cache
def book() -> Mapping[str, Any]:
    """The rule book as it stands: tables of limits by kind of file."""
    return tomllib.loads(files("lantian").joinpath("rulebooks/intake.toml").read_text("utf-8"))


def limit(kind: str, name: str) -> int:
    """One limit: bytes, cells, characters, lines or rows, as its name says."""
    return int(book()[kind][name])


def check_unpacked(kind: str, unpacked: int, packed: int) -> None:
    """Refuse what would unpack to too much, or by too large a ratio (`kind`: workbook, packed_text)."""
    rules = book()[kind]
    bomb = unpacked > rules["ratio_from_bytes"] and unpacked > rules["ratio"] * max(packed, 1)
    if bomb or unpacked > rules["unpacked_bytes"]:
        most = _megabytes(rules["unpacked_bytes"])
        raise Unreadable(
            f"文件解开后有 {_megabytes(unpacked)} MB 以上（压缩后 {_megabytes(packed)} MB），"
            f"超出限度（{most} MB、{rules['ratio']} 倍），未解开；请拆分后以 CSV 导入。",
            f"Unpacked, the file has {_megabytes(unpacked)} MB or more ({_megabytes(packed)} MB packed), beyond "
            f"the limit ({most} MB, {rules['ratio']} times); it was not unpacked. Split it and take in CSV.",
        )


def check_packing(archive: zipfile.ZipFile) -> None:
    """Refuse (`BadZipFile`) members packed otherwise than by DEFLATE, before any is opened.

    Of BZIP2 and LZMA the library unpacks everything at once, whatever size was asked for.
    """
    rare = [
        one
        for one in archive.infolist()
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    ]
    if rare:
        raise zipfile.BadZipFile("compression method")


def _megabytes(count: int) -> int:
    return max(1, round(count / 2**20))
