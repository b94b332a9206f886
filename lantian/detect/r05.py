"""R05: a quality grade that falls, or defects far beyond the peers', over the published rounds.

A fall of one grade may be chance: it takes two, and where the round gives sample and defects, the lower bound
of the share of defects must exceed a multiple of the peers'.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import polars as pl

from lantian.core.messages import Text
from lantian.detect import rates
from lantian.detect.contract import Detector, Found, Ground, Reads

GRADES = ("grade_1", "grade_2", "grade_3", "grade_4")
"""The words of the rule book for each place on the scale of grades, the best first."""
Fault: TypeAlias = tuple[str, Text]  # its name with the round that shows it, and what is said of it


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each agency or practitioner that fell, or stands far below, in its last round."""
    rounds = ground.tables["quality_rounds"].drop_nulls(["subject_no", "grade", "published_on"])
    rounds = rounds.filter(pl.col("published_on") <= ground.on).sort(
        "subject_kind", "subject_no", "published_on", "round"
    )
    rounds = rounds.with_columns(
        sampled=_figure(ground.rules.say("sampled").zh), defects=_figure(ground.rules.say("defects").zh)
    )
    whole = rounds.drop_nulls(["sampled", "defects"])
    sampled, defects = (sum(whole[name].to_list()) for name in ("sampled", "defects"))
    usual = defects / sampled if sampled else None
    for (kind, number), rows in rounds.group_by("subject_kind", "subject_no", maintain_order=True):
        faults = [*_fallen(rows.rows(named=True), ground), *_below(rows.row(-1, named=True), usual, ground)]
        if faults:
            yield _found(str(kind), str(number), rows, faults, ground)


def _figure(name: str) -> pl.Expr:
    """One figure out of the list of indicators, by its published name."""
    named = pl.element().struct.field("key") == name
    return pl.col("indicators").list.eval(pl.element().filter(named).struct.field("value")).list.first()


def _fallen(rows: list[dict[str, Any]], ground: Ground) -> Iterator[Fault]:
    place = {word: at for at, name in enumerate(GRADES) for word in ground.rules.words[name].split("|")}
    grades = [row for row in rows if row["grade"] in place]
    if len(grades) > 1:
        before, last = grades[-2], grades[-1]
        if place[last["grade"]] - place[before["grade"]] >= ground.limit("grades_fallen"):
            values = {
                "before": before["grade"],
                "last": last["grade"],
                "then": before["round"],
                "round": last["round"],
            }
            yield f"fallen:{last['round']}", ground.rules.say("fallen", **values)


def _below(row: dict[str, Any], usual: float | None, ground: Ground) -> Iterator[Fault]:
    if not usual or not row["sampled"] or row["defects"] is None:
        return
    low, high = (float(x) for x in rates.wilson(row["defects"], row["sampled"]))
    if low > usual * ground.share("times_percent"):
        values = {
            "round": row["round"], "defects": f"{row['defects']:.0f}", "sampled": f"{row['sampled']:.0f}",
            "low": f"{low:.0%}", "high": f"{high:.0%}", "usual": f"{usual:.0%}",
        }  # fmt: skip
        yield f"below:{row['round']}", ground.rules.say("below", **values)


def _found(kind: str, number: str, rows: pl.DataFrame, faults: list[Fault], ground: Ground) -> Found:
    table = "agencies" if kind == "agency" else "practitioners"
    return Found(
        kind=kind,
        no=number,
        anchor=f"{table}:{number}",
        score=1 - 0.5 ** (len(faults) + 1),  # orders findings; decides none
        strength="strong" if len(faults) >= ground.limit("strong_signs") else "medium",
        says=Text("".join(said.zh for _, said in faults), " ".join(said.en for _, said in faults)),
        evidence=[f"quality_rounds:{round}|{number}" for round in rows["round"]],
        faults=[name for name, _ in faults],
    )


DETECTOR = Detector(
    id="R05",
    subject="agency",
    reads=(
        Reads(
            "quality_rounds",
            ("round", "published_on", "subject_kind", "subject_no", "grade"),
            also=("indicators",),
        ),
        Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    ),
    limits=("grades_fallen", "times_percent", "strong_signs", *GRADES),
    find=find,
    version="3",
)
