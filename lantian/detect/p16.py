"""P16: invented or stolen applicants: unrelated natural persons behind one contact, and codes of other firms.

Persons are resolved first; a household or a family business shares a surname or stays small. A credit code
that the register gives to another name is shown where neither the name nor a former name fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from lantian.core.messages import Text
from lantian.detect import contacts as reading
from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground
from lantian.detect.networks import TIES, Damping, Network, filings_of, networks, weighted


def find(ground: Ground) -> Iterator[Found]:
    """Yield networks of unrelated persons, then codes used by another name."""
    contacts = reading.contacts(ground)
    yield from _persons(contacts, ground)
    yield from _other_names(contacts.parties, ground)


def _persons(contacts: reading.Contacts, ground: Ground) -> Iterator[Found]:
    counts = contacts.parties.group_by("party").agg(filings=pl.len(), person=pl.col("person").all())
    new = counts.filter(pl.col("person") & (pl.col("filings") <= ground.limit("most_filings_each")))
    own = pl.col("agencys").is_null() & pl.col("party").is_in(new["party"].implode())
    damping = Damping.of(ground.rules)
    links = weighted(contacts.links.filter(own), damping)
    names = contacts.names
    enough = [net for net in networks(links, damping) if len(net.members) >= ground.limit("least_persons")]
    for net, carried in zip(enough, filings_of(enough, links), strict=True):
        surnames = len({names[member][:1] for member in net.members})
        if surnames / len(net.members) >= ground.share("surnames_percent"):
            numbers = carried["application_no"].unique(maintain_order=True).to_list()
            found = _network(net, numbers, names, surnames, ground)
            yield _weakened(found, net, contacts, ground)


def _weakened(found: Found, net: Network, contacts: reading.Contacts, ground: Ground) -> Found:
    """Count no tie that may be an agency's own contact, for want of its directory, and say so."""
    firm = [kind for kind in net.kinds if kind in contacts.told_apart]
    more = reading.unchecked(net.kinds, contacts.told_apart, ground)
    says = Text(found.says.zh + more.zh, found.says.en + more.en)
    strong = len(firm) >= ground.limit("strong_kinds")
    return replace(found, strength="strong" if strong else "medium" if firm else "weak", says=says)


def _network(
    net: Network, numbers: list[str], names: Mapping[str, str], surnames: int, ground: Ground
) -> Found:
    words = net.words(names)
    said = ground.rules.say(
        "persons",
        persons=len(net.members),
        surnames=surnames,
        filings=len(numbers),
        ties_zh=words.zh,
        ties_en=words.en,
    )
    return Found(
        kind="network",
        no="",
        anchor=f"patents:{numbers[0]}",
        score=net.weight,
        strength="medium",
        says=said,
        evidence=[f"patents:{number}" for number in numbers],
        faults=["persons"],
        members=sorted(names[member] for member in net.members),
    )


def _other_names(parties: pl.DataFrame, ground: Ground) -> Iterator[Found]:
    register = ground.tables["companies"]
    former = register.select("credit_code", name="former_names").explode("name")
    borne = (
        pl.concat([register.select("credit_code", "name"), former]).drop_nulls().unique(maintain_order=True)
    )
    borne = borne.with_columns(identity.mapped(borne["name"], "plain"))
    used = parties.drop_nulls(["name", "number"]).select("application_no", "filing_date", "name", "number")
    used = used.with_columns(plain=identity.mapped(used["name"], "plain"))
    known = used.join(borne.select(number="credit_code").unique(), on="number", how="semi")
    other = known.join(borne, left_on=["number", "plain"], right_on=["credit_code", "name"], how="anti")
    ordered = other.sort("number", "filing_date", "application_no")
    for (number,), rows in ordered.group_by("number", maintain_order=True):
        numbers, names = rows["application_no"].to_list(), rows["name"].unique().sort().to_list()
        yield Found(
            kind="network",
            no="",
            anchor=f"companies:{number}",
            score=0.5,
            strength="medium" if len(numbers) >= ground.limit("medium_filings") else "weak",
            says=ground.rules.say("code", filings=len(numbers), names="、".join(names[:3])),
            evidence=[f"patents:{one}" for one in numbers],
            faults=[f"code:{number}"],
            members=[str(number), *names],
        )


DETECTOR = Detector(
    id="P16",
    subject="network",
    reads=(
        reading.PATENTS,
        reading.COMPANIES,
        reading.AGENCIES,
        reading.BRANCHES,
        reading.IDENTITIES,
    ),
    limits=(
        "least_persons",
        "surnames_percent",
        "most_filings_each",
        "strong_kinds",
        "medium_filings",
        *TIES,
        *reading.ACCOUNTS,
    ),
    find=find,
    version="5",
)
