"""Firms told to belong together by their names: a rare run of three characters, such as a brand, in both.

Renamed firms, parents and subsidiaries mostly keep their brand. Runs that many names share (places, trades, forms of
firms) tell nothing. A presumption only: it may let a finding rest, never make one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lantian.detect import identity

RUN = 3
FEWEST = 8
"""So many different names may share a run that still tells something, or one in MANY of all names if that is more."""
MANY = 200
KNOWN_FROM = 200
"""Of fewer names nobody can tell which runs are rare: then no two are called related."""


class Brands:
    """Rare runs of the names of a table."""

    def __init__(self, names: Iterable[str]) -> None:
        distinct = set(names)
        self._known = len(distinct) >= KNOWN_FROM
        counts = Counter(run for name in distinct for run in runs(name))
        limit = max(FEWEST, len(distinct) // MANY)
        self._common = {run for run, count in counts.items() if count > limit}

    def of(self, name: str) -> set[str]:
        """Return the rare runs of a name, or the name itself where it has none."""
        return runs(name) - self._common or {name}

    def related(self, one: str, other: str) -> bool:
        """Whether two names of firms share a rare run; names of persons never do."""
        long = min(len(one), len(other)) > RUN + 1
        return self._known and long and bool(self.of(one) & self.of(other))

    def unrelated(self, names: Iterable[str]) -> int:
        """Count names, those that hang together by rare runs once."""
        groups: list[set[str]] = []
        for name in sorted(set(names)):
            own = self.of(name)
            met = [group for group in groups if group & own]
            groups = [group for group in groups if not group & own] + [own.union(*met)]
        return len(groups)


def runs(name: str) -> set[str]:
    """Return every run of three characters of a name in plain form."""
    plain = identity.plain(name)
    return {plain[at : at + RUN] for at in range(len(plain) - RUN + 1)}


def kin(row: Mapping[str, Any], source: Mapping[str, Any], brands: Brands) -> bool:
    """Whether two filings seem to come from one house: an inventor in common, or applicants of one brand.

    Who copies a stranger does not name the stranger's inventor.
    """
    inventors = [{identity.plain(one) for one in side["inventors"] or () if one} for side in (row, source)]
    if inventors[0] & inventors[1]:
        return True
    names, others = ([one for one in side["applicants"] or () if one] for side in (row, source))
    return any(brands.related(one, other) for one in names for other in others)
