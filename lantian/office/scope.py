"""The scope of an actor inside a transaction: row-level security reads it, and nothing else sets it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, transaction

from lantian.office.actors import Actor

_NOTES: ContextVar[dict[str, Any] | None] = ContextVar("notes of a piece of work", default=None)


@contextmanager
def scoped(actor: Actor) -> Iterator[None]:
    """Open a transaction in which protected rows of the actor's units can be seen; the scope ends with it."""
    with _noted(), transaction.atomic():
        before = _set(_literal(actor.units))
        yield
        # After a fault the setting is rolled back with the transaction, which refuses every statement until then.
        if not connection.needs_rollback:
            _set(before)


def notes() -> dict[str, Any] | None:
    """What was looked up once in this piece of work (the outermost scope); None where nobody is at work."""
    return _NOTES.get()


@contextmanager
def _noted() -> Iterator[None]:
    before = _NOTES.get()
    _NOTES.set({} if before is None else before)
    try:
        yield
    finally:
        _NOTES.set(before)


def _set(units: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.units', true), '')")
        before: str = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('app.units', %s, true)", [units])
    return before


def _literal(units: Iterable[int]) -> str:
    return "{" + ",".join(str(int(unit)) for unit in units) + "}"
