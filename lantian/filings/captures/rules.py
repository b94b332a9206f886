"""The dated rules about captures."""

from __future__ import annotations

from collections.abc import Mapping

from lantian.core.door import in_use
from lantian.core.rulebook import AtLeast, Rulebook, RuleVersion, Shape
from lantian.office import clock

FILE = "captures.toml"
# Electronic evidence is taken by two officers at least; an uploaded book may ask for more, never for fewer.
SHAPES: Mapping[str, Shape] = {"retaken": Shape({"officers": AtLeast(2), "form_zh": str, "form_en": str})}


def retaken() -> RuleVersion:
    """What evidence asks for beyond a capture, as in force today."""
    return _book().rule("retaken", clock.today())


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book about captures; raises `BadRulebook`."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)


@in_use(FILE)
def _book(text: str) -> Rulebook:
    return read_book(text)
