"""Red and yellow: how pressing a matter is, by a dated rule. A colour always comes with its word and its mark."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from lantian.campaign import rules
from lantian.core import workdays
from lantian.core.messages import Text


class Colour(StrEnum):
    """How a matter stands; `text` is its word with its mark, readable without any colour."""

    NONE = "on_time"
    YELLOW = "yellow"
    RED = "red"
    DONE = "settled"
    DONE_LATE = "settled_late"

    @property
    def text(self) -> Text:
        """The mark and the word."""
        return _TEXTS[self]


_TEXTS = {
    Colour.NONE: Text("○ 正常", "○ on time"),
    Colour.YELLOW: Text("▲ 黄牌", "▲ yellow"),
    Colour.RED: Text("■ 红牌", "■ red"),
    Colour.DONE: Text("● 按期办结", "● settled on time"),
    Colour.DONE_LATE: Text("● 逾期办结", "● settled late"),
}


def of(due: date, today: date, *, closed_on: date | None = None) -> Colour:
    """The colour of a matter on a day: yellow the set number of working days before it is due, red after."""
    if closed_on is not None:
        return Colour.DONE if closed_on <= due else Colour.DONE_LATE
    if today > due:
        return Colour.RED
    within: int = rules.rule("colours", today).values["yellow_within"]
    return Colour.YELLOW if workdays.load().workdays_between(today, due) <= within else Colour.NONE
