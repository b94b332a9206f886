"""P08: a burst: within a few days an agency files far more than its own base rate.

The base rate is the agency's own outside the window, pulled toward the other agencies'. A burst of one large
applicant (a university, an institute, a firm with a staff) is presumed lawful. Divisionals keep an earlier
day and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import polars as pl

from lantian.core.messages import Text
from lantian.detect import rates
from lantian.detect.behind import COMPANIES, first_parties
from lantian.detect.contract import Detector, Found, Ground, Reads


def find(ground: Ground) -> Iterator[Found]:
    """Yield the largest burst of each agency that chance does not explain."""
    rows = ground.tables["patents"].drop_nulls(["filing_date", "agency_code"])
    rows = rows.filter(pl.col("parent_no").is_null()).sort("agency_code", "filing_date", "application_no")
    if not rows.height:
        return
    rows = rows.with_columns(party=first_parties(rows, ground.tables["companies"]))
    span = (rows["filing_date"].max() - rows["filing_date"].min()).days + 1  # type: ignore[operator, union-attr]
    width = ground.limit("window_days")
    totals = rows.group_by("agency_code", maintain_order=True).agg(count=pl.len())
    peers = rates.peers(totals["count"], [span] * totals.height)
    for (agency,), own in rows.group_by("agency_code", maintain_order=True):
        first, count = _busiest(own["filing_date"], width)
        usual = (own.height - count + peers.shape) / (max(span - width, 1) + peers.rate) * width
        chance = float(rates.poisson_tail(count, usual)) * span * totals.height
        enough = count >= ground.limit("least_filings") and count >= usual * ground.share("times_percent")
        if enough and chance <= ground.share("chance_percent"):
            days = pl.col("filing_date").is_between(first, first + timedelta(days=width - 1))
            yield _found(str(agency), own.filter(days), usual, ground)


def _busiest(days: pl.Series, width: int) -> tuple[date, int]:
    """Return the first day of the window with the most filings, the earliest of equals, and their number."""
    ordinals = days.cast(pl.Int32).to_numpy()
    counts = np.searchsorted(ordinals, ordinals + width, side="left") - np.arange(len(ordinals))
    # A window starts with the first filing of a day.
    counts = np.where(np.append(True, ordinals[1:] != ordinals[:-1]), counts, 0)
    best = int(np.argmax(counts))
    return days[best], int(counts[best])


def _found(agency: str, burst: pl.DataFrame, usual: float, ground: Ground) -> Found:
    numbers = burst["application_no"].to_list()
    large, share = _one_large(burst, ground)
    values = {
        "count": len(numbers), "usual": f"{usual:.1f}", "times": f"{len(numbers) / usual:.0f}",
        "first": burst["filing_date"].min(), "last": burst["filing_date"].max(),
        "applicants": burst["party"].n_unique(),
    }  # fmt: skip
    times = len(numbers) / usual
    said, row = ground.rules.say("burst", **values), _in_a_row(numbers)
    if row > 2:
        more = ground.rules.say("row", row=row)
        said = Text(said.zh + more.zh, f"{said.en} {more.en}")
    return Found(
        kind="agency",
        no=agency,
        anchor=f"patents:{numbers[0]}",
        score=1 - 1 / times,
        strength="strong" if times >= ground.share("strong_percent") else "medium",
        says=said,
        evidence=[f"patents:{number}" for number in numbers],
        clearing="presumed_lawful" if large else "not_cleared",
        cleared=ground.rules.say("large", name=large, share=f"{share:.0%}") if large else None,
    )


def _in_a_row(numbers: list[str]) -> int:
    """Return how many application numbers follow each other without a gap at most (check digits aside).

    >>> _in_a_row(["202510000001.1", "202510000002.X", "202510000003.8", "202510000007.0"])
    3
    """
    serials = sorted({int(body) for body in (one.partition(".")[0] for one in numbers) if body.isdecimal()})
    best = run = 1
    for one, other in pairwise(serials):
        run = run + 1 if other == one + 1 else 1
        best = max(best, run)
    return best


def _one_large(burst: pl.DataFrame, ground: Ground) -> tuple[str | None, float]:
    """Name the one large applicant that most of a burst belongs to, if it does."""
    first = burst.select(
        "party", name=pl.col("applicants").list.first(), kind=pl.col("applicant_kinds").list.first()
    )
    # A firm under two writings of its name is one; it is called by the commoner one.
    named = (
        first.group_by("party", "name").agg(count=pl.len()).sort("count", "name", descending=[True, False])
    )
    most = named.group_by("party", maintain_order=True).agg(pl.col("name").first(), pl.col("count").sum())
    party, name, count = most.sort("count", descending=True, maintain_order=True).row(0)
    kinds = set(first.filter(pl.col("party").eq_missing(party))["kind"])
    share = count / burst.height
    staff = ground.tables["companies"].filter(pl.col("credit_code") == (party or ""))["insured_staff"]
    capable = not kinds.isdisjoint(ground.rules.words["capable_kinds"].split("|")) or (
        len(staff) > 0 and (staff[0] or 0) >= ground.limit("large_staff")
    )
    return (name if capable and share >= ground.share("one_applicant_percent") else None), share


DETECTOR = Detector(
    id="P08",
    subject="agency",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "filing_date", "agency_code"),
            also=("applicants", "applicant_ids", "applicant_kinds", "parent_no"),
        ),
        replace(COMPANIES, columns=("credit_code",), also=("name", "former_names", "insured_staff")),
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=(
        "window_days",
        "least_filings",
        "times_percent",
        "strong_percent",
        "chance_percent",
        "one_applicant_percent",
        "large_staff",
        "capable_kinds",
    ),
    find=find,
    version="4",
)
