"""The large city: sixteen districts, registers that agree with each other, and what is planted in them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from stdnum.cn import uscc

from lantian.city.city import build
from lantian.city.divisions import districts
from lantian.city.drafts import SEEN_ON
from lantian.city.sizes import DEMO, SIZES, TINY

City = dict[str, pl.DataFrame]
Rows = list[dict[str, Any]]
# The register may lag by 30 days (专利代理条例 第十二条).
LAG = timedelta(days=30)
OFFENCES = {"signer_suspended", "signer_revoked", "signer_left", "signer_elsewhere"}


@pytest.fixture(scope="module")
def city() -> City:
    return build(1, 3000, DEMO)


@pytest.fixture(scope="module", params=["tiny", "demo"])
def any_city(request: pytest.FixtureRequest, city: City) -> City:
    return city if request.param == "demo" else build(1, 300, TINY)


def rows(city: City, table: str) -> Rows:
    return city[table].to_dicts()


def by_number(city: City) -> dict[str, dict[str, Any]]:
    return {row["application_no"]: row for row in rows(city, "patents")}


def planted(city: City, *kinds: str) -> Rows:
    found = [row for row in rows(city, "truth") if row["planted"] in kinds]
    assert found
    return found


def spells(city: City, table: str, of: str) -> dict[str, list[tuple[str, date, date]]]:
    found = defaultdict(list)
    for row in rows(city, table):
        found[row["licence_no"]].append((row[of], row["from"], row["to"] or date.max))
    return found


def unlicensed(city: City) -> dict[tuple[str, str], list[str]]:
    """Judge every signature of the city's own agencies from the tables alone: signer and agency, filings."""
    employed, states = (
        spells(city, "employments", "agency_code"),
        spells(city, "practitioner_status", "status"),
    )
    patents, found = by_number(city), defaultdict(list)
    for number, row in patents.items():
        if not (row["agency_code"] or "").startswith("12") or row["parent_no"]:
            continue
        for signer in row["signers"]:
            day, code = row["filing_date"], row["agency_code"]
            works = any(of == code and first <= day < last for of, first, last in employed[signer])
            active = any(of == "active" and first <= day < last for of, first, last in states[signer])
            if not (works and active):
                found[signer, code].append(f"patents:{number}")
    return found


def test_the_sizes_are_those_of_the_demonstration_and_the_full_city() -> None:
    assert list(SIZES) == ["tiny", "demo", "full", "year"]
    assert [size.filings for size in SIZES.values()] == [2_000, 10_000, 60_000, 100_000]
    # The demonstration and the small city stay free of the further schemes.
    assert [size.schemes > 0 for size in SIZES.values()] == [False, False, True, True]


def test_agencies_and_practitioners_are_as_many_as_a_city_has(city: City) -> None:
    agencies = city["agencies"]
    local = agencies.filter(pl.col("agency_code").str.starts_with("12"))
    assert local.height == 130
    assert set(local["district_code"]) == set(districts())
    marks = agencies.filter(pl.col("agency_code").is_null())
    assert marks.height == 1500 and set(marks["district_code"]) == set(districts())
    assert marks["kinds"].to_list() == [["trademark"]] * 1500
    assert city["practitioners"].height == 2000


def test_registers_do_not_change_with_the_number_of_filings(city: City) -> None:
    other = build(1, 40, DEMO)
    for table in ("agencies", "practitioners", "employments", "agency_members", "branches", "enrolments"):
        assert other[table].equals(city[table]), table


def test_every_number_of_the_registers_is_valid(any_city: City) -> None:
    for table in ("agencies", "agency_members", "branches", "annual_reports", "enrolments"):
        assert all(uscc.is_valid(code) for code in any_city[table]["credit_code"]), table
    for row in rows(any_city, "practitioners"):
        assert re.fullmatch(r"12\d{5}", row["licence_no"])
        assert re.fullmatch(r"12\d{9}", row["practice_no"])
        assert row["practice_no"][5:10] == row["licence_no"][2:]
    assert any_city["practitioners"]["licence_no"].is_unique().all()
    assert any_city["trademarks"]["number"].str.contains(r"^(G?\d{5,9})[A-Z]{0,2}$").all()


def test_whoever_signs_is_in_the_register_unless_of_another_place(any_city: City) -> None:
    known = set(any_city["practitioners"]["licence_no"])
    for row in rows(any_city, "patents"):
        if row["agency_code"]:
            local = row["agency_code"].startswith("12")
            assert all((signer in known) is local for signer in row["signers"])
            assert row["signers"]


def test_a_sixth_of_the_agents_come_from_elsewhere_and_act_for_applicants_here(city: City) -> None:
    codes = city["patents"]["agency_code"].drop_nulls()
    assert 0.08 < (~codes.str.starts_with("12")).sum() / len(codes) < 0.2


def test_a_licence_comes_before_practice_and_practice_before_membership(any_city: City) -> None:
    licensed = dict(any_city["practitioners"].select("licence_no", "licensed_on").iter_rows())
    for row in rows(any_city, "employments"):
        assert licensed[row["licence_no"]] + timedelta(days=365) < row["from"] < (row["to"] or date.max)
    for row in rows(any_city, "agency_members"):
        if row["licence_no"]:
            assert row["practising_since"] + timedelta(days=730) <= row["from"]


def test_every_patent_agency_meets_the_conditions_of_its_licence(any_city: City) -> None:
    """专利代理管理办法 第十条 to 第十二条."""
    forms = dict(any_city["agencies"].select("agency_code", "form").iter_rows())
    members = defaultdict(list)
    for row in rows(any_city, "agency_members"):
        if row["agency_code"]:
            members[row["agency_code"]].append(row)
    for code, listed in members.items():
        plain = [row for row in listed if row["role"] in ("partner", "shareholder")]
        certified = [row for row in plain if row["licence_no"]]
        lead = [row for row in listed if row not in plain]
        assert len(lead) == 1 and lead[0]["licence_no"]
        if forms[code] == "company":
            assert len(plain) >= 5 and len(certified) >= 0.8 * len(plain)
        else:
            assert len(certified) >= 2
    assert set(members) == {code for code in forms if code and code.startswith("12")}


def test_a_branch_meets_the_conditions_and_is_filed_in_time(city: City) -> None:
    """专利代理管理办法 第二十条, 第二十一条."""
    agencies = {row["agency_code"]: row for row in rows(city, "agencies")}
    employed = spells(city, "employments", "agency_code")
    heads = city["branches"]["head_licence_no"]
    assert city["branches"].height >= 10 and heads.is_unique().all()
    for row in rows(city, "branches"):
        opened, agency = row["opened_on"], agencies[row["agency_code"]]
        staff = [
            licence
            for licence, known in employed.items()
            if any(of == row["agency_code"] and first <= opened < last for of, first, last in known)
        ]
        assert len(staff) >= 10 and row["head_licence_no"] in staff
        assert opened - agency["licensed_on"] >= timedelta(days=730)
        assert opened < row["filed_on"] <= min(opened + LAG, SEEN_ON)
        assert row["district_code"] != agency["district_code"]


def test_annual_reports_are_in_time_and_cover_the_filings_of_the_city(any_city: City) -> None:
    filed = Counter(
        (row["agency_code"], row["filing_date"].year, row["kind"]) for row in rows(any_city, "patents")
    )
    reports = rows(any_city, "annual_reports")
    assert {row["year"] for row in reports} == {2024, 2025}
    for row in reports:
        assert row["submitted_on"] <= row["due_on"] == date(row["year"] + 1, 6, 30)
        assert row["practitioners"] >= 2
        for kind in ("invention", "utility_model", "design"):
            assert row[f"filings_{kind}"] >= filed[row["agency_code"], row["year"], kind]


def test_nobody_signs_who_may_not_but_for_what_is_planted(any_city: City) -> None:
    """Also a hard negative: people are suspended, move and leave, and nothing of theirs stands out."""
    kinds = (*OFFENCES, "lawful_late_register")
    truth = {
        (row["subject_no"], row["members"][0]): sorted(row["evidence"])
        for row in rows(any_city, "truth")
        if row["planted"] in kinds
    }
    assert {key: sorted(filings) for key, filings in unlicensed(any_city).items()} == truth


def test_a_planted_signature_lies_beyond_any_delay_of_the_register(city: City) -> None:
    patents, states = by_number(city), spells(city, "practitioner_status", "status")
    employed = spells(city, "employments", "agency_code")
    found = planted(city, *OFFENCES)
    assert {row["planted"] for row in found} == OFFENCES
    assert {(row["detector"], row["subject_kind"]) for row in found} == {("P10", "practitioner")}
    for row in found:
        signer, (code,) = row["subject_no"], row["members"]
        for reference in row["evidence"]:
            day = patents[reference.removeprefix("patents:")]["filing_date"]
            status = [of for of, first, last in states[signer] if first <= day < last]
            assert status == [row["planted"].removeprefix("signer_") if "ed" in row["planted"] else "active"]
            if row["planted"] in ("signer_left", "signer_elsewhere"):
                assert all(of != code or last + LAG < day for of, _, last in employed[signer])


def test_a_mover_who_signs_before_the_register_knows_is_lawful(city: City) -> None:
    patents, employed = by_number(city), spells(city, "employments", "agency_code")
    for row in planted(city, "lawful_late_register"):
        assert row["detector"] is None
        (_, _, parted), (code, arrived, _) = sorted(employed[row["subject_no"]], key=lambda one: one[1])
        assert row["members"] == [code]
        for reference in row["evidence"]:
            day = patents[reference.removeprefix("patents:")]["filing_date"]
            assert parted < day < arrived <= parted + LAG


def test_every_trademark_agency_is_enrolled_for_three_years_and_renews_in_the_window(any_city: City) -> None:
    terms = defaultdict(list)
    for row in rows(any_city, "enrolments"):
        terms[row["credit_code"]].append(row)
    marks = {row["credit_code"] for row in rows(any_city, "agencies") if "trademark" in row["kinds"]}
    assert set(terms) == marks
    for first, *later in terms.values():
        assert first["expires_on"] == first["filed_on"].replace(year=first["filed_on"].year + 3) - timedelta(
            days=1
        )
        for again in later:
            assert timedelta(0) < first["expires_on"] - again["filed_on"] < timedelta(days=184)
            assert (first["status"], again["status"]) == ("expired", "valid")
            assert again["expires_on"].year == first["expires_on"].year + 3
    for row in rows(any_city, "enrolments"):
        assert row["status"] != "valid" or row["expires_on"] > SEEN_ON


def test_only_planted_agencies_file_marks_without_an_enrolment(any_city: City) -> None:
    known = defaultdict(list)
    for row in rows(any_city, "enrolments"):
        known[row["credit_code"]].append((row["filed_on"], row["expires_on"]))
    late = defaultdict(list)
    for row in rows(any_city, "trademarks"):
        if not any(first <= row["filed_on"] <= last for first, last in known[row["agency_id"]]):
            late[row["agency_id"]].append(f"trademarks:{row['number']}")
    truth = {row["subject_no"]: row for row in rows(any_city, "truth") if row["detector"] == "T07"}
    assert {code: row["evidence"][1:] for code, row in truth.items()} == late
    for row in truth.values():
        assert row["planted"] == "expired_enrolment" and row["evidence"][0].startswith("enrolments:")


def test_lapsed_agencies_are_few_and_still_in_business(city: City) -> None:
    lapsed = {row["subject_no"] for row in planted(city, "expired_enrolment")}
    assert len(lapsed) == DEMO.lapsed
    agencies = city["agencies"].filter(pl.col("credit_code").is_in(lapsed))
    assert set(agencies["status"]) == {"active"}
    closed = city["agencies"].filter(pl.col("status") == "closed")["credit_code"]
    window = city["enrolments"].filter(
        pl.col("expires_on").is_between(SEEN_ON, SEEN_ON + timedelta(days=181)), pl.col("status") == "valid"
    )
    assert closed.len() > 40 and window.height > 80


def test_no_filing_of_a_large_city_belongs_to_two_plants(city: City) -> None:
    evidence = city["truth"]["evidence"].explode().to_list()
    assert len(evidence) == len(set(evidence))


def test_batches_come_from_few_agencies_that_have_other_clients(city: City) -> None:
    seen = {
        member
        for row in rows(city, "truth")
        if row["detector"] == "P01"
        for member in row["members"]
        if len(member) == 5
    }
    assert 4 < len(seen) <= DEMO.mills
    counts = Counter(city["patents"]["agency_code"])
    in_batches = sum(len(row["evidence"]) for row in rows(city, "truth") if row["detector"] == "P01")
    assert sum(counts[code] for code in seen) > 1.2 * in_batches
