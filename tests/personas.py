"""The people of the tests: one actor per role and office, and the same three questions everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.test import Client

from lantian.config.demo_people import PEOPLE
from lantian.office import actors
from lantian.office.actors import OfficerActor
from lantian.office.models import Account, Post
from lantian.office.scope import scoped

CITY, NANKAI, XIQING, BINHAI = 120000, 120104, 120111, 120116
CORPS = 12000001
LOGINS = tuple(person.login for person in PEOPLE)


def officer(login: str) -> OfficerActor:
    """The actor of a persona: one of `LOGINS`."""
    return actors.officer(Post.objects.get(account__login=login))


@contextmanager
def acting(login: str) -> Iterator[OfficerActor]:
    """Act as a persona, in the persona's scope."""
    actor = officer(login)
    with scoped(actor):
        yield actor


def browser(login: str) -> Client:
    """A client logged in as a persona."""
    client = Client(raise_request_exception=False)
    client.force_login(
        Account.objects.get(login=login), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def run_job(job: object, login: str = "city", run: Callable[[str, str], None] | None = None) -> None:
    """Run a waiting job inline, as the worker would."""
    from lantian.office import jobs

    post = Post.objects.get(account__login=login)
    (run or jobs.execute)(job.key, post.key)  # type: ignore[attr-defined]
