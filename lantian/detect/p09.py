"""P09: one practitioner signs far more applications in a year than his peers, with the interval shown.

Peers are all practitioners who signed in the same year. Their rates make the prior that pulls small numbers
in; the lower bound of the practitioner's own rate must exceed a multiple of the peers' mean. A team whose
disclosed assistants would explain the volume is presumed lawful (专利代理信用评价: per-head volume clearly too
high without justification).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lantian.detect import rates
from lantian.detect.contract import Detector, Found, Ground, Reads


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each practitioner and year beyond the peers."""
    signed = (
        ground.tables["patents"]
        .filter(pl.col("filing_date").is_not_null())
        .with_columns(year=pl.col("filing_date").dt.year())
        .explode("signers")
        .filter(pl.col("signers").is_not_null())
        .sort("filing_date", "application_no")
    )
    by_year = signed.group_by("year", "signers", maintain_order=True).agg(
        "application_no",
        count=pl.len(),
        agency=pl.col("agency_code").drop_nulls().mode().sort().first(),
        busiest=pl.col("filing_date").unique_counts().max(),
        active=pl.col("filing_date").n_unique(),
    )
    for (year,), rows in by_year.sort("year", "signers").group_by("year", maintain_order=True):
        yield from _of_a_year(int(str(year)), rows, ground)


def _of_a_year(year: int, rows: pl.DataFrame, ground: Ground) -> Iterator[Found]:
    if rows.height < ground.limit("least_peers"):
        return
    ones = [1.0] * rows.height
    peers = rates.peers(rows["count"], ones)
    low = peers.lower(rows["count"], ones, ground.limit("doubt_permille") / 1000)
    limit = peers.mean * ground.share("times_percent")
    beyond = rows.with_columns(low=pl.Series(low)).filter(
        (pl.col("low") > limit) & (pl.col("count") >= ground.limit("least_filings"))
    )
    for row in beyond.iter_rows(named=True):
        yield _found(year, row, peers, ground)


def _found(year: int, row: dict[str, Any], peers: rates.Peers, ground: Ground) -> Found:
    low, high = (float(x) for x in rates.poisson_interval(row["count"]))
    times = row["count"] / peers.mean
    team, usual = _assistants(row["agency"], year, ground)
    explained = team is not None and times * (1 + usual) / (1 + team) <= ground.share("times_percent")
    licence = row["signers"]
    values = {
        "year": year, "count": row["count"], "peers": f"{peers.mean:.1f}", "times": f"{times:.1f}",
        "low": f"{low:.0f}", "high": f"{high:.0f}", "busiest": row["busiest"],
    }  # fmt: skip
    names = dict(ground.tables["practitioners"].select("licence_no", "name").iter_rows())
    return Found(
        kind="practitioner",
        no=licence,
        name=names.get(licence) or licence,
        anchor=f"patents:{row['application_no'][0]}",
        score=1 - 1 / max(times, 1),
        strength="strong" if times >= ground.share("strong_percent") else "medium",
        says=ground.rules.say("volume", **values),
        evidence=[f"patents:{number}" for number in row["application_no"]],
        members=[row["agency"]] if row["agency"] else [],
        district=ground.agencies.get(row["agency"] or "", (None, None))[1],
        clearing="presumed_lawful" if explained else "not_cleared",
        cleared=ground.rules.say("team", team=f"{team:.1f}") if explained else None,
    )


def _assistants(agency: str | None, year: int, ground: Ground) -> tuple[float | None, float]:
    """Assistants for each practitioner as the agency's report discloses them, and as the peers' reports do."""
    reports = ground.tables["annual_reports"].filter((pl.col("year") == year) & (pl.col("practitioners") > 0))
    teams = reports.select("agency_code", team=pl.col("assistants") / pl.col("practitioners")).drop_nulls()
    own = teams.filter(pl.col("agency_code") == (agency or ""))["team"].to_list()
    # Assistants explain a volume only so far as the peers, who have some too, have fewer.
    usual = teams["team"].median() if teams.height >= ground.limit("least_peers") else 0.0
    return (own[0] if own else None), float(str(usual))


DETECTOR = Detector(
    id="P09",
    subject="practitioner",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "filing_date", "signers"),
            also=("agency_code",),
        ),
        Reads("practitioners", ("licence_no",), also=("name",), needed=False),
        Reads("annual_reports", ("agency_code", "year"), also=("practitioners", "assistants"), needed=False),
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=("least_peers", "least_filings", "times_percent", "strong_percent", "doubt_permille"),
    find=find,
    version="2",
)
