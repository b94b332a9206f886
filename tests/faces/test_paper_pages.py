"""The desk from a lead to an issued paper: draft, preview, approve, issue, download; mandates and templates."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from lantian.casework.models import Lead
from lantian.office.models import AuditEvent, Job, MandateBook, Paper, PaperTemplate
from lantian.office.papers import setting
from lantian.office.papers.template import shipped_text
from tests.personas import acting, browser, run_job
from tests.rooms.test_papers import MANDATE, TYPED, a_lead

pytestmark = pytest.mark.django_db
FREE = "另请携带公章。"


def form(kind: str = "interview_notice", field: str = "patent_agency", **more: str) -> dict[str, str]:
    return {"kind": kind, "field": field, **{f"f_{name}": value for name, value in TYPED.items()}, **more}


def drafted(lead: Lead, client: Client, **more: str) -> Paper:
    answer = client.post(reverse("lead_paper", args=[lead.key]), form(do="save", **more))
    assert answer.status_code == 302
    with acting("nankai"):
        return Paper.objects.get(about_key=lead.key)


def test_a_lead_becomes_a_paper_by_two_people() -> None:
    lead, officer, leader = a_lead(), browser("nankai"), browser("leader")
    assert (
        reverse("lead_paper", args=[lead.key])
        in officer.get(reverse("lead", args=[lead.key])).content.decode()
    )
    paper = drafted(lead, officer, free=FREE)
    address = reverse("paper", args=[paper.key])
    assert officer.post(reverse("paper_approve", args=[paper.key]), {"version": "1"}).status_code == 403
    assert "核准" in leader.get(address).content.decode()
    assert leader.post(reverse("paper_approve", args=[paper.key]), {"version": "1"}).status_code == 302
    assert officer.post(reverse("paper_issue", args=[paper.key]), {"version": "2"}).status_code == 302
    assert "正在生成" in officer.get(address).content.decode()
    with acting("nankai"):
        job = Job.objects.get(mandate=f"paper:{paper.key}")
    run_job(job, "nankai")
    file = officer.get(reverse("paper_file", args=[paper.key]), {"as": "pdf"})
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(b"".join(file.streaming_content))).pages
    )  # type: ignore[attr-defined]
    assert "津南开知约〔2026〕1号" in text.replace("\n", "") and FREE in text
    docx = officer.get(reverse("paper_file", args=[paper.key]), {"as": "docx"})
    assert docx.headers["Content-Type"].endswith("wordprocessingml.document")
    assert b"".join(docx.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    assert AuditEvent.objects.filter(kind="paper_read", about_key=paper.key).exists()


def test_files_that_could_not_be_made_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lead, officer, leader = a_lead(), browser("nankai"), browser("leader")
    paper = drafted(lead, officer)
    leader.post(reverse("paper_approve", args=[paper.key]), {"version": "1"})
    officer.post(reverse("paper_issue", args=[paper.key]), {"version": "2"})

    def broken(letter: object) -> bytes:
        raise OSError("no fonts")

    with monkeypatch.context() as patch:
        patch.setattr(setting, "set_pdf", broken)
        with acting("nankai"):
            job = Job.objects.get(mandate=f"paper:{paper.key}")
        run_job(job, "nankai")
    assert "重新生成" in officer.get(reverse("paper", args=[paper.key])).content.decode()
    for expected in (302, 422):  # the second time the first one is still at work
        assert officer.post(reverse("paper_issue", args=[paper.key]), {"again": "1"}).status_code == expected
    with acting("nankai"):
        again = Job.objects.filter(mandate=f"paper:{paper.key}").latest("id")
        assert Paper.objects.get(pk=paper.pk).number == "津南开知约〔2026〕1号"
    run_job(again, "nankai")
    assert b"".join(officer.get(reverse("paper_file", args=[paper.key])).streaming_content).startswith(
        b"%PDF"
    )  # type: ignore[attr-defined]


def test_the_preview_shows_where_every_stretch_comes_from_and_stores_nothing() -> None:
    lead = a_lead()
    page = (
        browser("nankai")
        .post(reverse("lead_paper", args=[lead.key]), form(do="preview", free=FREE))
        .content.decode()
    )
    assert f'<span class="from-free" title="另加的语句，不来自记录">{FREE}</span>' in page
    assert re.search(rf'<span class="from-record">{lead.subject_name}', page)
    assert "《专利代理管理办法》第四十八条" in page
    assert "1 段语句不来自任何记录" in page
    with acting("nankai"):
        assert not Paper.objects.exists()


def test_a_missing_field_is_named_and_what_was_typed_stays() -> None:
    answer = browser("nankai").post(reverse("lead_paper", args=[a_lead().key]), form(do="save", f_place=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写：约谈地点。" in page and TYPED["who"] in page and 'aria-invalid="true"' in page


def test_the_choice_of_papers_says_why_one_cannot_be_made() -> None:
    lead = a_lead()
    page = (
        browser("nankai")
        .get(reverse("lead_paper", args=[lead.key]), {"field": "patent_agency"})
        .content.decode()
    )
    assert "kind=interview_notice" in page and "kind=correction_order" not in page
    assert "有权的是：市局。" in page
    allowed = (
        browser("nankai")
        .get(reverse("lead_paper", args=[lead.key]), {"field": "trademark_agency"})
        .content.decode()
    )
    assert "kind=correction_order" in allowed


def test_a_form_for_a_paper_without_a_row_is_refused() -> None:
    answer = browser("nankai").post(
        reverse("lead_paper", args=[a_lead().key]), form("correction_order", do="save")
    )
    assert answer.status_code == 422 and "有权的是：市局。" in answer.content.decode()
    with acting("nankai"):
        assert not Paper.objects.exists()


def test_a_small_office_records_its_approval_with_a_scan() -> None:
    paper = drafted(a_lead(), browser("nankai"))
    fields = {"version": "1", "how": "paper", "approver": "局长", "on": "2026-11-21"}
    send = browser("nankai").post
    address = reverse("paper_record", args=[paper.key])
    assert send(address, fields).status_code == 422
    wrong = SimpleUploadedFile("a.png", b"GIF89a")
    assert send(address, {**fields, "scan": wrong}).status_code == 422
    scan = SimpleUploadedFile("a.png", b"\x89PNG\r\n")
    assert send(address, {**fields, "scan": scan}).status_code == 302
    page = browser("nankai").get(reverse("paper", args=[paper.key])).content.decode()
    assert "纸质核准" in page and "局长" in page and "核准页扫描件" in page


def test_a_draft_is_nobody_elses() -> None:
    paper = drafted(a_lead(), browser("nankai"))
    for login in ("city", "xiqing"):
        for route in ("paper", "paper_file"):
            assert browser(login).get(reverse(route, args=[paper.key])).status_code == 404


def test_a_mandate_is_looked_at_loaded_and_approved_by_another() -> None:
    officer, address = browser("nankai"), reverse("mandates")
    upload = SimpleUploadedFile("m.toml", MANDATE.encode())
    assert "示例决定" in officer.post(address, {"do": "preview", "file": upload}).content.decode()
    assert not MandateBook.objects.exists()
    assert officer.post(address, {"do": "save", "name": "m.toml", "text": MANDATE}).status_code == 302
    book = MandateBook.objects.get()
    own = officer.post(address, {"do": "approve", "book": book.key})
    assert own.status_code == 422 and "由另一人核准" in own.content.decode()
    assert browser("leader").post(address, {"do": "approve", "book": book.key}).status_code == 302
    broken = officer.post(
        address, {"do": "preview", "name": "m.toml", "text": MANDATE.replace("penalise", "punish")}
    )
    assert broken.status_code == 422 and "m.toml，第" in broken.content.decode()


def test_a_template_is_looked_at_before_it_is_replaced() -> None:
    officer, address = browser("nankai"), reverse("paper_templates")
    text = shipped_text("interview_notice").replace("约谈不是行政处罚。", "")
    assert (
        "〔约谈地点〕"
        in officer.post(address, {"do": "preview", "name": "y.toml", "text": text}).content.decode()
    )
    assert not PaperTemplate.objects.exists()
    broken = officer.post(
        address, {"do": "save", "name": "y.toml", "text": text.replace("{place}", "{platz}")}
    )
    assert broken.status_code == 422 and "y.toml，rule.interview_notice[1].body[3]" in broken.content.decode()
    assert officer.post(address, {"do": "save", "name": "y.toml", "text": text}).status_code == 302
    assert "本单位第 1 版" in officer.get(address).content.decode()


@pytest.mark.parametrize("route", ["papers", "mandates", "paper_templates"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_open_in_both_languages(route: str, language: str) -> None:
    client = browser("leader")
    client.cookies["django_language"] = language
    assert client.get(reverse(route)).status_code == 200
