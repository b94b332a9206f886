"""Who is who: firms by code and name, persons by name and place, ids that stay when more is taken in."""

from __future__ import annotations

import polars as pl

from lantian.detect import identity

CODE = "91120104YY00000012"
COMPANIES = pl.DataFrame(
    {"credit_code": [CODE], "name": ["天津阆屹科技有限公司"], "former_names": [["天津老名有限公司"]]}
)


def firms(*given: tuple[str, str | None]) -> list[str | None]:
    names = pl.Series("name", [name for name, _ in given], pl.String)
    numbers = pl.Series("number", [number for _, number in given], pl.String)
    return identity.firms(names, numbers, COMPANIES).to_list()


def persons(*given: tuple[str, str | None, str | None], known: pl.DataFrame | None = None) -> list[str]:
    schema = {"name": pl.String, "address": pl.String, "phone": pl.String}
    return identity.persons(pl.DataFrame(given, schema=schema, orient="row"), known).to_list()


def test_a_firm_is_its_code_however_its_name_is_written() -> None:
    assert firms(("天津阆屹科技有限公司", CODE), ("天津（阆屹）科技有限公司", None)) == [CODE, CODE]


def test_a_former_name_leads_to_the_code() -> None:
    assert firms(("天津老名有限公司", None)) == [CODE]


def test_a_name_borne_by_two_codes_is_not_guessed() -> None:
    other = "91120104YY00000099"
    found = firms(("同名公司", CODE), ("同名公司", other), ("同名公司", None))
    assert found == [CODE, other, "name:同名公司"]


def test_one_name_at_one_address_or_phone_is_one_person() -> None:
    same = persons(("王小明", "甲路1号", None), ("王小明", "甲路 1号", "022-1"), ("王小明", None, "(022)1"))
    assert len(set(same)) == 1


def test_namesakes_in_unrelated_places_stay_two_persons() -> None:
    first, second = persons(("王伟", "甲路1号", "1"), ("王伟", "乙路2号", "2"))
    assert first != second


def test_a_latin_name_joins_the_chinese_name_of_its_sound_at_the_same_place_only() -> None:
    chinese, latin, elsewhere = persons(
        ("王小明", "甲路1号", None), ("WANG Xiaoming", "甲路1号", None), ("Wang Xiaoming", "乙路2号", None)
    )
    assert chinese == latin != elsewhere


def test_homophones_of_one_household_are_not_merged() -> None:
    first, second = persons(("张伟", "甲路1号", None), ("张玮", "甲路1号", None))
    assert first != second


def test_whoever_joins_a_known_person_keeps_the_known_id() -> None:
    known = pl.DataFrame({"name": ["王小明"], "address": ["甲路1号"], "phone": ["1"], "id": ["person:first"]})
    assert (
        persons(("王小明", "丙路3号", "1"), ("王小明", "丙路3号", None), known=known) == ["person:first"] * 2
    )


def test_the_order_of_mentions_changes_no_id() -> None:
    rows = [("王伟", "甲路1号", "1"), ("王伟", "乙路2号", "1"), ("李丽", "甲路1号", None)]
    forward = dict(zip(rows, persons(*rows), strict=True))
    assert dict(zip(rows[::-1], persons(*rows[::-1]), strict=True)) == forward


def test_nothing_in_nothing_out() -> None:
    assert persons() == [] and firms() == []
