"""New filings against a stored index: CPU-seconds of the query, and whether it answers as the batch run does.

    python -m benchmarks.index [--rows 10000] [--new 1000]

The peer is our own batch run over stored and new rows together: the same answer without an index.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import polars as pl

from benchmarks._machine import described
from benchmarks.near_duplicates import planted
from lantian.detect.blocks import BLOCK, Blocks
from lantian.detect.index import build, query
from lantian.detect.near import near_duplicates
from lantian.detect.segments import Store

ASKED = 5  # the query is short: a median of several, each opening the index anew
TEXTS = ("title", "abstract", "claim")


def blocks(frame: pl.DataFrame) -> Blocks:
    """A frame as it is read from a file."""
    return Blocks(frame.height, frame.columns, frame.iter_slices(BLOCK))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--new", type=int, default=1_000)
    args = parser.parse_args(arguments)
    print(described())
    frame, _ = planted(args.rows)
    old, new = frame.head(-args.new), frame.tail(args.new)
    with tempfile.TemporaryDirectory() as folder:
        seconds = [time.process_time()]
        build(blocks(old), Path(folder) / "index", id="id", texts=TEXTS)
        seconds.append(time.process_time())
        asked = []
        for _ in range(ASKED):
            begun = time.process_time()
            answer = query(blocks(new), Store.open(Path(folder) / "index"), id="id", texts=TEXTS)
            asked.append(time.process_time() - begun)
        seconds.append(time.process_time())
        batch = near_duplicates(frame, id="id", texts=TEXTS).pairs.filter(
            pl.col("b").is_in(new["id"].implode())
        )
        seconds.append(time.process_time())
    built, _, ran = (after - before for before, after in pairwise(seconds))
    middle = median(asked)
    print(f"stored {old.height}  new {new.height}  pairs {answer.pairs.height}")
    print(
        f"  build {built:.2f} CPU-s  query {middle:.3f} CPU-s (median of {ASKED}, {min(asked):.3f} to"
        f" {max(asked):.3f})  batch {ran:.2f} CPU-s ({ran / middle:.0f} x query)"
    )
    print(f"  same answer as the batch run: {answer.pairs.equals(batch)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
