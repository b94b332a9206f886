"""Accounts and posts: the administrator's page, and choosing the post to act in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk.forms import AccountForm, KeyForm, PostForm, RefusableForm
from lantian.desk.present.words import language, offices, said
from lantian.desk.requests import OfficerRequest
from lantian.office import clock, people
from lantian.office.actors import Actor, officer
from lantian.office.models import Account, Post
from lantian.office.permissions import ROLES, Permission

LANDINGS = {
    Permission.READ_DESK: "home",
    Permission.MANAGE_ACCOUNTS: "admin_accounts",
    Permission.READ_AUDIT: "audit",
}
DONE = {
    "create": Text(
        "账号已开设；设置岗位后即可使用。", "The account is open; give it a post to make it useful."
    ),
    "add": Text("岗位已增加。", "The post has been added."),
    "close": Text(
        "岗位已结束，自今日起不再有效。", "The post has ended; from today on it is no longer held."
    ),
    "shut": Text("账号已停用，全部岗位已结束。", "The account is closed and every post it held has ended."),
    "factors": Text("已停用该账号的第二步验证。", "The account's second step has been removed."),
    "reset": Text(
        "密码已重置。请当面或电话告知本人下面的临时密码；它只显示这一次，首次登录必须修改。",
        "The password is reset. Tell the temporary one below to its owner in person or by telephone; it is shown"
        " this once and must be changed at the first login.",
    ),
}


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
    """All accounts with their posts; open an account, add a post, end one."""
    if request.method != "POST":
        return _page(request, None)
    do = request.POST.get("do", "")
    if do == "reset":
        return _reset(request)
    if do not in ACTS:
        raise BadRequest("unknown act")
    form = ACTS[do](request)
    if form is not None:
        return _page(request, form)
    messages.success(request, said(DONE[do]))
    return redirect("admin_accounts")


def _reset(request: OfficerRequest) -> HttpResponse:
    """Reset a password and show the temporary one on this one page, which no browser keeps."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise Http404
    account: Account = form.cleaned_data["account"]
    try:
        password = people.reset_password(account=account, by=request.actor)
    except Refused as refusal:
        form.refuse(refusal)
        return _page(request, form)
    told = {"words": said(DONE["reset"]), "name": account.name, "login": account.login, "password": password}
    response = _page(request, None, told)
    response["Cache-Control"] = "no-store"
    return response


def _create(request: OfficerRequest) -> RefusableForm | None:
    form = AccountForm(request.POST)
    if not form.is_valid():
        return form
    return _try(form, lambda: people.create_account(by=request.actor, **form.cleaned_data))


def _add(request: OfficerRequest) -> RefusableForm | None:
    form = PostForm(request.POST)
    if not form.is_valid():
        return form
    return _try(form, lambda: people.open_post(by=request.actor, **form.cleaned_data))


def _close(request: OfficerRequest) -> RefusableForm | None:
    post = Post.objects.filter(key=request.POST.get("post", "")).first()
    if post is None:
        raise Http404
    return _try(RefusableForm({}), lambda: people.close_post(post=post, by=request.actor))


def _shut(request: OfficerRequest) -> RefusableForm | None:
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise Http404
    return _try(form, lambda: people.close_account(account=form.cleaned_data["account"], by=request.actor))


def _factors(request: OfficerRequest) -> RefusableForm | None:
    """Remove every second step of an account whose owner lost it; each removal leaves its event."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        raise Http404
    Authenticator.objects.filter(user=form.cleaned_data["account"]).delete()
    return None


ACTS: dict[str, Callable[[OfficerRequest], RefusableForm | None]] = {
    "create": _create,
    "add": _add,
    "close": _close,
    "shut": _shut,
    "factors": _factors,
}


def _try(form: RefusableForm, act: Callable[[], object]) -> RefusableForm | None:
    """Act; return the form with the reason when the act was refused."""
    try:
        act()
    except Refused as refusal:
        form.is_valid()
        form.refuse(refusal)
        return form
    return None


def _page(
    request: OfficerRequest, form: RefusableForm | None, told: Mapping[str, str] | None = None
) -> HttpResponse:
    today = clock.today()
    context = {
        "accounts": _accounts(today),
        "units": [{"id": unit.pk, "name": unit.name(language())} for unit in offices().by_id.values()],
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
