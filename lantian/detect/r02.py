"""R02: the agency directory and the market register say different things (专利代理管理办法 第十八条).

Compared in plain form: width, brackets, blanks and the city's name before an address make no difference. A
change registered within the days the law gives is presumed to be on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from lantian.core.chain import digest_of
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.identity import plain

CHIEFS = ("legal_representative", "managing_partner", "head")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency with a field that differs."""
    companies = ground.tables["companies"]
    both = (
        ground.tables["agencies"].drop_nulls("credit_code").join(companies, on="credit_code", suffix="_there")
    )
    chiefs = dict(
        ground.tables["agency_members"]
        .filter(pl.col("role").is_in(CHIEFS) & (pl.col("to").is_null() | (pl.col("to") > ground.on)))
        .drop_nulls(["agency_code", "name"])
        .sort("agency_code", "role", "name")
        .select("agency_code", "name")
        .iter_rows()
    )
    fresh = _fresh(ground)
    for row in both.sort("agency_code").iter_rows(named=True):
        fields = list(_differing(row, chiefs.get(row["agency_code"])))
        if fields:
            lately = bool(fresh & {row["agency_code"], row["credit_code"]})
            yield _found(row, fields, lately, ground)


def _fresh(ground: Ground) -> set[str]:
    """Keys of register rows changed so lately that the other register may still follow."""
    since = ground.on - timedelta(days=ground.limit("change_days"))
    changes = ground.tables["register_changes"].filter(pl.col("table").is_in(["agencies", "companies"]))
    return set(changes.filter(pl.col("changed_on") >= since)["key"].drop_nulls())


def _differing(row: dict[str, Any], chief: str | None) -> Iterator[tuple[str, str, str]]:
    pairs = (
        ("name", row["name"], row["name_there"]),
        ("address", row["address"], row["address_there"]),
        ("legal_representative", chief, row["legal_representative"]),
    )
    for field, here, there in pairs:
        if here and there and _place(here) != _place(there):
            yield field, here, there


def _place(text: str) -> str:
    """Write a name or address without the city before the district.

    >>> _place("天津市南开区阆屹路1号") == _place("南开区阆屹路1号")
    True
    """
    head, city, rest = plain(text).partition("市")
    return rest if city and len(head) <= 4 and rest else plain(text)


FIELDS = {
    "name": ("名称", "name"),
    "address": ("地址", "address"),
    "legal_representative": ("负责人", "head"),
}


def _found(row: dict[str, Any], fields: list[tuple[str, str, str]], lately: bool, ground: Ground) -> Found:
    zh = "；".join(
        f"{FIELDS[field][0]}：代理名录“{here}”，市场登记“{there}”" for field, here, there in fields
    )
    en = "; ".join(
        f"{FIELDS[field][1]}: directory “{here}”, register “{there}”" for field, here, there in fields
    )
    code = row["agency_code"]
    return Found(
        kind="agency",
        no=code,
        anchor=f"agencies:{code}",
        score=1 - 0.5 ** len(fields),
        strength="strong" if len(fields) >= ground.limit("strong_fields") else "medium",
        says=ground.rules.say("differ", fields_zh=zh, fields_en=en, count=len(fields)),
        evidence=[f"companies:{row['credit_code']}"],
        # What differs, and how: another address is another fault. Values may name persons and are not kept there.
        faults=[f"{field}:{digest_of({'here': here, 'there': there})[:8]}" for field, here, there in fields],
        clearing="presumed_lawful" if lately else "not_cleared",
        cleared=ground.rules.say("lately", days=ground.limit("change_days")) if lately else None,
    )


DETECTOR = Detector(
    id="R02",
    subject="agency",
    reads=(
        Reads(
            "agencies", ("agency_code", "credit_code"), also=("district_code",), one_of=("name", "address")
        ),
        Reads("companies", ("credit_code",), also=("legal_representative",), one_of=("name", "address")),
        Reads("agency_members", ("agency_code", "role", "name"), also=("to",), needed=False),
        Reads("register_changes", ("table", "key", "changed_on"), needed=False),
    ),
    limits=("change_days", "strong_fields"),
    find=find,
    version="4",
)
