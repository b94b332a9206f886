"""How long work tells of itself, and how it is cancelled."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called between blocks with (stage, done, total); it may raise to cancel."""


def silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
