"""Improvements that keep about a quarter of an earlier text: how many are reported as near-duplicates of it.

    python -m benchmarks.series [--rows 10000]

Series are lawful, the text alone must not report them. Fifteen in a thousand (1,000 at least, or the asked rate could
not be seen) stand after the planted filings of `benchmarks/peers.py`, each beside the filing it improves on, which has
no variant there. Counted is every pair reported with a series in it; how alike a series and its source are is printed
too. It is a count of errors: no peer.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from itertools import chain
from statistics import median

import polars as pl

from benchmarks._machine import described
from benchmarks._planted import file_of
from lantian.city.chance import stream
from lantian.city.edits import MERGES, PLANTED
from lantian.city.texts import Words, compose
from lantian.detect.blocks import BLOCK, Blocks
from lantian.detect.near import JACCARD, near_duplicates_in
from lantian.detect.passages import numbers
from lantian.detect.tables import read_blocks

SEED, ASKED = 20261122, 0.001
SECOND = 20_000_000  # the new three quarters come from indexes that no filing has
TEXTS = ("title", "abstract", "claim")


def series(rows: int) -> pl.DataFrame:
    """Improvements of planted filings that have no variant; `series-N` keeps a quarter of `sN`."""
    alone, count = len(PLANTED) * (rows // 50), max(rows * 15 // 1000, 1_000)
    table = []
    for index in range(alone, alone + count):
        first, second = _words(index), _words(SECOND + index)
        words = MERGES["series"](first, second, stream(SEED, "series", index))
        table.append((f"series-{index}", words.title, words.abstract, words.claim))
    return pl.DataFrame(table, schema=["id", *TEXTS], orient="row")


def _words(index: int) -> Words:
    return compose(SEED, index, "invention").words


def likeness(added: pl.DataFrame) -> tuple[list[float], list[float]]:
    """Jaccard with its source, and containment, of every series."""
    found = []
    for id, *own in added.iter_rows():
        first = _words(int(id.removeprefix("series-")))
        found.append(numbers(own, [first.title, first.abstract, first.claim or ""]))
    return [each.jaccard for each in found], [each.containment for each in found]


def screened(rows: int, added: pl.DataFrame) -> pl.DataFrame:
    """Pairs reported, of any likeness, that have a series among their two."""
    stored = read_blocks(file_of(rows), ["id", *TEXTS], BLOCK)
    blocks = Blocks(
        stored.height + added.height, ["id", *TEXTS], chain(stored.frames, added.iter_slices(BLOCK))
    )
    pairs = near_duplicates_in(blocks, id="id", texts=TEXTS).pairs
    return pairs.filter(pl.any_horizontal(pl.col("a", "b").str.starts_with("series-")))


def main(arguments: list[str] | None = None) -> int:
    """Print the rate; 1 when more are reported than asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    rows = parser.parse_args(arguments).rows
    print(described())
    added = series(rows)
    begun = time.process_time()
    pairs = screened(rows, added)
    seconds = time.process_time() - begun
    near = pairs.filter(pl.col("jaccard") >= JACCARD).height
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"rows {rows} and {added.height} series  {seconds:.2f} CPU-s  peak {memory:.2f} GB")
    print(f"  reported, Jaccard >= {JACCARD}: {near} of {added.height}  {near / added.height:.5f}")
    print(f"  reported by likeness or containment: {pairs.height}  {pairs.height / added.height:.5f}")
    for name, values in zip(("Jaccard", "containment"), likeness(added), strict=True):
        print(f"  {name} with the source: median {median(values):.2f}, highest {max(values):.2f}")
    return 0 if pairs.height <= ASKED * added.height else 1


if __name__ == "__main__":
    sys.exit(main())
