"""Exact comparison: the numbers of a pair depend on its two texts and on nothing else."""

from __future__ import annotations

import polars as pl

from lantian.detect import fast
from lantian.detect.near import near_duplicates

SIGNS = "".join(map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xAC00, 0xD7A4))))


def test_a_text_of_all_signs_there_are_changes_no_other_pair() -> None:
    """Beside more than 32,768 different signs a 4-gram fills a number, and pairs are compared one by one."""
    texts = [
        "一种铝合金支架包括底座和立柱底座与立柱之间设有弹簧",
        "一种铝合金支架包括底座和立柱底座与立柱之间设有垫片",
    ]
    alone = pl.DataFrame({"id": ["a", "b"], "text": texts})
    beside = pl.concat([alone, pl.DataFrame({"id": ["c"], "text": [SIGNS]})])
    with fast.left_out():
        pairs = near_duplicates(alone, id="id", texts=["text"]).pairs
        assert pairs.height == 1
        assert near_duplicates(beside, id="id", texts=["text"]).pairs.equals(pairs)
