"""Sealed files in the clear for as long as a piece of work reads them, below LANTIAN_HOME/opened.

The plain copy is for its owner only and locked while it is read. It goes when the work ends; what a killed
process left is found without a lock and removed when the next server or worker starts. So are uploads on their way
that broke off: they are in the clear, too, until the store has taken them.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from lantian.office.files import content, path_of
from lantian.office.models import StoredFile

LONGEST_UPLOAD = timedelta(hours=12)


@contextmanager
def opened(row: StoredFile) -> Iterator[Path]:
    """The content of a stored file as a path: its own place, or a private copy for the length of the block."""
    if not row.sealed:
        yield path_of(row)
        return
    path = _folder() / secrets.token_hex(16)
    with _locked_copy(path) as handle:
        try:
            handle.writelines(content(row))
            handle.flush()
            yield path
        finally:
            path.unlink(missing_ok=True)


def sweep() -> int:
    """Remove plain copies that nobody reads any more and uploads that broke off; how many they were."""
    before = time.time() - LONGEST_UPLOAD.total_seconds()
    uploads = [
        path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir() if path.stat().st_mtime < before
    ]
    with _alone():
        return sum(_swept(path) for path in (*_folder().iterdir(), *uploads))


def _swept(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    return True


def _locked_copy(path: Path) -> BinaryIO:
    with _alone():  # a sweep never meets a copy that has no lock yet
        handle = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


@contextmanager
def _alone() -> Iterator[None]:
    descriptor = os.open(_folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _folder() -> Path:
    folder = Path(settings.FILES).with_name("opened")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder
