"""What makes a finding of filings firmer: one hand behind a refiling, a page that offers agency, capacity exceeded."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.detect.tables import DAY, agency, filing, open_findings, run

Row = dict[str, Any]
TEXT = "一种澍翮装置，包括壳体、设于壳体内的转轴以及与转轴相连的叶片，其特征在于叶片沿周向均匀分布并与壳体间隙配合。"
FIRM = {"credit_code": "91120000000000FRM1", "name": "某咨询公司", "phone": "(022)5", "scope": "企业管理咨询"}


def test_a_refiling_by_another_agency_with_the_same_telephone_is_told_as_one_hand() -> None:
    gone = filing(
        1, abstract=TEXT, filing_date=date(2025, 1, 6), status="withdrawn", status_date=date(2025, 5, 6)
    )
    later = filing(2, abstract=TEXT, filing_date=date(2025, 9, 1), status="pending", agency_code="12901")
    (found,) = open_findings(run("P04", patents=[gone, later]))
    assert found["strength"] == "medium" and "共用" not in found["reason_zh"]
    (found,) = open_findings(run("P04", patents=[gone, later | {"contact_phone": gone["contact_phone"]}]))
    assert found["strength"] == "strong" and "共用联系电话" in found["reason_zh"]


def test_a_page_of_the_firm_that_offers_agency_makes_the_finding_strong() -> None:
    rows = [filing(50), *(filing(n, contact_phone="022-5", agency_code=None) for n in range(6))]
    tables: dict[str, Any] = {"patents": rows, "agencies": [agency()], "companies": [FIRM]}
    (found,) = open_findings(run("P11", **tables))
    assert found["strength"] == "medium"
    page = {
        "capture_id": "C1",
        "text": "专业代理发明专利申请，电话咨询",
        "title": "服务",
        "phone": "022 5",
        "advertiser_id": None,
    }
    (found,) = open_findings(run("P11", **tables, captures=[page]))
    assert (
        found["strength"] == "strong" and "captures:C1" in found["evidence"] and "网页" in found["reason_zh"]
    )
    (found,) = open_findings(run("P11", **tables, captures=[page | {"text": "本店出售桌椅，电话咨询"}]))
    assert found["strength"] == "medium"


def test_more_filings_than_the_registered_practitioners_can_handle_make_a_lent_licence_strong() -> None:
    lent = [filing(n, contact_phone="022-5", filing_date=DAY) for n in range(12)]
    rest = [filing(100 + n, filing_date=DAY - timedelta(days=n)) for n in range(160)]
    staff = [{"licence_no": "1200001", "agency_code": "12900", "from": date(2015, 1, 5), "to": None}]
    (found,) = open_findings(run("P12", patents=[*lent, *rest], agencies=[agency()], employments=staff))
    assert found["strength"] == "strong" and "人均172件" in found["reason_zh"]
    more = [*staff, staff[0] | {"licence_no": "1200002"}]
    (found,) = open_findings(run("P12", patents=[*lent, *rest], agencies=[agency()], employments=more))
    assert found["strength"] == "medium"


def test_marks_struck_off_for_want_of_use_make_hoarding_plain() -> None:
    marks = [
        {"number": f"7{n}", "filed_on": DAY, "mark": chr(0x6000 + n) * 3, "classes": [n % 9 + 1], "applicant": "某甲",
         "applicant_id": "91120000000000HRD1"} for n in range(24)
    ]  # fmt: skip
    firm = FIRM | {
        "credit_code": "91120000000000HRD1",
        "insured_staff": 2,
        "former_names": [],
        "shareholders": [],
    }
    cases = [
        {"number": f"S{n}", "kind": "non_use_cancellation", "mark_number": f"7{n}", "outcome": outcome}
        for n, outcome in enumerate(["granted", "partly", "granted", "refused"])
    ]
    (found,) = open_findings(run("T03", trademarks=marks, companies=[firm]))
    assert found["strength"] == "medium"
    (found,) = open_findings(run("T03", trademarks=marks, companies=[firm], trademark_proceedings=cases))
    assert found["strength"] == "strong" and "3件因连续三年不使用被撤销" in found["reason_zh"]
    unknown = [firm | {"insured_staff": None}]
    assert not open_findings(run("T03", trademarks=marks, companies=unknown))
    assert open_findings(run("T03", trademarks=marks, companies=unknown, trademark_proceedings=cases))
