"""The campaign's rule book, read strictly: an indicator that is not one of the four is refused."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.rulebook import AtLeast, Many, OneOf, Rulebook, RuleVersion, Shape

FILE = "campaign.toml"


class Indicator(StrEnum):
    """By what a district is evaluated: a closed list, without fines or numbers of penalties."""

    TIMELINESS = "timeliness"
    COMPLETENESS = "completeness"
    CLOSURE = "closure"
    PUBLICITY = "publicity"


INDICATOR_TEXTS: dict[Indicator, Text] = {
    Indicator.TIMELINESS: Text("及时", "timeliness"),
    Indicator.COMPLETENESS: Text("完整", "completeness"),
    Indicator.CLOSURE: Text("办结", "closure"),
    Indicator.PUBLICITY: Text("宣传", "publicity"),
}
_WEIGHT = Shape({"indicator": OneOf(tuple(Indicator)), "weight": AtLeast(1)})
SHAPES = {
    "colours": Shape({"yellow_within": AtLeast(1), "unit": OneOf(("working_days",))}),
    "sweep_candidates": Shape({"offered": str, "excepted": str}),
    "evaluation": Shape({"weights": Many(_WEIGHT), "publicity_a_month": AtLeast(1)}),
}


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of the campaign; raises `BadRulebook`."""
    return Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)


@in_use(FILE)
def _book(text: str) -> Rulebook:
    return read_book(text)


def rule(name: str, on: date) -> RuleVersion:
    """A rule in force on a day."""
    return _book().rule(name, on)
