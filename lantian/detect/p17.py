"""P17: filings prepared by a licensed agency but not filed in its name: no agency, but the agency's contacts."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lantian.detect import contacts as reading
from lantian.detect import rates
from lantian.detect.contract import Detector, Found, Ground, Reads


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency whose contacts stand on enough filings without an agency."""
    links = reading.contacts(ground).links
    hidden = links.filter(pl.col("agency_code").is_null() & pl.col("agencys").is_not_null())
    ordered = hidden.sort("agencys", "filing_date", "application_no", "kind")
    for (agency,), rows in ordered.group_by("agencys", maintain_order=True):
        numbers = rows["application_no"].unique(maintain_order=True).to_list()
        parties = rows["party"].n_unique()
        if len(numbers) >= ground.limit("least_filings") and parties >= ground.limit("least_applicants"):
            yield _found(str(agency), numbers, rows, ground)


def _found(agency: str, numbers: list[str], rows: pl.DataFrame, ground: Ground) -> Found:
    kinds = rows["kind"].unique().sort().to_list()
    days = rows["filing_date"]
    low, _ = rates.poisson_interval(len(numbers))
    said = ground.rules.say(
        "contacts",
        filings=len(numbers),
        applicants=rows["party"].n_unique(),
        first=days.min(),
        last=days.max(),
    )
    return Found(
        kind="agency",
        no=agency,
        anchor=f"patents:{numbers[0]}",
        score=1 - 0.5 ** (float(low) + len(kinds) - 1),
        strength="strong" if len(kinds) > 1 or len(numbers) >= ground.limit("strong_from") else "medium",
        says=said,
        evidence=[f"patents:{number}" for number in numbers],
        members=rows["party"].unique().sort().to_list(),
    )


DETECTOR = Detector(
    id="P17",
    subject="agency",
    reads=(
        Reads(
            "patents",
            (*reading.PATENTS.columns, "agency_code"),
            also=reading.PATENTS.also,
            one_of=("contact_phone", "contact_email", "contact_address"),
        ),
        reading.COMPANIES,
        Reads(
            "agencies",
            ("agency_code",),
            also=reading.AGENCIES.also,
            one_of=("phone", "email", "address"),
        ),
        reading.BRANCHES,
        reading.IDENTITIES,
    ),
    limits=("least_filings", "least_applicants", "strong_from"),
    find=find,
)
