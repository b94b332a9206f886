"""Refusals of files that an officer uploads."""

from __future__ import annotations

from lantian.core.messages import Refused


class UploadRefused(Refused):
    """A file cannot be kept as a capture."""
