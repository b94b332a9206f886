"""P15: subsidies taken on applications confirmed as abnormal and not paid back.

Confirmed = a notice whose outcome is withdrawn or rejected. What was repaid is no finding.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lantian.detect import identity
from lantian.detect.behind import COMPANIES
from lantian.detect.contract import Detector, Found, Ground, Reads

CONFIRMED = ("withdrawn", "rejected")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each applicant with unpaid-back subsidies on confirmed abnormal filings."""
    notices = ground.tables["abnormal_notices"].filter(pl.col("outcome").is_in(CONFIRMED))
    last = notices.group_by("application_no").agg(confirmed_on=pl.col("outcome_on").max())
    kept = ground.tables["subsidies"].filter(pl.col("repaid_on").is_null()).join(last, on="application_no")
    if not kept.height:
        return
    who = identity.firms(kept["applicant"], kept["applicant_id"], ground.tables["companies"])
    kept = kept.with_columns(party=who).drop_nulls("party")
    for (party,), rows in kept.sort("party", "paid_on", "application_no").group_by(
        "party", maintain_order=True
    ):
        yield _found(str(party), rows, ground)


def _found(party: str, rows: pl.DataFrame, ground: Ground) -> Found:
    numbers = rows["application_no"].to_list()
    amount = float(rows["amount_cny"].fill_null(0).sum())
    waited = (pl.Series([ground.on]) - rows["confirmed_on"]).dt.total_days().max()
    overdue = isinstance(waited, int) and waited > ground.limit("patience_days")
    values = {
        "count": len(numbers), "amount": f"{amount:,.2f}", "last": rows["paid_on"].max(),
        "confirmed": rows["confirmed_on"].max() or "—",
    }  # fmt: skip
    name = rows["applicant"].drop_nulls()
    return Found(
        kind="applicant",
        no=party if not party.startswith("name:") else f"{name[0]}|{numbers[0]}",
        name=name[0] if len(name) else "",
        anchor=f"subsidies:{numbers[0]}",
        score=1 - 0.5 ** (len(numbers) + overdue),
        strength="strong" if overdue else "medium",
        says=ground.rules.say("kept", **values),
        evidence=[
            *(f"subsidies:{number}" for number in numbers),
            *(f"abnormal_notices:{number}" for number in numbers),
            *(f"patents:{number}" for number in numbers),
        ],
    )


DETECTOR = Detector(
    id="P15",
    subject="applicant",
    reads=(
        Reads(
            "subsidies",
            ("application_no", "applicant", "paid_on"),
            also=("applicant_id", "amount_cny", "repaid_on"),
        ),
        Reads("abnormal_notices", ("application_no", "outcome"), also=("outcome_on",)),
        COMPANIES,
    ),
    limits=("patience_days",),
    find=find,
    version="2",
)
