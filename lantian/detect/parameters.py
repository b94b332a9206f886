"""What the detectors' rule book says on a day: names, legal basis, thresholds, all cited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from lantian.core.chain import digest_of
from lantian.core.messages import Text
from lantian.core.rulebook import Rulebook, RuleVersion, Shape, shipped
from lantian.detect import near, phrases, recombined
from lantian.detect.rules import SHARED, STANDARD, Parameter, parameters_of

FILE = "detectors.toml"

# Detectors whose rule has the standard form; P01 has a form of its own.
STANDARD_IDS = (
    *(f"P{number:02}" for number in range(2, 18)),
    *(f"T{number:02}" for number in range(1, 9)),
    *("W01", "W02"),
    *(f"R{number:02}" for number in range(1, 6)),
)
_SAID = ("name", "innocent", "refuted", "reason", "window")
_BAND = Shape({"percent": int, "applications": int})
P01_SHAPES: Mapping[str, Shape] = {
    "P01": Shape({f"{key}_{language}": str for key in _SAID for language in ("zh", "en")}),
    "P01_likeness": Shape(
        {"jaccard_percent": int, "strong": _BAND, "many": _BAND, "medium": _BAND, "unit": str}
    ),
    "P01_expiry": Shape({"limit": int, "unit": str}),
    "P01_regrowth": Shape({"limit": int, "unit": str}),
    "P01_budget": Shape({"limit": int, "unit": str}),
    "P01_figures": Shape({"limit": int, "unit": str}),
    "P01_double_filing": Shape({"jaccard_percent": int, "unit": str}),
    "P01_divisional": Shape(),
    "P01_priority": Shape(),
}
SHAPES: Mapping[str, Shape] = {**P01_SHAPES, **dict.fromkeys(STANDARD_IDS, STANDARD), **SHARED}

FLOORS: Mapping[tuple[str, str], float] = {
    ("P01_likeness", "jaccard_percent"): near.JACCARD,
    ("P04", "jaccard_percent"): near.JACCARD,
    ("P02", "covered_percent"): recombined.COVERED,
}
"""What the comparison of texts reports at least (0 to 1): a limit below it would find nothing more."""


@dataclass(frozen=True)
class Band:
    """A strength is reached from this median likeness (0 to 1) and this number of applications."""

    likeness: float
    applications: int


@dataclass(frozen=True)
class Parameters:
    """Everything P01 goes by on one day; `rules` holds the cited versions, `digest` covers them all."""

    rules: Mapping[str, RuleVersion]
    likeness: float
    strong: Band
    many: Band
    medium: Band
    double_filing: float
    expiry_days: int
    regrowth_percent: int
    budget: int
    enough_judged: int
    digest: str

    @property
    def rule(self) -> RuleVersion:
        """What the detector is."""
        return self.rules["P01"]

    def said(self, key: str) -> Text:
        """Return one of the detector's texts: name, innocent, refuted, reason, window."""
        values = self.rules["P01"].values
        return Text(values[f"{key}_zh"], values[f"{key}_en"])

    @property
    def basis(self) -> Text:
        """The rule that the findings may touch, cited."""
        return self.rules["P01"].basis.cite()

    def strength(self, likeness: float, applications: int) -> str:
        """Return strong, medium or weak for a group's median likeness and size."""
        for name, band in (("strong", self.strong), ("strong", self.many), ("medium", self.medium)):
            if likeness >= band.likeness and applications >= band.applications:
                return name
        return "weak"


def read(text: str, *, file: str = FILE) -> Rulebook:
    """Read a rule book of detectors; raises `BadRulebook` naming file, line and key, also for a limit below a floor."""
    book = Rulebook.from_text(text, file=file, shapes=SHAPES)
    for (id, name), floor in FLOORS.items():
        for rule in book.versions.get(id, ()):
            _check_floor(book, rule, name, round(floor * 100))
    return book


def _check_floor(book: Rulebook, rule: RuleVersion, name: str, floor: int) -> None:
    listed = {one["name"]: one["value"] for one in rule.values.get("limits", ())}
    value = rule.values.get(name, listed.get(name, floor))
    if value < floor:
        raise book.fault(
            rule,
            name if name in rule.values else "limits",
            f"参数“{name}”不得小于{floor}（现为{value}）：文本比对不报告更低的，改小也找不到更多。",
            f"the limit '{name}' must be at least {floor}, not {value}: the comparison of texts reports nothing below"
            " that, so a lower limit would find nothing more.",
        )


@cache
def shipped_book() -> Rulebook:
    """Return the book that comes with the program."""
    return read(shipped(FILE))


def parameters(on: date, book: Rulebook | None = None) -> Parameters:
    """Return P01's parameters on a day; raises `NotInForce` before the first day of the rule."""
    book = book or shipped_book()
    rules = {id: book.rule(id, on) for id in P01_SHAPES}
    likeness = rules["P01_likeness"].values
    versions = {id: rule.version for id, rule in rules.items()}
    return Parameters(
        rules=rules,
        likeness=likeness["jaccard_percent"] / 100,
        strong=_band(likeness["strong"]),
        many=_band(likeness["many"]),
        medium=_band(likeness["medium"]),
        double_filing=rules["P01_double_filing"].values["jaccard_percent"] / 100,
        expiry_days=rules["P01_expiry"].values["limit"],
        regrowth_percent=rules["P01_regrowth"].values["limit"],
        budget=rules["P01_budget"].values["limit"],
        enough_judged=rules["P01_figures"].values["limit"],
        digest=digest_of({"rules": versions, "comparison": near.in_use(on)}),
    )


def limits(id: str, on: date, book: Rulebook | None = None) -> Sequence[Parameter]:
    """Return every value a detector goes by on a day; raises `NotInForce` before the first day of its rule."""
    book = book or shipped_book()
    if id in STANDARD_IDS:
        return [*parameters_of(book, id, on), *phrases.listed(id, on)]
    return [limit for name in P01_SHAPES for limit in _numbers(book.rule(name, on))]


def _numbers(rule: RuleVersion) -> Iterator[Parameter]:
    """Whole numbers of a rule, those of its bands included."""
    place, unit = rule.id.removeprefix("P01_"), rule.unit or ""
    for key, value in rule.values.items():
        if isinstance(value, int):
            yield Parameter(f"{place}.{key}", value, unit, rule.text, rule)
        elif isinstance(value, dict):
            for part, number in value.items():
                per = unit if part == "percent" else part
                yield Parameter(f"{place}.{key}.{part}", number, per, rule.text, rule)


def _band(table: Mapping[str, Any]) -> Band:
    return Band(table["percent"] / 100, table["applications"])
