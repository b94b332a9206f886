"""By which rule a matter is published in a field of law: a penalty in patent matters rests on another instrument."""

from __future__ import annotations

from datetime import date

from lantian.core import deadlines, publicity
from lantian.core.analogy import taken_over
from lantian.core.competence import Field
from lantian.core.deadlines import Deadline


def kin(id: str) -> frozenset[str]:
    """Every rule of one matter: the plain one, and those that stand for it in fields of law of their own."""
    plain = _plain(id)
    return frozenset(one for one in publicity.matters() if _plain(one) == plain)


def matter_in(id: str, law: Field | None, on: date) -> str:
    """The rule of a matter in a field of law: the one that stands for it there, else the plain one.

    >>> matter_in("penalty", Field.PATENT_AGENCY, date(2026, 3, 2))
    'penalty_patent'
    >>> matter_in("penalty_patent", Field.TRADEMARK_AGENCY, date(2026, 3, 2))
    'penalty'
    """
    if law is None:
        return id
    for one in sorted(kin(id)):
        versions = (version for version in publicity.book().versions[one] if version.in_force(on))
        if any(law in version.values.get("fields", ()) for version in versions):
            return one
    return _plain(id)


def _plain(id: str) -> str:
    versions = publicity.book().versions.get(id, ())
    return next((str(one.values["stands_for"]) for one in versions if "stands_for" in one.values), id)


def received(id: str, event_on: date, period: str, on: date) -> Deadline:
    """By when the province that was told on a day publishes, by the period of a channel (`Clock.receives`)."""
    return taken_over(publicity.matter(id, event_on), deadlines.due_under(period, on))


def withdrawal(id: str, event_on: date, on: date, *, repaired: bool = False) -> Deadline:
    """By when something is withdrawn whose ground fell away on a day; after a repair by the rule for that, if any."""
    rule = publicity.matter(id, event_on)
    period = rule.values.get("repaired") if repaired else None
    return taken_over(rule, deadlines.due_under(period or rule.values["withdraw"], on))
