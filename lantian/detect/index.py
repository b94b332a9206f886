"""A stored index of screened texts: new filings are compared with all earlier ones without reading those again.

A query gives the pairs that a batch run over stored and new rows together would report with at least one new row
in them; rows stored later come later. Files, digests and refusals: `lantian.detect.segments`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from lantian.detect.blocks import BLOCK, Blocks, read_texts
from lantian.detect.candidates import (
    COMMON,
    Candidates,
    Groups,
    Rows,
    numbered_pairs,
    row_bits,
    runs,
    shared_enough,
)
from lantian.detect.grams import Keys
from lantian.detect.near import reported_pairs
from lantian.detect.normalise import Folded
from lantian.detect.progress import Progress, silent
from lantian.detect.segments import Segment, Store
from lantian.detect.shelf import refuse_known
from lantian.detect.verify import likeness


@dataclass(frozen=True)
class Answer:
    """Pairs with at least one new row, as `near_duplicates` reports them (ids as text), and counts."""

    pairs: pl.DataFrame
    counts: dict[str, int]


def build(blocks: Blocks, path: Path, *, id: str, texts: Sequence[str], progress: Progress = silent) -> Store:
    """Write a new index of a table. Raises `Refused` where one stands already, else as `near_duplicates`."""
    store = Store.new(path, texts)
    return store.with_segment(Segment.of(*read_texts(blocks, id, texts, progress)))


def query(
    blocks: Blocks,
    store: Store,
    *,
    id: str,
    texts: Sequence[str],
    add: bool = False,
    progress: Progress = silent,
) -> Answer:
    """Compare new rows with the stored ones and with each other; `add` then stores them as a segment.

    Raises `Refused` for an id that is stored already and for texts other than the index holds.
    """
    store.check_texts(texts)
    stored, fresh = store.segments(), Segment.of(*read_texts(blocks, id, texts, progress))
    refuse_known(fresh.ids, (one.ids for one in stored))
    found = _candidates(stored, fresh)
    total = len(found.left)
    rows, places = np.unique(np.concatenate([found.left, found.right]), return_inverse=True)
    narrow = Candidates(places[:total], places[total:])
    ids, folded = _taken([*stored, fresh], rows)
    alike = likeness(folded, narrow, BLOCK, lambda done: progress("compare", done, total))
    pairs = reported_pairs(ids, narrow, alike)
    if add:
        store.with_segment(fresh)
    held = sum(segment.height for segment in stored)
    counts = {"stored": held, "rows": fresh.height, "candidates": total, "pairs": pairs.height}
    return Answer(pairs, counts)


def merge(stores: Sequence[Store], path: Path) -> Store:
    """Write one index of one segment with the rows of several, in the order given. Raises `Refused` as `query`."""
    merged = Store.new(path, stores[0].texts)
    segments: list[Segment] = []
    for store in stores:
        merged.check_texts(store.texts)
        for segment in store.segments():
            refuse_known(segment.ids, (one.ids for one in segments))
            segments.append(segment)
    return merged.with_segment(Segment.joined(segments))


def _candidates(stored: Sequence[Segment], fresh: Segment) -> Candidates:
    """Pairs with a new right side, as the batch run over all rows would propose them."""
    before = sum(segment.height for segment in stored)
    bits = row_bits(before + fresh.height)
    hashes, rows, crowded = _met(stored, fresh.hashes)
    own = fresh.rows_at(np.arange(len(fresh.postings))) + before
    groups = _groups(np.concatenate([hashes, fresh.hashes]), np.concatenate([rows, own]), crowded)
    numbers = numbered_pairs(groups, bits)
    sizes = np.concatenate([segment.sizes for segment in (*stored, fresh)]).astype(np.int64)
    return shared_enough(numbers[(numbers & ((1 << bits) - 1)) >= before], sizes, bits)


def _met(segments: Sequence[Segment], hashes: Keys) -> tuple[Keys, Rows, Keys]:
    """Stored rows under the new hashes: hash and row of each, and the hashes that have more than COMMON.

    Of a segment's rows under such a hash only the two earliest are read: a star needs no more.
    """
    keys = hashes[runs(hashes)[0]]
    found_keys, found_rows = [keys[:0]], [np.zeros(0, np.int64)]
    held, before = np.zeros(len(keys), np.int64), 0
    for segment in segments:
        low, high = segment.span(keys)
        taken = np.where(high - low > COMMON, 2, high - low)
        places = np.repeat(low - np.cumsum(taken) + taken, taken) + np.arange(taken.sum())
        found_keys.append(np.repeat(keys, taken))
        found_rows.append(segment.rows_at(places) + before)
        held += high - low
        before += segment.height
    return np.concatenate(found_keys), np.concatenate(found_rows), keys[held > COMMON]


def _groups(hashes: Keys, rows: Rows, crowded: Keys) -> Groups:
    """Put stored and new rows under their hashes, in row order."""
    order = np.lexsort((rows, hashes))
    hashes = hashes[order]
    begins, counts = runs(hashes)
    common = (counts > COMMON) | np.isin(hashes[begins], crowded)
    return Groups(begins, counts, common, rows[order].astype(np.uint64))


def _taken(segments: Sequence[Segment], rows: Rows) -> tuple[pl.Series, Folded]:
    """Ids and normalised texts of some rows, given in order."""
    ids, texts, lengths = [segments[-1].ids.head(0)], [segments[-1].units[:0]], [np.zeros(0, np.int64)]
    before = 0
    for segment in segments:
        own = rows[(rows >= before) & (rows < before + segment.height)] - before
        spans, sizes = segment.texts_of(own)
        ids.append(segment.ids.gather(own))
        texts += spans
        lengths.append(sizes)
        before += segment.height
    return pl.concat(ids), Folded(np.concatenate(texts), np.cumsum(np.concatenate(lengths)))
