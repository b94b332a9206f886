"""P11: practice without a licence: filings without an agency, of many unrelated applicants, through one contact.

Where the contact is a company's own and that company is no licensed agency, the finding points at it; else at
the network. A group's own department is no finding: firms of one owner count as one applicant. A business
scope that offers patent agency, without filings, is never a finding. With them, what a firm offers by its scope or on
a page (W02) makes the finding strong, and without either it is medium: a kind of evidence, no number that could be set.
Without the directory of agencies it does not run: it is told who is not in it.
Receipts for fees are no table: an officer adds them in the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.detect import contacts as reading
from lantian.detect import identity
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.networks import TIES, Damping, Network, filings_of, networks, weighted
from lantian.detect.phrases import business_scope, in_use, kinds, said
from lantian.detect.w02 import page_text


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each company or network behind enough unrelated applicants without agency."""
    own = pl.col("agencys").is_null() & pl.col("agency_code").is_null()
    contacts = reading.contacts(ground)
    # Of a kind of contact that the directory never gives nobody can tell whether it is an agency's.
    told = pl.col("kind").is_in(contacts.told_apart)
    damping = Damping.of(ground.rules)
    links = weighted(contacts.links.filter(own & told), damping)
    firms_among = set(contacts.parties.filter(~pl.col("person"))["party"])
    enough = [net for net in networks(links, damping) if len(net.members) >= ground.limit("least_applicants")]
    firms, pages = _firms(ground), _pages(ground)
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
            yield _found(net, numbers, firm, _offers(firm, pages), contacts.names, ground)


def _firms(ground: Ground) -> dict[tuple[str, str], dict[str, Any]]:
    """Companies that are no licensed agency, by number or by name, by their own phone and e-mail."""
    agencies, table = ground.tables["agencies"], ground.tables["companies"]
    listed = pl.col("credit_code").is_in(agencies["credit_code"].drop_nulls().implode())
    named = identity.mapped(table["name"], "plain").is_in(
        identity.mapped(agencies["name"], "plain").implode()
    )
    table = table.filter(~listed.fill_null(False) & ~named.fill_null(False))
    table = table.with_columns(identity.mapped(table["phone"], "digits"), pl.col("email").str.to_lowercase())
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in table.select("credit_code", "name", "scope", "phone", "email").iter_rows(named=True):
        for kind in ("phone", "email"):
            if row[kind]:
                found.setdefault((kind, row[kind]), row)
    return found


def _pages(ground: Ground) -> dict[str, tuple[str, str]]:
    """Pages that offer patent agency: capture and words, by the advertiser's number or its phone."""
    offer = kinds("W02", ground.on).get("offer")
    found: dict[str, tuple[str, str]] = {}
    for row in ground.tables["captures"].sort("capture_id").iter_rows(named=True):
        spoken = list(said(page_text(row), offer)) if offer else []
        for key in (row["advertiser_id"], identity.digits(row["phone"] or "")):
            if key and spoken:
                found.setdefault(key, (row["capture_id"], spoken[0].words))
    return found


def _offers(firm: dict[str, Any] | None, pages: dict[str, tuple[str, str]]) -> tuple[str, str] | None:
    keys = (firm["credit_code"], firm["phone"]) if firm else ()
    return next((pages[key] for key in keys if key in pages), None)


def _found(
    net: Network,
    numbers: list[str],
    firm: dict[str, Any] | None,
    page: tuple[str, str] | None,
    names: Mapping[str, str],
    ground: Ground,
) -> Found:
    words = net.words(names)
    values = {
        "applicants": len(net.members), "filings": len(numbers), "ties_zh": words.zh, "ties_en": words.en,
        "firm": firm["name"] if firm else "",
    }  # fmt: skip
    offers = bool(firm and business_scope(ground.on).search(firm["scope"] or ""))
    key = "network" if firm is None else "offers" if offers else "company"
    told = ground.rules.say(key, **values)
    if page:
        more = ground.rules.say("web", words=f"“{page[1]}”")
        told = Text(told.zh + more.zh, f"{told.en} {more.en}")
    return Found(
        kind="company" if firm else "network",
        no=firm["credit_code"] if firm else "",
        name=firm["name"] if firm else "",
        anchor=f"patents:{numbers[0]}",
        score=net.weight,
        strength="strong" if offers or page else "medium",
        says=told,
        evidence=[*(f"patents:{number}" for number in numbers), *([f"captures:{page[0]}"] if page else [])],
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
        reading.DIRECTORY,
        reading.BRANCHES,
        reading.IDENTITIES,
        Reads("captures", ("capture_id", "text"), also=("title", "advertiser_id", "phone"), needed=False),
    ),
    limits=("least_applicants", "least_filings", *TIES, *reading.ACCOUNTS),
    find=find,
    version="5",
    further=in_use,
)
