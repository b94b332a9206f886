"""A worker of its own, stopped in the middle of a step and killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from tests.conftest import Database
from tests.early import ROOT
from tests.running import PATIENCE

# The worker as it is, in smaller steps, so that a small table has many.
WORKER = """
import os, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lantian.config.settings")
django.setup()
from lantian.office.intake import actions as intake
from lantian.registry import directories
from lantian.screening import actions as screening
from lantian.dispatch import returning, splitting
from lantian.casework import alerting
intake.STEP, screening.STEP, directories.STEP = 50, 10, 10
splitting.STEP, returning.STEP, alerting.STEP = 5, 2, 2
from lantian.standing import reckoning, rehearsing
reckoning.STEP = rehearsing.STEP = 2
from lantian.config.commands import main
main(["worker"])
"""


@contextmanager
def worker(database: Database) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=database.variables, cwd=ROOT)
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait(PATIENCE)


def until(process: subprocess.Popen[bytes], mark: Callable[[], object]) -> None:
    """Wait for a mark in the database while the worker lives; three minutes at the longest."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if mark():
            return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"the worker ended by itself ({process.returncode})")
    raise AssertionError("the mark did not come within three minutes")


def waits_for_a_lock(database: Database) -> Callable[[], object]:
    """The mark that the worker stands in the middle of a step, held by the test."""
    statement = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"

    def mark() -> object:
        with psycopg.connect(database.superuser_url) as look:
            return look.execute(statement, [database.name]).fetchone()

    return mark


def kill(process: subprocess.Popen[bytes], database: Database, hold: psycopg.Connection[Any]) -> None:
    """SIGKILL, let go what the test held, and wait until the dead worker's connections are gone."""
    process.kill()
    process.wait(PATIENCE)
    hold.rollback()
    left = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = 'lantian_app' AND pid <> ALL(%s)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = [cursor.fetchone()[0]]
    with psycopg.connect(database.superuser_url, autocommit=True) as look:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if look.execute(left, [database.name, own]).fetchone() == (0,):
                return
    raise AssertionError("the dead worker's connections stay")
