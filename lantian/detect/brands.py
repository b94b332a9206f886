"""Firms told to belong together by their names: a rare run of three characters, such as a brand, in both.

Renamed firms, parents and subsidiaries mostly keep their brand. Runs that many names share (places, trades, forms of
firms) tell nothing. A presumption only: it may let a finding rest, never make one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from lantian.detect import identity

BRANDS = ("brand_run", "brand_fewest", "brand_one_in", "brand_known_from")
"""The limits of the shared rule `brands`."""


class Brands:
    """Rare runs of the names of a table, by the limits of the rule `brands`.

    A run is rare that at most `brand_fewest` different names share, or one in `brand_one_in` of all names if that
    is more. Of fewer names than `brand_known_from` nobody can tell which runs are rare: no two are called related.
    """

    def __init__(self, names: Iterable[str], limits: Mapping[str, int]) -> None:
        distinct = set(names)
        self._length = limits["brand_run"]
        self._known = len(distinct) >= limits["brand_known_from"]
        counts = Counter(run for name in distinct for run in self.runs(name))
        limit = max(limits["brand_fewest"], len(distinct) // limits["brand_one_in"])
        self._common = {run for run, count in counts.items() if count > limit}

    def of(self, name: str) -> set[str]:
        """Return the rare runs of a name, or the name itself where it has none."""
        return self.runs(name) - self._common or {name}

    def related(self, one: str, other: str) -> bool:
        """Whether two names of firms share a rare run; names of persons never do."""
        long = min(len(one), len(other)) > self._length + 1
        return self._known and long and bool(self.of(one) & self.of(other))

    def unrelated(self, names: Iterable[str]) -> int:
        """Count names, those that hang together by rare runs once."""
        groups: list[set[str]] = []
        for name in sorted(set(names)):
            own = self.of(name)
            met = [group for group in groups if group & own]
            groups = [group for group in groups if not group & own] + [own.union(*met)]
        return len(groups)

    def runs(self, name: str) -> set[str]:
        """Return every run of so many characters of a name in plain form."""
        plain = identity.plain(name)
        return {plain[at : at + self._length] for at in range(len(plain) - self._length + 1)}


def kin(row: Mapping[str, Any], source: Mapping[str, Any], brands: Brands) -> bool:
    """Whether two filings seem to come from one house: an inventor in common, or applicants of one brand.

    Who copies a stranger does not name the stranger's inventor.
    """
    inventors = [{identity.plain(one) for one in side["inventors"] or () if one} for side in (row, source)]
    if inventors[0] & inventors[1]:
        return True
    names, others = ([one for one in side["applicants"] or () if one] for side in (row, source))
    return any(brands.related(one, other) for one in names for other in others)
