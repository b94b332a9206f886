"""Inventors lent by name (P13) and changed in bulk (P14); prolific inventors and clerical corrections are lawful."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from lantian.city import names
from lantian.city.drafts import SEEN_ON, Draft
from lantian.city.schemes.pool import Pool, Rows, Scheme

_CLERICAL = 0.006


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant lent inventors and prolific ones."""
    for number in range(pool.size.schemes):
        for make in (_lent, _prolific):
            scheme = make(pool, pool.stream(make.__name__, number))
            if scheme is not None:
                yield scheme


def _lent(pool: Pool, rng: Random) -> Scheme | None:
    """One name among the inventors of unrelated firms in distant fields, most of them of one agency."""
    agency = pool.agency(rng, 6)
    drafts = pool.take(rng, rng.randint(4, 12), lambda one: one.agency is agency)
    drafts += pool.take(rng, rng.randint(0, 4)) if drafts else []
    name = names.person(rng)
    for draft in drafts:
        draft.inventors = (*draft.inventors[:2], name)
    first = min((draft for draft in drafts), key=lambda one: one.filed_on, default=None)
    return Scheme(("P13",), "inventor_lent", "person", drafts, None, [name]) if first else None


def _prolific(pool: Pool, rng: Random) -> Scheme | None:
    """Lawful: a professor on everything that one institution files, with two of its partners."""
    schools = sorted({one.applicants[0].name for one in pool.free if one.applicants[0].kind == "institute"})
    school = rng.choice(schools or [""])
    own = [one for one in pool.free if one.applicants[0].name == school]
    drafts = pool.take(rng, min(len(own), 20), lambda one: one.applicants[0].name == school)
    name = names.person(rng)
    for draft in drafts:
        draft.inventors = (name, *draft.inventors[1:])
    return Scheme((), "lawful_prolific", "person", drafts, None, [name]) if len(drafts) > 3 else None


def changes(pool: Pool, drafts: list[Draft], patents: list[dict[str, Any]], rows: Rows) -> Iterator[Scheme]:
    """Write the table `patent_changes`: clerical corrections everywhere, whole new inventors at a few agencies."""
    rng = pool.stream("changes")
    granted = {row["application_no"]: row for row in patents if row.get("grant_date")}
    by_agency: dict[str, list[Draft]] = defaultdict(list)
    for draft in sorted(drafts, key=lambda one: one.number):
        if draft.number not in granted:
            continue
        if rng.random() < _CLERICAL:
            rows["patent_changes"].append(_correction(rng, granted[draft.number]))
        elif draft.agency and draft.agency.code not in pool.used and not draft.form.get("status"):
            by_agency[draft.agency.code].append(draft)
    enough = [code for code in sorted(by_agency) if len(by_agency[code]) >= 40]
    for code in rng.sample(enough, min(len(enough), pool.size.schemes)):
        chosen = rng.sample(by_agency[code], rng.randint(5, 30))
        pool.used.add(code)
        for draft in chosen:
            rows["patent_changes"].append(_replaced(rng, granted[draft.number]))
        yield Scheme(("P14",), "inventors_replaced", "agency", chosen, code)


def _change(row: dict[str, Any], day: Any, after: list[str]) -> dict[str, Any]:
    return {
        "application_no": row["application_no"],
        "changed_on": min(day, SEEN_ON),
        "field": "inventors",
        "before": row["inventors"],
        "after": after,
        "agency_code": row["agency_code"],
    }


def _correction(rng: Random, row: dict[str, Any]) -> dict[str, Any]:
    """One wrong character of one name, put right soon after filing."""
    first, *rest = row["inventors"]
    right = first[:-1] + names.person(rng)[-1]
    return _change(row, row["filing_date"] + timedelta(days=rng.randint(10, 60)), [right, *rest])


def _replaced(rng: Random, row: dict[str, Any]) -> dict[str, Any]:
    """Other people altogether, around the grant."""
    day = row["grant_date"] + timedelta(days=rng.randint(-30, 45))
    return _change(row, day, [names.person(rng) for _ in range(rng.randint(1, 4))])
