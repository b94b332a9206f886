"""What follows when something new comes in: rooms above register it, for no room below may import them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lantian.office import actors
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import Post


@dataclass(frozen=True)
class News:
    """New or changed rows of a canonical table, and what brought them (`kind:key`): the mandate of what follows."""

    table: str
    mandate: str


# (news, the officer whose act brought it, who ends that act: the officer, or a job)
Follow = Callable[[News, OfficerActor, Actor], None]
_FOLLOWING: dict[str, list[Follow]] = {}


def after(table: str) -> Callable[[Follow], Follow]:
    """Register what follows when this table has new or changed rows, whichever way they came."""

    def register(function: Follow) -> Follow:
        _FOLLOWING.setdefault(table, []).append(function)
        return function

    return register


def follow(news: News, *, post_id: int, acting: Actor) -> None:
    """Do what follows, last in the transaction that brings the news, on the authority of the post that brought it."""
    officer = actors.officer(Post.objects.get(pk=post_id))
    for function in _FOLLOWING.get(news.table, []):
        function(news, officer, acting)
