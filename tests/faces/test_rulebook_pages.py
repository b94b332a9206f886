"""Rule books on screen: browser, comparison, upload with preview, rehearsal, approval, completeness, download."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lantian.core import shelf
from lantian.core.rulebook import shipped
from lantian.office.models import Job, RulebookEdition
from lantian.standing import reckoning
from tests.personas import NANKAI, acting, browser, run_job
from tests.rooms.test_standing import an_agency, record
from tests.uploading import REASON, TODAY, load, official, put_in_use, text_of

pytestmark = pytest.mark.django_db
UNVERIFIED = "未经核实的暂定内容"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def page(login: str, route: str, *args: str, **query: str) -> str:
    answer = browser(login).get(reverse(route, args=args), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def upload(content: bytes, login: str = "city", **more: str) -> object:
    form = {"valid_from": str(TODAY), "reason": REASON} | more
    file = SimpleUploadedFile("附件1.toml", content)
    return browser(login).post(reverse("edition_new"), form | {"file": file})


def test_an_edition_is_uploaded_looked_at_rehearsed_and_approved_by_another() -> None:
    record(an_agency(NANKAI))
    answer = upload(official(20).encode())
    edition = RulebookEdition.objects.get()
    address = reverse("edition", args=[edition.key])
    assert (answer.status_code, answer["Location"]) == (302, address)  # type: ignore[attr-defined]
    shown = page("city", "edition", edition.key)
    assert "草案，待核准" in shown and "须由另一人核准" in shown and "改动已生效的内容" in shown
    assert REASON in shown and "<code>points</code>" in shown
    city, marks = browser("city"), browser("marks")
    decide = reverse("edition_decide", args=[edition.key])
    assert "不能核准自己录入" in city.post(decide, {"do": "approve"}, follow=True).content.decode()
    assert city.post(reverse("edition_rehearse", args=[edition.key])).status_code == 302
    assert "停止" in page("city", "edition", edition.key)
    with acting("city"):
        job = Job.objects.get(name="rehearse")
    run_job(job)
    shown = page("city", "edition", edition.key)
    assert "试算 1 个对象，1 个变动" in shown and "60.00 C → 80.00 B" in shown
    assert "-40.00 → -20.00" in shown and shown.count('class="chart"') == 3
    assert "试算 1 个对象" not in page("nankai", "edition", edition.key)
    assert "已核准，自2026-11-22起启用" in marks.post(decide, {"do": "approve"}, follow=True).content.decode()
    assert "现行版本" in page("nankai", "edition", edition.key)
    assert "annex-1" in page("nankai", "rulebooks")


def test_the_mark_of_unverified_values_goes_with_the_official_annex_and_stays_with_what_was_reckoned() -> (
    None
):
    subject = an_agency()
    record(subject)
    with acting("city") as by:
        old = reckoning.reckon_subject(subject_key=subject.key, by=by).book_digest
    assert UNVERIFIED in page("city", "rulebook", book="credit_agency")
    assert UNVERIFIED in page("city", "credit", subject.key)
    assert "含未经核实的分值" in page("city", "standing")
    put_in_use(official())
    assert UNVERIFIED not in page("city", "rulebook", book="credit_agency")
    with acting("city") as by:
        assert reckoning.reckon_subject(subject_key=subject.key, by=by).confidence == "text"
    assert "含未经核实的分值" not in page("city", "standing")
    assert UNVERIFIED in page("city", "rulebook", book="credit_agency", text=old)
    assert "全部核对过原文" in page("city", "rulebooks")


def test_a_comparison_says_how_sure_both_sides_are() -> None:
    edition = load(official())
    shown = page("nankai", "rulebook_compare", book="credit_agency", after=edition.text_id)
    assert "AG-IRR-03" in shown and UNVERIFIED in shown and "已核对原文" in shown
    assert browser("nankai").get(reverse("rulebook_compare"), {"after": "0" * 64}).status_code == 404


@pytest.mark.parametrize("book", shelf.READERS)
def test_every_book_is_read_and_downloaded_to_the_byte(book: str) -> None:
    assert "出处" in page("nankai", "rulebook", book=book)
    answer = browser("nankai").get(reverse("rulebook_file"), {"book": book})
    assert b"".join(answer.streaming_content) == shipped(f"{book}.toml").encode()  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_rule_is_found_by_its_words() -> None:
    shown = page("nankai", "rulebook", book="credit_agency", q="重大国际不良影响")
    assert "AG-IRR-03" in shown and "AG-IRR-04" not in shown
    assert "没有符合的规则" in page("nankai", "rulebook", book="credit_agency", q="没有这样的字")
    assert browser("nankai").get(reverse("rulebook"), {"book": "tax"}).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (text_of("lists").replace("[book]", "[book]\nnote = 1", 1).encode(), "附件1.toml，第"),
        (b"PK\x03\x04rest", "是电子表格或者压缩文件"),
        (b"#" * 3_000_000, "超过1 MB"),
        (text_of("lists").encode("gb18030"), "不是UTF-8编码"),
    ],
)
def test_a_bad_file_is_refused_and_what_was_typed_stays(content: bytes, told: str) -> None:
    answer = upload(content)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    shown = answer.content.decode()  # type: ignore[attr-defined]
    assert told in shown and REASON in shown and not RulebookEdition.objects.exists()


def test_an_upload_without_file_or_day_or_by_a_district_is_refused() -> None:
    empty = browser("city").post(reverse("edition_new"), {"valid_from": "2026-11-22", "reason": "x"})
    assert empty.status_code == 422 and "请选择文件" in empty.content.decode()
    undated = upload(official().encode(), valid_from="morgen")
    assert "请填写启用日期" in undated.content.decode()  # type: ignore[attr-defined]
    district = upload(official().encode(), login="leader")
    assert "只有市局" in district.content.decode()  # type: ignore[attr-defined]
    assert 'type="file"' not in page("leader", "edition_new") and not RulebookEdition.objects.exists()


def test_a_draft_whose_base_has_changed_says_so() -> None:
    stale = load(official())
    put_in_use(official(35, "annex-2"))
    shown = page("marks", "edition", stale.key)
    assert "现行版本已经变了" in shown and 'value="approve"' not in shown
    coming = load(official(36, "annex-3"), since=TODAY + timedelta(days=30))
    answer = browser("marks").post(reverse("edition_decide", args=[coming.key]), {"do": "approve"})
    assert answer.status_code == 302
    assert "已核准，到期启用" in page("marks", "edition", coming.key)
    assert str(date(2026, 12, 22)) in page("marks", "rulebooks")


def test_completeness_names_articles_with_and_without_a_rule() -> None:
    shown = page("nankai", "completeness")
    assert "专利代理条例" in shown and "没有规则的条文" in shown and "没有写明条文的规则" in shown


@pytest.mark.parametrize(
    "route", ["rulebooks", "rulebook", "rulebook_compare", "completeness", "edition_new"]
)
def test_the_pages_open_in_english(route: str) -> None:
    client = browser("city")
    client.cookies["django_language"] = "en"
    assert client.get(reverse(route)).status_code == 200
