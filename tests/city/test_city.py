"""The synthetic city: the same bytes each time, canonical tables, plants and lawful likenesses."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stdnum.cn import uscc

from lantian.city.city import DEFAULT_FILINGS, OFFICES, build, write
from lantian.city.divisions import all_offices
from lantian.city.drafts import SEEN_ON
from lantian.city.edits import PLANTED
from lantian.city.sizes import DEMO, TINY, Size
from lantian.core import identifiers

# The columns of the canonical tables as the contract words them, independent of the code that writes them.
CONTRACT = {
    "patents": "application_no disclosure filing_date publication_no publication_date grant_date status "
    "status_date kind title abstract claim main_ipc ipc applicants applicant_ids applicant_kinds "
    "applicant_addresses inventors agency_code agency_name signers contact_name contact_phone contact_email "
    "contact_address account payer fee_reduced dual_filing_declared priority_nos parent_no",
    "agencies": "agency_code credit_code name kinds form licensed_on status status_date address "
    "district_code phone email website",
    "companies": "credit_code name founded_on capital_cny insured_staff industry scope address "
    "district_code phone email legal_representative shareholders former_names status",
    "practitioners": "licence_no practice_no name licensed_on",
    "employments": "licence_no agency_code from to",
    "practitioner_status": "licence_no status from to",
    "agency_members": "agency_code credit_code name role licence_no practising_since from to",
    "branches": "agency_code phone name credit_code address district_code filed_on opened_on closed_on "
    "head_licence_no",
    "annual_reports": "agency_code credit_code year due_on submitted_on practitioners assistants "
    "filings_invention filings_utility_model filings_design address phone",
    "enrolments": "credit_code name enrolment_no filed_on expires_on status",
    "trademarks": "number filed_on mark image_sha256 classes goods applicant applicant_id applicant_address "
    "agency_name agency_id contact_phone status status_date",
    "truth": "detector subject_kind subject_no planted evidence members",
}
TABLES = sorted(CONTRACT)
LISTS = {"ipc", "applicants", "applicant_ids", "applicant_kinds", "applicant_addresses", "inventors"}
LISTS |= {"signers", "priority_nos", "kinds", "shareholders", "former_names", "evidence", "members"}
OTHER = {"fee_reduced": pl.Boolean(), "dual_filing_declared": pl.Boolean(), "insured_staff": pl.Int32()}
OTHER |= {"capital_cny": pl.Decimal(18, 2), "classes": pl.List(pl.Int16())}
COUNTS = (
    "year",
    "practitioners",
    "assistants",
    "filings_invention",
    "filings_utility_model",
    "filings_design",
)
OTHER |= dict.fromkeys(COUNTS, pl.Int32())


@pytest.fixture(scope="module")
def city() -> dict[str, pl.DataFrame]:
    return build(1, DEFAULT_FILINGS)


@pytest.fixture(scope="module")
def patents(city: dict[str, pl.DataFrame]) -> dict[str, dict[str, Any]]:
    return {row["application_no"]: row for row in city["patents"].iter_rows(named=True)}


def _expected_type(column: str) -> pl.DataType:
    if column in LISTS:
        return pl.List(pl.String())
    if column.endswith(("_on", "_date", "_since")) or column in ("from", "to"):
        return pl.Date()
    return OTHER.get(column, pl.String())


def _filings(row: dict[str, Any]) -> list[str]:
    return [reference.removeprefix("patents:") for reference in row["evidence"]]


def _truth(city: dict[str, pl.DataFrame], *planted: str) -> list[dict[str, Any]]:
    rows = [row for row in city["truth"].iter_rows(named=True) if row["planted"] in planted]
    assert rows
    return rows


@pytest.mark.parametrize("size", [TINY, DEMO], ids=lambda size: size.name)
def test_the_same_seed_and_size_give_the_same_bytes_in_another_process(tmp_path: Path, size: Size) -> None:
    here = write(build(7, 300, size), tmp_path / "here")
    there = tmp_path / "there"
    call = (
        "import sys, pathlib; from lantian.city.city import build, write\n"
        "from lantian.city.sizes import SIZES\n"
        "write(build(7, 300, SIZES[sys.argv[2]]), pathlib.Path(sys.argv[1]))"
    )
    environment = {"PYTHONHASHSEED": "12345", "POLARS_MAX_THREADS": "1"}
    subprocess.run([sys.executable, "-c", call, str(there), size.name], check=True, env=environment)
    assert [path.name for path in here] == [f"{name}.parquet" for name in TABLES]
    for path in here:
        assert path.read_bytes() == (there / path.name).read_bytes(), path.name


def test_another_seed_gives_another_city() -> None:
    assert not build(1, 30)["patents"].equals(build(2, 30)["patents"])


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_the_columns_and_types_of_the_contract(city: dict[str, pl.DataFrame], table: str) -> None:
    columns = CONTRACT[table].split()
    assert dict(city[table].schema) == {column: _expected_type(column) for column in columns}
    assert city[table].columns == columns


def test_tables_are_sorted_by_keys_that_never_repeat(city: dict[str, pl.DataFrame]) -> None:
    for table, key in (
        ("patents", "application_no"),
        ("agencies", "agency_code"),
        ("companies", "credit_code"),
    ):
        keys = city[table][key].to_list()
        assert keys == sorted(set(keys))


def test_every_application_number_is_valid_and_says_its_kind_and_year(
    patents: dict[str, dict[str, Any]],
) -> None:
    for number, row in patents.items():
        read = identifiers.application_no(number)
        assert (read.valid, read.normal) == (True, number)
        assert identifiers.application_kind(number) == row["kind"]
        assert int(number[:4]) == row["filing_date"].year


def test_every_credit_code_is_valid_by_an_independent_judge(city: dict[str, pl.DataFrame]) -> None:
    codes = [*city["agencies"]["credit_code"], *city["companies"]["credit_code"]]
    codes += [code for code in city["patents"]["applicant_ids"].explode() if code]
    assert all(uscc.is_valid(code) for code in codes)


def test_agency_codes_are_those_of_tianjin(city: dict[str, pl.DataFrame]) -> None:
    agencies = city["agencies"]
    assert agencies.height == 24
    assert all(len(code) == 5 and code.startswith("12") for code in agencies["agency_code"])
    spread = Counter(agencies["district_code"])
    assert spread == {"120104": 8, "120111": 8, "120116": 8}


def test_whoever_files_is_found_in_the_registers(city: dict[str, pl.DataFrame]) -> None:
    agencies = dict(city["agencies"].select("agency_code", "name").iter_rows())
    companies = dict(city["companies"].select("credit_code", "name").iter_rows())
    for row in city["patents"].iter_rows(named=True):
        assert row["agency_code"] is None or agencies[row["agency_code"]] == row["agency_name"]
        parties = zip(row["applicants"], row["applicant_ids"], row["applicant_kinds"], strict=True)
        for name, code, kind in parties:
            assert kind != "company" or companies[code] == name
            assert (code is None) == (kind == "person")


def test_most_filings_are_published_and_a_few_are_not(city: dict[str, pl.DataFrame]) -> None:
    patents = city["patents"]
    shares = {key: count / patents.height for key, count in Counter(patents["disclosure"]).items()}
    assert 0.02 < shares["unpublished"] < 0.04
    assert 0 < shares["unknown"] < 0.02
    hidden = patents.filter(pl.col("disclosure") != "published")
    assert hidden["publication_no"].is_null().all() and hidden["publication_date"].is_null().all()
    shown = patents.filter(pl.col("disclosure") == "published")
    assert (shown["publication_date"] > shown["filing_date"]).all()
    assert shown["publication_no"].n_unique() == shown.height


def test_nothing_happens_after_the_day_the_city_is_seen(city: dict[str, pl.DataFrame]) -> None:
    for table in ("patents", "agencies", "companies"):
        for column in city[table].select(pl.selectors.date()).iter_columns():
            latest = column.max()
            assert isinstance(latest, date) and latest <= SEEN_ON, column.name


def test_every_kind_of_edit_is_planted_as_uncleared(city: dict[str, pl.DataFrame]) -> None:
    batches = city["truth"].filter(pl.col("detector") == "P01")
    assert set(batches["planted"]) == set(PLANTED)
    sizes = sorted(batches["evidence"].list.len())
    assert sizes[-1] == DEFAULT_FILINGS // 50
    assert sizes[0] >= 3 and sizes[-2] <= 7
    assert 0.02 < sum(sizes) / DEFAULT_FILINGS < 0.1


def test_a_batch_runs_across_applicants_and_some_across_two_agencies(
    city: dict[str, pl.DataFrame], patents: dict[str, dict[str, Any]]
) -> None:
    agencies_seen, across = set(), 0
    for row in _truth(city, *PLANTED):
        filings = [patents[number] for number in _filings(row)]
        agencies = {filing["agency_code"] for filing in filings}
        names = {filing["applicants"][0] for filing in filings}
        assert {member for member in row["members"] if len(member) == 5} == agencies
        assert {filing["kind"] for filing in filings} <= {"invention", "utility_model"}
        assert len({filing["kind"] for filing in filings}) == 1
        days = [filing["filing_date"] for filing in filings]
        assert days == sorted(days) and days[-1] - days[0] <= timedelta(days=60)
        assert row["subject_no"] == _filings(row)[0]
        across += len(agencies) > 1 and len(names) > 1
        agencies_seen |= agencies
    assert across >= 2
    assert len(agencies_seen) <= 4


def test_a_lawful_double_filing_is_of_one_day_one_applicant_and_two_kinds(
    city: dict[str, pl.DataFrame], patents: dict[str, dict[str, Any]]
) -> None:
    for row in _truth(city, "lawful_dual", "presumed_dual"):
        first, second = (patents[number] for number in _filings(row))
        assert (first["kind"], second["kind"]) == ("invention", "utility_model")
        assert first["filing_date"] == second["filing_date"]
        assert first["applicants"] == second["applicants"]
        declared = True if row["planted"] == "lawful_dual" else None
        assert first["dual_filing_declared"] is declared and second["dual_filing_declared"] is declared
        assert row["detector"] is None


def test_a_successor_names_its_parent_or_its_priority(
    city: dict[str, pl.DataFrame], patents: dict[str, dict[str, Any]]
) -> None:
    for row in _truth(city, "lawful_divisional"):
        first, second = (patents[number] for number in _filings(row))
        assert second["parent_no"] == first["application_no"]
        assert second["filing_date"] == first["filing_date"]
    for row in _truth(city, "lawful_priority"):
        first, second = (patents[number] for number in _filings(row))
        assert second["priority_nos"] == [first["application_no"]]
        assert timedelta(0) < second["filing_date"] - first["filing_date"] <= timedelta(days=365)
        assert first["status"] == "deemed_withdrawn"


def test_no_filing_belongs_to_two_plants(city: dict[str, pl.DataFrame]) -> None:
    evidence = city["truth"]["evidence"].explode().to_list()
    assert len(evidence) == len(set(evidence))


@pytest.mark.parametrize("filings", [1, 7, 199, 200, 201])
def test_a_city_has_exactly_as_many_filings_as_asked(filings: int) -> None:
    assert build(3, filings)["patents"].height == filings


@pytest.mark.parametrize(("seed", "filings"), [(-1, 10), (1, 0), (1, -5), (1, 10_000_000)])
def test_a_city_that_cannot_be_is_refused(seed: int, filings: int) -> None:
    with pytest.raises(ValueError, match="seed must be"):
        build(seed, filings)


def test_every_office_of_the_city_hangs_under_one_named_before_it() -> None:
    units = all_offices()
    assert Counter(unit["kind"] for unit in units) == {"city": 1, "district": 16, "zone": 2, "corps": 1}
    for column in ("id", "code", "name_zh", "name_en", "document_code"):
        assert len({unit[column] for unit in units}) == len(units), column
    for place, unit in enumerate(units[1:], 1):
        assert unit["parent"] in {before["code"] for before in units[:place]}


def test_the_offices_are_the_city_and_three_districts_under_it() -> None:
    assert [(unit["code"], unit["kind"], unit["parent"]) for unit in OFFICES] == [
        ("120000", "city", None),
        ("120104", "district", "120000"),
        ("120111", "district", "120000"),
        ("120116", "district", "120000"),
    ]
    assert OFFICES[1]["name_zh"] == "天津市南开区知识产权局"
