"""Reads of filings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from django.db import connection

from lantian.filings.grants import check_grant
from lantian.filings.intake import LISTS
from lantian.filings.models import Patent, UnpublishedText
from lantian.filings.secrecy import TEXTS, unseal
from lantian.office import audit
from lantian.office.actors import OfficerActor
from lantian.office.search import Source

STEP = 5_000
# What detectors read of everything that is public.
SCREENED = (
    "application_no", "disclosure", "filing_date", "publication_no", "publication_date", "grant_date", "status",
    "status_date", "kind", "title", "abstract", "claim", "main_ipc", "ipc", "applicants", "applicant_ids",
    "applicant_kinds", "applicant_addresses", "inventors", "agency_code", "agency_name", "signers",
    "dual_filing_declared", "priority_nos", "parent_no",
)  # fmt: skip
# Published applications as global search finds them: by title and by both numbers.
SEARCHED = Source(
    "patent",
    """
    SELECT 'patent' AS kind, application_no AS key, 'patent' AS facet, batch_id AS batch,
        coalesce(title, '') AS names, ARRAY[application_no, publication_no] AS numbers
    FROM filings_patent WHERE disclosure = 'published'
    """,
)
_FLAGS = {"dual_filing_declared"}
_DATES = {"filing_date", "publication_date", "grant_date", "status_date"}


def counts() -> dict[str, int]:
    """How many applications there are, by disclosure."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT disclosure, count(*) FROM filings_patent GROUP BY 1")
        return dict(cursor.fetchall())


def filed_since(day: date) -> int:
    """How many applications were filed on or after a day."""
    return Patent.objects.filter(filing_date__gte=day).count()


def by_year(numbers: Sequence[str], *, agency: bool) -> dict[int, int]:
    """How many published applications name an agency (by code) or an applicant (by number), by year of filing."""
    named = "agency_code = ANY(%s)" if agency else "applicant_ids && %s::text[]"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(year FROM filing_date)::int, count(*) FROM filings_patent"  # noqa: S608 - constants
            f" WHERE disclosure = 'published' AND {named} AND filing_date IS NOT NULL GROUP BY 1 ORDER BY 1",
            [list(numbers)],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class Client:
    """An applicant as published applications name him: how many of them, the last publication.

    `number` is empty when the applications give none, or several (people of one name); `person` when any of them
    calls him a natural person.
    """

    name: str
    number: str
    person: bool
    filings: int
    last: date | None


def clients_of(agency_codes: Sequence[str], *, since: date | None = None) -> list[Client]:
    """Whom an agency filed for, by published applications only (from a day of filing on), the busiest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one.name, CASE WHEN count(DISTINCT one.number) = 1 THEN max(one.number) ELSE '' END,"
            " coalesce(bool_or(one.kind = 'person'), false), count(DISTINCT p.id), max(p.publication_date)"
            " FROM filings_patent p,"
            " unnest(p.applicants, p.applicant_ids, p.applicant_kinds) AS one(name, number, kind)"
            " WHERE p.disclosure = 'published' AND p.agency_code = ANY(%s) AND one.name <> ''"
            " AND (%s::date IS NULL OR p.filing_date >= %s::date)"
            " GROUP BY one.name ORDER BY 4 DESC, 1",
            [list(agency_codes), since, since],
        )
        return [Client(*row) for row in cursor.fetchall()]


def screened_frame(*, numbers: Sequence[str] | None = None) -> pl.DataFrame:
    """The canonical table `patents` in the order of intake, text of published applications only.

    Columns that only a case brings are not in it, nor in its table. `numbers` asks for these alone.
    """
    names = SCREENED
    only = "" if numbers is None else " WHERE application_no = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM filings_patent{only} ORDER BY id",  # noqa: S608 - constant names
            [] if numbers is None else [list(numbers)],
        )
        schema = {name: _dtype(name) for name in names}
        parts = [pl.DataFrame(schema=schema)]
        # A part at a time: rows as Python has them take several times the room of a frame.
        while rows := cursor.fetchmany(STEP):
            parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return pl.concat(parts)


def sharing(addresses: Sequence[str]) -> int:
    """How many first applicants of published applications give one of these addresses, as written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(DISTINCT applicants[1]) FROM filings_patent"
            " WHERE disclosure = 'published' AND applicant_addresses[1] = ANY(%s)",
            [list(addresses)],
        )
        count: int = cursor.fetchone()[0]
    return count


def by_numbers(application_nos: Sequence[str]) -> dict[str, Patent]:
    """Applications by number, in the order asked; unknown numbers are left out."""
    found = Patent.objects.in_bulk(list(application_nos), field_name="application_no")
    return {number: found[number] for number in application_nos if number in found}


def unpublished_text(application_no: str, *, by: OfficerActor) -> dict[str, str | None] | None:
    """The secret title, abstract and claim of one application; needs a grant in force and leaves an event."""
    grant = check_grant(by)
    text = UnpublishedText.objects.filter(application_no=application_no).first()
    if text is None:
        return None
    detail = {"grant": grant.key}
    audit.record(audit.Kind.UNPUBLISHED_READ, by=by, about=("patent", application_no), detail=detail)
    return {name: unseal(getattr(text, name), application_no, name) for name in TEXTS}


def _dtype(name: str) -> pl.DataType:
    if name in LISTS:
        return pl.List(pl.String)
    if name in _DATES:
        return pl.Date()
    return pl.Boolean() if name in _FLAGS else pl.String()
