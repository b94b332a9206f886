"""P14: inventors exchanged in bulk: an agency whose applications change their inventors far more than others'.

A slip of the pen put right, the same name in other signs or letters, another order, or one inventor added is no
exchange. The agency's share of exchanged applications is tested against that of all others; nearness to the grant is
told, not tested.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import polars as pl

from lantian.detect import rates
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.identity import plain, sound


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency beyond chance with enough exchanges, in published applications only."""
    patents = ground.tables["patents"]
    exchanged = _exchanged(ground).join(
        patents.select("application_no", "grant_date", filed_by="agency_code"),
        on="application_no",
    )
    exchanged = exchanged.with_columns(agency=pl.coalesce("agency_code", "filed_by")).drop_nulls("agency")
    filed = patents.drop_nulls("agency_code").group_by(agency="agency_code").agg(filed=pl.len())
    counted = exchanged.group_by("agency").agg(count=pl.col("application_no").n_unique())
    table = (
        filed.join(counted, on="agency", how="left").with_columns(pl.col("count").fill_null(0)).sort("agency")
    )
    total, all_filed = int(table["count"].sum()), int(table["filed"].sum())
    if not total:
        return
    # The usual share is that of all other agencies: a culprit does not raise its own norm.
    usual = (total - table["count"] + 1) / (all_filed - table["filed"] + 1)
    chance = rates.binomial_tail(table["count"], table["filed"], usual)
    kept = rates.discoveries(chance, ground.share("false_discovery_percent"))
    odd = table.with_columns(usual=usual).filter(
        pl.Series(kept) & (pl.col("count") >= ground.limit("least_changes"))
    )
    for agency, filed_count, count, share in odd.iter_rows():
        rows = exchanged.filter(pl.col("agency") == agency).sort("changed_on", "application_no")
        if count / filed_count >= share * ground.share("times_percent"):
            yield _found(agency, (filed_count, count, share), rows, ground)


def _exchanged(ground: Ground) -> pl.DataFrame:
    """Changes of inventors in which too few of those named before remain."""
    changes = ground.tables["patent_changes"].filter(pl.col("field") == "inventors")
    changes = changes.with_columns(pl.col("before", "after").list.drop_nulls())
    changes = changes.filter(pl.col("before").list.len() > 0, pl.col("after").list.len() > 0)
    least, most = ground.share("kept_percent"), ground.limit("slip_characters")
    exchanged = [
        _remaining(before, after) < least and not _slip(before, after, most)
        for before, after in changes.select("before", "after").iter_rows()
    ]
    return changes.filter(pl.Series(exchanged, dtype=pl.Boolean))


def _remaining(before: list[str], after: list[str]) -> float:
    """Return the share of those named before who are still named, be it in other signs or letters."""
    return sum(any(_one_name(one, other) for other in after) for one in before) / len(before)


def _one_name(one: str, other: str) -> bool:
    """Whether two writings are one name: but for blanks and signs, or one in Latin letters and both of one sound."""
    latin = one.isascii() or other.isascii()
    return plain(one) == plain(other) or (latin and sound(one) == sound(other))


def _slip(before: list[str], after: list[str], most: int) -> bool:
    """Whether every name is its successor, or differs from it by so many characters at most."""
    if len(before) != len(after):
        return False
    return all(
        _one_name(one, other) or _differing(plain(one), plain(other)) <= most
        for one, other in zip(before, after, strict=True)
    )


def _differing(one: str, other: str) -> float:
    """Count the places at which two names of one length differ; without end where their lengths do."""
    return sum(a != b for a, b in zip(one, other, strict=True)) if len(one) == len(other) else math.inf


def _found(agency: str, numbers: tuple[int, int, float], rows: pl.DataFrame, ground: Ground) -> Found:
    filed, count, usual = numbers
    low, high = (float(x) for x in rates.wilson(count, filed))
    near = rows.filter(
        (pl.col("changed_on") - pl.col("grant_date")).abs() <= pl.duration(days=ground.limit("near_days"))
    )
    values = {
        "count": count, "filed": filed, "usual": f"{usual:.2%}", "share": f"{count / filed:.1%}",
        "low": f"{low:.1%}", "high": f"{high:.1%}", "near": near["application_no"].n_unique(),
    }  # fmt: skip
    applications = rows["application_no"].unique(maintain_order=True).to_list()
    return Found(
        kind="agency",
        no=agency,
        anchor=f"patents:{applications[0]}",
        score=1 - usual / max(low, usual),
        strength="strong" if count >= ground.limit("strong_from") else "medium",
        says=ground.rules.say("exchanged", **values),
        evidence=[f"patents:{number}" for number in applications],
    )


DETECTOR = Detector(
    id="P14",
    subject="agency",
    reads=(
        Reads(
            "patent_changes",
            ("application_no", "changed_on", "field", "before", "after"),
            also=("agency_code",),
        ),
        Reads("patents", ("application_no", "disclosure", "agency_code"), also=("grant_date",)),
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=(
        "false_discovery_percent",
        "least_changes",
        "times_percent",
        "near_days",
        "strong_from",
        "kept_percent",
        "slip_characters",
    ),
    find=find,
    version="4",
)
