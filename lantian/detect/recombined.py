"""Texts put together from two or more others: no single source is near, their union covers the text.

A text is shown as recombined when other texts together hold at least COVERED of its 4-grams, each adds a share that
no other source holds, and no two sources are near-duplicates of each other (else it is one batch). The first source
is the one that holds most; further ones are looked for only by the sampled grams that the sources so far leave open,
so that a single shared sample is enough to be looked at (CNIPA Order 77 art. 3(1): simple combination of features).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from lantian.detect.blocks import BLOCK, Blocks, read_texts
from lantian.detect.candidates import COMMON, Candidates, Rows, candidates
from lantian.detect.grams import Keys, four_grams, whole
from lantian.detect.near import JACCARD
from lantian.detect.normalise import Folded, Mask
from lantian.detect.progress import Progress, silent
from lantian.detect.sketch import Sketch
from lantian.detect.verify import GRAM, likeness

COVERED = 0.80
LOOKED_AT = 12
"""Rows compared exactly for each further source, those with most open samples first."""


@dataclass(frozen=True)
class Mixture:
    """What counts as put together, as shares of the text; P02 takes it from its dated rule.

    `first`: the first source holds so much at least; `adds`: each holds so much that no other does; `sources`: so many
    are looked for at most.
    """

    first: float = 0.30
    adds: float = 0.15
    sources: int = 4


MIXTURE = Mixture()


@dataclass(frozen=True)
class Combined:
    """One recombined row (from 0), its sources in the order found, the share each holds, and all together."""

    row: int
    sources: tuple[int, ...]
    shares: tuple[float, ...]
    covered: float


def recombined(
    frame: pl.DataFrame, *, id: str, texts: Sequence[str], earlier: bool = False, progress: Progress = silent
) -> pl.DataFrame:
    """Find recombined rows: (id, sources list, shares list, covered), in file order.

    With `earlier` only rows further up in the frame count as sources. Raises as `near_duplicates` does.
    """
    blocks = Blocks(frame.height, frame.columns, frame.iter_slices(BLOCK))
    ids, folded, sketched = read_texts(blocks, id, texts, progress)
    found = combined(folded, sketched, earlier=earlier, progress=progress)
    return pl.DataFrame(
        {
            "id": ids.gather([one.row for one in found]),
            "sources": [ids.gather(list(one.sources)).to_list() for one in found],
            "shares": [list(one.shares) for one in found],
            "covered": [one.covered for one in found],
        },
        schema={
            "id": ids.dtype,
            "sources": pl.List(ids.dtype),
            "shares": pl.List(pl.Float64),
            "covered": pl.Float64,
        },
    )


def combined(
    folded: Folded,
    sketched: Sketch,
    *,
    earlier: bool = False,
    mixture: Mixture = MIXTURE,
    progress: Progress = silent,
) -> list[Combined]:
    """Find recombined rows of folded and sampled texts, in row order."""
    proposed = candidates(sketched.hashes, sketched.rows, max(len(folded.ends), 1))
    firsts = _firsts(folded, proposed, earlier, mixture)
    search = _Search(folded, sketched, earlier, mixture)
    found = []
    for done, (row, source) in enumerate(firsts):
        if done % BLOCK == 0:
            progress("combine", done, len(firsts))
        one = search.completed(row, source)
        if one is not None:
            found.append(one)
    return found


def _firsts(folded: Folded, proposed: Candidates, earlier: bool, mixture: Mixture) -> list[tuple[int, int]]:
    """Rows whose best source holds enough, and still leaves room for another, with that source."""
    alike = likeness(folded, proposed, BLOCK, lambda done: None)
    sides = [(proposed.right, proposed.left, alike.shared / np.maximum(alike.right, 1))]
    if not earlier:
        sides.append((proposed.left, proposed.right, alike.shared / np.maximum(alike.left, 1)))
    rows, sources, shares = (np.concatenate(column) for column in zip(*sides, strict=True))
    order = np.lexsort((sources, -shares, rows))
    rows, sources, shares = rows[order], sources[order], shares[order]
    best = np.ones(len(rows), bool)
    best[1:] = rows[1:] != rows[:-1]
    best &= (shares >= mixture.first) & (shares <= 1 - mixture.adds)
    return list(zip(rows[best].tolist(), sources[best].tolist(), strict=True))


@dataclass
class _Search:
    """Looks for further sources of one row after another."""

    folded: Folded
    sketched: Sketch
    earlier: bool
    mixture: Mixture
    inside: Mask = field(init=False)
    starts: Rows = field(init=False)
    ordered: Keys = field(init=False)
    holders: Rows = field(init=False)
    begins: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.inside = whole(self.folded.units, GRAM)
        self.starts = self.folded.starts
        order = np.argsort(self.sketched.hashes, kind="stable")
        self.ordered, self.holders = self.sketched.hashes[order], self.sketched.rows[order]
        self.begins = np.searchsorted(self.sketched.rows, np.arange(len(self.starts) + 1))

    def completed(self, row: int, first: int) -> Combined | None:
        """Add sources to the first until they cover the row; None if they do not."""
        own = self._grams(row)
        sources, holds = [first], [np.isin(own, self._grams(first), assume_unique=True)]
        covered = holds[0]
        while (len(sources) == 1 or covered.mean() < COVERED) and len(sources) < self.mixture.sources:
            added = self._next(row, own, sources, covered)
            if added is None:
                return None
            sources.append(added[0])
            holds.append(added[1])
            covered = covered | added[1]
        return self._checked(row, sources, holds) if covered.mean() >= COVERED else None

    def _next(self, row: int, own: Keys, sources: list[int], covered: Mask) -> tuple[int, Mask] | None:
        """The row that holds most of what is open: enough of it, and no near-duplicate of a source."""
        best: tuple[int, Mask] | None = None
        most = self.mixture.adds * len(own) - 1
        for other in self._open(row, sources):
            grams = self._grams(other)
            holds = np.isin(own, grams, assume_unique=True)
            adds = int((holds & ~covered).sum())
            if adds > most and not any(self._near(grams, self._grams(source)) for source in sources):
                best, most = (other, holds), adds
        return best

    def _open(self, row: int, sources: list[int]) -> list[int]:
        """Rows that share samples of this row which no source has, those with most first."""
        open_ = np.setdiff1d(self._samples(row), np.concatenate([self._samples(s) for s in sources]))
        low = np.searchsorted(self.ordered, open_, side="left")
        high = np.searchsorted(self.ordered, open_, side="right")
        few = high - low <= COMMON
        spans = [self.holders[a:b] for a, b in zip(low[few].tolist(), high[few].tolist(), strict=True)]
        rows, times = np.unique(np.concatenate([self.holders[:0], *spans]), return_counts=True)
        kept = ~np.isin(rows, [row, *sources])
        if self.earlier:
            kept &= rows < row
        rows, times = rows[kept], times[kept]
        order = np.lexsort((rows, -times))[:LOOKED_AT]
        return [int(other) for other in rows[order]]

    def _samples(self, row: int) -> Keys:
        return self.sketched.hashes[self.begins[row] : self.begins[row + 1]]

    def _grams(self, row: int) -> Keys:
        """Distinct 4-grams of a row, sorted."""
        span = slice(int(self.starts[row]), int(self.folded.ends[row]))
        grams = four_grams(self.folded.units[span])
        return np.unique(grams[self.inside[span][: len(grams)]])

    def _checked(self, row: int, sources: list[int], holds: list[Mask]) -> Combined | None:
        """Keep the finding only if every source holds enough that no other source does."""
        table = np.array(holds)
        alone = table & (table.sum(axis=0) == 1)
        if (alone.mean(axis=1) < self.mixture.adds).any():
            return None
        shares = tuple(float(share) for share in table.mean(axis=1))
        return Combined(row, tuple(sources), shares, float(table.any(axis=0).mean()))

    @staticmethod
    def _near(grams: Keys, others: Keys) -> bool:
        shared = int(np.isin(grams, others, assume_unique=True).sum())
        return shared >= JACCARD * (len(grams) + len(others) - shared)
