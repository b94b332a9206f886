"""Near-duplicate screening beside datasketch, in CPU-seconds, on the same rows and the same normalised text.

    python -m benchmarks.near_duplicates [--rows 10000] [--no-peer]

Without --rows: the real 100,200 publications (LANTIAN_REAL_DATA). With --rows: filings of the synthetic city with
every edit kind planted, and recall per kind. The peer is MinHashLSH of datasketch (128 permutations, 32 bands of
4 rows) over the same normalised 4-grams, its candidates verified exactly with Python sets.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import polars as pl

from benchmarks._machine import described
from lantian.city.chance import stream
from lantian.city.edits import PLANTED, edit
from lantian.city.texts import Words, compose
from lantian.detect.near import JACCARD, near_duplicates
from lantian.detect.normalise import normalise

SEED = 20261122
Pairs = set[frozenset[str]]


def planted(rows: int) -> tuple[pl.DataFrame, dict[str, Pairs]]:
    """Make filings in which each edit kind is planted in two of a hundred rows."""
    each = rows // 50
    table: list[tuple[str, str, str, str | None]] = []
    plants: dict[str, Pairs] = {kind: set() for kind in PLANTED}
    for index in range(rows - len(PLANTED) * each):
        source = compose(SEED, index, "invention").words
        table.append(_row(f"s{index}", source))
        if index < len(PLANTED) * each:
            kind = PLANTED[index // each]
            table.append(_row(f"v{index}", edit(kind, source, stream(SEED, kind, index))))
            plants[kind].add(frozenset((f"s{index}", f"v{index}")))
    Random(SEED).shuffle(table)
    return pl.DataFrame(table, schema=["id", "title", "abstract", "claim"], orient="row"), plants


def _row(id: str, words: Words) -> tuple[str, str, str, str | None]:
    return id, words.title, words.abstract, words.claim


def real() -> pl.DataFrame:
    """Read the real publications: application number, title, abstract."""
    folder = Path(os.environ.get("LANTIAN_REAL_DATA", "../shared/data/real"))
    return pl.read_parquet(
        folder / "cn_patents_100k.parquet", columns=["application_no", "title", "abstract"]
    )


def own(frame: pl.DataFrame, texts: Sequence[str]) -> Pairs:
    """Screen with our engine; pairs of Jaccard >= 0.5."""
    pairs = near_duplicates(frame, id=frame.columns[0], texts=texts).pairs.filter(
        pl.col("jaccard") >= JACCARD
    )
    return {frozenset(pair) for pair in pairs.select("a", "b").iter_rows()}


def datasketch(frame: pl.DataFrame, texts: Sequence[str]) -> Pairs:
    """Screen with the peer; pairs of Jaccard >= 0.5."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=128, params=(32, 4))
    grams: dict[str, set[str]] = {}
    found: Pairs = set()
    for id, *fields in frame.select(frame.columns[0], *texts).iter_rows():
        grams[id] = {text[i : i + 4] for text in map(normalise, _given(fields)) for i in range(len(text) - 3)}
        sketch = MinHash(num_perm=128)
        sketch.update_batch([gram.encode() for gram in sorted(grams[id])])
        found |= {
            frozenset((id, other))
            for other in index.query(sketch)
            if _jaccard(grams[id], grams[other]) >= JACCARD
        }
        index.insert(id, sketch)
    return found


def _given(fields: Sequence[str | None]) -> Iterator[str]:
    return (field for field in fields if field)


def _jaccard(first: set[str], second: set[str]) -> float:
    return len(first & second) / max(len(first | second), 1)


def measured(
    engine: Callable[[pl.DataFrame, Sequence[str]], Pairs], frame: pl.DataFrame
) -> tuple[Pairs, float]:
    """Run one engine over all columns after the first; return its pairs and the CPU-seconds of this process."""
    begun = time.process_time()
    pairs = engine(frame, frame.columns[1:])
    return pairs, time.process_time() - begun


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int)
    parser.add_argument("--no-peer", action="store_true")
    args = parser.parse_args(arguments)
    print(described())
    frame, plants = planted(args.rows) if args.rows else (real(), {})
    mine, seconds = measured(own, frame)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"rows {frame.height}  own {seconds:.2f} CPU-s  peak {memory:.2f} GB  pairs {len(mine)}")
    for kind, pairs in plants.items():
        print(f"  {kind:4} {len(pairs & mine)} of {len(pairs)}  {len(pairs & mine) / len(pairs):.4f}")
    if plants:
        print(f"  reported without a common planted source: {len(mine - set().union(*plants.values()))}")
    if not args.no_peer:
        theirs, peer_seconds = measured(datasketch, frame)
        print(
            f"datasketch {peer_seconds:.2f} CPU-s ({peer_seconds / seconds:.1f} x own)  pairs {len(theirs)}"
        )
        print(f"  only own {len(mine - theirs)}  only datasketch {len(theirs - mine)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
