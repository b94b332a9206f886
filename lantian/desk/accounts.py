"""Accounts and posts: the administrator's page, and choosing the post to act in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantian.core.messages import Text
from lantian.desk.doors import Choice, enter
from lantian.desk.forms import AccountForm, KeyForm, PostForm, PostKeyForm, RefusableForm
from lantian.desk.present.words import language, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, people
from lantian.office.actors import Actor, officer
from lantian.office.models import Account, Post
from lantian.office.permissions import ROLES, Permission
from lantian.office.units import open_units

LANDINGS = {
    Permission.READ_DESK: "home",
    Permission.MANAGE_ACCOUNTS: "admin_accounts",
    Permission.READ_AUDIT: "audit",
}
RESET = Text(
    "密码已重置。请当面或电话告知本人下面的临时密码；它只显示这一次，首次登录必须修改。",
    "The password is reset. Tell the temporary one below to its owner in person or by telephone; it is shown"
    " this once and must be changed at the first login.",
)
REOPENED = Text(
    "账号已重新启用，原有岗位仍为结束，请重新设置岗位。请当面或电话告知本人下面的临时密码；它只显示这一次。",
    "The account is open again; the posts it held stay ended, so give it a new one. Tell the temporary password"
    " below to its owner in person or by telephone; it is shown this once.",
)


def landing(actor: Actor) -> str:
    """The route of a post's own first page; where a post opens nothing, the account's own page."""
    if actor.unit is None:
        return "choose_post"
    return next((route for verb, route in LANDINGS.items() if verb in actor.permissions), "account")


@require_http_methods(["GET", "HEAD", "POST"])
def choose_post(request: HttpRequest) -> HttpResponse:
    """Choose among one's posts; somebody with a single one goes straight to its page."""
    account = request.user
    assert isinstance(account, Account)
    today = clock.today()
    posts = people.posts_of(account, today)
    if request.method == "POST":
        chosen = next((post for post in posts if post.key == request.POST.get("post")), None)
        if chosen is None:
            raise Http404
        people.choose_post(account=account, post=chosen, by=officer(chosen))
        request.session["post"] = chosen.key
        return redirect(landing(officer(chosen)))
    if len(posts) == 1:
        return redirect(landing(officer(posts[0])))
    context = {"posts": [_post(post, today) for post in posts]}
    return render(request, "desk/choose_post.html", context)


@require_safe
def own_account(request: HttpRequest) -> HttpResponse:
    """One's own account: who one is here, in which posts, password and second step."""
    account = request.user
    assert isinstance(account, Account)
    today = clock.today()
    kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    context = {
        "account": {"name": account.name, "login": account.login},
        "posts": [_post(post, today) for post in people.posts_of(account, today)],
        "has_totp": "totp" in kinds,
        "has_passkey": "webauthn" in kinds,
        "opens_nothing": landing(request.actor) == "account",  # type: ignore[attr-defined]
    }
    return render(request, "desk/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def admin_accounts(request: OfficerRequest) -> HttpResponse:
    """All accounts with their posts; open an account, close it and open it again, add a post, end one."""
    return enter(request, CHOICES, _page, "admin_accounts")


def _told(account: Account, password: str, words: Text) -> dict[str, str]:
    """A temporary password, for the one page that shows it."""
    return {"words": said(words), "name": account.name, "login": account.login, "password": password}


def _reset(request: OfficerRequest, form: KeyForm) -> dict[str, str]:
    account = form.cleaned_data["account"]
    return _told(account, people.reset_password(account=account, by=request.actor), RESET)


def _reopen(request: OfficerRequest, form: KeyForm) -> dict[str, str]:
    account = form.cleaned_data["account"]
    return _told(account, people.reopen_account(account=account, by=request.actor), REOPENED)


def _remove_factors(request: OfficerRequest, form: KeyForm) -> None:
    """Remove every second step of an account whose owner lost it; each removal leaves its event."""
    Authenticator.objects.filter(user=form.cleaned_data["account"]).delete()


CHOICES: dict[str, Choice] = {
    "create": Choice(
        AccountForm,
        lambda request, form: people.create_account(by=request.actor, **form.cleaned_data),
        Text("账号已开设；设置岗位后即可使用。", "The account is open; give it a post to make it useful."),
    ),
    "add": Choice(
        PostForm,
        lambda request, form: people.open_post(by=request.actor, **form.cleaned_data),
        Text("岗位已增加。", "The post has been added."),
    ),
    "close": Choice(
        PostKeyForm,
        lambda request, form: people.close_post(by=request.actor, **form.cleaned_data),
        Text("岗位已结束，自今日起不再有效。", "The post has ended; from today on it is no longer held."),
        names="post",
    ),
    "shut": Choice(
        KeyForm,
        lambda request, form: people.close_account(by=request.actor, **form.cleaned_data),
        Text("账号已停用，全部岗位已结束。", "The account is closed and every post it held has ended."),
        names="account",
    ),
    "factors": Choice(
        KeyForm,
        _remove_factors,
        Text("已停用该账号的第二步验证。", "The account's second step has been removed."),
        names="account",
    ),
    "reset": Choice(KeyForm, _reset, names="account", tells=True),
    "reopen": Choice(KeyForm, _reopen, names="account", tells=True),
}


def _page(
    request: OfficerRequest, form: RefusableForm | None, told: Mapping[str, str] | None
) -> HttpResponse:
    today = clock.today()
    context = {
        "accounts": _accounts(today),
        "units": [{"id": unit.pk, "name": unit.name(language())} for unit in open_units()],
        "roles": [
            {"id": name, "name": said(role.name), "purpose": said(role.purpose)}
            for name, role in ROLES.items()
        ],
        "today": today,
        "may_create": True,
        "told": told,
        "error": form.first_error() if form else "",
        "typed": form.data if form else {},
    }
    return render(request, "desk/admin_accounts.html", context, status=422 if form else 200)


def _accounts(today: date) -> list[dict[str, Any]]:
    posts: dict[int, list[dict[str, Any]]] = {}
    for post in Post.objects.select_related("unit").order_by("id"):
        posts.setdefault(post.account_id, []).append(_post(post, today))
    secured = set(Authenticator.objects.values_list("user_id", flat=True))
    return [
        {
            "key": account.key,
            "secured": account.pk in secured,
            "temporary": account.must_change_password,
            "login": account.login,
            "name": account.name,
            "is_active": account.is_active,
            "posts": posts.get(account.pk, []),
        }
        for account in Account.objects.order_by("login")
    ]


def _post(post: Post, today: date) -> dict[str, Any]:
    role = ROLES[post.role]
    return {
        "key": post.key,
        "unit": post.unit.name(language()),
        "role": said(role.name),
        "purpose": said(role.purpose),
        "valid_from": post.valid_from,
        "valid_to": post.valid_to,
        "held": post.held_on(today),
    }
