"""Supervision class (分类监管): a dated table over official grades, lists and confirmed facts, with its reasons.

Findings of machines are no input: a fact names the decision or record that confirmed it. The class is internal, is
proposed here and signed by an officer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from lantian.core import lists
from lantian.core.door import in_use
from lantian.core.messages import Text, WrongUse
from lantian.core.months import add_months
from lantian.core.rulebook import (
    AtLeast,
    Basis,
    Confidence,
    Many,
    OneOf,
    Rulebook,
    RuleVersion,
    Shape,
)

FILE = "supervision.toml"
NO_GRADE = "none"
_CLASS = Shape(
    {
        "code": str,
        "text_zh": str,
        "text_en": str,
        "rate_percent": AtLeast(0),
        "weight": AtLeast(1),
        "key_object": OneOf(("yes", "no")),
    },
    {
        "every_months": AtLeast(1),
        "guidance": OneOf(("yes", "no")),
        "why_zh": str,
        "why_en": str,
        "article_zh": str,
        "article_en": str,
        "confidence": OneOf(tuple(Confidence)),
    },
)


class FactKind(StrEnum):
    """Facts that count; each was confirmed by a decision or a signed record."""

    PENALTY = "penalty"
    HEAVY_PENALTY = "heavy_penalty"
    STOP_BUSINESS = "stop_business"
    RECTIFICATION_OVERDUE = "rectification_overdue"
    ABNORMAL_FILINGS_CONFIRMED = "abnormal_filings_confirmed"
    REFUSED_INSPECTION = "refused_inspection"


_ROW = Shape(
    {"code": str, "class": str, "text_zh": str, "text_en": str},
    {
        "credit": Many(str),
        "quality": Many(str),
        "lists": Many(str),
        "facts": Many(OneOf(tuple(FactKind))),
    },
)
SHAPES = {
    "classes": Shape(
        {
            "classes": Many(_CLASS),
            "rows": Many(_ROW),
            "fact_months": AtLeast(1),
            "review_months": AtLeast(1),
        }
    )
}


class Fact(NamedTuple):
    """A confirmed fact; `document` is the decision or record, without which it is no fact."""

    kind: FactKind
    on: date
    document: str


class Standing(NamedTuple):
    """What is officially known of a subject on a day: imported grades, lists it is on, confirmed facts."""

    quality: str | None = None
    credit: str | None = None
    lists: frozenset[str] = frozenset()
    facts: tuple[Fact, ...] = ()


class Proposed(NamedTuple):
    """The class that the table gives, why, and what follows; `reasons` holds every row that holds, the deciding first.

    `rate_percent` is the yearly share of checks, `weight` the weight in a draw, `review_by` when to look again.
    """

    code: str
    text: Text
    reasons: tuple[Text, ...]
    documents: tuple[str, ...]
    rate_percent: int
    weight: int
    key_object: bool
    review_by: date
    version: str
    basis: Basis
    confidence: Confidence


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a table of classes; raises `BadRulebook`, also for a row whose class or list is not, or no last row."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for version in rules.versions.get("classes", ()):
        known = {each["code"] for each in version.values["classes"]}
        rows = version.values["rows"]
        for row in rows:
            if row["class"] not in known:
                raise rules.fault(
                    version, "rows", f"没有等级“{row['class']}”。", f"there is no class '{row['class']}'."
                )
            for name in sorted(set(row.get("lists", ())) - lists.book().versions.keys()):
                raise rules.fault(version, "rows", f"没有名单“{name}”。", f"there is no list '{name}'.")
        if not rows or _conditions(rows[-1]):
            raise rules.fault(
                version, "rows", "最后一行不得有条件。", "the last row takes everything: no conditions."
            )
    return rules


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The table in use."""
    return read_book(text)


class Consequence(NamedTuple):
    """What follows from a class: checks, draw, guidance, with why, by which article and how sure.

    `rate_percent` is the yearly share of the class to be checked, `weight` the weight of one of it in a draw,
    `every_months` the longest time between two checks of the same one (None: no own interval).
    """

    code: str
    text: Text
    rate_percent: int
    weight: int
    key_object: bool
    every_months: int | None
    guidance: bool
    why: Text
    cite: Text
    confidence: Confidence


def consequences(on: date, rules: Rulebook | None = None) -> tuple[Consequence, ...]:
    """What follows from each class by the table of a day, the lightest first.

    >>> [(one.code, one.weight, one.every_months) for one in consequences(date(2026, 6, 1))]
    [('I', 1, None), ('II', 2, None), ('III', 5, 24), ('IV', 10, 12)]
    """
    rule = (rules if rules is not None else book()).rule("classes", on)
    return tuple(_consequence(each, rule) for each in rule.values["classes"])


def _consequence(row: Any, rule: RuleVersion) -> Consequence:
    cite = rule.basis.cite()
    return Consequence(
        code=row["code"],
        text=Text(row["text_zh"], row["text_en"]),
        rate_percent=row["rate_percent"],
        weight=row["weight"],
        key_object=row["key_object"] == "yes",
        every_months=row.get("every_months"),
        guidance=row.get("guidance") == "yes",
        why=Text(row.get("why_zh", ""), row.get("why_en", "")),
        cite=Text(row.get("article_zh", cite.zh), row.get("article_en", cite.en)),
        confidence=Confidence(row.get("confidence", rule.confidence)),
    )


def propose(standing: Standing, on: date, rules: Rulebook | None = None) -> Proposed:
    """Propose the class of a subject on a day; raises `WrongUse` for a fact without a document or an unknown list.

    >>> propose(Standing(credit="A"), date(2026, 6, 1)).code
    'I'
    """
    rule = (rules if rules is not None else book()).rule("classes", on)
    facts = _facts(rule, standing, on)
    for name in sorted(standing.lists - lists.book().versions.keys()):
        raise WrongUse(f"没有名单“{name}”。", f"There is no list '{name}'.")
    holding = [row for row in rule.values["rows"] if _holds(row, standing, facts)]
    row = holding[0]
    told = [each for each in holding if _conditions(each)] or [row]
    found = next(each for each in rule.values["classes"] if each["code"] == row["class"])
    return Proposed(
        code=found["code"],
        text=Text(found["text_zh"], found["text_en"]),
        reasons=tuple(Text(each["text_zh"], each["text_en"]) for each in told),
        documents=tuple(sorted({fact.document for fact in facts})),
        rate_percent=found["rate_percent"],
        weight=found["weight"],
        key_object=found["key_object"] == "yes",
        review_by=add_months(on, rule.values["review_months"]),
        version=rule.version,
        basis=rule.basis,
        confidence=rule.confidence,
    )


def _facts(rule: RuleVersion, standing: Standing, on: date) -> list[Fact]:
    """The facts that are recent enough on the day."""
    for fact in standing.facts:
        if not fact.document.strip():
            raise WrongUse(
                "事实须注明作出决定或者确认的文书；筛查结果不能作为依据。",
                "A fact names the decision or record that confirmed it; a finding is none.",
            )
    since = add_months(on, -rule.values["fact_months"])
    return [fact for fact in standing.facts if since <= fact.on <= on]


def _conditions(row: Any) -> list[str]:
    return [key for key in ("credit", "quality", "lists", "facts") if key in row]


def _holds(row: Any, standing: Standing, facts: Iterable[Fact]) -> bool:
    """Whether every condition of a row holds; within one condition, any of its values is enough."""
    tests = {
        "credit": {standing.credit or NO_GRADE},
        "quality": {standing.quality or NO_GRADE},
        "lists": set(standing.lists),
        "facts": {fact.kind.value for fact in facts},
    }
    return all(tests[key] & set(row[key]) for key in _conditions(row))
