"""Texts made comparable: what a copyist changes cheaply is taken out before anything is compared.

The rules are the published, versioned table `rulebooks/normaliser.toml`. In order: compatibility forms, case
and accents are folded (NFKC), traditional characters become simplified ones, listed look-alikes become one,
invisible characters go; then a digit run with its decimal points becomes one `0`; then punctuation, symbols
and spaces go; then the listed phrases go. The unit is the UTF-16 code unit, so that one look-up table of
65,536 entries does a whole column at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lantian.detect import fast
from lantian.detect.folding import (
    EXPANDED,
    INVISIBLE,
    MARK,
    POINT,
    SPACE,
    ZERO,
    Rules,
    astral,
    published_rules,
)

Units = npt.NDArray[np.uint16]
Places = npt.NDArray[np.int64]
_UNSEEN = "\u200b"
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Folded:
    """Normalised rows: `units` with MARK after every field, `ends[r]` one past the last MARK of row r."""

    units: Units
    ends: Places

    @property
    def starts(self) -> Places:
        """First unit of every row."""
        return np.concatenate([np.zeros(1, np.int64), self.ends[:-1]])


@dataclass(frozen=True)
class Traced:
    """One normalised text with the way back: unit i stands for original[starts[i]:stops[i]]."""

    units: Units
    starts: Places
    stops: Places


def digest() -> str:
    """SHA-256 (hex) of the table and phrase list in use, with their version."""
    return published_rules().digest


def version() -> str:
    """Version of the published rules in use."""
    return published_rules().version


def phrases() -> tuple[str, ...]:
    """Phrases that are taken out, in their normalised form."""
    return tuple(phrase.tobytes().decode("utf-16-le") for phrase in published_rules().phrases)


def fold_rows(columns: Sequence[Sequence[str]]) -> Folded:
    """Normalise rows of texts; `columns[c][r]` is field c of row r, each field normalised alone."""
    width, height = len(columns), len(columns[0])
    fields: list[str] = [""] * (width * height)
    for place, column in enumerate(columns):
        fields[place::width] = column
    joined = MARK.join([*fields, ""])
    if joined.count(MARK) != len(fields):
        joined = MARK.join([*(field.replace(MARK, "") for field in fields), ""])
    units, _, _ = _fold(_units_of(joined), published_rules(), None)
    marks = np.flatnonzero(units == ord(MARK))
    return Folded(units, marks[width - 1 :: width] + 1)


def joined(blocks: Sequence[Folded]) -> Folded:
    """Put blocks of rows one after another."""
    sizes = np.cumsum([0, *(len(block.units) for block in blocks)])
    ends = [block.ends + size for block, size in zip(blocks, sizes, strict=False)]
    return Folded(np.concatenate([b.units for b in blocks]), np.concatenate(ends).astype(np.int64))


def trace(text: str) -> Traced:
    """Normalise one text and remember where every unit came from."""
    raw = _units_of(text.replace(MARK, _UNSEEN))
    units, first, last = _fold(raw, published_rules(), np.arange(len(raw), dtype=np.int64))
    assert first is not None and last is not None
    character = _character_of(raw)
    return Traced(units, character[first], character[last] + 1)


def normalise(text: str) -> str:
    """Return the normalised text.

    >>> normalise("本發明所述的支架，高 12.5 ㎜。")
    '支架高0mm'
    """
    units, _, _ = _fold(_units_of(text.replace(MARK, "")), published_rules(), None)
    return units.tobytes().decode("utf-16-le", "surrogatepass")


def _units_of(text: str) -> Units:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2").astype(np.uint16, copy=False)


def _character_of(raw: Units) -> Places:
    """Character number of every UTF-16 unit: the low half of a surrogate pair belongs to its high half."""
    low = (raw & 0xFC00) == 0xDC00
    follows = np.zeros(len(raw), bool)
    follows[1:] = low[1:] & ((raw[:-1] & 0xFC00) == 0xD800)
    return np.cumsum(~follows) - 1


def _fold(raw: Units, rules: Rules, origin: Places | None) -> tuple[Units, Places | None, Places | None]:
    """Apply the rules in order; with an origin, also return first and last raw unit behind every unit."""
    raw = _basic(raw)
    quick = fast.fold(raw, rules) if origin is None else None
    if quick is not None:
        return quick, None, None
    units = rules.table[raw]
    units, origin = _expand(units, rules, origin)
    units, origin = _keep(units != INVISIBLE, units, origin)
    units, first, last = _one_zero_a_number(units, origin)
    kept = (units != SPACE) & (units != POINT)
    units, first, last = units[kept], _at(first, kept), _at(last, kept)
    kept = ~_phrase_mask(units, rules)
    return units[kept], _at(first, kept), _at(last, kept)


def _basic(raw: Units) -> Units:
    """Replace characters beyond the basic plane that fold into it; the rest stay surrogate pairs."""
    high = np.flatnonzero((raw[:-1] & 0xFC00) == 0xD800)
    high = high[(raw[high + 1] & 0xFC00) == 0xDC00]
    if not len(high):
        return raw
    units = raw.copy()
    codes = ((raw[high].astype(np.int64) & 0x3FF) << 10) + (raw[high + 1] & 0x3FF) + 0x10000
    for code in np.unique(codes).tolist():
        replacement = astral(code)
        if replacement is not None:
            places = high[codes == code]
            units[places], units[places + 1] = replacement, ord(_UNSEEN)
    return units


def _expand(units: Units, rules: Rules, origin: Places | None) -> tuple[Units, Places | None]:
    """Write out signs that stand for several letters, such as ㎜."""
    places = np.flatnonzero((units >= EXPANDED) & (units < EXPANDED + len(rules.expansions)))
    if not len(places):
        return units, origin
    times = np.ones(len(units), np.int64)
    which = (units[places] - EXPANDED).astype(np.int64)
    times[places] = rules.expanded_lengths[which]
    wide = np.repeat(units, times)
    starts = (np.cumsum(times) - times)[places]
    for sign in np.unique(which).tolist():
        text = rules.expansions[sign]
        wide[starts[which == sign][:, None] + np.arange(len(text))] = text
    return wide, None if origin is None else np.repeat(origin, times)


def _one_zero_a_number(units: Units, origin: Places | None) -> tuple[Units, Places | None, Places | None]:
    """Keep the first zero of every digit run; a point between two digits belongs to the run."""
    digit = units == ZERO
    point = np.flatnonzero(units[1:-1] == POINT) + 1
    inside = point[digit[point - 1] & digit[point + 1]]
    digit[inside] = True
    goes_on = np.zeros(len(units), bool)
    goes_on[1:] = digit[1:] & digit[:-1]
    heads = np.flatnonzero(~goes_on)
    if origin is None:
        return units[heads], None, None
    tails = np.append(heads[1:], len(units)) - 1 if len(heads) else heads
    return units[heads], origin[heads], origin[tails]


def _phrase_mask(units: Units, rules: Rules) -> Mask:
    """Mark the listed phrases; they never reach over a MARK because none contains one."""
    mask = np.zeros(len(units), bool)
    begins = np.flatnonzero(rules.phrase_start[units])
    for phrase in rules.phrases:
        places = begins[begins <= len(units) - len(phrase)]
        for offset, unit in enumerate(phrase.tolist()):
            places = places[units[places + offset] == unit]
        for offset in range(len(phrase)):
            mask[places + offset] = True
    return mask


def _keep(mask: Mask, units: Units, origin: Places | None) -> tuple[Units, Places | None]:
    return (units, origin) if mask.all() else (units[mask], _at(origin, mask))


def _at(places: Places | None, mask: Mask) -> Places | None:
    return None if places is None else places[mask]


def examples() -> tuple[tuple[str, str], ...]:
    """Published examples of the table: (text, what it becomes)."""
    return published_rules().examples
