"""The compiled loops (extra `fast`) give what the ordinary way gives, to the unit; `make scale` runs this with them."""

from __future__ import annotations

import os
from importlib.util import find_spec
from random import Random

import numpy as np
import polars as pl
import pytest

from lantian.detect import fast
from lantian.detect.near import near_duplicates
from lantian.detect.normalise import Folded, examples, fold_rows

TEXTS = ("title", "abstract", "claim")
compiled = pytest.mark.skipif(
    find_spec("numba") is None and "scale" not in os.environ.get("LANTIAN_REQUIRE", ""),
    reason="`make scale` runs these",
)
TRICKY = "0123456789.．０９ 　，、本发明所述的其特征在于㎜㏠①Ⅳ發壹a É"
TRICKY += "\u200b\u0301\ud840\udc00\U00020000\U0001f600\uffff\n"


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Even the shortest text goes through the loops, unless a test says otherwise."""
    monkeypatch.setattr(fast, "WORTH", 1)
    return monkeypatch


def ordinarily(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(fast, "WORTH", 1 << 62)


def same(first: Folded, second: Folded) -> bool:
    return np.array_equal(first.units, second.units) and np.array_equal(first.ends, second.ends)


@compiled
def test_texts_fold_to_the_same_units_both_ways(
    both: pytest.MonkeyPatch, planted: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    chance = Random(7)
    odd = ["".join(chance.choices(TRICKY, k=chance.randrange(40))) for _ in range(5_000)]
    columns = [planted[0][name].fill_null("").to_list() for name in TEXTS]
    tables = [[odd], [["", "。", "0", ".", "1.2.3..4", "1 .2"]], [[text for text, _ in examples()]], columns]
    loops = [fold_rows(table) for table in tables]
    ordinarily(both)
    assert all(map(same, loops, map(fold_rows, tables)))


@compiled
def test_near_duplicates_are_the_same_bytes_both_ways(
    both: pytest.MonkeyPatch, planted: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    frame = planted[0].head(3_000)
    loops = near_duplicates(frame, id="id", texts=TEXTS)
    ordinarily(both)
    plain = near_duplicates(frame, id="id", texts=TEXTS)
    assert loops.pairs.equals(plain.pairs) and loops.clusters.equals(plain.clusters)
    assert loops.counts == plain.counts


def test_short_texts_never_load_the_loops(planted: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    assert fast.loops(10) is None
    assert same(fold_rows([["甲 1.2"]]), fold_rows([["甲１．２"]]))
