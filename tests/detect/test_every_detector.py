"""What holds for every declared detector: it says its law, runs the same way twice, and never counts a gap as zero."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lantian.city.city import build
from lantian.city.sizes import FULL
from lantian.detect import contract
from lantian.detect.contract import CASE_BOUND, Detector, without_case_bound
from lantian.detect.detectors import DECLARED
from lantian.detect.findings import SCHEMA
from lantian.detect.measure import Measure, measure
from lantian.detect.parameters import shipped_book
from lantian.detect.rules import TEXTS, rules_of
from tests.detect.tables import BY_ID, ON, book_with

Tables = dict[str, pl.DataFrame]
HERE = list(DECLARED)
CARDS = Path(__file__).resolve().parents[2] / "docs" / "detectors"
every = pytest.mark.parametrize("detector", HERE, ids=lambda one: one.id)


@pytest.fixture(scope="module")
def city() -> Tables:
    """A dense city: thirty agencies, so that there is enough of each to plant in."""
    places = FULL.agency_places[:30]
    few = {"marks": 600, "trademark_agencies": 90, "lapsed": 4, "out_of_town": 3, "offences": 2}
    return build(5, size=replace(FULL, filings=12_000, agency_places=places, headcount=330, schemes=3, **few))


@pytest.fixture(scope="module")
def measured(city: Tables) -> dict[str, Measure]:
    return {one.id: measure(one, city, on=ON) for one in HERE}


def seen(detector: Detector, city: Tables) -> Tables:
    return {name: city[name] for name in detector.tables if name in city}


@every
def test_a_detector_says_its_law_and_its_innocent_explanation_in_both_languages(detector: Detector) -> None:
    rules = rules_of(shipped_book(), detector.id, ON, detector.limits)
    for key in TEXTS:
        assert rules.said(key).zh and rules.said(key).en
    assert rules.basis.zh and rules.rule.confidence and rules.rule.source


@every
def test_findings_are_complete_and_their_keys_stay(detector: Detector, city: Tables) -> None:
    tables = seen(detector, city)
    first, again = (detector.run(tables, on=ON).frame for _ in range(2))
    assert first.schema == SCHEMA and first.height
    assert first.equals(again)
    assert first["key"].is_unique().all() and first["key"].is_sorted()
    assert first["score"].is_between(0, 1).all()
    for column in ("reason_zh", "reason_en", "rule", "innocent_zh", "subject_no", "parameters"):
        assert (first[column].str.len_chars() > 0).all(), column
    assert (first["evidence"].list.len() > 0).all()


@every
def test_the_order_of_rows_changes_nothing(detector: Detector, city: Tables) -> None:
    tables = seen(detector, city)
    mixed = {name: table.sample(fraction=1, shuffle=True, seed=3) for name, table in tables.items()}
    assert detector.run(mixed, on=ON).frame.equals(detector.run(tables, on=ON).frame)


@pytest.mark.parametrize(
    ("id", "name", "value"),
    [
        ("P05", "doubt_permille", 0),
        ("P05", "size_bounds", "1000000"),
        ("P07", "strong_kinds", 6),
        ("P08", "capable_kinds", "person"),
        ("P09", "doubt_permille", 0),
        ("P10", "strong_output_percent", 100),
        ("P13", "unnamed", "."),
        ("P14", "kept_percent", 0),
        ("P14", "slip_characters", 9),
        ("P16", "strong_kinds", 6),
        ("R02", "strong_fields", 9),
        ("R04", "strong_faults", 9),
        ("R05", "strong_signs", 9),
        ("T01", "least_signs", 5),
        ("T01", "strong_signs", 2),
    ],
)
def test_another_value_in_the_rule_book_is_another_answer(
    id: str, name: str, value: int | str, city: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, book = seen(BY_ID[id], city), book_with(id, name, value)
    before = BY_ID[id].run(tables, on=ON).frame.drop("parameters")
    monkeypatch.setattr(contract, "shipped_book", lambda: book)
    assert not BY_ID[id].run(tables, on=ON).frame.drop("parameters").equals(before)


@every
def test_a_missing_or_empty_column_is_told_and_not_counted_as_nothing(
    detector: Detector, city: Tables
) -> None:
    whole = seen(detector, city)
    for reads in detector.reads:
        for column in reads.columns if reads.needed else ():
            for broken in (
                whole[reads.table].drop(column),
                whole[reads.table].with_columns(pl.lit(None).alias(column)),
            ):
                found = detector.run({**whole, reads.table: broken}, on=ON)
                assert found.not_run is not None and column in found.not_run.zh and column in found.not_run.en
                assert not found.frame.height


@every
def test_a_missing_table_is_told(detector: Detector) -> None:
    found = detector.run({}, on=ON)
    assert found.not_run is not None
    assert detector.reads[0].table in found.not_run.en


@every
def test_empty_tables_give_no_finding_and_no_fault(detector: Detector, city: Tables) -> None:
    found = detector.run({name: table.clear() for name, table in seen(detector, city).items()}, on=ON)
    assert found.not_run is None and not found.frame.height and found.read == 0


@every
def test_rows_said_twice_or_without_a_number_are_left_out(detector: Detector, city: Tables) -> None:
    tables = seen(detector, city)
    keys = {"patents": "application_no", "agencies": "agency_code", "companies": "credit_code"}
    keys |= {"trademarks": "number", "trademark_proceedings": "number", "captures": "capture_id"}
    keyed = [one.table for one in detector.reads if keys.get(one.table) in one.all and one.table in tables]
    doubled = dict(tables)
    for name in keyed:
        nameless = tables[name].head(3).with_columns(pl.lit(None, pl.String).alias(keys[name]))
        doubled[name] = pl.concat([tables[name], tables[name].tail(50), nameless])
    found = detector.run(doubled, on=ON)
    assert found.frame.equals(detector.run(tables, on=ON).frame)
    assert not keyed or any(why.endswith("_number") for why in found.left_out)


@every
def test_a_nightly_run_never_sees_case_bound_columns(detector: Detector, city: Tables) -> None:
    public = detector.run(without_case_bound(seen(detector, city)), on=ON)
    assert not public.case_bound


def test_a_marks_contact_phone_is_no_published_datum(city: Tables) -> None:
    """Publications of marks bring addresses and agencies, no phones: what T02 finds by them, no night finds."""
    assert BY_ID["T02"].case_bound == ("trademarks.contact_phone",)
    assert "contact_phone" not in without_case_bound(seen(BY_ID["T02"], city))["trademarks"].columns


@every
def test_a_run_over_files_says_which_case_bound_columns_it_used(detector: Detector, city: Tables) -> None:
    bound = {f"{table}.{column}" for table, columns in CASE_BOUND.items() for column in columns}
    used = set(detector.run(seen(detector, city), on=ON).case_bound)
    assert used == {name for name in detector.case_bound if has_values(city, name)}
    assert used <= bound


def has_values(city: Tables, name: str) -> bool:
    table, column = name.split(".")
    return city[table][column].null_count() < city[table].height


@every
def test_what_is_planted_is_found_and_little_else(detector: Detector, measured: dict[str, Measure]) -> None:
    of_this = measured[detector.id]
    found, planted = of_this.recall
    assert planted
    assert found >= 0.6 * planted, of_this
    # One may be another offence seen from its other side; so are, for P09, the signers of the largest batch.
    others = 6 if detector.id == "P09" else 1
    assert of_this.open - of_this.right <= max(others, of_this.open // 5), of_this


@every
def test_the_card_runs_at_night_unless_its_rule_says_that_it_cannot(detector: Detector) -> None:
    said = rules_of(shipped_book(), detector.id, ON, detector.limits).said("public")
    assert ("不能运行" in said.zh) == ("cannot run" in said.en)
    (row,) = re.findall(
        r"^\| open findings \|.*\| ([^|]*) \|$", CARDS.joinpath(f"{detector.id}.md").read_text(), re.M
    )
    assert row.startswith("not run") == ("cannot run" in said.en)


def test_only_p06_is_for_review_only(city: Tables) -> None:
    assert [one.id for one in HERE if one.review_only] == ["P06"]
    p06 = next(one for one in HERE if one.id == "P06")
    assert set(p06.run(seen(p06, city), on=ON).frame["strength"]) == {"weak"}


FURTHER = (
    *(("P16", "code_of_another"), ("P06", "open_slots"), ("P04", "refiled_elsewhere"), ("T04", "homophone")),
    ("P04", "refiled_alone"),
    *(
        ("T01", "repeated_petitions"),
        ("T01", "refiled_mark"),
        ("T04", "look_alike"),
        ("T07", "never_enrolled"),
    ),
)


@pytest.mark.parametrize(("id", "kind"), FURTHER)
def test_every_kind_that_a_detector_promises_is_planted_and_found(
    id: str, kind: str, measured: dict[str, Measure]
) -> None:
    planted, found = measured[id].planted[kind]
    # Not every pair of characters that we find alike is in the table of look-alikes.
    least = 2 if kind == "look_alike" else planted
    assert planted >= 2 and found >= least


def test_branches_filed_late_or_under_a_head_of_two_are_planted_and_found() -> None:
    """In a city of many agencies: few are large enough for a branch."""
    few = {"marks": 100, "trademark_agencies": 30, "lapsed": 0, "offences": 0}
    found = measure(BY_ID["R03"], build(4, size=replace(FULL, filings=300, **few)), on=ON)
    assert found.open == found.right
    assert (found.planted["branch_late"], found.planted["branch_head_of_two"]) == ((3, 3), (3, 3))


def test_another_firms_code_is_found_on_public_data_alone(city: Tables) -> None:
    """Names and codes of applicants are published: the one mode of P16 that a nightly run has."""
    planted, found = measure(BY_ID["P16"], city, on=ON, public=True).planted["code_of_another"]
    assert planted == found == 3


LAWFUL = (
    *("lawful_incubator", "lawful_group", "lawful_family", "lawful_team", "lawful_year_end", "lawful_able"),
    *("lawful_prolific", "lawful_branch", "lawful_late_register", "lawful_repaid", "lawful_own_successor"),
    *("lawful_clearing", "lawful_many_classes", "lawful_platform", "lawful_part_of_a_word", "lawful_consent"),
    *("lawful_own_services", "lawful_owner", "lawful_offer", "lawful_warning", "lawful_renamed"),
    *("lawful_figures", "lawful_improved", "lawful_unnumbered", "lawful_blocked", "lawful_sounds_alike"),
    *("lawful_successor", "lawful_coincidence", "lawful_namesake"),
)


@pytest.mark.parametrize("lawful", LAWFUL)
def test_lawful_look_alikes_are_in_no_open_finding(measured: dict[str, Measure], lawful: str) -> None:
    planted = [one.lawful[lawful] for one in measured.values() if lawful in one.lawful]
    assert planted
    assert sum(flagged for _, flagged in planted) == 0
