"""T03: hoarding: more different marks in more classes than a business of that size has use for, often sold on.

Counted are different marks, not filings: one mark in many classes is a defence of one's own sign. The count is held
against the insured staff; without that figure only sales, or marks struck off for want of use, make a finding.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lantian.core.messages import Text
from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents
from lantian.detect.t08 import applicant


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each applicant that hoards."""
    marks = ground.tables["trademarks"]
    marks = marks.with_columns(
        party=agents.applicants(marks["applicant"], marks["applicant_id"], ground),
        plain=identity.mapped(marks["mark"], "plain"),
    ).drop_nulls(["party", "filed_on"])
    from_day = pl.lit(ground.on).dt.offset_by(f"-{ground.limit('years')}y")
    sold, idle = _sold(ground), _idle(ground)
    staff = ground.tables["companies"].select(party="credit_code", staff="insured_staff").unique("party")
    counts = (
        marks.filter(pl.col("filed_on") > from_day)
        .group_by("party")
        .agg(
            different=pl.col("plain").n_unique(),
            classes=pl.col("classes").explode().drop_nulls().n_unique(),
            gone=pl.col("number").is_in(sold["number"].implode()).sum(),
            idle=pl.col("number").is_in(idle.implode()).sum(),
        )
        .join(staff, on="party", how="left")
    )
    much = pl.col("different") >= ground.limit("least_marks")
    wide = pl.col("classes") >= ground.limit("least_classes")
    small = pl.col("different") > pl.col("staff") * ground.share("per_head_percent")
    trade = pl.col("gone") >= ground.limit("least_sold")
    dormant = pl.col("idle") >= ground.limit("least_idle")
    told = counts.with_columns(small=small.fill_null(False), trade=trade, dormant=dormant)
    for row in (
        told.filter(much & wide & (pl.col("small") | pl.col("trade") | pl.col("dormant")))
        .sort("party")
        .iter_rows(named=True)
    ):
        own = marks.filter(pl.col("party") == row["party"]).sort("filed_on", "number")
        yield _found(row, own, sold, ground)


def _sold(ground: Ground) -> pl.DataFrame:
    """Marks passed on to another for a price, or for one that is not told."""
    return (
        ground.tables["trademark_transfers"]
        .drop_nulls("number")
        .filter(pl.col("from_id").is_null() | pl.col("from_id").ne_missing(pl.col("to_id")))
    )


def _idle(ground: Ground) -> pl.Series:
    """Numbers of marks struck off, in whole or in part, because nobody had used them for three years."""
    cases = ground.tables["trademark_proceedings"].filter(
        (pl.col("kind") == "non_use_cancellation") & pl.col("outcome").is_in(["granted", "partly"])
    )
    return cases["mark_number"].drop_nulls().unique()


def _found(row: dict[str, object], own: pl.DataFrame, sold: pl.DataFrame, ground: Ground) -> Found:
    numbers = own["number"]
    passed = sold.filter(pl.col("number").is_in(numbers.implode()))
    amount = float(passed["price_cny"].fill_null(0).sum())
    key = "sold" if row["trade"] else "large"
    said = ground.rules.say(
        key, different=row["different"], classes=row["classes"], gone=row["gone"],
        staff="—" if row["staff"] is None else row["staff"], amount=f"{amount:,.2f}", years=ground.limit("years"),
    )  # fmt: skip
    if row["idle"]:
        more = ground.rules.say("idle", idle=row["idle"])
        said = Text(said.zh + more.zh, f"{said.en} {more.en}")
    over = int(str(row["different"])) / ground.limit("least_marks")
    return Found(
        **applicant(str(row["party"]), own),
        anchor=f"trademarks:{numbers[0]}",
        score=1 - 0.5 ** (over + bool(row["trade"]) + bool(row["dormant"])),
        strength="strong" if (row["trade"] or row["dormant"]) and row["small"] else "medium",
        says=said,
        evidence=[
            *(f"trademarks:{number}" for number in numbers),
            *(f"trademark_transfers:{number}" for number in passed["number"].unique().sort()),
        ],
    )


DETECTOR = Detector(
    id="T03",
    subject="applicant",
    reads=(
        Reads(
            "trademarks",
            ("number", "filed_on", "mark", "applicant"),
            also=("applicant_id", "classes"),
        ),
        agents.COMPANIES,
        Reads("trademark_transfers", ("number",), also=("from_id", "to_id", "price_cny"), needed=False),
        Reads("trademark_proceedings", ("number", "kind"), also=("mark_number", "outcome"), needed=False),
    ),
    limits=("years", "least_marks", "least_classes", "per_head_percent", "least_sold", "least_idle"),
    find=find,
    version="2",
)
