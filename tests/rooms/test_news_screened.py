"""What comes in as a page or as the city's own words is screened like what comes in as a table."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.urls import reverse
from procrastinate.contrib.django import app as queue

from lantian.detect.detectors import DETECTORS
from lantian.filings.captures import actions as captures
from lantian.filings.captures import lexicons
from lantian.filings.captures.actions import Saved, Words
from lantian.filings.captures.models import Capture, CaptureRequest, Lexicon
from lantian.office import audit, clock, files, following
from lantian.office.actors import OfficerActor
from lantian.office.models import AuditEvent, Job
from lantian.registry import directories
from lantian.screening import actions, switches
from lantian.screening.forecast import forecast
from lantian.screening.models import Finding, Run
from tests.conftest import Database
from tests.intaking import table, take
from tests.personas import acting, browser, run_job
from tests.rooms.test_captures import host as host  # the fixture
from tests.rooms.test_registry import HEAD, A, B, accept, differences, take_in, two_agencies
from tests.screened import carried_out
from tests.webhost import TOUT, Host, png

in_rollback = pytest.mark.django_db
SAVED = Saved("https://page.example/", "website", clock.now(), "浏览器另存为")
PICTURED = replace(SAVED, platform="messages", url="", how="手机截屏")


@pytest.fixture
def taken(request: pytest.FixtureRequest) -> None:
    """The city takes what reads pages and names, and no run waits."""
    request.getfixturevalue("db")
    switch_on("W02", "T08")


def switch_on(*detectors: str) -> None:
    with acting("city") as by:
        for name in detectors:
            actions.switch(detector=name, active=True, seen=forecast(name, by.unit), reason="", by=by)


def keep(number: int = 0, *, by: OfficerActor) -> Capture:
    html = TOUT.replace("</p>", f"，第{number}号窗口</p>")
    return captures.upload(SAVED, ("页面.html", html.encode()), None, by=by)


def kept(number: int = 0, login: str = "city") -> Capture:
    with acting(login) as by:
        return keep(number, by=by)


def runs() -> list[Run]:
    """Runs by themselves, in their order: those of the template are P01's."""
    with acting("city"):
        return list(Run.objects.select_related("job").exclude(detector="P01").order_by("id"))


def mandates() -> list[tuple[str, str]]:
    return [(run.detector, run.job.mandate) for run in runs() if run.job]


def end() -> None:
    """Let the run that waits end."""
    carried_out(runs()[-1])


def move(run: Run, **values: object) -> None:
    """Set what became of the job of a run meanwhile."""
    with acting("city") as by:
        Job.objects.filter(pk=run.job_id).update(**values)
        audit.record(audit.Kind.JOB_ADVANCED, by=by, about=("job", "x"))


def words(text: str, seen: int, kind: str = "well_known_mark") -> Lexicon:
    with acting("city") as by:
        file = files.keep(name="词库.csv", chunks=[text.encode()], seen_by=by.units, by=by)
        return lexicons.upload(kind, "市局专利处整理", file, seen=seen, by=by)


def test_a_page_that_an_officer_keeps_is_screened_in_the_transaction_that_keeps_it(taken: None) -> None:
    capture = kept()
    assert mandates() == [("W02", f"capture:{capture.key}")]
    (run,) = runs()
    started = AuditEvent.objects.get(kind="screening_started", about_key=run.key)
    upload = AuditEvent.objects.get(kind="capture_kept", about_key=capture.key)
    assert (started.xid, started.actor) == (upload.xid, upload.actor)
    assert started.detail["mandate"] == f"capture:{capture.key}"
    end()
    with acting("city"):
        assert Finding.objects.filter(detector="W02", subject_no=capture.key).count() == 1
    shown = browser("city").get(reverse("screening_run", args=[run.key])).content.decode()
    assert "网页存证有新内容" in shown


def test_every_detector_that_reads_pages_is_started_and_no_other(taken: None) -> None:
    reading = {name for name, one in DETECTORS.items() if "captures" in one.tables}
    assert reading > {"W02"}
    switch_on(*sorted(reading - {"W02"}))
    kept()
    assert {name for name, _ in mandates()} == reading
    assert len({run.job_id for run in runs()}) == 1


@in_rollback
def test_a_page_starts_no_detector_that_nobody_takes() -> None:
    with acting("city"):
        assert "W02" not in switches.on_anywhere()
    kept()
    assert runs() == []


def test_a_picture_starts_nothing_until_its_words_are_typed_and_nothing_again_for_the_same(
    taken: None,
) -> None:
    typed = Words("办专利", "专利包授权，不授权全额退款")
    with acting("city") as by:
        capture = captures.upload(PICTURED, ("截屏.png", png()), None, by=by)
        assert runs() == []
        captures.read(capture.key, typed, seen=0, by=by)
    assert mandates() == [("W02", f"capture:{capture.key}")]
    end()
    with acting("city") as by:
        captures.read(capture.key, typed, seen=1, by=by)
    assert len(runs()) == 1
    with acting("city") as by:
        captures.read(capture.key, replace(typed, advertiser="无名快办有限公司"), seen=2, by=by)
    assert mandates()[1:] == [("W02", f"capture:{capture.key}")]


def test_a_page_kept_by_a_post_that_may_not_screen_starts_nothing(taken: None) -> None:
    """A district officer verifies leads and runs no comparisons: the nightly run reads what he kept."""
    capture = kept(login="nankai")
    with acting("nankai") as by:
        captures.read(capture.key, Words("办专利", "专利包授权，不授权全额退款"), seen=1, by=by)
    assert runs() == []


def captured(host: Host, login: str) -> CaptureRequest:
    with acting(login) as by:
        request = captures.ask(host.url(), "核实广告", by=by)
    run_job(request.job, login)
    return request


def test_a_page_that_the_house_captures_is_screened_on_the_authority_of_who_asked(
    taken: None, host: Host
) -> None:
    captured(host, "nankai")
    assert runs() == []
    request = captured(host, "city")
    with acting("city"):
        capture = Capture.objects.get(request=request)
    assert mandates() == [("W02", f"capture:{capture.key}")]
    (run,) = runs()
    assert run.post_id == request.post_id
    assert AuditEvent.objects.get(kind="screening_started", about_key=run.key).actor == "job:capture"


def test_twenty_pages_are_read_by_the_one_run_that_waits(taken: None) -> None:
    pages = {kept(number).key for number in range(20)}
    assert len(runs()) == 1
    end()
    with acting("city"):
        found = Finding.objects.filter(detector="W02", subject_no__in=pages)
        assert set(found.values_list("subject_no", flat=True)) == pages


def test_a_page_that_comes_while_a_run_is_at_work_is_read_by_one_behind_it(taken: None) -> None:
    kept(1)
    move(runs()[0], state=Job.State.RUNNING)
    for number in range(2, 6):
        kept(number)
    assert len(runs()) == 2


def test_a_run_that_was_asked_to_stop_is_not_waited_for(taken: None) -> None:
    kept(1)
    move(runs()[0], cancelled=True)
    kept(2)
    assert len(runs()) == 2


def test_an_upload_that_is_rolled_back_starts_nothing(database: Database) -> None:
    switch_on("W02")
    before = queued()
    with pytest.raises(ZeroDivisionError), acting("city") as by:
        keep(by=by)
        assert Run.objects.filter(detector="W02").exists()
        raise ZeroDivisionError
    assert runs() == [] and queued() == before
    with acting("city"):
        assert not Job.objects.filter(name="screening", state=Job.State.WAITING).exists()


def queued() -> int:
    return len(list(async_to_sync(queue.job_manager.list_jobs_async)(status="todo")))


def test_the_run_that_waits_cannot_begin_before_what_it_is_to_read_is_kept(database: Database) -> None:
    """Else it could read between the question whether one waits and the end of the upload, and miss the page."""
    switch_on("W02")
    kept(1)
    (run,) = runs()
    begin = "UPDATE office_job SET state = 'running' WHERE id = %s"
    with psycopg.connect(database.superuser_url) as other:
        other.execute("SET lock_timeout = '50ms'")
        with acting("city") as by:
            keep(2, by=by)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(begin, [run.job_id])
            other.rollback()
        assert other.execute(begin, [run.job_id]).rowcount == 1
        other.rollback()


def test_of_two_uploads_at_once_the_second_sees_the_run_of_the_first(database: Database) -> None:
    switch_on("W02")
    free = "SELECT pg_try_advisory_xact_lock(%s)"
    with psycopg.connect(database.superuser_url) as other:
        with acting("city") as by:
            keep(1, by=by)
            assert other.execute(free, [actions.STARTS_LOCK]).fetchone() == (False,)
            other.rollback()
        assert other.execute(free, [actions.STARTS_LOCK]).fetchone() == (True,)


def test_an_upload_of_who_may_not_screen_waits_for_nobody(database: Database) -> None:
    switch_on("W02")
    hold = "SELECT pg_advisory_xact_lock(%s)"
    with psycopg.connect(database.superuser_url) as other, transaction.atomic():
        other.execute(hold, [actions.STARTS_LOCK])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        kept(login="nankai")
    assert runs() == []


def test_a_new_version_of_a_lexicon_starts_what_reads_names_and_the_same_words_start_nothing(
    taken: None,
) -> None:
    lexicon = words("名称,类别号\n某某牌,9\n某某号,35\n", 0)
    assert mandates() == [("T08", f"lexicon:{lexicon.key}")]
    end()
    words("名称,类别号\n某某号,35\n某某牌,9\n", 1)
    assert len(runs()) == 1
    third = words("名称,类别号\n某某号,35\n某某牌,9；35\n", 2)  # the same names, but one in more classes
    assert mandates()[1:] == [("T08", f"lexicon:{third.key}")]
    end()
    fourth = words("名称,类别号\n某某号,35\n", 3)  # a name that no longer counts
    assert mandates()[2:] == [("T08", f"lexicon:{fourth.key}")]


def test_names_that_come_as_a_table_start_the_same(taken: None) -> None:
    batch = take(table(("某某牌", "well_known_mark"), head=("name", "kind")), into="protected_names")
    assert mandates() == [("T08", f"intake:{batch.key}")]


def test_accepted_differences_of_a_directory_start_what_reads_it_and_rejected_ones_nothing(
    taken: None,
) -> None:
    """Whoever enters or leaves the register changes who offers agency without being in it."""
    two_agencies()
    for _ in runs():
        end()
    before = mandates()
    batch = take_in(
        "agencies_directory",
        HEAD,
        f"天津甲乙专利代理所,{A},12991,正常,天津市西青区丙路3号,西青",
        f"天津丙丁知识产权,{B},12992,正常,天津市西青区丙路5号,西青",
    )
    first, second = differences(batch, kind="changed")
    with acting("city") as by:
        directories.reject(batch=batch, ids=[first.pk], by=by)
    assert mandates() == before
    accept(batch, second)
    assert mandates()[len(before) :] == [("W02", f"intake:{batch.key}")]


def test_a_directory_that_is_accepted_in_steps_starts_its_detectors_once_it_is_whole(
    taken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directories, "STEP", 1)
    two_agencies()
    for _ in runs():
        end()
    moved = "{name},{number},{code},正常,天津市西青区丙路3号,西青"
    lines = [
        moved.format(name=name, number=one, code=mark)
        for name, one, mark in (("天津甲乙专利代理所", A, "12991"), ("天津丙丁知识产权", B, "12992"))
    ]
    batch = take_in("agencies_directory", HEAD, *lines)
    left: list[int] = []
    monkeypatch.setattr(
        following, "follow", lambda news, **_: left.append(len(differences(batch, state="waiting")))
    )
    with acting("city") as by:
        job = directories.accept_all(batch=batch, kind="changed", by=by)
    run_job(job)
    assert left == [0]
