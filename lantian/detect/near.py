"""Near-duplicate texts: which rows say nearly the same, how nearly, and in which clusters.

Sampled 8-grams propose pairs, exact 4-gram sets decide: reported are Jaccard >= 0.5 or containment >= 0.6.
Clusters join pairs of Jaccard >= 0.5 only. In a batch so large that a hash is over-common, pairs are reported
with the two earliest rows, not all with all. Texts under eight units in every field are not screened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from lantian.core.chain import digest_of
from lantian.detect import candidates as proposing
from lantian.detect import hashing, normalise
from lantian.detect import sketch as sampling
from lantian.detect.blocks import BLOCK, Blocks, Read, read_texts
from lantian.detect.candidates import Candidates, Rows, candidates
from lantian.detect.clusters import earliest_of_cluster
from lantian.detect.progress import Progress, silent
from lantian.detect.verify import GRAM, Likeness, likeness

JACCARD = 0.5
CONTAINMENT = 0.6

PARAMETERS = {
    "jaccard": str(JACCARD),
    "containment": str(CONTAINMENT),
    "compared_gram": GRAM,
    "sampled_gram": sampling.GRAM,
    "sampled_one_in": sampling.ONE_IN,
    "sampled_at_least": sampling.AIMED,
    "hash": hashing.VERSION,
    "shared_samples": proposing.SHARED,
    "common_hash": proposing.COMMON,
}


def in_use(_: date) -> str:
    """Return the digest of how texts are read and compared, which holds on every day: what findings of it hang on."""
    return digest_of({"normaliser": normalise.digest(), "parameters": PARAMETERS})


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
    blocks = Blocks(frame.height, frame.columns, frame.iter_slices(block))
    return near_duplicates_in(blocks, id=id, texts=texts, progress=progress)


def near_duplicates_in(
    blocks: Blocks, *, id: str, texts: Sequence[str], progress: Progress = silent
) -> NearDuplicates:
    """Find near-duplicates in a table too large to hold as text; else as `near_duplicates`."""
    return near_among(read_texts(blocks, id, texts, progress), progress=progress)


def near_among(read: Read, *, progress: Progress = silent) -> NearDuplicates:
    """Find near-duplicates among texts that were read already."""
    ids, folded, sketched = read
    height = max(len(ids), 1)
    progress("candidates", 0, 1)
    proposed = candidates(sketched.hashes, sketched.rows, height)
    progress("candidates", 1, 1)
    total = len(proposed.left)
    found = likeness(folded, proposed, BLOCK, lambda done: progress("compare", done, total))
    screened = int((np.bincount(sketched.rows, minlength=height) > 0).sum())
    return concluded(ids, proposed, found, screened)


def concluded(ids: pl.Series, proposed: Candidates, found: Likeness, screened: int) -> NearDuplicates:
    """Report what was compared; `screened`: rows with at least one sampled gram."""
    pairs = reported_pairs(ids, proposed, found)
    near = found.jaccard >= JACCARD
    clusters = _clusters(ids, proposed.left[near], proposed.right[near])
    total = len(proposed.left)
    counts = {"rows": len(ids), "screened": screened, "candidates": total, "pairs": pairs.height}
    sizes = clusters["cluster"].value_counts()["count"] if clusters.height else pl.Series([], dtype=pl.UInt32)
    counts |= {"clusters": len(sizes), "clustered": clusters.height, "largest": int(sizes.max() or 0)}  # type: ignore[arg-type]
    return NearDuplicates(pairs, clusters, counts)


def reported_pairs(ids: pl.Series, proposed: Candidates, found: Likeness) -> pl.DataFrame:
    """Pairs near or contained enough to report: a, b, jaccard, containment, anchor; `ids` by row number."""
    jaccard, containment = found.jaccard, found.containment
    kept = (jaccard >= JACCARD) | (containment >= CONTAINMENT)
    return pl.DataFrame(
        {
            "a": ids.gather(proposed.left[kept]),
            "b": ids.gather(proposed.right[kept]),
            "jaccard": jaccard[kept],
            "containment": containment[kept],
            "anchor": np.where(found.left[kept] <= found.right[kept], "a", "b"),
        },
        schema_overrides={"anchor": pl.String},
    )


def _clusters(ids: pl.Series, left: Rows, right: Rows) -> pl.DataFrame:
    earliest = earliest_of_cluster(left, right, max(len(ids), 1))
    rows = np.unique(np.concatenate([left, right]))
    return pl.DataFrame({"id": ids.gather(rows), "cluster": ids.gather(earliest[rows])})
