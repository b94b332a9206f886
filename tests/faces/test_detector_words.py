"""Detectors and findings in the reader's words: units, tables and columns, how far a directory goes."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from lantian.core.competence import Field
from lantian.core.messages import Text
from lantian.desk.present import evidence, jobs, pairs, reach
from lantian.desk.present.pairs import Chosen
from lantian.desk.present.tables import code_label, column_label, in_words, table_label
from lantian.desk.present.units import UNITS, unit_words
from lantian.detect.detectors import DETECTORS
from lantian.detect.parameters import limits
from lantian.filings.models import Patent
from lantian.office import audit, clock
from lantian.registry.models import Agency, Company
from lantian.registry.reach import Reach, reach_of
from lantian.screening import actions, queries
from lantian.screening.models import Finding
from lantian.screening.naming import NAMELESS, called
from lantian.screening.states import Outcome
from tests.personas import acting, browser

CHINESE = re.compile(r"[㐀-鿿]")


def test_every_unit_of_the_rule_book_is_said_in_chinese() -> None:
    used = {limit.unit for id in DETECTORS for limit in limits(id, clock.today()) if limit.unit}
    assert not used - UNITS.keys()
    with override("zh-hans"):
        assert unit_words("days") == "天"
    with override("en"):
        assert unit_words("days") == "days"


@pytest.mark.parametrize("id", DETECTORS)
def test_every_table_and_column_that_a_detector_reads_has_a_chinese_name(id: str) -> None:
    with override("zh-hans"):
        for reads in DETECTORS[id].reads:
            assert CHINESE.search(table_label(reads.table)), reads.table
            for name in reads.all:
                assert CHINESE.search(column_label(reads.table, name)), f"{reads.table}.{name}"


def test_why_a_detector_did_not_run_is_told_in_words() -> None:
    with override("zh-hans"):
        assert in_words("缺少 captures 表；patents 表没有下列任何一列：contact_phone、payer。") == (
            "缺少“网页存证”表；“专利申请”表没有下列任何一列：联系电话、缴费人。"
        )
        said = "patents 表没有公开状态（disclosure）列：未知视为未公布，不得读取。"
        assert in_words(said) == "“专利申请”表没有公开状态（disclosure）列：未知视为未公布，不得读取。"
        assert in_words("比对没有完成。") == "比对没有完成。"
    with override("en"):
        assert in_words("there is no table captures.") == "there is no table captures."


@pytest.mark.django_db
def test_a_run_that_could_not_run_is_not_called_done() -> None:
    with acting("city"):
        run = queries.runs().exclude(ended_at=None)[0]
        assert jobs.run(run)["job"].state == "done"
        run.not_run_zh, run.not_run_en = "缺少 captures 表。", "there is no table captures."
        shown = jobs.run(run)
    assert (shown["job"].state, shown["job"].state_label) == ("not_run", "没有运行")
    assert shown["not_run"] == "缺少“网页存证”表。"
    run.left_out = {"patents.no_number": 1, "agencies.no_number": 2}
    with acting("city"):
        reasons = [one["reason"] for one in jobs.run(run)["left_out"]]
    assert reasons == ["没有申请号", "代理机构名录 · 没有编号"]


@pytest.mark.django_db
def test_the_reach_of_the_directory_counts_every_agency_once_and_patent_agencies_apart() -> None:
    with acting("city"):
        parts = reach_of("agencies")
        assert sum(part.rows for part in parts.values()) == Agency.objects.count()
        Agency.objects.update(kinds=["trademark"], agency_code=None)
        assert reach_of("agencies")["patent"].rows == 0 < parts["patent"].rows
        Agency.objects.update(kinds=None)
        assert reach_of("agencies")["trademark"].rows == Agency.objects.count()
        assert reach_of("companies")["companies"].rows == Company.objects.count()
    assert reach_of("patents") == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "覆盖本市"), ("en", "districts of this city")])
def test_a_detectors_page_says_how_far_the_directory_goes(language: str, words: str) -> None:
    client = browser("nankai")
    client.cookies["django_language"] = language
    page = client.get(reverse("detector", args=["W02"])).content.decode()
    with acting("city"):
        rows = reach_of("agencies")["patent"].rows
    assert words in page and (f"现有 {rows:,} 家" in page or f"{rows:,} held here" in page)
    assert ("“不在名录中”只就这个范围而言" in page) == (language == "zh-hans")


def test_without_a_directory_the_page_says_that_nobody_can_be_missing_from_it() -> None:
    with override("zh-hans"):
        assert reach.held(Reach()) == "本系统没有导入，一家也没有"
        told = reach.held(Reach({"120104": 3, "120101": 1}, 2, 1))
    assert told.startswith("本系统现有 7 家，覆盖本市 2 个区（南开区 3、和平区 1）")
    assert told.endswith("登记在外地的 2 家，不能确定所在区的 1 家")


@pytest.mark.django_db
def test_a_finding_that_names_the_directory_says_how_far_it_goes() -> None:
    client = browser("city")
    with acting("city"):
        row = queries.waiting().filter(detector="P01")[0]
    assert "名录收到哪里" not in client.get(reverse("finding", args=[row.key])).content.decode()
    with transaction.atomic(), acting("city") as by:
        Finding.objects.filter(pk=row.pk).update(detector="W02")
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", row.key))
        held = reach_of("agencies")["patent"].rows
    page = client.get(reverse("finding", args=[row.key])).content.decode()
    assert f"专利代理机构名录：本系统现有 {held:,} 家" in page and "名录收到哪里" in page
    assert "只代理商标的机构" not in page  # no directory of patent agencies


@pytest.mark.django_db
def test_one_text_is_shown_alone_and_not_compared_with_itself() -> None:
    row = Patent(application_no="202310000001.2", title="装置", abstract="占比为120%", disclosure="published")
    chosen = Chosen(row.application_no, row.application_no)
    shown = pairs.pair(chosen, {row.application_no: row})
    assert shown["alone"] and "jaccard" not in shown and shown["a"]["blocks"][1]["text"] == "占比为120%"
    assert pairs.comparison(chosen, {row.application_no: row}) == []


def test_codes_of_the_tables_are_words_on_the_page() -> None:
    with override("zh-hans"):
        assert code_label("trademark_proceedings", "kind", "non_use_cancellation") == "撤销连续三年不使用"
        assert code_label("trademark_proceedings", "kind", "其他程序") == "其他程序"
        assert column_label("trademark_proceedings", "petitioner_agency") == "提起人代理机构"
    with override("en"):
        assert code_label("trademark_proceedings", "outcome", "partly") == "granted in part"


@pytest.mark.django_db
def test_a_page_that_another_office_keeps_stays_a_key_in_the_evidence() -> None:
    with acting("city"):
        row = Finding(evidence=["captures:nowhere", "agencies:12800"], members=[])
        tables = {table["id"]: table for table in evidence.tables(row)}
        only = evidence.tables(row, but="agencies")
    assert [cell["text"] for cell in tables["captures"]["rows"][0][:2]] == ["nowhere", "由其他单位保管"]
    assert len(tables["agencies"]["head"]) == 2  # nothing stands beside the number: no empty column
    assert [table["id"] for table in only] == ["captures"]


@pytest.mark.django_db
def test_the_list_leads_to_those_without_lawful_ground_and_names_the_detectors() -> None:
    client = browser("nankai")
    page = client.get(reverse("findings")).content.decode()
    link = re.search(r'<a href="(\?[^"]*clearing=not_cleared[^"]*)">只看未见合法情形的 <span>([\d,]+)<', page)
    assert link is not None and "内容明显相同的多件专利申请</span>" in page
    only = client.get(reverse("findings") + link[1].replace("&amp;", "&")).content.decode()
    assert f"{link[2]} 条</span>" in only and "只看未见合法情形的" not in only
    assert "推定合法</span></td>" not in only


@pytest.mark.django_db
def test_a_lexicon_leads_to_the_detectors_that_use_it() -> None:
    page = browser("city").get(reverse("lexicons")).content.decode()
    for id in ("W01", "T04", "T08"):
        assert f'<a href="{reverse("detector", args=[id])}">{id}</a>' in page


@pytest.mark.django_db
def test_a_group_is_called_by_its_members_and_its_lead_too_never_by_a_key() -> None:
    with transaction.atomic(), acting("city") as by:
        row = queries.waiting().filter(detector="P01").exclude(subject_no="")[0]
        known = row.subject_name
        members = ["12120103YY0000G03Y", row.subject_no, "name:某商贸公司", "person:张三:202310000001.2"]
        Finding.objects.filter(pk=row.pk).update(
            subject_kind="network", subject_no=row.key, subject_name="", detector="P07", members=members
        )
        audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("finding", row.key))
        group = queries.find(row.key)
        assert group is not None
        assert called(group) == Text(
            f"{known}、某商贸公司等 4 方", f"{known}, 某商贸公司 and others, 4 in all"
        )
        assert called(Finding(detector="P01", members=members)) == NAMELESS
        _, lead = actions.judge(
            finding_key=row.key, outcome=Outcome.LEAD, reason="合同", seen=0, field=Field.PATENT_AGENCY, by=by
        )
    assert lead is not None and lead.subject_name == f"{known}、某商贸公司等 4 方"
    page = browser("city").get(reverse("findings"), {"shelf": "all"}).content.decode()
    assert f"{known}、某商贸公司等 4 方</a>" in page
