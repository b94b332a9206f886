"""The database for the length of one command: started when it is ours and sleeps, left as it was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from lantian.config import environment
from lantian.config.environment import Environment
from lantian.core.messages import WrongUse


@contextmanager
def database() -> Iterator[Environment]:
    """A database that answers; the last command that uses an embedded one stops it."""
    env = environment.read()
    if env.embedded is None:
        yield env
        return
    with env.embedded.used():
        yield env


@contextmanager
def connected() -> Iterator[Environment]:
    """A database that answers, and Django set up to use it."""
    with database() as env:
        set_up()
        yield env


@contextmanager
def connected_as_owner() -> Iterator[None]:
    """Like `connected`, over the connection of the tables' owner; WrongUse when the environment names none."""
    with database() as env:
        if env.owner_url is None:
            raise WrongUse(
                "此命令需要表的所有者：请设置 DATABASE_OWNER_URL（形如 postgresql://lantian_owner@主机/库名）。",
                "This command needs the owner of the tables: set DATABASE_OWNER_URL"
                " (postgresql://lantian_owner@host/name).",
            )
        os.environ["DATABASE_URL"] = env.owner_url
        set_up()
        yield


def set_up() -> None:
    """Read the settings and load the rooms."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
    import django

    django.setup()
