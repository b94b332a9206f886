"""Which stored finding a finding of a run continues: it is written under the key that was stored first.

A key names the anchor, and the anchor moves: an application published later may have been filed earlier, one may be
corrected and drop out. So a finding continues each stored one of the same detector, case and unit whose anchor is in
its evidence, or in whose evidence its own anchor is. Where it meets several the oldest lives on and the others are
merged into it. A stored finding is continued by one finding of a run only: by that which has its key, else by that
which holds its anchor, else by that which shares most evidence, else by the first in key order.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import F, Func, Q, Value

from lantian.detect import identity
from lantian.detect.findings import possible_keys, unit_of
from lantian.screening.models import Finding, IdentityChange, Judgement, Run
from lantian.screening.states import Outcome

_MET = """
SELECT id FROM screening_finding
WHERE detector = %s AND case_key = %s AND (key = ANY(%s) OR merged_into = '' AND (
    key = ANY(%s) OR EXISTS (SELECT FROM unnest(evidence) AS item WHERE item = ANY(%s))
))
"""


@dataclass(frozen=True)
class Place:
    """Under which key a finding is written, and the keys of the stored findings that are merged into it."""

    key: str
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Placed:
    """The places of one step's findings by their own keys, the stored findings met, and what the places supersede.

    `undismissed`: those superseded that nobody had dismissed. A dismissal of the older finding says nothing of them:
    each is a fault that it did not name.
    """

    known: Mapping[str, Finding]
    places: Mapping[str, Place]
    supersedes: Mapping[str, set[str]]
    undismissed: frozenset[str]

    def written(self, finding: Mapping[str, Any]) -> dict[str, Any]:
        """The finding as it is written in its place; a network is named by the key."""
        key = self.places[finding["key"]].key
        named = key if finding["subject_no"] == finding["key"] else finding["subject_no"]
        merged = sorted(self.supersedes[key])
        faults = {*finding["faults"], *(f"merged:{one}" for one in merged if one in self.undismissed)}
        told = {"key": key, "subject_no": named, "supersedes": merged, "faults": sorted(faults)}
        return {**finding, **told}

    def merge(self) -> list[str]:
        """Once all are written: mark stored findings as merged into the older one; return their keys."""
        gone: list[str] = []
        for place in self.places.values():
            if place.merged:
                of_them = Q(key__in=place.merged) | Q(merged_into__in=place.merged)
                Finding.objects.filter(of_them).update(merged_into=place.key)
                gone += place.merged
            again = self.known.get(place.key)
            if again is not None and again.merged_into:  # it was merged, and is found by itself again
                less = Func(F("supersedes"), Value(place.key), function="array_remove")
                Finding.objects.filter(key=again.merged_into).update(supersedes=less)
        return gone


@dataclass(frozen=True)
class _New:
    """A finding of a run as far as its place hangs on it; `keys`: those it has with each evidence as its anchor.

    `former`: ids that became that of its subject, as `name:` and the plain name.
    """

    key: str
    unit: str
    former: frozenset[str]
    keys: Mapping[str, str]
    faults: frozenset[str]

    @cached_property
    def evidence(self) -> frozenset[str]:
        return frozenset(self.keys.values())

    @property
    def anchor(self) -> str:
        return self.keys.get(self.key, "")


def own_key(key: str, case_key: str) -> str:
    """The key under which a finding is stored: of a case it has one of its own."""
    return hashlib.sha256(f"{case_key}:{key}".encode()).hexdigest() if case_key else key


def placed(run: Run, findings: Sequence[Mapping[str, Any]], among: Collection[str] = ()) -> Placed:
    """Where the findings of one step of a run are written; `among`: the keys of all findings of the run."""
    former = _former({finding["subject_no"] for finding in findings})
    new = [_new(run, finding, former[finding["subject_no"]]) for finding in findings]
    known = _met(run, new)
    own = {*among, *(one.key for one in new)}
    taken: dict[str, str] = {}
    for *_, key, stored_key in sorted(_claims(run, new, known, own)):
        taken.setdefault(stored_key, key)
    held: dict[str, list[Finding]] = defaultdict(list)
    for stored_key, key in taken.items():
        held[key].append(known[stored_key])
    places = {one.key: _place(one.key, held[one.key]) for one in new}
    supersedes = _supersedes(places.values())
    return Placed(known, places, supersedes, _undismissed({*chain.from_iterable(supersedes.values())}))


def _met(run: Run, new: Sequence[_New]) -> dict[str, Finding]:
    """Stored findings that these may continue, by key; merged ones only where a key is the same."""
    keys = [key for one in new for key in one.keys]
    asked = (run.detector, run.case_key, [one.key for one in new], keys, [one.anchor for one in new])
    with connection.cursor() as cursor:
        cursor.execute(_MET, asked)
        met = [pk for (pk,) in cursor.fetchall()]
    return {row.key: row for row in Finding.objects.filter(pk__in=met).order_by("id")}


def _former(numbers: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Ids that became these, step by step: a firm known by its name only, until a register gave it a number."""
    behind: dict[str, set[str]] = {number: set() for number in numbers}
    asked = set(behind)
    while asked:
        told = IdentityChange.objects.filter(how="merged", now__in=asked).values_list("now", "was")
        for now, was in told:
            behind[now].add(was)
        asked = {was for _, was in told} - behind.keys()
        behind |= {was: set() for was in asked}
    return {number: _reached(number, behind) for number in numbers}


def _reached(id: str, behind: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    ahead = [id]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += behind[one]
    return frozenset(found)


def _supersedes(places: Iterable[Place]) -> Mapping[str, set[str]]:
    """Keys of the findings merged into those of one step, now or earlier, by the key written."""
    into = {key: place.key for place in places for key in (place.key, *place.merged)}
    found: dict[str, set[str]] = {key: set() for key in into.values()}
    for key, older in Finding.objects.filter(merged_into__in=into).values_list("key", "merged_into"):
        found[into[older]].add(key)
    for key, older in into.items():
        found[older].add(key)
    return {older: keys - found.keys() for older, keys in found.items()}


def _undismissed(keys: Collection[str]) -> frozenset[str]:
    """Those of the findings that are no dismissed ones by the newest word said of them."""
    said = (
        Judgement.objects.filter(finding__key__in=keys).order_by("id").values_list("finding__key", "outcome")
    )
    dismissed = {key for key, outcome in dict(said).items() if outcome == Outcome.DISMISS}
    return frozenset(keys) - dismissed


def _place(key: str, rows: Sequence[Finding]) -> Place:
    first, *later = (row.key for row in sorted(rows, key=lambda row: row.pk)) if rows else (key,)
    return Place(first, tuple(sorted(later)))


def _new(run: Run, finding: Mapping[str, Any], former: frozenset[str]) -> _New:
    unit = unit_of(finding["subject_kind"], finding["subject_no"], finding["clearing"])
    keys = possible_keys(run.detector, unit, finding["evidence"])
    named = {own_key(key, run.case_key): item for key, item in zip(keys, finding["evidence"], strict=True)}
    return _New(finding["key"], unit, former, named, frozenset(finding["faults"]))


def _claims(
    run: Run, new: Sequence[_New], known: Mapping[str, Finding], own: Collection[str]
) -> Iterator[tuple[bool, bool, int, str, str]]:
    """Each finding with each stored one it may continue; the strongest claims sort first."""
    anchors = {one.anchor for one in new}
    holding: dict[str, list[Finding]] = defaultdict(list)
    for row in known.values():
        for item in anchors & set(row.evidence):
            holding[item].append(row)
    for one in new:
        met = {row.key: row for row in holding[one.anchor]} | {
            key: known[key] for key in one.keys if key in known
        }
        for key, row in met.items():
            if _may(run, one, row, own):
                yield (
                    key != one.key,
                    key not in one.keys,
                    -len(one.evidence & set(row.evidence)),
                    one.key,
                    key,
                )


def _may(run: Run, one: _New, row: Finding, own: Collection[str]) -> bool:
    if row.merged_into or not _same_unit(one, row):
        return False
    if row.key == one.key:
        return True
    # Another finding of this run has its key, or was written there in an earlier step.
    if row.key in own or (row.run_id == run.pk and set(row.evidence) != one.evidence):
        return False
    return not one.faults or not row.faults or bool(one.faults & set(row.faults))


def _same_unit(one: _New, row: Finding) -> bool:
    """Whether a row points at the same subject, be it by the name that it was known by before it had a number."""
    name = f"name:{identity.plain(row.subject_no.split('|')[0])}"
    same = {unit_of(row.subject_kind, row.subject_no, row.clearing)}
    if name in one.former:
        same |= {unit_of(row.subject_kind, number, row.clearing) for number in one.former}
    return one.unit in same
