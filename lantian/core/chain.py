"""A hash chain over audit events, checkable without a database.

Each link's digest covers the previous digest, its place and the event's own digest, so that a change,
a removal or a swap of events breaks every later link. A chain alone proves nothing against somebody who can
rewrite all of it: heads are published, and `verify` checks a chain against heads published earlier.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ORIGIN = "0" * 64


@dataclass(frozen=True)
class Link:
    """One sealed event: place in the chain (from 1), the event's canonical content, the digest claimed."""

    seq: int
    event: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Verdict:
    """What a check of a chain found; `first_bad` is the first place that does not hold, or None."""

    ok: bool
    length: int
    head: str
    first_bad: int | None


def canonical(content: Mapping[str, Any]) -> bytes:
    """Write content as the one JSON text that every reader can reproduce.

    >>> canonical({"b": 1, "a": "线索"})
    b'{"a":"\\xe7\\xba\\xbf\\xe7\\xb4\\xa2","b":1}'
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(content)).hexdigest()


def link_digest(previous: str, seq: int, event_digest: str) -> str:
    """Digest of the link at `seq` that follows `previous` (hex)."""
    return hashlib.sha256(f"{previous}:{seq}:{event_digest}".encode()).hexdigest()


def verify(links: Iterable[Link], published: Mapping[int, str] | None = None) -> Verdict:
    """Recompute a chain from its origin; compare it with heads published earlier (place → digest)."""
    heads = dict(published or {})
    head, length = ORIGIN, 0
    for expected, link in enumerate(links, start=1):
        head = link_digest(head, expected, digest_of(link.event))
        if link.seq != expected or link.digest != head or heads.pop(expected, head) != head:
            return Verdict(False, length, link.digest, expected)
        length = expected
    missing = min(heads, default=None)
    return Verdict(missing is None, length, head, missing)
