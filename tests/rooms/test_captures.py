"""Captures in the house: kept once, read and compared, never changed; evidence is taken again by two officers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from lantian.core.messages import NotAllowed, Refused
from lantian.filings.captures import actions, jobs, lexicons, queries
from lantian.filings.captures.actions import CaptureRefused, Retaken, Saved, Words
from lantian.filings.captures.comparing import compared
from lantian.filings.captures.kinds import MOST_BYTES, Kind, UploadRefused, kind_of
from lantian.filings.captures.models import Capture, CapturePart, CaptureReading, Lexicon
from lantian.filings.captures.policy import Policy
from lantian.office import clock, files
from lantian.office import jobs as office_jobs
from lantian.office.models import AuditEvent, Job, StoredFile
from lantian.registry.models import Agency
from lantian.screening import actions as screening
from lantian.screening.models import Finding
from tests.conftest import Database
from tests.personas import acting, run_job
from tests.webhost import TOUT, Answer, Host, page, png, serving
from tests.working import kill, until, worker

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
def test_a_district_uploads_no_lexicon() -> None:
    with pytest.raises(NotAllowed):
        words("person", "名称\n某某\n", 0, "nankai")


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
