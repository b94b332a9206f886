"""Captures in the house: kept once, read and compared, never changed; evidence is taken again by two officers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED, ZipFile

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from lantian.core.competence import Field
from lantian.core.messages import NotAllowed, Refused
from lantian.filings.captures import actions, archives, jobs, lexicons, papers, queries
from lantian.filings.captures.actions import CaptureRefused, Retaken, Saved, Words
from lantian.filings.captures.comparing import compared
from lantian.filings.captures.kinds import MOST_BYTES, Kind, UploadRefused, kind_of
from lantian.filings.captures.models import Capture, CapturePart, CaptureReading, CaptureRecord, Lexicon
from lantian.filings.captures.policy import Policy
from lantian.office import clock, files, search
from lantian.office import jobs as office_jobs
from lantian.office.models import AuditEvent, Job, Paper, SearchEntry, StoredFile
from lantian.office.papers import actions as drafting
from lantian.office.papers.approving import approve
from lantian.office.papers.queries import last_job
from lantian.office.permissions import Permission
from lantian.registry.models import Agency
from lantian.screening import actions as screening
from lantian.screening.models import Finding
from tests.conftest import Database
from tests.personas import acting, browser, run_job
from tests.webhost import TOUT, Answer, Host, page, png, serving
from tests.working import kill, until, waits_for_a_lock, worker

in_rollback = pytest.mark.django_db
TOUTS = "<title>办专利</title><p>专利包授权，不授权全额退款，微信联系 zhuanli2026，电话 13800138000</p>"


JPEG = b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x02\x00\x02\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00xx\xff\xd9"


def saved(**other: Any) -> Saved:
    told = Saved("https://page.example/", "website", clock.now() - timedelta(hours=1), "浏览器另存为")
    return replace(told, **other)


def kept(login: str = "nankai", html: str = TOUTS, **other: Any) -> Capture:
    with acting(login) as by:
        return actions.upload(saved(**other), ("页面.html", html.encode()), None, by=by)


def retaken(**other: Any) -> Retaken:
    told = Retaken(
        clock.now(), "区局电子取证室", ("甲一", "乙二"), ("津001", "津002"), "专用电脑，已与国家授时中心核对时间",
        "打开网页，另存，计算校验值", "same", "ab" * 32,
    )  # fmt: skip
    return replace(told, **other)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TOUTS.encode(), Kind.HTML),
        (TOUTS.encode("utf-16"), Kind.HTML),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n", Kind.MHTML),
        (png(), Kind.PNG),
        (JPEG, Kind.JPEG),
        (b"%PDF-1.7 ... %%EOF\n", Kind.PDF),
    ],
)
def test_a_file_is_what_its_content_is(body: bytes, kind: Kind) -> None:
    assert kind_of(body) is kind


@pytest.mark.parametrize(
    "body",
    [
        b"", b"just words", b"PK\x03\x04 a workbook", b"\0\1\2\3", b"<" * 100, b"x" * (MOST_BYTES + 1), png()[:-5],
        png().replace(b"IDAT", b"IDAX"), png(60_000, 60_000), JPEG[:-2], JPEG[:8], b"%PDF-1.7 cut", b"GIF89a",
        b"\0\0\0\x18ftypheic", b"RIFF\0\0\0\0WEBP",
    ],
)  # fmt: skip
def test_a_broken_or_foreign_file_is_refused(body: bytes) -> None:
    with pytest.raises(UploadRefused):
        kind_of(body)


@in_rollback
def test_a_saved_page_is_sealed_read_and_compared() -> None:
    capture = kept()
    with acting("nankai"):
        part, reading = queries.part(capture, "body"), queries.reading(capture)
        assert part and part.file.sealed and part.file.sha256 == capture.sha256
        assert queries.content(part) == TOUTS.encode()
        assert TOUTS.encode() not in files.path_of(part.file).read_bytes()
        assert reading and (reading.title, reading.phone, reading.post) == ("办专利", "13800138000", None)
        found = compared(capture, reading)
        assert [one["detector"] for one in found.says] == ["W02"] and found.agency is None
        assert {reading.text[place.begin : place.end] for place in found.places} >= {"包授权"}
    assert AuditEvent.objects.filter(kind="capture_kept", about_key=capture.key).count() == 1


@in_rollback
def test_a_licensed_agency_may_offer_its_services() -> None:
    agency = (
        Agency.objects.exclude(agency_code=None)
        .filter(status="active")
        .select_related("subject")
        .earliest("id")
    )
    capture = kept(html=f"<p>代理发明专利申请，价格优惠，电话咨询</p><footer>{agency.subject.name}</footer>")
    with acting("nankai"):
        reading = queries.reading(capture)
        assert reading
        with transaction.atomic():
            found = compared(capture, replace_reading(reading, advertiser_id=agency.subject_id))
        assert found.agency and found.agency["credit_code"] == agency.subject_id and not found.says


@in_rollback
def test_who_was_licensed_once_is_said_to_have_been_and_until_when() -> None:
    """History counts: a page kept while its agency was in practice is told so."""
    agency = Agency.objects.exclude(agency_code=None).filter(status="active").earliest("id")
    Agency.objects.filter(pk=agency.pk).update(status="revoked", status_date=clock.today())
    capture = kept(captured_at=clock.now() - timedelta(days=30))
    with acting("nankai") as by:
        actions.read(capture.key, Words("办专利", TOUTS, advertiser_id=agency.subject_id), seen=1, by=by)
    page = browser("nankai").get(reverse("capture", args=[capture.key])).content.decode()
    assert "曾持证，现状态：吊销" in page and "存证时仍在执业" in page


def replace_reading(reading: CaptureReading, **values: str) -> CaptureReading:
    for name, value in values.items():
        setattr(reading, name, value)
    return reading


@in_rollback
def test_a_picture_says_nothing_until_an_officer_types_it() -> None:
    with acting("nankai") as by:
        told = saved(platform="messages", url="", how="手机截屏")
        capture = actions.upload(told, ("截屏.png", png()), None, by=by)
        assert capture.way == "picture" and queries.reading(capture) is None
        assert queries.captures_frame().filter(capture_id=capture.key).is_empty()
        actions.read(capture.key, Words(text="专利包授权，不授权全额退款"), seen=0, by=by)
        reading = queries.reading(capture)
        assert reading and reading.post_id == by.post_id and reading.number == 1
        assert queries.captures_frame().filter(capture_id=capture.key)["text"].to_list() == [reading.text]
        with pytest.raises(CaptureRefused):
            actions.read(capture.key, Words(text="别的"), seen=0, by=by)


@in_rollback
@pytest.mark.parametrize(
    "other",
    [
        {"platform": "nothing"}, {"how": " "}, {"url": ""}, {"url": "page.example"}, {"url": "javascript:alert(1)"},
        {"captured_at": datetime(2027, 1, 1, tzinfo=clock.CHINA)},
    ],
)  # fmt: skip
def test_what_is_missing_or_cannot_be_is_said(other: dict[str, Any]) -> None:
    before = StoredFile.objects.count()
    with pytest.raises(CaptureRefused):
        kept(**other)
    assert StoredFile.objects.count() == before


@in_rollback
def test_a_refused_upload_leaves_no_file() -> None:
    with acting("nankai") as by:
        with pytest.raises(UploadRefused):
            actions.upload(saved(), ("页面.html", TOUTS.encode()), ("图.png", b"not a picture at all"), by=by)
        assert not StoredFile.objects.filter(name="页面.html").exists()


@in_rollback
@pytest.mark.parametrize("doing", ["upload", "record"])
def test_what_ends_in_the_middle_leaves_nothing(doing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event is written last: without it there is neither row nor job nor file, on disk or in the books."""
    capture = kept()

    def count() -> list[int]:
        return [
            one.objects.count() for one in (Capture, CapturePart, CaptureRecord, StoredFile, Job, SearchEntry)
        ]

    with acting("nankai") as by:
        before, body = count(), b"<p>cut off in the middle of " + doing.encode()
        monkeypatch.setattr(actions, "_note", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            if doing == "upload":
                actions.upload(saved(), ("另页.html", body), None, by=by)
            else:
                actions.record_evidence(capture.key, retaken(file=("另存.html", body)), seen=0, by=by)
        assert count() == before
    with pytest.raises(files.FileGone):
        files.path_of(StoredFile(sha256=sha256(body).hexdigest(), sealed=True))


@in_rollback
def test_another_office_sees_nothing_and_the_city_may_look_but_not_act() -> None:
    capture = kept("nankai")
    with acting("xiqing"):
        assert queries.find(capture.key) is None and not queries.captures_frame().height
        assert not CapturePart.objects.exists() and not CaptureReading.objects.exists()
    with acting("city") as by:
        assert queries.find(capture.key)
        with pytest.raises(CaptureRefused):
            actions.read(capture.key, Words(text="改写"), seen=1, by=by)
    with acting("auditor") as by, pytest.raises(NotAllowed):
        actions.upload(saved(), ("a.html", TOUTS.encode()), None, by=by)


def zipped(method: int = ZIP_STORED, /, **files: bytes) -> bytes:
    """A ZIP of files by name (`_html` in a name stands for `.html`)."""
    packed = BytesIO()
    with ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_html", ".html").replace("__", "/"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        zipped(a=b"no page"), zipped(a_html=b"<p>1", b_html=b"<p>2"), zipped(a_html=b"<p>1")[:-30],
        zipped(a_html=b"<p>1").replace(b"<p>1", b"<p>2"), zipped(**{f"f{n}": b"" for n in range(2_001)}),
        zipped(ZIP_BZIP2, a_html=b"<p>1"), zipped(ZIP_LZMA, a_html=b"<p>1"),
    ],
    ids=["no page", "two pages", "cut short", "changed", "too many files", "BZIP2", "LZMA"],
)  # fmt: skip
def test_an_archive_that_is_no_saved_page_is_refused(body: bytes) -> None:
    with pytest.raises(UploadRefused):
        kind_of(body)


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1_000)
    assert kind_of(zipped(a_html=b"<p>" + b"x" * 900)) is Kind.ZIP
    with pytest.raises(UploadRefused):
        kind_of(zipped(a_html=b"<p>1", b=b"x" * 1_200))


@in_rollback
def test_a_saved_page_with_its_folder_is_read_from_its_archive() -> None:
    body = zipped(a_html=TOUTS.encode(), a_files__inner_html=b"<p>frame", a_files__s=b"s")
    with acting("nankai") as by:
        capture = actions.upload(saved(), ("页面.zip", body), None, by=by)
        reading, part = queries.reading(capture), queries.part(capture, "body")
        assert reading and (reading.title, reading.phone) == ("办专利", "13800138000")
        assert part and queries.content(part) == body, "the archive is kept as it came"


@in_rollback
def test_a_saved_page_is_drawn_by_a_job_and_the_picture_is_said_to_be_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = list[str]()

    def painted(page: archives.Saved) -> bytes:
        drawn.append(page.main.decode())
        return png(1288, 10)

    monkeypatch.setattr(jobs, "painted", painted)
    capture = kept()
    address = reverse("capture", args=[capture.key])
    assert "正在绘制" in browser("nankai").get(address).content.decode()
    with acting("nankai"):
        job = queries.drawing_job(capture)
    assert job is not None
    run_job(job, "nankai")
    run_job(job, "nankai")
    assert drawn == [TOUTS]
    page = browser("nankai").get(address).content.decode()
    assert "不是原始截图" in page and f"{address}picture?part=drawing" in page
    picture = browser("nankai").get(f"{address}picture", {"part": "drawing"})
    assert picture.content == png(1288, 10) and picture["Content-Type"] == "image/png"
    with acting("nankai"):
        assert capture.sha256 != queries.part(capture, "drawing").file.sha256  # type: ignore[union-attr]
    assert AuditEvent.objects.filter(kind="capture_drawn", about_key=capture.key).count() == 1


@in_rollback
def test_a_saved_page_without_a_picture_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lantian.filings.captures.picture.browser", lambda: None)
    capture = kept()
    with acting("nankai") as by:
        job = queries.drawing_job(capture)
        document = actions.upload(saved(), ("页面.pdf", b"%PDF-1.7 ... %%EOF\n"), None, by=by)
        assert queries.drawing_job(document) is None
    run_job(job, "nankai")
    for one, words in ((capture, "服务器没有浏览器"), (document, "PDF 不绘制")):
        assert words in browser("nankai").get(reverse("capture", args=[one.key])).content.decode()


@in_rollback
@pytest.mark.parametrize("part", ["body", "headers", "robots", "nothing", "drawing"])
def test_only_pictures_are_shown_as_pictures(part: str) -> None:
    address = reverse("capture_picture", args=[kept().key])
    assert browser("nankai").get(address, {"part": part}).status_code == 404


@in_rollback
def test_a_capture_is_found_by_title_advertiser_host_and_telephone_by_whom_it_concerns() -> None:
    capture = kept("nankai", html=f"{TOUTS}<footer>津门快办有限公司</footer>")
    for typed in ("办专利", "津门快办", "page.example", "138 0013 8000", capture.sha256):
        with acting("nankai"):
            assert search.protected(search.ask(typed), "capture").keys == (capture.key,), typed
        with acting("xiqing"):
            assert not search.protected(search.ask(typed), "capture").keys, "it is another office's"
    with acting("nankai") as by:
        actions.read(capture.key, Words("另一个标题", "照录的文字", "津门慢办有限公司"), seen=1, by=by)
        assert search.protected(search.ask("津门慢办"), "capture").keys == (capture.key,)
        assert not search.protected(search.ask("津门快办"), "capture").keys, "what was corrected counts"
    page = browser("nankai").get(reverse("search"), {"q": "另一个标题"}).content.decode()
    assert reverse("capture", args=[capture.key]) in page


@in_rollback
@pytest.mark.parametrize("column", ["url", "sha256", "captured_at", "how"])
def test_a_capture_is_never_changed(column: str) -> None:
    capture = kept()
    value = clock.now() if column == "captured_at" else "0" * 64
    with acting("nankai"), pytest.raises(DatabaseError), transaction.atomic():
        Capture.objects.filter(pk=capture.pk).update(**{column: value})
    for model in (CapturePart, CaptureReading):
        with acting("nankai"), pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(capture=capture).update(capture=capture)


@in_rollback
def test_evidence_is_taken_by_two_officers_and_bound_to_the_capture() -> None:
    capture = kept()
    with acting("nankai") as by:
        record = actions.record_evidence(
            capture.key, retaken(file=("取证.html", b"<p>again</p>"), sha256=""), seen=0, by=by
        )
        assert record.number == 1 and record.file and record.sha256 == record.file.sha256
        with pytest.raises(CaptureRefused):
            actions.record_evidence(capture.key, retaken(), seen=0, by=by)
        assert (
            actions.record_evidence(capture.key, retaken(result="gone", sha256=""), seen=1, by=by).number == 2
        )
    events = AuditEvent.objects.filter(kind="evidence_recorded", about_key=capture.key)
    assert events.count() == 2 and "甲一" not in str(list(events.values()))


@in_rollback
@pytest.mark.parametrize(
    "other",
    [
        {"officers": ("甲一", "")}, {"officers": ("甲一", "甲一 ")}, {"certificates": ("津001", "津001")},
        {"place": ""},
        {"surroundings": " "}, {"steps": ""}, {"result": "perhaps"}, {"sha256": "xyz"}, {"sha256": ""},
        {"taken_at": datetime(2020, 1, 1, tzinfo=clock.CHINA)}, {"taken_at": datetime(2027, 1, 1, tzinfo=clock.CHINA)},
    ],
)  # fmt: skip
def test_a_record_of_evidence_is_whole_or_refused(other: dict[str, Any]) -> None:
    capture = kept()
    with acting("nankai") as by, pytest.raises(CaptureRefused):
        actions.record_evidence(capture.key, retaken(**other), seen=0, by=by)


@in_rollback
def test_of_an_agency_of_both_kinds_the_paper_asks_for_the_field_before_anything_is_drafted() -> None:
    agency = Agency.objects.filter(subject__district_code="120104").order_by("id")[0]
    Agency.objects.filter(pk=agency.pk).update(kinds=["patent", "trademark"])
    capture = kept()
    with acting("nankai") as by:
        actions.read(capture.key, Words("办专利", TOUTS, advertiser_id=agency.subject_id), seen=1, by=by)
        actions.record_evidence(capture.key, retaken(), seen=0, by=by)
    address, client = reverse("capture_paper", args=[capture.key]), browser("nankai")
    asked = client.get(address, {"kind": "evidence_record"}).content.decode()
    assert "请选择</option>" in asked and 'name="f_party"' not in asked
    said = {"kind": "evidence_record", "f_party": "乙方代表", "do": "save"}
    assert client.post(address, said).status_code == 200
    with acting("nankai"):
        assert not Paper.objects.filter(about_key=capture.key).exists()
    assert client.post(address, said | {"field": "trademark_agency"}).status_code == 302


@in_rollback
def test_a_record_of_evidence_becomes_a_numbered_paper() -> None:
    """Drafted from the record, approved by another person, numbered and dated by the office, made as PDF/A."""
    capture = kept()
    address = reverse("capture_paper", args=[capture.key])
    assert browser("nankai").get(address).status_code == 404, "nobody has taken any evidence"
    with acting("nankai") as by:
        taken = actions.record_evidence(capture.key, retaken(steps="打开网页，另存"), seen=0, by=by)
        record = papers.record_of(capture, taken)
        assert record.field == Field.UNLICENSED and "打开网页，另存" in record.values.values()
    assert (
        'value="evidence_record"'
        in browser("nankai").get(address, {"kind": "evidence_record"}).content.decode()
    )
    said = {"kind": "evidence_record", "field": "unlicensed", "f_party": "乙方代表", "do": "save"}
    assert browser("city").post(address, said).status_code == 403, (
        "only the office that took it makes the paper"
    )
    assert browser("nankai").post(address, said).status_code == 302
    with acting("nankai"):
        paper = Paper.objects.get(kind="evidence_record", about_key=capture.key)
    with acting("leader") as by:
        approve(key=paper.key, version=1, by=by)
    with acting("nankai") as by:
        job = last_job(drafting.issue(key=paper.key, version=2, by=by))
    run_job(job, "nankai")
    with acting("nankai"):
        paper.refresh_from_db()
        assert paper.number and "电取〔" in paper.number and paper.pdf is not None
        text = PdfReader(BytesIO(b"".join(files.content(paper.pdf)))).pages[0].extract_text()
    plain = "".join(text.split())
    assert all(
        word in plain for word in ("甲一（津001）", "打开网页，另存", "ab" * 32, "乙方代表", capture.sha256)
    )
    assert str(paper.number) in browser("nankai").get(reverse("capture", args=[capture.key])).content.decode()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    with serving({"/": page(TOUT)}) as host:
        policy = Policy(hosts=(host.place,), private=True, gap=0, seconds=5)
        monkeypatch.setattr(settings, "CAPTURE", policy, raising=False)
        monkeypatch.setattr("lantian.filings.captures.picture.browser", lambda: None)
        yield host


@in_rollback
def test_a_configured_host_is_captured_by_a_job(host: Host) -> None:
    with acting("nankai") as by:
        request = actions.ask(host.url(), "核实广告", by=by)
    run_job(request.job, "nankai")
    run_job(request.job, "nankai")  # a job that ended does nothing again
    with acting("nankai"):
        capture = Capture.objects.get(request=request)
        assert (capture.way, capture.status, capture.final_url) == ("fetched", 200, host.url())
        roles = set(capture.parts.values_list("role", flat=True))
        assert roles == {"body", "headers"}  # a host without rules has none to keep; no browser, no picture
        assert queries.reading(capture) and not queries.requests().exists()
    assert host.paths == ["/robots.txt", "/"]


@in_rollback
def test_only_the_office_that_asked_for_a_capture_stops_it(host: Host) -> None:
    with acting("nankai") as by:
        request = actions.ask(host.url(), "核实广告", by=by)
        Job.objects.filter(pk=request.job_id).update(
            seen_by=request.seen_by
        )  # as if the city saw the job too
    address = reverse("asked_cancel", args=[request.key])
    assert "由提出取证的单位取消" in browser("city").post(address, follow=True).content.decode()
    with acting("nankai"):
        assert not Job.objects.get(pk=request.job_id).cancelled
    assert browser("nankai").post(address).status_code == 302
    with acting("nankai"):
        assert Job.objects.get(pk=request.job_id).cancelled


@in_rollback
def test_a_page_that_may_not_be_read_ends_the_job_with_words(host: Host) -> None:
    host.answers["/robots.txt"] = Answer(b"User-agent: *\nDisallow: /")
    with acting("nankai") as by:
        request = actions.ask(host.url(), "核实广告", by=by)
    run_job(request.job, "nankai")
    with acting("nankai"):
        job = Job.objects.get(pk=request.job_id)
        assert job.state == Job.State.FAILED and "robots.txt" in job.fault_zh
        assert not Capture.objects.filter(request=request).exists()
        assert queries.requests().get() == request


@in_rollback
@pytest.mark.parametrize("url", ["http://other.example/", "http://127.0.0.1:1/", "file:///etc/passwd", ""])
def test_only_configured_hosts_are_asked_for(host: Host, url: str) -> None:
    with acting("nankai") as by, pytest.raises(Refused):
        actions.ask(url, "核实广告", by=by)
    assert not Job.objects.filter(name="capture").exists()


@in_rollback
def test_workers_share_the_pace_of_a_host() -> None:
    waited = list[float]()

    def wait(seconds: float) -> None:
        waited.append(seconds)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM office_sharedstate")

    first, second = jobs.shared_pace(wait), jobs.shared_pace(wait)
    first("one.example", 5)
    second("other.example", 5)
    assert waited == []
    second("one.example", 5)
    assert waited == [jobs.LOOK_AGAIN]


def silent(request: BaseHTTPRequestHandler) -> None:
    """Say nothing until the other side is gone."""
    request.connection.settimeout(15)
    request.connection.recv(1)


def test_a_killed_capture_is_kept_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, host: Host
) -> None:
    """Killed while the host has not answered; run again, there is one capture."""
    monkeypatch.setenv("LANTIAN_CAPTURE_HOSTS", host.place)
    monkeypatch.setenv("LANTIAN_CAPTURE_PRIVATE", "1")
    answer = host.answers["/"]
    host.answers["/"] = Answer(act=silent)
    with acting("nankai") as by:
        request = actions.ask(host.url(), "核实广告", by=by)
    with worker(database) as process:
        until(process, lambda: "/" in host.paths)
        with psycopg.connect(database.superuser_url) as hold:
            kill(process, database, hold)
    host.answers["/"] = answer
    assert office_jobs.requeue_stalled(seconds=0) >= 1
    with worker(database) as process:
        until(process, lambda: _state(request.job_id) == Job.State.DONE)
    with acting("nankai"):
        assert Capture.objects.filter(request=request).count() == 1


PAINTER = """#!/bin/sh
for one in "$@"; do case "$one" in --screenshot=*) cat '{picture}' > "${{one#--screenshot=}}";; esac; done
"""


def test_a_drawing_killed_in_the_middle_is_kept_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Killed while the picture is being kept; run again, there is one."""
    (tmp_path / "page.png").write_bytes(png())
    painter = tmp_path / "chromium"
    painter.write_text(PAINTER.format(picture=tmp_path / "page.png"))
    painter.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    capture = kept()
    with acting("nankai"):
        job = queries.drawing_job(capture)
    assert job is not None
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute("LOCK TABLE filings_capturepart IN SHARE MODE")
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("nankai"):
        assert queries.part(capture, "drawing") is None
    assert office_jobs.requeue_stalled(seconds=0) >= 1
    with worker(database) as process:
        until(process, lambda: _state(job.pk) == Job.State.DONE)
    with acting("nankai"):
        assert capture.parts.filter(role="drawing").count() == 1


def _state(job: int) -> str:
    with acting("nankai"):
        return str(Job.objects.values_list("state", flat=True).get(pk=job))


def words(kind: str, text: str, seen: int, login: str = "city") -> Lexicon:
    with acting(login) as by:
        file = files.keep(name="词库.csv", chunks=[text.encode()], seen_by=by.units, by=by)
        return lexicons.upload(kind, "市局专利处整理", file, seen=seen, by=by)


@in_rollback
def test_the_offices_own_words_are_versions_and_the_newest_counts() -> None:
    words("state_body", "名称\n某某知识产权服务中心\n某某受理处\n", 0)
    words("event", "词,类别号\n某某盛会,9；41\n", 0)
    words("state_body", "名称\n某某知识产权服务中心\n", 1)
    frame = lexicons.lexicons_frame()
    assert frame.sort("name").select("name", "kind").rows() == [
        ("某某盛会", "event"), ("某某知识产权服务中心", "state_body"),
    ]  # fmt: skip
    assert frame.filter(kind="event")["classes"].to_list() == [[9, 41]]
    capture = kept(html="<p>本店是某某知识产权服务中心授权网点，欢迎办理</p>")
    with acting("nankai"):
        reading = queries.reading(capture)
        assert reading and [one["detector"] for one in compared(capture, reading).says] == ["W01"]


@in_rollback
@pytest.mark.parametrize(
    ("kind", "text", "seen"),
    [
        ("nothing", "名称\n某某\n", 0), ("person", "名称\n", 0), ("person", "名称\n某\n", 0), ("person", "", 0),
        ("person", "编号\n1\n", 0), ("person", "名称\n某某\n", 3), ("person", "名称,起始日期\n某某,不知道\n", 0),
    ],
)  # fmt: skip
def test_a_lexicon_that_cannot_be_is_refused(kind: str, text: str, seen: int) -> None:
    with pytest.raises(Refused):
        words(kind, text, seen)


@in_rollback
def test_a_district_uploads_no_lexicon_and_reads_no_list() -> None:
    """Lexicons are the city's: also a post of a district that may run comparisons keeps none."""
    with pytest.raises(NotAllowed):
        words("person", "名称\n某某\n", 0, "nankai")
    with acting("nankai") as by, pytest.raises(NotAllowed, match="city office"):
        lexicons.check_may(replace(by, permissions=by.permissions | {Permission.SCREEN}))
    lexicon = words("person", "名称\n某甲乙\n", 0)
    assert browser("nankai").get(reverse("lexicon", args=[lexicon.key])).status_code == 403
    assert "某甲乙" not in browser("nankai").get(reverse("lexicons")).content.decode()
    assert "某甲乙" in browser("city").get(reverse("lexicon", args=[lexicon.key])).content.decode()


@in_rollback
def test_a_new_version_says_what_came_and_what_went() -> None:
    words("event", "名称\n某某盛会\n某某节\n", 0)
    second = words("event", "名称\n某某盛会\n某某展\n某某周\n", 1)
    assert lexicons.difference(second) == (2, 1)
    event = AuditEvent.objects.filter(kind="lexicon_uploaded").latest("id")
    assert {"added": 2, "removed": 1}.items() <= event.detail.items() and "某某" not in str(event.detail)


@in_rollback
def test_a_lexicon_of_no_sane_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicons, "MOST_WORDS", 2)
    with pytest.raises(CaptureRefused):
        words("event", "名称\n" + "".join(f"某某{n}\n" for n in range(9)), 0)
    monkeypatch.setattr(lexicons, "MOST_BYTES", 10)
    with pytest.raises(CaptureRefused, match="larger"):
        words("event", "名称\n某某盛会\n", 0)


@in_rollback
def test_a_run_makes_a_finding_of_a_page_and_the_lead_is_an_officers_act() -> None:
    """Looking at a capture stores nothing; the run of a detector does, and says where it found it."""
    capture = kept(html=TOUTS)
    with acting("city") as by:
        reading = queries.reading(capture)
        assert reading and compared(capture, reading).says
        assert not Finding.objects.filter(subject_no=capture.key).exists()
        run = screening.start_run(detector="W02", by=by)
    run_job(run.job)
    with acting("city"):
        found = Finding.objects.get(subject_no=capture.key)
        assert (found.subject_kind, found.detector) == ("page", "W02")
        assert f"captures:{capture.key}" in found.evidence and not found.judgements.exists()
