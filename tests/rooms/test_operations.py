"""What the operator meets: a start after a kill, a database that is away, logs without names, tidy commands."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from lantian.config import demo, logs
from lantian.config.commands import main
from lantian.config.commands.demo import answers
from lantian.office import jobs
from lantian.office.cluster import Cluster
from lantian.office.models import Account, Job
from lantian.screening import actions as screening
from lantian.screening.models import Run
from tests.conftest import Database
from tests.early import ROOT
from tests.personas import acting

in_rollback = pytest.mark.django_db


# The demonstration


@in_rollback
def test_a_demonstration_killed_while_it_screened_takes_the_run_up_again() -> None:
    with acting("city") as by:
        begun = screening.start_run(detector="P01", by=by)
    demo.screen(demo.TOWN)
    with acting("city"):
        run = Run.objects.select_related("job").get(pk=begun.pk)
        assert run.job is not None and run.job.state == Job.State.DONE
        assert Run.objects.order_by("-id")[0] == begun


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Ready) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}/readyz"
        found.shutdown()
        thread.join()


def test_readiness_is_asked_directly_whatever_proxy_the_environment_names(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert answers(server)
    assert not answers("http://127.0.0.1:9/readyz")


# The database


def test_the_last_user_of_an_embedded_database_stops_what_a_user_started(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "pg", throw_away=True)
    with cluster.used():
        with cluster.used():
            assert cluster.answers()
        assert cluster.answers(), "somebody uses it still"
        owner = psycopg.connect(cluster.url("lantian_owner"))
        with owner, pytest.raises(psycopg.Error):
            owner.execute("SELECT * FROM persons WHERE name = '宁书白'")
    assert not cluster.answers()
    log = (tmp_path / "pg.log").read_text()
    assert "persons" in log and "宁书白" not in log, "a failing statement is told of without its text"
    cluster.start()
    try:
        with cluster.used():
            pass
        assert cluster.answers(), "nobody of its users started it"
    finally:
        cluster.stop()


def test_every_command_reaches_the_database_in_one_way() -> None:
    for path in (ROOT / "lantian/config/commands").glob("*.py"):
        text = path.read_text("utf-8")
        assert "embedded.start" not in text and "django.setup()" not in text, path.name


def test_health_tells_that_the_database_is_away(database: Database) -> None:
    client = Client(raise_request_exception=False)
    connection.close()
    connection.settings_dict["HOST"], host = "/nowhere", connection.settings_dict["HOST"]
    try:
        assert client.get("/healthz").content == b"ok\n"
        answer = client.get("/readyz")
    finally:
        connection.settings_dict["HOST"] = host
    assert answer.status_code == 503
    assert answer.json() == {"database": False, "migrations": False, "epoch": False, "worker": False}
    assert client.get("/readyz").json() == {
        "database": True, "migrations": True, "epoch": True, "worker": False,
    }  # fmt: skip


# Logs and exits


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Django's loggers say, as they would be written."""
    formatter = dict(logs.configuration()["formatters"]["json"])
    shape = ProcessorFormatter(**{name: part for name, part in formatter.items() if name != "()"})
    said: list[str] = []
    handler = logging.Handler()
    monkeypatch.setattr(handler, "emit", lambda record: said.append(shape.format(record)))
    monkeypatch.setattr(logging.getLogger("django"), "handlers", [handler])
    return said


@in_rollback
def test_a_line_about_a_request_says_its_path_and_id_and_never_what_was_asked(lines: list[str]) -> None:
    answer = Client().get("/nowhere/", {"q": "宁书白"})
    assert answer.status_code == 404
    (line,) = [json.loads(line) for line in lines]
    assert (line["method"], line["path"], line["status_code"]) == ("GET", "/nowhere/", 404)
    assert line["request_id"] == answer["X-Request-Id"]
    assert "宁书白" not in str(line) and "%E5%AE%81" not in str(line)


@in_rollback
def test_a_fault_is_told_by_its_kind_and_place_and_never_by_the_record_it_met(lines: list[str]) -> None:
    login = Account.objects.values_list("login", flat=True).get(login="city")
    try:
        with transaction.atomic():
            Account.objects.create(login=login, name="宁书白")
    except IntegrityError:
        logging.getLogger("django.request").exception("broken")
    (line,) = [json.loads(line) for line in lines]
    assert "UniqueViolation [23505]" in line["exception"] and "test_operations.py:" in line["exception"]
    assert f"({login})" not in str(line) and "宁书白" not in str(line)


@in_rollback
def test_a_fault_of_ours_is_told_apart_from_an_unreadable_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Exit: 3 unreadable input, 70 our fault."""
    file = tmp_path / "patents.csv"
    file.write_text("application_no,disclosure\n", "utf-8")

    def broken(running: jobs.Running, **keys: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(jobs._FUNCTIONS, "intake", broken)
    assert main(["intake", "patents", str(file), "--as", "city"]) == 70
    file.write_bytes(b"PAR1 broken")
    assert main(["intake", "patents", str(tmp_path / "absent.csv"), "--as", "city"]) == 3
