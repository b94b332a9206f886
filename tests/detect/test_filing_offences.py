"""What each detector of filings must find in a few rows, and what it must let go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from lantian.detect.p06 import impossible, shipped
from tests.detect.tables import DAY, agency, filing, number, open_findings, run

Row = dict[str, Any]


def shared(count: int, **contact: Any) -> list[Row]:
    return [filing(serial, **contact) for serial in range(count)]


# P07 and its kinds


def test_six_applicants_on_one_phone_are_a_network_with_all_filings_as_evidence() -> None:
    (found,) = open_findings(run("P07", patents=shared(6, contact_phone="022-5"), agencies=[agency()]))
    assert found["subject_kind"] == "network" and found["subject_no"] == found["key"]
    assert len(found["members"]) == len(found["evidence"]) == 6
    assert "6个申请人（某0有限公司、某1有限公司、某2有限公司等）共用同一联系电话" in found["reason_zh"]


@pytest.mark.parametrize(
    "contact", [{"contact_phone": "022-912900"}, {"contact_email": "DESK@12900.example"}]
)
def test_clients_who_give_their_agencys_contact_are_no_network(contact: Row) -> None:
    assert not open_findings(run("P07", patents=shared(6, **contact), agencies=[agency()]))


def test_firms_of_one_owner_count_once() -> None:
    rows = shared(6, contact_phone="022-5")
    firms = [
        {
            "credit_code": row["applicant_ids"][0],
            "name": row["applicants"][0],
            "shareholders": ["总公司"],
            "former_names": [],
        }
        for row in rows
    ]
    parent = {
        "credit_code": "91120000000000PAR1",
        "name": "总公司",
        "shareholders": ["赵一"],
        "former_names": [],
    }
    assert not open_findings(run("P07", patents=rows, agencies=[agency()], companies=[*firms, parent]))


def test_on_public_data_one_address_is_a_weak_network() -> None:
    rows = shared(6, applicant_addresses=["某区同一路1号"])
    for row in rows:
        for column in ("contact_phone", "contact_email", "account", "payer"):
            del row[column]
    (found,) = open_findings(run("P07", patents=rows, agencies=[agency()]))
    assert found["strength"] == "weak"


def test_unpublished_filings_are_never_read() -> None:
    rows = shared(6, contact_phone="022-5", disclosure="unpublished")
    found = run("P07", patents=[*rows, filing(90)])
    assert found.read == 1 and found.left_out["patents.unpublished"] == 6 and not found.frame.height


def test_a_company_behind_filings_without_agency_is_named_and_its_scope_told() -> None:
    rows = shared(6, contact_phone="022-5", agency_code=None)
    rows.append(filing(50))
    firm = {
        "credit_code": "91120000000000FRM1",
        "name": "某咨询公司",
        "phone": "(022)5",
        "scope": "专利申请代理服务",
    }
    (found,) = open_findings(run("P11", patents=rows, agencies=[agency()], companies=[firm]))
    assert (found["subject_kind"], found["subject_no"], found["strength"]) == (
        "company",
        firm["credit_code"],
        "strong",
    )


def test_a_scope_that_offers_agency_is_nothing_without_filings() -> None:
    firm = {
        "credit_code": "91120000000000FRM1",
        "name": "某咨询公司",
        "phone": "022-5",
        "scope": "专利申请代理服务",
    }
    assert not open_findings(run("P11", patents=shared(6), agencies=[agency()], companies=[firm]))


def test_filings_with_an_agency_are_not_practice_without_a_licence() -> None:
    assert not open_findings(run("P11", patents=shared(6, contact_phone="022-5"), agencies=[agency()]))


def test_a_lent_licence_is_medium_and_insurance_elsewhere_makes_it_strong() -> None:
    rows = [filing(serial, contact_phone="022-5", filing_date=DAY) for serial in range(12)]
    (found,) = open_findings(run("P12", patents=rows, agencies=[agency()]))
    assert (found["subject_no"], found["strength"]) == ("12900", "medium")
    months = [
        {"licence_no": "1200001", "month": DAY.replace(day=1), "employer": "别处", "employer_id": "9112OTHER"}
    ]
    (found,) = open_findings(run("P12", patents=rows, agencies=[agency()], insurance=months))
    assert found["strength"] == "strong" and "insurance:1200001|2025-03-01" in found["evidence"]


def test_a_filed_branchs_phone_is_the_agencys_own() -> None:
    rows = shared(12, contact_phone="022-7")
    branches = [{"agency_code": "12900", "phone": "022-7", "address": None}]
    assert not open_findings(run("P12", patents=rows, agencies=[agency()], branches=branches))


def person(serial: int, name: str, **columns: Any) -> Row:
    return filing(serial, applicants=[name], applicant_ids=[None], applicant_kinds=["person"], **columns)


def test_unrelated_persons_behind_one_account_are_shown_and_a_family_is_not() -> None:
    strangers = [person(place, f"{family}某", account="A") for place, family in enumerate("赵钱孙李周吴")]
    family = [person(20 + place, f"王{given}", account="B") for place, given in enumerate("一二三四五六")]
    (found,) = open_findings(run("P16", patents=[*strangers, *family]))
    assert "赵某" in found["members"] and not any(name.startswith("王") for name in found["members"])


def test_a_code_borne_by_another_name_is_shown_and_a_former_name_is_not() -> None:
    register = [
        {"credit_code": "C1", "name": "真名公司", "former_names": ["旧名公司"], "shareholders": []},
        {"credit_code": "C2", "name": "真名（二）公司", "former_names": [], "shareholders": []},
    ]
    rows = [
        filing(1, applicants=["冒名公司"], applicant_ids=["C1"]),
        filing(2, applicants=["旧名公司"], applicant_ids=["C1"]),
        filing(3, applicants=["真名(二)公司"], applicant_ids=["C2"]),
    ]
    (found,) = open_findings(run("P16", patents=rows, companies=register))
    assert found["evidence"] == ["companies:C1", f"patents:{number(1)}"]


def test_filings_without_agency_that_give_an_agencys_contact_point_at_it() -> None:
    rows = [*shared(5, contact_phone="022-912900", agency_code=None), filing(70)]
    (found,) = open_findings(run("P17", patents=rows, agencies=[agency()]))
    assert found["subject_no"] == "12900" and len(found["evidence"]) == 5
    few = [*shared(3, contact_phone="022-912900", agency_code=None), filing(70)]
    assert not open_findings(run("P17", patents=few, agencies=[agency()]))


# P04 and P06

TEXT = "一种用于输送粉料的装置，包括机架、料斗和螺旋输送轴，所述螺旋输送轴与电机连接，料斗设于机架顶部。"


def again(**columns: Any) -> list[Row]:
    first = filing(1, abstract=TEXT, status="withdrawn", status_date=date(2025, 6, 1), filing_date=DAY)
    second = filing(
        2, abstract=TEXT, status="published", status_date=None, filing_date=date(2025, 9, 1), **columns
    )
    return [first, second]


def people(count: int, agency_code: str | None, first: int, **columns: Any) -> list[Row]:
    """Filings whose contact person is one man with a telephone of his own."""
    named = {"contact_name": "欧阳栩榆", "contact_phone": "022-77", "agency_code": agency_code}
    return [filing(first + n, **named, **columns) for n in range(count)]


STAFF = {
    "practitioners": [{"licence_no": "1200001", "name": "欧阳栩榆"}],
    "employments": [{"licence_no": "1200001", "agency_code": "12900", "from": date(2015, 1, 5), "to": None}],
}


def test_an_agencys_man_who_files_without_it_is_told_by_name_and_telephone() -> None:
    clients = people(5, None, 1)
    tables: dict[str, Any] = {"agencies": [agency()], **STAFF}
    (found,) = open_findings(run("P17", patents=[*clients, *people(2, "12900", 50)], **tables))
    assert (found["subject_no"], found["strength"]) == ("12900", "medium") and len(found["evidence"]) == 5
    # Not if the telephone stands on another agency's filings only, and the name is a common one.
    common = [filing(100 + n, contact_name="欧阳栩榆", agency_code="12901") for n in range(60)]
    assert not open_findings(run("P17", patents=[*clients, *people(2, "12901", 50), *common], **tables))


def test_a_rare_name_alone_is_a_weak_finding_and_a_common_one_none() -> None:
    tables: dict[str, Any] = {"agencies": [agency()], **STAFF}
    others = [
        filing(100 + n, contact_name=f"{chr(0x5000 + n % 50)}{chr(0x6000 + n % 77)}") for n in range(400)
    ]
    clients = people(5, None, 1)
    (found,) = open_findings(run("P17", patents=[*clients, *others], **tables))
    assert found["strength"] == "weak" and "罕见" in found["reason_zh"]
    namesakes = [filing(700 + n, contact_name="欧阳栩榆") for n in range(60)]
    assert not open_findings(run("P17", patents=[*clients, *others, *namesakes], **tables))


def test_a_text_filed_again_after_withdrawal_points_at_the_later_applicant() -> None:
    (found,) = open_findings(run("P04", patents=again()))
    assert found["subject_name"] == "某2有限公司" and found["strength"] == "strong"
    assert found["evidence"] == [f"patents:{number(2)}", f"patents:{number(1)}"]


@pytest.mark.parametrize("claim", [{"priority_nos": [number(1)]}, {"parent_no": number(1)}])
def test_a_successor_that_claims_the_withdrawn_one_is_lawful(claim: Row) -> None:
    assert not open_findings(run("P04", patents=again(**claim)))


def test_a_text_filed_before_the_withdrawal_is_not_filed_again() -> None:
    rows = again()
    rows[1]["filing_date"] = date(2025, 5, 1)
    assert not open_findings(run("P04", patents=rows))


@pytest.mark.parametrize(
    "text",
    [
        "效率达到130%",
        "加热至200℃至150℃",
        "冷却到-300℃",
        "质量分数为：甲60%、乙40%、丙9%",
        "质量分数为：甲60%~70%、乙35~40%、丙9%",
        "2023年2月30日采集",
        "2021年5月至2020年3月",
    ],
)
def test_data_that_cannot_be_are_seen(text: str) -> None:
    assert impossible(text, shipped())


@pytest.mark.parametrize(
    "text",
    [
        "效率提高了130%",
        "150℃至200℃",
        "-20℃至60℃",
        "质量分数为：甲60%、乙30%、丙10%",
        "一种外观设计",
        "长度为120%的基准值",
        "-20~60℃",
        "质量分数为：甲40%~70%、乙20~40%、丙5%~10%",
        "质量百分比计：助剂40—50%，分散剂10—20%，水10—30%，各组分之和为100%",
        "质量百分比为：粉30%\u201150%、料25%\u201140%、膏2%\u20116%、灰5%",
        "在\u2011196℃～130℃下",
        "加热至390--410℃",
        "提高工作效率300%",
        "2020年2月29日至2020年3月",
        "2020年11月至2021年3月",
    ],
)
def test_lawful_data_are_not(text: str) -> None:
    assert not impossible(text, shipped())


def test_places_of_a_template_left_open_are_shown_for_review_only() -> None:
    slot = "本发明公开了一种装置，包括【此处填写技术特征】。"
    (found,) = open_findings(
        run("P06", patents=[filing(1, abstract=slot), filing(2, abstract="一种XXL号工作服")])
    )
    assert found["strength"] == "weak" and "【此处填写技术特征】" in found["reason_zh"]
    both = slot + "效率达到130%。"
    (found,) = open_findings(run("P06", patents=[filing(1, abstract=both)]))
    assert "2处" in found["reason_zh"]


# P05, P08, P09


def peers(count: int) -> list[Row]:
    return [filing(serial) for serial in range(count)]


def staff(rows: list[Row], people: int) -> list[Row]:
    codes = dict.fromkeys((row["applicant_ids"][0], row["applicants"][0]) for row in rows)
    return [{"credit_code": code, "name": name, "insured_staff": people} for code, name in codes]


def many(count: int, **columns: Any) -> list[Row]:
    return [
        filing(5000 + serial, applicants=["多产公司"], applicant_ids=["MANY"], **columns)
        for serial in range(count)
    ]


def test_a_firm_of_one_that_files_in_every_field_is_shown_with_its_interval() -> None:
    rows = [*peers(40), *many(20)]
    (found,) = open_findings(run("P05", patents=rows, companies=staff(rows, 1)))
    assert found["subject_no"] == "MANY" and "95%区间" in found["reason_zh"]


def test_the_same_volume_in_one_field_or_by_enough_people_is_not() -> None:
    rows = [*peers(40), *many(20, main_ipc="A01B 1/00")]
    assert not open_findings(run("P05", patents=rows, companies=staff(rows, 1)))
    rows = [*peers(40), *many(20)]
    assert not open_findings(run("P05", patents=rows, companies=staff(rows, 35)))


def test_too_few_peers_are_no_norm() -> None:
    rows = [*peers(5), *many(20)]
    assert not open_findings(run("P05", patents=rows, companies=staff(rows, 1)))


def spread(code: str, first: int) -> list[Row]:
    return [
        filing(first + step, agency_code=code, filing_date=DAY + timedelta(days=7 * step))
        for step in range(40)
    ]


def burst(**columns: Any) -> list[Row]:
    day = DAY + timedelta(days=99)
    return [filing(900 + step, agency_code="12901", filing_date=day, **columns) for step in range(25)]


def test_a_burst_far_above_the_agencys_own_rate_is_shown() -> None:
    rows = [*spread("12900", 0), *spread("12901", 100), *burst()]
    (found,) = open_findings(run("P08", patents=rows, agencies=[agency(), agency("12901")]))
    assert found["subject_no"] == "12901" and len(found["evidence"]) >= 25


def test_a_universitys_year_end_is_presumed_lawful_and_divisionals_are_no_burst() -> None:
    school = {"applicants": ["某大学"], "applicant_ids": ["U"], "applicant_kinds": ["university"]}
    found = run("P08", patents=[*spread("12900", 0), *spread("12901", 100), *burst(**school)])
    assert found.cleared == 1 and not open_findings(found)
    divided = run("P08", patents=[*spread("12900", 0), *spread("12901", 100), *burst(parent_no=number(1))])
    assert not divided.frame.height


def signed(each: int, heavy: int) -> list[Row]:
    rows = [
        filing(place * each + step, signers=[f"12{place:05d}"]) for place in range(25) for step in range(each)
    ]
    return rows + [filing(9000 + step, signers=["1299999"]) for step in range(heavy)]


def test_a_signer_far_beyond_the_peers_is_shown_and_one_slightly_above_is_not() -> None:
    (found,) = open_findings(run("P09", patents=signed(10, 80)))
    assert found["subject_no"] == "1299999" and found["subject_kind"] == "practitioner"
    assert not open_findings(run("P09", patents=signed(25, 35)))


def test_a_team_of_disclosed_assistants_is_presumed_lawful() -> None:
    report = {"agency_code": "12900", "year": 2025, "practitioners": 2, "assistants": 18}
    found = run("P09", patents=signed(10, 80), annual_reports=[report])
    assert found.cleared == 1 and "助理" in found.frame["cleared"][0]


# P10


def career(*spells: tuple[str, date, date | None]) -> list[Row]:
    return [
        {"licence_no": "1200001", "agency_code": code, "from": first, "to": last}
        for code, first, last in spells
    ]


START = date(2020, 1, 6)


@pytest.mark.parametrize(
    ("status", "kind"), [("suspended", "停止执业期间"), ("revoked", "被吊销后"), ("deceased", None)]
)
def test_a_signature_while_suspended_or_revoked_is_shown_and_death_is_never_read(
    status: str, kind: str | None
) -> None:
    states = [{"licence_no": "1200001", "status": status, "from": DAY - timedelta(days=30), "to": None}]
    found = run(
        "P10", patents=[filing(0)], employments=career(("12900", START, None)), practitioner_status=states
    )
    assert [kind in one["reason_zh"] for one in open_findings(found) if kind] == ([True] if kind else [])
    assert kind or not found.frame.height
    # The row of the register on which it rests stands beside the application.
    assert all("practitioner_status:1200001" in one["evidence"] for one in open_findings(found))


def test_a_move_within_the_thirty_days_of_the_law_is_no_finding() -> None:
    moved = career(("12901", START, DAY - timedelta(days=5)), ("12900", DAY + timedelta(days=20), None))
    assert not open_findings(run("P10", patents=[filing(0)], employments=moved))


def test_a_man_whose_first_day_at_the_agency_is_unknown_is_not_said_to_be_elsewhere() -> None:
    spells = [
        {"licence_no": "1200001", "agency_code": "12900", "from": None, "to": None},
        {"licence_no": "1200001", "agency_code": "12901", "from": date(2010, 1, 4), "to": date(2012, 1, 4)},
    ]
    rows = [filing(serial) for serial in range(4)]
    assert not open_findings(run("P10", patents=rows, employments=spells, agencies=[agency()]))
    other = [filing(serial, agency_code="12901") for serial in range(4)]
    assert not open_findings(run("P10", patents=other, employments=spells, agencies=[agency()]))
    spells[0]["to"] = DAY - timedelta(days=400)
    assert open_findings(run("P10", patents=rows, employments=spells, agencies=[agency()]))


def test_a_signer_whom_no_register_names_is_no_finding_and_is_counted() -> None:
    rows = [filing(0), *(filing(serial, signers=["3700001", "3700002"]) for serial in (1, 2))]
    found = run("P10", patents=rows, employments=career(("12900", START, None)))
    assert not open_findings(found) and found.left_out == {"patents.unlisted_signer": 2}


def test_a_signature_for_another_agency_is_shown() -> None:
    (found,) = open_findings(run("P10", patents=[filing(0)], employments=career(("12901", START, None))))
    assert found["evidence"] == [f"patents:{number(0)}", "employments:1200001"]
    assert "登记在其他机构" in found["reason_zh"] and found["members"] == ["12900"]


def test_more_signatures_in_a_week_than_can_be_read_are_a_finding_whatever_the_standing() -> None:
    rows = [filing(n, filing_date=DAY + timedelta(days=n % 5)) for n in range(41)]
    known = [{"licence_no": "1200001", "agency_code": "12900", "from": date(2015, 1, 5), "to": None}]
    (found,) = open_findings(run("P10", patents=rows, employments=known))
    assert "41件" in found["reason_zh"] and len(found["evidence"]) == 42
    assert not open_findings(run("P10", patents=rows[:40], employments=known))
    spread = [filing(n, filing_date=DAY + timedelta(days=n)) for n in range(41)]
    assert not open_findings(run("P10", patents=spread, employments=known))


def test_an_unknown_signer_and_a_divisionals_day_are_not_judged() -> None:
    rows = [filing(0, signers=["4400001"]), filing(1, parent_no=number(0))]
    assert not open_findings(run("P10", patents=rows, employments=career(("12901", START, None))))


# P13 to P15


def background() -> list[Row]:
    return [
        filing(serial, inventors=[f"{chr(0x4E00 + serial)}{chr(0x5E00 + serial)}"]) for serial in range(300)
    ]


def test_one_rare_name_at_eight_unrelated_firms_is_shown() -> None:
    lent = [filing(700 + serial, inventors=["钱挂名"]) for serial in range(8)]
    (found,) = open_findings(run("P13", patents=[*background(), *lent]))
    assert found["subject_no"] == f"钱挂名|{number(700)}" and len(found["evidence"]) == 8


def test_a_prolific_inventor_of_one_firm_and_of_joint_filings_is_not() -> None:
    own = [
        filing(700 + serial, inventors=["钱多产"], applicants=["一家公司"], applicant_ids=["ONE"])
        for serial in range(30)
    ]
    joint = [
        filing(
            800 + serial,
            inventors=["钱合作"],
            applicants=["甲", f"乙{serial}"],
            applicant_ids=["A", f"B{serial}"],
        )
        for serial in range(8)
    ]
    assert not open_findings(run("P13", patents=[*background(), *own, *joint]))


def test_a_common_name_is_not() -> None:
    common = [
        filing(serial, inventors=["王伟" if serial % 3 == 0 else f"王{chr(0x5E00 + serial)}"])
        for serial in range(300)
    ]
    assert not open_findings(run("P13", patents=common))


@pytest.mark.parametrize("seed", range(4))
def test_namesakes_of_a_made_up_world_are_hardly_ever_taken_for_one_man(seed: int) -> None:
    """Nobody is lent here, but family and given names depend on each other: many pairs come twice as often."""
    rng = np.random.default_rng(seed)
    share = np.outer(1 / np.arange(3, 63), 1 / np.arange(5, 305)) * rng.gamma(2.0, 0.5, (60, 300))
    drawn = rng.choice(share.size, 6000, p=(share / share.sum()).ravel())
    names = [f"{chr(0x4E00 + place // 300)}{chr(0x5E00 + place % 300)}" for place in drawn.tolist()]
    rows = [filing(n, inventors=[name], agency_code=f"{12900 + n % 20}") for n, name in enumerate(names)]
    assert len(open_findings(run("P13", patents=rows))) <= 1


def change(serial: int, before: list[str], after: list[str]) -> Row:
    columns = {"changed_on": DAY, "field": "inventors", "before": before, "after": after, "agency_code": None}
    return {"application_no": number(serial), **columns}


def two_agencies() -> list[Row]:
    return [filing(serial, agency_code="12900" if serial < 300 else "12901") for serial in range(360)]


def test_an_agency_that_exchanges_inventors_in_bulk_is_shown() -> None:
    changes = [change(300 + serial, ["甲某", "乙某"], ["丙木", "丁木"]) for serial in range(10)]
    (found,) = open_findings(run("P14", patents=two_agencies(), patent_changes=changes))
    assert found["subject_no"] == "12901" and len(found["evidence"]) == 10


def test_exchanges_in_unpublished_or_unknown_applications_are_not_counted() -> None:
    hidden = [filing(400 + serial, agency_code="12901", disclosure="unpublished") for serial in range(10)]
    changes = [change(400 + serial, ["甲某"], ["丙木"]) | {"agency_code": "12901"} for serial in range(20)]
    assert not open_findings(run("P14", patents=[*two_agencies(), *hidden], patent_changes=changes))


def test_slips_of_one_character_and_an_inventor_added_are_no_exchange() -> None:
    slips = [change(300 + serial, ["张予明"], ["张子明"]) for serial in range(10)]
    added = [change(320 + serial, ["甲某"], ["甲某", "乙某"]) for serial in range(10)]
    assert not open_findings(run("P14", patents=two_agencies(), patent_changes=[*slips, *added]))


def paid(repaid: date | None, outcome: str) -> dict[str, list[Row]]:
    columns = {
        "applicant": "某公司",
        "applicant_id": "C1",
        "paid_on": DAY,
        "amount_cny": 2000.0,
        "repaid_on": repaid,
    }
    notice = {"application_no": number(1), "outcome": outcome, "outcome_on": DAY}
    return {
        "subsidies": [{"application_no": number(1), **columns}, {"application_no": number(2), **columns}],
        "abnormal_notices": [notice],
    }


@pytest.mark.parametrize("outcome", ["withdrawn", "rejected"])
def test_a_subsidy_on_a_confirmed_abnormal_filing_is_shown_with_its_amount(outcome: str) -> None:
    (found,) = open_findings(run("P15", **paid(None, outcome)))
    assert found["subject_no"] == "C1" and "2,000.00元" in found["reason_zh"]


@pytest.mark.parametrize(("repaid", "outcome"), [(None, "explained"), (None, "pending"), (DAY, "withdrawn")])
def test_what_was_explained_or_repaid_is_not(repaid: date | None, outcome: str) -> None:
    tables = paid(repaid, outcome)
    if repaid:
        tables["subsidies"][1]["repaid_on"] = None
    assert not open_findings(run("P15", **tables))
