"""The desk's pages of measures: an interview, its corrections, what goes up; a refusal keeps what was typed."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lantian.casework.models import Interview, Onward, Rectification
from lantian.registry.models import Subject
from tests.dispatching import agencies_of, forwarded, line, received, rows_of
from tests.personas import NANKAI, acting, browser
from tests.rooms.test_papers import a_lead

pytestmark = pytest.mark.django_db
PLAN = {
    "kind": "interview", "field": "patent_agency", "ground": "多件申请雷同。", "on": "2026-11-22", "hour": "上午9时",
    "place": "二楼", "who": "负责人", "contact": "022-1",
}  # fmt: skip
SCAN = b"%PDF-1.7 scan"


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = date(2026, 11, 22)  # type: ignore[attr-defined]


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.pdf", SCAN)


def read(client: Client, route: str, key: str) -> bytes:
    return b"".join(client.get(reverse(route, args=[key])).streaming_content)  # type: ignore[attr-defined]


def planned(client: Client, *subjects: str, **more: str) -> Interview:
    answer = client.post(reverse("interviews_new"), {**PLAN, "subjects": "\n".join(subjects), **more})
    assert answer.status_code == 302, answer.content.decode()
    with acting("nankai"):
        return Interview.objects.latest("id")


def act(client: Client, row: Interview, do: str, **more: object) -> int:
    with acting("nankai"):
        row.refresh_from_db()
    fields = {"version": str(row.version), "do": do, **more}
    return client.post(reverse("interview_act", args=[row.key]), fields).status_code


def held(client: Client) -> Interview:
    row = planned(client, "91120104MA00000001 甲公司", "91120104MA00000002 乙公司")
    assert act(client, row, "sign_in", person_1="王某", role_1="经理", reason_2="出差") == 302
    words = {"held_on": "2026-11-22", "officers": "宁书白、顾怀瑾", "record": "统一约谈。", "sheet": scan()}
    assert act(client, row, "hold", **words) == 302
    return row


def test_a_row_of_a_letter_leads_to_its_measures_and_shows_them() -> None:
    agency = agencies_of(NANKAI)[0].subject
    letter = received([line(1, agency.name)])
    forwarded(letter, NANKAI)
    (row,) = rows_of(letter, NANKAI)
    client, page = browser("nankai"), reverse("row", args=[row.key])
    shown = client.get(page).content.decode()
    for route in ("interviews_new", "rectifications_new", "onwards_new", "alerts_new"):
        assert f"{reverse(route)}?row={row.key}" in shown
    form = client.get(reverse("interviews_new"), {"row": row.key}).content.decode()
    assert agency.name in form and page in form and f'name="row" value="{row.key}"' in form
    talk = planned(client, f"{agency.number} {agency.name}", row=row.key)
    assert (talk.origin_kind, talk.origin_key) == ("dispatch", row.key)
    assert talk.number in client.get(page).content.decode()
    assert page in client.get(reverse("interview", args=[talk.key])).content.decode()
    other = browser("xiqing").get(reverse("interviews_new"), {"row": row.key}).content.decode()
    assert agency.name not in other


def test_a_lead_leads_to_an_interview_and_stands_in_the_file_of_its_subject() -> None:
    lead, officer = a_lead(), browser("nankai")
    page = officer.get(reverse("lead", args=[lead.key])).content.decode()
    start = f"{reverse('interviews_new')}?lead={lead.key}"
    assert start in page and "有权的是：市局。" in page  # the warning talk is the city's
    form = officer.get(start).content.decode()
    assert lead.subject_no in form and lead.number in form
    row = planned(officer, lead.subject_no, lead=lead.key)
    assert row.number in officer.get(reverse("lead", args=[lead.key])).content.decode()
    key = Subject.objects.filter(agency__agency_code=lead.subject_no).first() or Subject.objects.get(
        number=lead.subject_no
    )
    with acting("nankai"):
        assert row.participants.get().subject_no == key.number
    assert row.number in officer.get(reverse("subject", args=[key.key])).content.decode()


def test_a_collective_interview_from_the_sheet_to_the_commitment() -> None:
    officer = browser("nankai")
    row = held(officer)
    page = officer.get(reverse("interview", args=[row.key])).content.decode()
    assert "王某（经理）" in page and "出差" in page and "集中约谈" in page and "1 家没有交承诺书" in page
    assert act(officer, row, "commitment", place="1", received_on="2026-11-22", file=scan()) == 302
    file = officer.get(reverse("interview_file", args=[row.key]), {"commitment": "1"})
    assert b"".join(file.streaming_content) == SCAN  # type: ignore[attr-defined]
    assert file.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert officer.get(reverse("interview_file", args=[row.key]), {"commitment": "2"}).status_code == 404
    assert act(officer, row, "correct", places=["1", "2"], what="清查在办案件。") == 302
    lists = officer.get(reverse("rectifications")).content.decode()
    assert lists.count("清查在办案件。") == 2 and "15" in lists
    assert act(officer, row, "close") == 422


def test_one_notice_names_everybody_called_and_what_the_record_says() -> None:
    officer = browser("nankai")
    row = held(officer)
    address = reverse("interview_paper", args=[row.key])
    page = officer.get(address).content.decode()
    assert "kind=talk_notice" in page and "kind=sign_in_sheet" in page and "kind=forward_letter" not in page
    draft = {"kind": "talk_notice", "field": "patent_agency", "do": "save"}
    assert (
        browser("city").post(address, draft).status_code == 403
    )  # it sees the talk; the office that takes it writes
    answer = officer.post(address, draft)
    assert answer.status_code == 302
    shown = officer.get(answer.headers["Location"]).content.decode()
    assert "甲公司、乙公司" in shown and "集中约谈" in shown and "2026年11月22日" in shown
    assert answer.headers["Location"] in officer.get(reverse("interview", args=[row.key])).content.decode()
    record = officer.post(address, {**draft, "kind": "talk_record", "do": "preview"}).content.decode()
    assert "乙公司：未到，出差" in record and "王某（经理）" in record
    other = officer.post(address, {**draft, "kind": "supervision_opinion"}).content.decode()
    assert "kind=supervision_opinion" not in other  # the choice again: this record has no such paper


def test_a_refusal_keeps_the_record_that_was_typed() -> None:
    officer = browser("nankai")
    row = planned(officer, "91120104MA00000001 甲公司")
    assert act(officer, row, "sign_in", person_1="王某") == 302
    with acting("nankai"):
        row.refresh_from_db()
    typed = {
        "version": row.version,
        "do": "hold",
        "held_on": "2026-11-22",
        "officers": "宁书白",
        "record": "长记录。",
    }
    answer = officer.post(reverse("interview_act", args=[row.key]), typed)
    assert answer.status_code == 422
    assert "不少于两人" in answer.content.decode() and "长记录。" in answer.content.decode()


def test_a_name_that_nobody_knows_is_told_by_its_line() -> None:
    officer = browser("nankai")
    answer = officer.post(reverse("interviews_new"), {**PLAN, "subjects": "某某公司"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "登记库中没有：某某公司" in page and "多件申请雷同。" in page


def test_a_correction_is_checked_and_its_proof_opened() -> None:
    officer = browser("nankai")
    form = {
        "root": "supervision_opinion", "field": "trademark_agency", "subjects": "91120104MA00000001 甲公司",
        "what": "建立制度。",
    }  # fmt: skip
    assert (
        officer.post(reverse("rectifications_new"), {**form, "root": "order_correction"}).status_code == 422
    )
    assert officer.post(reverse("rectifications_new"), form).status_code == 302
    with acting("nankai"):
        row = Rectification.objects.get()
    assert row.number in officer.get("/").content.decode()
    check = {
        "version": "1",
        "result": "done",
        "on": "2026-11-22",
        "officers": "宁书白",
        "note": "已查",
        "file": scan(),
    }
    assert (
        officer.post(reverse("rectification_check", args=[row.key]), {**check, "result": ""}).status_code
        == 422
    )
    check["file"] = scan()
    assert officer.post(reverse("rectification_check", args=[row.key]), check).status_code == 302
    assert read(officer, "rectification_file", row.key) == SCAN
    late = officer.post(reverse("rectification_check", args=[row.key]), {**check, "file": scan()})
    assert late.status_code == 409 and "请查看最新情况后再操作" in late.content.decode()


def test_a_transfer_shows_its_papers_before_it_is_prepared() -> None:
    officer = browser("nankai")
    address = reverse("onwards_new")
    page = officer.get(address, {"way": "out", "receiver": "police"}).content.decode()
    assert "涉嫌犯罪案件移送书" in page and "决定的负责人" in page
    fields = {
        "way": "up",
        "receiver": "city",
        "field": "trademark_agency",
        "subjects": "91120104MA00000001 甲公司",
        "matter": "报告",
    }
    assert officer.post(address, fields).status_code == 422
    assert officer.post(address, {**fields, "enclosed": ["情况报告"]}).status_code == 302
    with acting("nankai"):
        row = Onward.objects.get()
    step = {"version": "1", "act": "send", "on": "2026-11-22", "file": scan()}
    assert officer.post(reverse("onward_advance", args=[row.key]), step).status_code == 302
    city = browser("city")
    assert row.number in city.get(reverse("onwards")).content.decode()
    assert (
        city.post(
            reverse("onward_advance", args=[row.key]),
            {**step, "version": "2", "act": "receive", "file": scan()},
        ).status_code
        == 302
    )
    assert read(officer, "onward_file", row.key) == SCAN


@pytest.mark.parametrize(
    "route",
    ["interviews", "rectifications", "onwards", "interviews_new", "rectifications_new", "onwards_new"],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_open_in_both_languages(route: str, language: str) -> None:
    client = browser("nankai")
    client.cookies["django_language"] = language
    assert client.get(reverse(route)).status_code == 200
