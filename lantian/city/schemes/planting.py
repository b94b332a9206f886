"""Plant the schemes of a city: before filings have their numbers, and after their rows are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from lantian.city.drafts import Draft
from lantian.city.schemes import (
    conditions,
    copies,
    further,
    further_marks,
    hidden,
    marks,
    money,
    pages,
    people,
    registers,
    volume,
    wording,
)
from lantian.city.schemes.pool import FURTHER_FILINGS, FURTHER_MARKS, Pool, Rows, Scheme
from lantian.city.trademark import TrademarkAgency

_HEAVY: Final = 60
TABLES: Final = ("abnormal_notices", "insurance", "patent_changes", "quality_rounds", "subsidies")
"""Tables that only a city with schemes has."""


def before(pool: Pool, rows: Rows) -> list[Scheme]:
    """Change free filings and registers; `rows` holds those of the registers and takes further tables."""
    for table in TABLES:
        rows.setdefault(table, [])
    _staffed(pool, rows)
    schemes = list(registers.plant(pool, rows))
    touched = {one.subject for one in schemes}
    schemes += hidden.branch_clients(pool, rows["branches"])
    for kind in (volume, people, wording, hidden):
        schemes += kind.plant(pool, rows)
    schemes += copies.plant(pool)
    # Last, from what is left: so that none of the plants before depends on these.
    apart = pool.apart(FURTHER_FILINGS)
    schemes += further.plant(apart, rows)
    schemes += conditions.plant(apart, rows, touched)
    schemes += conditions.branches(apart, rows, touched)
    pool.free = apart.free
    return schemes


def of_marks(pool: Pool, rows: Rows, agencies: Sequence[TrademarkAgency]) -> list[Scheme]:
    """Plant in the marks and in captured pages; then enter every new company, also those of other schemes."""
    schemes = [*marks.plant(pool, rows, agencies), *pages.plant(pool, rows)]
    schemes += further_marks.plant(pool.apart(FURTHER_MARKS), rows, agencies)
    schemes += pages.further(pool, rows)
    rows["companies"] += [one.row for one in pool.newcomers if one.row]
    return schemes


def _staffed(pool: Pool, rows: Rows) -> None:
    """Who files much by chance has the people for it: six insured for each application at least."""
    filed = Counter(draft.applicants[0].number for draft in pool.free)
    for row in rows["companies"]:
        count = filed[row["credit_code"]]
        if count > 3:
            row["insured_staff"] = max(row["insured_staff"], count * 6)


def after(
    pool: Pool, drafts: Sequence[Draft], rows: Rows, batches: Sequence[Sequence[Draft]]
) -> list[Scheme]:
    """Add the tables that follow from finished filings, and the plants in them."""
    mass = [draft for batch in batches for draft in batch]
    schemes = [*people.changes(pool, list(drafts), rows["patents"], rows)]
    schemes += money.plant(pool, rows["patents"], mass, rows)
    return schemes + _mass(max(batches, key=len, default=()), rows["patents"])


def _mass(batch: Sequence[Draft], patents: list[dict[str, Any]]) -> list[Scheme]:
    """The largest batch is also a burst of its agencies, and its signers sign far more than others."""
    numbers = {draft.number for draft in batch}
    by_signer = Counter(
        licence for row in patents if row["application_no"] in numbers for licence in row["signers"]
    )
    codes = sorted({draft.agency.code for draft in batch if draft.agency})
    found = [Scheme(("P08",), "mega_batch", "agency", (), code, (), [f"agencies:{code}"]) for code in codes]
    found += [
        Scheme(("P09",), "mega_batch", "practitioner", (), licence, (), [f"practitioners:{licence}"])
        for licence, count in sorted(by_signer.items())
        if count >= _HEAVY
    ]
    return found
