"""Practitioners of patent agencies: licences, employments and status over time, and who may sign on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.agencies import Agency
from lantian.city.chance import stream, weighted

# The first filing of the city is of 3 July 2023; who never moves is there before.
_SETTLED: Final = date(2023, 6, 30)
_FIRST_MOVE: Final = date(2023, 10, 9)
_LAST_MOVE: Final = date(2026, 6, 30)
STAYED: Final = "stayed"
MOVED: Final = "moved"
LEFT: Final = "left"
SUSPENDED: Final = "suspended"
REVOKED: Final = "revoked"
# Invented shares among those who are no founders.
_FATES: Final = ((STAYED, 800), (MOVED, 97), (LEFT, 80), (SUSPENDED, 15), (REVOKED, 8))
# Certified members at the start: 办法 第十条, 第十一条, 第十二条 ask two partners or four of five shareholders.
FOUNDERS: Final[Mapping[str, int]] = {"company": 5, "partnership": 3, "law_firm": 2}


@dataclass(frozen=True)
class Spell:
    """A stretch of days: `of` an agency (its code) or a status, from `first` until `until`, None if open."""

    of: str
    first: date
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Tell whether the stretch surely covers a day; on `until` itself it no longer does."""
        return self.first <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Practitioner:
    """A licensed practitioner; `fate` is what happened to him, `signs` whether he signs filings at all."""

    licence: str
    name: str
    licensed_on: date
    employments: tuple[Spell, ...]
    states: tuple[Spell, ...]
    fate: str = STAYED
    founder: bool = False
    signs: bool = True

    def may_sign(self, agency_code: str, day: date) -> bool:
        """Tell whether he is licensed and employed by the agency on a day."""
        if not any(spell.of == agency_code and spell.holds(day) for spell in self.employments):
            return False
        return any(spell.of == "active" and spell.holds(day) for spell in self.states)


Rosters = Mapping[str, Sequence[Practitioner]]


def make_practitioners(seed: int, agencies: Sequence[Agency], *, moving: bool) -> list[Practitioner]:
    """Make the practitioners of all agencies, founders of each first; `moving`: careers change."""
    made = []
    for agency in agencies:
        founders = FOUNDERS[agency.row["form"]]
        for place in range(max(agency.headcount, founders)):
            rng = stream(seed, "practitioner", agency.code, place)
            licence = names.licence(agency.code[:2], agency.licences_from + place)
            if place < founders:
                made.append(_founder(rng, licence, agency, place < agency.headcount))
            else:
                fate = weighted(rng, _FATES) if moving else STAYED
                made.append(_follower(rng, licence, agency, fate, agencies))
    return made


def rosters(practitioners: Iterable[Practitioner]) -> Rosters:
    """Gather practitioners under the code of every agency they ever worked for."""
    found: dict[str, list[Practitioner]] = {}
    for one in practitioners:
        for spell in one.employments:
            found.setdefault(spell.of, []).append(one)
    return found


def rows(practitioners: Iterable[Practitioner]) -> list[dict[str, Any]]:
    """Return the rows of the table `practitioners`."""
    return [
        {
            "licence_no": one.licence,
            "practice_no": names.practice_code(one.employments[-1].of, one.licence),
            "name": one.name,
            "licensed_on": one.licensed_on,
        }
        for one in practitioners
    ]


def employment_rows(practitioners: Iterable[Practitioner]) -> list[dict[str, Any]]:
    """Return the rows of the table `employments`."""
    return [
        {"licence_no": one.licence, "agency_code": spell.of, "from": spell.first, "to": spell.until}
        for one in practitioners
        for spell in one.employments
    ]


def status_rows(practitioners: Iterable[Practitioner]) -> list[dict[str, Any]]:
    """Return the rows of the table `practitioner_status`."""
    return [
        {"licence_no": one.licence, "status": spell.of, "from": spell.first, "to": spell.until}
        for one in practitioners
        for spell in one.states
    ]


def _day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, max(0, (last - first).days)))


def _founder(rng: Random, licence: str, agency: Agency, signs: bool) -> Practitioner:
    """Make a member of the first day, who had two years of practice by then (办法 第十条, 第十一条)."""
    began = agency.licensed_on - timedelta(days=rng.randint(760, 3300))
    return Practitioner(
        licence=licence,
        name=names.person(rng),
        licensed_on=began - timedelta(days=rng.randint(380, 1500)),
        employments=(Spell(agency.code, agency.licensed_on),),
        states=(Spell("active", began),),
        founder=True,
        signs=signs,
    )


def _follower(
    rng: Random, licence: str, agency: Agency, fate: str, agencies: Sequence[Agency]
) -> Practitioner:
    """Make an employee: settled before the first filing, or come, gone, suspended or revoked since."""
    other = rng.choice(agencies)
    joined = _day(rng, agency.licensed_on, _SETTLED)
    employments: tuple[Spell, ...] = (Spell(agency.code, joined),)
    if fate == MOVED and other is not agency:
        employments = _moved(rng, other, agency)
    elif fate == LEFT:
        employments = (Spell(agency.code, joined, _day(rng, _FIRST_MOVE, _LAST_MOVE)),)
    states = _states(rng, fate, employments[0].first)
    if fate == REVOKED:
        employments = (Spell(agency.code, joined, states[-1].first + timedelta(days=20)),)
    return Practitioner(
        licence=licence,
        name=names.person(rng),
        licensed_on=employments[0].first - timedelta(days=rng.randint(380, 3000)),
        employments=employments,
        states=states,
        fate=STAYED if fate == MOVED and len(employments) == 1 else fate,
    )


def _moved(rng: Random, other: Agency, agency: Agency) -> tuple[Spell, ...]:
    """Move from one agency to another; the register is up to date again within 30 days (条例 第十二条)."""
    parted = _day(rng, _FIRST_MOVE, _LAST_MOVE)
    arrived = parted + timedelta(days=rng.randint(3, 30))
    return (Spell(other.code, _day(rng, other.licensed_on, _SETTLED), parted), Spell(agency.code, arrived))


def _states(rng: Random, fate: str, began: date) -> tuple[Spell, ...]:
    """Give the status over time; CNIPA suspends for 6 to 12 months (条例 第二十六条)."""
    if fate == SUSPENDED:
        start = _day(rng, _FIRST_MOVE, date(2025, 9, 30))
        end = start + timedelta(days=rng.randint(184, 365))
        return (Spell("active", began, start), Spell(SUSPENDED, start, end), Spell("active", end))
    if fate == REVOKED:
        start = _day(rng, date(2024, 1, 8), date(2025, 6, 30))
        return (Spell("active", began, start), Spell(REVOKED, start))
    return (Spell("active", began),)
