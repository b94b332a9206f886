"""Near-duplicate texts: which rows say nearly the same, how nearly, and in which clusters.

Sampled 8-grams propose pairs, exact 4-gram sets decide: reported are Jaccard >= 0.5 or containment >= 0.6.
Clusters join pairs of Jaccard >= 0.5 only. In a batch so large that a hash is over-common, pairs are reported
with the two earliest rows, not all with all. Texts under eight units in every field are not screened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from lantian.core.messages import Refused, WrongUse
from lantian.detect import candidates as proposing
from lantian.detect import sketch as sampling
from lantian.detect.candidates import Candidates, Rows, candidates
from lantian.detect.clusters import earliest_of_cluster
from lantian.detect.normalise import Folded, fold_rows, joined
from lantian.detect.progress import Progress, silent
from lantian.detect.sketch import Sketch, sketch
from lantian.detect.verify import Likeness, likeness

JACCARD = 0.5
CONTAINMENT = 0.6
BLOCK = 10_000

PARAMETERS = {
    "jaccard": str(JACCARD),
    "containment": str(CONTAINMENT),
    "sampled_one_in": sampling.ONE_IN,
    "sampled_at_least": sampling.AIMED,
    "shared_samples": proposing.SHARED,
    "common_hash": proposing.COMMON,
}


@dataclass(frozen=True)
class NearDuplicates:
    """Pairs (a, b, jaccard, containment, anchor), clusters (id, cluster), and counts of what was done.

    `anchor` is `a` or `b`: the side that is contained, the one with fewer 4-grams (`a` if equal).
    Pairs are sorted in file order of (a, b); clusters list rows with at least one pair, in file order.
    """

    pairs: pl.DataFrame
    clusters: pl.DataFrame
    counts: dict[str, int]


def near_duplicates(
    frame: pl.DataFrame, *, id: str, texts: Sequence[str], progress: Progress = silent, block: int = BLOCK
) -> NearDuplicates:
    """Find near-duplicates among the rows of a frame by columns `texts`, each normalised alone; null = empty.

    The same frame gives the same bytes whatever the block size. `progress` is called between blocks and may
    raise to cancel. Raises `WrongUse` for a missing column, `Refused` for null or repeated ids.
    """
    check_columns(frame, [id, *texts])
    check_ids(frame[id])
    folded, sketched = _read(frame.select(texts), progress, block)
    progress("candidates", 0, 1)
    proposed = candidates(sketched.hashes, sketched.rows, max(frame.height, 1))
    progress("candidates", 1, 1)
    total = len(proposed.left)
    found = likeness(folded, proposed, block, lambda done: progress("compare", done, total))
    pairs, clusters = _report(frame[id], proposed, found)
    screened = len(np.unique(sketched.rows))
    counts = {"rows": frame.height, "screened": screened, "candidates": total, "pairs": pairs.height}
    sizes = clusters["cluster"].value_counts()["count"] if clusters.height else pl.Series([], dtype=pl.UInt32)
    counts |= {"clusters": len(sizes), "clustered": clusters.height, "largest": int(sizes.max() or 0)}  # type: ignore[arg-type]
    return NearDuplicates(pairs, clusters, counts)


def check_columns(frame: pl.DataFrame, wanted: Sequence[str]) -> None:
    """Refuse columns that the frame does not have, naming those it has."""
    missing = "、".join(name for name in dict.fromkeys(wanted) if name not in frame.columns)
    if missing:
        present = "、".join(frame.columns)
        raise WrongUse(
            f"没有列“{missing}”；文件中的列：{present}。", f"No column {missing}; the file has: {present}."
        )


def check_ids(ids: pl.Series) -> None:
    """Refuse null and repeated ids, naming the row (from 1, without the header)."""
    empty = ids.is_null().arg_max() if ids.null_count() else None
    if empty is not None:
        raise Refused(
            f"第{empty + 1}行的“{ids.name}”为空；每行都要有编号。",
            f"Row {empty + 1} has no {ids.name}; every row needs its id.",
        )
    repeated = (~ids.is_first_distinct()).arg_max() if ids.n_unique() < len(ids) else None
    if repeated is not None:
        first = int((ids == ids[repeated]).arg_max() or 0)
        raise Refused(
            f"第{repeated + 1}行的“{ids.name}”与第{first + 1}行重复：{ids[repeated]}；请先去重。",
            f"Row {repeated + 1} repeats the {ids.name} of row {first + 1}: {ids[repeated]}; remove one.",
        )


def _read(texts: pl.DataFrame, progress: Progress, block: int) -> tuple[Folded, Sketch]:
    """Normalise and sample, block by block."""
    folded, hashes, rows = [fold_rows([[]])], [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
    for start in range(0, texts.height, block):
        progress("read", start, texts.height)
        part = texts.slice(start, block)
        folded.append(
            fold_rows([part[name].cast(pl.String).fill_null("").to_list() for name in part.columns])
        )
        sample = sketch(folded[-1])
        hashes.append(sample.hashes)
        rows.append(sample.rows + start)
    progress("read", texts.height, texts.height)
    return joined(folded), Sketch(np.concatenate(hashes), np.concatenate(rows))


def _report(ids: pl.Series, proposed: Candidates, found: Likeness) -> tuple[pl.DataFrame, pl.DataFrame]:
    jaccard, containment = found.jaccard, found.containment
    near = jaccard >= JACCARD
    kept = near | (containment >= CONTAINMENT)
    pairs = pl.DataFrame(
        {
            "a": ids.gather(proposed.left[kept]),
            "b": ids.gather(proposed.right[kept]),
            "jaccard": jaccard[kept],
            "containment": containment[kept],
            "anchor": np.where(found.left[kept] <= found.right[kept], "a", "b"),
        },
        schema_overrides={"anchor": pl.String},
    )
    return pairs, _clusters(ids, proposed.left[near], proposed.right[near])


def _clusters(ids: pl.Series, left: Rows, right: Rows) -> pl.DataFrame:
    earliest = earliest_of_cluster(left, right, max(len(ids), 1))
    rows = np.unique(np.concatenate([left, right]))
    return pl.DataFrame({"id": ids.gather(rows), "cluster": ids.gather(earliest[rows])})
