"""Ground rules, "Audit": one test a sentence."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.types.json import Jsonb

from lantian.config.commands import main
from lantian.core import chain
from lantian.office import audit, clock, epochs, people
from lantian.office.models import AuditEvent, AuditLink, Epoch, Unit
from lantian.screening import actions as screening
from lantian.screening.models import Finding, Judgement
from lantian.screening.states import Outcome
from tests.conftest import Database
from tests.early import ROOT
from tests.personas import CITY, acting, officer
from tests.running import PATIENCE

in_rollback = pytest.mark.django_db
INSERT = (
    "INSERT INTO office_auditevent (at, actor, kind, about_kind, about_key, detail, digest)"
    " VALUES (%s, 'post:x', 'logged_in', 'account', %s, '{}', %s) RETURNING id"
)


def rows(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return list(cursor.fetchall()) if cursor.description else []


def an_act(key: str = "k") -> AuditEvent:
    with transaction.atomic():
        return audit.record(audit.Kind.LOGGED_IN, by=officer("city"), about=("account", key))


def values(key: str) -> list[object]:
    """What INSERT asks for, the digest being the event's own."""
    event = AuditEvent(at=clock.now(), actor="post:x", kind="logged_in", about_kind="account", about_key=key)
    return [event.at, key, chain.digest_of(audit.content(event))]


def seal_everything() -> int:
    """Seal until no event is left: transactions of other databases in the cluster hold the sealer back too."""
    count = audit.seal()
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not AuditEvent.objects.filter(link=None).exists():
            return count
        threading.Event().wait(0.03)
        count += audit.seal()
    raise TimeoutError("some transaction runs for longer than three minutes")


def sealed(event_id: int) -> bool:
    return AuditLink.objects.filter(event_id=event_id).exists()


@contextmanager
def intruder(database: Database) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The superuser with every trigger silenced."""
    with psycopg.connect(database.superuser_url) as found:
        found.execute("SET session_replication_role = replica")
        yield found


def lantian(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    capsys.readouterr()
    code = main([*map(str, arguments)])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else {}, said.err


# An action inserts its event in its own transaction and touches no shared head.


@in_rollback
def test_an_event_says_who_where_what_about_which_record_with_digest_and_transaction() -> None:
    """`AuditEvent` (actor, unit, kind, about, digest of canonical JSON, `xid xid8 DEFAULT pg_current_xact_id()`)."""
    event = an_act("konto")
    (actor, unit, kind, about_kind, about_key, digest, own) = rows(
        "SELECT actor, unit, kind, about_kind, about_key, digest, xid = pg_current_xact_id()"
        " FROM office_auditevent WHERE id = %s",
        event.pk,
    )[0]
    assert (actor, unit, kind) == (officer("city").audit_name, CITY, "logged_in")
    assert (about_kind, about_key, own) == ("account", "konto", True)
    assert digest == chain.digest_of(audit.content(AuditEvent.objects.get(pk=event.pk)))
    assert rows(
        "SELECT format_type(atttypid, -1), pg_get_expr(adbin, adrelid) FROM pg_attribute JOIN pg_attrdef"
        " ON adrelid = attrelid AND adnum = attnum"
        " WHERE attrelid = 'office_auditevent'::regclass AND attname = 'xid'"
    ) == [("xid8", "pg_current_xact_id()")]


def test_an_event_lives_and_dies_with_its_act(database: Database) -> None:
    """An action inserts its `AuditEvent` … in its own transaction."""
    before = AuditEvent.objects.count()
    with pytest.raises(ZeroDivisionError), acting("admin") as by:
        people.create_account(login="neu", name="新人", password="correct-horse", by=by)
        assert AuditEvent.objects.count() == before + 1
        raise ZeroDivisionError
    assert AuditEvent.objects.count() == before


def test_no_event_outside_a_transaction(database: Database) -> None:
    """An action inserts its `AuditEvent` … in its own transaction."""
    with pytest.raises(RuntimeError, match="belong into one transaction"):
        audit.record(audit.Kind.LOGGED_IN, by=officer("city"), about=("account", "k"))


def test_acts_do_not_wait_for_each_other(database: Database) -> None:
    """… and touches no shared head."""
    with psycopg.connect(database.app_url) as slow, psycopg.connect(database.app_url) as quick:
        slow.execute(INSERT, values("slow"))
        quick.execute("SET lock_timeout = '60s'")
        quick.execute(INSERT, values("quick"))
        quick.commit()
        assert AuditEvent.objects.filter(about_key="quick").exists()
        assert not AuditEvent.objects.filter(about_key="slow").exists()
        slow.commit()


def test_acts_do_not_wait_for_the_sealer(database: Database) -> None:
    """… and touches no shared head."""
    an_act()
    with psycopg.connect(database.app_url) as act, transaction.atomic():
        audit._seal_batch()
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND pid = pg_backend_pid()"
        assert rows(held, audit.SEALER_LOCK) == [(1,)]
        act.execute("SET lock_timeout = '60s'")
        act.execute(INSERT, values("meanwhile"))
        act.commit()


# A sealer links committed events in (xid, id) order.


def test_the_sealer_links_committed_events_in_the_order_of_transaction_and_id(database: Database) -> None:
    """… links committed events … in (xid, id) order into `AuditLink(seq, event, digest)`."""
    with psycopg.connect(database.app_url) as older, psycopg.connect(database.app_url) as younger:
        older.execute("SELECT pg_current_xact_id()")  # the older transaction writes its event last
        younger.execute(INSERT, values("younger"))
        older.execute(INSERT, values("older"))
        younger.commit()
        older.commit()
    seal_everything()
    last = AuditLink.objects.select_related("event").order_by("-seq")[:2]
    assert [link.event.about_key for link in last] == ["younger", "older"]
    assert rows(
        "SELECT count(*) FROM (SELECT seq, row_number() OVER (ORDER BY xid, e.id) AS place"
        " FROM office_auditlink l JOIN office_auditevent e ON e.id = l.event_id) x WHERE seq <> place"
    ) == [(0,)]
    assert audit.verify().ok


def test_the_sealer_never_seals_past_a_running_transaction(database: Database) -> None:
    """A **sealer** … links committed events with `xid < pg_snapshot_xmin(pg_current_snapshot())`."""
    audit.seal()
    with psycopg.connect(database.app_url) as running:
        running.execute("SELECT pg_current_xact_id()")
        event = an_act()
        assert audit.seal() == 0 and not sealed(event.pk)
        (late,) = running.execute(INSERT, values("late")).fetchone() or (0,)
        running.commit()
    assert seal_everything() == 2
    order = list(AuditLink.objects.order_by("-seq").values_list("event_id", flat=True)[:2])
    assert order == [event.pk, late]
    assert audit.verify().ok


def test_an_event_that_was_rolled_back_leaves_no_gap(database: Database) -> None:
    """A **sealer** … links committed events."""
    audit.seal()
    links = AuditLink.objects.count()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(audit.Kind.LOGGED_IN, by=officer("city"), about=("account", "gone"))
        raise ZeroDivisionError
    an_act()
    assert seal_everything() == 1
    assert AuditLink.objects.order_by("-seq")[0].seq == links + 1


def test_two_sealers_do_not_get_in_each_others_way(database: Database) -> None:
    """A **sealer** job: one at a time."""
    an_act()
    with psycopg.connect(database.app_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [audit.SEALER_LOCK])
        assert audit.seal() == 0
    assert seal_everything() > 0
    assert audit.seal() == 0
    assert audit.verify().ok


def test_many_events_are_sealed_in_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A **sealer** job (every second, and before verify)."""
    monkeypatch.setattr(audit, "BATCH", 3)
    audit.seal()
    for number in range(7):
        an_act(str(number))
    assert seal_everything() == 7
    assert audit.verify().ok and audit.verify().unsealed == 0


def test_the_worker_seals_every_second() -> None:
    """A **sealer** job (every second …)."""
    from lantian.config.commands import worker

    assert worker.SEAL_EVERY_SECONDS == 1.0


# Verify reports head, length, unsealed tail and its age.


def test_verify_reports_head_length_unsealed_tail_and_its_age(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verify reports head, length, unsealed tail and its age."""
    settings.TODAY = None
    audit.seal()
    before = audit.verify()
    head = AuditLink.objects.order_by("-seq")[0]
    assert (before.ok, before.head, before.sealed, before.unsealed) == (True, head.digest, head.seq, 0)
    assert (before.unsealed_seconds, before.first_bad) == (0, None)
    an_hour_ago = clock.now() - timedelta(hours=1)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: an_hour_ago)
        an_act()
    after = audit.verify()
    assert (after.head, after.sealed, after.unsealed) == (before.head, before.sealed, 1)
    assert after.events == before.events + 1
    assert 3590 < after.unsealed_seconds < 4200
    assert (after.ok, after.late, after.first_bad) == (False, True, None)


def test_a_tail_that_has_just_happened_is_no_fault(database: Database, settings: Any) -> None:
    """A transaction of another database may run for minutes; only what waits longer is told as a fault."""
    settings.TODAY = None
    audit.seal()
    an_act()
    state = audit.verify()
    assert (state.ok, state.late, state.unsealed) == (True, False, 1)
    assert timedelta(minutes=10) <= audit.UNSEALED_LIMIT


# After a dump and restore another cluster counts the transactions, from the beginning.


def moved(database: Database) -> None:
    """What a restore leaves: the epoch of another cluster, and numbers of transactions far beyond this one's."""
    with intruder(database) as superuser:
        superuser.execute("UPDATE office_epoch SET cluster = cluster + 1")
        superuser.execute("UPDATE office_auditevent SET xid = (xid::text::bigint + 1000000000)::text::xid8")


def begin_epoch(database: Database) -> None:
    """`lantian migrate` after the restore, in a process of its own: it speaks as the owner."""
    subprocess.run(
        [sys.executable, "-m", "lantian", "migrate"], env=database.variables, cwd=ROOT, check=True,
        capture_output=True,
    )  # fmt: skip


def test_a_restored_house_refuses_acts_until_its_epoch_is_opened_and_then_seals_on(
    database: Database,
) -> None:
    """A **sealer** … links committed events in (epoch, xid, id) order."""
    audit.seal()
    an_act("last before the dump")
    moved(database)
    with pytest.raises(OperationalError, match="run lantian migrate"):
        an_act("too early")
    connection.close()
    with pytest.raises(epochs.ForeignCluster):
        epochs.check()
    begin_epoch(database)
    epochs.check()
    an_act("first after the restore")
    assert seal_everything() == 2
    last = AuditLink.objects.select_related("event").order_by("-seq")[:2]
    told = [(link.event.about_key, link.event.epoch) for link in reversed(last)]
    assert told == [("last before the dump", 1), ("first after the restore", 2)]
    assert audit.verify().ok
    begin_epoch(database)
    assert Epoch.objects.count() == 2  # the same cluster, the same epoch


def test_an_event_of_an_earlier_epoch_with_the_same_number_is_no_company(database: Database) -> None:
    """ "No event, no act": numbers of transactions come again in another cluster."""
    an_act("old")
    moved(database)
    begin_epoch(database)
    with pytest.raises(IntegrityError, match="no event, no act"), acting("city"):
        Finding.objects.update(score=0.5)
        own = rows("SELECT pg_current_xact_id()::text")[0][0]
        with intruder(database) as superuser:
            superuser.execute("UPDATE office_auditevent SET xid = %s WHERE about_key = 'old'", [own])


# "No event, no act" is a deferred constraint trigger on protected tables.


def test_no_event_no_act(database: Database) -> None:
    """ "No event, no act" is a deferred constraint trigger on protected tables."""
    with pytest.raises(IntegrityError, match="no event, no act: UPDATE of screening_finding"), acting("city"):
        assert Finding.objects.update(score=0.5) > 0
    with (
        pytest.raises(IntegrityError, match="no event, no act: INSERT of screening_judgement"),
        acting("city") as by,
    ):
        Judgement.objects.create(
            finding=Finding.objects.all()[0],
            outcome="dismissed",
            reason="不记账",
            post_id=by.post_id,
            at=clock.now(),
            ground="",
            ground_size=0,
        )
    with acting("city"):
        assert not Finding.objects.filter(score=0.5).exists()
        assert Judgement.objects.count() == 0


def test_an_event_of_another_act_does_not_count(database: Database) -> None:
    """ "No event, no act": the event belongs to the act's own transaction."""
    an_act()
    with pytest.raises(IntegrityError, match="no event, no act"), acting("city"):
        Finding.objects.update(score=0.5)


def test_the_event_may_come_before_or_after_the_change(database: Database) -> None:
    """ "No event, no act" is a **deferred** constraint trigger."""
    for event_first in (True, False):
        with acting("city") as by:
            if event_first:
                audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("screening", "k"))
            Finding.objects.update(score=0.5 + event_first / 4)
            if not event_first:
                audit.record(audit.Kind.FINDINGS_STORED, by=by, about=("screening", "k"))
        with acting("city"):
            assert Finding.objects.filter(score=0.5 + event_first / 4).exists()


@in_rollback
def test_every_protected_table_demands_the_event() -> None:
    """… on protected tables."""
    protected = rows("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity")
    demanding = rows(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'demand_event'::regproc"
        " AND tgdeferrable AND tginitdeferred AND tgenabled = 'O'"
    )
    # These are no secret, yet nobody gives a grant, switches a detector or a night, loads words, or has an applicant
    # take another id without an event.
    open_ones = {
        ("filings_unpublishedgrant",),
        ("filings_lexicon",),
        ("filings_lexiconword",),
        ("screening_nightlyorder",),
        ("screening_switch",),
        ("screening_identitychange",),
    }
    assert set(demanding) == {*protected, *open_ones} and protected


# Against a superuser a chain alone proves nothing: heads are published.


def test_a_tampered_event_is_found(database: Database) -> None:
    """Verify recomputes the chain from the events' own content."""
    audit.seal()
    with intruder(database) as superuser:
        superuser.execute(
            "UPDATE office_auditevent e SET actor = 'post:somebody' FROM office_auditlink l"
            " WHERE l.event_id = e.id AND l.seq = 7"
        )
    state = audit.verify()
    assert (state.ok, state.first_bad) == (False, 7)


def test_a_tampered_detail_is_found_even_when_its_digest_was_changed_with_it(database: Database) -> None:
    """Verify recomputes the chain from the events' own content."""
    audit.seal()
    event = AuditLink.objects.select_related("event").get(seq=9).event
    event.detail = {"sha256": "f" * 64}
    with intruder(database) as superuser:
        superuser.execute(
            "UPDATE office_auditevent SET detail = %s, digest = %s WHERE id = %s",
            [Jsonb(event.detail), chain.digest_of(audit.content(event)), event.pk],
        )
    assert audit.verify().first_bad == 9


def test_a_removed_link_is_found(database: Database) -> None:
    """Verify reports …: a place that is missing is the first bad one."""
    audit.seal()
    with intruder(database) as superuser:
        superuser.execute("DELETE FROM office_auditlink WHERE seq = 5")
    state = audit.verify()
    assert (state.ok, state.first_bad) == (False, 5)


def test_a_changed_digest_is_found(database: Database) -> None:
    """Verify recomputes every link."""
    audit.seal()
    with intruder(database) as superuser:
        superuser.execute("UPDATE office_auditlink SET digest = repeat('a', 64) WHERE seq = 3")
    assert audit.verify().first_bad == 3


def test_an_event_pushed_in_behind_the_chain_is_not_hidden(database: Database) -> None:
    """Verify reports …, unsealed tail and its age."""
    audit.seal()
    with intruder(database) as superuser:
        forged = INSERT.replace("digest)", "digest, xid)").replace("%s) R", "%s, '3') R")
        superuser.execute(forged, values("early"))
    audit.seal()
    state = audit.verify()
    assert (state.ok, state.unsealed) == (True, 1)
    assert not sealed(AuditEvent.objects.get(about_key="early").pk)


def test_a_chain_rewritten_whole_is_told_by_an_older_published_head(database: Database) -> None:
    """Against a superuser a chain alone proves nothing: … `--against HEADS` checks older published heads."""
    audit.seal()
    published = {10: AuditLink.objects.get(seq=10).digest}
    assert audit.verify(published).ok
    _rewrite(database)
    assert audit.verify().ok  # the chain itself holds
    state = audit.verify(published)
    assert (state.ok, state.first_bad) == (False, 10)


def test_a_chain_cut_short_is_told_by_an_older_published_head(database: Database) -> None:
    """The daily head is published, and `lantian audit verify --against HEADS` checks older published heads."""
    for key in ("one", "two"):
        an_act(key)  # of now: what is cut off is not late, so only the published head can tell
    seal_everything()
    last = AuditLink.objects.order_by("-seq")[0]
    with intruder(database) as superuser:
        superuser.execute("DELETE FROM office_auditlink WHERE seq > %s", [last.seq - 2])
    assert audit.verify().ok
    assert audit.verify({last.seq: last.digest}).first_bad == last.seq


# lantian audit verify


def test_the_command_answers_yes_no_or_unreadable(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`lantian audit verify [--against HEADS]`: exit 0 holds, 1 does not, 3 unreadable heads."""
    an_act()
    seal_everything()
    an_act()
    code, verdict, _ = lantian(capsys, "audit", "verify")
    assert code == 0 and verdict["ok"] is True
    assert next(iter(verdict)) == "schema" and verdict["schema"] == "audit/1"
    # Sealed before it was verified, unless another database of the cluster holds the sealer back.
    assert verdict["sealed"] + verdict["unsealed"] == verdict["events"] == AuditEvent.objects.count()
    assert {"events", "sealed", "unsealed", "unsealed_seconds", "head", "first_bad"} < set(verdict)

    heads = tmp_path / "heads.json"
    heads.write_text(json.dumps({"4": AuditLink.objects.get(seq=4).digest}))
    assert lantian(capsys, "audit", "verify", "--against", heads)[0] == 0
    heads.write_text(json.dumps({"4": "0" * 64}))
    code, verdict, _ = lantian(capsys, "audit", "verify", "--against", heads)
    assert (code, verdict["ok"], verdict["first_bad"]) == (1, False, 4)
    heads.write_text("not heads")
    code, verdict, words = lantian(capsys, "audit", "verify", "--against", heads)
    assert code == 3 and verdict == {} and str(heads) in words


def test_anybody_can_check_an_exported_chain_without_the_database(database: Database, tmp_path: Path) -> None:
    """`lantian audit verify --file F`: exit 0, 1 or 3, with no Django in sys.modules."""
    done = subprocess.run(
        [sys.executable, "-m", "lantian", "audit", "export"],
        env=database.variables, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    file, lines = tmp_path / "chain.jsonl", done.stdout.splitlines()
    assert len(lines) == AuditLink.objects.count()
    program = (
        "import sys; from lantian.config.commands import main; code = main(sys.argv[1:]);"
        " assert not [m for m in sys.modules if m.split('.')[0] in ('django', 'procrastinate')]; sys.exit(code)"
    )
    for content, expected in (
        (lines, 0),
        ([*lines[:3], *lines[4:]], 1),
        ([*lines, "no link"], 3),
        ([*lines[:2], lines[2].replace(lines[2][-20:-10], "0000000000"), *lines[3:]], 1),
    ):
        file.write_text("\n".join(content), "utf-8")
        code = subprocess.run(
            [sys.executable, "-c", program, "audit", "verify", "--file", str(file)],
            cwd=ROOT, capture_output=True, check=False,
        ).returncode  # fmt: skip
        assert code == expected


# Events hold keys and digests, never names, phones or text.


@in_rollback
def test_events_hold_keys_and_digests_only() -> None:
    """Events hold keys and digests, never names, phones or text, so that retention can delete."""
    with acting("city") as by:
        finding = Finding.objects.filter(clearing="not_cleared")[0]
        more = {"outcome": Outcome.MORE, "reason": "请补合同原件", "asked": "代理机构"}
        screening.judge(finding_key=finding.key, seen=0, by=by, **more)
        screening.judge(finding_key=finding.key, outcome=Outcome.LEAD, reason="", seen=1, by=by)
    events = AuditEvent.objects.all()
    said = "\n".join(
        json.dumps([e.actor, e.about_kind, e.about_key, e.detail], ensure_ascii=False) for e in events
    )
    assert said.isascii()  # nobody is named in Chinese, no text is quoted
    for (secret,) in rows(
        "SELECT name FROM office_account UNION SELECT login FROM office_account"
        " UNION SELECT phone FROM registry_agency WHERE phone IS NOT NULL"
        " UNION SELECT email FROM registry_agency WHERE email IS NOT NULL"
        " UNION SELECT credit_code FROM registry_agency"
    ):
        assert f'"{secret}"' not in said
    assert len(events) > 30


def test_every_kind_of_event_has_words_in_both_languages() -> None:
    """An event says its kind; a reader is told in words."""
    assert set(audit.KIND_TEXTS) == set(audit.Kind)
    assert all(text.zh and text.en.isascii() for text in audit.KIND_TEXTS.values())
    assert len({text.zh for text in audit.KIND_TEXTS.values()}) == len(audit.Kind)


@in_rollback
def test_every_event_of_the_house_is_of_a_known_kind_and_has_an_actor() -> None:
    """`by=` is an **Actor** …; there is no system superuser and no `None`."""
    for event in AuditEvent.objects.all():
        assert event.kind in set(audit.Kind)
        assert event.actor.split(":")[0] in ("post", "job", "public")
        assert event.unit is None or Unit.objects.filter(pk=event.unit).exists()


def _rewrite(database: Database) -> None:
    """What a superuser can do: change an event and link everything anew."""
    with intruder(database) as superuser:
        superuser.execute(
            "UPDATE office_auditevent e SET actor = 'post:me' FROM office_auditlink l"
            " WHERE l.event_id = e.id AND l.seq = 2"
        )
    head = chain.ORIGIN
    for link in audit.sealed_links():
        head = chain.link_digest(head, link.seq, chain.digest_of(link.event))
        with intruder(database) as superuser:
            superuser.execute("UPDATE office_auditlink SET digest = %s WHERE seq = %s", [head, link.seq])
