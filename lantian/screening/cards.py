"""Measured cards of detectors as they are committed: what each found in the synthetic city, how right it was.

A card is read, never computed here; where the program came without its documents, there is none and pages say so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lantian
from lantian.core.proportions import wilson

FOLDER = Path(lantian.__file__).resolve().parents[1] / "docs" / "detectors"
YEAR_FILINGS = 100_000
"""Filings of the synthetic year that cards are measured on."""
_SHARE = re.compile(r"([01]\.\d+) \[([01]\.\d+), ([01]\.\d+)\]")
_P01 = re.compile(r"^\| open findings \| (\d+) \| (\d+) lie within", re.M)


@dataclass(frozen=True)
class Share:
    """A share with its 95 percent interval, 0 to 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Card:
    """What a card measured on public data alone, as a nightly run sees it; None where it could not run there."""

    findings: int | None
    precision: Share | None
    recall: Share | None


@cache
def card_of(detector: str) -> Card | None:
    """The card of a detector, if it lies at hand."""
    path = FOLDER / f"{detector}.md"
    return read(path.read_text("utf-8")) if path.exists() else None


def read(text: str) -> Card:
    """Read a card; figures that it does not give are None.

    >>> read("| open findings | 39 | 2 |\\n| precision | 1.00 [0.91, 1.00] | 1.00 [0.34, 1.00] |").precision
    Share(share=1.0, low=0.34, high=1.0)
    """
    if found := _P01.search(text):
        every, right = int(found[1]), int(found[2])
        return Card(every, Share(right / every, *wilson(right, every)), None)
    count = _last(text, "open findings")
    return Card(int(count) if count.isdigit() else None, _share(text, "precision"), _share(text, "recall"))


def _share(text: str, name: str) -> Share | None:
    found = _SHARE.fullmatch(_last(text, name))
    return Share(*(float(part) for part in found.groups())) if found else None


def _last(text: str, name: str) -> str:
    """The last cell of the row of this name: measured without columns that only a case brings."""
    row = re.search(rf"^\| {name} \|(.*)\|$", text, re.M)
    return row[1].split("|")[-1].strip() if row else ""
