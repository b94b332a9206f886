"""What each detector of marks must find in a few rows, and what it must let go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.detect.tables import ON, open_findings, run

Row = dict[str, Any]
DAY = date(2025, 3, 3)
AGENT = {"agency_name": "甲商标代理有限公司", "agency_id": "9112TM0000000000A1"}
OTHER = {"agency_name": "乙商标代理有限公司", "agency_id": "9112TM0000000000B1"}
HOUSES = [
    {"credit_code": one["agency_id"], "name": one["agency_name"], "kinds": ["trademark"], "phone": phone,
     "address": f"{phone}号", "district_code": "120104"}
    for one, phone in ((AGENT, "022-1"), (OTHER, "022-2"))
]  # fmt: skip


def code(serial: int) -> str:
    return f"91120000000000F{serial:03d}"


def mark(serial: int, text: str, **columns: Any) -> Row:
    return {
        "number": f"7{serial:07d}", "filed_on": DAY, "mark": text, "classes": [9], "applicant": f"某{serial}公司",
        "applicant_id": code(serial), "applicant_address": f"某区{serial}路", "contact_phone": f"022-7{serial:04d}",
        "status": "pending", **AGENT, **columns,
    }  # fmt: skip


def case(serial: int, **columns: Any) -> Row:
    return {
        "number": f"S{serial:04d}", "kind": "opposition", "filed_on": DAY + timedelta(days=serial),
        "petitioner": "某申请公司", "petitioner_id": code(900), "petitioner_agency": AGENT["agency_name"],
        "petitioner_agency_id": AGENT["agency_id"], "mark_number": f"7{serial:07d}", "respondent": f"权利人{serial}",
        "respondent_id": code(serial), "respondent_agency": None, "respondent_agency_id": None, "consent": None,
        **columns,
    }  # fmt: skip


def company(serial: int, staff: int | None) -> Row:
    name = "某申请公司" if serial == 900 else f"某{serial}公司"
    return {
        "credit_code": code(serial),
        "name": name,
        "insured_staff": staff,
        "former_names": [],
        "shareholders": [],
    }


# T01


def attacks(count: int, **columns: Any) -> list[Row]:
    return [case(serial, kind="non_use_cancellation", **columns) for serial in range(count)]


def test_bulk_petitions_of_a_firm_without_staff_are_a_finding() -> None:
    (found,) = open_findings(run("T01", trademark_proceedings=attacks(12), companies=[company(900, 0)]))
    assert (found["subject_kind"], found["subject_no"]) == ("applicant", code(900))
    assert len(found["evidence"]) == 12 and "12件" in found["reason_zh"]


@pytest.mark.parametrize(("count", "staff"), [(12, 40), (3, 0), (12, None)])
def test_one_sign_alone_is_no_malice(count: int, staff: int | None) -> None:
    assert not open_findings(
        run("T01", trademark_proceedings=attacks(count), companies=[company(900, staff)])
    )


def test_a_firm_named_without_its_number_is_not_said_to_have_no_staff() -> None:
    firm = attacks(12, petitioner="溟岚商贸有限公司", petitioner_id=None)
    assert not open_findings(run("T01", trademark_proceedings=firm, companies=[company(900, 0)]))
    person = attacks(12, petitioner="赵澍", petitioner_id=None)
    (found,) = open_findings(run("T01", trademark_proceedings=person))
    assert "自然人" in found["reason_zh"]


def test_a_brand_owner_clearing_marks_near_its_own_is_let_go() -> None:
    own = mark(900, "澍翮茶业", applicant="某申请公司")
    near = [mark(serial, "澍翮茶" + "屹砺砥矩钧铄钺锷镕骞骧翮"[serial]) for serial in range(12)]
    rows = {"trademark_proceedings": attacks(12), "companies": [company(900, 0)]}
    assert not open_findings(run("T01", trademarks=[own, *near], **rows))
    assert open_findings(run("T01", trademarks=near, **rows))


def test_the_same_agency_filing_the_attacked_mark_again_is_a_sign() -> None:
    again = mark(50, "溟岚", filed_on=DAY + timedelta(days=30))
    rows = {"trademark_proceedings": attacks(1), "companies": [company(900, 0)]}
    (found,) = open_findings(run("T01", trademarks=[mark(0, "溟岚", **OTHER), again], **rows))
    assert "同一代理机构又申请了相同商标" in found["reason_zh"]


# T02


def test_near_marks_of_one_day_class_and_agency_are_a_network_with_the_agency_as_member() -> None:
    (found,) = open_findings(run("T02", trademarks=[mark(1, "澍翮茶业"), mark(2, "树翮茶业")]))
    assert found["subject_kind"] == "network" and found["members"][0] == AGENT["agency_id"]
    assert (
        found["evidence"] == ["trademarks:70000001", "trademarks:70000002"] and found["strength"] == "medium"
    )


@pytest.mark.parametrize(
    "second",
    [
        {"applicant": "某1公司", "applicant_id": code(1)},
        {"filed_on": DAY + timedelta(days=1)},
        {"classes": [30]},
        {"mark": "溟岚"},
        {"mark": "业好茶翮澍"},
        OTHER,
    ],
    ids=["one applicant", "another day", "another class", "another mark", "other order", "nothing ties them"],
)
def test_what_is_no_manufactured_same_day_filing(second: Row) -> None:
    assert not open_findings(run("T02", trademarks=[mark(1, "澍翮茶业"), mark(2, "澍翮茶业", **second)]))


def test_a_shared_phone_ties_applicants_of_two_agencies() -> None:
    rows = [mark(1, "澍翮茶业"), mark(2, "澍翮茶业", contact_phone="(022)70001", **OTHER)]
    (found,) = open_findings(run("T02", trademarks=rows))
    assert found["members"] == [code(1), code(2)] and "共用电话或地址" in found["reason_zh"]


# T03


def hoard(count: int, **columns: Any) -> list[Row]:
    same = {"applicant": "某1公司", "applicant_id": code(1)} | columns
    texts = [f"{a}{b}" for a in "澍翮茶业溟岚" for b in "屹砺砥矩钧铄"]
    return [mark(serial, texts[serial], classes=[serial % 9 + 1], **same) for serial in range(count)]


def test_more_marks_in_more_classes_than_people_are_hoarding_and_sales_make_it_strong() -> None:
    rows = hoard(25)
    (found,) = open_findings(run("T03", trademarks=rows, companies=[company(1, 2)]))
    assert (found["subject_no"], found["strength"]) == (code(1), "medium") and "25个" in found["reason_zh"]
    sales = [
        {"number": row["number"], "from_id": code(1), "to_id": code(2), "price_cny": 1e4} for row in rows[:3]
    ]
    (found,) = open_findings(
        run("T03", trademarks=rows, companies=[company(1, 2)], trademark_transfers=sales)
    )
    assert found["strength"] == "strong" and "30,000.00元" in found["reason_zh"]


def test_a_large_firm_and_one_whose_size_is_unknown_are_let_go() -> None:
    assert not open_findings(run("T03", trademarks=hoard(25), companies=[company(1, 300)]))
    assert not open_findings(run("T03", trademarks=hoard(25)))


def test_one_sign_in_every_class_is_a_defence() -> None:
    rows = [row | {"mark": "澍翮茶业"} for row in hoard(30)]
    assert not open_findings(run("T03", trademarks=rows, companies=[company(1, 0)]))


def test_marks_of_long_ago_do_not_count() -> None:
    assert not open_findings(
        run("T03", trademarks=hoard(25, filed_on=date(ON.year - 4, 1, 5)), companies=[company(1, 2)])
    )


# T04

NAMES = [
    {"name": "溟岚山", "kind": "place", "owner": None, "owner_id": None},
    {"name": "未央", "kind": "person", "owner": None, "owner_id": None},
]


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("溟岚山", "strong"),
        ("溟嵐山", "strong"),
        ("溟岚山泉", "medium"),
        ("名兰山", "weak"),
        ("末央", "weak"),
        ("未央记", "medium"),
    ],
)
def test_a_listed_name_is_found_also_in_disguise(text: str, strength: str) -> None:
    (found,) = open_findings(run("T04", trademarks=[mark(1, text)], protected_names=NAMES))
    assert (found["subject_no"], found["strength"]) == (code(1), strength)


@pytest.mark.parametrize("text", ["长乐未央宫阙酒", "末央茶业", "溟岚", "山岚溟"])
def test_an_ordinary_word_inside_a_longer_mark_is_no_name(text: str) -> None:
    assert not open_findings(run("T04", trademarks=[mark(1, text)], protected_names=NAMES))


def test_a_name_counts_from_its_day_on_and_not_for_its_owner() -> None:
    later = [{**NAMES[0], "from": DAY + timedelta(days=1)}]
    assert not open_findings(run("T04", trademarks=[mark(1, "溟岚山")], protected_names=later))
    owned = [{**NAMES[0], "owner": "某1公司", "owner_id": code(1)}]
    assert not open_findings(run("T04", trademarks=[mark(1, "溟岚山")], protected_names=owned))


def test_without_the_offices_list_it_does_not_run() -> None:
    found = run("T04", trademarks=[mark(1, "溟岚山")])
    assert found.not_run is not None and "protected_names" in found.not_run.zh


# T05

BOTH = {"respondent_agency": AGENT["agency_name"], "respondent_agency_id": AGENT["agency_id"]}


def test_one_agency_on_both_sides_is_strong_and_consent_clears_it() -> None:
    (found,) = open_findings(run("T05", trademark_proceedings=[case(1, **BOTH)], agencies=HOUSES))
    assert (found["subject_no"], found["strength"]) == (AGENT["agency_id"], "strong")
    assert found["subject_name"] == AGENT["agency_name"] and found["district_code"] == "120104"
    cleared = run("T05", trademark_proceedings=[case(1, consent=True, **BOTH)], agencies=HOUSES)
    assert not open_findings(cleared) and cleared.cleared == 1 and "同意" in cleared.frame["cleared"][0]


def test_agencies_at_one_desk_are_under_common_control_and_a_namesake_is_not() -> None:
    sides = {"respondent_agency": OTHER["agency_name"], "respondent_agency_id": OTHER["agency_id"]}
    rows = [case(1, **sides)]
    assert not open_findings(run("T05", trademark_proceedings=rows, agencies=HOUSES))
    people = [{"credit_code": one["agency_id"], "name": "赵一"} for one in (AGENT, OTHER)]
    assert not open_findings(run("T05", trademark_proceedings=rows, agencies=HOUSES, agency_members=people))
    desk = [HOUSES[0], HOUSES[1] | {"phone": "022-1"}]
    (found,) = open_findings(run("T05", trademark_proceedings=rows, agencies=desk))
    assert found["strength"] == "medium" and OTHER["agency_id"] in found["members"]


def test_an_agency_that_attacks_the_mark_it_filed_is_found_and_years_clear_it() -> None:
    filed = mark(1, "澍翮茶业")
    (found,) = open_findings(run("T05", trademark_proceedings=[case(1)], trademarks=[filed]))
    assert "自己曾代理申请" in found["reason_zh"]
    long_ago = run(
        "T05", trademark_proceedings=[case(1)], trademarks=[filed | {"filed_on": date(2018, 1, 8)}]
    )
    assert not open_findings(long_ago) and long_ago.cleared == 1


# T06


def test_an_agencys_own_mark_for_tea_is_found_and_its_own_for_legal_services_is_not() -> None:
    own = {"applicant": AGENT["agency_name"], "applicant_id": AGENT["agency_id"]}
    (found,) = open_findings(run("T06", trademarks=[mark(1, "溟岚", classes=[30], **own)], agencies=HOUSES))
    assert (found["subject_no"], found["strength"]) == (AGENT["agency_id"], "strong") and "30" in found[
        "reason_zh"
    ]
    assert not open_findings(
        run("T06", trademarks=[mark(1, "溟岚", classes=[35, 45], **own)], agencies=HOUSES)
    )


def test_a_mark_filed_for_the_agencys_head_is_found_and_a_namesakes_elsewhere_is_not() -> None:
    head = {"applicant": "赵一", "applicant_id": None, "classes": [30]}
    people = [{"credit_code": AGENT["agency_id"], "name": "赵一", "role": "head", "to": None}]
    (found,) = open_findings(
        run("T06", trademarks=[mark(1, "溟岚", **head)], agencies=HOUSES, agency_members=people)
    )
    assert found["strength"] == "medium" and found["members"] == ["赵一"]
    elsewhere = mark(1, "溟岚", **head, **OTHER)
    assert not open_findings(run("T06", trademarks=[elsewhere], agencies=HOUSES, agency_members=people))


# T07


def term(ends: date, begins: date = date(2023, 1, 9)) -> Row:
    return {
        "credit_code": AGENT["agency_id"],
        "name": AGENT["agency_name"],
        "filed_on": begins,
        "expires_on": ends,
    }


def test_marks_after_the_end_of_the_enrolment_are_found_with_the_day_it_ended() -> None:
    rows = [mark(serial, "溟岚", filed_on=DAY + timedelta(days=serial)) for serial in range(3)]
    (found,) = open_findings(run("T07", trademarks=rows, enrolments=[term(date(2024, 12, 31))]))
    assert (
        found["strength"] == "strong" and "2024-12-31" in found["reason_zh"] and "3件" in found["reason_zh"]
    )


def test_a_renewal_in_the_window_leaves_no_gap() -> None:
    terms = [term(date(2025, 2, 20)), term(date(2028, 2, 20), date(2025, 2, 21))]
    assert not open_findings(run("T07", trademarks=[mark(1, "溟岚")], enrolments=terms))
    assert not open_findings(run("T07", trademarks=[mark(1, "溟岚")], enrolments=[term(date(2025, 2, 20))]))


def test_an_agency_on_no_list_is_found_and_one_named_without_number_is_looked_up() -> None:
    nameless = mark(1, "溟岚", agency_id=None)
    assert not open_findings(run("T07", trademarks=[nameless], enrolments=[term(date(2026, 1, 8))]))
    (found,) = open_findings(
        run("T07", trademarks=[mark(1, "溟岚", **OTHER)], enrolments=[term(date(2026, 1, 8))])
    )
    assert found["subject_no"] == OTHER["agency_id"] and found["strength"] == "medium"


def test_marks_older_than_the_regulation_are_not_asked() -> None:
    old = mark(1, "溟岚", filed_on=date(2022, 11, 30))
    assert not open_findings(run("T07", trademarks=[old], enrolments=[term(date(2026, 1, 8))]))


# T08

KNOWN = [
    {
        "name": "澍翮茶",
        "kind": "well_known_mark",
        "owner": "某900公司",
        "owner_id": code(900),
        "classes": [9, 30],
    }
]


@pytest.mark.parametrize(
    ("text", "classes", "strength"),
    [
        ("澍翮茶", [30], "strong"),
        ("树禾查", [30], "strong"),
        ("澍翮荼", [30], "strong"),
        ("澍翮茶王", [30], "medium"),
        ("老澍翮茶", [30], "medium"),
        ("澍翮酒", [30], "weak"),
        ("澍翮茶", [12], "weak"),
    ],
)
def test_a_near_copy_is_found_by_writing_sound_or_look(text: str, classes: list[int], strength: str) -> None:
    (found,) = open_findings(run("T08", trademarks=[mark(1, text, classes=classes)], protected_names=KNOWN))
    assert (found["subject_no"], found["strength"]) == (code(1), strength)


@pytest.mark.parametrize(
    "columns",
    [
        {"applicant_id": code(900)},
        {"mark": "澍翮酒", "classes": [12]},
        {"mark": "溟岚山"},
        {"mark": None},
        {"mark": "溟翮茶"},
        {"mark": "澍岚翮茶"},
        {"mark": "查禾树"},
    ],
    ids=[
        "the owner",
        "like only a little, other goods",
        "another mark",
        "a picture",
        "begins otherwise",
        "broken by a character",
        "its sounds in another order",
    ],
)
def test_what_is_no_near_copy(columns: Row) -> None:
    row = mark(1, "澍翮茶", classes=[30]) | columns
    assert not open_findings(run("T08", trademarks=[row, mark(2, "溟岚")], protected_names=KNOWN))


def test_characters_in_common_count_where_the_applicant_comes_near_one_name_again_and_again() -> None:
    """One broken or differently begun name is as likely chance; two of one applicant are not."""
    marks = [mark(1, "溟翮茶", classes=[30]), mark(2, "澍岚翮茶", classes=[30], applicant_id=code(1))]
    (found,) = open_findings(run("T08", trademarks=marks, protected_names=KNOWN))
    assert found["evidence"][:2] == [f"trademarks:{one['number']}" for one in marks]
    twice = [marks[0], marks[0] | {"number": "70000009", "classes": [9]}]
    assert not open_findings(run("T08", trademarks=twice, protected_names=KNOWN))
