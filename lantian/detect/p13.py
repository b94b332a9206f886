"""P13: inventors lent by name: one name among unrelated applicants, beyond what namesakes explain.

Null model: every place among the inventors of an applicant is filled at random, a name by the share of its
family name times that of its given name, or by its share among all other applicants if that is larger. How
often a name should then stand at the unrelated applicants of one agency (and of all together) is a negative
binomial whose scatter is measured among all names that should be about as common, those that never came included:
family and given names are not independent (some make a word). The reported ones are cut at a stated false-discovery
rate (Benjamini and Hochberg 1995); a name at too few applicants or fields is a test that failed, with chance 1, so
that trivial ones (one man in two firms of a group) lend no credit to others. Firms of one owner, and firms that bear
one rare brand in their names, count once; a name at one group, however often, is one mention.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from lantian.detect import contacts as reading
from lantian.detect import identity, rates
from lantian.detect.brands import BRANDS, Brands
from lantian.detect.contract import Detector, Found, Ground, Reads

EVERYWHERE = ""
BANDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Expected numbers from which on the scatter of names is measured apart; rarer names scatter as the first band."""
FEW = 30


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each name beyond chance, at enough applicants, in enough distant fields."""
    mentions = _mentions(ground)
    if not mentions.height:
        return
    everywhere = pl.concat([mentions, mentions.with_columns(agency=pl.lit(EVERYWHERE))])
    every = _cells(mentions, everywhere)
    cells = every.filter(
        (pl.col("applicants") >= ground.limit("least_applicants"))
        & (pl.col("sections") >= ground.limit("least_sections"))
    )
    cells = _tested(cells, everywhere, ground)
    failed = np.ones(every.height - cells.height)
    chances = np.concatenate([cells["chance"].to_numpy(), failed])
    kept = rates.discoveries(chances, ground.share("false_discovery_percent"))[: cells.height]
    odd = cells.filter(pl.Series(kept, dtype=pl.Boolean))
    worst = odd.sort("name", "chance", "agency").unique("name", keep="first", maintain_order=True)
    rows = everywhere.join(worst.select("name", "agency"), on=["name", "agency"], how="semi")
    filings = {
        name: part["application_no"].unique(maintain_order=True).to_list()
        for (name,), part in rows.sort("name", "filing_date", "application_no").group_by("name")
    }
    for cell in worst.iter_rows(named=True):
        yield _found(cell, filings[cell["name"]], ground)


def _tested(cells: pl.DataFrame, everywhere: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Count the unrelated applicants of each cell and give the chance of so many; those with too few are left out."""
    least = ground.limit("least_applicants")
    rows = ground.tables["patents"].select("application_no", firm=pl.col("applicants").list.first())
    brands = Brands(rows["firm"].drop_nulls(), ground.rules.limits)
    firms = (
        everywhere.join(cells.select("name", "agency"), on=["name", "agency"], how="semi")
        .join(rows.drop_nulls(), on="application_no")
        .group_by("name", "agency")
        .agg(pl.col("firm").unique())
    )
    unrelated = [brands.unrelated(one) for one in firms["firm"]]
    counted = firms.select("name", "agency", applicants=pl.Series(unrelated, dtype=pl.UInt32))
    cells = cells.drop("applicants").join(counted, on=["name", "agency"]).sort("name", "agency")
    cells = cells.filter(pl.col("applicants") >= least)
    chances = [
        float(rates.scattered_tail(count, mean, scatter))
        for count, mean, scatter in cells.select("applicants", "expected", "scatter").iter_rows()
    ]
    return cells.with_columns(chance=pl.Series(chances, dtype=pl.Float64))


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
    return rows.filter(
        (pl.col("name").str.len_chars() > 1) & ~pl.col("name").str.contains(ground.rules.words["unnamed"])
    )


def _cells(mentions: pl.DataFrame, everywhere: pl.DataFrame) -> pl.DataFrame:
    """One row a name and agency, and a name and all of them: applicants, expected ones, scatter, sections."""
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
    cells = pl.concat([at_agency, overall.select(at_agency.columns)]).join(_shares(once), on="name")
    elsewhere = (pl.col("all") - pl.col("applicants")).clip(lower_bound=0) / max(once.height, 1)
    common = np.searchsorted(BANDS, cells["share"] * once.height, side="right") - 1
    scatter = np.array(_scatters(once))[np.maximum(common, 0)]
    cells = cells.with_columns(
        expected=pl.col("places") * pl.max_horizontal("share", elsewhere), scatter=pl.Series(scatter)
    )
    sections = everywhere.group_by("name", "agency").agg(sections=pl.col("section").drop_nulls().n_unique())
    return cells.join(sections, on=["name", "agency"])


def _scatters(once: pl.DataFrame) -> list[float]:
    """How much names of each band scatter beyond Poisson, over every pair of a family and a given name."""
    parts = once.select(family=pl.col("name").str.slice(0, 1), given=pl.col("name").str.slice(1))
    families, givens = (
        parts.group_by(part).agg(count=pl.len()).sort("count", part, descending=[True, False])
        for part in ("family", "given")
    )
    counts = givens["count"].to_numpy().astype(np.float64)
    # Of a family so large, only the given names down to a certain count make names of the first band.
    reach = [
        int(np.searchsorted(-counts, -BANDS[0] * once.height / size, side="right"))
        for size in families["count"]
    ]
    pairs = pl.DataFrame(
        {
            "family": np.repeat(families["family"].to_numpy(), reach),
            "given": givens["given"].to_numpy()[
                np.concatenate([np.arange(n) for n in [0, *reach]]).astype(np.int64)
            ],
        },
        schema={"family": pl.String, "given": pl.String},
    )
    seen = parts.group_by("family", "given").agg(seen=pl.len())
    pairs = (
        pairs.join(seen, on=["family", "given"], how="left")
        .join(families.rename({"count": "f"}), on="family")
        .join(givens.rename({"count": "g"}), on="given")
        .select(pl.col("seen").fill_null(0), mean=pl.col("f") * pl.col("g") / max(once.height, 1))
    )
    whole = rates.overdispersion(pairs["seen"], pairs["mean"])
    band = np.searchsorted(BANDS, pairs["mean"], side="right") - 1
    parts_of = [pairs.filter(pl.Series(band == one)) for one in range(len(BANDS))]
    return [rates.overdispersion(p["seen"], p["mean"]) if p.height >= FEW else whole for p in parts_of]


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
    limits=(
        "false_discovery_percent",
        "least_applicants",
        "least_sections",
        "strong_times",
        "unnamed",
        *BRANDS,
    ),
    find=find,
    version="3",
)
