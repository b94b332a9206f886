"""The compiled loops (extra `fast`) give what the ordinary way gives, to the byte; `make scale` runs this with them."""

from __future__ import annotations

import os
from importlib.util import find_spec
from random import Random

import numpy as np
import polars as pl
import pytest

from lantian.detect import fast
from lantian.detect.candidates import COMMON
from lantian.detect.near import near_duplicates
from lantian.detect.normalise import Folded, examples, fold_frame
from lantian.detect.recombined import recombined

TEXTS = ("title", "abstract", "claim")
compiled = pytest.mark.skipif(
    find_spec("numba") is None and "scale" not in os.environ.get("LANTIAN_REQUIRE", ""),
    reason="`make scale` runs these",
)
TRICKY = "0123456789.．０９ 　，、本发明所述的其特征在于㎜㏠①Ⅳ發壹a É"
ODD = "\u200b\u0301\U00020000\U0001f600\U0001d7cf\uffff\n"


def same(first: Folded, second: Folded) -> bool:
    return np.array_equal(first.units, second.units) and np.array_equal(first.ends, second.ends)


@compiled
def test_texts_fold_to_the_same_units_both_ways(planted: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    chance = Random(7)
    plain = ["".join(chance.choices(TRICKY, k=chance.randrange(40))) for _ in range(5_000)]
    odd = ["".join(chance.choices(TRICKY + ODD, k=chance.randrange(40))) for _ in range(5_000)]
    short = ["", None, "。", "0", ".", "1.2.3..4", "1 .2", "所述", "é"]
    columns = [plain, odd, short, [text for text, _ in examples()]]
    frames = [planted[0].select(TEXTS), *(pl.DataFrame({"a": column, "b": column}) for column in columns)]
    fast.load()
    assert fast.loops() is not None
    loops = [fold_frame(frame, frame.columns) for frame in frames]
    with fast.left_out():
        assert all(map(same, loops, (fold_frame(frame, frame.columns) for frame in frames)))


@compiled
def test_near_duplicates_are_the_same_bytes_both_ways(planted: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    """Among them short texts, empty ones, and a passage that more rows share than are paired all with all."""
    passage = planted[0]["claim"].drop_nulls()[0]
    rare = pl.int_range(pl.len()) % 20 == 0
    frame = planted[0].with_columns(
        claim=pl.when(rare).then(pl.lit(passage)).otherwise(pl.col("claim")),
        title=pl.col("title").str.slice(0, pl.int_range(pl.len()) % 12),
    )
    frame = pl.concat(
        [frame, frame.tail(50).with_columns(pl.lit("").alias("abstract"), id=pl.col("id") + "'")]
    )
    assert frame.height // 20 > COMMON
    loops = near_duplicates(frame, id="id", texts=TEXTS)
    assert fast.loops() is not None
    with fast.left_out():
        plain = near_duplicates(frame, id="id", texts=TEXTS, block=700)
    assert loops.pairs.equals(plain.pairs) and loops.clusters.equals(plain.clusters)
    assert loops.counts == plain.counts


@compiled
def test_recombined_texts_are_the_same_both_ways(planted: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    frame = planted[0].head(2_000)
    loops = recombined(frame, id="id", texts=TEXTS)
    with fast.left_out():
        assert recombined(frame, id="id", texts=TEXTS).equals(loops)


def test_loops_can_be_left_out() -> None:
    with fast.left_out():
        fast.load()
        assert fast.loops() is None
