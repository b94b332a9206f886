"""A detector's dated rule: its texts, its limits with their units, and the provision it points to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantian.core.chain import digest_of
from lantian.core.messages import Text
from lantian.core.rulebook import BadRulebook, Many, OneOf, Rulebook, RuleVersion, Shape

TEXTS = ("name", "innocent", "refuted", "public")
"""What every rule says in two languages; `public`: what the detector can do on public data alone."""
SAID = Shape({"key": str, "zh": str, "en": str})
_NAMED = {"name": str, "zh": str, "en": str}
GIVEN = "instrument"
LIMIT = Shape({**_NAMED, "value": int, "unit": str}, {"given_by": OneOf((GIVEN,))})
"""`given_by`: the value stands in the provision that is cited; without it, it is our own working value."""
OWN = Text("本系统自定，规定未给出", "our own working value, not in the provision")
WORDS = Shape({**_NAMED, "value": str})
SHARED = {id: Shape({"limits": Many(LIMIT)}) for id in ("ties", "accounts", "brands", "marks", "pages")}
"""Rules that several detectors share: how firmly contacts tie, whose an account is, which names are of one house,
how alike marks are, how firmly a page tells.
"""
STANDARD = Shape(
    {
        **{f"{key}_{language}": str for key in TEXTS for language in ("zh", "en")},
        "says": Many(SAID),
        "limits": Many(LIMIT),
    },
    {"words": Many(WORDS), "shares": Many(OneOf(tuple(SHARED)))},
)
"""The form of a detector's rule in `detectors.toml`: texts, sentences of the reason, named whole numbers.

`words`: named regular expressions; `shares`: the shared rules whose limits are its own too.
"""


@dataclass(frozen=True)
class Parameter:
    """One value a detector goes by: a whole number with its unit, or an expression (unit empty).

    `means`: what it decides; `rule`: the rule that gives it, the detector's own or one that it shares; `given`: the
    provision cited by the rule gives the value; else it is our own working value.
    """

    name: str
    value: int | str
    unit: str
    means: Text
    rule: RuleVersion
    given: bool = False

    @property
    def origin(self) -> Text:
        """Whose value it is: that of the provision, cited, or our own."""
        return self.rule.basis.cite() if self.given else OWN


@dataclass(frozen=True)
class Rules:
    """One detector's rule on a day; `digest` covers its version and whatever else the findings hang on.

    `limits` and `words`: the values of its `parameters` by name.
    """

    rule: RuleVersion
    parameters: tuple[Parameter, ...]
    limits: Mapping[str, int]
    words: Mapping[str, str]
    digest: str

    @property
    def basis(self) -> Text:
        """The provision that findings may touch, cited."""
        return self.rule.basis.cite()

    def said(self, key: str) -> Text:
        """Return one of the texts of `TEXTS`."""
        return Text(self.rule.values[f"{key}_zh"], self.rule.values[f"{key}_en"])

    def say(self, key: str, **values: Any) -> Text:
        """Fill the numbers into one of the sentences of the reason; KeyError for an unknown sentence."""
        said = {one["key"]: one for one in self.rule.values["says"]}[key]
        return Text(said["zh"].format(**values), said["en"].format(**values))


def parameters_of(book: Rulebook, id: str, on: date) -> tuple[Parameter, ...]:
    """Return every value a detector goes by on a day, its own first; P01 has rules of its own form.

    Raises `NotInForce` before the first day of its rule or of one that it shares.
    """
    rule = book.rule(id, on)
    shared = [book.rule(name, on) for name in rule.values.get("shares", ())]
    return tuple(
        Parameter(
            row["name"],
            row["value"],
            row.get("unit", ""),
            Text(row["zh"], row["en"]),
            source,
            "given_by" in row,
        )
        for source in (rule, *shared)
        for row in (*source.values["limits"], *source.values.get("words", ()))
    )


def rules_of(book: Rulebook, id: str, on: date, limits: Iterable[str]) -> Rules:
    """Return a detector's rule on a day; `limits` are the names of its limits and words, shared ones included.

    Raises `NotInForce` before its first day, `BadRulebook` where the book's limits are not those declared.
    """
    rule, given = book.rule(id, on), parameters_of(book, id, on)
    found = {one.name for one in given}
    if found != set(limits):
        odd = "、".join(sorted(found ^ set(limits)))
        raise BadRulebook(
            f"规则“{id}”的参数与模型声明的不一致：{odd}。",
            f"The limits of rule '{id}' are not those its detector declares: {odd}.",
        )
    numbers = {one.name: one.value for one in given if isinstance(one.value, int)}
    words = {one.name: one.value for one in given if isinstance(one.value, str)}
    return Rules(rule, given, numbers, words, _digest(rule, given))


def _digest(rule: RuleVersion, given: Iterable[Parameter]) -> str:
    """Cover the rule, those it shares, and every value itself: another value is another digest."""
    values = [[one.rule.version, one.name, one.value] for one in given]
    return digest_of({"id": rule.id, "rule": rule.version, "values": values})
