"""Registers out of order: conditions (R01), data that differ (R02), branches (R03), reports (R04), grades (R05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from lantian.city import names
from lantian.city.agencies import Agency
from lantian.city.divisions import divisions
from lantian.city.schemes.pool import Pool, Rows, Scheme

_GRADES = "ABCD"
_ROUNDS = (("2024上", date(2024, 8, 30)), ("2024下", date(2025, 2, 28)), ("2025上", date(2025, 8, 29)))
_SAMPLED = 40


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Enter agencies in the market register, then put a few registers out of order."""
    _entered(pool, rows)
    rng = pool.stream("registers")
    yield from _rounds(pool, rows)
    for agency in rng.sample(list(pool.agencies), min(len(pool.agencies), pool.size.schemes * 7)):
        kind = rng.choice(
            (_members_lost, _data_differ, _branch_unfiled, _branch_conditions, _late, _missing, _false)
        )
        scheme = kind(pool, agency, rng, rows)
        if scheme is not None:
            yield scheme


def _entered(pool: Pool, rows: Rows) -> None:
    """Give each agency its entry in the market register; some write the same address in another way."""
    rng = pool.stream("entered")
    for agency in pool.agencies:
        lead = next(
            (row["name"] for row in rows["agency_members"]
             if row.get("agency_code") == agency.code and row["role"] not in ("partner", "shareholder")), None,
        )  # fmt: skip
        address = agency.address.removeprefix("天津市") if rng.random() < 0.2 else agency.address
        rows["companies"].append(
            {
                "credit_code": agency.row["credit_code"],
                "name": agency.name.replace("（", "(").replace("）", ")")
                if rng.random() < 0.5
                else agency.name,
                "founded_on": agency.licensed_on,
                "industry": "商务服务业",
                "scope": "专利代理；知识产权服务",
                "address": address,
                "district_code": agency.row["district_code"],
                "phone": agency.phone,
                "email": agency.email,
                "legal_representative": lead,
                "shareholders": [],
                "former_names": [],
                "status": "active",
            }
        )


def _members_lost(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    """Founders left and were not replaced by people with certificate and two years of practice."""
    own = [
        row
        for row in rows["agency_members"]
        if row.get("agency_code") == agency.code and row["role"] in ("partner", "shareholder")
    ]
    for row in own[1:]:
        row["to"] = date(2025, rng.randint(1, 12), 15)
    return Scheme(("R01",), "conditions_lost", "agency", (), agency.code, (), [f"agencies:{agency.code}"])


def _data_differ(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    entry = next(row for row in rows["companies"] if row["credit_code"] == agency.row["credit_code"])
    entry["address"] = names.address(divisions()[agency.row["district_code"]], rng.randint(400, 900), rng)
    if rng.random() < 0.5:
        entry["legal_representative"] = names.person(rng)
    return Scheme(("R02",), "data_differ", "agency", (), agency.code, (), [f"agencies:{agency.code}"])


def branch(pool: Pool, agency: Agency, rng: Random, rows: Rows, columns: dict[str, Any]) -> Scheme:
    """Open a branch in 2025, filed in time unless `columns` say otherwise."""
    district = rng.choice(pool.size.places)
    name = f"{agency.name}{divisions()[district].removesuffix('区')}分支机构"
    opened = date(2025, rng.randint(1, 12), rng.randint(1, 28))
    row = {
        "agency_code": agency.code,
        "phone": pool.phone(),
        "name": name,
        "address": names.address(divisions()[district], rng.randint(400, 900), rng),
        "district_code": district,
        "opened_on": opened,
        "filed_on": opened + timedelta(days=10),
        **columns,
    }
    rows["branches"].append(row)
    return Scheme(("R03",), "branch", "agency", (), agency.code, (), [f"branches:{agency.code}|{name}"])


def _branch_unfiled(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    return branch(pool, agency, rng, rows, {"filed_on": None})


def _branch_conditions(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    """A branch of an agency with fewer practitioners than the law asks."""
    return branch(pool, agency, rng, rows, {}) if agency.headcount < 8 else None


def _report(agency: Agency, rows: Rows) -> dict[str, Any]:
    return next(
        row for row in rows["annual_reports"] if row.get("agency_code") == agency.code and row["year"] == 2025
    )


def _reported(agency: Agency, planted: str) -> Scheme:
    return Scheme(("R04",), planted, "agency", (), agency.code, (), [f"annual_reports:{agency.code}|2025"])


def _late(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    _report(agency, rows)["submitted_on"] = date(2026, 7, 1) + timedelta(days=rng.randint(0, 90))
    return _reported(agency, "report_late")


def _missing(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    rows["annual_reports"].remove(_report(agency, rows))
    return _reported(agency, "report_missing")


def _false(pool: Pool, agency: Agency, rng: Random, rows: Rows) -> Scheme | None:
    """A report with a fraction of the filings and twice the practitioners."""
    row = _report(agency, rows)
    row["practitioners"] = row["practitioners"] * 2 + 4
    row["filings_invention"] = row["filings_invention"] // 4
    return _reported(agency, "report_false")


def _rounds(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Three rounds of quality evaluation: defects among forty sampled documents, and the grade that follows."""
    rng = pool.stream("rounds")
    falling = {
        one.code for one in rng.sample(list(pool.agencies), min(len(pool.agencies), pool.size.schemes))
    }
    for agency in pool.agencies:
        rate = min(max(rng.gauss(0.12, 0.03), 0.03), 0.2)
        for place, (name, day) in enumerate(_ROUNDS):
            share = 0.55 if agency.code in falling and place == len(_ROUNDS) - 1 else rate
            defects = sum(rng.random() < share for _ in range(_SAMPLED))
            rows["quality_rounds"].append(
                {
                    "round": name,
                    "published_on": day,
                    "subject_kind": "agency",
                    "subject_no": agency.code,
                    "grade": _GRADES[min(defects * 10 // _SAMPLED, 6) // 2],
                    "indicators": [
                        {"key": "抽检件数", "value": float(_SAMPLED)},
                        {"key": "缺陷件数", "value": float(defects)},
                    ],
                }
            )
        if agency.code in falling:
            yield Scheme(("R05",), "grade_fallen", "agency", (), agency.code, (), [f"agencies:{agency.code}"])
