"""Service of papers (送达): on which day a paper counts as served, by the way it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from lantian.core.door import in_use
from lantian.core.messages import Text
from lantian.core.periods import Step
from lantian.core.rulebook import AtLeast, Basis, Confidence, OneOf, Rulebook, Shape

FILE = "service.toml"
SHAPES = {
    "*": Shape(
        {"starts_zh": str, "starts_en": str, "counts": OneOf(("same_day", "after_days"))},
        {"after_days": AtLeast(1)},
    )
}


@dataclass(frozen=True)
class Service:
    """A paper counts as served on `served`; periods that run from service start there."""

    way: str
    version: str
    served: date
    steps: tuple[Step, ...]
    basis: Basis
    confidence: Confidence


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read the ways of service; raises `BadRulebook`, also for days given to a way that counts at once."""
    book = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    for versions in book.versions.values():
        for version in versions:
            if (version.values["counts"] == "after_days") != ("after_days" in version.values):
                raise book.fault(
                    version,
                    "after_days",
                    "counts为after_days时须写天数，其他情形不写。",
                    "is given with counts = after_days and only then.",
                )
    return book


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The ways of service in use."""
    return read_book(text)


def ways() -> dict[str, Text]:
    """Every way of service with its name, newest wording."""
    return {id: versions[-1].text for id, versions in book().versions.items()}


def served(way: str, happened: date) -> Service:
    """When a paper counts as served that went a way on a day; raises `UnknownRule` or `NotInForce`.

    >>> served("announcement", date(2026, 3, 2)).served
    datetime.date(2026, 4, 1)
    """
    rule = book().rule(way, happened)
    days = rule.values.get("after_days", 0)
    day = happened + timedelta(days)
    first = Step(happened, f"{rule.values['starts_zh']}。", f"The day on which {rule.values['starts_en']}.")
    steps = [first]
    if days:
        steps.append(Step(day, f"满{days}日，视为送达。", f"After {days} days it counts as served."))
    else:
        steps.append(Step(day, "当日为送达日期。", "It counts as served on this day."))
    return Service(way, rule.version, day, tuple(steps), rule.basis, rule.confidence)
