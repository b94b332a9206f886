"""What a detector declares, and how one is run: tables checked and readied, findings written.

Case-bound columns (`CASE_BOUND`) are held only where a case brought them: a nightly run is given tables
`without_case_bound`; a run over files may use them, and its summary names those it used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from lantian.core.chain import digest_of
from lantian.core.messages import Text
from lantian.core.rulebook import NotInForce
from lantian.detect.columns import KEYS, readied
from lantian.detect.findings import Findings, finding_key, findings_frame, not_run, unit_of
from lantian.detect.parameters import shipped_book
from lantian.detect.progress import Progress, silent
from lantian.detect.reading import Reading
from lantian.detect.rules import Rules, rules_of

CASE_BOUND: Mapping[str, tuple[str, ...]] = {
    "patents": (
        "account", "payer", "fee_reduced", "contact_name", "contact_phone", "contact_email", "contact_address",
    ),
    "insurance": ("licence_no", "month", "employer", "employer_id"),
    "trademarks": ("contact_phone",),
}  # fmt: skip
"""Columns an office does not hold unless a case brought them; none of them is published, nor in a register."""


@dataclass(frozen=True)
class Reads:
    """A table a detector reads.

    Without `columns`, or without any of `one_of`, it does not run; `also` is used where present. A table that
    is not `needed` may be absent: it is then empty. A `directory` is a table of which a finding says that somebody is
    not in it: without a row it was not given, wherever there is anything to judge.
    """

    table: str
    columns: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    needed: bool = True
    directory: bool = False

    @property
    def all(self) -> tuple[str, ...]:
        """Every column that is used."""
        return tuple(dict.fromkeys((*self.columns, *self.one_of, *self.also)))


@dataclass(frozen=True)
class Ground:
    """What a detector sees: the day, its rule, readied tables, and which columns the source really has."""

    on: date
    rules: Rules
    tables: Mapping[str, pl.DataFrame]
    held: frozenset[str]
    progress: Progress = silent
    reading: Reading = field(default_factory=Reading)

    def limit(self, name: str) -> int:
        """Return a dated limit of the rule book."""
        return self.rules.limits[name]

    def share(self, name: str) -> float:
        """Return a limit given in percent as a share."""
        return self.rules.limits[name] / 100

    def has(self, column: str) -> bool:
        """Tell whether the source has `table.column` with any value in it."""
        return column in self.held

    @cached_property
    def agencies(self) -> Mapping[str, tuple[str | None, str | None]]:
        """Name and district of each agency by its code."""
        table = self.tables.get("agencies", pl.DataFrame())
        if not {"agency_code", "name", "district_code"} <= set(table.columns):
            return {}
        return {code: (name, place) for code, name, place in _triples(table)}


def _triples(table: pl.DataFrame) -> Iterator[tuple[Any, ...]]:
    return table.select("agency_code", "name", "district_code").iter_rows()


@dataclass(frozen=True)
class Found:
    """One finding before it is written. `anchor` and `evidence` are references (`table:number`).

    `faults` names what is wrong, where the evidence alone does not tell one fault from another: a dismissal of one
    says nothing of a fault that it did not name.

    `score` (0 to 1) puts the findings of one detector in order and decides nothing: its form is in the code. Whether
    there is a finding, and its `strength`, hang on the dated rule alone.
    """

    kind: str
    no: str
    anchor: str
    score: float
    strength: str
    says: Text
    evidence: Sequence[str]
    name: str = ""
    members: Sequence[str] = ()
    district: str | None = None
    clearing: str = "not_cleared"
    cleared: Text | None = None
    faults: Sequence[str] = ()


@dataclass(frozen=True)
class Detector:
    """A detector: what it reads, whom it points at, and its function from tables to findings.

    `limits` are the names its rule must give; `further`: the digest on a day of another book that its findings hang
    on; `review_only`: never the sole ground of anything; `unjudged`: counts rows it read and could not judge, by
    `table.reason`.
    """

    id: str
    subject: str
    reads: tuple[Reads, ...]
    limits: tuple[str, ...]
    find: Callable[[Ground], Iterable[Found]] = field(repr=False)
    version: str = "1"
    review_only: bool = False
    further: Callable[[date], str] | None = None
    unjudged: Callable[[Ground], Mapping[str, int]] | None = field(default=None, repr=False)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables it reads."""
        return tuple(reads.table for reads in self.reads)

    @property
    def case_bound(self) -> tuple[str, ...]:
        """The case-bound columns it would use, as `table.column`."""
        bound = {f"{table}.{name}" for table, names in CASE_BOUND.items() for name in names}
        used = [f"{reads.table}.{name}" for reads in self.reads for name in reads.all]
        return tuple(name for name in used if name in bound)

    def rules(self, on: date) -> Rules:
        """Return its rule on a day, with a digest over all that its findings hang on.

        Raises `NotInForce` before the first day, `BadRulebook` where the book's limits are not those declared.
        """
        rules = rules_of(shipped_book(), self.id, on, self.limits)
        if self.further is None:
            return rules
        return replace(rules, digest=digest_of({"rule": rules.digest, "further": self.further(on)}))

    def run(
        self,
        tables: Mapping[str, pl.DataFrame],
        *,
        on: date,
        progress: Progress = silent,
        reading: Reading | None = None,
    ) -> Findings:
        """Run on a day; what is missing is said, never counted as nothing found.

        `reading`: texts that other detectors of the same run, over the same tables, have read already.
        """
        try:
            rules = self.rules(on)
        except NotInForce as refusal:
            return not_run(refusal.text.zh, refusal.text.en)
        if lacking := _lacking(self.reads, tables):
            return not_run(lacking.zh, lacking.en)
        ready: dict[str, pl.DataFrame] = {}
        left_out: dict[str, int] = {}
        for reads in self.reads:
            # Of a table that must have its key, rows without it are no use; where the key is extra, they are.
            keyed = KEYS.get(reads.table) not in reads.also
            ready[reads.table], gone = readied(reads.table, tables.get(reads.table), reads.all, keyed=keyed)
            left_out |= {f"{reads.table}.{why}": count for why, count in gone.items() if count}
        held = _held(self.reads, tables)
        ground = Ground(on, rules, ready, held, progress, reading or Reading())
        if self.unjudged is not None:
            left_out |= {why: count for why, count in self.unjudged(ground).items() if count}
        rows = [_row(self, found, ground) for found in self.find(ground)]
        cleared = sum(row["clearing"] != "not_cleared" for row in rows)
        used = tuple(name for name in self.case_bound if name in held and ready[name.split(".")[0]].height)
        return Findings(
            findings_frame(rows), ready[self.reads[0].table].height, cleared, None, left_out, used
        )


def without_case_bound(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables as a nightly run may see them: public and register data only."""
    return {
        name: table.drop(CASE_BOUND.get(name, ()), strict=False)
        for name, table in tables.items()
        if name != "insurance"
    }


def _present(table: pl.DataFrame | None, name: str) -> bool:
    """A column counts as present when it has a value, or when the table has no rows at all."""
    if table is None or name not in table.columns:
        return False
    return not table.height or table[name].null_count() < table.height


def _held(reads: Iterable[Reads], tables: Mapping[str, pl.DataFrame]) -> frozenset[str]:
    return frozenset(
        f"{one.table}.{name}" for one in reads for name in one.all if _present(tables.get(one.table), name)
    )


def _lacking(reads: Sequence[Reads], tables: Mapping[str, pl.DataFrame]) -> Text | None:
    """Say what is missing, all of it; None where the detector can run."""
    zh, en = [], []
    for one in reads:
        table = tables.get(one.table)
        if table is None:
            if one.needed:
                zh.append(f"缺少 {one.table} 表")
                en.append(f"there is no table {one.table}")
            continue
        if one.directory and not table.height and _rows(reads, tables):
            zh.append(f"{one.table} 表没有行")
            en.append(f"{one.table} has no rows")
        gone = [name for name in one.columns if not _present(table, name)]
        if gone:
            zh.append(f"{one.table} 表没有或全空的列：{'、'.join(gone)}")
            en.append(f"{one.table} has no column, or only empty ones: {', '.join(gone)}")
        if one.one_of and not any(_present(table, name) for name in one.one_of):
            zh.append(f"{one.table} 表没有下列任何一列：{'、'.join(one.one_of)}")
            en.append(f"{one.table} has none of the columns {', '.join(one.one_of)}")
    return Text("；".join(zh) + "。", "; ".join(en) + ".") if zh else None


def _rows(reads: Iterable[Reads], tables: Mapping[str, pl.DataFrame]) -> int:
    """Rows of the first table that is read: of what is judged."""
    first = tables.get(next(iter(reads)).table)
    return 0 if first is None else first.height


def _row(detector: Detector, found: Found, ground: Ground) -> dict[str, Any]:
    key = finding_key(detector.id, unit_of(found.kind, found.no, found.clearing), found.anchor)
    name, district = ground.agencies.get(found.no, (None, None)) if found.kind == "agency" else (None, None)
    return {
        "key": key,
        "detector": detector.id,
        "subject_kind": found.kind,
        "subject_no": found.no or key,
        "subject_name": found.name or name or found.no,
        "score": round(min(max(float(found.score), 0.0), 1.0), 4),
        "strength": "weak" if detector.review_only or found.clearing != "not_cleared" else found.strength,
        "clearing": found.clearing,
        "cleared": found.cleared.zh if found.cleared else None,
        "reason_zh": found.says.zh,
        "reason_en": found.says.en,
        "rule": ground.rules.basis.zh,
        "innocent_zh": ground.rules.said("innocent").zh,
        "evidence": list(dict.fromkeys([found.anchor, *found.evidence])),
        "members": list(found.members),
        "faults": sorted(set(found.faults)),
        "supersedes": [],
        "district_code": found.district or district,
        "on": ground.on,
        "detector_version": detector.version,
        "parameters": ground.rules.digest,
    }
