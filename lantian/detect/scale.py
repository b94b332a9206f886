"""Near-duplicates beyond one machine: the same pairs, found where the Parquet lies (extra `scale`).

`daft` runs the plan on the cores of this machine, spilling nothing to others; `ray` spreads it over a Ray cluster
(`RAY_ADDRESS`, else one that is started here). Only the published rows are read, the caller names them; what comes
back is small: pairs, and how alike they are. Neither library may call home: both are told so before they load.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from lantian.core.messages import WrongUse
from lantian.detect import p01
from lantian.detect.blocks import BLOCK, check_ids
from lantian.detect.candidates import Candidates, Rows, row_bits
from lantian.detect.findings import Findings
from lantian.detect.near import NearDuplicates, concluded
from lantian.detect.progress import Progress, silent
from lantian.detect.reading import Reading
from lantian.detect.stored import Block, Stored, read_stored
from lantian.detect.verify import nothing

ENGINES = ("daft", "ray")
SILENCE = {
    "DO_NOT_TRACK": "true",
    "DAFT_ANALYTICS_ENABLED": "0",
    "SCARF_NO_ANALYTICS": "true",
    "RAY_USAGE_STATS_ENABLED": "0",
    "DAFT_PROGRESS_BAR": "0",
}


def near_stored(
    stored: Stored, places: Rows, ids: pl.Series, *, texts: Sequence[str], engine: str, block: int = BLOCK
) -> NearDuplicates:
    """Find near-duplicates among the rows at `places` of a stored table, called `ids`; as `near_duplicates`.

    The same bytes as on one machine, whatever the engine and the block size. Raises `WrongUse` for an unknown
    engine or one that is not installed, `Refused` for null or repeated ids.
    """
    check_ids(ids)
    plan = engine_of(engine)
    table = plan.Table(stored, tuple(texts), row_bits(max(len(ids), 1)))
    rows = np.arange(len(ids))
    lists = plan.sampled(plan.described(Block.cut(places, rows, block)), table).collect()
    screened = int(lists.sum("screened").to_pydict()["screened"][0] or 0)
    found = plan.proposed(lists, table).to_arrow()["pair"].to_numpy()
    left, right = (
        (found >> table.width) >> plan.SIZE_BITS,
        (found & ((1 << table.width) - 1)) >> plan.SIZE_BITS,
    )
    order = np.lexsort((right, left))
    pairs = Candidates(left[order], right[order])
    standing = np.unique(np.concatenate([pairs.left, pairs.right]))
    blocks = plan.described(Block.cut(places[standing], standing, block))
    found = plan.compared(blocks, table, pairs) if len(standing) else nothing()
    return concluded(ids, pairs, found, screened)


def engine_of(name: str) -> Any:
    """Load the plan on an engine. Daft holds one runner a process: the first asked for stays."""
    if name not in ENGINES:
        known = "、".join(("local", *ENGINES))
        raise WrongUse(f"没有引擎“{name}”；可用：{known}。", f"No engine {name}; known: {known}.")
    os.environ.update(SILENCE)
    try:
        plan, daft = import_module("lantian.detect.scale_plan"), import_module("daft")
        if name == "ray":
            import_module("ray")
    except ImportError as error:
        raise WrongUse(
            f"引擎“{name}”没有安装（{error.name}）；请安装 lantian[scale]。",
            f"The engine {name} is not installed ({error.name}); install lantian[scale].",
        ) from error
    daft.set_runner_native() if name == "daft" else daft.set_runner_ray(noop_if_initialized=True)
    return plan


@dataclass
class Elsewhere(Reading):
    """A reading whose near-duplicates were found elsewhere."""

    found: NearDuplicates | None = None

    def near(
        self, frame: pl.DataFrame, *, id: str, texts: Sequence[str], progress: Progress = silent
    ) -> NearDuplicates:
        """Return what was found."""
        assert self.found is not None
        return self.found


def run_p01(folder: str, *, on: date, engine: str, block: int = BLOCK) -> Findings:
    """Run P01 over tables that lie in a folder, local or far; the findings are those of one machine.

    The texts of `patents` are read by the workers; here only those of rows that stand in a pair.
    """
    stored, texts = Stored.under(folder, "patents"), p01.TEXTS
    present = [name for name in texts if name in stored.columns()]
    facts = stored.facts(without=texts).with_row_index("_place")
    tables = read_stored(folder, [reads.table for reads in p01.READS if reads.table != "patents"])
    if not present or not {"application_no", "disclosure"} <= set(facts.columns):
        return p01.run({**tables, "patents": facts}, on=on)
    readable, _ = p01.published(facts)
    places = readable["_place"].to_numpy().astype(np.int64)
    near = near_stored(stored, places, readable["application_no"], texts=present, engine=engine, block=block)
    ends = pl.concat([near.pairs["a"], near.pairs["b"]]).unique()
    needed = np.sort(places[readable["application_no"].is_in(ends.implode()).to_numpy()])
    patents = _with_texts(facts, stored, needed, present, block).drop("_place")
    return p01.run({**tables, "patents": patents}, on=on, reading=Elsewhere(found=near))


def _with_texts(
    facts: pl.DataFrame, stored: Stored, needed: Rows, texts: Sequence[str], block: int
) -> pl.DataFrame:
    """Put the texts of some rows beside the facts; null elsewhere."""
    parts = [
        stored.rows(each, texts).with_columns(pl.Series("_place", each.rows, pl.UInt32))
        for each in Block.cut(needed, needed, block)
    ]
    empty = pl.DataFrame(schema={**dict.fromkeys(texts, pl.String), "_place": pl.UInt32})
    held = pl.concat([empty, *parts])
    return facts.join(held, on="_place", how="left", maintain_order="left")
