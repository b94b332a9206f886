"""Keys of the shared state (rate limits, lock-out): no address or login can be read back from them."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from lantian.office import clock


def hidden_key(key: str, prefix: str, version: int) -> str:
    """HMAC of a cache key under a key that changes every day."""
    daily = f"{settings.SECRET_KEY}:{clock.today()}".encode()
    return hmac.new(daily, f"{prefix}:{version}:{key}".encode(), hashlib.sha256).hexdigest()
