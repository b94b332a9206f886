"""T08: near copies of protected marks, filed by others: same or similar in writing, sound or look.

For goods of the protected classes a similar mark counts; for other goods only one that is the same, sounds the same
or looks the same, and weighs less. A mark that merely shares most characters, but begins otherwise or has one pushed
into the middle, is as likely chance: it counts only where the applicant comes near one known mark repeatedly.
The owner's own filings are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.marks import agents
from lantian.detect.marks.index import SCALE, MarkIndex, likeness_of
from lantian.detect.marks.order import kept_in_order, read_alike

HOW = {
    "same": Text("文字相同", "the same characters"),
    "turned": Text("文字相同、次序不同", "the same characters in another order"),
    "sound": Text("读音相同", "the same sound"),
    "look": Text("字形近似", "look-alike characters"),
    "shared": Text("多数文字相同", "most characters in common"),
}
MARKS = Reads(
    "trademarks",
    ("number", "mark", "applicant"),
    also=("filed_on", "classes", "applicant_id", "agency_name", "agency_id", "status"),
)
NAMES = Reads("protected_names", ("name", "kind"), also=("owner", "owner_id", "classes", "from", "to"))


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each applicant with marks near a protected one."""
    names = ground.tables["protected_names"].filter(pl.col("kind") == "well_known_mark")
    marks = ground.tables["trademarks"]
    least, scale = ground.share("likeness_percent"), likeness_of(ground.rules.limits)
    near = MarkIndex.of(marks["mark"]).near(names["name"], least=least, likeness=scale)
    near = near.filter(kept_in_order(near, names["name"], marks["mark"]))
    near = near.with_columns(read_alike(near, names["name"], marks["mark"]))
    found = met(near, marks, names, ground)
    within = pl.col("classes").list.set_intersection("protected").list.len() > 0
    found = found.with_columns(within=within.fill_null(False))
    found = found.filter(pl.col("within") | (pl.col("likeness") >= ground.share("across_percent")))
    again = pl.col("mark").n_unique().over("party", "name") >= ground.limit("loose_marks")
    found = found.filter(pl.col("alike") | again)
    best = found.sort("number", "within", "likeness", "name", descending=[False, True, True, False])
    best = best.unique("number", keep="first", maintain_order=True).sort(
        "party", "filed_on", "number", nulls_last=True
    )
    for (party,), rows in best.group_by("party", maintain_order=True):
        yield _found(str(party), rows, ground)


def met(near: pl.DataFrame, marks: pl.DataFrame, names: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    """Join near pairs (new: row of names, row: row of marks) with both sides; the owner's own are left out."""
    party = agents.applicants(marks["applicant"], marks["applicant_id"], ground)
    owner = agents.applicants(names["owner"], names["owner_id"], ground)
    filed = marks.with_columns(party=party).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    listed = names.select(
        "name", "kind", begins="from", ends="to", protected="classes", owner=owner
    ).with_row_index("new")
    listed = listed.with_columns(pl.col("new").cast(pl.Int64)).rename({"kind": "of"})
    both = near.join(filed, on="row").join(listed, on="new").drop_nulls("party")
    day = pl.col("filed_on")
    in_force = (pl.col("begins").is_null() | day.is_null() | (day >= pl.col("begins"))) & (
        pl.col("ends").is_null() | day.is_null() | (day <= pl.col("ends"))
    )
    return both.filter(in_force & pl.col("owner").ne_missing(pl.col("party")))


def applicant(party: str, rows: pl.DataFrame) -> dict[str, Any]:
    """Write the applicant of marks as findings do: number, else name and its first mark."""
    names = rows["applicant"].drop_nulls()
    name = names[0] if len(names) else ""
    no = f"{name}|{rows['number'][0]}" if party.startswith("name:") else party
    return {"kind": "applicant", "no": no, "name": name}


def _found(party: str, rows: pl.DataFrame, ground: Ground) -> Found:
    top = rows.sort("within", "likeness", "number", descending=[True, True, False]).row(0, named=True)
    how = HOW[top["kind"]]
    values = {
        "count": rows.height, "mark": top["mark"], "number": top["number"], "name": top["name"],
        "how_zh": how.zh, "how_en": how.en,
    }  # fmt: skip
    exact = top["within"] and top["likeness"] >= ground.share("across_percent")
    many = rows.height >= ground.limit("strong_marks")
    return Found(
        **applicant(party, rows),
        anchor=f"trademarks:{rows['number'][0]}",
        score=top["likeness"] * (1.0 if top["within"] else ground.share("across_weight_percent")),
        strength="strong"
        if exact or many
        else "medium"
        if top["within"] and top["likeness"] > ground.share("close_percent")
        else "weak",
        says=ground.rules.say("within" if top["within"] else "across", **values),
        evidence=[
            *(f"trademarks:{number}" for number in rows["number"]),
            *(f"protected_names:{name}" for name in rows["name"].unique().sort()),
        ],
    )


DETECTOR = Detector(
    id="T08",
    subject="applicant",
    reads=(MARKS, NAMES, agents.COMPANIES),
    limits=(
        "likeness_percent",
        "across_percent",
        "strong_marks",
        "loose_marks",
        "close_percent",
        "across_weight_percent",
        *SCALE,
    ),
    find=find,
    version="3",
)
