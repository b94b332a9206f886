"""The people of the demonstration: invented, each with one post. No Django here; settings read it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lantian.city.divisions import CITY, offices
from lantian.core.messages import Text
from lantian.office.permissions import ROLES

FILE = "demo-passwords.json"


@dataclass(frozen=True)
class Person:
    """An account of the demonstration."""

    login: str
    name: str
    unit: int
    role: str


# Units beside the offices of the city: corps, centre, association.
_MORE = (
    (12000001, "天津市市场监管综合行政执法总队", "Tianjin Market Supervision Enforcement Corps", "corps"),
    (12000002, "天津市知识产权保护中心", "Tianjin Intellectual Property Protection Centre", "centre"),
    (12000003, "天津市知识产权服务业协会", "Tianjin IP Services Association", "association"),
)
_SIGNS = {"corps": "津市监执", "centre": "津知保", "association": "津知协"}
MORE_UNITS: tuple[dict[str, str | int | None], ...] = tuple(
    {"id": number, "name_zh": zh, "name_en": en, "kind": kind, "parent": CITY, "document_code": _SIGNS[kind]}
    for number, zh, en, kind in _MORE
)

PEOPLE = (
    Person("city", "陶知远", 120000, "patent_division"),
    Person("marks", "叶见秋", 120000, "trademark_division"),
    Person("nankai", "宁书白", 120104, "district_officer"),
    Person("leader", "顾怀瑾", 120104, "district_leader"),
    Person("xiqing", "简若川", 120111, "district_officer"),
    Person("binhai", "闻一舟", 120116, "district_officer"),
    Person("corps", "岳定山", 12000001, "enforcement_corps"),
    Person("centre", "苏映雪", 12000002, "protection_centre"),
    Person("association", "林守拙", 12000003, "association"),
    Person("agency", "程望舒", 120104, "agency"),
    Person("auditor", "秦鉴明", 120000, "auditor"),
    Person("admin", "卓明理", 120000, "administrator"),
)


def new_passwords(home: Path) -> dict[str, str]:
    """Make a password for every account, kept beside the data for their owner only."""
    passwords = {person.login: secrets.token_urlsafe(9) for person in PEOPLE}
    descriptor = os.open(home / FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        json.dump(passwords, handle)
    return passwords


def passwords(home: Path) -> dict[str, str]:
    """The passwords made before; empty when there are none."""
    path = home / FILE
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return known


def accounts(home: Path) -> list[Mapping[str, str | Text]]:
    """Accounts for the login page of a demonstration."""
    units = {
        office["id"]: Text(str(office["name_zh"]), str(office["name_en"]))
        for office in (*offices(), *MORE_UNITS)
    }
    known = passwords(home)
    return [
        {"login": p.login, "password": known[p.login], "role": ROLES[p.role].name, "unit": units[p.unit]}
        for p in PEOPLE
        if p.login in known
    ]
