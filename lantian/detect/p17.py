"""P17: filings prepared by a licensed agency but not filed in its name: no agency, but the agency's contacts.

Traces of an agency: its registered phone, e-mail, address, account (also of branches); or one person, told by name and
phone or e-mail, who bears the name of one of its people, and who either stands as contact on filings in the agency's
own name too, or bears a name so rare that chance among all registered names does not explain it (cut at a stated
false-discovery rate, Benjamini and Hochberg 1995). A common name alone is nothing. On the rare name alone a finding is
weak.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from lantian.detect import contacts as reading
from lantian.detect import identity, rates
from lantian.detect.contract import Detector, Found, Ground, Reads

STAFF, RARE = "staff", "rare_name"
PEOPLE = (
    Reads("agency_members", ("agency_code", "name"), needed=False),
    Reads("practitioners", ("licence_no", "name"), needed=False),
    Reads("employments", ("licence_no", "agency_code"), needed=False),
)


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency whose traces stand on enough filings without an agency."""
    links = reading.contacts(ground).links
    hidden = links.filter(pl.col("agency_code").is_null() & pl.col("agencys").is_not_null())
    columns = ["agencys", "application_no", "party", "filing_date", "kind"]
    traces = pl.concat([hidden.select(columns), _people(links, ground).select(columns)])
    ordered = traces.sort("agencys", "filing_date", "application_no", "kind")
    for (agency,), rows in ordered.group_by("agencys", maintain_order=True):
        numbers = rows["application_no"].unique(maintain_order=True).to_list()
        parties = rows["party"].n_unique()
        if len(numbers) >= ground.limit("least_filings") and parties >= ground.limit("least_applicants"):
            yield _found(str(agency), numbers, rows, ground)


def _people(links: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Links of filings without agency whose contact person is, beyond chance, one of an agency's people."""
    names = ground.tables["patents"].select("application_no", name="contact_name")
    names = names.with_columns(identity.mapped(names["name"], "plain"))
    mine = pl.col("kind").is_in(["phone", "email"]) & pl.col("agencys").is_null()
    persons = links.filter(mine).join(names.drop_nulls(), on="application_no").sort("application_no", "kind")
    hands = (
        persons.filter(pl.col("agency_code").is_null())
        .group_by("name", "value")
        .agg(filings=pl.col("application_no").n_unique(), parties=pl.col("party").n_unique())
        .filter(
            (pl.col("filings") >= ground.limit("least_filings"))
            & (pl.col("parties") >= ground.limit("least_applicants"))
        )
    )
    staff = _staff(ground)
    met = hands.join(staff, on="name").sort("name", "value", "agencys")
    if not met.height:
        return persons.head(0).with_columns(agencys=pl.lit(None, pl.String), kind=pl.lit(STAFF))
    also = persons.select("name", "value", agencys="agency_code").drop_nulls().unique()
    both = met.join(also, on=["name", "value", "agencys"], how="semi").with_columns(kind=pl.lit(STAFF))
    rare = met.filter(_beyond_chance(met, hands, staff, names["name"].drop_nulls(), ground))
    # Borne by people of two agencies a name points at neither.
    rare = rare.filter(pl.col("agencys").n_unique().over("name") == 1).with_columns(kind=pl.lit(RARE))
    told = pl.concat([both, rare]).unique(["name", "value", "agencys"], keep="first", maintain_order=True)
    open_ = persons.filter(pl.col("agency_code").is_null()).drop("agencys", "kind")
    return open_.join(told.select("name", "value", "agencys", "kind"), on=["name", "value"])


def _staff(ground: Ground) -> pl.DataFrame:
    """Names of agencies' people in plain form, each with the agency."""
    employed = ground.tables["employments"].join(ground.tables["practitioners"], on="licence_no")
    members = ground.tables["agency_members"]
    both = pl.concat([one.select("name", agencys="agency_code") for one in (members, employed)]).drop_nulls()
    return both.with_columns(identity.mapped(both["name"], "plain")).drop_nulls().unique(maintain_order=True)


def _beyond_chance(
    met: pl.DataFrame, hands: pl.DataFrame, staff: pl.DataFrame, seen: pl.Series, ground: Ground
) -> pl.Series:
    """Whether somebody on the staffs bears a hand's name beyond chance.

    Null model: each registered person bears a name with the share of its family name times that of its given name
    among all contact persons, or with its share among all other ones if that is larger; a hand that matches nobody
    counts with chance 1.
    """
    family, given = seen.str.slice(0, 1), seen.str.slice(1)
    shares = []
    for name, filings in met.select("name", "filings").iter_rows():
        alike = (int((family == name[:1]).sum()) + 1) * (int((given == name[1:]).sum()) + 1)
        others = (int((seen == name).sum()) - filings) / (len(seen) + 1)
        shares.append(min(max(alike / (len(seen) + 1) ** 2, others), 1.0))
    chance = 1 - (1 - np.array(shares)) ** staff.height
    nobodys = np.ones(max(hands.height - met.height, 0))
    kept = rates.discoveries(np.concatenate([chance, nobodys]), ground.share("false_discovery_percent"))
    return pl.Series(np.asarray(kept)[: met.height], dtype=pl.Boolean)


def _found(agency: str, numbers: list[str], rows: pl.DataFrame, ground: Ground) -> Found:
    kinds = rows["kind"].unique().sort().to_list()
    days = rows["filing_date"]
    low, _ = rates.poisson_interval(len(numbers))
    own = set(kinds) - {STAFF, RARE}
    said = ground.rules.say(
        "contacts" if own else STAFF if STAFF in kinds else RARE,
        filings=len(numbers),
        applicants=rows["party"].n_unique(),
        first=days.min(),
        last=days.max(),
        rate=ground.limit("false_discovery_percent"),
    )
    strong = len(kinds) >= ground.limit("strong_kinds") or len(numbers) >= ground.limit("strong_from")
    return Found(
        kind="agency",
        no=agency,
        anchor=f"patents:{numbers[0]}",
        score=(1 - 0.5 ** (float(low) + len(kinds) - 1)) * (1 if own else 0.8 if STAFF in kinds else 0.5),
        strength="weak" if kinds == [RARE] else "strong" if strong and own else "medium",
        says=said,
        evidence=[f"patents:{number}" for number in numbers],
        members=rows["party"].unique().sort().to_list(),
    )


DETECTOR = Detector(
    id="P17",
    subject="agency",
    reads=(
        Reads(
            "patents",
            (*reading.PATENTS.columns, "agency_code"),
            also=(*reading.PATENTS.also, "contact_name"),
            one_of=("contact_phone", "contact_email", "contact_address"),
        ),
        reading.COMPANIES,
        Reads(
            "agencies",
            ("agency_code",),
            also=reading.AGENCIES.also,
            one_of=("phone", "email", "address"),
        ),
        reading.BRANCHES,
        reading.IDENTITIES,
        *PEOPLE,
    ),
    limits=(
        "least_filings",
        "least_applicants",
        "strong_kinds",
        "strong_from",
        "false_discovery_percent",
        *reading.ACCOUNTS,
    ),
    find=find,
    version="3",
)
