"""The rule book of the summary, read strictly: a sentence that names no figure we know is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from lantian.campaign.figures import book as figures
from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.patterns import BadPattern, bounded
from lantian.core.rulebook import AtLeast, Many, OneOf, Rulebook, RuleVersion, Shape

FILE = "summary.toml"
NAMED = re.compile(r"\{([a-z_]+)\}")
BUILT_IN = frozenset({"unit", "year", "until"})
REQUIRED = "required"
_DUE = Shape(
    {
        "month": AtLeast(1),
        "day": AtLeast(1),
        "remind_days": AtLeast(1),
        "receiver_zh": str,
        "receiver_en": str,
    }
)
_SECTION = Shape(
    {
        "id": str,
        "title_zh": str,
        "title_en": str,
        "words": OneOf(("optional", REQUIRED)),
        "hint_zh": str,
        "hint_en": str,
    },
    {"empty": str},
)
_SENTENCE = Shape({"id": str, "section": str, "text": str}, {"zero": str})
_PATTERN = Shape({"id": str, "expression": str, "shown": str, "why_zh": str, "why_en": str})
SHAPES = {
    "district_due": _DUE,
    "city_due": _DUE,
    "comparison": Shape(
        {
            "percent": AtLeast(1),
            "least": AtLeast(1),
            "up": str,
            "down": str,
            "even": str,
        }
    ),
    "skeleton": Shape({"title": str, "sections": Many(_SECTION), "sentences": Many(_SENTENCE)}),
    "cases": Shape({"review": str, "suit": str}),
    "masking": Shape(
        {
            "given": str,
            "order": str,
            "compound_surnames": Many(str),
            "surnames": str,
            "weak_surnames": str,
            "before": Many(str),
            "never_first": str,
            "never_last": str,
            "joins": str,
            "patterns": Many(_PATTERN),
        }
    ),
}


@dataclass(frozen=True)
class DueDay:
    """Until when the summary of a year goes to whom, and the rule that says so."""

    on: date
    receiver: Text
    rule: RuleVersion

    @property
    def remind_from(self) -> date:
        """The first day on which the home page speaks of it."""
        days: int = self.rule.values["remind_days"]
        return self.on - timedelta(days)


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of the summary; raises `BadRulebook`, also for unknown figures, sections and bad expressions."""
    book = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for version in book.versions.get("skeleton", ()):
        _check_skeleton(book, version)
    for version in book.versions.get("masking", ()):
        _check_expressions(book, version)
    return book


def _check_skeleton(book: Rulebook, version: RuleVersion) -> None:
    known = BUILT_IN | set(figures.book().versions)
    sections = {section["id"] for section in version.values["sections"]}
    for sentence in version.values["sentences"]:
        unknown = set(NAMED.findall(sentence["text"] + sentence.get("zero", ""))) - known
        if unknown or sentence["section"] not in sections:
            what = "、".join(sorted(unknown)) or sentence["section"]
            raise book.fault(
                version,
                "sentences",
                f"语句“{sentence['id']}”引用了不存在的指标或者部分：{what}",
                f"sentence '{sentence['id']}' names a figure or section that does not exist: {what}",
            )


def _check_expressions(book: Rulebook, version: RuleVersion) -> None:
    for pattern in version.values["patterns"]:
        try:
            bounded(pattern["expression"])
        except BadPattern as fault:
            raise book.fault(
                version,
                "patterns",
                f"“{pattern['id']}”的表达式：{fault.text.zh}",
                f"the expression of '{pattern['id']}': {fault.text.en}",
            ) from None


@in_use(FILE)
def _book(text: str) -> Rulebook:
    return read_book(text)


def rule(name: str, on: date) -> RuleVersion:
    """A rule in force on a day."""
    return _book().rule(name, on)


def due(year: int, *, for_city: bool) -> DueDay:
    """The day of a year's summary, by the rule in force at the end of that year."""
    version = rule("city_due" if for_city else "district_due", date(year, 12, 31))
    values = version.values
    receiver = Text(values["receiver_zh"], values["receiver_en"])
    return DueDay(date(year, values["month"], values["day"]), receiver, version)
