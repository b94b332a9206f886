"""The way in: production behind a proxy, the first account, and what is refused before anybody looks at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from django.test import Client
from django.urls import reverse

from lantian.config import environment
from lantian.config.entrance import Entrance, entrance
from lantian.core.messages import WrongUse
from lantian.office.models import Account, AuditEvent, Post
from tests.conftest import Database
from tests.early import PASSWORD, ROOT
from tests.personas import browser
from tests.security.catalogue import connected

URL = "https://desk.example"
PATIENT = {"monotonic": time.monotonic, "sleep": time.sleep}
FOUND = [
    "account",
    "first",
    "--login",
    "Erste",
    "--name",
    "路明",
    "--unit-id",
    "120000",
    "--unit-name",
    "天津市知识产权局",
]
# What a browser behind a proxy that ends TLS does, in a process that knows nothing of the tests.
LOG_IN = """
import json, sys
from django.core.wsgi import get_wsgi_application
get_wsgi_application()
from django.test import Client
host, scheme, password = sys.argv[1:]
said = {"HTTP_HOST": host, "REMOTE_ADDR": "127.0.0.1"}
if scheme == "https":
    said |= {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
client = Client(enforce_csrf_checks=True, **said)
page = client.get("/login/")
token = client.cookies["csrftoken"].value if "csrftoken" in client.cookies else ""
typed = {"login": "erste", "password": password, "csrfmiddlewaretoken": token}
origin = {"HTTP_ORIGIN": f"{scheme}://{host}", "HTTP_REFERER": f"{scheme}://{host}/login/"}
answer = client.post("/login/", typed, **origin)
kept = client.cookies.get("sessionid")
print(json.dumps({"page": page.status_code, "answer": answer.status_code, "to": answer.get("Location", ""),
    "secure": bool(kept and kept["secure"]), "hsts": page.get("Strict-Transport-Security", "")}))
"""


def read(**variables: str) -> Entrance:
    return entrance(environment.read({"LANTIAN_HOME": "/nowhere", **variables}))


# Production.


@pytest.fixture
def empty(database: Database) -> Database:
    """A database with its tables and nobody in it."""
    with connected(database.superuser_url) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("TRUNCATE office_unit, office_account CASCADE")
    return database


def production(database: Database, **more: str) -> dict[str, str]:
    variables = {**database.variables, "LANTIAN_MODE": "production", **more}
    del variables["LANTIAN_TODAY"]
    return variables


def run(arguments: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], env=variables, cwd=ROOT, capture_output=True, text=True, check=False
    )


def log_in(variables: dict[str, str], host: str, scheme: str) -> dict[str, object]:
    done = run(
        ["-c", LOG_IN, host, scheme, PASSWORD],
        {**variables, "DJANGO_SETTINGS_MODULE": "lantian.config.settings"},
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, object] = json.loads(done.stdout)
    return said


def test_an_empty_house_is_founded_once_and_entered_through_tls(empty: Database, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    here = production(empty, LANTIAN_PUBLIC_URL=URL, LANG="C.UTF-8")
    command = ["-m", "lantian", *FOUND, "--password-file", str(secret)]
    done = run(command, here)
    assert done.returncode == 0, done.stderr
    account = Account.objects.get()
    post = Post.objects.get()
    assert (account.login, post.role, post.unit_id) == ("erste", "administrator", 120000)
    made = list(AuditEvent.objects.filter(actor="job:account first").values_list("kind", flat=True))
    assert sorted(made) == ["account_created", "post_opened", "unit_created"]
    again = run(command, here)
    assert again.returncode == 1 and "accounts or units already" in again.stderr
    said = log_in(here, "desk.example", "https")
    assert said == {
        "page": 200,
        "answer": 302,
        "to": "/accounts/",
        "secure": True,
        "hsts": "max-age=31536000",
    }
    assert log_in(here, "other.example", "https")["page"] == 400


def test_without_a_public_address_only_this_machine_enters(empty: Database, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    here = production(empty)
    assert run(["-m", "lantian", *FOUND, "--password-file", str(secret)], here).returncode == 0
    said = log_in(here, "127.0.0.1:8000", "http")
    assert (said["answer"], said["secure"], said["hsts"]) == (302, False, "")
    assert log_in(here, "desk.example", "https")["page"] == 400


def test_a_weak_first_password_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("kurz")
    variables = {**os.environ, "LANG": "C.UTF-8"}
    done = run(["-m", "lantian", *FOUND, "--password-file", str(secret)], variables)
    assert done.returncode == 2 and "at least 10 characters" in done.stderr


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.example",
        "desk.example",
        "https://desk.example/desk",
        "ftp://x",
        "https://a@b",
        "https://x:y",
    ],
)
def test_an_address_that_is_none_or_would_show_passwords_refuses_to_start(url: str) -> None:
    with pytest.raises(WrongUse, match="LANTIAN_PUBLIC_URL"):
        read(LANTIAN_PUBLIC_URL=url)


def test_the_forwarded_address_is_believed_only_behind_the_declared_proxy() -> None:
    assert (read(LANTIAN_PUBLIC_URL=URL).proxies, read(LANTIAN_PUBLIC_URL=URL).tls) == (1, True)
    for nearby in (read(), read(LANTIAN_PUBLIC_URL="http://localhost:8000"), read(LANTIAN_MODE="demo")):
        assert (nearby.proxies, nearby.tls) == (0, False)


def test_a_demonstration_answers_under_its_own_address_only() -> None:
    assert read(LANTIAN_MODE="demo", LANTIAN_BIND="10.0.0.5").hosts == [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.5",
    ]
    assert read().hosts == ["127.0.0.1", "localhost", "[::1]"]


# What is refused before anybody looks at it.


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/search/?q=%00", "/findings/?%00=1", "/leads/%00/", "/%00"])
def test_nul_in_an_address_is_refused_with_a_page(address: str) -> None:
    answer = browser("city").get(address)
    assert answer.status_code == 400
    assert "请求无法识别" in answer.content.decode()


@pytest.mark.django_db
def test_nul_in_a_cookie_is_refused() -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "a\0b"
    assert client.get("/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("login", "route", "arguments"),
    [("city", "judge", ["any"]), ("city", "lead_hand_over", ["any"]), ("admin", "admin_accounts", [])],
)
def test_nul_in_a_form_is_refused_with_a_page(login: str, route: str, arguments: list[str]) -> None:
    answer = browser(login).post(reverse(route, args=arguments), {"reason": "a\0b", "do": "create"})
    assert answer.status_code == 400
    assert "请求无法识别" in answer.content.decode()
    assert (
        Client(raise_request_exception=False).post("/login/", {"login": "\0", "password": "x"}).status_code
        == 400
    )


@pytest.mark.django_db
def test_a_stranger_sends_nothing_large_and_it_is_not_even_read() -> None:
    class Untouched:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    large = {
        "CONTENT_LENGTH": str(10**9),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "wsgi.input": Untouched(),
    }
    for cookie in ("", "sessionid=made-up"):
        client = Client(enforce_csrf_checks=True, HTTP_COOKIE=cookie)
        answer = client.generic("POST", "/intake/", **large)
        assert answer.status_code == 413
        assert "请先登录" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_cut_by_hand_is_answered_with_our_page() -> None:
    answer = browser("city").post(reverse("admin_accounts"))
    assert answer.status_code == 403
    answer = browser("admin").post(reverse("admin_accounts"), {"do": "nonsense"})
    assert answer.status_code == 400
    assert "请求无法识别" in answer.content.decode()


@pytest.mark.django_db
def test_pages_about_coming_and_going_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "系统管理员" in Client().get(reverse("account_inactive")).content.decode()
    assert "btn btn-primary" in browser("city").get(reverse("account_logout")).content.decode()
    client, moment = Client(REMOTE_ADDR="192.0.2.9"), time.time()
    monkeypatch.setattr(
        ratelimit, "time", SimpleNamespace(time=lambda: moment, **PATIENT)
    )  # all within the minute
    for _ in range(60):
        assert client.post("/login/", {}).status_code == 200
    answer = client.post("/login/", {})
    assert answer.status_code == 429
    assert "请稍后再试" in answer.content.decode() and "desk/lantian.css" in answer.content.decode()
