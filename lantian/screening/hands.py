"""A hidden hand taken apart: which contacts tie whom, how many share each in all, and which of them are damped.

Worked out when a finding is opened, from its own applications; nothing of it is stored. Contacts that a case
brought are shown only to readers of the lead whose case it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from lantian.detect import contacts as reading
from lantian.detect.columns import readied
from lantian.detect.contract import Ground, Reads
from lantian.detect.detectors import DECLARED
from lantian.detect.networks import Damping
from lantian.detect.parameters import shipped_book
from lantian.detect.rules import rules_of
from lantian.filings import queries as filings
from lantian.registry import frames
from lantian.screening import identities, material
from lantian.screening.models import Finding
from lantian.screening.tables import with_contacts

MOST_TIES = 100  # each is looked up in all published applications; nobody reads more of them
NETWORKED = frozenset({"P07", "P11", "P12", "P16"})
_PATENTS = Reads("patents", ("application_no",), also=(*reading.PATENTS.columns, *reading.PATENTS.also))
_COLUMNS = {**reading.KINDS, "address": "applicant_addresses"}


class Counts(StrEnum):
    """What a shared contact counts for: in full, less because many share it, or nothing."""

    FULL = "full"
    DAMPED = "damped"
    HUB = "hub"
    AGENCY = "agency"


@dataclass(frozen=True)
class Party:
    """One applicant, resolved; `number` where known; the applications it filed first."""

    id: str
    name: str
    number: str
    filings: tuple[str, ...]


@dataclass(frozen=True)
class Tie:
    """One contact that two parties at least share, as first written, and what it counts for.

    `parties` are their ids; `shared` the applicants who give it: an address in all published applications, what a
    case brought in its own rows; `weight` what it
    adds between two of them (0 to 1); `agency` the code of the agency whose own contact it is; `brought`: by a case.
    """

    kind: str
    value: str
    parties: tuple[str, ...]
    filings: tuple[str, ...]
    shared: int
    weight: float
    counts: Counts
    agency: str = ""
    brought: bool = False


@dataclass(frozen=True)
class Hand:
    """The parties, those with the most ties first, and their ties, the most shared first.

    `further`: how many ties there are beside those, each shared by no more parties than the last of them.
    """

    parties: tuple[Party, ...]
    ties: tuple[Tie, ...]
    further: int = 0


@dataclass(frozen=True)
class _Shared:
    """A contact as it is compared, who gives it and in which applications, whose own it is."""

    kind: str
    value: str
    parties: Sequence[str]
    filings: Sequence[str]
    agency: str | None


def hand_of(finding: Finding) -> Hand | None:
    """The network behind a finding, from its own applications; None where nothing ties anybody."""
    numbers = [item.removeprefix("patents:") for item in finding.evidence if item.startswith("patents:")]
    if finding.detector not in NETWORKED or not numbers:
        return None
    frame = filings.screened_frame(numbers=numbers)
    # Whoever may not see the lead of a case sees no row that it brought, nor this finding.
    brought = material.frames(finding.case_key).get("patents") if finding.case_key else None
    if brought is not None:
        frame = with_contacts(frame, brought)
    ground = _ground(finding, frame)
    found = reading.contacts(ground)
    shared = _shared(found)
    if not shared:
        return None
    ties = _ties(shared[:MOST_TIES], frame, Damping.of(ground.rules))
    return Hand(_parties(found, shared), ties, len(shared) - len(ties))


def _ground(finding: Finding, patents: pl.DataFrame) -> Ground:
    detector = next(one for one in DECLARED if one.id == finding.detector)
    ids = patents["applicant_ids"].explode().drop_nulls().unique().to_list()
    given = {
        "patents": patents, "companies": frames.companies(ids), "agencies": frames.agencies(),
        "branches": frames.dated("branches"),
        identities.TABLE: identities.persons_frame(patents["applicants"].explode().drop_nulls().to_list()),
    }  # fmt: skip
    reads = (_PATENTS, *(one for one in detector.reads if one.table != _PATENTS.table))
    ready = {one.table: readied(one.table, given.get(one.table), one.all)[0] for one in reads}
    rules = rules_of(shipped_book(), detector.id, finding.on, detector.limits)
    return Ground(finding.on, rules, ready, frozenset())


def _parties(found: reading.Contacts, shared: Sequence[_Shared]) -> tuple[Party, ...]:
    tied = Counter(id for one in shared for id in one.parties)
    grouped = found.parties.group_by("party", maintain_order=True).agg(
        pl.col("name", "number").drop_nulls().first(), filings="application_no"
    )
    parties = [
        Party(id, name or id, number or "", tuple(numbers))
        for id, name, number, numbers in grouped.iter_rows()
        if id in tied
    ]
    return tuple(sorted(parties, key=lambda one: (-tied[one.id], -len(one.filings), one.id)))


def _shared(found: reading.Contacts) -> list[_Shared]:
    """Contacts that two parties at least give, the most shared first."""
    grouped = found.links.group_by("kind", "value", maintain_order=True).agg(
        pl.col("party").unique(maintain_order=True),
        pl.col("application_no").unique(maintain_order=True),
        pl.col("agencys").first(),
    )
    shared = [_Shared(*row) for row in grouped.iter_rows() if len(row[2]) > 1]
    return sorted(shared, key=lambda one: (-len(one.parties), one.kind, one.value))


def _ties(shared: Sequence[_Shared], patents: pl.DataFrame, damping: Damping) -> tuple[Tie, ...]:
    written = {row["application_no"]: row for row in patents.iter_rows(named=True)}
    return tuple(
        _tie(one.kind, [written[number] for number in one.filings], one.parties, one.agency, damping)
        for one in shared
    )


def _tie(
    kind: str,
    rows: Sequence[Mapping[str, object]],
    parties: Sequence[str],
    agency: str | None,
    damping: Damping,
) -> Tie:
    column, values = _written(kind, rows)
    # Of what only a case brought, nobody knows more than its own rows say.
    known = filings.sharing(values) if column == "applicant_addresses" else 0
    shared = max(known, len(parties))
    counts = _counts(kind, shared, agency, damping)
    share = {Counts.FULL: 1.0, Counts.DAMPED: damping.undamped[kind] / shared}.get(counts, 0.0)
    return Tie(
        kind,
        values[0],
        tuple(parties),
        tuple(str(row["application_no"]) for row in rows),
        shared,
        round(damping.weights[kind] * share, 2),
        counts,
        agency or "",
        column != "applicant_addresses",
    )


def _written(kind: str, rows: Sequence[Mapping[str, object]]) -> tuple[str, list[str]]:
    """The column a contact came from, and how it is written there: an address given for contact comes first."""
    if kind == "address":
        given = [str(row["contact_address"]) for row in rows if row.get("contact_address")]
        if given:
            return "contact_address", list(dict.fromkeys(given))
        lists = [row["applicant_addresses"] for row in rows]
        own = [one[0] for one in lists if isinstance(one, list) and one and one[0]]
        return "applicant_addresses", list(dict.fromkeys(own))
    column = _COLUMNS[kind]
    return column, list(dict.fromkeys(str(row[column]) for row in rows if row.get(column)))


def _counts(kind: str, shared: int, agency: str | None, damping: Damping) -> Counts:
    if agency:
        return Counts.AGENCY
    if shared >= damping.hubs[kind]:
        return Counts.HUB
    return Counts.DAMPED if shared > damping.undamped[kind] else Counts.FULL
