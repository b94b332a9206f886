"""P03: copies of earlier publications of others: most of a filing's text stands in what was published before it.

The share is that of the later text (how much of it was taken), not of the smaller of both. Own earlier
publications and those of one family are no copies; a firm under its former name is the same firm. What one agency
withdrew and filed again in another name is its own text coming back, not another's: P04 tells that, once. Where every
source shares an inventor or a rare brand with the applicant, one house is presumed. A text that differs in figures and
signs only is said to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from lantian.detect.behind import COMPANIES, Behind, behind, first_parties
from lantian.detect.blocks import BLOCK
from lantian.detect.brands import BRANDS, Brands, kin
from lantian.detect.candidates import candidates
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.near import in_use
from lantian.detect.p02 import FACTS, TEXTS, related
from lantian.detect.p04 import WITHDRAWN
from lantian.detect.reading import Read
from lantian.detect.verify import likeness

Row = Mapping[str, Any]
WITHDRAWAL = ("status", "status_date")
SAME = 0.9999
"""Likeness from which two texts differ in nothing but figures and signs: all that folding takes out."""


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each subject, with the nearest earlier publication of each of its filings."""
    patents = ground.tables["patents"].filter(pl.col("kind").ne_missing("design"))
    texts = [name for name in TEXTS if ground.has(f"patents.{name}")]
    read = ground.reading.read(patents, id="application_no", texts=texts, progress=ground.progress)
    companies = ground.tables["companies"]
    copies = _copies(
        _taken(read, ground), patents.with_columns(party=first_parties(patents, companies)), ground
    )
    for house in (False, True):
        numbers = [number for number, copy in copies.items() if copy["house"] is house]
        for subject in behind(patents.filter(pl.col("application_no").is_in(numbers)), companies):
            yield _found(subject, copies, ground)


def _taken(read: Read, ground: Ground) -> pl.DataFrame:
    """Rows of which enough stands in another row: row, source, share of the row's own text, likeness."""
    ids, folded, sketched = read
    pairs = candidates(sketched.hashes, sketched.rows, max(len(ids), 1))
    total = len(pairs.left)
    alike = likeness(folded, pairs, BLOCK, lambda done: ground.progress("compare", done, total))
    sides = [(pairs.left, pairs.right, alike.left), (pairs.right, pairs.left, alike.right)]
    frames = [
        pl.DataFrame(
            {
                "row": row,
                "source": source,
                "share": alike.shared / np.maximum(size, 1),
                "jaccard": alike.jaccard,
            }
        )
        for row, source, size in sides
    ]
    return pl.concat(frames).filter(pl.col("share") >= ground.share("taken_percent"))


def _copies(taken: pl.DataFrame, patents: pl.DataFrame, ground: Ground) -> dict[str, Row]:
    """For each copy the source that holds most: published before the copy was filed, and not related to it.

    Sources of another house come before those of the same.
    """
    facts = patents.select("application_no", "publication_date", "party", *WITHDRAWAL, *FACTS)
    facts = facts.with_columns(row=pl.int_range(pl.len()))
    pairs = taken.join(facts.select("row", filed="filing_date"), on="row").join(
        facts.select(source="row", shown="publication_date", number="application_no"), on="source"
    )
    before = pairs.filter(pl.col("shown") < pl.col("filed"))
    ordered = before.sort("row", "share", "shown", "number", descending=[False, True, False, False])
    brands = Brands(patents["applicants"].list.first().drop_nulls(), ground.rules.limits)
    copies: dict[str, Row] = {}
    for pair in ordered.iter_rows(named=True):
        row, source = (facts.row(pair[end], named=True) for end in ("row", "source"))
        number = row["application_no"]
        again = pair["jaccard"] >= ground.share("refiled_percent") and _filed_again(row, source)
        if related(row, source) or again or (number in copies and not copies[number]["house"]):
            continue
        house = kin(row, source, brands)
        if number not in copies or not house:
            copies[number] = pair | {"house": house}
    return copies


def _filed_again(row: Row, source: Row) -> bool:
    """Whether the same agency had withdrawn the source before it filed the row."""
    one_agency = bool(row["agency_code"]) and row["agency_code"] == source["agency_code"]
    gone = source["status"] in WITHDRAWN and source["status_date"] is not None
    return one_agency and gone and bool(source["status_date"] < row["filing_date"])


def _found(subject: Behind, copies: Mapping[str, Row], ground: Ground) -> Found:
    own = [(row["application_no"], copies[row["application_no"]]) for row in subject.filings]
    number, nearest = max(own, key=lambda one: (one[1]["share"], one[0]))
    figures = nearest["jaccard"] >= SAME
    values = {
        "filings": len(own), "number": number, "source": nearest["number"], "shown": nearest["shown"],
        "filed": nearest["filed"], "share": round(nearest["share"] * 100),
    }  # fmt: skip
    strong = nearest["share"] >= ground.share("strong_percent")
    sources = dict.fromkeys(f"patents:{pair['number']}" for _, pair in own)
    house = bool(nearest["house"])
    return Found(
        kind=subject.kind,
        no=subject.no,
        name=subject.name,
        anchor=f"patents:{own[0][0]}",
        score=nearest["share"],
        strength="strong" if strong or len(own) >= ground.limit("strong_filings") else "medium",
        says=ground.rules.say("figures" if figures else "copied", **values),
        evidence=[*(f"patents:{one}" for one, _ in own), *sources],
        members=subject.members,
        faults=subject.faults,
        clearing="presumed_lawful" if house else "not_cleared",
        cleared=ground.rules.say("house") if house else None,
    )


DETECTOR = Detector(
    id="P03",
    subject="applicant or network",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "filing_date", "publication_date", "applicants"),
            also=(*FACTS[1:], *WITHDRAWAL),
            one_of=TEXTS,
        ),
        COMPANIES,
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=("taken_percent", "strong_percent", "strong_filings", "refiled_percent", *BRANDS),
    find=find,
    further=in_use,
    version="3",
)
