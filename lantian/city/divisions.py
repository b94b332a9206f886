"""The districts of Tianjin as data, and the offices of the demonstration."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

CITY: Final = "120000"
# The small city's three districts: Nankai, Xiqing, Binhai New Area.
CHOSEN: Final = ("120104", "120111", "120116")
_BINHAI: Final = "120116"
_ENGLISH: Final = {
    "120101": "Heping District",
    "120102": "Hedong District",
    "120103": "Hexi District",
    "120104": "Nankai District",
    "120105": "Hebei District",
    "120106": "Hongqiao District",
    "120110": "Dongli District",
    "120111": "Xiqing District",
    "120112": "Jinnan District",
    "120113": "Beichen District",
    "120114": "Wuqing District",
    "120115": "Baodi District",
    "120116": "Binhai New Area",
    "120117": "Ninghe District",
    "120118": "Jinghai District",
    "120119": "Jizhou District",
}
# Places elsewhere whose agencies act for applicants here: code, city, district, telephone area.
ELSEWHERE: Final = (
    ("130104", "石家庄市", "桥西区", "0311"),
    ("370102", "济南市", "历下区", "0531"),
    ("210102", "沈阳市", "和平区", "024"),
    ("410105", "郑州市", "金水区", "0371"),
    ("140105", "太原市", "小店区", "0351"),
    ("150105", "呼和浩特市", "赛罕区", "0471"),
)

Office = dict[str, str | int | None]


@cache
def divisions() -> Mapping[str, str]:
    """Return code and name of the city and its 16 districts (GB/T 2260)."""
    lines = (files("lantian.rulebooks") / "divisions.csv").read_text(encoding="utf-8").splitlines()
    return {row["code"]: row["name"] for row in csv.DictReader(lines)}


def districts() -> tuple[str, ...]:
    """Return the codes of the sixteen districts."""
    return tuple(code for code in divisions() if code != CITY)


def _office(number: int, name_zh: str, name_en: str, kind: str, parent: str | None, sign: str) -> Office:
    return {
        "id": number,
        "code": str(number),
        "name_zh": name_zh,
        "name_en": name_en,
        "kind": kind,
        "parent": parent,
        "document_code": sign,
    }


def _district(code: str) -> Office:
    name = divisions()[code]
    return _office(
        int(code),
        f"天津市{name}知识产权局",
        f"{_ENGLISH[code]} Intellectual Property Office",
        "district",
        CITY,
        # Both characters of a name, for 津南 alone could be Nankai or Jinnan.
        f"津{name.removesuffix('新区').removesuffix('区')}知",
    )


def offices(codes: Sequence[str] = CHOSEN) -> tuple[Office, ...]:
    """Return the city office and the offices of these districts.

    Each has id, code, name_zh, name_en, kind, parent (a code) and document_code; a parent comes before its
    children.
    """
    city = _office(
        int(CITY), "天津市知识产权局", "Tianjin Intellectual Property Office", "city", None, "津知"
    )
    return (city, *(_district(code) for code in codes))


def all_offices() -> tuple[Office, ...]:
    """Return every office: the city, sixteen districts, two functional zones of Binhai and the corps.

    Zones and the corps have no code of GB/T 2260: theirs is their parent's with two digits more.
    """
    return (
        *offices(districts()),
        _office(
            12011601,
            "天津滨海高新技术产业开发区知识产权局",
            "Binhai High-tech Zone Intellectual Property Office",
            "zone",
            _BINHAI,
            "津高新知",
        ),
        _office(
            12011602,
            "天津港保税区知识产权局",
            "Tianjin Port Free Trade Zone Intellectual Property Office",
            "zone",
            _BINHAI,
            "津保知",
        ),
        _office(
            12000001,
            "天津市市场监管综合行政执法总队",
            "Tianjin Market Supervision Enforcement Corps",
            "corps",
            CITY,
            "津市监执",
        ),
    )
