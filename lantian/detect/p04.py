"""P04: filed again after withdrawal: a new application near a withdrawn one, filed after the withdrawal.

Whose it is: the same applicant's (a firm is one under every name that the register knows), the same agency's, or
that of one hidden hand (both give one phone, e-mail, account, payer or address); any other applicant's counts too,
and weighs less. A successor that claims the withdrawn application's priority, or is its divisional, is lawful and no
finding. Withdrawals are read from the status and from the outcome of notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lantian.detect import identity
from lantian.detect.behind import COMPANIES
from lantian.detect.contacts import IDENTITIES, applicants
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.near import in_use, near_among
from lantian.detect.networks import WORDS

TEXTS = ("title", "abstract", "claim")
WITHDRAWN = ("withdrawn", "deemed_withdrawn")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each later application, with the nearest withdrawn one."""
    patents = ground.tables["patents"].drop_nulls("filing_date")
    gone = _withdrawn(patents, ground)
    if not gone.height:
        return
    first = gone["gone_on"].min()
    asked = patents.filter(
        (pl.col("filing_date") > first) | pl.col("application_no").is_in(gone["application_no"].implode())
    )
    asked = asked.filter(pl.col("kind").ne_missing("design"))
    texts = [name for name in TEXTS if ground.has(f"patents.{name}")]
    read = ground.reading.read(asked, id="application_no", texts=texts, progress=ground.progress)
    near = near_among(read, progress=ground.progress).pairs
    near = near.filter(pl.col("jaccard") >= ground.share("jaccard_percent"))
    pairs = pl.concat([near.select("a", "b", "jaccard"), near.select(a="b", b="a", jaccard="jaccard")])
    pairs = pairs.join(gone, left_on="a", right_on="application_no").join(
        patents.select(pl.all().exclude(TEXTS)), left_on="b", right_on="application_no", suffix="_later"
    )
    again = pairs.filter(pl.col("filing_date") > pl.col("gone_on")).filter(
        ~pl.col("priority_nos").list.contains(pl.col("a")).fill_null(False)
        & pl.col("parent_no").ne_missing(pl.col("a"))
    )
    nearest = again.sort("b", "jaccard", "a", descending=[False, True, False]).unique(
        "b", keep="first", maintain_order=True
    )
    hands, parties = _Hands(patents), _parties(ground)
    for row in nearest.iter_rows(named=True):
        both = [parties.get(row[end], frozenset()) for end in ("a", "b")]
        yield _found(row, bool(both[0] & both[1]), hands.shared(row["a"], row["b"]), ground)


def _parties(ground: Ground) -> dict[str, frozenset[str]]:
    """Resolve the applicants of each application."""
    rows = applicants(ground).select("application_no", "party").drop_nulls()
    grouped = rows.group_by("application_no").agg("party")
    return {number: frozenset(named) for number, named in grouped.iter_rows()}


class _Hands:
    """Contacts that filings give, to see which two filings have in common."""

    def __init__(self, patents: pl.DataFrame) -> None:
        columns = {
            kind: identity.mapped(patents[column], how)
            for kind, column, how in (
                ("phone", "contact_phone", "digits"),
                ("email", "contact_email", "plain"),
                ("account", "account", "plain"),
                ("payer", "payer", "plain"),
            )
        }
        first = patents["applicant_addresses"].list.first().alias("address")
        columns["address"] = identity.mapped(first, "plain")
        self._rows = dict(zip(patents["application_no"], zip(*columns.values(), strict=True), strict=True))
        self._kinds = tuple(columns)

    def shared(self, one: str, other: str) -> list[str]:
        """Name the kinds of contact that two filings share."""
        both = zip(self._kinds, self._rows[one], self._rows[other], strict=True)
        return [kind for kind, left, right in both if left and left == right]


def _withdrawn(patents: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Withdrawn applications with the day and agency, by their status or by a notice's outcome."""
    by_status = patents.filter(pl.col("status").is_in(WITHDRAWN)).select(
        "application_no", gone_on="status_date"
    )
    notices = ground.tables["abnormal_notices"].filter(pl.col("outcome") == "withdrawn")
    by_notice = notices.select("application_no", gone_on="outcome_on")
    days = (
        pl.concat([by_status, by_notice]).drop_nulls().group_by("application_no").agg(pl.col("gone_on").min())
    )
    facts = patents.select("application_no", was_agency="agency_code")
    return days.join(facts, on="application_no").sort("application_no")


def _found(row: dict[str, Any], same_applicant: bool, shared: list[str], ground: Ground) -> Found:
    same_agency = bool(row["agency_code"]) and row["agency_code"] == row["was_agency"]
    number = next(iter(row["applicant_ids"] or ()), None)
    name = next(iter(row["applicants"] or ()), None) or ""
    key = "applicant" if same_applicant else "agency" if same_agency else "hand" if shared else "other"
    values = {
        "likeness": f"{row['jaccard']:.2f}", "gone": row["gone_on"], "filed": row["filing_date"],
        "kinds_zh": "、".join(WORDS[kind].zh for kind in shared),
        "kinds_en": ", ".join(WORDS[kind].en for kind in shared),
    }  # fmt: skip
    return Found(
        kind="applicant",
        no=number or f"{name}|{row['b']}",
        name=name,
        anchor=f"patents:{row['b']}",
        score=row["jaccard"],
        strength="strong"
        if key != "other" and row["jaccard"] >= ground.share("strong_percent")
        else "medium",
        says=ground.rules.say(key, **values),
        evidence=[f"patents:{row['b']}", f"patents:{row['a']}"],
        faults=[
            f"again:{row['b']}"
        ],  # the withdrawn one stands in the evidence, and may be filed again itself
        members=[row["agency_code"]] if row["agency_code"] else [],
        district=ground.agencies.get(row["agency_code"] or "", (None, None))[1],
    )


DETECTOR = Detector(
    id="P04",
    subject="applicant",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "filing_date", "status"),
            also=(
                "status_date",
                "kind",
                "applicants",
                "applicant_ids",
                "applicant_kinds",
                "agency_code",
                "priority_nos",
                "parent_no",
                "applicant_addresses",
                "contact_phone",
                "contact_email",
                "account",
                "payer",
            ),
            one_of=TEXTS,
        ),
        Reads("abnormal_notices", ("application_no", "outcome"), also=("outcome_on",), needed=False),
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
        COMPANIES,
        IDENTITIES,
    ),
    limits=("jaccard_percent", "strong_percent"),
    find=find,
    further=in_use,
    version="4",
)
