"""P12: a licence rented or lent: filings in an agency's name whose contacts are foreign to it and one hand's.

Contacts of the agency itself and of its filed branches are its own. Without the directory of agencies it does not run,
and to an agency whose contacts the directory does not give nothing is foreign. Hubs are counted over all agencies
before anything is looked at within one. Where a case brought insurance records, signers insured with another employer
make the finding strong, and so does a volume that the registered practitioners cannot have handled (capacity, where
the register of practice is at hand); else it stays medium.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from lantian.core.messages import Text
from lantian.detect import contacts as reading
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.networks import TIES, Damping, Network, filings_of, networks, weighted


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency and hand behind enough of its filings."""
    foreign = pl.col("agencys").is_null() & pl.col("agency_code").is_not_null()
    contacts, damping = reading.contacts(ground), Damping.of(ground.rules)
    links = weighted(contacts.links.filter(foreign), damping)
    # Foreign to an agency is a contact of a kind of which the directory gives its own; accounts show in their use.
    known = links.join(contacts.listed, on=["agency_code", "kind"], how="semi", maintain_order="left")
    links = pl.concat([known, links.filter(pl.col("kind") == "account")])
    # A hand is looked for within each agency: parties and contacts carry its code.
    inside = links.with_columns(
        pl.format("{}|{}", "agency_code", "party").alias("party"),
        pl.format("{}|{}", "agency_code", "value").alias("value"),
    )
    enough = [
        net for net in networks(inside, damping) if len(net.members) >= ground.limit("least_applicants")
    ]
    parked = _parked(ground)
    for net, carried in zip(enough, filings_of(enough, inside), strict=True):
        numbers = carried["application_no"].unique(maintain_order=True).to_list()
        if len(numbers) >= ground.limit("least_filings") and set(net.kinds) != {"address"}:
            yield _found(net, numbers, parked, contacts.names, ground)


def _parked(ground: Ground) -> pl.DataFrame:
    """Applications and those of their signers who were insured with an employer that is not the agency."""
    months = ground.tables["insurance"].drop_nulls(["licence_no", "month", "employer_id"])
    own = ground.tables["agencies"].select("agency_code", "credit_code").drop_nulls()
    signed = (
        ground.tables["patents"]
        .filter(pl.col("filing_date").is_not_null())
        .select(
            "application_no",
            "agency_code",
            licence_no="signers",
            month=pl.col("filing_date").dt.truncate("1mo"),
        )
        .explode("licence_no")
    )
    insured = signed.join(months, on=["licence_no", "month"]).join(own, on="agency_code")
    return insured.filter(pl.col("employer_id") != pl.col("credit_code"))


def _found(
    net: Network, numbers: list[str], parked: pl.DataFrame, names: Mapping[str, str], ground: Ground
) -> Found:
    agency = net.members[0].split("|")[0]
    words = net.words({member: names[member.split("|", 1)[1]] for member in net.members})
    elsewhere = parked.filter(pl.col("application_no").is_in(numbers))
    licences = elsewhere["licence_no"].unique().sort().to_list()
    values = {
        "applicants": len(net.members), "filings": len(numbers), "ties_zh": words.zh, "ties_en": words.en,
        "signers": len(licences), "signed": elsewhere["application_no"].n_unique(),
    }  # fmt: skip
    over = _beyond_capacity(agency, numbers, ground)
    said = [ground.rules.say("insured" if licences else "foreign", **values), *([over] if over else [])]
    if not ground.tables["branches"].height:
        said.append(ground.rules.say("branches"))
    told = Text("".join(one.zh for one in said), " ".join(one.en for one in said))
    months = elsewhere.select("licence_no", "month").unique().sort("licence_no", "month")
    insured = [f"insurance:{licence}|{month}" for licence, month in months.iter_rows()]
    return Found(
        kind="agency",
        no=agency,
        anchor=f"patents:{numbers[0]}",
        score=1 - (1 - net.weight) * (0.5 if licences or over else 1),
        strength="strong" if licences or over else "medium",
        says=told,
        evidence=[*(f"patents:{number}" for number in numbers), *insured],
        members=[*(member.split("|")[1] for member in net.members), *licences],
    )


def _beyond_capacity(agency: str, numbers: list[str], ground: Ground) -> Text | None:
    """Say how many each registered practitioner would have handled in the last year, if that is too many."""
    own = ground.tables["patents"].filter(pl.col("agency_code") == agency).drop_nulls("filing_date")
    last = own.filter(pl.col("application_no").is_in(numbers))["filing_date"].max()
    if last is None:
        return None
    day = pl.lit(last)
    year = own.filter(pl.col("filing_date").is_between(day.dt.offset_by("-1y"), day, closed="right")).height
    staff = (
        ground.tables["employments"]
        .filter(
            (pl.col("agency_code") == agency)
            & (pl.col("from").is_null() | (pl.col("from") <= day))
            & (pl.col("to").is_null() | (pl.col("to") > day))
        )["licence_no"]
        .n_unique()
    )
    if not staff or year <= staff * ground.limit("head_most"):
        return None
    return ground.rules.say("capacity", last=last, year=year, staff=staff, each=f"{year / staff:.0f}")


DETECTOR = Detector(
    id="P12",
    subject="agency",
    reads=(
        Reads(
            "patents",
            (*reading.PATENTS.columns, "agency_code"),
            also=(*reading.PATENTS.also, "signers"),
            one_of=("contact_phone", "contact_email", "account", "payer"),
        ),
        reading.COMPANIES,
        reading.DIRECTORY,
        reading.BRANCHES,
        reading.IDENTITIES,
        Reads("employments", ("licence_no", "agency_code"), also=("from", "to"), needed=False),
        Reads("insurance", ("licence_no", "month", "employer_id"), needed=False),
    ),
    limits=("least_applicants", "least_filings", "head_most", *TIES, *reading.ACCOUNTS),
    find=find,
    version="5",
)
