"""How many characters two marks have in common, and where: for the few pairs that keys have met.

Keys know sets of characters only. In trademark examination (商标审查审理指南 2021, 下编第五章) marks of three
characters or more that differ in one are similar, but not where the first character clearly differs; and a mark
is similar that holds another's distinctive mark whole.
"""

from __future__ import annotations

import polars as pl

from lantian.detect.marks.alphabets import plain, sounds


def kept_in_order(near: pl.DataFrame, new: pl.Series, stored: pl.Series) -> pl.Series:
    """Tell of every near pair whether it is more than characters in common in any order: keys know no order."""
    pairs = zip(near["kind"], new.gather(near["new"]), stored.gather(near["row"]), strict=True)
    tests = {"shared": in_order, "sound": said_alike}
    kept = [kind not in tests or tests[kind](one, other) for kind, one, other in pairs]
    return pl.Series("kept", kept, dtype=pl.Boolean)


def said_alike(one: str, other: str) -> bool:
    """Whether two marks sound alike character by character, in one of their readings.

    >>> said_alike("云乐坊", "云月坊"), said_alike("民族", "祖民")
    (True, False)
    """
    left, right = ("".join(map(plain, text)) for text in (one, other))
    return len(left) == len(right) and all(
        set(sounds(a)) & set(sounds(b)) for a, b in zip(left, right, strict=True)
    )


def read_alike(near: pl.DataFrame, new: pl.Series, stored: pl.Series) -> pl.Series:
    """Tell of every near pair whether the stored mark reads as the asked one, not merely shares characters."""
    pairs = zip(near["kind"], new.gather(near["new"]), stored.gather(near["row"]), strict=True)
    told = [kind != "shared" or reads_as(one, other) for kind, one, other in pairs]
    return pl.Series("alike", told, dtype=pl.Boolean)


def reads_as(known: str, mark: str) -> bool:
    """Whether a mark holds the known one whole, or begins like it without a character pushed into its middle.

    >>> reads_as("澍翮茶", "澍翮茶王"), reads_as("澍翮茶", "老澍翮茶"), reads_as("澍翮茶", "澍翮酒")
    (True, True, True)
    >>> reads_as("澍翮茶", "溟翮茶"), reads_as("澍翮茶", "澍岚翮茶")
    (False, False)
    """
    left, right = ("".join(map(plain, text)) for text in (known, mark))
    return left in right or (left[:1] == right[:1] and len(right) <= len(left))


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
