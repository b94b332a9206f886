"""Numbers are read kindly and judged strictly."""

from __future__ import annotations

import os
from pathlib import Path

import polars
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from lantian.core.identifiers import (
    PatentKind,
    Status,
    agency_code,
    application_check_digit,
    application_kind,
    application_no,
    code_check_character,
    credit_code,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
bodies = st.builds(
    "".join,
    st.tuples(
        st.text("123456789", min_size=2, max_size=2),
        st.text("0123456789", min_size=6, max_size=6),
        st.text(ALPHABET, min_size=9, max_size=9),
    ),
)
new_bases = st.builds(
    "{}{}{:07d}".format, st.integers(2003, 2030), st.sampled_from("12389"), st.integers(0, 9999999)
)
old_bases = st.builds(
    "{:02d}{}{:05d}".format,
    st.sampled_from([*range(85, 100), *range(4)]),
    st.sampled_from("12389"),
    st.integers(0, 99999),
)
bases = new_bases | old_bases


@given(bodies, st.sampled_from(ALPHABET))
def test_a_credit_code_is_judged_as_stdnum_judges_it(body: str, check: str) -> None:
    assert credit_code(body + check).valid == uscc.is_valid(body + check)


@given(bodies)
def test_exactly_the_reckoned_check_character_makes_a_credit_code_valid(body: str) -> None:
    assert [sign for sign in ALPHABET if credit_code(body + sign).valid] == [code_check_character(body)]


@given(bodies, st.data())
def test_one_mistyped_digit_never_leaves_a_credit_code_valid(body: str, data: st.DataObject) -> None:
    code = body + code_check_character(body)
    place = data.draw(st.integers(2, 7))
    other = data.draw(st.sampled_from("0123456789"))
    assume(other != code[place])
    assert credit_code(code[:place] + other + code[place + 1 :]).invalid


def test_a_credit_code_may_begin_with_letters() -> None:
    body = "N2510101MC0000001"
    assert credit_code(body + code_check_character(body)).valid


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no number"),
        ("9111000060003734", "18 characters, this has 16"),
        ("91110000600O37341L", "never contains 'O'"),
        ("9111AA00600037341L", "division code"),
        ("91110000600037341M", "should be L, not M"),
    ],
)
def test_an_invalid_credit_code_is_told_its_fault_in_both_languages(text: str, word: str) -> None:
    read = credit_code(text)
    assert read.invalid
    assert read.reason is not None
    assert word in read.reason.en
    assert any("一" <= sign <= "鿿" for sign in read.reason.zh)


def test_a_registration_number_from_before_credit_codes_cannot_be_verified() -> None:
    assert credit_code("120000000001234").status is Status.UNVERIFIABLE


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("200710308494.X", "200710308494.X"),
        ("CN200710308494x", "200710308494.X"),
        ("ZL 2017 1 0601862.3", "201710601862.3"),
        ("ｚｌ２０１７１０６０１８６２．３", "201710601862.3"),
        ("　97101765.4\n", "97101765.4"),
        ("\ufeff951156 08X", "95115608.X"),
    ],
)
def test_published_numbers_are_valid_however_they_are_typed(text: str, normal: str) -> None:
    read = application_no(text)
    assert (read.normal, read.status, read.reason) == (normal, Status.VALID, None)


@given(bases, st.sampled_from(["", "CN", "zl", "ＣＮ "]), st.sampled_from(["", ".", "．"]))
def test_the_normal_form_does_not_depend_on_the_writing(base: str, prefix: str, dot: str) -> None:
    check = application_check_digit(base)
    read = application_no(f"{prefix}{base}{dot}{check}")
    assert read.valid
    assert read.normal == f"{base}.{check}"
    assert application_no(read.normal) == read


@given(bases, st.data())
def test_one_mistyped_digit_never_leaves_an_application_number_valid(base: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(base) - 1))
    other = data.draw(st.sampled_from("0123456789"))
    assume(other != base[place])
    wrong = f"{base[:place]}{other}{base[place + 1 :]}.{application_check_digit(base)}"
    assert application_no(wrong).invalid


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("201710601862.4", "should be 3, not 4"),
        ("2017506018621", "Kind 5"),
        ("1999106018621", "year"),
        ("50101765.4", "year"),
        ("2.01710601862E+12", "spreadsheet"),
        ("无", "not an application number"),
        ("abc", "not an application number"),
        ("  ", "no number"),
    ],
)
def test_an_invalid_application_number_is_told_its_fault(text: str, word: str) -> None:
    read = application_no(text)
    assert read.invalid
    assert read.reason is not None
    assert word in read.reason.en


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("102017000006630", "102017000006630"),
        ("CN112010000071191", "112010000071191"),
        ("201710601862", "201710601862"),
        ("CN97101765.", "97101765"),
        ("PCT/CN2015/071234", "PCT/CN2015/071234"),
        ("US15/123,456".replace(",", ""), "US15/123456"),
    ],
)
def test_a_number_nobody_can_check_is_never_called_wrong(text: str, normal: str) -> None:
    read = application_no(text)
    assert (read.normal, read.status) == (normal, Status.UNVERIFIABLE)
    assert read.reason is not None


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("201710601862.3", PatentKind.INVENTION),
        ("200780012345.1", PatentKind.INVENTION),
        ("201520787791.7", PatentKind.UTILITY_MODEL),
        ("201590000123.4", PatentKind.UTILITY_MODEL),
        ("201530123456.7", PatentKind.DESIGN),
        ("01217229.4", PatentKind.UTILITY_MODEL),
        ("97101765.4", PatentKind.INVENTION),
        ("201710601862", PatentKind.INVENTION),
        ("102017000006630", PatentKind.INVENTION),
        ("112010000071191", PatentKind.INVENTION),
        ("202016000562708", PatentKind.UTILITY_MODEL),
        ("302016000562708", PatentKind.DESIGN),
        ("PCT/CN2015/071234", None),
        ("201740123456.7", None),
        ("ABCDEFGH", None),
        ("", None),
    ],
)
def test_the_number_tells_the_kind_of_application(number: str, kind: PatentKind | None) -> None:
    assert application_kind(number) is kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("12104", "valid"),
        (" １２１０４", "valid"),
        ("1210", "invalid"),
        ("02104", "invalid"),
        ("", "invalid"),
        ("12-04", "invalid"),
    ],
)
def test_an_agency_code_has_five_digits(text: str, status: str) -> None:
    assert agency_code(text).status == status


@given(st.text())
def test_no_text_makes_the_readers_fail(text: str) -> None:
    for read in (credit_code(text), application_no(text), agency_code(text)):
        assert (read.reason is None) == read.valid


def real(name: str) -> Path:
    path = Path(os.environ.get("LANTIAN_REAL_DATA", "../shared/data/real")) / name
    if not path.exists():
        assert "real" not in os.environ.get("LANTIAN_REQUIRE", ""), f"{path} is required"
        pytest.skip("real data is absent")
    return path


def test_of_the_real_publications_no_number_is_called_wrong() -> None:
    numbers = polars.read_parquet(real("cn_patents_100k.parquet"))["application_no"].to_list()
    read = [application_no(number) for number in numbers]
    assert not [each for each in read if each.invalid]
    assert sum(each.valid for each in read) == 83_498
