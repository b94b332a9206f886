"""Kinds planted last: what each leaves in the tables, read without any detector, and what lies lawfully beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from lantian.city.city import build
from lantian.city.sizes import FULL

City = dict[str, pl.DataFrame]
Rows = list[dict[str, Any]]
KINDS = {
    "code_of_another",
    "lawful_renamed",
    "open_slots",
    "lawful_figures",
    "refiled_elsewhere",
    "lawful_improved",
}


@pytest.fixture(scope="module")
def city() -> City:
    few = {"marks": 300, "trademark_agencies": 60, "lapsed": 2, "out_of_town": 3, "offences": 1, "mills": 4}
    places = FULL.agency_places[:30]
    return build(2, size=replace(FULL, filings=4_000, agency_places=places, headcount=330, schemes=2, **few))


def planted(city: City, kind: str) -> Rows:
    found = city["truth"].filter(pl.col("planted") == kind).to_dicts()
    assert found
    return found


def named(row: dict[str, Any], city: City, table: str, key: str) -> Rows:
    """Rows of a table that a plant names as its evidence, by key."""
    numbers = [one.removeprefix(f"{table}:") for one in row["evidence"] if one.startswith(f"{table}:")]
    return city[table].filter(pl.col(key).is_in(numbers)).sort(key).to_dicts()


def filings(row: dict[str, Any], city: City) -> Rows:
    return sorted(named(row, city, "patents", "application_no"), key=lambda one: one["filing_date"])


def test_another_code_stands_with_a_name_that_no_register_lists(city: City) -> None:
    registered = {row["credit_code"]: row for row in city["companies"].to_dicts()}
    for row in planted(city, "code_of_another"):
        for filing in filings(row, city):
            (code,), (name,) = filing["applicant_ids"], filing["applicants"]
            assert code in row["members"] and name in row["members"]
            assert registered[code]["name"] != name and name not in registered[code]["former_names"]
            assert name not in city["companies"]["name"]


def test_a_renamed_firm_filed_in_a_name_its_register_lists_as_former(city: City) -> None:
    registered = {row["credit_code"]: row for row in city["companies"].to_dicts()}
    for row in planted(city, "lawful_renamed"):
        (code,) = row["members"]
        borne = {filing["applicants"][0] for filing in filings(row, city)}
        assert borne == {registered[code]["name"], *registered[code]["former_names"]} and len(borne) == 2


def test_an_open_slot_is_one_more_sentence_of_the_abstract(city: City) -> None:
    for row in planted(city, "open_slots"):
        (filing,) = filings(row, city)
        assert any(sign in filing["abstract"] for sign in ("填写", "××", "____", "待补充", "以下是", "XX"))


def test_what_is_refiled_elsewhere_was_withdrawn_before_and_shares_a_contact(city: City) -> None:
    for row in planted(city, "refiled_elsewhere"):
        first, second = filings(row, city)
        assert first["status"] == "withdrawn" and first["status_date"] < second["filing_date"]
        assert (
            first["agency_code"] and second["agency_code"] and first["agency_code"] != second["agency_code"]
        )
        assert set(first["applicants"]).isdisjoint(second["applicants"])
        assert any(first[key] == second[key] for key in ("contact_phone", "contact_email"))


def test_an_improved_text_is_of_the_applicant_who_withdrew_the_first(city: City) -> None:
    for row in planted(city, "lawful_improved"):
        first, second = filings(row, city)
        assert first["status"] == "withdrawn" and first["status_date"] < second["filing_date"]
        assert first["applicants"] == second["applicants"] and first["abstract"] != second["abstract"]


def test_no_further_plant_takes_a_filing_of_an_earlier_one(city: City) -> None:
    """But for replaced inventors, who are drawn from all that was granted, whatever else is planted there."""
    rows = city["truth"].filter(pl.col("planted") != "inventors_replaced").to_dicts()
    plants = {(row["planted"], tuple(row["evidence"])) for row in rows}
    counted = Counter(one for _, evidence in plants for one in evidence if one.startswith("patents:"))
    own = [one for kind, evidence in plants if kind in KINDS for one in evidence]
    assert own and all(counted[one] == 1 for one in own)


def test_nobody_of_a_city_with_further_plants_shares_a_name_or_code(city: City) -> None:
    for column in ("credit_code", "name"):
        assert city["companies"][column].is_unique().all(), column
