"""One engine over one file, in a process of its own: `python -m benchmarks._engines ENGINE FILE OUT`.

Every engine gets the same normalised texts and the same verification (`lantian.detect.verify`): what differs is how
it proposes pairs. Where an engine takes 4-grams as numbers it gets them as numbers, which spares it Python strings.
MinHash engines: 128 permutations, 32 bands of 4 rows. Pairs of Jaccard >= 0.5 are written to OUT.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from lantian.detect import fast
from lantian.detect.blocks import BLOCK
from lantian.detect.candidates import Candidates
from lantian.detect.folding import MARK
from lantian.detect.grams import Keys, four_grams, whole
from lantian.detect.near import JACCARD, near_duplicates_in, reported_pairs
from lantian.detect.normalise import Folded, fold_frame, joined
from lantian.detect.sketch import AIMED, ONE_IN
from lantian.detect.tables import read_blocks
from lantian.detect.verify import likeness

TEXTS = ("title", "abstract", "claim")
PERMUTATIONS, BANDS, ROWS_OF_BAND, SEED = 128, 32, 4, 42
BREAK = "\n"


def own(file: Path) -> pl.DataFrame:
    """Our engine, as the command runs it."""
    return near_duplicates_in(read_blocks(file, ["id", *TEXTS], BLOCK), id="id", texts=TEXTS).pairs


def plain(file: Path) -> pl.DataFrame:
    """Our engine as it runs where the extra `fast` is not installed."""
    with fast.left_out():
        return own(file)


def daft(file: Path) -> pl.DataFrame:
    """The same kernel on Daft's native runner."""
    from lantian.detect.scale import near_stored
    from lantian.detect.stored import Stored

    ids = pl.read_parquet(file, columns=["id"])["id"]
    return near_stored(Stored(str(file)), np.arange(len(ids)), ids, texts=TEXTS, engine="daft").pairs


def datasketch(file: Path) -> pl.DataFrame:
    """MinHashLSH of datasketch; 4-grams as numbers, so that it need not hash bytes one by one."""
    from datasketch import MinHash, MinHashLSH

    ids, folded = folded_of(file)
    index, pairs = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS_OF_BAND)), []
    for row, grams in enumerate(grams_of(folded)):
        sketch = MinHash(num_perm=PERMUTATIONS, hashfunc=int)
        sketch.update_batch((grams % np.uint64(0xFFFFFFFB)).tolist())
        pairs += [(other, row) for other in index.query(sketch)]
        index.insert(row, sketch)
    return verified(ids, folded, pairs)


def rensa(file: Path) -> pl.DataFrame:
    """RMinHashLSH of rensa (Rust) by its own API: texts as lists of 4-grams."""
    from rensa import RMinHash, RMinHashLSH

    ids, folded = folded_of(file)
    sketches = RMinHash.from_token_sets(map(tokens, texts_of(folded)), PERMUTATIONS, SEED)
    index = RMinHashLSH(JACCARD, PERMUTATIONS, BANDS)
    index.insert_many(sketches)
    found = enumerate(index.query_all(sketches))
    return verified(ids, folded, ((row, other) for row, near in found for other in near if row < other))


def duckdb(file: Path) -> pl.DataFrame:
    """The same plan in SQL: sampled 8-grams, rows under a hash paired, pairs that share three; hashes of more than
    64 rows give a star around the two earliest."""
    import duckdb as library

    ids, folded = folded_of(file)
    texts = pl.DataFrame({"row": np.arange(len(ids)), "text": list(texts_of(folded))})
    with library.connect() as session:
        session.execute("SET threads = 1")
        session.register("texts", texts.to_arrow())
        left, right = session.execute(PLAN.format(one_in=ONE_IN, aimed=AIMED)).fetchnumpy().values()
    return verified(ids, folded, zip(left.tolist(), right.tolist(), strict=True))


PLAN = """
WITH fields AS (SELECT row, length(text) AS units, unnest(string_split(text, chr(10))) AS field FROM texts),
placed AS (
    SELECT row, greatest(1.0 / {one_in}, least(1.0, {aimed} / greatest(units - 8, 1))) AS share, field,
        unnest(range(1, length(field) - 6)) AS place
    FROM fields WHERE length(field) >= 8
),
grams AS (SELECT row, share, hash(substr(field, place, 8)) AS gram FROM placed),
sampled AS (SELECT DISTINCT row, gram FROM grams WHERE gram <= share * 18446744073709549568.0),
sizes AS (SELECT row, count(*) AS size FROM sampled GROUP BY row),
shared AS (SELECT gram, count(*) AS times, min(row) AS first FROM sampled GROUP BY gram HAVING count(*) > 1),
rare AS (SELECT row, gram FROM sampled SEMI JOIN (SELECT gram FROM shared WHERE times <= 64) USING (gram)),
common AS (SELECT row, gram, first FROM sampled JOIN (FROM shared WHERE times > 64) USING (gram) WHERE row > first),
second AS (SELECT gram, min(row) AS second FROM common GROUP BY gram),
pairs AS (
    SELECT a.row AS low, b.row AS high FROM rare a JOIN rare b ON a.gram = b.gram AND a.row < b.row
    UNION ALL SELECT first, row FROM common
    UNION ALL SELECT second, row FROM common JOIN second USING (gram) WHERE row > second
),
counted AS (SELECT low, high, count(*) AS times FROM pairs GROUP BY low, high)
SELECT low, high FROM counted JOIN sizes a ON a.row = low JOIN sizes b ON b.row = high
WHERE times >= greatest(1, least(3, least(a.size, b.size) // 4))
"""


def folded_of(file: Path) -> tuple[pl.Series, Folded]:
    """Ids and normalised texts of a file."""
    ids, parts = [], []
    for part in read_blocks(file, ["id", *TEXTS], BLOCK).frames:
        ids.append(part["id"])
        parts.append(fold_frame(part, TEXTS))
    return pl.concat(ids, rechunk=True), joined(parts)


def texts_of(folded: Folded) -> Iterator[str]:
    """Normalised texts, fields apart by a line's end."""
    for start, end in zip(folded.starts.tolist(), folded.ends.tolist(), strict=True):
        yield (
            folded.units[start : end - 1].tobytes().decode("utf-16-le", "surrogatepass").replace(MARK, BREAK)
        )


def tokens(text: str) -> list[str]:
    """4-grams of a text as strings; none reaches over two fields."""
    return [field[at : at + 4] for field in text.split(BREAK) for at in range(len(field) - 3)]


def grams_of(folded: Folded) -> Iterator[Keys]:
    """Distinct 4-grams of every text as numbers."""
    for start, end in zip(folded.starts.tolist(), folded.ends.tolist(), strict=True):
        units = folded.units[start:end]
        yield np.unique(four_grams(units)[whole(units, 4)])


def verified(ids: pl.Series, folded: Folded, pairs: Iterable[tuple[int, int]]) -> pl.DataFrame:
    """Compare proposed pairs exactly, all engines by the same code."""
    numbers = np.unique(np.fromiter((low << 32 | high for low, high in pairs), np.int64))
    proposed = Candidates(numbers >> 32, numbers & 0xFFFFFFFF)
    print(f"candidates {len(numbers)}", file=sys.stderr)
    return reported_pairs(ids, proposed, likeness(folded, proposed, BLOCK, lambda done: None))


ENGINES: dict[str, Callable[[Path], pl.DataFrame]] = {
    each.__name__: each for each in (own, plain, daft, datasketch, rensa, duckdb)
}


def main() -> None:
    engine, file, out = sys.argv[1:]
    pairs = ENGINES[engine](Path(file))
    pairs.filter(pl.col("jaccard") >= JACCARD).select("a", "b").write_parquet(out)


if __name__ == "__main__":
    main()
