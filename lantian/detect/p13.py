"""P13: inventors lent by name: one name among unrelated applicants, beyond what namesakes explain.

Null model: every place among the inventors of an applicant is filled at random, a name by the share of its
family name times that of its given name, or by its share among all other applicants if that is larger. How
often a name should then stand at the unrelated applicants of one agency (and of all together) is a negative
binomial whose scatter is measured on the frequent names: family and given names are not independent. The
reported ones are cut at a stated false-discovery rate. Firms of one owner, and firms that bear one rare brand
in their names, count once; a name at one group, however often, is one mention.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from lantian.detect import contacts as reading
from lantian.detect import identity, rates
from lantian.detect.contract import Detector, Found, Ground, Reads

EVERYWHERE = ""
UNNAMED = r"不公告|不公布|请求不|未署名|^其他"
"""What stands for an inventor who asked not to be named (实施细则: 不公布其姓名)."""


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each name beyond chance, at enough applicants, in enough distant fields."""
    mentions = _mentions(ground)
    if not mentions.height:
        return
    cells = _chances(mentions)
    kept = rates.discoveries(cells["chance"], ground.share("false_discovery_percent"))
    odd = cells.filter(pl.Series(kept)).filter(
        (pl.col("applicants") >= ground.limit("least_applicants"))
        & (pl.col("sections") >= ground.limit("least_sections"))
    )
    worst = odd.sort("name", "chance", "agency").unique("name", keep="first", maintain_order=True)
    everywhere = pl.concat([mentions, mentions.with_columns(agency=pl.lit(EVERYWHERE))])
    rows = everywhere.join(worst.select("name", "agency"), on=["name", "agency"], how="semi")
    filings = {
        name: part["application_no"].unique(maintain_order=True).to_list()
        for (name,), part in rows.sort("name", "filing_date", "application_no").group_by("name")
    }
    brands = _Brands(ground.tables["patents"])
    for cell in worst.iter_rows(named=True):
        numbers = filings[cell["name"]]
        if brands.unrelated(numbers) >= ground.limit("least_applicants"):
            yield _found(cell, numbers, ground)


class _Brands:
    """Applicants' names by their rare runs of three characters, which firms of one group share."""

    def __init__(self, patents: pl.DataFrame) -> None:
        rows = patents.select("application_no", name=pl.col("applicants").list.first()).drop_nulls()
        self._names = dict(rows.iter_rows())
        runs = Counter(run for name in set(self._names.values()) for run in _runs(name))
        limit = max(8, len(set(self._names.values())) // 200)
        self._common = {run for run, count in runs.items() if count > limit}

    def unrelated(self, numbers: list[str]) -> int:
        """Count the applicants of some filings, those of one brand once."""
        groups: list[set[str]] = []
        for name in sorted({self._names[number] for number in numbers}):
            own = _runs(name) - self._common or {name}
            related = [group for group in groups if group & own]
            groups = [group for group in groups if not group & own] + [own.union(*related)]
        return len(groups)


def _runs(name: str) -> set[str]:
    plain = identity.plain(name)
    return {plain[at : at + 3] for at in range(len(plain) - 2)}


def _mentions(ground: Ground) -> pl.DataFrame:
    """One row an inventor of a filing: plain name, party, agency, section of the classification."""
    # Joint applicants cooperate openly: whose inventor somebody is cannot be told there.
    patents = ground.tables["patents"].filter(pl.col("applicants").list.len() == 1)
    first = patents.select(
        name=pl.col("applicants").list.first(),
        number=pl.col("applicant_ids").list.first(),
        other="applicants",
    )
    party = identity.firms(first["name"], first["number"], ground.tables["companies"])
    groups = reading.groups(ground.tables["companies"])
    rows = patents.with_columns(party=party).join(groups, on="party", how="left", maintain_order="left")
    rows = (
        rows.select(
            "application_no",
            "filing_date",
            party=pl.coalesce("group", "party"),
            agency=pl.col("agency_code").fill_null("-"),
            section=pl.col("main_ipc").str.slice(0, 1),
            name="inventors",
        )
        .explode("name")
        .drop_nulls(["name", "party"])
    )
    rows = rows.with_columns(identity.mapped(rows["name"], "plain")).drop_nulls("name")
    return rows.filter((pl.col("name").str.len_chars() > 1) & ~pl.col("name").str.contains(UNNAMED))


def _chances(mentions: pl.DataFrame) -> pl.DataFrame:
    """One row a name and agency, and a name and all of them: applicants, expected ones, chance."""
    distinct = mentions.unique(["name", "party", "agency"])
    at_agency = (
        distinct.group_by("name", "agency")
        .agg(applicants=pl.len())
        .join(distinct.group_by("agency").agg(places=pl.len()), on="agency")
    )
    once = mentions.unique(["name", "party"])
    overall = (
        once.group_by("name")
        .agg(applicants=pl.len())
        .select("name", "applicants", agency=pl.lit(EVERYWHERE), places=pl.lit(once.height, pl.UInt32))
    )
    shares = _shares(once)
    cells = pl.concat([at_agency, overall.select(at_agency.columns)]).join(shares, on="name")
    elsewhere = (pl.col("all") - pl.col("applicants")).clip(lower_bound=0) / max(once.height, 1)
    cells = cells.with_columns(expected=pl.col("places") * pl.max_horizontal("share", elsewhere))
    sections = (
        pl.concat([mentions, mentions.with_columns(agency=pl.lit(EVERYWHERE))])
        .group_by("name", "agency")
        .agg(sections=pl.col("section").drop_nulls().n_unique())
    )
    cells = cells.join(sections, on=["name", "agency"]).sort("name", "agency")
    frequent = cells.filter((pl.col("agency") == EVERYWHERE) & (pl.col("share") * pl.col("places") >= 1))
    scatter = rates.overdispersion(frequent["applicants"], frequent["share"] * frequent["places"])
    chance = rates.scattered_tail(cells["applicants"], cells["expected"], scatter)
    return cells.with_columns(chance=pl.Series(chance))


def _shares(once: pl.DataFrame) -> pl.DataFrame:
    """How often each name should come: share of its family name times share of its given name."""
    parts = once.with_columns(family=pl.col("name").str.slice(0, 1), given=pl.col("name").str.slice(1))
    total = pl.len().over(pl.lit(1))
    shared = parts.with_columns(share=(pl.len().over("family") / total) * (pl.len().over("given") / total))
    return shared.group_by("name").agg(pl.col("share").first(), all=pl.len())


def _found(cell: dict[str, object], numbers: list[str], ground: Ground) -> Found:
    name, expected, chance = str(cell["name"]), float(str(cell["expected"])), float(str(cell["chance"]))
    values = {
        "applicants": cell["applicants"], "sections": cell["sections"], "filings": len(numbers),
        "expected": f"{expected:.2f}", "chance": f"{chance:.1e}", "rate": ground.limit("false_discovery_percent"),
    }  # fmt: skip
    agency = str(cell["agency"])
    named = agency not in (EVERYWHERE, "-")
    return Found(
        kind="person",
        no=f"{name}|{numbers[0]}",
        name=name,
        anchor=f"patents:{numbers[0]}",
        score=1 - chance,
        strength="strong"
        if expected * ground.limit("strong_times") <= float(str(cell["applicants"]))
        else "medium",
        says=ground.rules.say("agency" if named else "everywhere", **values),
        evidence=[f"patents:{number}" for number in numbers],
        members=[agency] if named else [],
    )


DETECTOR = Detector(
    id="P13",
    subject="person",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure", "applicants", "inventors", "main_ipc"),
            also=("applicant_ids", "agency_code", "filing_date"),
        ),
        Reads("companies", ("credit_code", "name"), also=("shareholders", "former_names"), needed=False),
    ),
    limits=("false_discovery_percent", "least_applicants", "least_sections", "strong_times"),
    find=find,
)
