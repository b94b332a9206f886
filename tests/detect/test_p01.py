"""P01: groups of nearly identical applications point at agencies, and say what they stand on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from lantian.city.chance import stream
from lantian.city.edits import edit
from lantian.city.texts import compose
from lantian.core.messages import Refused
from lantian.detect import p01
from lantian.detect.findings import SCHEMA, Findings, finding_key, possible_keys, unit_of

ON = date(2026, 11, 22)
ROW: dict[str, Any] = {
    "disclosure": "published",
    "kind": "invention",
    "filing_date": date(2025, 1, 1),
    "dual_filing_declared": False,
    "parent_no": None,
    "priority_nos": None,
    "applicant_kinds": ["company"],
    "agency_code": "12101",
    "agency_name": "海河代理",
}
AGENCIES = pl.DataFrame(
    {
        "agency_code": ["12101", "12102"],
        "name": ["天津海河代理所", "天津渤海代理所"],
        "district_code": ["120101", None],
    }
)


def filing(number: str, source: int = 1, kind: str = "a", **changes: Any) -> dict[str, Any]:
    """One row of `patents`: an edit of one synthetic text."""
    words = edit(kind, compose(1, source, "invention").words, stream(1, number))
    firm = changes.pop("firm", "甲公司")
    who = {"applicants": [firm], "applicant_ids": [changes.pop("firm_no", None)]}
    texts = {"title": words.title, "abstract": words.abstract, "claim": words.claim}
    return {**ROW, "application_no": number, **texts, **who, **changes}


def screened(*rows: dict[str, Any], without: tuple[str, ...] = (), on: date = ON) -> Findings:
    patents = pl.DataFrame(list(rows), infer_schema_length=None).drop(without)
    return p01.run({"patents": patents, "agencies": AGENCIES}, on=on)


def subjects(found: Findings) -> set[tuple[str, str]]:
    return set(found.frame.select("subject_kind", "subject_no").iter_rows())


def test_the_frame_is_the_findings_table_exactly() -> None:
    found = screened(filing("1"), filing("2", kind="b"))
    assert found.frame.schema == SCHEMA
    columns = (
        "key detector subject_kind subject_no subject_name score strength clearing cleared reason_zh reason_en rule "
        "innocent_zh evidence members faults supersedes district_code on detector_version parameters"
    )
    assert found.frame.columns == columns.split()


def test_one_agency_with_a_batch_is_one_finding_with_its_numbers() -> None:
    rows = [
        filing(str(n), kind=kind, firm=f"公司{n}", filing_date=date(2025, 1, n))
        for n, kind in ((1, "a"), (2, "b"), (3, "m"))
    ]
    found = screened(*rows, filing("9", source=5))
    (finding,) = found.frame.to_dicts()
    assert (finding["subject_kind"], finding["subject_no"]) == ("agency", "12101")
    assert (finding["subject_name"], finding["district_code"]) == ("天津海河代理所", "120101")
    assert finding["evidence"] == ["patents:1", "patents:2", "patents:3"]
    assert finding["members"] == ["12101", "公司1", "公司2", "公司3"]
    assert (finding["clearing"], finding["cleared"], finding["supersedes"]) == ("not_cleared", None, [])
    assert "一组3件申请文本近似，涉及3个申请人" in finding["reason_zh"]
    assert "申请日在2025-01-01至2025-01-03之间" in finding["reason_zh"]
    assert "A group of 3 applications" in finding["reason_en"]
    assert "第77号" in finding["rule"]
    assert 0.5 <= finding["score"] <= 1
    assert (finding["on"], found.read, found.cleared) == (ON, 4, 0)


def test_one_finding_per_agency_and_group() -> None:
    rows = [filing("1"), filing("2"), filing("3", agency_code="12102", agency_name="渤海代理")]
    found = screened(*rows, filing("4", source=2), filing("5", source=2))
    assert found.frame.height == 3
    assert subjects(found) == {("agency", "12101"), ("agency", "12102")}
    other = found.frame.filter(pl.col("subject_no") == "12102").to_dicts()[0]
    assert other["evidence"] == ["patents:1", "patents:3", "patents:2"]
    assert "其中1件属于该对象" in other["reason_zh"]


def test_without_an_agency_the_applicant_is_pointed_at() -> None:
    alone = {"agency_code": None, "agency_name": None}
    found = screened(filing("1", firm_no="9112", **alone), filing("2", firm_no="9112", **alone))
    assert subjects(found) == {("applicant", "9112")}
    person = {"applicant_kinds": ["person"], "firm": "张三", **alone}
    assert subjects(screened(filing("1", **person), filing("2", **person))) == {("applicant", "张三|1")}


def test_several_applicants_without_an_agency_are_a_network() -> None:
    alone = {"agency_code": None, "agency_name": None}
    found = screened(filing("1", firm="甲公司", **alone), filing("2", firm="乙公司", **alone))
    (finding,) = found.frame.to_dicts()
    assert (finding["subject_kind"], finding["subject_no"]) == ("network", finding["key"])
    assert finding["subject_name"] == "甲公司、乙公司"
    assert finding["members"] == ["甲公司", "乙公司"]


def test_an_agency_known_by_name_alone_is_still_an_agency() -> None:
    found = screened(filing("1", agency_code=None), filing("2", agency_code=None))
    assert subjects(found) == {("agency", "海河代理")}


def double(number: str) -> dict[str, Any]:
    """The utility model filed with filing 1 on one day."""
    return {**filing(number, kind="dual"), "kind": "utility_model", "dual_filing_declared": True}


def test_a_permitted_double_filing_never_mixes_with_an_open_group() -> None:
    rows = [
        filing("1", dual_filing_declared=True),
        double("2"),
        filing("3", kind="m", dual_filing_declared=True),
    ]
    found = screened(*rows)
    outcomes = dict(found.frame.select("clearing", "evidence").iter_rows())
    assert set(outcomes) == {"cleared", "not_cleared"}
    assert outcomes["cleared"] == ["patents:1", "patents:2"]
    assert set(outcomes["not_cleared"]) == {"patents:1", "patents:2", "patents:3"}
    assert found.cleared == 1
    assert found.frame["key"].n_unique() == 2


def test_one_family_that_is_presumed_and_cleared_keeps_two_keys() -> None:
    """An application with an undeclared twin and a divisional is the anchor of two findings."""
    rows = [
        filing("1", dual_filing_declared=None),
        double("2") | {"dual_filing_declared": None},
        filing("3", kind="m", parent_no="1", filing_date=date(2025, 6, 1), dual_filing_declared=None),
    ]
    found = screened(*rows)
    assert {"presumed_lawful", "cleared"} <= set(found.frame["clearing"])
    assert found.frame["key"].n_unique() == found.frame.height


def test_a_double_filing_without_filing_days_is_presumed_lawful() -> None:
    rows = (filing("1", dual_filing_declared=True), double("2"))
    (finding,) = screened(*rows, without=("filing_date",)).frame.to_dicts()
    assert (finding["clearing"], finding["strength"]) == ("presumed_lawful", "weak")
    assert "无从核对：申请日相同" in finding["cleared"]
    assert "申请日在" not in finding["reason_zh"]


def test_kind_is_read_from_the_number_when_the_column_is_missing() -> None:
    rows = (filing("201310042735.6"), filing("201320063255.3"))
    found = screened(*rows, without=("kind", "dual_filing_declared", "filing_date"))
    assert found.frame["clearing"].to_list() == ["presumed_lawful"]


@pytest.mark.parametrize(
    "mark",
    [
        lambda row: {**row, "kind": "design"},
        lambda row: {**row, "kind": None, "application_no": f"20253000000{row['application_no']}.X"},
    ],
)
def test_the_text_of_designs_alone_is_never_a_finding(
    mark: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    found = screened(mark(filing("1")), mark(filing("2")), filing("3"))
    assert found.frame.height == 0
    assert (found.read, found.left_out["design"]) == (1, 2)


@pytest.mark.parametrize("disclosure", ["unpublished", "unknown", None])
def test_only_published_applications_are_read(disclosure: str | None) -> None:
    found = screened(filing("1"), filing("2", disclosure=disclosure), filing("3", disclosure=disclosure))
    assert found.frame.height == 0
    assert (found.read, found.left_out["unpublished"]) == (1, 2)


def test_a_number_that_comes_twice_is_no_pair_with_itself() -> None:
    found = screened(filing("1"), filing("1"), filing("2", source=9, application_no=None))
    assert (found.frame.height, found.read) == (0, 1)
    assert (found.left_out["repeated_number"], found.left_out["no_number"]) == (1, 1)


@pytest.mark.parametrize(
    ("without", "says"),
    [
        (("disclosure",), "no column disclosure"),
        (("application_no",), "no column application_no"),
        (("title", "abstract", "claim"), "none of title, abstract, claim"),
    ],
)
def test_a_missing_column_means_not_run_never_zero(without: tuple[str, ...], says: str) -> None:
    found = screened(filing("1"), filing("2"), without=without)
    assert found.not_run is not None
    assert says in found.not_run.en
    assert found.frame.height == found.read == 0


def test_a_missing_table_or_a_day_before_the_rule_means_not_run() -> None:
    missing = p01.run({}, on=ON).not_run
    assert missing is not None and "no table patents" in missing.en
    early = screened(filing("1"), filing("2"), on=date(2024, 1, 19)).not_run
    assert early is not None and "2024-01-20" in early.en
    assert screened(filing("1"), filing("2"), on=date(2024, 1, 20)).not_run is None


def test_any_other_column_may_lack() -> None:
    keep = ("application_no", "disclosure", "abstract")
    row = filing("1")
    found = screened(row, filing("2"), without=tuple(name for name in row if name not in keep))
    assert [tuple(r) for r in found.frame.select("subject_kind", "members").iter_rows()] == [("network", [])]


def test_the_same_tables_give_the_same_findings() -> None:
    rows = [filing(str(n), source=n % 7, kind="m", firm=f"公司{n % 3}") for n in range(40)]
    assert screened(*rows).frame.equals(screened(*rows).frame)


def test_a_key_stays_while_a_group_grows_at_its_end() -> None:
    rows = [filing("1"), filing("2")]
    before, after = screened(*rows), screened(*rows, filing("3"))
    assert before.frame["key"].to_list() == after.frame["key"].to_list()
    assert before.frame["key"][0] == finding_key("P01", "agency:12101", "patents:1")


def test_an_earlier_finding_is_found_again_when_its_group_gets_an_older_anchor() -> None:
    older = screened(filing("2"), filing("3")).frame["key"][0]
    (finding,) = screened(filing("1"), filing("2"), filing("3")).frame.to_dicts()
    assert finding["key"] != older
    unit = unit_of(finding["subject_kind"], finding["subject_no"], finding["clearing"])
    assert {older, finding["key"]} <= set(possible_keys("P01", unit, finding["evidence"]))


def test_strength_follows_likeness_and_number() -> None:
    pair = screened(filing("1"), filing("2")).frame
    batch = screened(filing("1"), filing("2"), filing("3")).frame
    assert pair["strength"].to_list() == ["medium"]
    assert batch["strength"].to_list() == ["strong"]


OLD, NEW, CODE = "天津老名有限公司", "天津新名有限公司", "91120104YY00000012"
REGISTER = pl.DataFrame({"credit_code": [CODE], "name": [NEW], "former_names": [[OLD]]})


def renamed(old: dict[str, Any], new: dict[str, Any], **tables: pl.DataFrame) -> Findings:
    """One double filing, declared in both, of two names."""
    rows = [
        filing("1", firm=OLD, dual_filing_declared=True, **old),
        filing("2", firm=NEW, dual_filing_declared=True, **new) | {"kind": "utility_model"},
    ]
    return p01.run({"patents": pl.DataFrame(rows, infer_schema_length=None), **tables}, on=ON)


@pytest.mark.parametrize("given", [{}, {"firm_no": CODE}])
def test_a_firm_that_changed_its_name_between_two_filings_is_one_applicant(given: dict[str, str]) -> None:
    (row,) = renamed({}, given, companies=REGISTER).frame.to_dicts()
    assert row["clearing"] == "cleared" and "名称不同" in row["cleared"]
    assert row["members"][-1] == CODE  # one applicant, under its number
    assert renamed({}, given).frame["clearing"].to_list() == ["not_cleared"]


def test_a_name_that_two_firms_bore_tells_nobody_apart() -> None:
    two = pl.concat([REGISTER, REGISTER.with_columns(credit_code=pl.lit("91120104YY00000099"))])
    assert renamed({}, {}, companies=two).frame["clearing"].to_list() == ["not_cleared"]


def test_the_register_parts_nobody_whom_the_filings_call_by_one_name() -> None:
    """The register knows the name under another number than the one filed: the names as filed still agree."""
    rows = [
        filing("1", firm=NEW, firm_no="91120104YY00000099", dual_filing_declared=True),
        filing("2", firm=NEW, dual_filing_declared=True) | {"kind": "utility_model"},
    ]
    found = p01.run({"patents": pl.DataFrame(rows, infer_schema_length=None), "companies": REGISTER}, on=ON)
    assert found.frame["clearing"].to_list() == ["cleared"]


def test_a_person_is_not_looked_up_in_the_register_of_firms() -> None:
    person = {"applicant_kinds": ["person"]}
    assert renamed(person, person, companies=REGISTER).frame["clearing"].to_list() == ["not_cleared"]


def test_numbers_where_text_belongs_are_read_and_lists_in_the_wrong_place_refused_by_name() -> None:
    rows = [filing("1"), filing("2", kind="b")]
    patents = pl.DataFrame(rows, infer_schema_length=None)
    patents = patents.with_columns(pl.col("application_no", "agency_code").cast(pl.Int64))
    assert p01.run({"patents": patents}, on=ON).frame["subject_no"].to_list() == ["12101"]
    for wrong in (pl.struct("title").alias("title"), pl.lit(1.5).alias("applicants")):
        with pytest.raises(Refused, match=wrong.meta.output_name()):
            p01.run({"patents": patents.with_columns(wrong)}, on=ON)
