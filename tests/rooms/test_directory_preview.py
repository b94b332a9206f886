"""A directory looked at before anything is stored: also what it leaves out, and where what is on file comes from."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from lantian.office import files
from lantian.office.intake import actions as intake
from lantian.office.models import IntakeBatch
from lantian.registry import directories
from lantian.registry.errors import DirectoryRefused
from lantian.registry.models import Agency, Subject
from lantian.registry.standing import standing
from tests.personas import acting, browser, run_job
from tests.rooms.test_registry import (
    A,
    B,
    C,
    accept,
    differences,
    facts,
    take_in,
    two_agencies,
    whole_directory,
)

pytestmark = pytest.mark.django_db
NEWCOMER = f"天津戊己专利代理所,{C},12993,正常,天津市南开区丁路4号,南开"


def look_at(*lines: str) -> IntakeBatch:
    """Preview a directory in the name of the city."""
    with acting("city") as by:
        content = "\n".join(lines).encode()
        file = files.keep(name="名录.csv", chunks=[content], seen_by=by.units, by=by)
        batch = intake.preview(table="agencies_directory", file=file, by=by)
    run_job(batch.job)
    with acting("city"):
        return IntakeBatch.objects.select_related("job").get(pk=batch.pk)


def test_a_preview_shows_what_is_new_changed_and_missing_and_changes_nothing() -> None:
    two_agencies()
    batch = look_at(*whole_directory(B, address="天津市西青区丙路3号"), NEWCOMER)
    assert [(one.kind, one.number) for one in differences(batch)] == [
        ("changed", A),
        ("new", C),
        ("missing", B),
    ]
    assert Agency.objects.get(subject_id=A).address == "天津市南开区甲路1号"
    assert not Subject.objects.filter(number=C).exists()
    assert facts(B, "listed") == []


def test_what_a_preview_shows_is_not_accepted_before_the_intake_is_confirmed() -> None:
    two_agencies()
    batch = look_at(*whole_directory(B))
    for act in (directories.accept, directories.reject):
        with acting("city") as by, pytest.raises(DirectoryRefused, match="preview"):
            act(batch=batch, ids=[one.pk for one in differences(batch)], by=by)
    with acting("city") as by, pytest.raises(DirectoryRefused, match="preview"):
        directories.accept_all(batch=batch, kind="missing", by=by)
    with acting("city") as by:
        taking = intake.confirm(batch=batch, by=by)
    run_job(taking.job)
    with acting("city"):
        taking = IntakeBatch.objects.select_related("job").get(pk=taking.pk)
    assert [one.number for one in differences(taking)] == [B]
    assert accept(taking, *differences(taking)).accepted == 1
    assert facts(B, "listed") == [False]


def test_a_preview_of_a_partial_directory_says_so_and_calls_nobody_missing() -> None:
    two_agencies()
    batch = look_at(
        *whole_directory(*map(str, Agency.objects.exclude(subject_id=A).values_list("subject_id", flat=True)))
    )
    assert differences(batch, kind="missing") == []
    assert "部分名录" in batch.notes_zh


def test_every_difference_tells_from_which_file_and_since_when_the_register_holds_it() -> None:
    first = two_agencies()
    moved = take_in(
        "agencies",
        "机构名称,统一社会信用代码,状态,状态日期",
        f"天津甲乙专利代理所,{A},暂停,2026-03-01",
    )
    batch = look_at(*whole_directory(B, address="天津市西青区丙路3号"), "")
    with acting("city"):
        told = standing(differences(batch))
        assert told[A]["address"].batch == first and told[A]["address"].row == 2
        assert told[A]["status"].since == date(2026, 3, 1) and told[A]["status"].batch == moved
        assert told[A][""].batch == moved, "the entry as a whole is the newest file's"
        assert told[B][""].batch == first and told[B][""].row == 3


def test_the_pages_of_a_preview_count_and_list_what_is_missing_with_its_source() -> None:
    two_agencies()
    batch = look_at(*whole_directory(B, address="天津市西青区丙路3号"), NEWCOMER)
    answer = browser("city").get(reverse("intake_batch", args=[batch.key])).content.decode()
    assert "登记库中有而名录缺少 1 家" in answer
    page = browser("city").get(reverse("differences", args=[batch.key])).content.decode()
    assert "天津丙丁知识产权" in page and "agencies.csv" in page and "第 3 行" in page
    assert "以下差异只供查看" in page and 'name="difference"' not in page
