"""Files kept by content below LANTIAN_HOME/files/aa/bb/sha256, never under a static address.

Folders and files are for their owner only. A file without a row is an orphan; `orphans` sweeps them. What may
carry secret text is kept sealed, under `sha256.sealed`: the digest is that of the plain content, so that the same
file is known again. `content` reads either kind, `opened.opened` gives a path to it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from lantian.core.messages import Refused
from lantian.office import audit, clock, sealing
from lantian.office.actors import Actor
from lantian.office.models import StoredFile

CHUNK = 1 << 20
SEALED = ".sealed"
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


@dataclass(frozen=True)
class Written:
    """A file on disk; `inode` is none when the content lay there before, for somebody else perhaps."""

    sha256: str
    size: int
    head: bytes
    inode: int | None
    sealed: bool


def keep(
    *, name: str, chunks: Iterable[bytes], seen_by: Iterable[int], by: Actor, sealed: bool = False
) -> StoredFile:
    """Write a file to its place (temporary file, fsync, link), then record it in the open transaction."""
    return _record(_write(chunks, sealed), name, seen_by, by)


@contextmanager
def kept(
    *, name: str, chunks: Iterable[bytes], seen_by: Iterable[int], by: Actor, sealed: bool = False
) -> Iterator[StoredFile]:
    """Keep a file for a block; when the block is refused, neither row nor file stays."""
    written = _write(chunks, sealed)
    try:
        with transaction.atomic():
            yield _record(written, name, seen_by, by)
    except BaseException:
        _take_back(written)
        raise


def _record(written: Written, name: str, seen_by: Iterable[int], by: Actor) -> StoredFile:
    units = sorted(set(seen_by))
    known = StoredFile.objects.filter(sha256=written.sha256, seen_by=units, sealed=written.sealed).first()
    if known:
        return known
    row = StoredFile(
        sha256=written.sha256,
        name=Path(name).name[:200],
        size=written.size,
        content_type=_type_by_content(written.head),
        sealed=written.sealed,
        kept_at=clock.now(),
        seen_by=units,
    )
    row.save(force_insert=True)
    audit.record(
        audit.Kind.FILE_KEPT,
        by=by,
        about=("file", row.key),
        detail={"sha256": written.sha256, "size": written.size},
    )
    return row


def path_of(row: StoredFile) -> Path:
    """Where a stored file lies, sealed or not; raises `FileGone` when somebody took it away."""
    path = _place(row.sha256, row.sealed)
    if not path.exists():
        raise FileGone(
            f"文件“{row.name}”的内容不在存储目录中；请从备份恢复，或重新上传。",
            f"The content of '{row.name}' is missing from the store; restore a backup or upload it again.",
        )
    return path


def content(row: StoredFile) -> Iterator[bytes]:
    """The plain content of a stored file in pieces; raises `FileGone`, or `FileSealBroken` for a sealed one."""
    with path_of(row).open("rb") as handle:
        if not row.sealed:
            yield from iter(lambda: handle.read(CHUNK), b"")
            return
        digest = hashlib.sha256()
        for chunk in sealing.unseal(handle):
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != row.sha256:  # a sealed file of ours, in the place of another
            raise sealing.broken()


class _Measured:
    """Pieces on their way to the disk: their digest, size and first bytes."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._digest = chunks, hashlib.sha256()
        self.size, self.head = 0, b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.head = self.head or chunk[:8]
            self._digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def _write(chunks: Iterable[bytes], sealed: bool) -> Written:
    folder = Path(settings.FILES)
    _private_folder(folder)
    folder.chmod(0o700)
    temporary = folder / f".incoming-{secrets.token_hex(8)}"
    plain = _Measured(chunks)
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.writelines(sealing.seal(plain) if sealed else plain)
            handle.flush()
            os.fsync(handle.fileno())
        inode = _settle(temporary, _place(plain.sha256, sealed))
        return Written(plain.sha256, plain.size, plain.head, inode, sealed)
    finally:
        temporary.unlink(missing_ok=True)


def _settle(temporary: Path, place: Path) -> int | None:
    """Move a written file to its place; its inode when nothing lay there before.

    What lay there is replaced all the same: the new inode tells whoever wanted to take the old one back,
    and the new age tells the sweep, that somebody needs this content now.
    """
    _private_folder(place.parent)
    inode: int | None = temporary.stat().st_ino
    try:
        os.link(temporary, place)
    except FileExistsError:
        inode = None
        temporary.rename(place)
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        _sync(folder)
    return inode


def _take_back(written: Written) -> None:
    """Remove a file that only this writing brought; one that somebody has written again since stays."""
    place = _place(written.sha256, written.sealed)
    aside = place.with_name(f".leaving-{secrets.token_hex(8)}")
    try:
        if written.inode is None or place.stat().st_ino != written.inode:
            return
        place.rename(aside)
    except FileNotFoundError:
        return
    let_go(aside, place, sure=aside.stat().st_ino == written.inode)


def let_go(aside: Path, place: Path, *, sure: bool) -> None:
    """Remove a file moved aside; not sure after a second look, put it back unless a newer one came."""
    try:
        if not sure:
            os.link(aside, place)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _private_folder(folder: Path) -> None:
    """Make a folder with those above it, below LANTIAN_HOME, for their owner only."""
    if not folder.exists():
        _private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _sync(folder: Path) -> None:
    """Have the names in a folder reach the disk: fsync of a file alone does not bring its name there."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _place(sha256: str, sealed: bool) -> Path:
    return Path(settings.FILES) / sha256[:2] / sha256[2:4] / (sha256 + SEALED if sealed else sha256)


def _type_by_content(head: bytes) -> str:
    return next((name for start, name in TYPES.items() if head.startswith(start)), CSV)
