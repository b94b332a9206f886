"""Who is counted is resolved first: one firm under two names is one, and a name in other letters is no other name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.detect.tables import DAY, number, open_findings, run
from tests.detect.test_filing_offences import Row, again, burst, change, spread, two_agencies

CODE = "91120104YY00000012"
NOW, ONCE = "大有（天津）科技有限公司", "旧名科技有限公司"
REGISTER: list[Row] = [
    {"credit_code": CODE, "name": NOW, "former_names": [ONCE], "insured_staff": 900, "shareholders": []}
]
WRITINGS = [
    {"applicants": [NOW], "applicant_ids": [None]},
    {"applicants": ["大有(天津)科技有限公司"], "applicant_ids": [CODE]},
    {"applicants": [ONCE], "applicant_ids": [None]},
]


@pytest.mark.parametrize("later", WRITINGS)
@pytest.mark.parametrize("earlier", WRITINGS)
def test_who_files_again_under_another_name_is_the_same_applicant(earlier: Row, later: Row) -> None:
    gone, new = again(agency_code="12901")
    (found,) = open_findings(run("P04", patents=[gone | earlier, new | later], companies=REGISTER))
    assert "the same applicant" in found["reason_en"] and found["strength"] == "strong"


def test_two_firms_of_one_former_name_are_two() -> None:
    two = [*REGISTER, REGISTER[0] | {"credit_code": "91120104YY00000099", "name": "别家有限公司"}]
    gone, new = again(agency_code="12901")
    (found,) = open_findings(run("P04", patents=[gone | WRITINGS[0], new | WRITINGS[2]], companies=two))
    assert "the same applicant" not in found["reason_en"]


def test_a_burst_of_one_large_firm_is_lawful_however_its_name_is_written() -> None:
    rows = [row | WRITINGS[place % 3] for place, row in enumerate(burst())]
    quiet = [*spread("12900", 0), *spread("12901", 100)]
    found = run("P08", patents=[*quiet, *rows], companies=REGISTER)
    assert found.cleared == 1 and not open_findings(found)
    (alone,) = open_findings(run("P08", patents=[*quiet, *rows]))
    assert alone["clearing"] == "not_cleared"


@pytest.mark.parametrize(
    ("before", "after"),
    [(["张 三"], ["张三"]), (["王小明"], ["WANG Xiaoming"]), (["WANG Xiaoming"], ["王小明"])],
)
def test_an_inventor_written_otherwise_is_not_exchanged(before: list[str], after: list[str]) -> None:
    changes = [change(300 + serial, before, after) for serial in range(10)]
    assert not open_findings(run("P14", patents=two_agencies(), patent_changes=changes))


def test_another_person_of_the_same_sound_is_exchanged() -> None:
    changes = [change(300 + serial, ["王小明"], ["汪晓鸣"]) for serial in range(10)]
    assert open_findings(run("P14", patents=two_agencies(), patent_changes=changes))


def test_an_empty_place_among_inventors_is_nobody() -> None:
    changes = [change(300 + serial, ["甲某", None], ["甲某"]) for serial in range(10)]  # type: ignore[list-item]
    assert not open_findings(run("P14", patents=two_agencies(), patent_changes=changes))


@pytest.mark.parametrize(("place", "same"), [("某路1号", True), ("别处2号", False)])
def test_a_namesake_elsewhere_did_not_file_again(place: str, same: bool) -> None:
    who = {"applicants": ["王某甲"], "applicant_ids": [None], "applicant_kinds": ["person"]}
    gone, new = again(agency_code="12901")
    rows = [gone | who | {"applicant_addresses": ["某路1号"]}, new | who | {"applicant_addresses": [place]}]
    (found,) = open_findings(run("P04", patents=rows))
    assert ("the same applicant" in found["reason_en"]) is same


def test_subsidies_of_a_firm_under_two_names_are_one_sum() -> None:
    def paid(serial: int, who: Row) -> Row:
        names = {"applicant": who["applicants"][0], "applicant_id": who["applicant_ids"][0]}
        return {"application_no": number(serial), "paid_on": DAY, "amount_cny": 1000.0, **names}

    tables: dict[str, Any] = {
        "subsidies": [paid(serial, who) for serial, who in enumerate(WRITINGS)],
        "abnormal_notices": [
            {"application_no": number(serial), "outcome": "withdrawn", "outcome_on": DAY + timedelta(days=9)}
            for serial in range(3)
        ],
    }
    (found,) = open_findings(run("P15", companies=REGISTER, **tables))
    assert found["subject_no"] == CODE and "3,000.00元" in found["reason_zh"]
    assert len(open_findings(run("P15", **tables))) == 2  # nobody says that the former name is the same firm
