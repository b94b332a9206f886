"""The people of the demonstration: invented, each with one post. No Django here; settings read it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lantian.city.divisions import offices
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


PEOPLE = (
    Person("city", "陶知远", 120000, "city_officer"),
    Person("nankai", "宁书白", 120104, "office_officer"),
    Person("xiqing", "简若川", 120111, "office_officer"),
    Person("binhai", "闻一舟", 120116, "office_officer"),
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
    units = {office["id"]: Text(str(office["name_zh"]), str(office["name_en"])) for office in offices()}
    known = passwords(home)
    return [
        {"login": p.login, "password": known[p.login], "role": ROLES[p.role].name, "unit": units[p.unit]}
        for p in PEOPLE
        if p.login in known
    ]
