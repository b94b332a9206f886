"""The districts of Tianjin as data, and the offices of the demonstration."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

CITY: Final = "120000"
# The demonstration's three districts: Nankai, Xiqing, Binhai New Area.
CHOSEN: Final = ("120104", "120111", "120116")
_ENGLISH: Final = {"120104": "Nankai District", "120111": "Xiqing District", "120116": "Binhai New Area"}


@cache
def divisions() -> Mapping[str, str]:
    """Return code and name of the city and its 16 districts (GB/T 2260)."""
    lines = (files("lantian.rulebooks") / "divisions.csv").read_text(encoding="utf-8").splitlines()
    return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def _district(code: str) -> dict[str, str | int | None]:
    return {
        "id": int(code),
        "code": code,
        "name_zh": f"天津市{divisions()[code]}知识产权局",
        "name_en": f"{_ENGLISH[code]} Intellectual Property Office",
        "kind": "district",
        "parent": CITY,
    }


def offices() -> tuple[dict[str, str | int | None], ...]:
    """Return the demonstration's units: id, code, name_zh, name_en, kind (city, district), parent code."""
    city: dict[str, str | int | None] = {
        "id": int(CITY),
        "code": CITY,
        "name_zh": "天津市知识产权局",
        "name_en": "Tianjin Intellectual Property Office",
        "kind": "city",
        "parent": None,
    }
    return (city, *(_district(code) for code in CHOSEN))
