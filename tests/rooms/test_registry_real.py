"""Real registrations through the door: 69,549 companies of Tianjin, 4,166 firms of intellectual property services.

Expected counts: facts 6, 7 and 8 measured on the data.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from lantian.office import files
from lantian.office.intake import actions as intake
from lantian.office.models import IntakeBatch, RowError
from lantian.registry import routing
from lantian.registry.models import Company, RegisterFact, Subject
from lantian.registry.routing import Route, Step
from tests.conftest import Database
from tests.personas import acting, run_job

REAL = Path(os.environ["LANTIAN_REAL_DATA"])
TIANJIN, SERVICES = REAL / "tianjin_companies_69k.parquet", REAL / "cn_ip_service_companies.parquet"
TODAY = date(2026, 11, 22)
BINHAI = "120116"
ABOLISHED = {
    "120221": "120117", "120222": "120114", "120223": "120118", "120224": "120115", "120225": "120119",
}  # fmt: skip
PLAIN = {
    "和平": "120101", "河东": "120102", "河西": "120103", "南开": "120104", "河北": "120105", "红桥": "120106",
    "东丽": "120110", "西青": "120111", "津南": "120112", "北辰": "120113", "武清": "120114", "宝坻": "120115",
    "滨海": BINHAI, "宁河": "120117", "静海": "120118", "蓟州": "120119",
}  # fmt: skip


@pytest.fixture(scope="module")
def companies() -> pl.DataFrame:
    if not TIANJIN.exists():
        if "real" in os.environ.get("LANTIAN_REQUIRE", ""):
            pytest.fail(f"{TIANJIN} is missing")
        pytest.skip("no real registrations")
    return pl.read_parquet(TIANJIN).with_columns(pl.col("uscc").str.slice(2, 6).alias("authority"))


@pytest.fixture(scope="module")
def routes(companies: pl.DataFrame) -> list[Route]:
    rows = companies.select("uscc", "district", "address").iter_rows()
    return [routing.route(code, district, address, TODAY) for code, district, address in rows]


def test_almost_every_company_is_placed_and_the_rest_waits_with_the_city(
    companies: pl.DataFrame, routes: list[Route]
) -> None:
    steps = Counter(one.step for one in routes)
    assert sum(steps.values()) == 69_549
    assert steps[Step.OUTSIDE] == 1, "one company of Zhenjiang stands in the list"
    assert steps[Step.UNKNOWN] < 100
    waiting = {one.district for one in routes if one.step in (Step.OUTSIDE, Step.UNKNOWN)}
    assert waiting == {None}


def test_abolished_county_codes_lead_to_the_districts_that_followed(
    companies: pl.DataFrame, routes: list[Route]
) -> None:
    old = [(a, r) for a, r in zip(companies["authority"], routes, strict=True) if a in ABOLISHED]
    assert len(old) == 11_642
    assert all(route.district == ABOLISHED[authority] for authority, route in old)


def test_districts_outside_the_sixteen_are_zones_or_empty(
    companies: pl.DataFrame, routes: list[Route]
) -> None:
    other = Counter(district for district in companies["district"] if district not in PLAIN)
    assert other == {"保税区": 2_232, "自贸区": 1_696, "": 309}
    zones = [r for d, r in zip(companies["district"], routes, strict=True) if d in ("保税区", "自贸区")]
    assert Counter(route.district for route in zones).most_common(1)[0] == (BINHAI, 3_924)
    assert all(route.zone or route.district != BINHAI for route in zones)


def test_the_free_trade_registrar_does_not_send_companies_to_jinghai(
    companies: pl.DataFrame, routes: list[Route]
) -> None:
    """Its code is 120118, Jinghai's code of today; Jinghai's own companies still carry 120223."""
    shared = [r for a, r in zip(companies["authority"], routes, strict=True) if a == "120118"]
    assert len(shared) == 714
    assert Counter(route.district for route in shared) == {BINHAI: 711, "120115": 1, "120117": 1, "120119": 1}


def test_conflicts_of_huayuan_are_shown_and_the_registering_authority_decides(
    companies: pl.DataFrame, routes: list[Route]
) -> None:
    """2,260 companies in 华苑: registered in Binhai, listed under Xiqing or Nankai."""
    rows = zip(companies["address"], companies["authority"], companies["district"], routes, strict=True)
    huayuan = [(a, d, r) for address, a, d, r in rows if "华苑" in address]
    assert len(huayuan) == 2_260
    binhai = [(d, route) for authority, d, route in huayuan if authority == BINHAI]
    assert len(binhai) == 1_965
    assert all(route.district == BINHAI and route.step is Step.AUTHORITY for _, route in binhai)
    xiqing = [route for district, route in binhai if district == "西青"]
    assert xiqing and all(any(c.district == "120111" for c in route.conflicts) for route in xiqing)


def test_real_jurisdiction_conflicts_are_counted_and_none_is_hidden(
    companies: pl.DataFrame, routes: list[Route]
) -> None:
    """Of 65,312 companies with a plain district 16,848 differ from the code; succession settles 11,324 of them."""
    plain = companies.with_columns(pl.col("district").replace_strict(PLAIN, default=None).alias("listed"))
    plain = plain.with_columns(pl.Series("route", range(len(routes)))).filter(pl.col("listed").is_not_null())
    assert plain.height == 65_312
    differ = plain.filter(pl.col("listed") != pl.col("authority"))
    assert differ.height == 16_848
    succeeded = pl.col("authority").replace_strict(ABOLISHED, default=None)
    assert differ.filter(succeeded == pl.col("listed")).height == 11_324
    undecided = [
        place
        for listed, place in differ.select("listed", "route").iter_rows()
        if routes[place].district not in (listed, None) and not routes[place].conflicts
    ]
    assert undecided == []


def take_in(table: str, path: Path) -> IntakeBatch:
    with acting("city") as by:
        file = files.keep(name=path.name, chunks=[path.read_bytes()], seen_by=by.units, by=by)
        batch = intake.start(table=table, file=file, by=by)
    run_job(batch.job)
    with acting("city"):
        return IntakeBatch.objects.select_related("job").get(pk=batch.pk)


def test_both_files_go_in_whole_and_the_same_file_twice_changes_nothing(
    database: Database, companies: pl.DataFrame
) -> None:
    began = time.monotonic()
    batch = take_in("companies", TIANJIN)
    print(f"{batch.read:,} companies in {time.monotonic() - began:.1f} s")
    assert (batch.read, batch.new, batch.refused) == (69_549, 69_545, 4)
    with acting("city"):
        refused = dict(RowError.objects.filter(batch=batch).values_list("row", "value"))
    assert sorted(refused.values()) == ["", "", "", "9112011267147723XL"]
    assert Subject.objects.filter(batch=batch, number_status="valid").count() == 69_545
    assert Company.objects.exclude(capital_cny=None).count() > 50_000
    services = take_in("companies", SERVICES)
    assert (services.read, services.refused) == (4_166, 1)
    other = Subject.objects.filter(number_status="unverifiable", kind="company")
    assert sorted(len(number) for number in other.values_list("number", flat=True)) == [13, 15, 15, 15, 15]
    facts, again = RegisterFact.objects.count(), take_in("companies", SERVICES)
    assert (again.new, again.changed, again.same) == (0, 0, 4_165)
    assert RegisterFact.objects.count() == facts
