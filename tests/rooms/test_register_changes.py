"""Changes as registers record them: told on the subject's two axes, with their source; what is wrong is explained."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.office import clock
from lantian.office.models import RowError
from lantian.registry.models import Agency, RegisterFact, Subject
from tests.personas import acting, browser
from tests.rooms.test_registry import A, B, a_few_people, code, counts, facts, take_in, two_agencies

pytestmark = pytest.mark.django_db
HEAD = "登记表,统一社会信用代码,变更事项,变更前,变更后,变更日期,登记日期"
OLD, FILED = "天津市南开区旧路1号", "天津市南开区甲路1号"  # before, and as the directory has it


def address(day: date) -> list[object]:
    return facts(A, "agency.address", day)


def refusals(*lines: str) -> dict[int, tuple[str, str]]:
    """Rows refused, with column and words."""
    batch = take_in("register_changes", HEAD, *lines)
    with acting("city"):
        return {one.row: (one.column, one.message_zh) for one in RowError.objects.filter(batch=batch)}


def test_a_change_tells_what_stood_before_and_since_when_the_present_stands() -> None:
    two_agencies()
    batch = take_in("register_changes", HEAD, f"代理机构,{A},地址,{OLD},{FILED},2024年5月27日,2024-07-01")
    assert counts(batch) == (1, 0, 0, 0)
    assert address(date(2024, 5, 26)) == [OLD] and address(date(2024, 5, 27)) == [FILED]
    assert address(date(2010, 1, 1)) == [OLD], "before the change, as far as nothing else is known"
    fact = RegisterFact.objects.held().get(subject__number=A, kind="agency.address", value=OLD)
    assert (fact.batch_id, fact.row) == (batch.pk, 2)
    (kept,) = facts(A, "change")
    assert kept == {"table": "agencies", "field": "address", "before": OLD, "after": FILED,
                    "registered_on": "2024-07-01"}  # fmt: skip


def test_changes_in_any_order_tell_one_history_and_again_nothing_new() -> None:
    two_agencies()
    lines = (
        f"代理机构,{A},地址,丙路3号,{FILED},2025-03-01,",
        f"代理机构,{A},地址,甲路1号,乙路2号,2019-01-01,",
        f"代理机构,{A},经营场所,乙路2号,丙路3号,2021-06-01,",
    )
    assert counts(take_in("register_changes", HEAD, *lines)) == (3, 0, 0, 0)
    years = [address(date(year, 7, 1)) for year in (2018, 2020, 2022, 2026)]
    assert years == [["甲路1号"], ["乙路2号"], ["丙路3号"], [FILED]]
    before = RegisterFact.objects.count()
    assert counts(take_in("register_changes", HEAD, *reversed(lines))) == (0, 3, 0, 0)
    assert RegisterFact.objects.count() == before


def test_what_was_believed_before_the_changes_came_stays_known() -> None:
    two_agencies()
    believed = RegisterFact.objects.held().get(subject__number=A, kind="agency.status")
    take_in("register_changes", HEAD, f"代理机构,12991,状态,正常,暂停,{believed.valid.lower.isoformat()},")
    assert facts(A, "agency.status") == ["suspended"]
    believed.refresh_from_db()
    assert believed.value == "active"
    assert not RegisterFact.objects.held().filter(pk=believed.pk).exists(), "superseded, not overwritten"


def test_the_newest_change_brings_the_entry_and_the_name_up_to_date() -> None:
    two_agencies()
    day = clock.today().isoformat()
    take_in("register_changes", HEAD, f",{A},机构名称,天津甲乙专利代理所,天津甲乙知识产权,{day},",
            f"代理机构,{A},联系电话,,022-1,{day},")  # fmt: skip
    row = Agency.objects.select_related("subject").get(subject_id=A)
    assert (row.name, row.subject.name, row.phone) == ("天津甲乙知识产权", "天津甲乙知识产权", "022-1")
    assert row.subject.district_code == "120104", "a change of name moves nobody"


def test_an_old_change_does_not_overwrite_what_a_newer_directory_says() -> None:
    two_agencies()
    take_in(
        "register_changes",
        HEAD,
        f"代理机构,{A},地址,{OLD},中间某处,2020-01-01,",
        f"代理机构,{A},电话,1,2,2020-01-01,",
    )
    row = Agency.objects.get(subject_id=A)
    assert (row.address, row.phone) == (FILED, None)
    assert address(date(2021, 1, 1)) == ["中间某处"] and address(clock.today()) == [FILED]


def test_practitioners_change_names_too() -> None:
    a_few_people()
    batch = take_in("register_changes", HEAD, f"代理师,1212345,姓名,某甲,某申,{clock.today().isoformat()},")
    assert counts(batch) == (1, 0, 0, 0)
    assert Subject.objects.get(number="1212345").name == "某申"


def test_rows_that_cannot_be_right_are_refused_each_with_its_reason_and_the_good_ones_go_in() -> None:
    two_agencies()
    said = refusals(
        f"代理机构,{code('120104', 5)},地址,a,b,2024-01-01,",
        f"代理机构,{A},星座,a,b,2024-01-01,",
        f"代理机构,{A},地址,同一处,同一处,2024-01-01,",
        f"代理机构,{A},地址,a,b,2024-01-01,2023-01-01",
        f"代理机构,{A},状态,正常,很好,2024-01-01,",
        f"代理机构,{A},地址,a,b,2999-01-01,",
        f"分公司,{A},地址,a,b,2024-01-01,",
        f"代理机构,{A},地址,a,,2024-01-01,",
        "代理机构,120104199001011234,地址,a,b,2024-01-01,",
        f"代理机构,{B},地址,a,b,2024-01-01,",
        f"代理机构,{B},经营场所,a,c,2024-01-01,",
    )
    expected = {
        2: ("key", "先导入"), 3: ("field", "没有这个变更事项"), 4: ("after", "变更前后相同"),
        5: ("registered_on", "登记日早于变更日"), 6: ("after", "不是可用的词"), 7: ("changed_on", "日期"),
        8: ("table", "可用"), 9: ("after", ""), 10: ("key", "身份证"), 12: ("key", "第 11 行"),
    }  # fmt: skip
    assert set(said) == set(expected)
    for row, (column, words) in expected.items():
        assert said[row][0] == column and words in said[row][1], (row, said[row])
    with acting("city"):
        assert not RowError.objects.filter(value__contains="19900101").exists()


def test_one_number_in_two_registers_needs_the_table_named() -> None:
    two_agencies()
    take_in("companies", "企业名称,统一社会信用代码,住所", f"天津甲乙公司,{A},某处")
    said = refusals(f",{A},地址,a,b,2024-01-01,", f"企业,{A},法定代表人,某甲,某乙,2024-01-01,")
    assert list(said) == [2] and "请填写" in said[2][1]


def test_the_subjects_page_shows_the_change_with_day_and_row() -> None:
    two_agencies()
    take_in("register_changes", HEAD, f"代理机构,{A},地址,{OLD},{FILED},2024-05-27,2024-07-01")
    page = browser("city").get(reverse("subject", args=[Subject.objects.get(number=A).key])).content.decode()
    assert f"{OLD} → {FILED}" in page and "2024-07-01 登记" in page and "register_changes.csv" in page
