"""Detectors in words: what the rule book says of one on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lantian.core.messages import Text
from lantian.core.rulebook import NotInForce, RuleVersion
from lantian.desk.present.words import said
from lantian.detect.parameters import shipped_book
from lantian.office import clock


@dataclass(frozen=True)
class Told:
    """One detector's rule on a day."""

    id: str
    rule: RuleVersion

    def text(self, key: str) -> Text:
        """Return one of its texts: name, innocent, refuted."""
        return Text(self.rule.values[f"{key}_zh"], self.rule.values[f"{key}_en"])

    @property
    def name(self) -> str:
        """Its name in the language of the screen."""
        return said(self.text("name"))


def told(detector: str, on: date | None = None) -> Told:
    """The rule of a detector on a day (default: today); of a day before its first version, today's."""
    book = shipped_book()
    try:
        return Told(detector, book.rule(detector, on or clock.today()))
    except NotInForce:
        return Told(detector, book.rule(detector, clock.today()))


def offered(detector: str) -> dict[str, str]:
    """A detector as pages offer it."""
    one = told(detector)
    return {
        "id": detector,
        "name": one.name,
        "sentence": said(one.rule.text),
        "basis": said(one.rule.basis.cite()),
    }
