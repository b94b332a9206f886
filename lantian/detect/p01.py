"""P01: many published applications with clearly the same content (CNIPA Order 77 art. 3(1)).

Near-duplicate pairs are judged one by one by the clearing rules; then pairs of one outcome are joined into
groups, so that what the law permits never mixes with what it may not. Each group gives one finding per
agency, and one for its applications without an agency (docs/adr/0003). A design's text is never a finding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from lantian.core.messages import Text
from lantian.core.rulebook import NotInForce
from lantian.detect.behind import COMPANIES
from lantian.detect.clearing import Clearing, Outcome, Pair, clear
from lantian.detect.clusters import earliest_of_cluster
from lantian.detect.columns import cast, readied
from lantian.detect.contract import Reads
from lantian.detect.filing import COLUMNS, Filing, Party, filings
from lantian.detect.findings import Findings, finding_key, findings_frame, not_run, unit_of
from lantian.detect.normalise import phrases
from lantian.detect.parameters import Parameters, parameters
from lantian.detect.progress import Progress, silent
from lantian.detect.reading import Reading

ID = "P01"
VERSION = "3"
TEXTS = ("title", "abstract", "claim")
READS = (
    Reads("patents", ("application_no", "disclosure"), also=COLUMNS[1:], one_of=TEXTS),
    Reads("agencies", ("agency_code",), also=("name", "district_code"), needed=False),
    COMPANIES,
)
PUBLIC = Text(
    "只读已公开申请的文字和著录项目，不用案件带来的列：每夜比对就是它的全部能力。",
    "It reads text and particulars of published applications and no column that a case brings: a nightly run is all"
    " that it can do.",
)

_MISSING = {
    "patents": Text("没有 patents 表。", "there is no table patents."),
    "application_no": Text(
        "patents 表没有申请号（application_no）列。", "patents has no column application_no."
    ),
    "texts": Text(
        "patents 表没有标题、摘要、权利要求中的任何一列。", "patents has none of title, abstract, claim."
    ),
    "disclosure": Text(
        "patents 表没有公开状态（disclosure）列：未知视为未公布，不得读取。",
        "patents has no column disclosure: unknown counts as unpublished and may not be read.",
    ),
    "wording": Text(
        "已公布的申请没有一件有可以比对的标题、摘要或权利要求（为空，或者不足八个字符）。",
        "no published application has a title, abstract or claim that can be compared: they are empty or have fewer"
        " than eight characters.",
    ),
}


@dataclass(frozen=True)
class Group:
    """Applications joined by near-duplicate pairs of one outcome, in the order taken in."""

    outcome: Outcome
    members: tuple[Filing, ...]
    pairs: tuple[Pair, ...]
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class Unit:
    """Whom a finding points at, and that subject's own applications in the group."""

    kind: str
    no: str
    name: str
    own: tuple[Filing, ...]


@dataclass(frozen=True)
class Ground:
    """What every finding of a run shares: the day, the rule book, the register of agencies."""

    on: date
    rules: Parameters
    names: Mapping[str, str]
    districts: Mapping[str, str]


def run(
    tables: Mapping[str, pl.DataFrame],
    *,
    on: date,
    progress: Progress = silent,
    reading: Reading | None = None,
) -> Findings:
    """Find groups of nearly identical published applications; rows of `patents` are in the order taken in.

    `agencies` is optional and gives names and districts. The frame is the `findings` table, sorted by key.
    """
    patents = tables.get("patents", pl.DataFrame())
    if missing := _missing(patents, "patents" in tables):
        return not_run(missing.zh, missing.en)
    try:
        rules = parameters(on)
    except NotInForce as refusal:
        return not_run(refusal.text.zh, refusal.text.en)
    readable, left_out = published(patents)
    texts = [name for name in TEXTS if name in patents.columns]
    near = (reading or Reading()).near(readable, id="application_no", texts=texts, progress=progress)
    if readable.height and not near.counts["screened"]:
        return not_run(_MISSING["wording"].zh, _MISSING["wording"].en)
    companies, _ = readied(COMPANIES.table, tables.get(COMPANIES.table), COMPANIES.all)
    pairs = _pairs(readable, near.pairs.filter(pl.col("jaccard") >= rules.likeness), companies)
    ground = _ground(on, rules, tables.get("agencies"))
    rows = [
        _finding(group, unit, ground)
        for group in groups(pairs, clear(pairs, rules), readable.height)
        for unit in units(group)
    ]
    cleared = sum(row["clearing"] != Outcome.NOT_CLEARED for row in rows)
    return Findings(findings_frame(rows), readable.height, cleared, None, left_out)


def _missing(patents: pl.DataFrame, given: bool) -> Text | None:
    if not given:
        return _MISSING["patents"]
    if "application_no" not in patents.columns:
        return _MISSING["application_no"]
    if not set(TEXTS) & set(patents.columns):
        return _MISSING["texts"]
    return None if "disclosure" in patents.columns else _MISSING["disclosure"]


def published(patents: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Keep rows that may be read and compared, columns typed, and count the others by reason.

    Only `disclosure == "published"` is read (Patent Law art. 21(3): unpublished applications are secret).
    """
    patents = cast("patents", patents, ("disclosure", *COLUMNS, *TEXTS))
    tests = {
        "unpublished": pl.col("disclosure").eq_missing("published"),
        "no_number": pl.col("application_no").is_not_null(),
        "repeated_number": pl.col("application_no").is_first_distinct(),
        "design": ~_design(patents),
    }
    left_out = {}
    for reason, test in tests.items():
        before = patents.height
        patents = patents.filter(test)
        left_out[reason] = before - patents.height
    return patents, left_out


def _design(patents: pl.DataFrame) -> pl.Expr:
    """Whether a row is a design, by its kind, else by the kind digit of its number."""
    number = pl.col("application_no").str.strip_prefix("CN").str.strip_prefix("ZL")
    by_number = number.str.contains(r"^(\d{4}3\d{7}|\d{2}3\d{5})(\..|[\dX])?$|^30\d{13}$")
    if "kind" not in patents.columns:
        return by_number
    return pl.when(pl.col("kind").is_null()).then(by_number).otherwise(pl.col("kind") == "design")


def _pairs(readable: pl.DataFrame, near: pl.DataFrame, companies: pl.DataFrame) -> list[Pair]:
    """Attach the facts on file to the near-duplicate pairs."""
    place = readable.select("application_no", order=pl.int_range(pl.len()))
    wanted = pl.concat([near["a"], near["b"]]).unique().alias("application_no").to_frame()
    rows = place.join(wanted, on="application_no", how="semi", maintain_order="left")["order"]
    by_number = {filing.number: filing for filing in filings(readable[rows], rows.to_list(), companies)}
    wording = dict(zip(by_number, _wordings(readable[rows]), strict=True))
    triples = near.select("a", "b", "jaccard").iter_rows()
    return [Pair(by_number[a], by_number[b], like, wording[a] == wording[b]) for a, b, like in triples]


def _wordings(patents: pl.DataFrame) -> list[str]:
    """Texts with their figures and signs, without spaces and the listed phrases."""
    texts = pl.concat_str(
        [pl.col(name) for name in TEXTS if name in patents.columns], separator="\n", ignore_nulls=True
    )
    return (
        patents.select(texts.str.replace_all(r"[^\S\n]", "").str.replace_many(list(phrases()), [""]))
        .to_series()
        .to_list()
    )


def groups(pairs: Sequence[Pair], clearings: Sequence[Clearing], height: int) -> Iterator[Group]:
    """Join pairs of one outcome into groups, earliest group first within an outcome."""
    for outcome in Outcome:
        chosen = [(pair, c) for pair, c in zip(pairs, clearings, strict=True) if c.outcome is outcome]
        left = np.array([pair.a.order for pair, _ in chosen], np.int64)
        right = np.array([pair.b.order for pair, _ in chosen], np.int64)
        earliest = earliest_of_cluster(left, right, max(height, 1))
        gathered: dict[int, list[tuple[Pair, Clearing]]] = defaultdict(list)
        for pair, clearing in chosen:
            gathered[int(earliest[pair.a.order])].append((pair, clearing))
        for anchor in sorted(gathered):
            yield _group(outcome, gathered[anchor])


def _group(outcome: Outcome, gathered: Sequence[tuple[Pair, Clearing]]) -> Group:
    pairs = tuple(pair for pair, _ in gathered)
    members = {filing.order: filing for pair in pairs for filing in (pair.a, pair.b)}
    reasons = dict.fromkeys(clearing.reason for _, clearing in gathered if clearing.reason)
    return Group(outcome, tuple(members[order] for order in sorted(members)), pairs, tuple(reasons))


def units(group: Group) -> Iterator[Unit]:
    """Name whom a group points at: each agency; else the one applicant; else the network of applicants."""
    by_agency: dict[str, list[Filing]] = defaultdict(list)
    for filing in group.members:
        by_agency[filing.agency.identity if filing.agency else ""].append(filing)
    alone = by_agency.pop("", [])
    for own in by_agency.values():
        agency = own[0].agency
        assert agency is not None
        yield Unit("agency", agency.label, agency.name, tuple(own))
    if alone:
        yield _without_agency(alone)


def _without_agency(own: Sequence[Filing]) -> Unit:
    applicants = {party.identity: party for filing in own for party in filing.applicants}
    if len(applicants) != 1:
        return Unit("network", "", "", tuple(own))
    (applicant,) = applicants.values()
    person = applicant.no is None and own[0].applicant_kinds[:1] == ("person",)
    no = f"{applicant.name}|{own[0].number}" if person else applicant.label
    return Unit("applicant", no, applicant.name, tuple(own))


def _finding(group: Group, unit: Unit, ground: Ground) -> dict[str, Any]:
    touching = _touching(group, unit)
    shares = [pair.jaccard for pair in touching]
    middle = round(median(shares), 4)
    lawful = group.outcome is not Outcome.NOT_CLEARED
    key = finding_key(ID, unit_of(unit.kind, unit.no, group.outcome), f"patents:{group.members[0].number}")
    reason = _reason(group, unit, ground.rules, shares)
    return {
        "key": key,
        "detector": ID,
        "subject_kind": unit.kind,
        "subject_no": unit.no or key,
        "subject_name": ground.names.get(unit.no) or unit.name or _network_name(unit),
        "score": middle,
        "strength": "weak" if lawful else ground.rules.strength(middle, len(group.members)),
        "clearing": str(group.outcome),
        "cleared": "".join(text.zh for text in group.reasons) or None,
        "reason_zh": reason.zh,
        "reason_en": reason.en,
        "rule": ground.rules.basis.zh,
        "innocent_zh": ground.rules.said("innocent").zh,
        "evidence": [f"patents:{number}" for number in most_telling(group, unit, touching)],
        "members": _members(group),
        "supersedes": [],
        "district_code": ground.districts.get(unit.no) if unit.kind == "agency" else None,
        "on": ground.on,
        "detector_version": VERSION,
        "parameters": ground.rules.digest,
    }


def _touching(group: Group, unit: Unit) -> list[Pair]:
    own = {filing.order for filing in unit.own}
    return [pair for pair in group.pairs if pair.a.order in own or pair.b.order in own]


def most_telling(group: Group, unit: Unit, touching: Sequence[Pair]) -> list[str]:
    """Order a group's numbers: the nearest pair of the subject first, then its own, then the others."""
    best: dict[int, float] = defaultdict(float)
    for pair in group.pairs:
        for end in (pair.a.order, pair.b.order):
            best[end] = max(best[end], pair.jaccard)
    nearest = min(touching, key=lambda pair: (-pair.jaccard, pair.a.order, pair.b.order))
    own = {filing.order for filing in unit.own}
    rest = sorted(group.members, key=lambda f: (f.order not in own, -best[f.order], f.order))
    return list(dict.fromkeys(filing.number for filing in (nearest.a, nearest.b, *rest)))


def _members(group: Group) -> list[str]:
    agencies = _distinct(filing.agency for filing in group.members if filing.agency)
    applicants = _distinct(party for filing in group.members for party in filing.applicants)
    return [party.label for party in (*agencies, *applicants)]


def _distinct(parties: Iterator[Party]) -> list[Party]:
    return list({party.identity: party for party in parties}.values())


def _network_name(unit: Unit) -> str:
    names = [party.name for party in _distinct(p for filing in unit.own for p in filing.applicants)]
    return "、".join(names[:3]) + ("等" if len(names) > 3 else "")


def _reason(group: Group, unit: Unit, rules: Parameters, shares: Sequence[float]) -> Text:
    """Fill the numbers into the rule book's sentences; the window only where filing days are known."""
    days = sorted(filing.filed_on for filing in group.members if filing.filed_on)
    values = {
        "applications": len(group.members),
        "applicants": len(_distinct(p for filing in group.members for p in filing.applicants)),
        "agencies": len(_distinct(filing.agency for filing in group.members if filing.agency)),
        "own": len(unit.own),
        "lowest": f"{min(shares):.2f}",
        "median": f"{median(shares):.2f}",
        "first": days[0] if days else None,
        "last": days[-1] if days else None,
        "known": len(days),
    }
    keys = ("reason", "window") if days else ("reason",)
    texts = [*(rules.said(key) for key in keys)]
    zh = "".join([*(text.zh.format(**values) for text in texts), *(text.zh for text in group.reasons)])
    en = " ".join([*(text.en.format(**values) for text in texts), *(text.en for text in group.reasons)])
    return Text(zh, en)


def _ground(on: date, rules: Parameters, agencies: pl.DataFrame | None) -> Ground:
    def column(name: str) -> dict[str, str]:
        if agencies is None or not {"agency_code", name} <= set(agencies.columns):
            return {}
        known = agencies.select("agency_code", name).drop_nulls().unique("agency_code", keep="last")
        return dict(known.iter_rows())

    return Ground(on, rules, column("name"), column("district_code"))
