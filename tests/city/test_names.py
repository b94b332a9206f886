"""Names and numbers: made by rule, and nobody's."""

from __future__ import annotations

import os
import re
from pathlib import Path

import polars as pl
import pytest

from lantian.city import names
from lantian.city.city import build
from lantian.city.divisions import divisions
from lantian.city.parties import make_applicants, make_fronts
from lantian.city.sizes import DEMO, FULL

REAL = Path(os.environ.get("LANTIAN_REAL_DATA", "../shared/data/real"))
REGISTERS = {
    "tianjin_companies_69k.parquet": "name",
    "cn_ip_service_companies.parquet": "name",
    "company_short_names_280k.parquet": "short_name",
    "cn_patents_100k.parquet": "applicant",
}

PHONES = [("patents", "contact_phone"), ("trademarks", "contact_phone"), ("companies", "phone")]
PHONES += [("agencies", "phone"), ("branches", "phone"), ("annual_reports", "phone")]


def _register(file: str, column: str) -> list[str]:
    path = REAL / file
    if not path.exists():
        if "real" in os.environ.get("LANTIAN_REQUIRE", ""):
            pytest.fail(f"{path} is required and absent")
        pytest.skip(f"{path} is absent")
    return [name for name in pl.read_parquet(path, columns=[column])[column].to_list() if name]


@pytest.mark.parametrize(("file", "column"), sorted(REGISTERS.items()))
def test_no_coined_word_occurs_in_the_name_of_a_real_firm(file: str, column: str) -> None:
    register = "\n".join(_register(file, column))
    words = names.coined_words()
    pairs = {register[place : place + 2] for place in range(len(register) - 1)}
    assert not words & pairs


def test_no_credit_code_of_the_city_is_a_real_one() -> None:
    _register("tianjin_companies_69k.parquet", "name")
    codes = pl.read_parquet(REAL / "tianjin_companies_69k.parquet", columns=["uscc"])["uscc"].drop_nulls()
    assert not codes.str.slice(8, 2).is_in(["YY"]).any()


def test_firms_of_a_large_city_have_names_and_codes_of_their_own() -> None:
    everyone = [*make_applicants(1, 100_000), *make_fronts(1, 1_000)]
    firms = [(one.number, one.name) for one in everyone if one.number]
    agencies = build(1, 20, FULL)["agencies"]
    firms += list(agencies.select("credit_code", "name").iter_rows())
    for column in zip(*firms, strict=True):
        assert len(set(column)) == len(column)


def test_phones_and_addresses_cannot_reach_anybody() -> None:
    city = build(1, 200, DEMO)
    phones = [city[table][column] for table, column in PHONES]
    assert all(re.fullmatch(r"0\d{2,3}-0\d{7}", phone) for column in phones for phone in column)
    mails = [*city["patents"]["contact_email"], *city["companies"]["email"], *city["agencies"]["email"]]
    assert all(mail.endswith(".example") for mail in mails)
    sites = city["agencies"]["website"].drop_nulls()
    assert sites.str.ends_with(".example/").all()


def test_no_agency_code_or_licence_of_the_city_is_given_out() -> None:
    """Real serials lie far below: none observed reaches 800, no licence 90,000."""
    city = build(1, 200, DEMO)
    codes = city["agencies"]["agency_code"].drop_nulls()
    assert all(int(code[2:]) >= 800 and not code.startswith("11") for code in codes)
    licences = [*city["practitioners"]["licence_no"], *city["patents"]["signers"].explode().drop_nulls()]
    assert all(re.fullmatch(r"\d{2}9\d{4}", licence) for licence in licences)
    assert city["trademarks"]["number"].str.starts_with("99").all()
    assert (city["trademarks"]["number"].str.len_chars() == 9).all()


def test_serials_of_applications_lie_beyond_those_given_out() -> None:
    assert all(int(number[5:12]) > 9_000_000 for number in build(1, 200)["patents"]["application_no"])


def test_tianjin_has_sixteen_districts() -> None:
    codes = sorted(divisions())
    assert codes[0] == "120000" and len(codes) == 17
    assert divisions()["120116"] == "滨海新区"
