"""Rule books by upload: read strictly, compared, rehearsed, approved by another; what was reckoned stays as it was."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from lantian.core import deadlines, lists, workdays
from lantian.core.chain import digest_of
from lantian.core.credit import book as credit
from lantian.core.credit.statement import as_json
from lantian.core.messages import NotAllowed, Refused
from lantian.core.rulebook import BadRulebook, Confidence, shipped
from lantian.office import clock, editions, jobs, serving
from lantian.office.editions import EditionRefused, Upload
from lantian.office.models import (
    AuditEvent,
    Job,
    RulebookDecision,
    RulebookEdition,
    RulebookText,
)
from lantian.standing import reckoning, rehearsing
from lantian.standing.errors import StandingRefused
from lantian.standing.models import Reckoning, RehearsedMove
from tests.conftest import Database
from tests.personas import NANKAI, XIQING, acting, officer, run_job
from tests.rooms.test_standing import an_agency, record
from tests.uploading import REASON, TODAY, load, official, put_in_use, text_of
from tests.working import kill, until, waits_for_a_lock, worker

in_rollback = pytest.mark.django_db
LATER = TODAY + timedelta(days=10)


@pytest.fixture(autouse=True)
def this_day(settings: object) -> None:
    settings.TODAY = TODAY  # type: ignore[attr-defined]


def points(on: date = TODAY) -> int:
    """What a page would count for AG-IRR-03 now."""
    with acting("nankai"):
        return credit.agency().indicators["AG-IRR-03"][-1].points


# In use from its day on, once another person approved it


@in_rollback
def test_an_edition_is_in_use_once_another_person_approved_it_and_from_its_day_on(settings: object) -> None:
    edition = load(official(), since=LATER)
    assert editions.state_of(edition) == "draft" and points() == 4000
    with acting("marks") as by:
        editions.approve(key=edition.key, by=by)
    assert points() == 4000
    settings.TODAY = LATER  # type: ignore[attr-defined]
    assert points() == 3000
    kinds = AuditEvent.objects.filter(about_key=edition.key).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["rulebook_loaded", "rulebook_approved"]


@in_rollback
def test_whoever_loaded_an_edition_does_not_approve_it() -> None:
    edition = load(official())
    with acting("city") as by, pytest.raises(EditionRefused, match="another person"):
        editions.approve(key=edition.key, by=by)
    assert points() == 4000


@in_rollback
@pytest.mark.parametrize("login", ["nankai", "leader", "corps"])
def test_only_the_city_office_keeps_rule_books(login: str) -> None:
    with pytest.raises(NotAllowed, match="only the city office"):
        load(official(), login=login)
    edition = load(official())
    with acting(login) as by:
        for act in (editions.approve, editions.withdraw):
            with pytest.raises(NotAllowed):
                act(key=edition.key, by=by)
        with pytest.raises(NotAllowed):
            rehearsing.start(edition_key=edition.key, by=by)


@in_rollback
def test_inside_one_piece_of_work_an_approval_holds_at_once() -> None:
    edition = load(official())
    with acting("marks") as by:
        assert credit.agency().indicators["AG-IRR-03"][-1].points == 4000
        editions.approve(key=edition.key, by=by)
        assert credit.agency().indicators["AG-IRR-03"][-1].points == 3000


@in_rollback
def test_the_door_is_asked_once_in_a_piece_of_work_and_reads_a_text_once(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    put_in_use(official())
    with acting("nankai"):
        first = credit.agency()
        with django_assert_num_queries(0):  # type: ignore[attr-defined]
            assert credit.agency() is first and lists.book() and deadlines.book() and workdays.load()
    with acting("xiqing"):
        assert credit.agency() is first


# What was stored names its text and is replayed by it


@in_rollback
def test_a_stored_reckoning_is_replayed_byte_for_byte_under_the_text_it_names() -> None:
    subject = an_agency()
    record(subject)
    with acting("city") as by:
        before = reckoning.reckon_subject(subject_key=subject.key, by=by)
    edition = put_in_use(official(30))
    with acting("city") as by:
        after = reckoning.reckon_subject(subject_key=subject.key, by=by)
        assert (str(before.score), str(after.score)) == ("60.00", "70.00")
        assert (before.confidence, after.confidence) == (Confidence.UNVERIFIED, Confidence.TEXT)
        assert after.book_digest == edition.text_id != before.book_digest
        for row in (before, after):
            again = rehearsing.replayed(Reckoning.objects.select_related("subject").get(pk=row.pk))
            assert again.digest == row.digest == digest_of(row.statement) and as_json(again) == row.statement


@in_rollback
def test_a_due_date_of_an_earlier_edition_finds_the_rule_it_named() -> None:
    start = date(2026, 11, 2)
    with acting("city"):
        old = deadlines.due_under("lead_check", start)
    text = text_of("deadlines")
    head, row = text.split("[[rule.lead_check]]", 1)
    put_in_use(f"{head}[[rule.lead_check]]" + row.replace("limit = 15", "limit = 5", 1))
    with acting("city"):
        new = deadlines.due_under("lead_check", start)
        assert new.due < old.due and new.version != old.version
        named = serving.version_of("deadlines", "lead_check", old.version)
        assert named is not None
        assert deadlines.due(named, start, workdays.load()) == old
        assert serving.version_of("deadlines", "lead_check", "2026-01-01.00000000") is None


@in_rollback
def test_an_announced_year_makes_provisional_days_sure() -> None:
    plan = """
[[rule.day_plan]]
valid_from = 2027-01-01
valid_to = 2027-12-31
text_zh = "2027年节假日安排（示例）"
text_en = "days off in 2027 (example)"
basis = { instrument_zh = "示例通知", instrument_en = "example notice", article_zh = "全文", article_en = "whole" }
confidence = "text"
source = "example"
days = [{ name_zh = "元旦", name_en = "New Year", off = [2027-01-01], work = [] }]
"""
    start = date(2026, 12, 21)
    with acting("city"):
        assert deadlines.due_under("lead_check", start).provisional
    put_in_use(text_of("workdays") + plan)
    with acting("city"):
        assert not deadlines.due_under("lead_check", start).provisional


@in_rollback
def test_shipped_texts_are_kept_so_that_a_later_program_can_replay_by_them() -> None:
    kept = RulebookText.objects.filter(shipped=True)
    assert set(kept.values_list("book", flat=True)) >= {"credit_agency", "deadlines", "workdays", "lists"}
    assert all(serving.digest_of(one.text) == one.digest for one in kept)
    assert serving.keep_shipped() == 0
    with pytest.raises(serving.UnknownText):
        serving.text_of("0" * 64)


@in_rollback
@pytest.mark.parametrize("table", ["rulebooktext", "rulebookedition", "rulebookdecision"])
def test_an_edition_is_never_edited(table: str) -> None:
    put_in_use(official())
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(f"UPDATE office_{table} SET book = 'x'")


# Approvals that contradict each other


@in_rollback
def test_of_two_drafts_on_one_base_only_one_is_approved() -> None:
    first, second = load(official(30)), load(official(35, "annex-2"))
    with acting("marks") as by:
        editions.approve(key=second.key, by=by)
        with pytest.raises(EditionRefused, match="has changed since"):
            editions.approve(key=first.key, by=by)
        editions.withdraw(key=first.key, by=by)
        for act in (editions.approve, editions.withdraw):
            with pytest.raises(EditionRefused, match="already"):
                act(key=first.key, by=by)
            with pytest.raises(EditionRefused, match="already"):
                act(key=second.key, by=by)
    assert points() == 3500


@in_rollback
def test_the_database_itself_lets_only_one_edition_follow() -> None:
    first, second = load(official(30)), load(official(35, "annex-2"))
    post = officer("marks").post_id
    for edition, refused in ((first, False), (second, True)):
        row = RulebookDecision(
            edition=edition, act="approve", book=edition.book, post_id=post, at=clock.now()
        )
        if not refused:
            row.save()
            continue
        with pytest.raises(IntegrityError, match="one_approved_edition_follows"), transaction.atomic():
            row.save()


def test_two_approvals_at_the_same_moment_leave_one(database: Database) -> None:
    drafts = [load(official(30)), load(official(35, "annex-2"))]
    outcomes: list[str] = []

    def approve(key: str) -> None:
        try:
            with acting("marks") as by:
                editions.approve(key=key, by=by)
            outcomes.append("approved")
        except EditionRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[one.key]) for one in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "refused"]
    assert RulebookDecision.objects.count() == 1


def test_server_and_worker_go_by_the_same_edition_from_the_next_piece_of_work_on(database: Database) -> None:
    subject = an_agency()
    record(subject)

    def reckoned() -> str:
        """The digest that a worker which has been running all along goes by."""
        with acting("city") as by:
            job = reckoning.reckon_everybody(by=by)

        def ended() -> bool:
            with acting("city"):
                return Job.objects.get(pk=job.pk).state == Job.State.DONE

        until(process, ended)
        with acting("city"):
            return Reckoning.objects.order_by("-id")[0].book_digest

    def served() -> str:
        """The digest that a page of this process goes by."""
        with acting("nankai"):
            return credit.agency().name.digest

    with worker(database) as process:
        assert reckoned() == served()
        edition = put_in_use(official())
        assert reckoned() == served() == edition.text_id


# What is refused


def broken(old: str, new: str, book: str = "credit_agency") -> bytes:
    text = text_of(book)
    assert old in text
    return text.replace(old, new, 1).encode()


CAP = "bonus_cap = 10"
CITED = shipped("credit_agency.toml").split('floor_confidence = "unverified"\n')[1].split("\n")[0] + "\n"
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "unknown key": (
        lambda: broken(CAP, f"{CAP}\nbonus = 1"),
        r"第\d+行，rule\.score\[1\]\.bonus：不认识的键",
    ),
    "duplicate key": (
        lambda: broken(CAP, f"{CAP}\n{CAP}"),
        r"第\d+行，rule\.score：同一个键出现两次",
    ),
    "missing citation": (
        lambda: broken(CITED, ""),
        r"第\d+行，rule\.score\[1\]\.basis：缺少这个键",
    ),
    "no TOML": (lambda: b"\xef\xbb\xbf<html>", r"第1行，—：不是有效的TOML"),
    "overlapping dates": (
        lambda: text_of("service").encode() + second("announcement", "2022-01-01"),
        r"rule\.announcement\[2\]\.valid_from：与.*重叠",
    ),
    "a hole in the dates": (
        lambda: ended("announcement", "2021-12-31") + second("announcement", "2022-02-01"),
        r"rule\.announcement\[2\]\.valid_from：.*空档",
    ),
    "a rule left out": (lambda: without("announcement"), r"rule\.announcement：现行版本有这条规则，不能删去"),
    "a period that another book names": (
        lambda: renamed_period(),
        r"rule\.pa_credit_refresh：现行版本有这条规则",
    ),
    "another encoding": (lambda: text_of("credit_agency").encode("gb18030"), r"第1行不是UTF-8编码"),
    "UTF-16": (lambda: text_of("lists").encode("utf-16"), r"第1行不是UTF-8编码"),
    "ten megabytes": (lambda: b"#" * 10_000_000, "超过1 MB"),
    "a workbook": (lambda: b"PK\x03\x04" + b"\0" * 100, "电子表格或者压缩文件"),
    "a key of a thousand parts": (lambda: b"a" + b".a" * 1_000 + b" = 1", r"第1行超过2000字"),
    "brackets without end": (lambda: b"a = [\n" + b"[" * 1_900, "括号层数过多"),
    "a number without end": (lambda: b"\n".join([b"a = 1", b"9" * 1_900 * 3]), r"第2行超过2000字"),
    "an empty file": (lambda: b"", "不认识的规则库"),
    "NUL": (lambda: broken(CAP, f"{CAP}\0"), "不是有效的TOML"),
    "an unknown book": (lambda: broken('id = "credit_agency"', 'id = "tax"'), "不认识的规则库"),
    "the version of another text": (
        lambda: broken("floor = 0", "floor = 1").replace(b'version = "upload-1"', b'version = "2026-11-22"'),
        r"第\d+行，book\.version：“2026-11-22”已是另一文本的版本号",
    ),
    "the same text": (lambda: shipped("credit_agency.toml").encode(), "与现行版本完全相同"),
}  # fmt: skip


def second(rule: str, since: str) -> bytes:
    """One more version of a way of service."""
    text = shipped("service.toml")
    row = text.split(f"[[rule.{rule}]]", 1)[1].split("[[rule.", 1)[0]
    lines = [line for line in row.splitlines() if not line.startswith(("valid_from", "valid_to"))]
    return "\n".join([f"\n[[rule.{rule}]]", f"valid_from = {since}", *lines, ""]).encode()


def ended(rule: str, last: str) -> bytes:
    head, row = text_of("service").split(f"[[rule.{rule}]]\n", 1)
    return f"{head}[[rule.{rule}]]\nvalid_to = {last}\n{row}".encode()


def without(rule: str) -> bytes:
    head, row = text_of("service").split(f"[[rule.{rule}]]", 1)
    rest = row.split("[[rule.", 1)
    return (head + (f"[[rule.{rest[1]}" if len(rest) > 1 else "")).encode()


def renamed_period() -> bytes:
    return text_of("deadlines").replace("[[rule.pa_credit_refresh]]", "[[rule.pa_credit_mending]]").encode()


@in_rollback
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_the_place_of_its_fault(name: str) -> None:
    make, told = BAD[name]
    with acting("city") as by, pytest.raises(Refused) as refused:
        editions.load(Upload("附件.toml", make(), TODAY, REASON), by=by)
    assert re.search(told, refused.value.text.zh), refused.value.text.zh
    assert not RulebookEdition.objects.exists()


@in_rollback
def test_a_day_gone_by_or_no_reason_or_a_day_before_the_last_edition_is_refused() -> None:
    with pytest.raises(EditionRefused, match="before today"):
        load(official(), since=TODAY - timedelta(days=1))
    with acting("city") as by, pytest.raises(EditionRefused, match="on what it rests"):
        editions.load(Upload("a.toml", official().encode(), TODAY, " "), by=by)
    put_in_use(official(), since=LATER)
    with pytest.raises(EditionRefused, match="cannot begin before"):
        load(official(35, "annex-2"))
    with pytest.raises(EditionRefused, match="same text"):
        load(official(), since=LATER)


@in_rollback
def test_a_draft_that_was_withdrawn_may_be_mended_under_its_own_version() -> None:
    wrong = load(official(31))
    with pytest.raises(EditionRefused, match="loaded already"):
        load(official(31))
    with pytest.raises(BadRulebook, match="a version of its own"):
        load(official(30))
    with acting("city") as by:
        editions.withdraw(key=wrong.key, by=by)
    assert load(official(30)).number == 2


@in_rollback
def test_the_differences_say_what_would_read_otherwise() -> None:
    edition = load(official(30))
    found = {(one.rule, one.kind): one for one in editions.changes(edition)}
    change = found["AG-IRR-03", "rewritten"]
    assert change.touches_the_past
    assert ("points", 40, 30) in change.fields
    assert ("points_confidence", "unverified", "text") in change.fields


# Rehearsal


def rehearsed(edition: RulebookEdition) -> rehearsing.Rehearsal:
    with acting("city") as by:
        row = rehearsing.start(edition_key=edition.key, by=by)
    run_job(row.job)
    with acting("city") as by:
        found = rehearsing.newest(edition.key, by=by)
    assert found is not None
    return found


@in_rollback
def test_a_rehearsal_says_who_moves_why_and_where_and_changes_nobody() -> None:
    for district in (NANKAI, XIQING):
        record(an_agency(district))
    edition = load(official(20))
    found = rehearsed(edition)
    assert (found.job.state, found.subjects) == (Job.State.DONE, 2)
    with acting("city"):
        moved = list(rehearsing.moves(found))
        assert [(str(one.score_before), str(one.score_after)) for one in moved] == [("60.00", "80.00")] * 2
        assert moved[0].differences[0]["before"] == "-40.00" and moved[0].differences[0]["after"] == "-20.00"
        by_district = rehearsing.counted(found, "district")
        assert by_district == [(str(NANKAI), 1), (str(XIQING), 1)]
        assert sum(count for *_, count in rehearsing.counted(found, "size")) == 2
        assert rehearsing.counted(found, "grade_before", "grade_after") == [("C", "B", 2)]
        assert not Reckoning.objects.exists() and points() == 4000
    with acting("nankai") as by:
        assert rehearsing.newest(edition.key, by=by) is None and not RehearsedMove.objects.exists()


@in_rollback
def test_only_books_of_credit_are_rehearsed_and_one_rehearsal_at_a_time() -> None:
    other = load(text_of("lists"))
    edition = load(official())
    with acting("city") as by:
        with pytest.raises(StandingRefused, match="Only a rule book of credit"):
            rehearsing.start(edition_key=other.key, by=by)
        rehearsing.start(edition_key=edition.key, by=by)
        with pytest.raises(StandingRefused, match="under way"):
            rehearsing.start(edition_key=edition.key, by=by)


WAIT_HERE = """
CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$;
CREATE TRIGGER wait_here BEFORE INSERT ON standing_rehearsedmove FOR EACH ROW
WHEN (NEW.subject_id = {}) EXECUTE FUNCTION wait_here()
"""


def test_a_rehearsal_killed_in_the_middle_goes_on_and_counts_nobody_twice(database: Database) -> None:
    """One test per job kills the worker with SIGKILL in the middle and runs it again: the rehearsal."""
    from tests.rooms.test_standing_jobs import some_agencies

    subjects = some_agencies(6)
    for subject in subjects:
        record(subject)
    edition = load(official())
    with acting("city") as by:
        row = rehearsing.start(edition_key=edition.key, by=by)
    with psycopg.connect(database.superuser_url) as hold:
        hold.execute(WAIT_HERE.format(subjects[3].pk))
        hold.commit()
        hold.execute("SELECT pg_advisory_xact_lock(42)")
        with worker(database) as process:
            until(process, waits_for_a_lock(database))
            kill(process, database, hold)
    with acting("city"):
        assert RehearsedMove.objects.count() == 2
    assert jobs.requeue_stalled(seconds=0) >= 1
    run_job(row.job)
    with acting("city") as by:
        found = rehearsing.newest(edition.key, by=by)
        assert found is not None and found.subjects == 6
        assert RehearsedMove.objects.count() == 6
