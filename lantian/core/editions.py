"""Two editions of a rule book side by side: what a draft adds, ends, drops and rewrites, before anyone approves it.

A version in force is never edited: a draft that rewrites one, or ends it in the past, is shown as doing so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from lantian.core.messages import Text
from lantian.core.rulebook import Rulebook, RuleVersion


class Kind(StrEnum):
    """What a draft does with one version of a rule."""

    ADDED = "added"
    REMOVED = "removed"
    ENDED = "ended"
    REWRITTEN = "rewritten"


KIND_TEXTS = {
    Kind.ADDED: Text("新增", "new"),
    Kind.REMOVED: Text("删除", "removed"),
    Kind.ENDED: Text("改变终止日", "given another last day"),
    Kind.REWRITTEN: Text("改写", "rewritten"),
}


class Field(NamedTuple):
    """One value in both editions; None where an edition has none."""

    key: str
    before: Any
    after: Any


class Change(NamedTuple):
    """One version that differs. `in_force` says that it was in force, or had been, on the day of the comparison."""

    rule: str
    valid_from: date
    kind: Kind
    text: Text
    fields: tuple[Field, ...]
    in_force: bool

    @property
    def touches_the_past(self) -> bool:
        """Whether something that held already would read otherwise: never done silently."""
        return self.in_force and self.kind in (Kind.REMOVED, Kind.REWRITTEN)


def compare(before: Rulebook, after: Rulebook, on: date) -> tuple[Change, ...]:
    """List every version that differs, by rule and first day; `on` decides what is in force."""
    old, new = _by_start(before), _by_start(after)
    return tuple(
        _change(key, old.get(key), new.get(key), on)
        for key in sorted(old.keys() | new.keys())
        if key not in old or key not in new or old[key].version != new[key].version
    )


def _by_start(book: Rulebook) -> dict[tuple[str, date], RuleVersion]:
    return {(each.id, each.valid_from): each for versions in book.versions.values() for each in versions}


def _change(key: tuple[str, date], old: RuleVersion | None, new: RuleVersion | None, on: date) -> Change:
    held = new if new is not None else old
    assert held is not None
    fields = tuple(_fields(_flat(old), _flat(new)))
    if old is None or new is None:
        kind = Kind.ADDED if old is None else Kind.REMOVED
    else:
        kind = Kind.ENDED if _only_ends(fields, on) else Kind.REWRITTEN
    return Change(key[0], key[1], kind, held.text, fields, key[1] <= on)


def _only_ends(fields: Sequence[Field], on: date) -> bool:
    """Whether nothing but a last day differs, and no day before `on` is gained or lost."""
    ends = [end for field in fields for end in (field.before, field.after) if end is not None]
    return [field.key for field in fields] == ["valid_to"] and min(ends) >= on


def _flat(version: RuleVersion | None) -> Mapping[str, Any]:
    """Everything a version says, by key, in the words of the book."""
    if version is None:
        return {}
    basis, note = version.basis, version.note
    said = {
        "valid_to": version.valid_to,
        "text_zh": version.text.zh,
        "text_en": version.text.en,
        "unit": version.unit,
        "basis_zh": basis.cite().zh,
        "basis_en": basis.cite().en,
        "confidence": version.confidence.value,
        "source": version.source,
        "note_zh": note.zh if note else None,
        "note_en": note.en if note else None,
        **version.values,
    }
    return {key: value for key, value in said.items() if value is not None}


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Field]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield Field(key, old.get(key), new.get(key))
