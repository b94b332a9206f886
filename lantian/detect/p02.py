"""P02: filings put together from earlier ones: other texts together cover most of a text, none of them alone.

Only filings made earlier count as sources. Where every source is the applicant's own, or of one family, the
finding is cleared and says so (improvements and divisionals of one's own are no combination of others' work). Sources
that share an inventor or a rare brand with the applicant are presumed to be of one house.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.detect.behind import COMPANIES, Behind, behind, first_parties
from lantian.detect.brands import BRANDS, Brands, kin
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.near import in_use
from lantian.detect.recombined import Combined, Mixture, combined

TEXTS = ("title", "abstract", "claim")
FACTS = (
    "filing_date", "kind", "applicants", "applicant_ids", "inventors", "agency_code", "priority_nos", "parent_no",
)  # fmt: skip
OPEN, PRESUMED, OWN = "not_cleared", "presumed_lawful", "cleared"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class _Mix:
    """A combined filing: its sources' numbers with the share each holds, the share of all, and its clearing."""

    sources: Mapping[str, float]
    covered: float
    clearing: str


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each subject: first of what is open, then of what is cleared."""
    patents = ground.tables["patents"].drop_nulls("filing_date").filter(pl.col("kind").ne_missing("design"))
    patents = patents.sort("filing_date", "application_no")
    texts = [name for name in TEXTS if ground.has(f"patents.{name}")]
    _, folded, sketched = ground.reading.read(
        patents, id="application_no", texts=texts, progress=ground.progress
    )
    mixture = Mixture(
        ground.share("first_percent"), ground.share("adds_percent"), ground.limit("most_sources")
    )
    found = combined(folded, sketched, earlier=True, mixture=mixture, progress=ground.progress)
    least = ground.share("covered_percent")
    companies = ground.tables["companies"]
    mixes = _mixes([one for one in found if one.covered >= least], patents, companies, ground.rules.limits)
    for clearing in (OPEN, PRESUMED, OWN):
        numbers = [number for number, mix in mixes.items() if mix.clearing == clearing]
        rows = patents.filter(pl.col("application_no").is_in(numbers))
        for subject in behind(rows, companies):
            yield _found(subject, mixes, ground)


def _mixes(
    found: list[Combined], patents: pl.DataFrame, companies: pl.DataFrame, limits: Mapping[str, int]
) -> dict[str, _Mix]:
    """Write each combined row with its sources by number; sources filed on the same day are no earlier work."""
    facts = patents.select("application_no", *FACTS).with_columns(party=first_parties(patents, companies))
    brands = Brands(patents["applicants"].list.first().drop_nulls(), limits)
    mixes = {}
    for one in found:
        row = facts.row(one.row, named=True)
        sources = [facts.row(source, named=True) for source in one.sources]
        if all(source["filing_date"] < row["filing_date"] for source in sources):
            shares = dict(zip((source["application_no"] for source in sources), one.shares, strict=True))
            own = all(related(row, s) for s in sources)
            house = all(related(row, s) or kin(row, s, brands) for s in sources)
            clearing = OWN if own else PRESUMED if house else OPEN
            mixes[row["application_no"]] = _Mix(shares, one.covered, clearing)
    return mixes


def related(row: Row, source: Row) -> bool:
    """Whether a source is the applicant's own, or of the same family (priority, parent)."""
    number, other = row["application_no"], source["application_no"]
    family = {row["parent_no"], *(row["priority_nos"] or ())} - {None}
    others = {source["parent_no"], *(source["priority_nos"] or ())} - {None}
    same = row["party"] is not None and row["party"] == source["party"]
    return same or other in family or number in others or bool(family & others)


def _found(subject: Behind, mixes: Mapping[str, _Mix], ground: Ground) -> Found:
    own = [(row["application_no"], mixes[row["application_no"]]) for row in subject.filings]
    number, first = max(own, key=lambda one: (one[1].covered, one[0]))
    values = {
        "filings": len(own), "number": number, "sources": len(first.sources),
        "covered": round(first.covered * 100), "most": round(max(first.sources.values()) * 100),
    }  # fmt: skip
    sources = dict.fromkeys(f"patents:{source}" for _, mix in own for source in mix.sources)
    said = {OPEN: None, PRESUMED: "house", OWN: "own"}[first.clearing]
    cleared: Text | None = ground.rules.say(said) if said else None
    return Found(
        kind=subject.kind,
        no=subject.no,
        name=subject.name,
        anchor=f"patents:{own[0][0]}",
        score=first.covered,
        strength="strong" if len(own) >= ground.limit("strong_filings") else "medium",
        says=ground.rules.say("combined", **values),
        evidence=[*(f"patents:{one}" for one, _ in own), *sources],
        members=subject.members,
        faults=subject.faults,
        clearing=first.clearing,
        cleared=cleared,
    )


DETECTOR = Detector(
    id="P02",
    subject="applicant or network",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "filing_date"),
            also=FACTS[1:],
            one_of=TEXTS,
        ),
        COMPANIES,
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=("covered_percent", "first_percent", "adds_percent", "most_sources", "strong_filings", *BRANDS),
    find=find,
    further=in_use,
    version="4",
)
