"""Access, decided in one place: every route gets its guard from the table, and the table matches the routes.

A guard opens the actor's scope (one transaction), checks the permission, and evaluates the response inside it,
so that no protected row is fetched outside the scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.http import urlencode

from lantian.config import sessions
from lantian.core.messages import Refused
from lantian.desk import errors
from lantian.office import clock, people
from lantian.office.actors import Actor, officer, public
from lantian.office.models import Post
from lantian.office.permissions import Permission, check_permission
from lantian.office.scope import scoped

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Public:
    """Open to everybody, and why."""

    why: str


@dataclass(frozen=True)
class AnyAccount:
    """Open to everybody logged in, and why no permission is asked."""

    why: str


@dataclass(frozen=True)
class Outside:
    """Open to everybody, needs no actor and opens no scope: it answers while the database is away. And why."""

    why: str


Need = Outside | Public | AnyAccount | Permission


def guard_all(
    patterns: Sequence[URLPattern | URLResolver], table: Mapping[str, Need]
) -> list[URLPattern | URLResolver]:
    """Wrap the view of every route; a route without access, or access without a route, refuses to boot."""
    routes = list(_routes(patterns))
    names = [_name_of(route) for route in routes]
    missing = sorted(set(names) - set(table))
    unused = sorted(set(table) - set(names))
    if missing or unused:
        raise ImproperlyConfigured(
            f"config/access.py and the routes disagree: without access {missing}, without route {unused}"
        )
    for route, name in zip(routes, names, strict=True):
        route.callback = guard(route.callback, table[name])
    return list(patterns)


def guard(view: View, need: Need) -> View:
    """The view behind its need."""
    return _outside(view) if isinstance(need, Outside) else _behind(view, need)


def _outside(view: View) -> View:
    @wraps(view)
    def unguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return unguarded


def _behind(view: View, need: Public | AnyAccount | Permission) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not isinstance(need, Public) and not request.user.is_authenticated:
            return redirect(f"/login/?{urlencode({'next': request.get_full_path()})}")
        if any("\0" in text for name, texts in request.POST.lists() for text in (name, *texts)):
            return errors.bad_request(request)
        stopped = None if isinstance(need, Public) else sessions.stop(request)
        if stopped is not None:
            return stopped
        actor = actor_of(request)
        if isinstance(need, Permission) and actor.unit is None:
            return redirect("choose_post")
        request.actor = actor  # type: ignore[attr-defined]
        try:
            if isinstance(need, Permission):
                check_permission(actor.permissions, need)
            return _answer(view, request, actor, *args, **kwargs)
        except Refused as refusal:
            return errors.refused(request, refusal)

    return guarded


def _answer(view: View, request: HttpRequest, actor: Actor, *args: Any, **kwargs: Any) -> HttpResponseBase:
    with scoped(actor):
        response = view(request, *args, **kwargs)
        # A lazy response would read protected rows after the scope has ended.
        if hasattr(response, "render") and callable(response.render):
            response = response.render()
    return response


def actor_of(request: HttpRequest) -> Actor:
    """The officer in the post he chose (or the only one he has), else the public."""
    post = post_of(request)
    return officer(post) if post else public("web")


def post_of(request: HttpRequest) -> Post | None:
    """The post in force today under which the request acts."""
    if not request.user.is_authenticated:
        return None
    posts = people.posts_of(request.user, clock.today())
    chosen = [post for post in posts if post.key == request.session.get("post")]
    if chosen:
        return chosen[0]
    return posts[0] if len(posts) == 1 else None


def _routes(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns)
        else:
            yield pattern


def _name_of(route: URLPattern) -> str:
    if not route.name:
        raise ImproperlyConfigured(f"the route {route.pattern} has no name, so no access can be declared")
    return route.name
