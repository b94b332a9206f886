"""New marks against stored ones: CPU-seconds, and recall of each kind of imitation, on synthetic marks.

    python -m benchmarks.marks [--stored 5000000] [--new 10000]

Stored marks have two to five characters of GB 2312's first level, common ones more often. Half of the new marks are
imitations of stored ones (a kind each in turn), half are of their own. Look-alikes are planted from the table the
screening uses itself: that kind measures the engine, not the table. The peer is rapidfuzz.process.cdist over the
characters alone, timed on a sample and scaled up, where it is installed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from random import Random

import numpy as np
import polars as pl

from benchmarks._machine import described
from lantian.detect.marks.alphabets import look_alikes, sounds
from lantian.detect.marks.index import MarkIndex

SEED = 20261122
LENGTHS, SHARES = (2, 3, 4, 5), (0.3, 0.25, 0.35, 0.1)
Imitation = Callable[[str, Random], str | None]


def alphabet() -> list[str]:
    """Return the 3,755 characters of GB 2312's first level."""
    codes = [(row, cell) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    return [bytes(code).decode("gb2312") for code in codes if not (code[0] == 0xD7 and code[1] > 0xF9)]


def coined(count: int, rng: np.random.Generator, signs: Sequence[str]) -> list[str]:
    """Coin marks; the character of rank r is drawn about as often as 1 / (r + 200)."""
    weights = 1 / (np.arange(len(signs)) + 200)
    order = rng.permutation(len(signs))
    lengths = rng.choice(LENGTHS, size=count, p=SHARES)
    text = "".join(np.array(signs)[order[rng.choice(len(signs), lengths.sum(), p=weights / weights.sum())]])
    ends = np.cumsum(lengths)
    return [text[end - length : end] for end, length in zip(ends.tolist(), lengths.tolist(), strict=True)]


def imitations(signs: Sequence[str]) -> dict[str, Imitation]:
    """Return the kinds of imitation; None where a mark has no character that can be imitated so."""
    by_sound: dict[str, list[str]] = {}
    for sign in signs:
        for sound in sounds(sign):
            by_sound.setdefault(sound, []).append(sign)
    return {
        "homophones": lambda mark, rng: _homophones(mark, rng, by_sound),
        "look-alike, one": lambda mark, rng: _looks(mark, rng, 1),
        "look-alike, two": lambda mark, rng: _looks(mark, rng, 2),
        "one inserted": lambda mark, rng: _inserted(mark, rng, signs),
        "reordered": lambda mark, rng: "".join(rng.sample(mark, len(mark))),
    }


def _homophones(mark: str, rng: Random, by_sound: Mapping[str, Sequence[str]]) -> str:
    """Replace every character by one that has its usual reading among its own."""
    return "".join(rng.choice(by_sound[sounds(sign)[0]]) for sign in mark)


def _looks(mark: str, rng: Random, count: int) -> str | None:
    near = look_alikes()
    places = [at for at, sign in enumerate(mark) if sign in near]
    if len(places) < count:
        return None
    letters = list(mark)
    for at in rng.sample(places, count):
        letters[at] = rng.choice(near[mark[at]])
    return "".join(letters)


def _inserted(mark: str, rng: Random, signs: Sequence[str]) -> str:
    at = rng.randint(0, len(mark))
    return mark[:at] + rng.choice(signs) + mark[at:]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 when done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stored", type=int, default=500_000)
    parser.add_argument("--new", type=int, default=10_000)
    args = parser.parse_args(arguments)
    print(described())
    signs, rng, picks = alphabet(), np.random.default_rng(SEED), Random(SEED)
    stored = coined(args.stored, rng, signs)
    new, plants = coined(args.new // 2, rng, signs), []
    kinds = imitations(signs)
    while len(new) < args.new:
        kind, at = picks.choice(list(kinds)), picks.randrange(len(stored))
        imitation = kinds[kind](stored[at], picks)
        if imitation is not None:
            plants.append((kind, len(new), at))
            new.append(imitation)
    begun = time.process_time()
    index = MarkIndex.of(pl.Series(stored))
    built = time.process_time() - begun
    begun = time.process_time()
    near = index.near(pl.Series(new))
    asked = time.process_time() - begun
    print(f"stored {len(stored):,}: built in {built:.1f} CPU-s; {len(new):,} new: {asked:.1f} CPU-s")
    print(f"pairs {near.height:,}; peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")
    truth = pl.DataFrame(plants, schema={"kind": pl.String, "new": pl.Int64, "row": pl.Int64}, orient="row")
    hit = truth.join(near.select("new", "row", met=pl.lit(True)), on=["new", "row"], how="left")
    for kind, count, found in (
        hit.group_by("kind").agg(pl.len(), pl.col("met").sum()).sort("kind").iter_rows()
    ):
        print(f"{kind:16} {found} of {count}: {found / count:.3f}")
    _peer(stored, new)
    return 0


def _peer(stored: Sequence[str], new: Sequence[str]) -> None:
    try:
        process, distance = (import_module(f"rapidfuzz.{name}") for name in ("process", "distance"))
    except ImportError:
        print("rapidfuzz is not installed: no peer")
        return
    left, right = new[:200], stored[:100_000]
    begun = time.process_time()
    process.cdist(
        left, right, scorer=distance.Levenshtein.distance, score_cutoff=1, dtype=np.uint8, workers=1
    )
    seconds = (time.process_time() - begun) * len(new) * len(stored) / (len(left) * len(right))
    print(f"rapidfuzz cdist, one alphabet, scaled up: {seconds:.0f} CPU-s")


if __name__ == "__main__":
    sys.exit(main())
