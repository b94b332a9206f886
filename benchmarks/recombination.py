"""Recombined filings found among filings of the synthetic city: recall by mix, false flags, CPU-seconds.

    python -m benchmarks.recombination [--rows 10000] [--over]

One in a hundred rows is a mix of two others, 55 to 45 (e55) or 70 to 30 (e73); as many are improvements that keep a
quarter of a text (series) and batches of one text (washed): neither may be flagged. No peer answers the question.
`--over` lays mixes and series over the planted filings of `benchmarks/peers.py`, which have their washed texts already.
"""

from __future__ import annotations

import argparse
import sys
import time
from random import Random

import polars as pl

from benchmarks._machine import described
from benchmarks._planted import file_of
from lantian.city.chance import stream
from lantian.city.edits import MERGES, PLANTED, edit
from lantian.city.texts import Words, compose
from lantian.detect.recombined import recombined

SEED = 20261122
SECOND = 10_000_000  # second texts come from indexes that no first text has
Row = tuple[str, str, str, str | None]


def planted(rows: int) -> tuple[pl.DataFrame, dict[str, set[str]]]:
    """Filings with mixes and what must not be flagged; the sources of each mix by its id."""
    table: list[Row] = []
    truth: dict[str, set[str]] = {}
    each = rows // 100
    for index in range(rows):
        first = _words(index)
        table.append(_row(f"s{index}", first))
        if index < each:
            kind, second = ("e73" if index % 2 else "e55"), _words(SECOND + index)
            table += [_row(f"p{index}", second), _mixed(kind, index, first, second)]
            truth[f"{kind}-{index}"] = {f"s{index}", f"p{index}"}
        elif index < 2 * each:
            table.append(_mixed("series", index, first, _words(SECOND + index)))
        elif index < 3 * each:
            kind = PLANTED[index % len(PLANTED)]
            table += [
                _row(f"v{index}-{n}", edit(kind, first, stream(SEED, kind, index, n))) for n in range(3)
            ]
        if len(table) >= rows:
            break
    Random(SEED).shuffle(table)
    return pl.DataFrame(table, schema=["id", "title", "abstract", "claim"], orient="row"), truth


def over(rows: int) -> tuple[pl.DataFrame, dict[str, set[str]]]:
    """Planted filings with mixes and series of those among them that have no variant."""
    base = pl.read_parquet(file_of(rows))
    table: list[Row] = []
    truth: dict[str, set[str]] = {}
    each, alone = rows // 100, len(PLANTED) * (rows // 50)
    for index in range(alone, alone + each):
        kind, first, second = ("e73" if index % 2 else "e55"), _words(index), _words(SECOND + index)
        table += [_row(f"p{index}", second), _mixed(kind, index, first, second)]
        truth[f"{kind}-{index}"] = {f"s{index}", f"p{index}"}
        table.append(_mixed("series", index + each, _words(index + each), _words(SECOND + index + each)))
    mixes = pl.DataFrame(table, schema=base.schema, orient="row")
    return pl.concat([base, mixes]).sample(fraction=1.0, shuffle=True, seed=SEED), truth


def _words(index: int) -> Words:
    return compose(SEED, index, "invention").words


def _mixed(kind: str, index: int, first: Words, second: Words) -> Row:
    return _row(f"{kind}-{index}", MERGES[kind](first, second, stream(SEED, kind, index)))


def _row(id: str, words: Words) -> Row:
    return id, words.title, words.abstract, words.claim


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--over", action="store_true")
    args = parser.parse_args(arguments)
    print(described())
    frame, truth = (over if args.over else planted)(args.rows)
    begun = time.process_time()
    found = recombined(frame, id="id", texts=["title", "abstract", "claim"])
    seconds = time.process_time() - begun
    sources = {id: set(names) for id, names in found.select("id", "sources").iter_rows()}
    print(f"rows {frame.height}  {seconds:.2f} CPU-s, reading and pairs included")
    for kind in ("e55", "e73"):
        mixes = [id for id in truth if id.startswith(kind)]
        right = sum(sources.get(id) == truth[id] for id in mixes)
        print(f"  {kind} {right} of {len(mixes)} with both sources  {right / len(mixes):.4f}")
    wrong = set(sources) - set(truth)
    series = sum(id.startswith("series") for id in wrong)
    print(f"  flagged without being a mix: {len(wrong)}, series among them {series}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
