"""Expected value of a finding: how likely it is right × how heavy its rule weighs × how fresh it is.

Probability is the lower bound of the detector's precision: of officers' judgements once enough are given, until then
of its measured card. A detector whose lower bound lies under the published threshold is *review only*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lantian.core.door import in_use
from lantian.core.proportions import wilson
from lantian.core.rulebook import AtLeast, Many, Rulebook, RuleVersion, Shape
from lantian.detect.detectors import DECLARED, DETECTORS
from lantian.detect.parameters import parameters
from lantian.office import clock
from lantian.screening.cards import card_of
from lantian.screening.models import Tally

FILE = "ranking.toml"
LIMIT = Shape({"limit": AtLeast(1), "unit": str})
SHAPES: Mapping[str, Shape] = {
    "weights": Shape({"points": Many(Shape({"detector": str, "points": AtLeast(1)}))}),
    "strength": Shape({**dict.fromkeys(("strong", "medium", "weak"), AtLeast(1)), "unit": str}),
    "freshness": LIMIT,
    "unmeasured": LIMIT,
    "review_only": LIMIT,
}
NEVER_ALONE = frozenset(one.id for one in DECLARED if one.review_only)
"""Detectors that declare themselves never the sole ground of anything."""


class Basis(StrEnum):
    """What a probability rests on."""

    JUDGED = "judged"
    CARD = "card"
    ASSUMED = "assumed"


@dataclass(frozen=True)
class Figures:
    """How often officers confirmed what a detector found; the interval is Wilson's at 95 percent."""

    confirmed: int
    judged: int
    needed: int

    @property
    def enough(self) -> bool:
        """Whether so many were judged that the share may be stated."""
        return self.judged >= self.needed

    @property
    def share(self) -> float:
        """Confirmed of judged, 0 to 1."""
        return self.confirmed / self.judged if self.judged else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies."""
        return wilson(self.confirmed, self.judged)


@dataclass(frozen=True)
class Precision:
    """How right a detector is taken to be: a share with its interval, and what it rests on."""

    basis: Basis
    share: float | None
    low: float
    high: float
    figures: Figures
    review_only: bool
    declared: bool
    threshold: float


@dataclass(frozen=True)
class Value:
    """The parts of a finding's expected value; `points` is the rule's weight scaled by the finding's strength."""

    probability: float
    basis: Basis
    points: float
    freshness: float

    @property
    def whole(self) -> float:
        """Their product."""
        return self.probability * self.points * self.freshness


def rule(name: str, on: date | None = None) -> RuleVersion:
    """A rule of the book in force on a day (default: today)."""
    return _book().rule(name, on or clock.today())


def precisions() -> dict[str, Precision]:
    """How right each detector is taken to be."""
    tallies = {row.detector: row for row in Tally.objects.all()}
    needed = parameters(clock.today()).enough_judged
    return {name: _precision(name, _figures(tallies.get(name), needed)) for name in DETECTORS}


def precision(detector: str) -> Precision:
    """How right one detector is taken to be."""
    needed = parameters(clock.today()).enough_judged
    return _precision(detector, _figures(Tally.objects.filter(detector=detector).first(), needed))


def weights() -> Mapping[str, int]:
    """Points of each detector's rule, 1 to 10."""
    return {one["detector"]: one["points"] for one in rule("weights").values["points"]}


def scales() -> Mapping[str, float]:
    """How each strength scales the points."""
    values = rule("strength").values
    return {name: values[name] / 100 for name in ("strong", "medium", "weak")}


def half_life() -> int:
    """Days after which a finding's freshness has halved."""
    limit: int = rule("freshness").values["limit"]
    return limit


def value_of(detector: str, strength: str, found_on: date, held: Precision) -> Value:
    """The three parts of a finding's expected value today."""
    age = max((clock.today() - found_on).days, 0)
    points = weights()[detector] * scales()[strength]
    return Value(held.low, held.basis, points, 0.5 ** (age / half_life()))


def _figures(row: Tally | None, needed: int) -> Figures:
    if row is None:
        return Figures(0, 0, needed)
    return Figures(row.confirmed, row.confirmed + row.dismissed, needed)


def _precision(detector: str, figures: Figures) -> Precision:
    basis, share, low, high = _measured(detector, figures)
    threshold = rule("review_only").values["limit"] / 100
    declared = detector in NEVER_ALONE
    # Without its card nobody knows how right it is: an installation that lacks it trusts no detector more for that.
    unknown = basis is Basis.ASSUMED and card_of(detector) is None
    under = unknown or (basis is not Basis.ASSUMED and low < threshold)
    return Precision(basis, share, low, high, figures, declared or under, declared, threshold)


def _measured(detector: str, figures: Figures) -> tuple[Basis, float | None, float, float]:
    if figures.enough:
        return Basis.JUDGED, figures.share, *figures.interval
    card = card_of(detector)
    if card is not None and card.precision is not None:
        return Basis.CARD, card.precision.share, card.precision.low, card.precision.high
    return Basis.ASSUMED, None, rule("unmeasured").values["limit"] / 100, 1.0


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of ranking; raises `BadRulebook`, also for a detector that it leaves out, or that does not exist."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for version in rules.versions.get("weights", ()):
        named = [one["detector"] for one in version.values["points"]]
        if odd := sorted(set(DETECTORS) ^ set(named)) or [one for one in named if named.count(one) > 1]:
            raise rules.fault(
                version,
                "points",
                f"每个筛查模型恰好写一次：{odd[0]}。",
                f"name every detector exactly once: {odd[0]}.",
            )
    return rules


@in_use(FILE)
def _book(text: str) -> Rulebook:
    return read_book(text)
