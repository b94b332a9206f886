"""Rows of the table `patents` from drafts: numbers, publication, status, contact."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from lantian.city.drafts import SEEN_ON, Draft
from lantian.city.signing import Signers
from lantian.city.texts import DESIGN, INVENTION, UTILITY_MODEL
from lantian.core.identifiers import application_check_digit

_KIND_DIGITS: Final = {INVENTION: "1", UTILITY_MODEL: "2", DESIGN: "3"}
_PUBLICATION_ENDS: Final = {INVENTION: "A", UTILITY_MODEL: "U", DESIGN: "S"}
# Real serials of a year stay far below this.
_FIRST_SERIAL: Final = 9_000_000
_FIRST_PUBLICATION: Final = 99_000_000


def give_numbers(drafts: Iterable[Draft]) -> None:
    """Give every draft its application number, in the order of sending within year and kind."""
    last: dict[tuple[int, str], int] = {}
    for draft in sorted(drafts, key=lambda one: one.sent_on):
        year = draft.sent_on.year
        serial = last[year, draft.kind] = last.get((year, draft.kind), _FIRST_SERIAL) + 1
        base = f"{year}{_KIND_DIGITS[draft.kind]}{serial:07d}"
        draft.number = f"{base}.{application_check_digit(base)}"


def rows(drafts: Iterable[Draft], signers: Signers) -> list[dict[str, Any]]:
    """Return the rows of the table `patents`; drafts must have their numbers."""
    ordered = sorted(drafts, key=lambda one: one.number)
    return [_row(draft, place, signers) for place, draft in enumerate(ordered, 1)]


def _row(draft: Draft, place: int, signers: Signers) -> dict[str, Any]:
    agency = draft.agency
    return {
        "application_no": draft.number,
        "disclosure": draft.disclosure,
        "filing_date": draft.filed_on,
        "kind": draft.kind,
        "title": draft.words.title,
        "abstract": draft.words.abstract,
        "claim": draft.words.claim,
        "main_ipc": draft.text.main_ipc,
        "ipc": list(draft.text.ipc),
        "inventors": list(draft.inventors),
        "agency_code": agency.code if agency else None,
        "agency_name": agency.name if agency else None,
        "signers": _signers(draft, signers),
        "fee_reduced": all(one.fee_reduced for one in draft.applicants),
        "dual_filing_declared": draft.dual,
        "priority_nos": [draft.earlier.number] if draft.earlier else [],
        "parent_no": draft.parent.number if draft.parent else None,
        **_applicants(draft),
        **_contact(draft),
        **_standing(draft, place),
        **draft.form,
    }


def _applicants(draft: Draft) -> dict[str, Any]:
    return {
        "applicants": [one.name for one in draft.applicants],
        "applicant_ids": [one.number for one in draft.applicants],
        "applicant_kinds": [one.kind for one in draft.applicants],
        "applicant_addresses": [one.address for one in draft.applicants],
    }


def _signers(draft: Draft, signers: Signers) -> list[str]:
    if draft.agency is None:
        return []
    count = draft.chance.randint(1, 2)
    pool = signers.on(draft.agency.code, draft.sent_on)
    return sorted(draft.signers or draft.chance.sample(pool, count))


def _contact(draft: Draft) -> dict[str, str]:
    """Give the contact of the request form: the agency's desk, or somebody of the first applicant."""
    first = draft.applicants[0]
    one = draft.agency if draft.agency and draft.contact_of_agency else None
    return {
        "contact_name": one.contact if one else first.people[0],
        "contact_phone": one.phone if one else first.phone,
        "contact_email": one.email if one else first.email,
        "contact_address": one.address if one else first.address,
    }


def _standing(draft: Draft, place: int) -> dict[str, Any]:
    """Give publication, grant and status; what is not published has none, what is unknown stays null."""
    if draft.disclosure == "unknown":
        return {}
    if draft.disclosure == "unpublished":
        return {"status": "pending", "status_date": draft.filed_on}
    days = 120 + draft.chance.randint(0, 130)
    published_on = min(draft.sent_on + timedelta(days=days), SEEN_ON)
    end, digit = _PUBLICATION_ENDS[draft.kind], _KIND_DIGITS[draft.kind]
    columns: dict[str, Any] = {
        "publication_no": f"CN{digit}{_FIRST_PUBLICATION + place:08d}{end}",
        "publication_date": published_on,
    }
    if draft.kind != INVENTION:
        return {**columns, "grant_date": published_on, "status": "granted", "status_date": published_on}
    return {**columns, **_examined(draft, published_on)}


def _examined(draft: Draft, published_on: date) -> dict[str, Any]:
    """Give the state of a published invention's examination as of the day the city is seen."""
    if draft.withdrawn_on:
        return {"status": "deemed_withdrawn", "status_date": draft.withdrawn_on}
    rng = draft.chance
    decided_on = published_on + timedelta(days=rng.randint(200, 700))
    if decided_on > SEEN_ON:
        return {"status": "published", "status_date": published_on}
    outcome = rng.choices(("granted", "rejected", "withdrawn", "deemed_withdrawn"), (62, 14, 8, 16))[0]
    grant = {"grant_date": decided_on} if outcome == "granted" else {}
    return {**grant, "status": outcome, "status_date": decided_on}
