"""A detector's dated rule: its texts, its limits with their units, and the provision it points to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lantian.core.chain import digest_of
from lantian.core.messages import Text
from lantian.core.rulebook import BadRulebook, Many, Rulebook, RuleVersion, Shape

TEXTS = ("name", "innocent", "refuted", "public")
"""What every rule says in two languages; `public`: what the detector can do on public data alone."""
SAID = Shape({"key": str, "zh": str, "en": str})
LIMIT = Shape({"name": str, "value": int, "unit": str})
STANDARD = Shape(
    {
        **{f"{key}_{language}": str for key in TEXTS for language in ("zh", "en")},
        "says": Many(SAID),
        "limits": Many(LIMIT),
    }
)
"""The form of a detector's rule in `detectors.toml`: texts, sentences of the reason, named whole numbers."""


@dataclass(frozen=True)
class Rules:
    """One detector's rule on a day; `digest` covers its version and whatever else the findings hang on."""

    rule: RuleVersion
    limits: Mapping[str, int]
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


def rules_of(book: Rulebook, id: str, on: date, limits: Iterable[str]) -> Rules:
    """Return a detector's rule on a day.

    Raises `NotInForce` before its first day, `BadRulebook` where the book's limits are not those declared.
    """
    rule = book.rule(id, on)
    found = {one["name"]: one["value"] for one in rule.values["limits"]}
    if set(found) != set(limits):
        odd = "、".join(sorted(set(found) ^ set(limits)))
        raise BadRulebook(
            f"规则“{id}”的参数与模型声明的不一致：{odd}。",
            f"The limits of rule '{id}' are not those its detector declares: {odd}.",
        )
    return Rules(rule, found, digest_of({"rule": rule.version, "id": id}))
