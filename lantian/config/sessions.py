"""How long a session lasts, and what stands before every page: a temporary password is changed first."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from lantian.core.messages import Text
from lantian.desk.present.words import said
from lantian.office import actors, audit, clock, people
from lantian.office.models import Account
from lantian.office.permissions import ROLES

MINUTE = 60
TOO_LONG = Text("登录已满十小时，请重新登录。", "You have been logged in for ten hours; please log in again.")
TOO_IDLE = Text(
    "较长时间没有操作，已自动退出，请重新登录。", "Nothing was done for a while; please log in again."
)
CHANGE_FIRST = Text(
    "您使用的是临时密码，请先改成自己的密码。", "Your password is temporary; choose your own first."
)
OPEN_WITH_TEMPORARY_PASSWORD = frozenset({"account_change_password", "account_logout"})


def stop(request: HttpRequest) -> HttpResponseBase | None:
    """The answer that comes instead of the page for somebody logged in; None when the page may be shown."""
    account = request.user
    assert isinstance(account, Account)
    words = _ended(request, account)
    if words is not None:
        _end(request, account)
        messages.warning(request, said(words))
        return redirect("account_login")
    route = request.resolver_match.url_name if request.resolver_match else None
    if account.must_change_password and route not in OPEN_WITH_TEMPORARY_PASSWORD:
        messages.warning(request, said(CHANGE_FIRST))
        return redirect("account_change_password")
    return None


def _ended(request: HttpRequest, account: Account) -> Text | None:
    """Why the session is over: ten hours whatever is done, and idleness where a role held today says so."""
    now = clock.now().timestamp()
    if now - request.session.setdefault("since", now) > settings.SESSION_COOKIE_AGE:
        return TOO_LONG
    idle = _idle_minutes(account)
    if idle is None:
        return None
    if now - request.session.get("seen", now) > idle * MINUTE:
        return TOO_IDLE
    request.session["seen"] = now
    return None


def _idle_minutes(account: Account) -> int | None:
    """The shortest limit among all posts held today: the session could change to any of them."""
    held = [ROLES[post.role].idle_minutes for post in people.posts_of(account, clock.today())]
    return min((minutes for minutes in held if minutes is not None), default=None)


@transaction.atomic
def _end(request: HttpRequest, account: Account) -> None:
    logout(request)
    by = actors.public("session")
    audit.record(audit.Kind.LOGGED_OUT, by=by, about=("account", account.key), detail={"ended": "by time"})
