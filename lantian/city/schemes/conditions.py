"""Further kinds in registers: conditions lost (R01) by certificates, practice, the chief or a revoked licence; a lawful
successor; and branches filed late or under a head of two (R03).

Planted last, at agencies whose registers no earlier scheme has touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.agencies import Agency
from lantian.city.practitioners import STAYED
from lantian.city.schemes.pool import Pool, Rows, Scheme
from lantian.city.schemes.registers import branch

# Serials of certificates: agencies of the city lie before, those of other places end before.
_LICENCES_FROM: Final = 97_000
_PLAIN: Final = ("partner", "shareholder")
# After the last filing: who is struck off then has signed nothing since.
_REVOKED_ON: Final = date(2026, 10, 20)
# A branch needs ten practitioners (办法 第二十条); some leave.
_STAFF: Final = 14
Member = dict[str, Any]


def plant(pool: Pool, rows: Rows, taken: Collection[str | None]) -> Iterator[Scheme]:
    """Plant every kind half as often as the size asks, at agencies that are not `taken`; the successor as often."""
    rng = pool.stream("conditions")
    free = rng.sample(list(pool.agencies), len(pool.agencies))
    free = [agency for agency in free if agency.code not in taken]
    for _ in range((pool.size.schemes + 1) // 2):
        for make, forms in (
            (_shares_sold, ("company",)),
            (_chief_bare, ("company",)),
            (_fresh_partners, ("partnership", "law_firm")),
            (_members_revoked, ("company", "partnership", "law_firm")),
            (_succeeded, ("company", "partnership", "law_firm")),
        ):
            agency = next((one for one in free if one.row["form"] in forms), None)
            if agency is None:
                continue
            free.remove(agency)
            scheme = make(pool, agency, rng, rows)
            if scheme is not None:
                yield scheme


def branches(pool: Pool, rows: Rows, taken: Collection[str | None]) -> Iterator[Scheme]:
    """Plant branches of agencies large enough for one, half as many of each kind as the size asks."""
    rng = pool.stream("further branches")
    large = [one for one in pool.agencies if one.headcount >= _STAFF and one.code not in taken]
    free = rng.sample(large, len(large))
    for make in (_filed_late, _one_head) * ((pool.size.schemes + 1) // 2):
        if free:
            yield make(pool, free.pop(), rng, rows)


def _filed_late(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme:
    scheme = branch(pool, agency, rng, rows, {})
    row = rows["branches"][-1]
    row["filed_on"] = row["opened_on"] + timedelta(days=rng.randint(45, 200))
    return replace(scheme, planted="branch_late")


def _one_head(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme:
    """Two branches under one practitioner, in two districts."""
    head = next(one for one in pool.staff if one.fate == STAYED and one.employments[0].of == agency.code)
    first = branch(pool, agency, rng, rows, {"head_licence_no": head.licence})
    other = first
    while other.evidence == first.evidence:
        if other is not first:
            rows["branches"].pop()
        other = branch(pool, agency, rng, rows, {"head_licence_no": head.licence})
    return replace(first, planted="branch_head_of_two", evidence=[*first.evidence, *other.evidence])


def _members(agency: Agency, rows: Rows, roles: Sequence[str] = _PLAIN) -> list[Member]:
    return [
        row
        for row in rows["agency_members"]
        if row.get("agency_code") == agency.code and row["role"] in roles and not row.get("to")
    ]


def _day(rng: Random) -> date:
    return date(2025, 3, 3) + timedelta(days=rng.randint(0, 300))


def _replaced(rows: Rows, gone: Member, day: date, **by: Any) -> Member:
    """Let a member go on a day and another take the place."""
    gone["to"] = day
    kept = {key: gone[key] for key in ("agency_code", "credit_code", "role")}
    rows["agency_members"].append(kept | {"from": day} | by)
    return rows["agency_members"][-1]


def _scheme(detectors: tuple[str, ...], planted: str, agency: Agency, rows: Rows) -> Scheme:
    people = dict.fromkeys(row.get("licence_no") or row["name"] for row in _members(agency, rows))
    evidence = [f"agencies:{agency.code}", *(f"agency_members:{agency.code}|{one}" for one in people)]
    return Scheme(detectors, planted, "agency", (), agency.code, (), evidence)


def _shares_sold(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme:
    """Two shareholders sold to people without a certificate: fewer than four in five are certified."""
    day = _day(rng)
    for row in [one for one in _members(agency, rows) if one.get("licence_no")][-2:]:
        _replaced(rows, row, day, name=names.person(rng))
    return _scheme(("R01",), "shares_sold", agency, rows)


def _chief_bare(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme:
    """A legal representative without a certificate, as the market register also says."""
    (chief,) = _members(agency, rows, ("legal_representative",))
    after = _replaced(rows, chief, _day(rng), name=names.person(rng))
    for entry in rows["companies"]:
        if entry["credit_code"] == agency.row["credit_code"]:
            entry["legal_representative"] = after["name"]
    return _scheme(("R01",), "chief_uncertified", agency, rows)


def _fresh_partners(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme:
    """New partners hold a certificate, but have not practised for two years."""
    for row in _members(agency, rows)[1:]:
        began = date(2026, 1, 5) + timedelta(days=rng.randint(0, 120))
        licence = _licensed(pool, agency, rng, rows, began)
        _replaced(rows, row, began + timedelta(days=20), **licence, practising_since=began)
    return _scheme(("R01",), "practice_short", agency, rows)


def _licensed(pool: Pool, agency: Agency, rng: Random, rows: Rows, began: date) -> Member:
    """Enter a new practitioner of an agency in the registers; return name and licence."""
    known = sum(row["licence_no"][2:] >= str(_LICENCES_FROM) for row in rows["practitioners"])
    number = names.licence(agency.code[:2], _LICENCES_FROM + known)
    who = {"licence_no": number, "name": names.person(rng)}
    practice = names.practice_code(agency.code, number)
    rows["practitioners"].append(who | {"practice_no": practice, "licensed_on": began - timedelta(days=500)})
    rows["employments"].append({"licence_no": number, "agency_code": agency.code, "from": began, "to": None})
    rows["practitioner_status"].append({"licence_no": number, "status": "active", "from": began, "to": None})
    return who


def _members_revoked(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme:
    """The licences of all members but one were revoked; the register of members still lists them."""
    for row in [one for one in _members(agency, rows) if one.get("licence_no")][1:]:
        for state in rows["practitioner_status"]:
            if state["licence_no"] == row["licence_no"] and not state["to"]:
                state["to"] = _REVOKED_ON
        rows["practitioner_status"].append(
            {"licence_no": row["licence_no"], "status": "revoked", "from": _REVOKED_ON, "to": None}
        )
    return _scheme(("R01",), "members_revoked", agency, rows)


def _succeeded(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: a member left, and a practitioner of long standing took the place the same day."""
    leaver = [row for row in _members(agency, rows) if row.get("licence_no")][-1]
    steady = [
        one
        for one in pool.staff
        if one.fate == STAYED and not one.founder and one.employments[0].of == agency.code
    ]
    if not steady:
        return None
    by, since = steady[0], steady[0].states[0].first
    _replaced(rows, leaver, _day(rng), name=by.name, licence_no=by.licence, practising_since=since)
    return _scheme((), "lawful_successor", agency, rows)
