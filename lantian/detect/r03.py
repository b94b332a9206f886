"""R03: a branch not filed, filed late, or opened without the conditions (专利代理管理办法 第二十条、第二十一条)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.detect.contract import Detector, Found, Ground, Reads


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each open branch with a fault."""
    branches = (
        ground.tables["branches"]
        .filter(pl.col("closed_on").is_null())
        .drop_nulls(["agency_code", "name"])
        .sort("agency_code", "name", "filed_on", nulls_last=True)
        .unique(["agency_code", "name"], keep="first", maintain_order=True)
    )
    heads = branches["head_licence_no"].drop_nulls()
    doubled = set(heads.filter(heads.is_duplicated()))
    licensed = dict(ground.tables["agencies"].select("agency_code", "licensed_on").iter_rows())
    for row in branches.sort("agency_code", "name").iter_rows(named=True):
        faults = list(_faults(row, licensed.get(row["agency_code"]), doubled, ground))
        if faults:
            yield _found(row, faults, ground)


def _faults(
    row: dict[str, Any], licensed: Any, doubled: set[str], ground: Ground
) -> Iterator[tuple[str, int]]:
    opened, filed = row["opened_on"], row["filed_on"]
    days = ground.limit("filing_days")
    if filed is None and ground.has("branches.filed_on"):
        if opened is None or ground.on > opened + timedelta(days=days):
            yield "unfiled", 0
    elif opened and filed and (filed - opened).days > days:
        yield "late", (filed - opened).days
    if opened and licensed and (opened - licensed).days < ground.limit("business_days"):
        yield "young", (opened - licensed).days
    if opened and ground.tables["employments"].height:
        staff = _staff(row["agency_code"], opened, ground)
        if staff < ground.limit("least_practitioners"):
            yield "few", staff
    if row["head_licence_no"] in doubled:
        yield "double_head", 0


def _staff(agency: str, day: Any, ground: Ground) -> int:
    spells = ground.tables["employments"].filter(
        (pl.col("agency_code") == agency)
        & (pl.col("from").is_null() | (pl.col("from") <= day))
        & (pl.col("to").is_null() | (pl.col("to") > day))
    )
    return spells["licence_no"].n_unique()


def _found(row: dict[str, Any], faults: list[tuple[str, int]], ground: Ground) -> Found:
    said = [
        ground.rules.say(key, name=row["name"], number=number, opened=row["opened_on"] or "—")
        for key, number in faults
    ]
    code = row["agency_code"]
    return Found(
        kind="agency",
        no=code,
        anchor=f"branches:{code}|{row['name']}",
        score=1 - 0.5 ** (len(faults) + 1),
        strength="medium" if {key for key, _ in faults} <= {"late"} else "strong",
        says=Text("".join(one.zh for one in said), " ".join(one.en for one in said)),
        evidence=[f"agencies:{code}"],
        faults=[key for key, _ in faults],
        district=row["district_code"],
    )


DETECTOR = Detector(
    id="R03",
    subject="agency",
    reads=(
        Reads(
            "branches",
            ("agency_code", "name"),
            also=("opened_on", "closed_on", "head_licence_no", "district_code"),
            one_of=("filed_on", "opened_on"),
        ),
        Reads("agencies", ("agency_code",), also=("name", "district_code", "licensed_on"), needed=False),
        Reads("employments", ("licence_no", "agency_code"), also=("from", "to"), needed=False),
    ),
    limits=("filing_days", "business_days", "least_practitioners"),
    find=find,
    version="2",
)
