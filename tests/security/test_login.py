"""Logging in: guessing is locked out, a second step is possible, sessions end, every act leaves an event."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lantian.config.accounts import Factors, SecretLost
from lantian.core.messages import Refused
from lantian.office import actors, audit, clock, people
from lantian.office.models import Account, AuditEvent, Post, Unit
from tests.early import PASSWORD
from tests.personas import BINHAI, CITY, NANKAI, browser, officer

pytestmark = pytest.mark.django_db
LOGIN, HOME, CHANGE = "/login/", "/", "/account/password/"
NEW = "another-battery-staple"


def log_in(client: Client, login: str, password: str = PASSWORD, **headers: str) -> HttpResponse:
    return client.post(LOGIN, {"login": login, "password": password}, **headers)  # type: ignore[return-value, arg-type]


def inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def kinds(login: str) -> list[str]:
    """Kinds of the events about an account, oldest first."""
    key = Account.objects.get(login=login).key
    return [event.kind for event in audit.history("account", key)]


def one_time_code(secret: str, *, steps: int = 0) -> str:
    """The code of a secret (RFC 6238: SHA-1, 30 seconds, six digits), some steps from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@pytest.fixture
def secured() -> Iterator[tuple[Client, str]]:
    """Nankai's officer with an authenticator app set up through the pages: the client, and the secret."""
    client = browser("nankai")
    page = reverse("mfa_activate_totp")
    asked = client.get(page)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked["Location"], {"password": PASSWORD, "next": page})
    secret = client.get(page).context["form"].secret
    assert client.post(page, {"code": one_time_code(secret)}).status_code == 302
    yield client, secret


# Lock-out.


def test_after_five_failures_the_right_password_is_refused_wherever_they_came_from() -> None:
    """The count lies in the database: not in a process, not in an address, not in a Host header."""
    here, there = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2", HTTP_HOST="localhost")
    for client in (here, there, here, there, there):
        assert "暂停登录" not in log_in(client, "nankai", "wrong-wrong").content.decode()
    for client in (here, there):
        page = log_in(client, "nankai").content.decode()
        assert "为保护账号已暂停登录" in page and "以后再试" in page
        assert 'value="nankai"' in page, "the login that was typed stays"
        assert not inside(client)
    assert kinds("nankai")[-1] == "login_locked"
    assert kinds("nankai").count("login_locked") == 1
    assert log_in(here, "city").status_code == 302, "nobody else is locked out"


def test_guesses_at_many_logins_push_no_lock_out_of_the_shared_table() -> None:
    client = Client()
    for _ in range(5):
        log_in(client, "nankai", "wrong-wrong")
    for number in range(400):
        cache.set(f"another login {number}", [time.time()], 600)
    log_in(client, "nankai")
    assert not inside(client)


def test_the_message_says_when_to_try_again_and_then_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    client, begun = Client(), time.time()
    for _ in range(5):
        log_in(client, "nankai", "wrong-wrong")
    ended = time.time()
    page = log_in(client, "nankai").content.decode()
    minutes = range(int(begun + 660) // 60, int(ended + 660) // 60 + 1)  # however slowly the guesses came
    told = [f"{clock.datetime.fromtimestamp(minute * 60, clock.CHINA):%H:%M}" for minute in minutes]
    assert any(f"请在 {minute} 以后再试" in page for minute in told)
    later = SimpleNamespace(time=lambda: ended + 660, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", later)
    assert log_in(client, "nankai").status_code == 302


def test_an_unknown_login_is_answered_like_a_wrong_password() -> None:
    known, unknown = (log_in(Client(), login, "wrong-wrong") for login in ("nankai", "nobody-here"))
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


# Second step.


def test_with_an_authenticator_the_password_alone_opens_nothing(secured: tuple[Client, str]) -> None:
    client, before = Client(), kinds("nankai").count("logged_in")
    assert log_in(client, "nankai")["Location"] == reverse("mfa_authenticate")
    assert client.get(HOME)["Location"].startswith(LOGIN)
    assert kinds("nankai").count("logged_in") == before
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "验证码不正确或已过期" in wrong.content.decode()
    code = one_time_code(secured[1], steps=1)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get(HOME).status_code == 200
    assert kinds("nankai").count("logged_in") == before + 1


def test_five_wrong_codes_close_the_second_step_for_a_while(secured: tuple[Client, str]) -> None:
    client = Client()
    log_in(client, "nankai")
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    code = one_time_code(secured[1], steps=1)
    assert "尝试次数过多" in client.post(reverse("mfa_authenticate"), {"code": code}).content.decode()
    assert not inside(client)


def test_a_recovery_code_opens_once(secured: tuple[Client, str]) -> None:
    codes = secured[0].get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    for expected in (True, False):
        client = Client()
        log_in(client, "nankai")
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert inside(client) is expected


def test_secrets_of_the_second_step_lie_encrypted(secured: tuple[Client, str]) -> None:
    kept = {row.type: str(row.data) for row in Authenticator.objects.all()}
    assert set(kept) == {"totp", "recovery_codes"}
    assert secured[1] not in str(kept)
    assert "gAAAA" in kept["totp"] and "gAAAA" in kept["recovery_codes"]
    assert kinds("nankai")[-2:] == ["factor_added", "recovery_codes_made"]


def test_another_server_key_reads_no_secret_and_says_what_to_do(settings: object) -> None:
    kept = Factors().encrypt("JBSWY3DPEHPK3PXP")
    assert Factors().decrypt(kept) == "JBSWY3DPEHPK3PXP"
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(SecretLost, match="Ask the administrator"):
        Factors().decrypt(kept)


def test_the_second_step_is_removed_after_asking_once_more(secured: tuple[Client, str]) -> None:
    stale = browser("nankai")
    where = reverse("mfa_deactivate_totp")
    assert "/account/" in stale.post(where)["Location"]
    assert Authenticator.objects.count() == 2
    assert secured[0].post(where).status_code == 302
    assert not Authenticator.objects.exists()
    assert kinds("nankai")[-1] == "factor_removed"


def test_the_administrator_removes_a_lost_second_step(secured: tuple[Client, str]) -> None:
    account = Account.objects.get(login="nankai")
    browser("admin").post("/accounts/", {"do": "factors", "account": account.key})
    last = audit.history("account", account.key)[-1]
    assert (last.kind, last.actor) == ("factor_removed", officer("admin").audit_name)
    assert log_in(Client(), "nankai")["Location"] == reverse("home")


def test_another_persons_passkey_is_not_found() -> None:
    theirs = Authenticator.objects.create(user=Account.objects.get(login="city"), type="webauthn", data={})
    client = browser("nankai")
    where = reverse("mfa_remove_webauthn", args=[theirs.pk])
    client.post(client.get(where)["Location"], {"password": PASSWORD, "next": where})
    assert client.get(where).status_code == 404
    assert client.post(where).status_code == 404


# Passwords.


def test_a_password_reset_is_told_once_and_changed_first() -> None:
    old = browser("nankai")
    account = Account.objects.get(login="nankai")
    page = browser("admin").post("/accounts/", {"do": "reset", "account": account.key})
    temporary = page.context["told"]["password"]
    assert page["Cache-Control"] == "no-store" and temporary in page.content.decode()
    assert old.get(HOME)["Location"].startswith(LOGIN), "who was logged in is out"
    client = Client()
    log_in(client, "nankai", temporary)
    assert client.get(HOME)["Location"] == CHANGE
    assert client.get(reverse("mfa_index"))["Location"] == CHANGE
    same = {"oldpassword": temporary, "password1": temporary, "password2": temporary}
    assert "不能与原密码相同" in client.post(CHANGE, same).content.decode()
    assert client.post(CHANGE, same | {"password1": NEW, "password2": NEW}).status_code == 302
    assert client.get(HOME).status_code == 200
    assert [kind for kind in kinds("nankai") if "password" in kind] == ["password_reset", "password_changed"]
    assert log_in(Client(), "nankai").status_code == 200
    assert log_in(Client(), "nankai", NEW).status_code == 302


def test_changing_a_password_needs_the_present_one_and_ends_other_sessions() -> None:
    client, other = browser("nankai"), browser("nankai")
    words = {"oldpassword": "wrong-wrong", "password1": NEW, "password2": NEW}
    assert "当前密码不正确" in client.post(CHANGE, words).content.decode()
    short = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert "密码至少要有 10 个字符" in client.post(CHANGE, short).content.decode()
    client.post(CHANGE, words | {"oldpassword": PASSWORD})
    assert client.get(HOME).status_code == 200
    assert other.get(HOME)["Location"].startswith(LOGIN)


def test_a_closed_account_is_out_at_once_and_takes_no_post() -> None:
    client, account = browser("nankai"), Account.objects.get(login="nankai")
    assert client.get(HOME).status_code == 200
    browser("admin").post("/accounts/", {"do": "shut", "account": account.key})
    assert client.get(HOME)["Location"].startswith(LOGIN)
    late = Client()
    log_in(late, "nankai")
    assert not inside(late)
    assert not people.posts_of(account, clock.today())
    assert kinds("nankai")[-1] == "account_closed"
    account.refresh_from_db()
    with pytest.raises(Refused, match="account is closed"):
        people.open_post(
            account=account, unit=Unit.objects.get(pk=NANKAI), role="district_officer",
            valid_from=clock.today(), by=officer("admin"),
        )  # fmt: skip


def test_a_closed_account_is_opened_again_under_a_temporary_password_and_without_its_posts() -> None:
    admin, account = browser("admin"), Account.objects.get(login="nankai")
    asked = {"do": "reopen", "account": account.key}
    assert admin.post("/accounts/", asked).status_code == 422
    admin.post("/accounts/", {"do": "shut", "account": account.key})
    page = admin.post("/accounts/", asked)
    assert page.status_code == 200 and page["Cache-Control"] == "no-store"
    account.refresh_from_db()
    assert account.is_active and account.must_change_password
    assert account.check_password(page.context["told"]["password"])
    assert not people.posts_of(account, clock.today())
    assert kinds("nankai")[-2:] == ["account_reopened", "password_reset"]
    with pytest.raises(Refused, match="is not closed"):
        people.reopen_account(account=account, by=officer("admin"))


def test_nobody_closes_the_account_he_is_using() -> None:
    account = Account.objects.get(login="admin")
    page = browser("admin").post("/accounts/", {"do": "shut", "account": account.key})
    assert "另一位管理员" in page.content.decode()
    account.refresh_from_db()
    assert account.is_active


@pytest.mark.parametrize(
    ("unit", "role"), [(CITY, "district_leader"), (NANKAI, "patent_division"), (NANKAI, "enforcement_corps")]
)
def test_a_role_that_makes_no_sense_in_a_unit_is_refused_kindly(unit: int, role: str) -> None:
    account = Account.objects.get(login="marks")
    asked = {"do": "add", "account": account.key, "unit": unit, "role": role, "valid_from": "2026-11-22"}
    page = browser("admin").post("/accounts/", asked)
    assert page.status_code == 422
    assert "只能设在" in page.content.decode()
    assert not Post.objects.filter(account=account, role=role).exists()


# Posts.


def second_post(login: str, unit: int, role: str) -> Post:
    account = Account.objects.get(login=login)
    return Post.objects.create(account=account, unit_id=unit, role=role, valid_from=date(2026, 1, 1))


def test_choosing_a_post_leaves_an_event() -> None:
    post = second_post("nankai", BINHAI, "district_officer")
    client = browser("nankai")
    client.post(reverse("choose_post"), {"post": post.key})
    last = AuditEvent.objects.order_by("-id")[0]
    assert (last.kind, last.about_key, last.actor) == ("post_chosen", post.key, f"post:{post.key}")
    assert last.unit == BINHAI


def test_a_post_that_ended_today_is_refused_in_the_middle_of_a_session() -> None:
    post = second_post("nankai", BINHAI, "district_officer")
    client = browser("nankai")
    client.post(reverse("choose_post"), {"post": post.key})
    assert client.get(HOME).status_code == 200
    people.close_post(post=post, by=actors.setup("test"))
    page = client.get(HOME)
    assert page.status_code == 200 and page.context["officer"]["unit"] != Unit.objects.get(pk=BINHAI).name_zh
    people.close_post(post=Post.objects.get(account__login="nankai", unit=NANKAI), by=actors.setup("test"))
    assert client.get(HOME)["Location"] == reverse("choose_post")
    assert client.post(reverse("choose_post"), {"post": post.key}).status_code == 404


# Sessions.


def aged(client: Client, name: str, seconds: float) -> Client:
    """The client's session, its mark `name` that long ago."""
    session = client.session
    session[name] = clock.now().timestamp() - seconds
    session.save()
    return client


def test_a_session_ends_after_ten_hours_whatever_is_done() -> None:
    assert settings.SESSION_COOKIE_AGE == 36_000
    client = browser("nankai")
    assert client.get(HOME).status_code == 200
    assert aged(client, "since", 35_000).get(HOME).status_code == 200
    assert aged(client, "since", 36_001).get(HOME)["Location"] == LOGIN
    assert not inside(client)
    assert "登录已满十小时" in client.get(LOGIN).content.decode()
    assert kinds("nankai")[-1] == "logged_out"


@pytest.mark.parametrize(("login", "where", "out"), [("admin", "/accounts/", True), ("nankai", HOME, False)])
def test_only_an_administrators_session_ends_when_idle(login: str, where: str, out: bool) -> None:
    client = browser(login)
    assert aged(client, "seen", 1_790).get(where).status_code == 200
    assert (aged(client, "seen", 1_810).get(where).status_code == 302) is out
    assert inside(client) is not out


def test_logging_in_changes_the_session_key_and_logging_out_clears_the_session() -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = str(before)
    log_in(client, "nankai")
    assert inside(client) and client.session.session_key != before
    held = client.session.session_key
    client.post(reverse("account_logout"))
    assert not inside(client)
    client.cookies[settings.SESSION_COOKIE_NAME] = str(held)
    assert client.get(HOME)["Location"].startswith(LOGIN), "the old cookie opens nothing"
    assert kinds("nankai")[-1] == "logged_out"
