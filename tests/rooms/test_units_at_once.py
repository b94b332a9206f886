"""A unit that is being closed is given nothing meanwhile: both acts hold its row against each other."""

from __future__ import annotations

import threading
import time

import psycopg
from django.db import connection, transaction

from lantian.office import plates
from lantian.office.models import Unit
from lantian.office.plates import UnitRefused
from tests.conftest import Database
from tests.personas import CORPS
from tests.running import PATIENCE


def test_nobody_hands_a_lead_to_a_unit_that_is_being_closed(database: Database) -> None:
    """The receiver is held against closing until the hand-over ends."""
    with psycopg.connect(database.superuser_url) as closing:
        closing.execute("SELECT FROM office_unit WHERE id = %s FOR UPDATE", [CORPS])
        closing.execute("UPDATE office_unit SET closed_on = current_date WHERE id = %s", [CORPS])
        answer: list[str] = []

        def give() -> None:
            try:
                with transaction.atomic():
                    plates.check_open(Unit(pk=CORPS, name_zh="总队", name_en="Corps"))
            except UnitRefused as refusal:
                answer.append(refusal.text.zh)
            finally:
                connection.close()

        giving = threading.Thread(target=give)
        giving.start()
        until_blocked(database)
        closing.commit()
        giving.join(PATIENCE)
    assert "已于" in answer[0]


def until_blocked(database: Database) -> None:
    """Wait until somebody waits for a lock."""
    with psycopg.connect(database.superuser_url, autocommit=True) as look:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
            if look.execute(waits, [database.name]).fetchone() != (0,):
                return
    raise AssertionError("nobody waited")
