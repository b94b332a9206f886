"""Trademark agencies: directory, members, their filing with CNIPA (备案), and the marks they file.

An enrolment holds three years and is renewed within its last six months (商标代理监督管理规定 第五条 to 第七条).
Planted for T07: agencies still in business, and filing marks, long after theirs expired. Lawful likenesses: in
the renewal window, renewed in time, stopped or closed together with the enrolment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.agencies import Agency
from lantian.city.chance import stream, weighted
from lantian.city.divisions import divisions
from lantian.city.drafts import SEEN_ON
from lantian.city.sizes import Size

_CREDIT_FROM: Final = 810_000
_WORDS_FROM: Final = 700
_FORMS: Final = (
    ("商标代理有限公司", "company"),
    ("知识产权服务有限公司", "company"),
    ("商标事务所有限公司", "company"),
    ("知识产权咨询有限公司", "company"),
    ("品牌服务有限公司", "company"),
    ("律师事务所", "law_firm"),
)
FRESH: Final = "fresh"
WINDOW: Final = "window"
RENEWED: Final = "renewed"
CLOSED: Final = "closed"
STOPPED: Final = "stopped"
LAPSED: Final = "lapsed"
# Invented shares of the cases that are in order.
_CASES: Final = ((FRESH, 64), (WINDOW, 8), (RENEWED, 22), (CLOSED, 5), (STOPPED, 1))
# First and last day of the first filing, by case; the regulation is in force from 1 December 2022.
_FILED: Final = {
    FRESH: (date(2024, 6, 3), date(2026, 9, 30)),
    WINDOW: (date(2024, 1, 4), date(2024, 4, 26)),
    RENEWED: (date(2022, 12, 1), date(2023, 10, 20)),
    CLOSED: (date(2022, 12, 1), date(2023, 9, 28)),
    STOPPED: (date(2024, 6, 3), date(2026, 3, 31)),
    LAPSED: (date(2022, 12, 1), date(2023, 7, 31)),
}


@dataclass(frozen=True)
class TrademarkAgency:
    """An agency's row, its rows of `enrolments`, the case, and the days on which it may file marks."""

    row: dict[str, Any]
    enrolments: tuple[dict[str, Any], ...]
    case: str
    first: date
    last: date


def make_trademark_agencies(seed: int, size: Size, patent: Sequence[Agency]) -> list[TrademarkAgency]:
    """Make the agencies of marks; patent agencies that also do marks come first and are in order."""
    both = [agency.row for agency in patent if "trademark" in agency.row["kinds"]]
    cases = ((FRESH, 70), (WINDOW, 8), (RENEWED, 22))
    made = [
        _enrolled(row, serial, weighted(rng, cases), rng)
        for serial, row in enumerate(both)
        for rng in [stream(seed, "enrolment", serial)]
    ]
    return made + [_agency(seed, serial, size) for serial in range(size.trademark_agencies)]


def _agency(seed: int, serial: int, size: Size) -> TrademarkAgency:
    rng = stream(seed, "trademark agency", serial)
    # Spread over the list, so that the planted ones are not the newest.
    step = size.trademark_agencies // size.lapsed if size.lapsed else 0
    case = (
        LAPSED
        if step and serial % step == step // 2 and serial // step < size.lapsed
        else weighted(rng, _CASES)
    )
    district = rng.choice(size.places)
    ending, form = rng.choice(_FORMS)
    mail = names.mail("tm", 92000 + serial)
    row = {
        "credit_code": names.credit_code(_CREDIT_FROM + serial, district),
        "name": f"天津{names.word(_WORDS_FROM + serial)}{ending}",
        "kinds": ["trademark"],
        "form": form,
        "status": "active",
        "address": names.address(divisions()[district], serial, rng),
        "district_code": district,
        "phone": names.phone(9_100_000 + serial),
        "email": mail,
        "website": f"https://www.{mail.partition('@')[2]}/" if rng.random() < 0.4 else None,
    }
    return _enrolled(row, 1000 + serial, case, rng)


def _years_on(day: date, years: int) -> date:
    """Return the last day of a term of so many years that begins on a day."""
    # No first filing here falls on a 29 February.
    return day.replace(year=day.year + years) - timedelta(days=1)


def _enrolled(row: dict[str, Any], serial: int, case: str, rng: Random) -> TrademarkAgency:
    """Enrol an agency as its case asks; closes the row of one that has stopped for good."""
    first, last = _FILED[case]
    filed = first + timedelta(days=rng.randint(0, (last - first).days))
    if (filed.month, filed.day) == (2, 29):
        filed += timedelta(days=1)
    expires = _years_on(filed, 3)
    terms = [_term(row, serial, filed, expires)]
    end = min(expires, SEEN_ON)
    if case == RENEWED:
        terms[0]["status"] = "expired"
        again = expires - timedelta(days=rng.randint(1, 170))
        terms.append(_term(row, serial, again, _years_on(expires + timedelta(days=1), 3)))
        end = SEEN_ON
    elif case == LAPSED:
        terms[0]["status"] = "expired"
    elif case == STOPPED:
        terms[0]["status"] = "stopped"
        end = filed + timedelta(days=rng.randint(60, 200))
    if case == CLOSED:
        end = expires - timedelta(days=rng.randint(0, 200))
        terms[0]["status"] = rng.choice(("expired", "cancelled"))
        row |= {"status": "closed", "status_date": end}
    return TrademarkAgency(row, tuple(terms), case, filed, end)


def _term(row: dict[str, Any], serial: int, filed: date, expires: date) -> dict[str, Any]:
    return {
        "credit_code": row["credit_code"],
        "name": row["name"],
        "enrolment_no": f"YY{filed.year}{serial:05d}",
        "filed_on": filed,
        "expires_on": expires,
        "status": "valid",
    }


def member_rows(seed: int, agencies: Sequence[TrademarkAgency]) -> list[dict[str, Any]]:
    """Return the rows of `agency_members` of agencies that only do marks: one who leads, some who share."""
    rows = []
    for agency in agencies:
        if "patent" in agency.row["kinds"]:
            continue
        rng = stream(seed, "trademark members", agency.row["credit_code"])
        lead = "head" if agency.row["form"] == "law_firm" else "legal_representative"
        plain = "partner" if lead == "head" else "shareholder"
        people = list(dict.fromkeys(names.person(rng) for _ in range(rng.randint(1, 3))))
        rows += [
            {"credit_code": agency.row["credit_code"], "name": name, "role": role}
            for role, name in [(lead, people[0]), *((plain, one) for one in people)]
        ]
    return rows
