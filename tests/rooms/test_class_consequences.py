"""What follows from a supervision class: how often, how heavy in a draw, key object, guidance; by the dated table."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lantian.core import supervision
from lantian.registry.models import Agency, Subject
from lantian.standing import classing, drawing, queries
from lantian.standing.classing import Signature
from tests.personas import NANKAI, acting, browser
from tests.rooms.test_standing import an_agency, listed, take_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def sign(subject: Subject, code: str, reason: str = "") -> None:
    with acting("nankai") as by:
        mark = classing.propose(subject, TODAY).mark
        classing.sign(subject_key=subject.key, signature=Signature(code, mark, reason), by=by)


def drawn(subject: Subject) -> drawing.Drawn:
    with acting("city"):
        return drawing.frame([subject], TODAY)[subject.pk]


def test_each_class_says_what_follows_why_by_which_article_and_how_sure() -> None:
    found = supervision.consequences(TODAY)
    assert [one.code for one in found] == ["I", "II", "III", "IV"]
    weights = [one.weight for one in found]
    assert weights == sorted(weights) and found[-1].key_object and found[-1].guidance
    assert all(one.why.zh and one.why.en and one.cite.zh and one.confidence for one in found)


def test_without_a_signature_everybody_is_drawn_as_ordinary() -> None:
    found = drawn(an_agency())
    assert (found.code, found.signed, found.again, found.weight) == ("II", False, False, 2)


@pytest.mark.parametrize(("grade", "proposed"), [("D", "四类"), ("A", "一类")])
def test_what_the_table_proposes_changes_no_weight_before_an_officer_signs_it(
    grade: str, proposed: str
) -> None:
    subject = an_agency()
    take_in("official_grades", "编号,信用等级,评价日期", f"{subject.number},{grade},2026-07-01")
    found = drawn(subject)
    assert (found.code, found.signed, found.weight, found.key_object) == ("II", False, 2, False)
    assert proposed in found.reasons[-1].zh and "尚未签署，不用于抽取" in found.reasons[-1].zh


def test_a_signed_class_stays_in_the_draw_until_the_new_one_is_signed() -> None:
    subject = an_agency()
    sign(subject, "II")
    take_in("official_grades", "编号,信用等级,评价日期", f"{subject.number},D,2026-07-01")
    found = drawn(subject)
    assert (found.code, found.weight, found.again) == ("II", 2, True)
    sign(subject, "IV")
    assert (drawn(subject).code, drawn(subject).weight, drawn(subject).again) == ("IV", 10, False)


def test_the_signed_class_counts_also_a_lighter_one_signed_with_its_reason() -> None:
    subject = an_agency()
    take_in("official_grades", "编号,信用等级,评价日期", f"{subject.number},C,2026-07-01")
    sign(subject, "II", "已完成整改")
    found = drawn(subject)
    assert (found.code, found.signed, found.again) == ("II", True, False)
    assert [one.zh for one in found.reasons][-1] == "已完成整改"


def test_a_listing_makes_a_key_object_from_its_day_on_and_a_class_by_signature_only() -> None:
    subject = an_agency()
    sign(subject, "II")
    listed(subject)
    found = drawn(subject)
    assert (found.code, found.weight, found.key_object, found.every_months) == ("II", 2, True, None)
    assert found.again and "重点监控" in found.reasons[-1].zh


def test_what_a_draw_knows_of_many_is_what_is_known_of_each_in_few_queries() -> None:
    subjects = [one.subject for one in Agency.objects.select_related("subject").order_by("id")[:40]]
    take_in("official_grades", "编号,信用等级,评价日期", f"{subjects[3].number},D,2026-07-01")
    with acting("city"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = drawing.standings([one.pk for one in subjects], TODAY)
        assert all(found[one.pk] == queries.official_standing(one, TODAY) for one in subjects)
    assert len(asked) <= 5


def test_the_page_of_classes_shows_what_follows_and_the_file_says_why() -> None:
    subject = an_agency()
    take_in("official_grades", "编号,信用等级,评价日期", f"{subject.number},D,2026-07-01")
    sign(subject, "IV")
    page = browser("nankai").get(reverse("classes")).content.decode()
    assert "至少每 12 个月检查一次" in page and "专利代理管理办法第40条" in page and "未经核实" in page
    assert f"{reverse('plans_new')}?subject={subject.key}" in page
    file = browser("nankai").get(reverse("subject", args=[subject.key])).content.decode()
    assert "年度检查比例 100%" in file and "官方信用等级为D" in file and "重点检查对象" in file


def test_another_district_is_not_told_the_class() -> None:
    subject = an_agency(NANKAI)
    sign(subject, "III", "群众反映较多")
    page = browser("xiqing").get(reverse("subject", args=[subject.key])).content.decode()
    assert "群众反映较多" not in page and "年度检查比例 50%" not in page


def test_a_class_whose_grounds_have_changed_is_to_be_signed_again() -> None:
    subject = an_agency()
    sign(subject, "II")
    file = reverse("subject", args=[subject.key])
    assert "应当重新签署" not in browser("nankai").get(file).content.decode()
    listed(subject)
    assert "应当重新签署" in browser("nankai").get(file).content.decode()
