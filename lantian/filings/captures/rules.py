"""The dated rules about captures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from lantian.core.rulebook import Rulebook, RuleVersion, Shape, shipped
from lantian.office import clock

FILE = "captures.toml"
SHAPES: Mapping[str, Shape] = {"retaken": Shape({"officers": int, "form_zh": str, "form_en": str})}


def retaken() -> RuleVersion:
    """What evidence asks for beyond a capture, as in force today."""
    return _book().rule("retaken", clock.today())


@cache
def _book() -> Rulebook:
    return Rulebook.from_text(shipped(FILE), file=FILE, shapes=SHAPES)
