"""The book of what may be put on a credit file from which matter; an officer chooses, the book only offers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from lantian.core import publicity
from lantian.core.credit.book import CreditBook, agency, practitioner
from lantian.core.door import in_use
from lantian.core.rulebook import Many, OneOf, Rulebook, RuleVersion, Shape
from lantian.core.supervision import FactKind
from lantian.office.modes import Module
from lantian.registry.models import Subject
from lantian.standing import queries as standing
from lantian.standing.errors import NoScore

FILE = "crediting.toml"
ORDER, NOT_DONE = "order", "not_done"
MATTERS = (*(str(module) for module in Module), ORDER, NOT_DONE)
SHAPES: Mapping[str, Shape] = {
    "*": Shape(
        {"matters": Many(OneOf(MATTERS))},
        {
            "agency": str,
            "practitioner": str,
            "fact": OneOf(tuple(FactKind)),
            "term": OneOf(("asked",)),
            "publishes": str,
        },
    )
}


def indicator_of(rule: RuleVersion, subject: Subject) -> str:
    """The indicator by which a kind of matter counts for a subject; empty where it is a fact only.

    Whom no book scores has a file all the same: there the event is called by the kind itself.
    """
    try:
        scored = standing.book_of(subject).subject
    except NoScore:
        return rule.id
    return str(rule.values.get(scored, ""))


def held(on: date) -> list[RuleVersion]:
    """Every kind in the version of the day of a fact, whenever it is put on file; a kind that had ended is none.

    A fact older than the first version of its kind goes by that one: a file holds it, and the reckoning says that
    what lies before its instrument does not count.
    """
    found = (
        next(
            (one for one in versions if one.in_force(on)),
            versions[0] if on < versions[0].valid_from else None,
        )
        for versions in book().versions.values()
    )
    return [one for one in found if one is not None]


def offered(matters: Collection[str], subject: Subject, on: date) -> list[RuleVersion]:
    """Kinds that a matter of these sorts may be put on a subject's file as, by the rules of the day of the fact."""
    return [
        rule
        for rule in held(on)
        if set(rule.values["matters"]) & set(matters)
        and (indicator_of(rule, subject) or rule.values.get("fact"))
    ]


def for_agencies(matters: Collection[str], on: date) -> list[RuleVersion]:
    """Kinds that a matter of these sorts may be put on a patent agency's file as, wherever the agency is registered."""
    told = [rule for rule in held(on) if "agency" in rule.values or "fact" in rule.values]
    return [rule for rule in told if set(rule.values["matters"]) & set(matters)]


@in_use(FILE)
def book(text: str) -> Rulebook:
    """The book in use."""
    return read_book(text)


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of this kind; raises `BadRulebook`, also for an indicator that the credit book does not have.

    Also for something to publish that the book of publication does not know.
    """
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES, gapless=True)
    scored: Mapping[str, CreditBook] = {"agency": agency(), "practitioner": practitioner()}
    for versions in rules.versions.values():
        for version in versions:
            _check_publishes(rules, version)
            for who, credit in scored.items():
                name = version.values.get(who)
                if name is not None and name not in credit.indicators:
                    raise rules.fault(
                        version, who, f"信用规则库没有指标“{name}”。", f"the credit book has no '{name}'."
                    )
    return rules


def publishes(rule: RuleVersion) -> str:
    """As which matter of the book of publication something is published once it is decided; empty where it is not."""
    return str(rule.values.get("publishes", ""))


def _check_publishes(rules: Rulebook, version: RuleVersion) -> None:
    """What is published rests on a case of the office's own, which is decided on a day."""
    name = publishes(version)
    if name and name not in publicity.matters():
        raise rules.fault(
            version, "publishes", f"公示规则库没有“{name}”。", f"the book of publication has no '{name}'."
        )
    if name and "fact" not in version.values:
        raise rules.fault(
            version, "publishes", "应公示的事项须写明事实（fact）。", "what is published needs its 'fact'."
        )
