"""P07: many applicants behind whose filings one hidden hand shows: shared phone, e-mail, account, payer, address.

Contacts of licensed agencies and their branches are no ties: their clients share them openly. Firms of one
owner count once. Shared hubs (incubators, payment services) are damped. On public data alone only the
applicants' published addresses remain, and a network of addresses alone is weak.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from lantian.detect import contacts as reading
from lantian.detect.contract import Detector, Found, Ground
from lantian.detect.networks import Network, filings_of, networks, weighted


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each network of enough applicants and filings."""
    contacts = reading.contacts(ground)
    links = weighted(contacts.links.filter(pl.col("agencys").is_null()))
    enough = [net for net in networks(links) if len(net.members) >= ground.limit("least_applicants")]
    for net, carried in zip(enough, filings_of(enough, links), strict=True):
        numbers = carried["application_no"].unique(maintain_order=True).to_list()
        if len(numbers) >= ground.limit("least_filings"):
            yield _found(net, numbers, carried, ground)


def strength_of(net: Network) -> str:
    """Return weak for addresses alone, strong for ties of two kinds that hold most members."""
    if set(net.kinds) <= {"address"}:
        return "weak"
    return "strong" if len(net.kinds) > 1 and net.weight >= 0.6 else "medium"


def _found(net: Network, numbers: list[str], carried: pl.DataFrame, ground: Ground) -> Found:
    days = carried["filing_date"]
    agencies = carried["agency_code"].n_unique() - int(carried["agency_code"].null_count() > 0)
    words = net.words()
    said = ground.rules.say(
        "hand",
        applicants=len(net.members),
        filings=len(numbers),
        agencies=agencies,
        first=days.min(),
        last=days.max(),
        ties_zh=words.zh,
        ties_en=words.en,
    )
    return Found(
        kind="network",
        no="",
        anchor=f"patents:{numbers[0]}",
        score=net.weight,
        strength=strength_of(net),
        says=said,
        evidence=[f"patents:{number}" for number in numbers],
        members=net.members,
    )


DETECTOR = Detector(
    id="P07",
    subject="network",
    reads=(reading.PATENTS, reading.COMPANIES, reading.AGENCIES, reading.BRANCHES, reading.IDENTITIES),
    limits=("least_applicants", "least_filings"),
    find=find,
)
