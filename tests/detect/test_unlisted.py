"""What is not in a directory is told only where the directory was given: else a detector is silent or says so."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.detect.tables import BY_ID, DAY, ON, agency, filing, open_findings, run, table

Row = dict[str, Any]
FIRM = {
    "credit_code": "91120000000000FRM1",
    "name": "某咨询公司",
    "phone": "022-5",
    "scope": "专利申请代理服务",
}


PAGE = {
    "capture_id": "C1", "url": "https://one.example/", "advertiser": "某咨询公司", "advertiser_id": None,
    "phone": "022-55", "title": "服务", "text": "国家知识产权局授权受理窗口，专业代理发明专利申请，电话咨询",
}  # fmt: skip


def shared(count: int, **columns: Any) -> list[Row]:
    return [
        filing(serial, **{"contact_phone": "022-5", "filing_date": DAY, **columns}) for serial in range(count)
    ]


def without_agency() -> list[Row]:
    return [filing(50), *shared(6, agency_code=None)]


def persons() -> list[Row]:
    return [
        filing(
            place,
            applicants=[f"{family}某"],
            applicant_ids=[None],
            applicant_kinds=["person"],
            contact_phone="022-5",
        )
        for place, family in enumerate("赵钱孙李周吴")
    ]


@pytest.mark.parametrize("id", ["P11", "P12"])
def test_nobody_is_called_unlicensed_or_foreign_where_no_directory_was_given(id: str) -> None:
    tables: dict[str, Any] = {"patents": [*shared(12), *without_agency()], "companies": [FIRM]}
    for agencies in ({}, {"agencies": [agency(phone=None, email=None, address=None)]}):
        found = run(id, **tables, **agencies)
        assert found.not_run is not None and "agencies" in found.not_run.zh and not found.frame.height


@pytest.mark.parametrize("id", ["P11", "P12"])
def test_a_directory_without_rows_is_no_directory(id: str) -> None:
    patents, directory = table([*shared(12), *without_agency()]), table([agency()]).clear()
    found = BY_ID[id].run({"patents": patents, "agencies": directory}, on=ON)
    assert found.not_run is not None and "agencies 表没有行" in found.not_run.zh


def test_a_firm_that_the_directory_knows_by_name_alone_is_no_unlicensed_one() -> None:
    listed = agency("12901", name=FIRM["name"], credit_code=None, phone="022-6")
    for directory, kind in (([agency()], "company"), ([agency(), listed], "network")):
        (found,) = open_findings(run("P11", patents=without_agency(), agencies=directory, companies=[FIRM]))
        assert found["subject_kind"] == kind and ("名录" in found["reason_zh"]) == (kind == "company")


def test_contacts_of_an_agency_that_the_directory_does_not_give_are_not_called_foreign() -> None:
    assert open_findings(run("P12", patents=shared(12), agencies=[agency()]))
    for unknown in (agency(phone=None), agency("12901")):
        assert not open_findings(run("P12", patents=shared(12), agencies=[unknown, agency("12902")]))


def test_foreign_contacts_are_told_with_the_branches_that_were_not_given() -> None:
    (found,) = open_findings(run("P12", patents=shared(12), agencies=[agency()]))
    assert "分支机构" in found["reason_zh"] and "branch" in found["reason_en"]
    branches = [{"agency_code": "12900", "phone": "022-7", "address": None}]
    (found,) = open_findings(run("P12", patents=shared(12), agencies=[agency()], branches=branches))
    assert "分支机构" not in found["reason_zh"]


@pytest.mark.parametrize(("id", "rows"), [("P07", shared(6)), ("P16", persons())])
def test_a_shared_contact_that_may_be_an_agencys_own_is_weak_and_says_so(id: str, rows: list[Row]) -> None:
    (found,) = open_findings(run(id, patents=rows))
    assert found["strength"] == "weak" and "不能排除" in found["reason_zh"] and "phone" in found["reason_en"]
    (found,) = open_findings(run(id, patents=rows, agencies=[agency(phone=None)]))
    assert found["strength"] == "weak"
    (found,) = open_findings(run(id, patents=rows, agencies=[agency()]))
    assert found["strength"] == "medium" and "不能排除" not in found["reason_zh"]


@pytest.mark.parametrize(
    "directory", [None, table([agency()]).clear(), table([agency(None, kinds=["trademark"])])]
)
def test_without_a_directory_the_standing_of_whoever_poses_as_a_state_body_is_unknown(
    directory: pl.DataFrame | None,
) -> None:
    given = {} if directory is None else {"agencies": directory}
    (found,) = open_findings(BY_ID["W01"].run({"captures": table([PAGE]), **given}, on=ON))
    assert "未知" in found["reason_zh"] and "名录中" not in found["reason_zh"] and found["strength"] == "weak"
    (listed,) = open_findings(run("W01", captures=[PAGE], agencies=[agency()]))
    assert "不在专利代理机构名录中" in listed["reason_zh"] and listed["score"] > found["score"]


def test_offers_of_agency_are_not_looked_for_without_a_directory() -> None:
    found = BY_ID["W02"].run({"captures": table([PAGE]), "agencies": table([agency()]).clear()}, on=ON)
    assert found.not_run is not None and "agencies" in found.not_run.en


@pytest.mark.parametrize("id", ["W01", "W02"])
def test_an_agency_that_is_out_of_practice_is_told_as_listed(id: str) -> None:
    gone = agency(status="suspended")
    page = PAGE | {"advertiser": gone["name"]}
    (found,) = open_findings(run(id, captures=[page], agencies=[gone, agency("12901")]))
    assert "不在执业状态" in found["reason_zh"] and "不在专利代理机构名录" not in found["reason_zh"]
    assert found["members"] == [gone["credit_code"]]


@pytest.mark.parametrize("id", ["W01", "W02"])
def test_an_agency_that_has_no_code_yet_stands_in_the_directory(id: str) -> None:
    """The directory's number is a help, not a condition: licensed is who the directory says is a patent agency."""
    words = "国家知识产权局授权的专利代理服务平台，代理发明专利申请，电话 138-0000-0000"
    page = {"capture_id": "c1", "text": words, "advertiser": "新立专利代理所"}
    new = agency(agency_code=None, name="新立专利代理所", kinds=["patent"])
    found = run(id, captures=[page], agencies=[agency(kinds=["patent"]), new])
    assert all(
        "不在" not in one["reason_zh"] and "未见" not in one["reason_zh"] for one in open_findings(found)
    )
    assert not found.left_out
    assert open_findings(run(id, captures=[page], agencies=[agency(kinds=["patent"])]))
