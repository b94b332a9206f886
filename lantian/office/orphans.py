"""Files on disk that no row knows: what an interrupted upload or a rolled-back act left behind.

Runs as the owner of the tables: the application sees the rows of one office only, and would take the files
of every other for orphans.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from lantian.core.messages import Refused
from lantian.office.files import SEALED, let_go
from lantian.office.models import StoredFile

YOUNGEST = timedelta(days=1)  # an upload that is still being recorded is never older
STEP = 1_000
NAME = re.compile(rf"([0-9a-f]{{64}})(?:{re.escape(SEALED)})?")


class SweepRefused(Refused):
    """It cannot be told from here which files are known."""


def sweep(*, older_than: timedelta = YOUNGEST) -> int:
    """Remove files without a row that are old enough, and how many they were; raises `SweepRefused`."""
    _check_sees_all()
    # The machine's own clock, by which files are dated, never a day that was set for a demonstration.
    before = time.time() - max(older_than, YOUNGEST).total_seconds()
    return sum(_sweep(step, before) for step in _steps(before))


def _check_sees_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_security_active('office_storedfile')")
        hidden = cursor.fetchone()[0]
    if hidden:
        raise SweepRefused(
            "清理文件需要表的所有者身份；请设置 DATABASE_OWNER_URL。",
            "The sweep needs the owner of the tables: set DATABASE_OWNER_URL.",
        )
    if not StoredFile.objects.exists():
        raise SweepRefused(
            "数据库中没有任何文件记录，可能尚未恢复数据；未清理。",
            "The database knows no file at all, perhaps it was not restored yet; nothing was removed.",
        )


def _steps(before: float) -> Iterator[list[Path]]:
    """Old files of the store, in portions."""
    step: list[Path] = []
    for path in Path(settings.FILES).rglob("*"):
        if path.is_file() and path.stat().st_mtime < before:
            step.append(path)
        if len(step) == STEP:
            yield step
            step = []
    yield step


def _sweep(paths: list[Path], before: float) -> int:
    digests = [found[1] for path in paths if (found := NAME.fullmatch(path.name))]
    rows = StoredFile.objects.filter(sha256__in=digests).values_list("sha256", "sealed")
    known = {sha256 + SEALED if sealed else sha256 for sha256, sealed in rows}
    return sum(_remove(path, before) for path in paths if path.name not in known)


def _remove(path: Path, before: float) -> bool:
    """Move aside, look at the age again, remove: the same content may be arriving at this moment."""
    aside = path.with_name(f".leaving-{secrets.token_hex(8)}")
    path.rename(aside)
    old = aside.stat().st_mtime < before
    let_go(aside, path, sure=old)
    return old
