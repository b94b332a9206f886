"""Patent agencies: those of the city, and those of other places that act for its applicants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.chance import stream
from lantian.city.divisions import ELSEWHERE, divisions
from lantian.city.sizes import TINY, Size

# Serials of credit codes, of coined words, of phones and of mail domains, beyond those of applicants.
_CREDIT_FROM: Final = 800_000
_VISITORS_CREDIT_FROM: Final = 820_000
_WORDS_FROM: Final = 500
_VISITORS_WORDS_FROM: Final = 640
_LICENCES_FROM: Final = 90_000
_VISITORS_LICENCES_FROM: Final = 95_000
_TINY_LICENCES: Final = 20
_VISITOR_STAFF: Final = 10
# A company needs five shareholders (专利代理管理办法 第十一条), so nobody is smaller.
_SMALLEST: Final = 5
_FORMS: Final = (
    ("知识产权代理有限公司", "company"),
    ("专利代理事务所（普通合伙）", "partnership"),
    ("专利代理有限公司", "company"),
    ("知识产权代理事务所（特殊普通合伙）", "partnership"),
    ("律师事务所", "law_firm"),
)


@dataclass(frozen=True)
class Agency:
    """A patent agency with the number of its practitioners and the serial of their first licence."""

    code: str
    name: str
    phone: str
    email: str
    address: str
    contact: str
    headcount: int
    licences_from: int
    licensed_on: date
    row: dict[str, Any]


def make_agencies(seed: int, size: Size = TINY) -> list[Agency]:
    """Make the city's patent agencies, one for each of the size's places."""
    counts = _headcounts(seed, size)
    agencies, first = [], _LICENCES_FROM
    for serial, district in enumerate(size.agency_places):
        count = counts[serial] if counts else 0
        agencies.append(_agency(seed, serial, district, (size.first_agency_code, count, first)))
        first += count or _TINY_LICENCES
    return agencies


def make_visitors(seed: int, size: Size) -> list[Agency]:
    """Make the agencies of other places; their practitioners are in the registers of those places.

    None is of Beijing, whose serials are used up: an invented code could be somebody's.
    """
    return [_visitor(seed, serial) for serial in range(size.out_of_town)]


def _headcounts(seed: int, size: Size) -> Sequence[int]:
    """Spread the size's practitioners over its agencies, a few large ones and many small."""
    if not size.headcount:
        return ()
    rng = stream(seed, "headcounts")
    weights = [rng.lognormvariate(0, 0.9) for _ in size.agency_places]
    spare = size.headcount - _SMALLEST * len(weights)
    marks = [0.0]
    for weight in weights:
        marks.append(marks[-1] + weight)
    ends = [round(mark / marks[-1] * spare) for mark in marks]
    return [_SMALLEST + ends[place + 1] - ends[place] for place in range(len(weights))]


def _agency(seed: int, serial: int, district: str, numbers: tuple[int, int, int]) -> Agency:
    first_code, headcount, licences_from = numbers
    rng = stream(seed, "agency", serial)
    ending, form = _FORMS[serial % len(_FORMS)]
    mail = names.mail("ip", 90000 + serial)
    row: dict[str, Any] = {
        "agency_code": str(first_code + serial),
        "credit_code": names.credit_code(_CREDIT_FROM + serial, district),
        "name": f"天津{names.coined(serial + _WORDS_FROM)}{ending}",
        "form": form,
        "address": names.address(divisions()[district], serial, rng),
        "district_code": district,
        "phone": names.phone(9_000_000 + serial),
        "email": mail,
    }
    row["kinds"] = ["patent", "trademark"] if rng.random() < 0.6 else ["patent"]
    return _licensed(row, rng, headcount, licences_from)


def _licensed(row: dict[str, Any], rng: Random, headcount: int, licences_from: int) -> Agency:
    """Complete a row: licensed years ago, active since, with a desk and a web site."""
    row["licensed_on"] = date(2004, 1, 5) + timedelta(days=rng.randint(0, 6900))
    row |= {"status": "active", "status_date": row["licensed_on"]}
    row["website"] = f"https://www.{row['email'].partition('@')[2]}/"
    drawn = rng.randint(3, 11)
    return Agency(
        code=row["agency_code"],
        name=row["name"],
        phone=row["phone"],
        email=row["email"],
        address=row["address"],
        contact=names.person(rng),
        headcount=headcount or drawn,
        licences_from=licences_from,
        licensed_on=row["licensed_on"],
        row=row,
    )


def _visitor(seed: int, serial: int) -> Agency:
    rng = stream(seed, "visitor", serial)
    district, city, name, area = ELSEWHERE[serial % len(ELSEWHERE)]
    ending, form = _FORMS[serial % (len(_FORMS) - 1)]
    row: dict[str, Any] = {
        "agency_code": f"{district[:2]}{900 + serial}",
        "credit_code": names.credit_code(_VISITORS_CREDIT_FROM + serial, district),
        "name": f"{city.removesuffix('市')}{names.coined(serial + _VISITORS_WORDS_FROM)}{ending}",
        "form": form,
        "address": names.address(name, serial, rng, city),
        "district_code": district,
        "phone": names.phone(9_200_000 + serial, area),
        "email": names.mail("ip", 91000 + serial),
        "kinds": ["patent"],
    }
    return _licensed(row, rng, _VISITOR_STAFF, _VISITORS_LICENCES_FROM + serial * _VISITOR_STAFF)
