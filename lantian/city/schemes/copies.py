"""Texts taken from others: put together from two (P02), copied after publication (P03); and lawful successors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from lantian.city import edits
from lantian.city.drafts import Draft
from lantian.city.schemes.pool import Pool, Scheme, move, name_anew
from lantian.city.texts import INVENTION

# Publication comes at most this many days after filing (`lantian.city.filings`).
_PUBLISHED_AFTER = 260


def plant(pool: Pool) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks; lawful look-alikes as often."""
    for number in range(pool.size.schemes):
        for make in (_combined, _copied, _own_successor):
            scheme = make(pool, pool.stream(make.__name__, number))
            if scheme is not None:
                yield scheme


def _inventions(one: Draft) -> bool:
    return one.kind == INVENTION and one.filed_on < date(2025, 6, 1)


def _combined(pool: Pool, rng: Random) -> Scheme | None:
    """An agency hands in texts put together from two earlier ones each, for firms without staff."""
    agency = pool.agency(rng, 5)
    count = rng.randint(2, 4)
    sources = pool.take(rng, 2 * count, _inventions)
    own = pool.take(rng, count, lambda one: one.kind == INVENTION and one.agency is agency)
    if not sources or not own:
        return None
    for place, draft in enumerate(own):
        first, second = sources[2 * place], sources[2 * place + 1]
        draft.words = edits.MERGES[rng.choice(("e55", "e73"))](first.words, second.words, rng)
        draft.text = first.text
        name_anew(draft, pool.firm())
        # Filed before either source is published: recombined, not copied from a publication.
        move(first, second.filed_on - timedelta(days=rng.randint(0, 20)))
        move(draft, second.filed_on + timedelta(days=rng.randint(20, 90)))
    return Scheme(("P02",), "combined", "network", own, None, [agency.code])


def _copied(pool: Pool, rng: Random) -> Scheme | None:
    """What others published is filed again by a stranger, with new figures or other words."""
    copies = pool.take(rng, rng.randint(1, 3), _inventions)
    sources = pool.take(rng, len(copies), _inventions) if copies else []
    if not sources:
        return None
    front = pool.firm()
    for draft, source in zip(copies, sources, strict=True):
        draft.words = edits.edit(rng.choice(("a", "b", "c10", "c20", "d")), source.words, rng)
        draft.text = source.text
        name_anew(draft, front)
        move(draft, source.filed_on + timedelta(days=_PUBLISHED_AFTER + rng.randint(10, 120)))
    return Scheme(("P03", "P01"), "copied", "applicant", copies, front.number)


def _own_successor(pool: Pool, rng: Random) -> Scheme | None:
    """Lawful: an applicant files an improved text of its own after the first was published."""
    drafts = pool.take(rng, 2, _inventions)
    if not drafts:
        return None
    first, second = drafts
    second.words = edits.MERGES["series"](first.words, second.words, rng)
    name_anew(second, first.applicants[0])
    move(second, first.filed_on + timedelta(days=_PUBLISHED_AFTER + rng.randint(10, 120)))
    number = first.applicants[0].number or first.applicants[0].name
    return Scheme((), "lawful_own_successor", "applicant", drafts, number)
