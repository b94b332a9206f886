"""Hidden hands: parties tied by shared contacts, with shared hubs damped, and the ties in plain words.

A contact shared by two parties ties them by the weight of its kind; a contact that very many share (an
incubator's address, a payment service) ties the less the more share it, and nothing beyond its kind's limit.
Ties of a pair add up; pairs of enough weight are joined into networks (connected components).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from lantian.core.messages import Text
from lantian.detect.clusters import earliest_of_cluster
from lantian.detect.rules import Rules

WORDS: Mapping[str, Text] = {
    "phone": Text("联系电话", "phone"),
    "email": Text("电子邮箱", "e-mail"),
    "address": Text("地址", "address"),
    "account": Text("提交账户", "submitting account"),
    "payer": Text("缴费人", "fee payer"),
}
NAMED = 3
"""So many members of a tie are named in words."""
TIES = (
    *(f"{kind}_{what}" for what in ("weight_percent", "undamped", "hub") for kind in WORDS),
    "tie_percent",
)
"""The limits of the shared rule `ties`, which every detector of hidden hands goes by."""


@dataclass(frozen=True)
class Damping:
    """How firmly contacts tie, by their kind (the rule `ties`).

    `weights`: 0 to 1; `undamped`: so many parties may share a contact before it is damped; `hubs`: a contact that
    so many share ties nobody; `enough`: what the ties of a pair must weigh together.
    """

    weights: Mapping[str, float]
    undamped: Mapping[str, int]
    hubs: Mapping[str, int]
    enough: float

    @classmethod
    def of(cls, rules: Rules) -> Damping:
        """Read the shared rule out of the rules of a detector."""
        limits = rules.limits
        return cls(
            {kind: limits[f"{kind}_weight_percent"] / 100 for kind in WORDS},
            {kind: limits[f"{kind}_undamped"] for kind in WORDS},
            {kind: limits[f"{kind}_hub"] for kind in WORDS},
            limits["tie_percent"] / 100,
        )


@dataclass(frozen=True)
class Tie:
    """One shared contact of a network: kind, value, how many share it, how firmly it ties, its first members."""

    kind: str
    value: str
    members: int
    weight: float
    first: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """Parties joined by ties, sorted; ties with the most shared first."""

    members: tuple[str, ...]
    ties: tuple[Tie, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of contact that tie it."""
        return tuple(dict.fromkeys(tie.kind for tie in self.ties))

    @property
    def weight(self) -> float:
        """From 0 to 1: how firmly an average member is tied."""
        # A form of its own, no threshold: one full tie for each member leaves half the doubt, two a quarter.
        total = sum(tie.weight * tie.members for tie in self.ties)
        return float(1 - 0.5 ** (total / len(self.members)))

    def words(self, names: Mapping[str, str], most: int = 3) -> Text:
        """Say which links tie whom, without the contact itself: values stay in the filings.

        `names`: how each member is called; of a tie the first few are named.
        """
        said = [_told(tie, [names[member] for member in tie.first]) for tie in self.ties[:most]]
        return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))


def _told(tie: Tie, names: Sequence[str]) -> Text:
    more = tie.members > len(names)
    zh = f"{'、'.join(names)}{'等' if more else ''}"
    en = f"{', '.join(names)}{' and others' if more else ''}"
    word = WORDS[tie.kind]
    return Text(
        f"{tie.members}个申请人（{zh}）共用同一{word.zh}",
        f"{tie.members} applicants ({en}) share one {word.en}",
    )


def weighted(links: pl.DataFrame, damping: Damping) -> pl.DataFrame:
    """Keep the links (party, kind, value, …) that can tie somebody, each with its `weight` after damping."""

    def of_kind(table: Mapping[str, float] | Mapping[str, int]) -> pl.Expr:
        return pl.col("kind").replace_strict(dict(table), return_dtype=pl.Float64)

    shared = links.group_by("kind", "value").agg(shared=pl.col("party").n_unique())
    ties = shared.filter((pl.col("shared") > 1) & (pl.col("shared") < of_kind(damping.hubs)))
    damped = of_kind(damping.weights) * (of_kind(damping.undamped) / pl.col("shared")).clip(upper_bound=1.0)
    ties = ties.with_columns(weight=damped)
    return links.join(ties, on=["kind", "value"], maintain_order="left").drop("shared")


def networks(links: pl.DataFrame, damping: Damping) -> Iterator[Network]:
    """Join parties of weighted links into networks, the one with the first member first."""
    shared = links.select("party", "kind", "value", "weight").unique().sort("kind", "value", "party")
    pairs = _pairs(shared, damping.enough)
    if not pairs.height:
        return
    names = pl.concat([pairs["a"], pairs["b"]]).unique().sort()
    place = pl.DataFrame({"party": names, "at": np.arange(len(names))})
    left, right = (
        pairs.join(place, left_on=end, right_on="party", maintain_order="left")["at"].to_numpy()
        for end in ("a", "b")
    )
    label = earliest_of_cluster(left.astype(np.int64), right.astype(np.int64), len(names))
    members = place.with_columns(net=pl.Series(label))
    # Only contacts that tie can be told: those of two members at least.
    within = (
        shared.join(members, on="party")
        .group_by("net", "kind", "value")
        .agg(count=pl.len(), first=pl.col("party").sort().head(NAMED))
    )
    told = within.filter(pl.col("count") > 1)
    told = told.sort("net", "count", "kind", "value", descending=[False, True, False, False])
    ties = {net: rows for (net,), rows in told.group_by("net", maintain_order=True)}
    for (net,), rows in members.sort("net", "party").group_by("net", maintain_order=True):
        own = ties[net].select("kind", "value", "count", "first").iter_rows()
        yield Network(
            tuple(rows["party"]),
            tuple(
                Tie(kind, value, count, damping.weights[kind], tuple(some))
                for kind, value, count, some in own
            ),
        )


def filings_of(found: Sequence[Network], links: pl.DataFrame) -> list[pl.DataFrame]:
    """Return for each network the links that carry its ties, the earliest filing first."""
    ties = pl.DataFrame(
        [(at, tie.kind, tie.value) for at, net in enumerate(found) for tie in net.ties],
        schema={"at": pl.Int64, "kind": pl.String, "value": pl.String},
        orient="row",
    )
    carried = links.join(ties, on=["kind", "value"]).sort(
        "at", "filing_date", "application_no", "kind", "value"
    )
    parts = {at: rows.drop("at") for (at,), rows in carried.group_by("at", maintain_order=True)}
    return [parts[at] for at in range(len(found))]


def _pairs(shared: pl.DataFrame, enough: float) -> pl.DataFrame:
    """Pairs of parties whose ties together weigh enough."""
    pairs = shared.join(shared, on=["kind", "value"]).filter(pl.col("party") < pl.col("party_right"))
    return (
        pairs.group_by(a="party", b="party_right")
        # Rounded so that the order in which weights are added cannot decide; no two ties differ by less.
        .agg(weight=pl.col("weight").sum().round(6))
        .filter(pl.col("weight") >= enough)
        .sort("a", "b")
    )
