"""Who files: applicants of four kinds, and the fronts of planted batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final

from lantian.city import names
from lantian.city.chance import stream, weighted
from lantian.city.divisions import CHOSEN, divisions

# Serials of credit codes: applicants from 0, then fronts; agencies lie beyond (`lantian.city.agencies`).
_FRONTS_FROM: Final = 500_000
# Trade in the name, industry (GB/T 4754 division), words of the scope.
_TRADES: Final = (
    ("智能装备", "通用设备制造业", "自动化设备的研发、制造、销售"),
    ("精密机械", "通用设备制造业", "机械零部件加工、销售"),
    ("新材料科技", "化学原料和化学制品制造业", "新材料技术研发、推广"),
    ("环保设备", "专用设备制造业", "环境保护专用设备制造、安装"),
    ("生物科技", "医药制造业", "生物制品技术开发、转让"),
    ("医疗器械", "专用设备制造业", "医疗器械生产、销售"),
    ("农业科技", "农、林、牧、渔专业及辅助性活动", "农业技术开发、农机具销售"),
    ("建筑工程", "土木工程建筑业", "建筑工程施工、建筑材料销售"),
    ("信息技术", "软件和信息技术服务业", "软件开发、信息系统集成服务"),
    ("电气设备", "电气机械和器材制造业", "输配电设备制造、销售"),
    ("包装制品", "造纸和纸制品业", "包装材料制造、销售"),
    ("食品", "食品制造业", "食品生产、销售"),
    ("仪器仪表", "仪器仪表制造业", "仪器仪表制造、维修"),
    ("新能源科技", "电力、热力生产和供应业", "新能源技术研发、设备销售"),
    ("汽车零部件", "汽车制造业", "汽车零部件制造、销售"),
    ("物流设备", "专用设备制造业", "物流设备制造、租赁"),
    ("管业", "金属制品业", "管道及配件制造、销售"),
)
_SHELL_TRADES: Final = (
    ("商贸", "批发业", "百货批发、零售"),
    ("科技咨询", "商务服务业", "企业管理咨询、技术推广"),
)
_COMPANY_ENDS: Final = ("有限公司", "有限公司", "有限责任公司", "股份有限公司")
_UNIVERSITY_ENDS: Final = ("理工大学", "科技大学", "工业大学", "职业技术大学")
_INSTITUTE_ENDS: Final = ("智能制造研究院", "材料研究所", "海洋工程研究院")


Places = Sequence[str]


@dataclass(frozen=True)
class Applicant:
    """An applicant; `number` is its credit code, None for persons. `row` is its company, if it is one."""

    name: str
    number: str | None
    kind: str
    phone: str
    email: str
    address: str
    people: tuple[str, ...]
    fee_reduced: bool
    row: dict[str, Any] | None


def make_applicants(seed: int, filings: int, places: Places = CHOSEN) -> list[Applicant]:
    """Make the ordinary applicants of a city of so many filings; the first ones are always the same.

    `places` are the districts to draw from, each as often as it weighs.
    """
    return [_applicant(seed, serial, places) for serial in range(max(30, filings // 8))]


def make_fronts(seed: int, count: int, places: Places = CHOSEN) -> list[Applicant]:
    """Make small young companies without staff, in whose names batches are filed."""
    return [company(seed, _FRONTS_FROM + serial, places, front=True) for serial in range(count)]


def _applicant(seed: int, serial: int, places: Places) -> Applicant:
    kinds = (("company", 74), ("university", 5), ("institute", 4), ("person", 17))
    kind = weighted(stream(seed, "applicant kind", serial), kinds)
    if kind == "company":
        return company(seed, serial, places, front=False)
    return person(seed, serial, places) if kind == "person" else _school(seed, serial, kind, places)


def person(seed: int, serial: int, places: Places) -> Applicant:
    rng = stream(seed, "person", serial)
    name = names.person(rng)
    address = names.address(divisions()[rng.choice(places)], serial, rng)
    return Applicant(
        name, None, "person", names.phone(serial), names.mail("me", serial), address, (name,), True, None
    )


def _school(seed: int, serial: int, kind: str, places: Places) -> Applicant:
    rng = stream(seed, kind, serial)
    district = rng.choice(places)
    ending = rng.choice(_UNIVERSITY_ENDS if kind == "university" else _INSTITUTE_ENDS)
    return Applicant(
        name=f"天津{names.word(serial)}{ending}",
        number=names.university_code(serial, district),
        kind=kind,
        phone=names.phone(serial),
        email=names.mail("kyc", serial),
        address=names.address(divisions()[district], serial, rng),
        people=tuple(names.person(rng) for _ in range(14)),
        fee_reduced=rng.random() < 0.7,
        row=None,
    )


def company(seed: int, serial: int, places: Places, *, front: bool) -> Applicant:
    rng = stream(seed, "company", serial)
    district = rng.choice(places)
    trade, industry, scope = rng.choice(_SHELL_TRADES if front else _TRADES)
    ending = "有限公司" if front else rng.choice(_COMPANY_ENDS)
    row = {
        "credit_code": names.credit_code(serial, district),
        "name": f"天津{names.word(serial % _FRONTS_FROM)}{trade}{ending}",
        "founded_on": _founded(rng, front),
        "capital_cny": Decimal(rng.choice((10, 50, 100) if front else (100, 200, 500, 1000, 3000)) * 10000),
        "insured_staff": rng.randint(0, 2) if front else round(rng.lognormvariate(3.2, 1.0)) + 3,
        "industry": industry,
        "scope": scope,
        "address": names.address(divisions()[district], serial, rng),
        "district_code": district,
        "phone": names.phone(serial),
        "email": names.mail("office", serial),
        "legal_representative": names.person(rng),
        "former_names": [],
        "status": "active" if rng.random() < 0.96 else rng.choice(("cancelled", "abnormal")),
    }
    people = tuple(names.person(rng) for _ in range(2 if front else 7))
    row["shareholders"] = sorted({str(row["legal_representative"]), *people[: rng.randint(0, 2)]})
    return _from_company(row, people, rng)


def _founded(rng: Random, front: bool) -> date:
    if front:
        return date(2023, 1, 9) + timedelta(days=rng.randint(0, 500))
    return date(1998, 3, 2) + timedelta(days=rng.randint(0, 9000))


def _from_company(row: dict[str, Any], people: Sequence[str], rng: Random) -> Applicant:
    return Applicant(
        name=row["name"],
        number=row["credit_code"],
        kind="company",
        phone=row["phone"],
        email=row["email"],
        address=row["address"],
        people=tuple(people),
        fee_reduced=rng.random() < 0.6,
        row=row,
    )
