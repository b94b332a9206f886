"""P05: more applications in more fields than firms of that size file, with the interval shown.

Only firms in the register are judged, against firms of their size class: universities, institutes and persons
have no such peers. The lower bound of the firm's own count, pulled toward its peers, must exceed a multiple of
theirs, and there must be as many applications as a share of its people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lantian.detect import identity, rates
from lantian.detect.contract import Detector, Found, Ground, Reads


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each firm beyond its size class."""
    firms = _counted(ground)
    for _, rows in firms.group_by("size", maintain_order=True):
        if rows.height < ground.limit("least_peers"):
            continue
        peers = rates.peers(rows["count"], [1.0] * rows.height)
        low = peers.lower(rows["count"], [1.0] * rows.height, ground.limit("doubt_permille") / 1000)
        beyond = rows.with_columns(low=pl.Series(low)).filter(
            (pl.col("low") > peers.mean * ground.share("times_percent"))
            & (pl.col("count") >= ground.limit("least_filings"))
            & (pl.col("sections") >= ground.limit("least_sections"))
            & (pl.col("count") >= pl.col("staff") * ground.share("per_head_percent"))
        )
        for row in beyond.iter_rows(named=True):
            yield _found(row, peers, ground)


def _counted(ground: Ground) -> pl.DataFrame:
    """One row a registered firm that files: count, sections, numbers, size class."""
    rows = (
        ground.tables["patents"]
        .filter(pl.col("applicants").list.len() > 0)
        .sort("filing_date", "application_no")
    )
    first = rows.select(name=pl.col("applicants").list.first(), number=pl.col("applicant_ids").list.first())
    party = identity.firms(first["name"], first["number"], ground.tables["companies"])
    counted = (
        rows.with_columns(party=party, section=pl.col("main_ipc").str.slice(0, 1))
        .group_by("party", maintain_order=True)
        .agg(
            "application_no",
            "filing_date",
            count=pl.len(),
            sections=pl.col("section").drop_nulls().n_unique(),
        )
    )
    staff = ground.tables["companies"].select(party="credit_code", company="name", staff="insured_staff")
    bounds = [int(bound) for bound in ground.rules.words["size_bounds"].split("|")]
    size = pl.sum_horizontal(pl.col("staff") >= bound for bound in bounds)
    known = counted.join(staff.drop_nulls("staff"), on="party").with_columns(size=size)
    return known.sort("size", "party")


def _found(row: dict[str, Any], peers: rates.Peers, ground: Ground) -> Found:
    low, high = (float(x) for x in rates.poisson_interval(row["count"]))
    times = row["count"] / peers.mean
    days = [day for day in row["filing_date"] if day]
    values = {
        "count": row["count"], "staff": row["staff"], "sections": row["sections"], "peers": f"{peers.mean:.1f}",
        "low": f"{low:.0f}", "high": f"{high:.0f}", "times": f"{times:.1f}",
        "first": days[0] if days else "—", "last": days[-1] if days else "—",
    }  # fmt: skip
    return Found(
        kind="applicant",
        no=row["party"],
        name=row["company"] or "",
        anchor=f"patents:{row['application_no'][0]}",
        score=1 - 1 / times,
        strength="strong" if times >= ground.share("strong_percent") else "medium",
        says=ground.rules.say("beyond", **values),
        evidence=[*(f"patents:{number}" for number in row["application_no"]), f"companies:{row['party']}"],
    )


DETECTOR = Detector(
    id="P05",
    subject="applicant",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "applicants", "main_ipc"),
            also=("applicant_ids", "filing_date"),
        ),
        Reads("companies", ("credit_code", "name", "insured_staff"), also=("former_names",)),
    ),
    limits=(
        "least_peers",
        "least_filings",
        "least_sections",
        "times_percent",
        "per_head_percent",
        "strong_percent",
        "doubt_permille",
        "size_bounds",
    ),
    find=find,
    version="2",
)
