"""`lantian files sweep`: remove files that no record knows, a day old or more; run it daily, as the owner."""

from __future__ import annotations

import argparse
import os

from lantian.config import environment
from lantian.core.messages import WrongUse


def configure(parser: argparse.ArgumentParser) -> None:
    """One word: what to do."""
    parser.add_argument("what", choices=["sweep"])


def run(args: argparse.Namespace) -> int:
    """Sweep over the owner's connection and print how many files went."""
    env = environment.read()
    if env.owner_url is None:
        raise WrongUse(
            "清理文件需要表的所有者：请设置 DATABASE_OWNER_URL。",
            "The sweep needs the owner of the tables: set DATABASE_OWNER_URL.",
        )
    if env.embedded:
        env.embedded.start()
    os.environ["DATABASE_URL"] = env.owner_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
    import django

    django.setup()
    from lantian.office import orphans

    print(f"removed\t{orphans.sweep()}")
    return 0
