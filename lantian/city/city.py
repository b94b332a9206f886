"""Build the synthetic city and write it: the two calls that others make."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from lantian.city import drafts as drafting
from lantian.city import filings as filing
from lantian.city import truth
from lantian.city.chance import stream
from lantian.city.divisions import offices
from lantian.city.parties import make_agencies, make_applicants, make_fronts
from lantian.city.plans import BATCH, make_plans
from lantian.city.tables import frame

DEFAULT_SEED: Final = 1
DEFAULT_FILINGS: Final = 2000
# Serials of a plan's texts and of application numbers leave room for this many.
MOST_FILINGS: Final = 500_000
OFFICES: Final = offices()
# The last agencies of the list file the planted batches; they also have ordinary clients.
_MILLS: Final = 4


def build(seed: int = DEFAULT_SEED, filings: int = DEFAULT_FILINGS) -> dict[str, pl.DataFrame]:
    """Build the city: canonical tables `patents`, `agencies`, `companies`, and `truth`, sorted by key.

    The same seed and number of filings give equal frames. Raises ValueError unless 1 <= filings <= 500,000
    and seed >= 0.
    """
    if not 1 <= filings <= MOST_FILINGS or seed < 0:
        raise ValueError(f"seed must be >= 0 and filings between 1 and {MOST_FILINGS}")
    plans = make_plans(filings, stream(seed, "plans"))
    wanted = sum(plan.applicants for plan in plans if plan.kind == BATCH)
    agencies, ordinary = make_agencies(seed), make_applicants(seed, filings)
    fronts = make_fronts(seed, wanted)
    people = drafting.People(agencies, agencies[-_MILLS:], ordinary, fronts)
    groups = [(plan, drafting.draft_plan(seed, serial, plan, people)) for serial, plan in enumerate(plans)]
    drafts = [draft for _, group in groups for draft in group]
    filing.give_numbers(drafts)
    return {
        "agencies": frame("agencies", [agency.row for agency in agencies]),
        "companies": frame("companies", [one.row for one in [*ordinary, *fronts] if one.row]),
        "patents": frame("patents", filing.rows(drafts)),
        "truth": frame("truth", truth.rows(groups)),
    }


def write(tables: dict[str, pl.DataFrame], out: Path) -> list[Path]:
    """Write one Parquet file a table into the folder, made if absent; return the paths in order of name."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in sorted(tables):
        path = out / f"{name}.parquet"
        # Fixed groups and level: the bytes must not depend on the machine's cores.
        tables[name].write_parquet(path, compression="zstd", compression_level=3, row_group_size=50_000)
        paths.append(path)
    return paths
