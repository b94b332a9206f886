"""Keys for addresses: random, without meaning, safe to show."""

import base64
import secrets


def new_key() -> str:
    """Return 16 random bytes in lower-case base32 (26 characters)."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()
