"""Competence: who may act, in which capacity and in whose name, on which day; no row, no document."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.core.competence import (
    FIELD_TEXTS,
    UNIT_KIND_TEXTS,
    Act,
    BadMatrix,
    Capacity,
    CompetenceMatrix,
    Field,
    Issuer,
    NoCompetence,
    allowed,
    ask,
    deciders,
    matrix,
    read_matrix,
)
from lantian.core.mandates import COLUMNS, read_mandates
from lantian.core.rulebook import BadRulebook, shipped

TODAY = date(2026, 11, 22)
XIQING, CITY = 120111, 120000

# The defaults of law.md section 16 by hand: O own name, E entrusted, A assisting, R reporting only, · refused.
# Columns: open_lead hand_over verify report_up interview risk_alert order_correction penalise suspend revoke,
# then warning_talk supervision_opinion recheck urge_platform transfer press publish.
TRUTH = """
national patent_agency    ········OO·······
national trademark_agency ········OO·······
national practitioner     ········OO·······
national unlicensed       ·················
national applicant        ·················
city     patent_agency    OOOOOOOO··OOOOOOO
city     trademark_agency OOOOOO·····OOOOO·
city     practitioner     OOOOOOOO··OOOOOOO
city     unlicensed       OOOOOOOO··OOOOOOO
city     applicant        RRRR·O·O······ROO
district patent_agency    AAAAAA·····AAAA··
district trademark_agency OOOOOOOO···OOOO·O
district practitioner     AAAAAA·····AAAA··
district unlicensed       AAAAAA·····AAAA··
district applicant        RRRR·O·O······R·O
zone     patent_agency    AAAA··········A··
zone     trademark_agency AAAA··········A··
zone     practitioner     AAAA··········A··
zone     unlicensed       AAAA··········A··
zone     applicant        AAAA··········A··
corps    patent_agency    AAAA··········A··
corps    trademark_agency AAAA··········A··
corps    practitioner     AAAA··········A··
corps    unlicensed       AAAA··········A··
corps    applicant        AAAA··········A··
team     patent_agency    AAAA··········A··
team     trademark_agency AAAA··········A··
team     practitioner     AAAA··········A··
team     unlicensed       AAAA··········A··
team     applicant        AAAA··········A··
station  patent_agency    AAAA··········A··
station  trademark_agency AAAA··········A··
station  practitioner     AAAA··········A··
station  unlicensed       AAAA··········A··
station  applicant        AAAA··········A··
centre patent_agency ·················
centre trademark_agency ·················
centre practitioner ·················
centre unlicensed ·················
centre applicant ·················
association patent_agency ·················
association trademark_agency ·················
association practitioner ·················
association unlicensed ·················
association applicant ·················
"""
LETTERS = {"O": Capacity.OWN, "E": Capacity.ENTRUSTED, "A": Capacity.ASSISTING, "R": Capacity.REPORT_ONLY}
LINES = [tuple(line.split()) for line in TRUTH.strip().splitlines()]

# What a district might hold: the real case P01 (Tianjin, March 2022) was decided by one.
MANDATE = """
[book]
id = "mandates"
version = "1"
title_zh = "西青区权责清单"
title_en = "Mandates of Xiqing"

[[rule.unlicensed_own]]
valid_from = 2021-07-01
text_zh = "对无资质专利代理的处罚"
text_en = "penalties for unlicensed patent practice"
acts = ["order_correction", "penalise"]
fields = ["unlicensed"]
offices = [120111]
capacity = "own"
issuer = "self"
mandate_zh = "市人民政府关于赋予区级行政处罚权的决定（示例）"
mandate_en = "Decision of the municipal government giving districts the power (example)"
remedy_zh = "可以向{government}申请行政复议。"
remedy_en = "Reconsideration by {government}."
basis = { instrument_zh = "示例决定", instrument_en = "Example decision", article_zh = "第1条", article_en = "art. 1" }
confidence = "text"
source = "made for this test"
"""
ENTRUSTED = MANDATE.replace(
    'capacity = "own"\nissuer = "self"', 'capacity = "entrusted"\nissuer = "principal"\nprincipal = 120000'
)


def with_mandate(text: str = MANDATE, file: str = "mandates.toml") -> CompetenceMatrix:
    _, rows = read_mandates(text, file=file, offices=[XIQING])
    return matrix().with_rows(rows)


def test_the_table_by_hand_is_whole() -> None:
    assert {(kind, field) for kind, field, _ in LINES} == {
        (kind, str(field)) for kind in UNIT_KIND_TEXTS for field in FIELD_TEXTS
    }
    assert {len(letters) for _, _, letters in LINES} == {len(Act)}


@pytest.mark.parametrize(("kind", "field", "letters"), LINES)
def test_the_defaults_are_those_of_the_law(kind: str, field: str, letters: str) -> None:
    for act, letter in zip(Act, letters, strict=True):
        if letter == "·":
            with pytest.raises(NoCompetence):
                ask(matrix(), act, Field(field), None, kind, TODAY)
        else:
            grant = ask(matrix(), act, Field(field), None, kind, TODAY)
            assert grant.capacity is LETTERS[letter], act
            assert grant.basis.cite().zh and grant.confidence


def test_a_team_acts_in_the_name_of_its_office() -> None:
    assert ask(matrix(), Act.VERIFY, Field.UNLICENSED, None, "station", TODAY).issuer is Issuer.PARENT


def test_every_decision_tells_the_remedy() -> None:
    for kind, field, _ in LINES:
        for act, capacity in allowed(matrix(), Field(field), None, kind, TODAY).items():
            grant = ask(matrix(), act, Field(field), None, kind, TODAY)
            if matrix().needs_remedy(act, TODAY) and kind != "national":
                assert capacity is Capacity.OWN and grant.remedy and "{government}" in grant.remedy.zh


def test_a_refusal_says_who_decides_and_what_the_office_may_do_instead() -> None:
    with pytest.raises(NoCompetence) as refused:
        ask(matrix(), Act.PENALISE, Field.UNLICENSED, XIQING, "district", TODAY)
    assert "只能协助（专利代理管理办法 第四十八条）" in refused.value.text.zh
    assert "有权的是：市局。" in refused.value.text.zh
    assert "约谈（协助）" in refused.value.text.zh
    assert "Who may: the city office." in refused.value.text.en
    assert refused.value.exit_code == 4


def test_revocation_belongs_to_the_national_office_and_the_city_only_reports() -> None:
    assert deciders(matrix(), Act.REVOKE, Field.PATENT_AGENCY, TODAY) == ["national"]
    with pytest.raises(NoCompetence, match="only reporting"):
        ask(matrix(), Act.REVOKE, Field.PATENT_AGENCY, CITY, "city", TODAY)


def test_case_p01_a_district_penalises_from_the_first_day_of_its_mandate_and_not_before() -> None:
    """Tianjin, March 2022: a district penalised a firm for acting as a patent agency without a licence."""
    decided, first = date(2022, 3, 15), date(2021, 7, 1)
    with pytest.raises(NoCompetence):
        ask(matrix(), Act.PENALISE, Field.UNLICENSED, XIQING, "district", decided)
    loaded = with_mandate()
    grant = ask(loaded, Act.PENALISE, Field.UNLICENSED, XIQING, "district", decided)
    assert (grant.capacity, grant.issuer, grant.row) == (Capacity.OWN, Issuer.SELF, "unlicensed_own")
    assert ask(loaded, Act.PENALISE, Field.UNLICENSED, XIQING, "district", first).row == "unlicensed_own"
    for day, unit in ((first - timedelta(1), XIQING), (decided, 120104)):
        with pytest.raises(NoCompetence):
            ask(loaded, Act.PENALISE, Field.UNLICENSED, unit, "district", day)


def test_an_entrusted_office_acts_in_the_name_of_its_principal() -> None:
    grant = ask(with_mandate(ENTRUSTED), Act.PENALISE, Field.UNLICENSED, XIQING, "district", TODAY)
    assert (grant.capacity, grant.issuer, grant.principal) == (Capacity.ENTRUSTED, Issuer.PRINCIPAL, CITY)
    assert grant.mandate is not None


@given(
    st.sampled_from(Act),
    st.sampled_from(Field),
    st.sampled_from(list(UNIT_KIND_TEXTS)),
    st.dates(date(2015, 1, 1), date(2035, 1, 1)),
)
def test_a_mandate_of_one_office_changes_nothing_for_another(
    act: Act, field: Field, kind: str, on: date
) -> None:
    def answer(rows: CompetenceMatrix, unit: int) -> object:
        try:
            return ask(rows, act, field, unit, kind, on)
        except NoCompetence:
            return None

    assert answer(with_mandate(), 120104) == answer(matrix(), 120104)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "offices = [120111]",
            "offices = [120104]",
            "rule.unlicensed_own.offices: 120104 is neither your office",
        ),
        ('capacity = "own"', 'capacity = "entrusted"', "an entrusted office acts in the principal's name"),
        (
            'remedy_zh = "可以向{government}申请行政复议。"\nremedy_en = "Reconsideration by {government}."\n',
            "",
            "remedy_zh and remedy_en are missing",
        ),
        ("mandate_zh =", "mandat_zh =", "rule.unlicensed_own[1].mandat_zh: unknown key"),
        ('"penalise"', '"punish"', "acts[2]: must be one of open_lead"),
        ("confidence =", "confident =", "confident: unknown key"),
    ],
)
def test_a_mandate_that_cannot_hold_is_refused_with_its_place(old: str, new: str, words: str) -> None:
    with pytest.raises((BadMatrix, BadRulebook)) as refused:
        with_mandate(MANDATE.replace(old, new))
    assert words in refused.value.text.en
    assert "mandates.toml" in refused.value.text.zh


def test_two_rows_that_answer_one_question_are_refused() -> None:
    twice = MANDATE + MANDATE.split("[[", 1)[1].join(["\n[[", ""]).replace("unlicensed_own", "again")
    with pytest.raises(BadMatrix, match=r"rule\.unlicensed_own and rule\.again answer the same question"):
        with_mandate(twice)
    with_mandate(
        twice.replace("valid_from = 2021-07-01", "valid_from = 2021-07-01\nvalid_to = 2023-12-31", 1).replace(
            "[[rule.again]]\nvalid_from = 2021-07-01", "[[rule.again]]\nvalid_from = 2024-01-01"
        )
    )
    with pytest.raises(BadMatrix, match="trademark_district"):
        read_matrix(shipped("competence.toml").replace('units = ["city"]', 'units = ["city", "district"]', 1))


CELLS = {
    "起始日": "2021-07-01", "终止日": "", "事项": "处罚", "事项（英文）": "penalties",
    "行为": "penalise；order_correction",
    "领域": "unlicensed", "单位编号": "120111", "权限性质": "own", "名义": "self", "委托机关编号": "", "委托书": "决定",
    "委托书（英文）": "decision", "救济告知": "复议。", "救济告知（英文）": "remedy", "依据文件": "决定",
    "依据文件（英文）": "decision", "条款": "第1条", "条款（英文）": "art. 1", "可信度": "text", "来源": "test",
}  # fmt: skip


def csv(**changes: str) -> str:
    cells = CELLS | changes
    return "\ufeff" + ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"


def test_mandates_are_read_from_a_table_too() -> None:
    assert list(CELLS) == list(COLUMNS)
    grant = ask(with_mandate(csv(), "权责.csv"), Act.PENALISE, Field.UNLICENSED, XIQING, "district", TODAY)
    assert (grant.row, grant.capacity) == ("row_2", Capacity.OWN)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"起始日": "2021年7月1日"}, "rule.row_2[1].valid_from：应为日期"),
        ({"权限性质": "自己"}, "rule.row_2[1].capacity：应为其中之一"),
        ({"单位编号": "西青"}, "rule.row_2[1].offices[1]：应为整数"),
        ({"备忘": "x"}, "不认识的列“备忘”"),
    ],
)
def test_a_table_of_mandates_names_the_row_that_is_wrong(changes: dict[str, str], words: str) -> None:
    with pytest.raises((BadMatrix, BadRulebook)) as refused:
        with_mandate(csv(**changes), "权责.csv")
    assert words in refused.value.text.zh
    assert "第" not in refused.value.text.zh.split("：")[0]
