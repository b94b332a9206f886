"""What follows an intake: rooms above register it, for no room below may import them."""

from __future__ import annotations

from collections.abc import Callable

from lantian.office import actors
from lantian.office.actors import Actor, OfficerActor
from lantian.office.models import IntakeBatch, Post

# (batch, the officer whose intake it was, the job that ends it)
Follow = Callable[[IntakeBatch, OfficerActor, Actor], None]
_FOLLOWING: dict[str, list[Follow]] = {}


def after(table: str) -> Callable[[Follow], Follow]:
    """Register what follows an intake of this table that brought new or changed rows."""

    def register(function: Follow) -> Follow:
        _FOLLOWING.setdefault(table, []).append(function)
        return function

    return register


def follow(batch: IntakeBatch, *, acting: Actor) -> None:
    """Do what follows, in the transaction that ends the intake; the intake is the mandate of what it starts."""
    if not (batch.new or batch.changed):
        return
    officer = actors.officer(Post.objects.get(pk=batch.post_id))
    for function in _FOLLOWING.get(batch.table, []):
        function(batch, officer, acting)
