"""Which office a body belongs to, decided step by step, and why.

Registering authority → functional zone → district as given → address (`rulebooks/routing.toml`). The first step
that decides wins; what the other steps say against it is kept as a conflict. What no step decides is never
guessed: it waits with the city.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any

from lantian.core import identifiers
from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.rulebook import Many, Rulebook, Shape

FILE = "routing.toml"
HOME = "12"  # the first two digits of every code of the city
CITY = "120000"

_NAMED = {"name_zh": str, "name_en": str}
_WORDS = {"given": Many(str), "address": Many(str)}
SHAPES = {
    "districts": Shape({"members": Many(Shape({"code": str, **_WORDS, **_NAMED}))}),
    "succession": Shape({"members": Many(Shape({"code": str, "district": str, "since": date, **_NAMED}))}),
    "authorities": Shape({"members": Many(Shape({"code": str, "districts": Many(str), **_NAMED}))}),
    "zones": Shape({"members": Many(Shape({"zone": str, "district": str, **_WORDS, **_NAMED}))}),
}
# A place of another city before any district's name; 市场 and 市政 are words of their own.
_ELSEWHERE = re.compile(r"省|自治区|(?<!天津)(?<!本)市(?![场政辖内])")
_HEAD = 12
DAYS_KEPT = 512  # of tables made; registers ask by the day of each fact


class Step(StrEnum):
    """The step that decided, or why none could; `PLACED` is an officer's word (`registry.placing`)."""

    AUTHORITY = "authority"
    ZONE = "zone"
    DISTRICT = "district"
    ADDRESS = "address"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"
    PLACED = "placed"


STEP_TEXTS: dict[Step, Text] = {
    Step.AUTHORITY: Text("登记机关", "registering authority"),
    Step.ZONE: Text("功能区范围", "functional zone"),
    Step.DISTRICT: Text("名录所列区", "district as given"),
    Step.ADDRESS: Text("地址", "address"),
    Step.OUTSIDE: Text("外地登记", "registered elsewhere"),
    Step.UNKNOWN: Text("待市局确定", "waits with the city"),
    Step.PLACED: Text("市局确定", "placed by the city"),
}


@dataclass(frozen=True, slots=True)
class Says:
    """What one step says: a district, perhaps a zone in it, and the words that it read."""

    step: Step
    district: str
    zone: str | None
    read: Text


@dataclass(frozen=True, slots=True)
class Route:
    """Where a body belongs: `district` is a code of GB/T 2260 or None while the city has to place it."""

    step: Step
    district: str | None
    zone: str | None
    said: tuple[Says, ...]
    outside: str | None = None

    @property
    def conflicts(self) -> tuple[Says, ...]:
        """Steps that say another district than the one decided, or any district of a body from elsewhere."""
        return tuple(one for one in self.said if one.district != self.district)

    def reason(self, on: date) -> Text:
        """Why, as a sentence."""
        if self.step is Step.OUTSIDE:
            return Text(
                f"登记机关代码 {self.outside} 不在天津市；由市局确定承办单位。",
                f"Registering authority {self.outside} is not in Tianjin; the city decides who handles it.",
            )
        if self.district is None:
            return Text(
                "登记机关、功能区、区和地址都不能确定；由市局确定承办单位。",
                "Neither authority, zone, district nor address decides; the city decides who handles it.",
            )
        name = district_name(self.district, on)
        read = next(one.read for one in self.said if one.step is self.step)
        step = STEP_TEXTS[self.step]
        return Text(f"{step.zh}：{read.zh} → {name.zh}。", f"By {step.en}: {read.en} → {name.en}.")


@dataclass(frozen=True)
class _Tables:
    names: Mapping[str, Text]
    given: Mapping[str, tuple[str, str | None]]
    address: tuple[tuple[str, str], ...]
    zones: tuple[tuple[str, str, str], ...]
    zone_names: Mapping[str, Text]
    succession: Mapping[str, tuple[str, Text]]
    authorities: Mapping[str, tuple[tuple[str, ...], Text]]


def route(credit_code: str | None, given: str | None, address: str | None, on: date) -> Route:
    """Place a body by its credit code, the district as a directory gives it (code or name), and its address."""
    known = _tables(on)
    zone = _zone(given, address, known)
    district = _district(given, known)
    placed = _address(address, known)
    later = [one for one in (zone, district, placed) if one]
    authority = registered_at(credit_code)
    if authority and not authority.startswith(HOME):
        return Route(Step.OUTSIDE, None, None, tuple(later), authority)
    first = _authority(authority, later, known) if authority else None
    said = (first, *later) if first else tuple(later)
    if not said:
        return Route(Step.UNKNOWN, None, None, ())
    chosen = said[0]
    inside = zone.zone if zone and zone.district == chosen.district else chosen.zone
    return Route(chosen.step, chosen.district, inside, said)


def district_name(code: str, on: date) -> Text:
    """The name of a district; the code itself where it has none."""
    return _tables(on).names.get(code, Text(code, code))


def zone_name(zone: str, on: date) -> Text:
    """The name of a functional zone."""
    return _tables(on).zone_names.get(zone, Text(zone, zone))


def registered_at(credit_code: str | None) -> str | None:
    """Characters 3 to 8 of a valid credit code; other numbers name no authority that could be relied on."""
    if not credit_code or len(credit_code) != 18:
        return None
    return credit_code[2:8] if identifiers.credit_code(credit_code).valid else None


def _authority(code: str, later: list[Says], known: _Tables) -> Says | None:
    if code in known.authorities:
        districts, name = known.authorities[code]
        # A code that two authorities share decides only together with what else is on file.
        confirmed = next((one.district for one in later if one.district in districts), None)
        district = districts[0] if len(districts) == 1 else confirmed
        return Says(Step.AUTHORITY, district, None, _coded(code, name)) if district else None
    if code in known.succession:
        district, name = known.succession[code]
        return Says(Step.AUTHORITY, district, None, _coded(code, name))
    if code in known.names:
        return Says(Step.AUTHORITY, code, None, _coded(code, known.names[code]))
    return None


def _coded(code: str, name: Text) -> Text:
    return Text(f"{code}（{name.zh}）", f"{code} ({name.en})")


def _zone(given: str | None, address: str | None, known: _Tables) -> Says | None:
    by_address = [one for one in known.zones if address and one[0] in address]
    if by_address:
        word, zone, district = by_address[0]
        return Says(Step.ZONE, district, zone, Text(f"地址中的“{word}”", f"'{word}' in the address"))
    found = known.given.get(given or "")
    if found and found[1]:
        return Says(Step.ZONE, found[0], found[1], _as_given(given or ""))
    return None


def _district(given: str | None, known: _Tables) -> Says | None:
    found = known.given.get(given or "")
    if found is None or found[1]:
        return None
    return Says(Step.DISTRICT, found[0], None, _as_given(given or ""))


def _as_given(given: str) -> Text:
    return Text(f"名录写“{given}”", f"the directory says '{given}'")


def _address(address: str | None, known: _Tables) -> Says | None:
    """The one district that an address names; none when it names two, or lies in another city."""
    if not address or _ELSEWHERE.search(address[:_HEAD]):
        return None
    found = {district: word for word, district in known.address if word in address}
    if len(found) != 1:
        return None
    ((district, word),) = found.items()
    return Says(Step.ADDRESS, district, None, Text(f"“{word}”", f"'{word}'"))


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of routing; raises `BadRulebook`."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)


@in_use(FILE)
def _days(text: str) -> Callable[[date], _Tables]:
    """The tables of a day by the book in use, made once a day."""
    rules = read_book(text)
    return lru_cache(maxsize=DAYS_KEPT)(partial(_made, rules))


def _tables(on: date) -> _Tables:
    return _days()(on)


def _made(rules: Rulebook, on: date) -> _Tables:
    members = {id: rules.rule(id, on).values["members"] for id in SHAPES}
    districts, zones = members["districts"], members["zones"]
    given: dict[str, tuple[str, str | None]] = {}
    for one in zones:
        given |= dict.fromkeys([one["zone"], one["name_zh"], *one["given"]], (one["district"], one["zone"]))
    for one in districts:
        given |= dict.fromkeys([one["code"], one["name_zh"], *one["given"]], (one["code"], None))
        given |= dict.fromkeys(one["address"], (one["code"], None))
    return _Tables(
        names={one["code"]: _name(one) for one in districts},
        given=given,
        address=tuple((word, one["code"]) for one in districts for word in one["address"]),
        zones=tuple((word, one["zone"], one["district"]) for one in zones for word in one["address"]),
        zone_names={one["zone"]: _name(one) for one in zones},
        succession={
            one["code"]: (one["district"], _name(one)) for one in members["succession"] if one["since"] <= on
        },
        authorities={one["code"]: (tuple(one["districts"]), _name(one)) for one in members["authorities"]},
    )


def _name(member: Mapping[str, Any]) -> Text:
    return Text(member["name_zh"], member["name_en"])
