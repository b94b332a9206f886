"""Parties of marks and cases resolved: agencies by credit code, their names and districts; applicants."""

from __future__ import annotations

import polars as pl

from lantian.detect import identity
from lantian.detect.contract import Ground, Reads

AGENCIES = Reads(
    "agencies",
    ("credit_code", "name"),
    also=("kinds", "phone", "address", "district_code"),
    needed=False,
)
ENROLMENTS = Reads("enrolments", ("credit_code", "name"), needed=False)
COMPANIES = Reads(
    "companies",
    ("credit_code", "name"),
    also=("insured_staff", "industry", "founded_on", "shareholders", "former_names"),
    needed=False,
)
_NO_REGISTER = pl.DataFrame(
    schema={"credit_code": pl.String, "name": pl.String, "former_names": pl.List(pl.String)}
)


def register(ground: Ground) -> pl.DataFrame:
    """Names of agencies by credit code, from the directory and the enrolments."""
    tables = [ground.tables[name] for name in ("agencies", "enrolments") if name in ground.tables]
    rows = [one.select("credit_code", "name") for one in tables if "credit_code" in one.columns]
    listed = pl.concat(rows).drop_nulls().unique(maintain_order=True) if rows else _NO_REGISTER
    return listed.select("credit_code", "name", former_names=pl.lit(None, pl.List(pl.String)))


def agents(names: pl.Series, numbers: pl.Series, ground: Ground) -> pl.Series:
    """Return the credit code of each agency named, else `name:` and its plain name; null where none is."""
    return identity.firms(names, numbers, register(ground))


def applicants(names: pl.Series, numbers: pl.Series, ground: Ground) -> pl.Series:
    """Return the credit code of each applicant, former names included, else `name:` and its plain name."""
    companies = ground.tables.get("companies", _NO_REGISTER)
    return identity.firms(names, numbers, companies.select("credit_code", "name", "former_names"))


def named(party: str, ground: Ground) -> tuple[str, str, str | None]:
    """Return number, name and district of an agency as findings write them."""
    if party.startswith("name:"):
        return party.removeprefix("name:"), party.removeprefix("name:"), None
    listed = ground.tables.get("agencies", pl.DataFrame(schema={"credit_code": pl.String}))
    rows = listed.filter(pl.col("credit_code") == party).head(1).to_dicts()
    if rows:
        return party, rows[0]["name"] or party, rows[0].get("district_code")
    names = register(ground).filter(pl.col("credit_code") == party)["name"]
    return party, names[0] if len(names) else party, None
