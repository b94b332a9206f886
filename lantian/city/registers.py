"""Registers of patent agencies: members, branches and annual reports, all in order; nothing is planted here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.agencies import Agency
from lantian.city.chance import stream
from lantian.city.divisions import divisions
from lantian.city.drafts import Draft
from lantian.city.practitioners import STAYED, Practitioner, Rosters
from lantian.city.texts import DESIGN, INVENTION, UTILITY_MODEL

# The whole years of the city's filings.
_YEARS: Final = (2024, 2025)
# 办法 第二十条: ten practitioners; one more works in the branch.
_STAFF_OF_A_BRANCH: Final = 12
_BRANCHES_CREDIT_FROM: Final = 830_000
_HEADS: Final[Mapping[str, tuple[str, str]]] = {
    "company": ("legal_representative", "shareholder"),
    "partnership": ("managing_partner", "partner"),
    "law_firm": ("head", "partner"),
}
_KINDS: Final = (INVENTION, UTILITY_MODEL, DESIGN)


def member_rows(seed: int, agencies: Iterable[Agency], rosters: Rosters) -> list[dict[str, Any]]:
    """Return the rows of `agency_members`: the founders, the first of them also in the leading role."""
    rows = []
    for agency in agencies:
        rng = stream(seed, "members", agency.code)
        lead, plain = _HEADS[agency.row["form"]]
        founders = [one for one in rosters[agency.code] if one.founder]
        rows += [
            _member(agency, role, one) for role, one in [(lead, founders[0]), *((plain, f) for f in founders)]
        ]
        if agency.row["form"] == "company" and rng.random() < 0.4:
            # Five certified of six are four fifths and more (办法 第十一条).
            rows.append(_member(agency, plain, None) | {"name": names.person(rng)})
    return rows


def _member(agency: Agency, role: str, one: Practitioner | None) -> dict[str, Any]:
    columns = (
        {"name": one.name, "licence_no": one.licence, "practising_since": one.states[0].first} if one else {}
    )
    return {
        "agency_code": agency.code,
        "credit_code": agency.row["credit_code"],
        "role": role,
        "from": agency.licensed_on,
        **columns,
    }


def branch_rows(
    seed: int, agencies: Sequence[Agency], rosters: Rosters, places: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the rows of `branches`: agencies of a dozen settled practitioners may have one, filed in time."""
    rows = []
    for serial, agency in enumerate(agencies):
        rng = stream(seed, "branch", agency.code)
        settled = [one for one in rosters[agency.code] if one.fate == STAYED and not one.founder]
        if len(settled) < _STAFF_OF_A_BRANCH or rng.random() < 0.4:
            continue
        district = rng.choice([code for code in places if code != agency.row["district_code"]])
        rows.append(_branch(rng, serial, agency, district, settled))
    return rows


def _branch(
    rng: Random, serial: int, agency: Agency, district: str, settled: Sequence[Practitioner]
) -> dict[str, Any]:
    """Open a branch after everybody settled and two years of business; file it within 30 days (第二十一条)."""
    since = max(date(2023, 7, 3), agency.licensed_on + timedelta(days=740))
    opened = since + timedelta(days=rng.randint(0, (date(2026, 8, 31) - since).days))
    name = divisions()[district]
    return {
        "agency_code": agency.code,
        "phone": names.phone(9_300_000 + serial),
        "name": f"{agency.name}{name.removesuffix('区')}分公司"
        if "公司" in agency.name
        else f"{agency.name}{name}分所",
        "credit_code": names.credit_code(_BRANCHES_CREDIT_FROM + serial, district),
        "address": names.address(name, serial + 300, rng),
        "district_code": district,
        "filed_on": opened + timedelta(days=rng.randint(3, 30)),
        "opened_on": opened,
        "head_licence_no": rng.choice(settled).licence,
    }


def report_rows(
    seed: int, agencies: Iterable[Agency], rosters: Rosters, drafts: Iterable[Draft]
) -> list[dict[str, Any]]:
    """Return the rows of `annual_reports`: in time, and the volumes cover at least the filings of the city.

    Due on 30 June of the next year (企业信息公示暂行条例 第八条).
    """
    filed = Counter((draft.agency.code, draft.filed_on.year, draft.kind) for draft in drafts if draft.agency)
    return [
        _report(stream(seed, "report", agency.code, year), agency, year, rosters, filed)
        for agency in agencies
        for year in _YEARS
    ]


def _report(
    rng: Random, agency: Agency, year: int, rosters: Rosters, filed: Counter[tuple[str, int, str]]
) -> dict[str, Any]:
    staff = sum(one.may_sign(agency.code, date(year, 12, 31)) for one in rosters[agency.code])
    due = date(year + 1, 6, 30)
    volumes = {}
    for kind in _KINDS:
        own = filed[agency.code, year, kind]
        # Clients of other cities come on top.
        volumes[f"filings_{kind}"] = own + round(own * rng.uniform(0, 0.2)) + rng.randint(0, 4)
    return {
        "agency_code": agency.code,
        "credit_code": agency.row["credit_code"],
        "year": year,
        "due_on": due,
        # Some come on the last day.
        "submitted_on": due if rng.random() < 0.05 else due - timedelta(days=rng.randint(1, 160)),
        "practitioners": staff,
        "assistants": round(staff * rng.uniform(0.4, 1.6)),
        "address": agency.address,
        "phone": agency.phone,
        **volumes,
    }
