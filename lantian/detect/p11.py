"""P11: practice without a licence: filings without an agency, of many unrelated applicants, through one contact.

Where the contact is a company's own and that company is no licensed agency, the finding points at it; else at
the network. A group's own department is no finding: firms of one owner count as one applicant. A business
scope that offers patent agency, without filings, is never a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lantian.detect import contacts as reading
from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.networks import Network, filings_of, networks, weighted

OFFERS = r"专利.{0,4}代理|代理.{0,4}专利|知识产权"


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each company or network behind enough unrelated applicants without agency."""
    own = pl.col("agencys").is_null() & pl.col("agency_code").is_null()
    contacts = reading.contacts(ground)
    links = weighted(contacts.links.filter(own))
    firms_among = set(contacts.parties.filter(~pl.col("person"))["party"])
    enough = [net for net in networks(links) if len(net.members) >= ground.limit("least_applicants")]
    firms = _firms(ground)
    seen: set[str] = set()
    for net, carried in zip(enough, filings_of(enough, links), strict=True):
        numbers = carried["application_no"].unique(maintain_order=True).to_list()
        firm = next((firms[tie.kind, tie.value] for tie in net.ties if (tie.kind, tie.value) in firms), None)
        if firm and firm["credit_code"] in {*net.members, *seen}:
            firm = None
        # Natural persons behind one contact that is nobody's are looked at as invented applicants (P16).
        about = firm is not None or bool(firms_among & {*net.members})
        if about and len(numbers) >= ground.limit("least_filings") and set(net.kinds) != {"address"}:
            seen |= {firm["credit_code"]} if firm else set()
            yield _found(net, numbers, firm, ground)


def _firms(ground: Ground) -> dict[tuple[str, str], dict[str, Any]]:
    """Companies that are no licensed agency, by their own phone and e-mail."""
    licensed = ground.tables["agencies"]["credit_code"].drop_nulls().implode()
    table = ground.tables["companies"].filter(~pl.col("credit_code").is_in(licensed))
    table = table.with_columns(identity.mapped(table["phone"], "digits"), pl.col("email").str.to_lowercase())
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in table.select("credit_code", "name", "scope", "phone", "email").iter_rows(named=True):
        for kind in ("phone", "email"):
            if row[kind]:
                found.setdefault((kind, row[kind]), row)
    return found


def _found(net: Network, numbers: list[str], firm: dict[str, Any] | None, ground: Ground) -> Found:
    words = net.words()
    values = {
        "applicants": len(net.members), "filings": len(numbers), "ties_zh": words.zh, "ties_en": words.en,
        "firm": firm["name"] if firm else "",
    }  # fmt: skip
    offers = bool(firm and pl.Series([firm["scope"] or ""]).str.contains(OFFERS)[0])
    key = "network" if firm is None else "offers" if offers else "company"
    return Found(
        kind="company" if firm else "network",
        no=firm["credit_code"] if firm else "",
        name=firm["name"] if firm else "",
        anchor=f"patents:{numbers[0]}",
        score=net.weight,
        strength="strong" if offers else "medium",
        says=ground.rules.say(key, **values),
        evidence=[f"patents:{number}" for number in numbers],
        members=net.members,
    )


DETECTOR = Detector(
    id="P11",
    subject="company",
    reads=(
        Reads(
            "patents",
            (*reading.PATENTS.columns, "agency_code"),
            also=reading.PATENTS.also,
            one_of=("contact_phone", "contact_email", "account", "payer"),
        ),
        reading.COMPANIES,
        reading.AGENCIES,
        reading.BRANCHES,
        reading.IDENTITIES,
    ),
    limits=("least_applicants", "least_filings"),
    find=find,
)
