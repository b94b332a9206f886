"""Files kept by content below LANTIAN_HOME/files/aa/bb/sha256, never under a static address."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from lantian.core.messages import Refused
from lantian.office import audit, clock
from lantian.office.actors import Actor
from lantian.office.models import StoredFile

PARQUET, CSV, PDF = "application/vnd.apache.parquet", "text/csv", "application/pdf"
TYPES = {
    b"PAR1": PARQUET,
    b"%PDF": PDF,
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": "application/zip",
}


class FileGone(Refused):
    """The row is there, the file is not."""


def keep(*, name: str, chunks: Iterable[bytes], seen_by: Iterable[int], by: Actor) -> StoredFile:
    """Write a file to its place (temporary file, fsync, rename), then record it in the open transaction."""
    sha256, size, head = _write(chunks)
    units = sorted(set(seen_by))
    known = StoredFile.objects.filter(sha256=sha256, seen_by=units).first()
    if known:
        return known
    row = StoredFile(
        sha256=sha256,
        name=Path(name).name[:200],
        size=size,
        content_type=_type_by_content(head),
        kept_at=clock.now(),
        seen_by=units,
    )
    row.save(force_insert=True)
    audit.record(
        audit.Kind.FILE_KEPT, by=by, about=("file", row.key), detail={"sha256": sha256, "size": size}
    )
    return row


def path_of(row: StoredFile) -> Path:
    """Where the content of a stored file lies; raises `FileGone` when somebody took it away."""
    path = _place(row.sha256)
    if not path.exists():
        raise FileGone(
            f"文件“{row.name}”的内容不在存储目录中；请从备份恢复，或重新上传。",
            f"The content of '{row.name}' is missing from the store; restore a backup or upload it again.",
        )
    return path


def _write(chunks: Iterable[bytes]) -> tuple[str, int, bytes]:
    folder = Path(settings.FILES)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".incoming-{secrets.token_hex(8)}"
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with temporary.open("wb") as handle:
            for chunk in chunks:
                head = head or chunk[:8]
                digest.update(chunk)
                size += len(chunk)
                handle.write(chunk)
            handle.flush()
            os.fsync(handle.fileno())
        place = _place(digest.hexdigest())
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.rename(place)
    finally:
        temporary.unlink(missing_ok=True)
    return digest.hexdigest(), size, head


def _place(sha256: str) -> Path:
    return Path(settings.FILES) / sha256[:2] / sha256[2:4] / sha256


def _type_by_content(head: bytes) -> str:
    return next((name for start, name in TYPES.items() if head.startswith(start)), CSV)
