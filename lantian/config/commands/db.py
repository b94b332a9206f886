"""`lantian db status`: which database, which version, what is missing."""

from __future__ import annotations

import argparse

import psycopg

from lantian.config import environment
from lantian.config.commands import print_json
from lantian.core.messages import Unreadable


def configure(parser: argparse.ArgumentParser) -> None:
    """One word: what to show."""
    parser.add_argument("what", choices=["status"])


def run(args: argparse.Namespace) -> int:
    """Print the state of the database."""
    env = environment.read()
    try:
        with psycopg.connect(env.app_url, connect_timeout=5) as connection:
            version = connection.execute("SHOW server_version").fetchone()
            tables = connection.execute(
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            ).fetchone()
            locale = connection.execute(
                "SELECT datctype FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.OperationalError as fault:
        raise Unreadable(f"连不上数据库：{fault}", f"The database does not answer: {fault}") from fault
    assert version and tables and locale
    state = {
        "embedded": env.embedded is not None,
        "version": version[0],
        "tables": tables[0],
        "locale": locale[0],
    }
    print_json("database/1", state)
    return 0
