"""How many characters two marks have in common in the same order: for the few pairs that keys have met."""

from __future__ import annotations

import polars as pl

from lantian.detect.marks.alphabets import plain


def kept_in_order(near: pl.DataFrame, new: pl.Series, stored: pl.Series) -> pl.Series:
    """Tell of every near pair whether it is more than characters in common in any order: keys know no order."""
    pairs = zip(near["kind"], new.gather(near["new"]), stored.gather(near["row"]), strict=True)
    kept = [kind != "shared" or in_order(one, other) for kind, one, other in pairs]
    return pl.Series("kept", kept, dtype=pl.Boolean)


def in_order(one: str, other: str) -> bool:
    """Whether two marks are the same but for one character added, taken out or replaced, order kept.

    >>> in_order("澍翮茶", "澍翮好茶"), in_order("澍翮茶", "澍翮酒"), in_order("澍翮茶", "茶好翮澍")
    (True, True, False)
    """
    left, right = ("".join(map(plain, text)) for text in (one, other))
    row = [0] * (len(right) + 1)
    for sign in left:
        before = row
        row = [0]
        for at, seen in enumerate(right):
            row.append(before[at] + 1 if sign == seen else max(row[at], before[at + 1]))
    return row[-1] >= max(len(left), len(right)) - 1
