"""Files sealed at rest: a stream in chunks, each authenticated with its place and whether it is the last.

AES-256-GCM as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar: Online Authenticated-Encryption
and its Nonce-Reuse Misuse-Resistance, CRYPTO 2015): the nonce of a chunk is its number and a mark of the end, so
chunks cannot change places, go missing or be cut off unnoticed. Every file has a key of its own, derived by HKDF
(RFC 5869) from the server's SECRET_KEY and a random salt at the head of the file.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from lantian.core.messages import Refused

MAGIC = b"LTSEAL1\n"
SALT = 32
CHUNK = 1 << 18  # bytes of plain content in a chunk; the last one is shorter, and perhaps empty
TAG = 16
_PURPOSE = b"lantian sealed file 1"


class FileSealBroken(Refused):
    """A sealed file does not open: another SECRET_KEY, or somebody changed or cut it."""


def seal(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sealed form of a content, whatever the size of its pieces."""
    head = MAGIC + secrets.token_bytes(SALT)
    cipher = _cipher(head)
    yield head
    for number, (chunk, last) in enumerate(_cut(chunks)):
        yield cipher.encrypt(_nonce(number, last), chunk, head)


def unseal(handle: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a sealed file, each piece checked before it is given; raises `FileSealBroken`."""
    head = handle.read(len(MAGIC) + SALT)
    if len(head) != len(MAGIC) + SALT or not head.startswith(MAGIC):
        raise broken()
    cipher = _cipher(head)
    chunk, number = handle.read(CHUNK + TAG), 0
    while True:
        following = handle.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), chunk, head)
        except (InvalidTag, ValueError):
            raise broken() from None
        if not following:
            return
        chunk, number = following, number + 1


def _cut(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `CHUNK` bytes with the word whether it is the last; at least one, perhaps empty."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > CHUNK:
            yield bytes(waiting[:CHUNK]), False
            del waiting[:CHUNK]
    yield bytes(waiting), True


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(head: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=32, salt=head[len(MAGIC) :], info=_PURPOSE)
    return AESGCM(derived.derive(settings.SECRET_KEY.encode()))


def broken() -> FileSealBroken:
    """What to say of a sealed file that does not open."""
    return FileSealBroken(
        "加密保存的文件无法打开：服务器密钥已更换，或文件被改动；请联系系统管理员。",
        "The sealed file does not open: the server's key has changed, or the file; ask the administrator.",
    )
