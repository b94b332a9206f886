"""Applicants resolved, and the contacts their filings give, as the detectors of hidden hands read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from lantian.core.messages import Text
from lantian.detect import identity
from lantian.detect.contract import Ground, Reads
from lantian.detect.known import Known
from lantian.detect.networks import WORDS

KINDS = {
    "phone": "contact_phone",
    "email": "contact_email",
    "address": "contact_address",
    "account": "account",
    "payer": "payer",
}
"""Kinds of contact and the columns that give them; an address not given is the applicant's own."""
PATENTS = Reads(
    "patents",
    ("application_no", "disclosure", "applicants"),
    also=(
        "filing_date", "applicant_addresses", "applicant_ids", "applicant_kinds", "agency_code", "main_ipc",
        *KINDS.values(),
    ),
    one_of=("applicant_addresses", "contact_phone", "contact_email", "contact_address", "account", "payer"),
)  # fmt: skip
COMPANIES = Reads(
    "companies",
    ("credit_code", "name"),
    also=("phone", "email", "address", "scope", "legal_representative", "shareholders", "former_names"),
    needed=False,
)
AGENCIES = Reads(
    "agencies",
    ("agency_code",),
    also=("name", "district_code", "credit_code", "phone", "email", "address"),
    needed=False,
)
DIRECTORY = replace(
    AGENCIES,
    columns=("agency_code", "credit_code", "name"),
    one_of=("phone", "email", "address"),
    needed=True,
    directory=True,
)
"""The same where a finding says that somebody, or a contact, is not in it."""
ACCOUNTS = ("account_sent_percent", "account_own_percent")
"""The limits of the shared rule `accounts`, which every detector that reads `contacts` goes by."""
BRANCHES = Reads("branches", ("agency_code",), also=("phone", "address"), needed=False)
IDENTITIES = Reads("identities", ("name", "id"), also=("address", "phone"), needed=False)
"""Persons resolved in earlier runs (`lantian.detect.known`): who is among them keeps the id."""


@dataclass(frozen=True)
class Contacts:
    """`parties`: one row an applicant of a filing; `links`: one row a contact of it (kind, value).

    parties: application_no, party, name, number, person (is a natural person), agency_code, filing_date;
    links: application_no, party, agency_code, kind, value, `agencys` (code of the agency whose contact it is).
    listed: agency_code, kind, one row each: of which agency the directory gives which kind of contact.
    """

    parties: pl.DataFrame
    links: pl.DataFrame
    listed: pl.DataFrame

    @cached_property
    def names(self) -> Mapping[str, str]:
        """How each party is called: as its first filing writes it."""
        first = self.parties.sort("filing_date", "application_no", "name").unique(
            "party", keep="first", maintain_order=True
        )
        return dict(first.select("party", "name").iter_rows())

    @property
    def told_apart(self) -> frozenset[str]:
        """Kinds of contact of which it can be told whether they are an agency's; its accounts show in their use."""
        return frozenset(self.listed["kind"]) | {"account"}


def unchecked(kinds: Iterable[str], told_apart: Collection[str], ground: Ground) -> Text:
    """Say of which kinds of shared contact nobody can tell whether they are an agency's own; empty where of none."""
    words = [WORDS[kind] for kind in kinds if kind not in told_apart]
    if not words:
        return Text("", "")
    zh, en = "、".join(word.zh for word in words), ", ".join(word.en for word in words)
    said = ground.rules.say("unchecked", kinds_zh=zh, kinds_en=en)
    return Text(said.zh, f" {said.en}")


def contacts(ground: Ground) -> Contacts:
    """Resolve the applicants of all filings and list their contacts, groups of one owner counted once.

    The contact of a filing is counted with its first applicant: joint applicants share it openly.
    """
    parties = _parties(ground)
    raw = parties.filter(pl.col("application_no").is_first_distinct()).with_columns(
        address=pl.coalesce("contact_address", "applicant_address"),
        email=pl.col("contact_email").str.to_lowercase().str.strip_chars(),
        phone="contact_phone",
    )
    raw = raw.with_columns(
        identity.mapped(raw[name], how)
        for name, how in (("phone", "digits"), ("address", "plain"), ("payer", "plain"))
    )
    links = raw.unpivot(
        on=list(KINDS),
        index=["application_no", "party", "agency_code", "filing_date"],
        variable_name="kind",
    ).drop_nulls("value")
    own = _given(ground, "agencies")
    listed = own.select("agency_code", "kind").unique().sort("agency_code", "kind")
    owners = pl.concat([_owners(own, ground), _own_accounts(links, ground)]).unique(
        ["kind", "value"], keep="first", maintain_order=True
    )
    links = links.join(owners, on=["kind", "value"], how="left", maintain_order="left")
    keep = ["application_no", "party", "name", "number", "person", "agency_code", "filing_date", "main_ipc"]
    return Contacts(parties.select(keep), links, listed)


def _parties(ground: Ground) -> pl.DataFrame:
    rows = applicants(ground)
    group = groups(ground.tables["companies"])
    return rows.join(group, on="party", how="left", maintain_order="left").with_columns(
        party=pl.coalesce("group", "party")
    )


def applicants(ground: Ground) -> pl.DataFrame:
    """`mentioned` with `party`: firms by number or register, persons without a number by address and phone."""
    rows = mentioned(ground.tables["patents"])
    firm = identity.firms(rows["name"], rows["number"], ground.tables["companies"])
    named = rows.select(
        name=pl.when(_unnumbered()).then("name"), address="applicant_address", phone="contact_phone"
    )
    who = identity.persons(named, ground.tables["identities"])
    return rows.with_columns(party=pl.when(_unnumbered()).then(who).otherwise(firm))


def _unnumbered() -> pl.Expr:
    return pl.col("person") & pl.col("number").is_null()


def resolved(patents: pl.DataFrame, companies: pl.DataFrame, known: Known) -> Known:
    """Take the applicants of filings into what is known of persons and firms."""
    rows = mentioned(patents)
    persons = rows.filter(_unnumbered()).select("name", address="applicant_address", phone="contact_phone")
    _, known = known.with_persons(persons)
    firms = rows.filter(~_unnumbered())
    return known.with_firms(firms["name"], firms["number"], companies)[1]


def mentioned(patents: pl.DataFrame) -> pl.DataFrame:
    """One row an applicant of a filing: name, number, applicant_address, person, and the filing's columns."""
    count = pl.col("applicants").list.len()

    def level(name: str) -> pl.Expr:
        """Bring a list to the length of the applicants, so that they can be taken apart together."""
        column = pl.col(name).fill_null(pl.lit([], pl.List(pl.String)))
        padded = column.list.concat(pl.lit(None, pl.String).repeat_by(count))
        return padded.list.head(count).alias(name)

    names = ["applicant_ids", "applicant_kinds", "applicant_addresses"]
    return (
        patents.filter(count > 0)
        .with_columns(level(name) for name in names)
        .explode("applicants", *names)
        .rename({"applicants": "name", "applicant_ids": "number", "applicant_addresses": "applicant_address"})
        .filter(pl.col("name").is_not_null())
        .with_columns(person=pl.col("applicant_kinds").eq_missing("person"))
    )


def groups(companies: pl.DataFrame) -> pl.DataFrame:
    """Name one party for each group of one owner: firms and the firms that hold shares in them."""
    register = companies.select("credit_code", "name", owner="shareholders").explode("owner").drop_nulls()
    owners = register.join(companies.select(owner="name", of="credit_code"), on="owner")
    edges = owners.select(a="credit_code", b="of").unique(maintain_order=True).with_row_index("edge")
    ends = pl.concat([edges.select("edge", party="a"), edges.select("edge", party="b")])
    if not ends.height:
        return pl.DataFrame(schema={"party": pl.String, "group": pl.String})
    labels = identity.united(ends, [["edge"], ["party"]])
    labelled = ends.with_columns(label=pl.Series(labels))
    first = labelled.group_by("label").agg(group=pl.col("party").min())
    return labelled.join(first, on="label").select("party", "group").unique().sort("party")


def _own_accounts(links: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Accounts through which an agency sends most of its filings and that hardly anybody else uses."""
    used = links.filter(pl.col("kind") == "account")
    of_value = used.group_by("value").agg(whole=pl.len())
    of_agency = used.drop_nulls("agency_code").group_by("agency_code").agg(sent=pl.len())
    both = used.drop_nulls("agency_code").group_by("agency_code", "value").agg(count=pl.len())
    both = both.join(of_value, on="value").join(of_agency, on="agency_code")
    most = pl.col("count") / pl.col("sent") > ground.share("account_sent_percent")
    own = both.filter(most & (pl.col("count") / pl.col("whole") >= ground.share("account_own_percent")))
    return own.sort("value").select(agencys="agency_code", kind=pl.lit("account"), value="value")


def _given(ground: Ground, name: str) -> pl.DataFrame:
    """Contacts that a table gives of its agencies: agency_code, kind, value."""
    table = ground.tables.get(name)
    if table is None:
        return pl.DataFrame(schema={"agency_code": pl.String, "kind": pl.String, "value": pl.String})
    values = {
        kind: identity.mapped(table[kind], how) for kind, how in (("phone", "digits"), ("address", "plain"))
    }
    if name == "agencies":
        values["email"] = table["email"].str.to_lowercase().str.strip_chars()
        values["payer"] = identity.mapped(table["name"], "plain")
    found = [table.select("agency_code", kind=pl.lit(kind), value=value) for kind, value in values.items()]
    return pl.concat(found).drop_nulls()


def _owners(own: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Name one agency for each contact of agencies and of their branches."""
    both = pl.concat([own, _given(ground, "branches")])
    named = both.group_by("kind", "value").agg(agencys=pl.col("agency_code").min())
    return named.select("agencys", "kind", "value")
