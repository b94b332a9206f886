"""A credit rule book compiled into tables: one look-up an event instead of a search through rules.

Points are kept in hundredths inside the tables; statements speak in `Decimal` with two places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import NamedTuple

from lantian.core import deadlines
from lantian.core.door import in_use
from lantian.core.messages import Refused, Text, WrongUse
from lantian.core.rulebook import (
    AtLeast,
    Confidence,
    Many,
    NotInForce,
    OneOf,
    Points,
    Rulebook,
    RuleVersion,
    Shape,
)

AGENCY, PRACTITIONER = "credit_agency.toml", "credit_practitioner.toml"
_SURE = OneOf(tuple(Confidence))
_BAR = Shape({"code": str, "text_zh": str, "text_en": str, "indicators": Many(str)})
_SAID = Shape({"code": str, "text_zh": str, "text_en": str})
_MEASURE = Shape({"levels": Many(str), "text_zh": str, "text_en": str, "confidence": _SURE})
FRAME = {
    "score": Shape(
        {
            "subject": OneOf(("agency", "practitioner")),
            "base": Points(),
            "bonus_cap": Points(),
            "floor": Points(),
            "floor_confidence": _SURE,
        }
    ),
    "grades": Shape(
        {"levels": Many(Shape({"code": str, "confidence": _SURE}, {"above": Points(), "min": Points()}))}
    ),
    "timing": Shape({"effect_months": AtLeast(1), "refresh": str}),
    "transition": Shape({"indicators": Many(str)}),
    "contested": Shape({"counts": OneOf(("yes", "no")), "decide": str}),
    "repair": Shape(
        {
            "wait_months": AtLeast(0),
            "gap_months": AtLeast(0),
            "decide": str,
            "requires": Many(_SAID),
            "bars": Many(_BAR),
        }
    ),
    "branches": Shape(),
    "consequences": Shape({"measures": Many(_MEASURE)}),
}
NEEDED = ("score", "grades", "timing", "contested", "repair")
INDICATOR = Shape(
    {
        "category": OneOf(("IRR", "ABN", "PEN", "DIS", "BON")),
        "direction": OneOf(("deduct", "add")),
        "unit": OneOf(("event", "application", "batch", "person", "year")),
        "points": Points(),
        "points_confidence": _SURE,
        "effect": OneOf(("months", "term", "open")),
        "effect_confidence": _SURE,
    },
    {
        "cap": Points(),
        "cap_confidence": _SURE,
        "effect_months": AtLeast(1),
        "ground_zh": str,
        "ground_en": str,
    },
)
SHAPES = {**FRAME, "*": INDICATOR}


class UnknownIndicator(Refused):
    """An event names an indicator that the book does not have; a score without it would be too good."""


class WrongBook(WrongUse):
    """The subject is scored by another book."""


class Indicator(NamedTuple):
    """One indicator in one version; points and cap in hundredths, both days included."""

    id: str
    text: Text
    cite: Text
    version: str
    first: date
    last: date
    deducts: bool
    unit: str
    points: int
    cap: int | None
    effect: str
    months: int
    confidence: Confidence
    capped_confidence: Confidence


class Level(NamedTuple):
    """A grade and the score from which it is given, in hundredths; `open` leaves out the bound itself."""

    code: str
    bound: int | None
    open: bool
    confidence: Confidence

    def reached(self, score: int) -> bool:
        """Whether a score (in hundredths) reaches the grade."""
        return self.bound is None or score > self.bound or (score == self.bound and not self.open)


class Frame(NamedTuple):
    """What holds for a whole statement between two days."""

    first: date
    base: int
    floor: int
    bonus_cap: int
    levels: tuple[Level, ...]
    effect_months: int
    contested_counts: bool
    confidence: Confidence
    floor_confidence: Confidence

    def grade(self, score: int) -> Level:
        """The first grade, from the top, that a score reaches."""
        return next(level for level in self.levels if level.reached(score))


class BookName(NamedTuple):
    """Which text a statement was reckoned by."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True)
class CreditBook:
    """A credit rule book, compiled. `indicators` gives every version of an indicator, oldest first."""

    name: BookName
    subject: str
    rules: Rulebook
    indicators: Mapping[str, tuple[Indicator, ...]]
    frames: tuple[Frame, ...]
    transition: Mapping[str, date]

    def frame(self, on: date) -> Frame:
        """The frame in force on a day; raises `NotInForce` before the instrument."""
        for frame in self.frames:
            if frame.first <= on:
                return frame
        first = self.frames[-1].first
        raise NotInForce(
            f"“{self.rules.title.zh}”自{first}起施行，{on}没有信用评价。",
            f"'{self.rules.title.en}' is in force from {first}; there is no credit on {on}.",
        )

    def unknown(self, indicator: str, event: str) -> UnknownIndicator:
        """The refusal of an indicator that is not in the book, with the names nearest to it."""
        near = get_close_matches(indicator, self.indicators, n=3) or sorted(self.indicators)[:3]
        return UnknownIndicator(
            f"事件“{event}”的指标“{indicator}”不在规则库“{self.rules.title.zh}”中；相近的有：{'、'.join(near)}。",
            f"Event '{event}' names the indicator '{indicator}', which is not in the book; near: {', '.join(near)}.",
        )


def read_book(text: str, *, file: str) -> CreditBook:
    """Read and compile a credit rule book; raises `BadRulebook` with file, place and line."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for needed in NEEDED:
        if needed not in rules.versions:
            raise rules.reading.bad(None, f"rule.{needed}", "缺少这条规则。", "this rule is missing.")
    indicators = {id: versions for id, versions in rules.versions.items() if id not in FRAME}
    subject = _one_subject(rules)
    frames = tuple(_frame(rules, day) for day in sorted(_boundaries(rules), reverse=True))
    transition = rules.versions.get("transition", ())
    _check_names(rules, indicators.keys())
    return CreditBook(
        name=BookName(rules.id, rules.version, rules.digest),
        subject=subject,
        rules=rules,
        indicators={id: tuple(_indicator(rules, each) for each in found) for id, found in indicators.items()},
        frames=frames,
        transition={id: each.valid_from for each in transition for id in each.values["indicators"]},
    )


@in_use(AGENCY)
def agency(text: str) -> CreditBook:
    """The book for agencies in use."""
    return read_book(text, file=AGENCY)


@in_use(PRACTITIONER)
def practitioner(text: str) -> CreditBook:
    """The book for practitioners in use."""
    return read_book(text, file=PRACTITIONER)


def weakest(*confidences: Confidence) -> Confidence:
    """The least sure of several."""
    return max(confidences, key=lambda each: each.doubt)


def _hundredths(value: object) -> int:
    return int(value * 100)  # type: ignore[operator]  # the shape admits whole numbers and exact decimals only


def _one_subject(rules: Rulebook) -> str:
    subjects: list[str] = sorted({each.values["subject"] for each in rules.versions["score"]})
    if len(subjects) > 1:
        version = rules.versions["score"][-1]
        raise rules.fault(
            version, "subject", "一个规则库只评一类对象。", "a book scores one kind of subject only."
        )
    return subjects[0]


def _boundaries(rules: Rulebook) -> set[date]:
    """Days on which something about whole statements changes, from the day on which everything is there."""
    days = {each.valid_from for needed in NEEDED for each in rules.versions[needed]}
    start = max(rules.versions[needed][0].valid_from for needed in NEEDED)
    return {max(day, start) for day in days}


def _frame(rules: Rulebook, day: date) -> Frame:
    score, grades, timing, contested = (
        rules.rule(id, day) for id in ("score", "grades", "timing", "contested")
    )
    return Frame(
        first=day,
        base=_hundredths(score.values["base"]),
        floor=_hundredths(score.values["floor"]),
        bonus_cap=_hundredths(score.values["bonus_cap"]),
        levels=_levels(rules, grades),
        effect_months=timing.values["effect_months"],
        contested_counts=contested.values["counts"] == "yes",
        confidence=score.confidence,
        floor_confidence=Confidence(score.values["floor_confidence"]),
    )


def _levels(rules: Rulebook, grades: RuleVersion) -> tuple[Level, ...]:
    """Read the grades from the top; each must lie below the one above, the last takes every score."""
    levels = []
    for row in grades.values["levels"]:
        given = [key for key in ("above", "min") if key in row]
        bound = _hundredths(row[given[0]]) if given else None
        levels.append(Level(row["code"], bound, given == ["above"], Confidence(row["confidence"])))
        if len(given) > 1:
            raise rules.fault(grades, "levels", "above与min只写一个。", "give either above or min.")
    bounds = [level.bound for level in levels[:-1]]
    falling = all(a is not None and b is not None and a > b for a, b in pairwise(bounds))
    if not levels or None in bounds or levels[-1].bound is not None or not falling:
        raise rules.fault(
            grades,
            "levels",
            "等级应自高至低，只有最后一级不写下限。",
            "grades run from the top down and only the last has no bound.",
        )
    return tuple(levels)


def _indicator(rules: Rulebook, version: RuleVersion) -> Indicator:
    values = version.values
    _check_effect(rules, version)
    confidence = weakest(
        version.confidence,
        Confidence(values["points_confidence"]),
        Confidence(values["effect_confidence"]),
    )
    return Indicator(
        id=version.id,
        text=version.text,
        cite=version.basis.cite(),
        version=version.version,
        first=version.valid_from,
        last=version.valid_to or date.max,
        deducts=values["direction"] == "deduct",
        unit=str(version.unit),
        points=_hundredths(values["points"]),
        cap=_hundredths(values["cap"]) if "cap" in values else None,
        effect=values["effect"],
        months=values.get("effect_months", 0),
        confidence=confidence,
        capped_confidence=weakest(confidence, Confidence(values.get("cap_confidence", confidence))),
    )


def _check_effect(rules: Rulebook, version: RuleVersion) -> None:
    values = version.values
    if (values["effect"] == "months") != ("effect_months" in values):
        raise rules.fault(
            version,
            "effect_months",
            "effect为months时须写月数，其他情形不写。",
            "is given with effect = months and only then.",
        )
    if ("cap" in values) != ("cap_confidence" in values):
        raise rules.fault(
            version, "cap_confidence", "与cap须同时写。", "is given together with cap, or neither."
        )


def _check_names(rules: Rulebook, indicators: Iterable[str]) -> None:
    """Indicators that other rules name must be in the book."""
    known = set(indicators)
    for version in rules.versions.get("transition", ()):
        for id in sorted(set(version.values["indicators"]) - known):
            raise rules.fault(version, "indicators", f"没有指标“{id}”。", f"there is no indicator '{id}'.")
    for id, key in (("repair", "decide"), ("contested", "decide"), ("timing", "refresh")):
        for version in rules.versions[id]:
            period = version.values[key]
            if period not in deadlines.book().versions:
                raise rules.fault(version, key, f"没有期限“{period}”。", f"there is no period '{period}'.")
    for version in rules.versions["repair"]:
        named = {id for bar in version.values["bars"] for id in bar["indicators"]}
        for id in sorted(named - known):
            raise rules.fault(version, "bars", f"没有指标“{id}”。", f"there is no indicator '{id}'.")
