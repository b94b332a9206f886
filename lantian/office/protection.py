"""Raw SQL of the rooms as migration steps: policies and triggers live in `room/sql/`, not in Python."""

from __future__ import annotations

from importlib.resources import files

from django.db import migrations


def run_sql(*paths: str) -> list[migrations.RunSQL]:
    """One migration step for each SQL file below the package, e.g. `office/sql/office.sql`; forward only."""
    return [migrations.RunSQL(files("lantian").joinpath(path).read_text("utf-8")) for path in paths]
