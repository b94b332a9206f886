"""Measured cards of detectors as they are committed: what each found in the synthetic city, how right it was.

A card is read, never computed here. A wheel brings the cards with it (`setup.py`), a checkout has them among its
documents; where neither is at hand, pages say so and every detector counts as review only (`ranking`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).resolve().parent
PLACES = (_HERE / "measured", _HERE.parents[1] / "docs" / "detectors")
YEAR_FILINGS = 100_000
"""Filings of the synthetic year that cards are measured on."""
_SHARE = re.compile(r"([01]\.\d+) \[([01]\.\d+), ([01]\.\d+)\]")


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
    """The figures of a detector's card, if it lies at hand."""
    found = file_of(detector)
    return read(found.read_text("utf-8")) if found else None


def file_of(detector: str) -> Path | None:
    """Where the card of a detector lies: what is known of it, in both languages."""
    return next((path for place in PLACES if (path := place / f"{detector}.md").exists()), None)


def read(text: str) -> Card:
    """Read a card; figures that it does not give are None.

    >>> read("| open findings | 39 | 2 |\\n| precision | 1.00 [0.91, 1.00] | 1.00 [0.34, 1.00] |").precision
    Share(share=1.0, low=0.34, high=1.0)
    """
    count = _last(text, "open findings")
    return Card(int(count) if count.isdigit() else None, _share(text, "precision"), _share(text, "recall"))


def _share(text: str, name: str) -> Share | None:
    found = _SHARE.fullmatch(_last(text, name))
    return Share(*(float(part) for part in found.groups())) if found else None


def _last(text: str, name: str) -> str:
    """The last cell of the row of this name: measured without columns that only a case brings."""
    row = re.search(rf"^\| {name} \|(.*)\|$", text, re.M)
    return row[1].split("|")[-1].strip() if row else ""
