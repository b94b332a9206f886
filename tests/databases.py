"""One template database per digest of the code that fills it; tests clone it and never flush or truncate."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from lantian.config import environment
from lantian.office.cluster import APP, OWNER, Cluster
from tests.early import CHECKOUT, ROOT

HOUR = 3_600
FILLED_BY = (
    "campaign",
    "office",
    "registry",
    "filings",
    "casework",
    "dispatch",
    "screening",
    "city",
    "core",
    "detect",
    "rulebooks",
)


def cluster() -> Cluster:
    """The throw-away cluster of the tests."""
    found = environment.read().embedded
    assert found is not None, "tests bring their own cluster; unset DATABASE_URL"
    return found


def template() -> str:
    """Name of the filled template database, built when the code that fills it has changed."""
    server = cluster()
    CHECKOUT.mkdir(parents=True, exist_ok=True)
    with _locked(CHECKOUT / "test-template.lock"):
        server.start()
        name = f"template_{_digest()[:16]}"
        if not _exists(name):
            _drop_old()
            _build(server, name)
    return name


def clone(name: str, source: str) -> None:
    """Make a database as a copy of another one."""
    drop(name)
    _maintain(sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}"), name, source, OWNER)


def drop(name: str) -> None:
    """Remove a database with everybody in it."""
    _maintain(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)


def _build(server: Cluster, name: str) -> None:
    building = f"{name}_building"
    drop(building)
    _maintain(sql.SQL("CREATE DATABASE {} OWNER {}"), building, OWNER)
    owner, app = server.url(OWNER, building), server.url(APP, building)
    _run(["-m", "lantian", "migrate"], DATABASE_URL=app, DATABASE_OWNER_URL=owner)
    at_eight = str(time.time() + HOUR)  # older than the tests by the same hour, on any machine
    _run(["-m", "tests.template"], DATABASE_URL=app, LANTIAN_NINE=at_eight)
    _maintain(sql.SQL("ALTER DATABASE {} RENAME TO {}"), building, name)


def _run(arguments: list[str], **variables: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, env={**os.environ, **variables})


def _digest() -> str:
    digest = hashlib.sha256((ROOT / "lantian/config/demo.py").read_bytes())
    digest.update((ROOT / "lantian/config/demo_screening.py").read_bytes())
    digest.update((ROOT / "tests/template.py").read_bytes())
    for room in FILLED_BY:
        for path in sorted((ROOT / "lantian" / room).rglob("*")):
            if path.suffix in (".py", ".sql", ".toml", ".csv"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _exists(name: str) -> bool:
    with _connection() as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    return found is not None


def _drop_old() -> None:
    with _connection() as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^(template|test)_'"
        ).fetchall()
    for (name,) in rows:
        drop(name)


def _maintain(statement: sql.SQL, *names: str) -> None:
    with _connection() as connection:
        connection.execute(statement.format(*map(sql.Identifier, names)))


def _connection() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(cluster().url("postgres", "postgres"), autocommit=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
