"""Kinds planted last: what each leaves in the tables, read without any detector, and what lies lawfully beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from lantian.city.city import build
from lantian.city.drafts import SEEN_ON
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
    "refiled_alone",
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


def test_an_improved_or_reworded_text_is_of_the_applicant_who_withdrew_the_first(city: City) -> None:
    for row in planted(city, "lawful_improved") + planted(city, "refiled_alone"):
        first, second = filings(row, city)
        assert first["status"] == "withdrawn" and first["status_date"] < second["filing_date"]
        assert first["applicants"] == second["applicants"] and first["abstract"] != second["abstract"]


def marks(row: dict[str, Any], city: City) -> Rows:
    return named(row, city, "trademarks", "number")


def cases(row: dict[str, Any], city: City) -> Rows:
    return named(row, city, "trademark_proceedings", "number")


def test_who_was_never_enrolled_files_marks_and_is_on_no_list_of_enrolments(city: City) -> None:
    listed = []
    for row in planted(city, "never_enrolled"):
        assert {mark["agency_id"] for mark in marks(row, city)} == {row["subject_no"]}
        assert row["subject_no"] not in city["enrolments"]["credit_code"]
        listed.append(row["subject_no"] in city["agencies"]["credit_code"])
    assert sorted(listed) == [False, True]


def test_an_agency_without_a_code_on_its_marks_is_enrolled_under_the_name_it_gives(city: City) -> None:
    names = dict(city["enrolments"].select("credit_code", "name").iter_rows())
    for row in planted(city, "lawful_unnumbered"):
        for mark in marks(row, city):
            assert mark["agency_id"] is None
            assert mark["agency_name"].replace(" ", "") == names[row["subject_no"]]


def test_one_mark_is_attacked_again_and_again_after_each_failure(city: City) -> None:
    for row in planted(city, "repeated_petitions"):
        attacks = sorted(cases(row, city), key=lambda case: case["filed_on"])
        assert len(attacks) >= 3 and len({case["mark_number"] for case in attacks}) == 1
        assert [case["outcome"] for case in attacks] == ["refused"] * (len(attacks) - 1) + ["pending"]
        assert all(a["outcome_on"] < b["filed_on"] for a, b in pairwise(attacks))


def test_an_attacked_mark_is_filed_anew_by_the_agency_for_another_or_by_a_firm_for_itself(city: City) -> None:
    for kind in ("refiled_mark", "lawful_blocked"):
        for row in planted(city, kind):
            (filed,), attack = marks(row, city), cases(row, city)[0]
            (attacked,) = city["trademarks"].filter(number=attack["mark_number"]).to_dicts()
            assert filed["mark"] == attacked["mark"] and filed["agency_id"] == attack["petitioner_agency_id"]
            assert attack["filed_on"] < filed["filed_on"] and filed["applicant"] != attacked["applicant"]
            assert (filed["applicant"] == attack["petitioner"]) == (kind == "lawful_blocked")


def test_a_disguised_name_differs_from_a_listed_one_in_its_last_character(city: City) -> None:
    listed = city["protected_names"].filter(pl.col("kind") != "well_known_mark")["name"].to_list()
    for kind in ("homophone", "look_alike", "lawful_sounds_alike"):
        for row in planted(city, kind):
            (mark,) = (one["mark"] for one in marks(row, city))
            assert not any(name in mark for name in listed)
            assert any(name[:-1] in mark and len(name) <= len(mark) for name in listed)


def test_one_word_of_one_day_comes_through_two_agencies_from_one_address_or_from_two(city: City) -> None:
    for kind, addresses in (("same_day_linked", 1), ("lawful_coincidence", 2)):
        for row in planted(city, kind):
            filed = pl.DataFrame(marks(row, city), infer_schema_length=None)
            counted = {
                name: filed[name].n_unique() for name in ("mark", "filed_on", "agency_id", "applicant_id")
            }
            assert counted == {"mark": 1, "filed_on": 1, "agency_id": 2, "applicant_id": 2}
            assert filed["applicant_address"].n_unique() == addresses


def test_a_leader_files_through_his_own_agency_and_a_namesake_through_another(city: City) -> None:
    for kind, own in (("led_marks", True), ("lawful_namesake", False)):
        for row in planted(city, kind):
            for mark in marks(row, city):
                listed = city["agency_members"].filter(credit_code=mark["agency_id"])["name"]
                assert (mark["applicant"] in listed) == own and mark["classes"] != [45]


def test_a_known_name_in_another_class_is_not_the_owners(city: City) -> None:
    known = {row["name"]: row for row in city["protected_names"].to_dicts()}
    for row in planted(city, "other_class"):
        (mark,) = marks(row, city)
        listed = known[mark["mark"]]
        assert listed["owner_id"] != mark["applicant_id"]
        assert set(mark["classes"]).isdisjoint(listed["classes"])


def test_a_pose_is_an_agencys_own_page_or_names_nobody(city: City) -> None:
    for kind, named_one in (("posing_agency", True), ("posing_unnamed", False)):
        for row in planted(city, kind):
            (page,) = named(row, city, "captures", "capture_id")
            assert (page["advertiser"] in city["agencies"]["name"].to_list()) == named_one


def standing(row: dict[str, Any], city: City, *roles: str) -> list[date | None]:
    """First days of practice of the members of these roles on the day; None for who has no licence in force."""
    revoked = city["practitioner_status"].filter(pl.col("status") == "revoked")["licence_no"].to_list()
    listed = city["agency_members"].filter(
        pl.col("agency_code") == row["subject_no"], pl.col("role").is_in(roles), pl.col("to").is_null()
    )
    return [
        one["practising_since"] if one["licence_no"] and one["licence_no"] not in revoked else None
        for one in listed.to_dicts()
    ]


def short(row: dict[str, Any], city: City) -> bool:
    """Whether it falls short of four shareholders in five and the chief, or of two partners (办法 第十条至第十二条)."""
    (form,) = city["agencies"].filter(agency_code=row["subject_no"])["form"]
    members = standing(row, city, "partner", "shareholder")
    qualified = [since for since in members if since and since <= SEEN_ON.replace(year=SEEN_ON.year - 2)]
    if form != "company":
        return len(qualified) < 2
    chiefs = standing(row, city, "legal_representative")
    return len(members) < 5 or len(qualified) * 5 < len(members) * 4 or None in chiefs


@pytest.mark.parametrize("kind", ["shares_sold", "chief_uncertified", "practice_short", "members_revoked"])
def test_an_agency_falls_short_of_its_conditions(city: City, kind: str) -> None:
    assert all(short(row, city) for row in planted(city, kind))


def test_a_successor_keeps_the_conditions_met(city: City) -> None:
    members = city["agency_members"]
    for row in planted(city, "lawful_successor"):
        left = members.filter(pl.col("agency_code") == row["subject_no"], pl.col("to").is_not_null())
        came = members.filter(
            pl.col("agency_code") == row["subject_no"], pl.col("from").is_in(left["to"].implode())
        )
        assert left.height == came.height == 1 and not short(row, city)


def test_a_new_chief_is_also_the_one_of_the_market_register(city: City) -> None:
    for row in planted(city, "chief_uncertified"):
        (agency,) = city["agencies"].filter(agency_code=row["subject_no"]).to_dicts()
        (entry,) = city["companies"].filter(credit_code=agency["credit_code"]).to_dicts()
        chiefs = city["agency_members"].filter(
            pl.col("agency_code") == row["subject_no"], pl.col("role") == "legal_representative"
        )
        assert chiefs.filter(pl.col("to").is_null())["name"].to_list() == [entry["legal_representative"]]


def test_a_new_partner_is_in_every_register_of_practitioners(city: City) -> None:
    for row in planted(city, "practice_short"):
        people = [one.partition("|")[2] for one in row["evidence"] if "|" in one]
        for table in ("practitioners", "employments", "practitioner_status"):
            assert set(people) <= set(city[table]["licence_no"]), table
    assert city["practitioners"]["licence_no"].is_unique().all()


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
