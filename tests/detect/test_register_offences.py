"""What each detector of registers must find in a few rows, and what it must let go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.detect.tables import ON, agency, filing, open_findings, run

Row = dict[str, Any]
LONG_AGO = date(2015, 1, 5)


def member(serial: int, role: str, **columns: Any) -> Row:
    row = {"agency_code": "12900", "role": role, "name": f"赵{serial}", "licence_no": f"120000{serial}"}
    return {**row, "practising_since": LONG_AGO, "from": LONG_AGO, "to": None, **columns}


def members(form: str, rows: list[Row], **more: list[Row]) -> list[str]:
    found = run("R01", agencies=[agency(form=form)], agency_members=rows, **more)
    return [one["reason_zh"] for one in open_findings(found)]


def test_two_partners_with_two_years_of_practice_are_enough_and_one_is_not() -> None:
    partners = [member(1, "partner"), member(2, "partner")]
    assert not members("partnership", partners)
    fresh = {**partners[1], "practising_since": ON - timedelta(days=700)}
    (reason,) = members("partnership", [partners[0], fresh])
    assert "符合条件的1人" in reason


def test_five_shareholders_of_whom_four_qualify_are_enough() -> None:
    people = [member(serial, "shareholder") for serial in range(5)]
    people[4]["licence_no"] = None
    assert not members("company", [*people, member(0, "legal_representative")])
    people[3]["licence_no"] = None
    assert "低于五分之四" in members("company", [*people, member(0, "legal_representative")])[0]
    assert "低于法定人数" in members("company", people[:4])[0]


def test_a_legal_representative_without_certificate_is_shown() -> None:
    people = [member(serial, "shareholder") for serial in range(5)]
    chief = member(9, "legal_representative", licence_no=None)
    assert "法定代表人" in members("company", [*people, chief])[0]


def test_whoever_left_counts_no_more_and_a_revoked_certificate_is_none() -> None:
    partners = [member(1, "partner"), member(2, "partner")]
    left = {**partners[1], "to": date(2026, 1, 5)}
    assert members("partnership", [partners[0], left])
    revoked = [{"licence_no": "1200002", "status": "revoked", "from": date(2026, 1, 5), "to": None}]
    assert members("partnership", partners, practitioner_status=revoked)


def test_an_agency_without_members_or_form_is_no_finding_and_is_counted() -> None:
    known = agency(form="partnership")
    others = [agency("12901", form="company"), agency("12902", form=None), agency("12903", form="studio")]
    closed = agency("12904", form=None, status="closed")
    found = run("R01", agencies=[known, *others, closed], agency_members=[member(1, "partner")])
    assert [one["subject_no"] for one in open_findings(found)] == ["12900"]
    assert found.left_out == {"agencies.no_form": 2, "agencies.no_member": 1}


def test_an_unknown_first_day_of_practice_counts_as_met() -> None:
    partners = [member(1, "partner"), member(2, "partner", practising_since=None)]
    assert not members("partnership", partners)


def test_a_closed_agency_is_not_asked_for_its_partners() -> None:
    found = run("R01", agencies=[agency(status="closed")], agency_members=[member(1, "partner")])
    assert not open_findings(found)


def entry(**columns: Any) -> Row:
    here = agency()
    return {"credit_code": here["credit_code"], "name": here["name"], "address": here["address"], **columns}


def test_an_address_that_differs_is_quoted_from_both_registers() -> None:
    (found,) = open_findings(
        run("R02", agencies=[agency()], companies=[entry(address="天津市河东区他路2号")])
    )
    assert "他路2号" in found["reason_zh"] and "12900路1号" in found["reason_zh"]


@pytest.mark.parametrize(
    "columns", [{}, {"address": "南开区12900路 1号"}, {"name": "代理１２９００"}, {"address": None}]
)
def test_another_way_of_writing_and_an_unknown_value_are_no_difference(columns: Row) -> None:
    assert not open_findings(run("R02", agencies=[agency()], companies=[entry(**columns)]))


def test_a_change_of_the_last_thirty_days_is_presumed_to_be_on_its_way() -> None:
    changed = [{"table": "companies", "key": agency()["credit_code"], "changed_on": ON - timedelta(days=10)}]
    other = entry(address="天津市河东区他路2号")
    found = run("R02", agencies=[agency()], companies=[other], register_changes=changed)
    assert found.cleared == 1 and not open_findings(found)


def test_another_head_in_the_market_register_is_shown() -> None:
    head = [{"agency_code": "12900", "role": "managing_partner", "name": "赵甲", "to": None}]
    companies = [entry(legal_representative="钱乙")]
    (found,) = open_findings(run("R02", agencies=[agency()], companies=companies, agency_members=head))
    assert "负责人" in found["reason_zh"]


OPENED = date(2025, 5, 6)


def branch(**columns: Any) -> Row:
    row = {"agency_code": "12900", "name": "代理12900河东分所", "opened_on": OPENED, "closed_on": None}
    return {**row, "filed_on": OPENED + timedelta(days=20), "head_licence_no": "1200001", **columns}


def staffed(count: int) -> list[Row]:
    return [
        {"licence_no": f"12{place:05d}", "agency_code": "12900", "from": LONG_AGO, "to": None}
        for place in range(count)
    ]


def faults(rows: list[Row], staff: int = 12, **columns: Any) -> list[str]:
    found = run("R03", branches=rows, agencies=[agency(**columns)], employments=staffed(staff))
    return [one["reason_zh"] for one in open_findings(found)]


def test_a_branch_filed_in_time_by_a_staffed_agency_is_in_order() -> None:
    assert not faults([branch()])


@pytest.mark.parametrize(
    ("columns", "says"),
    [({"filed_on": None}, "未见备案"), ({"filed_on": OPENED + timedelta(days=31)}, "31日后才备案")],
)
def test_a_branch_not_filed_or_filed_late_is_shown(columns: Row, says: str) -> None:
    other = branch(name="代理12900和平分所", head_licence_no="1200002")
    (reason,) = faults([branch(**columns), other])
    assert says in reason


def test_a_branch_of_a_young_or_small_agency_or_with_a_doubled_head_is_shown() -> None:
    assert "执业仅" in faults([branch()], licensed_on=date(2024, 1, 5))[0]
    assert "专利代理师9人" in faults([branch()], staff=9)[0]
    assert len(faults([branch(), branch(name="代理12900西青分所")])) == 2


def test_a_closed_branch_is_history() -> None:
    assert not faults(
        [branch(filed_on=None, closed_on=date(2026, 1, 5)), branch(name="另一分所", head_licence_no=None)]
    )


def report(code: str = "12900", year: int = 2025, **columns: Any) -> Row:
    due = date(year + 1, 6, 30)
    row = {"agency_code": code, "year": year, "due_on": due, "submitted_on": due, "practitioners": 12}
    return {**row, "filings_invention": 40, "filings_utility_model": 0, "filings_design": 0, **columns}


def reports(*rows: Row, **more: list[Row]) -> list[str]:
    tables = {"agencies": [agency(), agency("12901")], "employments": staffed(12), **more}
    return [one["reason_zh"] for one in open_findings(run("R04", annual_reports=list(rows), **tables))]


def test_a_report_on_the_last_day_that_fits_the_registers_is_in_order() -> None:
    assert not reports(report(), report("12901", practitioners=None))


def test_a_late_a_missing_and_an_unsent_report_are_shown() -> None:
    assert "逾期1日" in reports(report(submitted_on=date(2026, 7, 1)))[0]
    assert "未提交" in reports(report(submitted_on=None), report("12901", submitted_on=date(2026, 1, 5)))[0]
    (reason,) = reports(report(), report(year=2024), report("12901"))
    assert "2024年度报告至期限" in reason


def test_an_agency_that_never_reported_here_may_report_elsewhere() -> None:
    assert not reports(report())


def test_a_report_not_yet_due_is_not_late() -> None:
    assert not reports(report(), report(year=2026, submitted_on=None))


def test_fewer_filings_than_are_published_and_other_people_than_registered_are_shown() -> None:
    patents = [filing(serial) for serial in range(60)]
    assert "仅已公布的就有60件" in reports(report(), patents=patents)[0]
    assert not reports(report(filings_invention=58), patents=patents)
    assert "年底登记12人" in reports(report(practitioners=30))[0]
    assert not reports(report(practitioners=14))


def grades(*given: str, defects: float = 5.0) -> list[Row]:
    days = [date(2025, 1, 5) + timedelta(days=180 * place) for place in range(len(given))]
    figures = [{"key": "抽检件数", "value": 40.0}, {"key": "缺陷件数", "value": defects}]
    return [
        {"round": f"第{place}轮", "published_on": day, "subject_kind": "agency", "subject_no": "12900",
         "grade": grade, "indicators": figures}
        for place, (grade, day) in enumerate(zip(given, days, strict=True))
    ]  # fmt: skip


def others() -> list[Row]:
    return [{**row, "subject_no": str(13000 + place)} for place in range(20) for row in grades("B")]


def test_a_fall_of_two_grades_is_shown_and_of_one_is_not() -> None:
    (found,) = open_findings(run("R05", quality_rounds=[*grades("A", "C"), *others()]))
    assert "降至" in found["reason_zh"]
    assert not open_findings(run("R05", quality_rounds=[*grades("A", "B"), *others()]))
    assert not open_findings(run("R05", quality_rounds=[*grades("C", "A"), *others()]))


def test_defects_far_beyond_the_peers_are_shown_and_a_few_more_are_not() -> None:
    (found,) = open_findings(run("R05", quality_rounds=[*grades("B", defects=25.0), *others()]))
    assert "95%区间" in found["reason_zh"]
    assert not open_findings(run("R05", quality_rounds=[*grades("B", defects=9.0), *others()]))
