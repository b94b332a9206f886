"""Filings in the making: each plan becomes drafts, which get their numbers when all of them are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from lantian.city import edits, plans
from lantian.city.agencies import Agency
from lantian.city.chance import stream, weighted
from lantian.city.parties import Applicant
from lantian.city.plans import Plan
from lantian.city.texts import DESIGN, INVENTION, UTILITY_MODEL, Text, Words, compose

# The synthetic city is seen on this day; nothing in it is later.
SEEN_ON: Final = date(2026, 10, 31)
_OPEN: Final = (date(2023, 7, 3), date(2026, 2, 13))
_SECRET: Final = (date(2026, 7, 1), date(2026, 10, 15))
_DISCLOSURES: Final = (("published", 960), ("unpublished", 30), ("unknown", 10))
_KINDS: Final = ((INVENTION, 42), (UTILITY_MODEL, 48), (DESIGN, 10))
_FIELDS_OF_PRODUCTS: Final = ("conveying", "building", "farming", "medical", "machining", "fluid", "power")
_BATCH_DAYS: Final = 25


@dataclass
class Draft:
    """One filing before it has its number.

    `filed_on` is the legal filing date, `sent_on` the day it was sent, `withdrawn_on` the day it counts as
    withdrawn by law. `signers` are licence numbers where something is planted; else chance decides. `form` holds
    columns of the request form, or of the standing, that a scheme sets.
    """

    text: Text
    words: Words
    kind: str
    filed_on: date
    sent_on: date
    disclosure: str
    applicants: tuple[Applicant, ...]
    inventors: tuple[str, ...]
    agency: Agency | None
    contact_of_agency: bool
    chance: Random
    dual: bool | None = False
    parent: Draft | None = None
    earlier: Draft | None = None
    withdrawn_on: date | None = None
    number: str = ""
    signers: tuple[str, ...] = ()
    form: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class People:
    """Everyone who files: agencies as often as they weigh, those that file batches, applicants, fronts."""

    agencies: Sequence[Agency]
    mills: Sequence[Agency]
    applicants: Sequence[Applicant]
    fronts: Sequence[Applicant]


def draft_plan(seed: int, serial: int, plan: Plan, people: People) -> list[Draft]:
    """Write the drafts of one plan; the earliest comes first. A function of its arguments alone."""
    rng = stream(seed, "plan", serial)
    if plan.kind == plans.BATCH:
        return _batch(seed, serial, plan, people, rng)
    first = _single(seed, serial, plan, people, rng)
    makers = {plans.DUAL: _dual, plans.PRESUMED_DUAL: _dual, plans.DIVISIONAL: _divisional}
    if plan.kind in makers:
        return makers[plan.kind](plan, first, rng)
    if plan.kind == plans.PRIORITY:
        return _priority(first, rng)
    return [first, *_improvements(seed, serial, plan, first)]


def _weekday(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def _between(rng: Random, first: date, last: date) -> date:
    return _weekday(first + timedelta(days=rng.randint(0, max(0, (last - first).days))))


def _single(seed: int, serial: int, plan: Plan, people: People, rng: Random) -> Draft:
    """Draft one ordinary filing, or the first of a group; only a product can be filed in two kinds."""
    kind = weighted(rng, _KINDS) if plan.kind == plans.SINGLE else INVENTION
    product = rng.choice(_FIELDS_OF_PRODUCTS) if plan.kind in (plans.DUAL, plans.PRESUMED_DUAL) else None
    text = compose(seed, serial * 1000, kind, product)
    disclosure = weighted(rng, _DISCLOSURES)
    filed_on = _between(rng, *(_SECRET if disclosure == "unpublished" else _OPEN))
    applicants = _parties(people, rng)
    pool = [name for one in applicants for name in one.people]
    return Draft(
        text=text,
        words=text.words,
        kind=kind,
        filed_on=filed_on,
        sent_on=filed_on,
        disclosure=disclosure,
        applicants=applicants,
        inventors=tuple(dict.fromkeys(rng.sample(pool, min(len(pool), rng.randint(1, 5))))),
        agency=None if rng.random() < 0.06 else rng.choice(people.agencies),
        contact_of_agency=rng.random() < 0.35,
        chance=rng,
    )


def _parties(people: People, rng: Random) -> tuple[Applicant, ...]:
    """Pick applicants: few file much, many file little; one filing in twelve has two."""
    count = len(people.applicants)
    places = {int(count * rng.random() ** 2) for _ in range(2 if rng.random() < 1 / 12 else 1)}
    return tuple(people.applicants[place] for place in sorted(places))


def _follower(first: Draft, words: Words, rng: Random, kind: str = "") -> Draft:
    """Draft a lawful relative of a filing: same applicants, inventors, agency and contact."""
    return Draft(
        text=first.text,
        words=words,
        kind=kind or first.kind,
        filed_on=first.filed_on,
        sent_on=first.sent_on,
        disclosure=first.disclosure,
        applicants=first.applicants,
        inventors=first.inventors,
        agency=first.agency,
        contact_of_agency=first.contact_of_agency,
        chance=rng,
    )


def _dual(plan: Plan, first: Draft, rng: Random) -> list[Draft]:
    """Draft an invention and a utility model of one day (专利法 第九条), declared or not."""
    second = _follower(first, edits.edit("dual", first.words, rng), rng, UTILITY_MODEL)
    first.dual = second.dual = None if plan.kind == plans.PRESUMED_DUAL else True
    return [first, second]


def _divisional(plan: Plan, first: Draft, rng: Random) -> list[Draft]:
    """Draft a parent and its divisional, which keeps the parent's filing date (实施细则 第四十九条)."""
    first.disclosure = "published"
    day = date(rng.choice((2024, 2025)), rng.randint(1, 5), rng.randint(8, 28))
    first.filed_on = first.sent_on = _weekday(day)
    second = _follower(first, edits.edit("family", first.words, rng), rng)
    second.parent = first
    # Sent within the year, so that the year in its number is that of the filing date.
    second.sent_on = _weekday(first.filed_on + timedelta(days=rng.randint(60, 180)))
    return [first, second]


def _priority(first: Draft, rng: Random) -> list[Draft]:
    """Draft a filing and its successor with domestic priority within a year (专利法 第二十九条)."""
    first.disclosure = "published"
    first.filed_on = first.sent_on = _between(rng, _OPEN[0], date(2025, 2, 14))
    second = _follower(first, edits.edit("family", first.words, rng), rng)
    second.earlier = first
    second.filed_on = second.sent_on = _weekday(first.filed_on + timedelta(days=rng.randint(265, 360)))
    # The earlier filing counts as withdrawn from the day of the later one (实施细则 第三十五条).
    first.withdrawn_on = second.filed_on
    return [first, second]


def _improvements(seed: int, serial: int, plan: Plan, first: Draft) -> list[Draft]:
    """Draft the later filings of a series: about a quarter of the first text, the rest new."""
    later = []
    for step in range(1, plan.size):
        rng = stream(seed, "series", serial, step)
        fresh = compose(seed, serial * 1000 + step, first.kind, first.text.field)
        draft = _follower(first, edits.MERGES["series"](first.words, fresh.words, rng), rng)
        draft.text = fresh
        last = _SECRET[1] if first.disclosure == "unpublished" else _OPEN[1]
        draft.filed_on = draft.sent_on = max(first.filed_on, _between(rng, first.filed_on, last))
        later.append(draft)
    return sorted(later, key=lambda draft: draft.filed_on)


def _batch(seed: int, serial: int, plan: Plan, people: People, rng: Random) -> list[Draft]:
    """Draft a source and its edited copies, in the names of several applicants, within some weeks."""
    kind = rng.choice((INVENTION, UTILITY_MODEL, UTILITY_MODEL))
    source = compose(seed, serial * 1000, kind, rng.choice(_FIELDS_OF_PRODUCTS))
    # The large batch belongs to the first mill; the small ones go round the others.
    mills = people.mills[:2] if serial == 0 else rng.sample(people.mills[1:], plan.agencies)
    fronts = rng.sample(people.fronts, min(plan.applicants, len(people.fronts)))
    start = _between(rng, _OPEN[0], _OPEN[1] - timedelta(days=_BATCH_DAYS + 1))
    days = sorted(_weekday(start + timedelta(days=rng.randint(2, _BATCH_DAYS))) for _ in range(plan.size))
    drafts = []
    for step, day in enumerate(days):
        chance = stream(seed, "batch", serial, step)
        applicant = fronts[step % len(fronts)]
        drafts.append(
            Draft(
                text=source,
                words=source.words if step == 0 else edits.edit(plan.edit, source.words, chance),
                kind=kind,
                filed_on=day,
                sent_on=day,
                disclosure="published",
                applicants=(applicant,),
                inventors=tuple(chance.sample(applicant.people, 1)),
                agency=mills[0] if step == 0 or chance.random() < 0.7 else mills[step % len(mills)],
                contact_of_agency=True,
                chance=chance,
            )
        )
    return drafts
