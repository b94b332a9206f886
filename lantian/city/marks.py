"""The marks of the city: filed by enrolled agencies, and a few by agencies whose enrolment had expired (T07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.chance import stream
from lantian.city.drafts import SEEN_ON
from lantian.city.parties import Applicant
from lantian.city.trademark import LAPSED, TrademarkAgency

# Real numbers have eight digits.
_FIRST_NUMBER: Final = 990_000_001
_LEAST_AFTER: Final = 30
# Nice classes with words of their goods or services.
_GOODS: Final = (
    (7, "农业机械；包装机；泵（机器）"),
    (9, "计算机软件（已录制）；测量仪器；传感器"),
    (11, "照明器械及装置；空气净化装置"),
    (25, "服装；鞋；帽"),
    (29, "肉制品；腌制蔬菜；食用油"),
    (30, "茶；糕点；调味品"),
    (35, "广告；市场营销；替他人推销"),
    (42, "技术研究；软件设计和开发"),
    (43, "餐厅；饭店；茶馆"),
)


@dataclass(frozen=True)
class _Filing:
    agency: TrademarkAgency
    filed_on: date
    late: bool


@dataclass(frozen=True)
class Lapse:
    """An agency planted for T07 with the numbers of the marks it filed after its enrolment expired."""

    agency: TrademarkAgency
    numbers: tuple[str, ...]


def make_marks(
    seed: int, count: int, agencies: Sequence[TrademarkAgency], applicants: Sequence[Applicant]
) -> tuple[list[dict[str, Any]], list[Lapse]]:
    """Return the rows of `trademarks`, about `count` and those of the planted agencies, and the plants."""
    rng = stream(seed, "marks")
    filings = [_ordinary(rng.choice(agencies), rng) for _ in range(count)]
    filings += [
        filing for agency in agencies if agency.case == LAPSED for filing in _after_the_end(agency, rng)
    ]
    filings.sort(key=lambda one: (one.filed_on, one.agency.row["credit_code"]))
    companies = [one for one in applicants if one.row]
    rows: list[dict[str, Any]] = []
    late: dict[str, list[str]] = {}
    for serial, filing in enumerate(filings):
        row = _row(filing, serial, companies[int(len(companies) * rng.random() ** 2)], rng)
        rows.append(row)
        if filing.late:
            late.setdefault(filing.agency.row["credit_code"], []).append(row["number"])
    planted = [one for one in agencies if one.case == LAPSED]
    return rows, [Lapse(one, tuple(late[one.row["credit_code"]])) for one in planted]


def _ordinary(agency: TrademarkAgency, rng: Random) -> _Filing:
    return _Filing(
        agency, agency.first + timedelta(days=rng.randint(0, (agency.last - agency.first).days)), False
    )


def _after_the_end(agency: TrademarkAgency, rng: Random) -> list[_Filing]:
    first = agency.last + timedelta(days=_LEAST_AFTER)
    days = (SEEN_ON - first).days
    return [
        _Filing(agency, first + timedelta(days=rng.randint(0, days)), True) for _ in range(rng.randint(2, 5))
    ]


def _row(filing: _Filing, serial: int, applicant: Applicant, rng: Random) -> dict[str, Any]:
    agency, (number, goods) = filing.agency.row, rng.choice(_GOODS)
    return {
        "number": str(_FIRST_NUMBER + serial),
        "filed_on": filing.filed_on,
        # Two coined words: no two marks are alike by chance of one.
        "mark": names.coined(serial) + names.coined(serial // names.WORDS + serial * 31 + 1),
        "classes": [number],
        "goods": goods,
        "applicant": applicant.name,
        "applicant_id": applicant.number,
        "applicant_address": applicant.address,
        "agency_name": agency["name"],
        "agency_id": agency["credit_code"],
        "contact_phone": agency["phone"] if rng.random() < 0.8 else applicant.phone,
        **_standing(filing.filed_on, rng),
    }


def _standing(filed_on: date, rng: Random) -> dict[str, Any]:
    """Give the state as of the day the city is seen: examined in about five months, then three of notice."""
    published = filed_on + timedelta(days=rng.randint(120, 190))
    if published > SEEN_ON:
        return {"status": "pending", "status_date": filed_on}
    if rng.random() < 0.3:
        return {"status": "refused", "status_date": published}
    registered = published + timedelta(days=95)
    if registered > SEEN_ON:
        return {"status": "published", "status_date": published}
    return {"status": "registered", "status_date": registered}
