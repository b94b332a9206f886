"""T04: marks of bad influence: names of states, places, persons and events, with homophones and look-alikes.

The names are the office's own (`protected_names`, uploaded and dated); none are shipped. A name counts where it
fills enough of the mark: an ordinary word inside a longer mark is no name. A homophone or look-alike counts only
where it fills the mark whole, or is long itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from lantian.detect.contract import Detector, Found, Ground
from lantian.detect.marks import agents
from lantian.detect.marks.index import SCALE, MarkIndex, likeness_of
from lantian.detect.marks.keys import taken_apart
from lantian.detect.marks.order import kept_in_order
from lantian.detect.t08 import HOW, MARKS, NAMES, applicant, met

KINDS = ("state_body", "person", "place", "event")
_PLAIN = ("same", "sound", "look")


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each applicant with marks that hold a listed name."""
    names = ground.tables["protected_names"].filter(pl.col("kind").is_in(KINDS)).drop_nulls("name")
    marks = ground.tables["trademarks"]
    parts = _parts(marks, taken_apart(names["name"]).lengths)
    least = ground.share("likeness_percent")
    near = (
        MarkIndex.of(parts["part"])
        .near(names["name"], least=least, likeness=likeness_of(ground.rules.limits))
        .filter(pl.col("kind").is_in(_PLAIN))
    )
    near = near.filter(kept_in_order(near, names["name"], parts["part"]))
    parts = parts.with_row_index("place").with_columns(pl.col("place").cast(pl.Int64))
    near = near.join(parts, left_on="row", right_on="place").select(
        "new", "kind", "likeness", "share", row="at"
    )
    found = met(near.filter(_tells(near, names, ground)), marks, names, ground)
    best = found.sort("number", "likeness", "share", "name", descending=[False, True, True, False])
    best = best.unique("number", keep="first", maintain_order=True).sort(
        "party", "filed_on", "number", nulls_last=True
    )
    for (party,), rows in best.group_by("party", maintain_order=True):
        yield _found(str(party), rows, ground)


def _tells(near: pl.DataFrame, names: pl.DataFrame, ground: Ground) -> pl.Expr:
    """Whether a name fills enough of the mark, or is long enough to stand for itself inside one."""
    length = pl.lit(pl.Series(taken_apart(names["name"]).lengths)[near["new"]])
    exact = pl.col("kind") == "same"
    plainly = (pl.col("share") >= ground.share("filled_percent")) | (length >= ground.limit("long_name"))
    disguised = (pl.col("share") == 1) | (length >= ground.limit("long_disguised"))
    return pl.when(exact).then(plainly).otherwise(disguised)


def _parts(marks: pl.DataFrame, lengths: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pl.DataFrame:
    """Every stretch of a mark as long as some name: part, at (row of the mark), share of the mark it fills."""
    text = marks.select(mark="mark").with_row_index("at").with_columns(pl.col("at").cast(pl.Int64))
    text = text.drop_nulls().with_columns(
        mark=pl.col("mark").str.normalize("NFKC").str.replace_all(r"[^\p{L}\p{N}]", "")
    )
    size = pl.col("mark").str.len_chars().cast(pl.Int64)
    frames = []
    for length in sorted({int(one) for one in lengths} - {0}):
        rows = (
            text.filter(size >= length)
            .with_columns(begin=pl.int_ranges(0, size - length + 1))
            .explode("begin")
        )
        frames.append(
            rows.select(part=pl.col("mark").str.slice(pl.col("begin"), length), at="at", share=length / size)
        )
    empty = pl.DataFrame(schema={"part": pl.String, "at": pl.Int64, "share": pl.Float64})
    return pl.concat([empty, *frames]).sort("at", "part")


def _found(party: str, rows: pl.DataFrame, ground: Ground) -> Found:
    top = rows.sort("likeness", "share", "number", descending=[True, True, False]).row(0, named=True)
    how = HOW[top["kind"]]
    said = ground.rules.say(
        "holds", count=rows.height, mark=top["mark"], number=top["number"], name=top["name"],
        how_zh=how.zh, how_en=how.en,
    )  # fmt: skip
    whole = top["kind"] == "same" and top["share"] == 1
    return Found(
        **applicant(party, rows),
        anchor=f"trademarks:{rows['number'][0]}",
        score=top["likeness"] * (0.5 + top["share"] / 2),  # orders findings; decides none
        strength="strong" if whole else "medium" if top["kind"] == "same" else "weak",
        says=said,
        evidence=[
            *(f"trademarks:{number}" for number in rows["number"]),
            *(f"protected_names:{name}" for name in rows["name"].unique().sort()),
        ],
    )


DETECTOR = Detector(
    id="T04",
    subject="applicant",
    reads=(MARKS, NAMES, agents.COMPANIES),
    limits=("filled_percent", "long_name", "long_disguised", "likeness_percent", *SCALE),
    find=find,
    version="3",
)
