"""Too much: beyond research capability (P05), in bursts (P08), by one head (P09); and lawful plenty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from lantian.city.drafts import Draft
from lantian.city.schemes.pool import Pool, Rows, Scheme, move, name_anew


def plant(pool: Pool, rows: Rows) -> Iterator[Scheme]:
    """Plant every kind as often as the size asks."""
    for number in range(pool.size.schemes):
        for make in (_one_head, _team, _burst, _year_end, _beyond, _able):
            scheme = make(pool, pool.stream(make.__name__, number), rows)
            if scheme is not None:
                yield scheme
    for number in range(pool.size.schemes // 2):
        yield from _unread(pool, pool.stream(_unread.__name__, number))


def _heavy(pool: Pool, rng: Random) -> tuple[list[Draft], str, str]:
    """Have one practitioner of an agency sign most of what it files in a year."""
    agency = pool.agency(rng, 8)
    signer = next(one for one in pool.staff if one.founder and one.employments[0].of == agency.code)

    def fits(one: Draft) -> bool:
        return one.agency is agency and one.filed_on.year == 2024

    drafts = pool.take(rng, min(sum(map(fits, pool.free)), rng.randint(45, 180)), fits)
    for draft in drafts:
        draft.signers = (signer.licence,)
    return drafts, signer.licence, agency.code


def _one_head(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    drafts, licence, code = _heavy(pool, rng)
    return Scheme(("P09",), "one_head", "practitioner", drafts, licence, [code]) if len(drafts) > 40 else None


def _team(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: the annual report discloses the assistants who drafted."""
    drafts, licence, code = _heavy(pool, rng)
    for report in rows["annual_reports"]:
        if report["agency_code"] == code:
            report["assistants"] = report["practitioners"] * 9
    return Scheme((), "lawful_team", "practitioner", drafts, licence, [code]) if len(drafts) > 40 else None


def _unread(pool: Pool, rng: Random) -> Iterator[Scheme]:
    """An agency hands in a great deal within a week, all in the name of one practitioner."""
    agency = pool.agency(rng, 8)
    signer = next(one for one in pool.staff if one.founder and one.employments[0].of == agency.code)
    drafts = pool.take(
        rng, rng.randint(45, 70), lambda one: one.agency is agency and one.filed_on.year in (2024, 2025)
    )
    for draft in drafts:
        draft.signers = (signer.licence,)
        move(draft, drafts[len(drafts) // 2].filed_on + timedelta(days=rng.randint(0, 4)))
    if drafts:
        yield Scheme(("P10", "P09"), "signs_unread", "practitioner", drafts, signer.licence, [agency.code])
        yield Scheme(("P08",), "signs_unread", "agency", drafts, agency.code)


def _burst(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Everything at once: an agency files for many clients within three days."""
    agency = pool.agency(rng, 5)
    drafts = pool.take(rng, rng.randint(14, 40), lambda one: one.agency is agency)
    for draft in drafts:
        move(draft, drafts[len(drafts) // 2].filed_on + timedelta(days=rng.randint(0, 2)))
    return Scheme(("P08",), "burst", "agency", drafts, agency.code) if drafts else None


def _year_end(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: a university hands in the year's results on one day, as it does every year."""
    agency = pool.agency(rng, 5)
    schools = sorted({one.applicants[0].name for one in pool.free if one.applicants[0].kind == "university"})
    drafts = pool.take(rng, 24, lambda one: one.agency is agency)
    if not drafts or not schools:
        return None
    name = rng.choice(schools)
    school = next(one.applicants[0] for one in pool.free if one.applicants[0].name == name)
    for draft in drafts:
        name_anew(draft, school)
        move(draft, drafts[len(drafts) // 2].filed_on)
    return Scheme((), "lawful_year_end", "agency", drafts, agency.code, [school.number or school.name])


def _beyond(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """A young firm of two people files in every field."""
    firm = pool.firm()
    drafts = pool.take(rng, rng.randint(9, 30), lambda one: one.filed_on >= firm.row["founded_on"])  # type: ignore[index]
    for draft in drafts:
        name_anew(draft, firm)
    return Scheme(("P05",), "beyond_capability", "applicant", drafts, firm.number) if drafts else None


def _able(pool: Pool, rng: Random, rows: Rows) -> Scheme | None:
    """Lawful: a firm with a research department files as much, in its own field."""
    if not pool.free:
        return None
    firm = pool.firm(front=False, insured_staff=rng.randint(80, 400))
    field = rng.choice(pool.free).text.field
    drafts = pool.take(rng, rng.randint(14, 24), lambda one: one.text.field == field)
    for draft in drafts:
        name_anew(draft, firm)
        draft.inventors = tuple(firm.people[:3])
    return Scheme((), "lawful_able", "applicant", drafts, firm.number) if drafts else None
