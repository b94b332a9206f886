"""How right a detector is: its findings against planted truth, with intervals, and the card that says so.

A finding is right when it points at a planted subject, or when half of the filings it names, or half of those
planted, are common to both. Precision counts open findings (not cleared, not presumed lawful); recall counts
plants. Planted truth is ours: the figures are an upper bound until officers' judgements give the real ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from lantian.core.messages import Text
from lantian.detect import rates
from lantian.detect.contract import without_case_bound
from lantian.detect.detectors import Detector
from lantian.detect.reading import Reading

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Measure:
    """One detector on one city: open findings, those right, plants by kind as (planted, found)."""

    open: int = 0
    right: int = 0
    cleared: int = 0
    planted: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    lawful: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    not_run: Text | None = None

    @property
    def recall(self) -> tuple[int, int]:
        """Plants found, and plants."""
        return sum(found for _, found in self.planted.values()), sum(all for all, _ in self.planted.values())


def measure(
    detector: Detector,
    tables: Mapping[str, pl.DataFrame],
    *,
    on: date,
    public: bool = False,
    reading: Reading | None = None,
) -> Measure:
    """Run a detector and hold its findings against the table `truth`; `public`: without case-bound columns.

    `reading`: texts of the same tables that another detector has read already.
    """
    seen = without_case_bound(tables) if public else tables
    found = detector.run(
        {name: table for name, table in seen.items() if name != "truth"}, on=on, reading=reading
    )
    truth = tables["truth"].sort("planted", "subject_no").to_dicts()
    return compare(found.frame.to_dicts(), truth, detector.id, found.not_run)


def compare(findings: Rows, truth: Rows, id: str, not_run: Text | None = None) -> Measure:
    """Hold findings against truth; what is lawful has no detector."""
    wanted = [row for row in truth if row["detector"] == id]
    lawful = [row for row in truth if row["detector"] is None]
    open_ = [row for row in findings if row["clearing"] == "not_cleared"]
    by_filing, by_subject = _index(wanted)
    right, hit = 0, set()
    wrong = []
    for finding in open_:
        matched = _matched(finding, wanted, by_filing, by_subject)
        right += bool(matched)
        hit |= matched
        if not matched:
            wrong.append(finding)
    return Measure(
        open=len(open_),
        right=right,
        cleared=len(findings) - len(open_),
        planted=_tally(wanted, hit),
        lawful=_flagged(lawful, wrong),
        not_run=not_run,
    )


NAMED = ("patents:", "trademarks:", "trademark_proceedings:", "captures:", "agency_members:")
"""References by which a finding and a plant are told to be of the same filings, cases, pages or members."""


def _filings(row: Mapping[str, Any]) -> set[str]:
    return {reference for reference in row["evidence"] or () if reference.startswith(NAMED)}


def _index(rows: Rows) -> tuple[dict[str, list[int]], dict[tuple[str, str], list[int]]]:
    by_filing: dict[str, list[int]] = {}
    by_subject: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        for reference in _filings(row):
            by_filing.setdefault(reference, []).append(place)
        by_subject.setdefault((row["subject_kind"], row["subject_no"]), []).append(place)
    return by_filing, by_subject


def _matched(
    finding: Mapping[str, Any],
    rows: Rows,
    by_filing: Mapping[str, list[int]],
    by_subject: Mapping[tuple[str, str], list[int]],
) -> set[int]:
    own = _filings(finding)
    shared = Counter(place for reference in own for place in by_filing.get(reference, ()))
    matched = {
        place
        for place, count in shared.items()
        if count * 2 >= len(own) or count * 2 >= len(_filings(rows[place]))
    }
    return matched | {*by_subject.get((finding["subject_kind"], finding["subject_no"]), ())}


def _tally(rows: Rows, hit: set[int]) -> dict[str, tuple[int, int]]:
    planted = Counter(row["planted"] for row in rows)
    found = Counter(rows[place]["planted"] for place in hit)
    return {kind: (planted[kind], found[kind]) for kind in sorted(planted)}


def _flagged(lawful: Rows, wrong: Rows) -> dict[str, tuple[int, int]]:
    """Lawful look-alikes that a wrong finding names by half of their filings or of its own."""
    by_filing, _ = _index(lawful)
    hit: set[int] = set()
    for finding in wrong:
        hit |= _matched(finding, lawful, by_filing, {})
    return _tally(lawful, hit)


def share(part: int, whole: int) -> str:
    """Write a share with its 95 percent interval.

    >>> share(9, 10), share(0, 0)
    ('0.90 [0.60, 0.98]', '—')
    """
    if not whole:
        return "—"
    low, high = rates.wilson(part, whole)
    return f"{part / whole:.2f} [{float(low):.2f}, {float(high):.2f}]"
