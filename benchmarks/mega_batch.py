"""A batch of 20,000 variants of one filing among 30,000 others: does it land in one cluster, at what cost?

    python -m benchmarks.mega_batch [--batch 20000] [--others 30000]

Variants are those of the offences (every kind of edit but the hardest). The peer is our own run over as many filings
of which none belongs to a batch.
"""

from __future__ import annotations

import argparse
import sys
import time
from random import Random

import polars as pl

from benchmarks._machine import described
from lantian.city.chance import stream
from lantian.city.edits import PLANTED, edit
from lantian.city.texts import Words, compose
from lantian.detect.near import near_duplicates

SEED = 20261122
KINDS = [kind for kind in PLANTED if kind != "c30"]
TEXTS = ("title", "abstract", "claim")
ASKED_SHARE = 0.99


def filings(first: int, count: int) -> list[tuple[str, str, str, str | None]]:
    """Filings of which none belongs to a batch."""
    return [_row(f"s{index}", _words(index)) for index in range(first, first + count)]


def variants(count: int) -> list[tuple[str, str, str, str | None]]:
    """Variants of one filing."""
    source = _words(SEED)
    return [_row(f"m{n}", edit(KINDS[n % len(KINDS)], source, stream(SEED, "mega", n))) for n in range(count)]


def _words(index: int) -> Words:
    return compose(SEED, index, "invention").words


def _row(id: str, words: Words) -> tuple[str, str, str, str | None]:
    return id, words.title, words.abstract, words.claim


def clustered(rows: list[tuple[str, str, str, str | None]]) -> tuple[pl.DataFrame, float]:
    """Clusters of shuffled rows, and the CPU-seconds they took."""
    Random(SEED).shuffle(rows)
    frame = pl.DataFrame(rows, schema=["id", *TEXTS], orient="row")
    begun = time.process_time()
    found = near_duplicates(frame, id="id", texts=TEXTS)
    return found.clusters, time.process_time() - begun


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batch", type=int, default=20_000)
    parser.add_argument("--others", type=int, default=30_000)
    args = parser.parse_args(arguments)
    print(described())
    others = filings(0, args.others)
    clustered(filings(0, 100))  # imports and compiled loops belong to neither side
    clusters, seconds = clustered(others + variants(args.batch))
    _, plain = clustered(others + filings(args.others, args.batch))
    mine = clusters.filter(pl.col("id").str.starts_with("m"))["cluster"].value_counts(sort=True)
    largest, inside = mine.row(0)
    strangers = clusters.filter((pl.col("cluster") == largest) & ~pl.col("id").str.starts_with("m")).height
    share, times = inside / args.batch, seconds / plain
    print(
        f"batch {args.batch} among {args.others}: {inside} in one cluster ({share:.4f}), strangers {strangers}"
    )
    print(f"  {seconds:.2f} CPU-s, {times:.2f} x the same number of filings without a batch ({plain:.2f})")
    return 0 if share >= ASKED_SHARE else 1


if __name__ == "__main__":
    sys.exit(main())
