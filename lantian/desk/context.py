"""What every page shows around its content: who is here, in which post, on a demo or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse

from lantian.core.messages import Text
from lantian.desk.accounts import landing
from lantian.desk.navigation import doors_for
from lantian.desk.present.words import language, said
from lantian.office import clock, people
from lantian.office.actors import OfficerActor
from lantian.office.models import Account
from lantian.office.permissions import ROLES


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context for `base.html`, and for the login page of a demonstration its accounts."""
    demo = settings.MODE == "demo"
    return {
        "demo": demo,
        "demo_accounts": _demo_accounts(request) if demo else (),
        "officer": _officer(request),
        "stay": request.get_full_path() if request.method in ("GET", "HEAD") else "/",
    }


def _officer(request: HttpRequest) -> dict[str, Any] | None:
    """Who acts, in which post; nobody on pages outside the guard or without a database."""
    actor = getattr(request, "actor", None)
    if actor is None or not isinstance(request.user, Account):
        return None
    try:
        posts = people.posts_of(request.user, clock.today())
    except DatabaseError:
        return None
    match = request.resolver_match
    officer = {
        "name": request.user.name,
        "posts_count": len(posts),
        "permissions": actor.permissions,
        "doors": doors_for(actor, (match.url_name if match else "") or ""),
    }
    if not isinstance(actor, OfficerActor):
        return officer
    post = next(post for post in posts if post.pk == actor.post_id)
    home = reverse(landing(actor))
    words = {
        "unit": post.unit.name(language()),
        "role": said(ROLES[post.role].name),
        "home": home,
    }
    return officer | words


def _demo_accounts(request: HttpRequest) -> list[dict[str, str]]:
    """Logins of the demonstration, shown only to somebody about to log in."""
    match = request.resolver_match
    if match is None or match.url_name != "account_login":
        return []
    accounts: Iterable[Mapping[str, str | Text]] = getattr(settings, "DEMO_ACCOUNTS", ())
    return [
        {name: said(value) if isinstance(value, Text) else value for name, value in account.items()}
        for account in accounts
    ]
