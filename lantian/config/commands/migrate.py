"""`lantian migrate`: bring the schema and the grants up to date, as the owner of the tables."""

from __future__ import annotations

import argparse
import os

from lantian.config import environment
from lantian.config.commands import say
from lantian.core.messages import Text, WrongUse


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Migrate and grant."""
    env = environment.read()
    if env.owner_url is None:
        raise WrongUse(
            "更新结构需要表的所有者：请设置 DATABASE_OWNER_URL（形如 postgresql://lantian_owner@主机/库名）。",
            "Migrating needs the owner of the tables: set DATABASE_OWNER_URL (postgresql://lantian_owner@host/name).",
        )
    if env.embedded:
        env.embedded.start()
    migrate_as_owner(env.owner_url)
    say(Text("数据库结构已是最新。", "The database schema is up to date."))
    return 0


def migrate_as_owner(owner_url: str) -> None:
    """Run migrations and grants in this process over the owner's connection."""
    os.environ["DATABASE_URL"] = owner_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    from lantian.office.grants import apply_grants

    apply_grants()
