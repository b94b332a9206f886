"""`lantian migrate`: bring the schema and the grants up to date, as the owner of the tables."""

from __future__ import annotations

import argparse

from lantian.config.commands import say
from lantian.config.connected import connected_as_owner
from lantian.core.messages import Text


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Migrate, open an epoch where the cluster is new, and grant."""
    with connected_as_owner():
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        from lantian.office import epochs, serving
        from lantian.office.grants import apply_grants

        epochs.begin()
        serving.keep_shipped()
        apply_grants()
    say(Text("数据库结构已是最新。", "The database schema is up to date."))
    return 0
