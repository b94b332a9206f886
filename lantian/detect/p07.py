"""P07: many applicants behind whose filings one hidden hand shows: shared phone, e-mail, account, payer, address.

Contacts of licensed agencies and their branches are no ties: their clients share them openly. Firms of one
owner count once; without the directory of agencies nobody knows whose contact it is, and a finding is weak and says
so. Shared hubs (incubators, payment services) are damped. On public data alone only the
applicants' published addresses remain, and a network of addresses alone is weak.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from lantian.core.messages import Text
from lantian.detect import contacts as reading
from lantian.detect.contract import Detector, Found, Ground
from lantian.detect.networks import TIES, Damping, Network, filings_of, networks, weighted


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each network of enough applicants and filings."""
    contacts = reading.contacts(ground)
    damping = Damping.of(ground.rules)
    links = weighted(contacts.links.filter(pl.col("agencys").is_null()), damping)
    enough = [net for net in networks(links, damping) if len(net.members) >= ground.limit("least_applicants")]
    for net, carried in zip(enough, filings_of(enough, links), strict=True):
        numbers = carried["application_no"].unique(maintain_order=True).to_list()
        if len(numbers) >= ground.limit("least_filings"):
            yield _found(net, numbers, carried, contacts, ground)


def strength_of(net: Network, told_apart: Collection[str], ground: Ground) -> str:
    """Return weak for addresses alone, strong for ties of several kinds that are firm enough.

    Ties that may be an agency's own contacts, for want of its directory, count for nothing here.
    """
    kinds = {kind for kind in net.kinds if kind in told_apart}
    if kinds <= {"address"}:
        return "weak"
    several = len(kinds) >= ground.limit("strong_kinds")
    return "strong" if several and net.weight >= ground.share("strong_weight_percent") else "medium"


def _found(
    net: Network, numbers: list[str], carried: pl.DataFrame, contacts: reading.Contacts, ground: Ground
) -> Found:
    days = carried["filing_date"]
    agencies = carried["agency_code"].n_unique() - int(carried["agency_code"].null_count() > 0)
    words = net.words(contacts.names)
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
    more = reading.unchecked(net.kinds, contacts.told_apart, ground)
    return Found(
        kind="network",
        no="",
        anchor=f"patents:{numbers[0]}",
        score=net.weight,
        strength=strength_of(net, contacts.told_apart, ground),
        says=Text(said.zh + more.zh, said.en + more.en),
        evidence=[f"patents:{number}" for number in numbers],
        members=net.members,
    )


DETECTOR = Detector(
    id="P07",
    subject="network",
    reads=(reading.PATENTS, reading.COMPANIES, reading.AGENCIES, reading.BRANCHES, reading.IDENTITIES),
    limits=(
        "least_applicants",
        "least_filings",
        "strong_kinds",
        "strong_weight_percent",
        *TIES,
        *reading.ACCOUNTS,
    ),
    find=find,
    version="4",
)
