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
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lantian.detect import fast
from lantian.detect.arrays import picked
from lantian.detect.folding import (
    EXPANDED,
    INVISIBLE,
    MARK,
    POINT,
    ZERO,
    Rules,
    astral,
    published_rules,
)
from lantian.detect.units import WINDOW, Units, beyond_basic, decoded, units_of

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
    raw = _basic(units_of(joined))
    return _fold_fields(raw, _field_ends(raw), width)


def fold_frame(frame: pl.DataFrame, texts: Sequence[str]) -> Folded:
    """Normalise the rows of a frame by columns `texts`; null counts as empty. As `fold_rows`, without its lists."""
    fields = [pl.col(name).cast(pl.String).fill_null("") for name in texts]
    raw = _units_of_rows(frame, fields)
    ends = _field_ends(raw)
    if len(ends) != frame.height * len(texts):
        raw = _units_of_rows(frame, [field.str.replace_all(MARK, "", literal=True) for field in fields])
        ends = _field_ends(raw)
    return _fold_fields(raw, ends, len(texts))


def _units_of_rows(frame: pl.DataFrame, fields: Sequence[pl.Expr]) -> Units:
    """UTF-16 units of all fields of all rows, one after another, MARK after each."""
    rows = pl.concat_str([*fields, pl.lit("")], separator=MARK)
    utf8 = frame.select(rows.cast(pl.Binary).cast(pl.List(pl.UInt8)).explode()).to_series().to_numpy()
    units = decoded(utf8)
    return _basic(units) if beyond_basic(utf8) else units


def _field_ends(units: Units) -> Places:
    """One past every MARK."""
    return np.flatnonzero(units == ord(MARK)) + 1


def _fold_fields(raw: Units, ends: Places, width: int) -> Folded:
    """Fold fields, a window at a time: no rule reaches over the MARK that ends a field."""
    rules, ready = published_rules(), fast.loops()
    if ready is not None:
        units = _in_loops(ready, raw, rules)
    else:
        cuts = ends[np.searchsorted(ends, np.arange(WINDOW, len(raw), WINDOW))]
        edges = np.unique(np.concatenate([[0], cuts, ends[-1:]])).tolist()
        windows = (raw[begin:end] for begin, end in pairwise(edges))
        units = np.concatenate([raw[:0], *(_letters(window, rules, None)[0] for window in windows)])
        units = picked(units, ~_phrase_mask(units, rules))
    return Folded(units, _field_ends(units)[width - 1 :: width])


def _in_loops(loops: Any, raw: Units, rules: Rules) -> Units:
    """As `_fold`, in compiled loops."""
    units = loops.folded(raw, rules.table, *_listed(rules.expansions))
    left: Units = loops.without(units, rules.phrase_start, *_listed(rules.phrases))
    return left


def _listed(texts: tuple[Units, ...]) -> tuple[Units, Places]:
    """Texts one after another, and where each begins; one place more at the end."""
    return np.concatenate([*texts, np.zeros(0, np.uint16)]), np.cumsum([0, *map(len, texts)])


def joined(blocks: Sequence[Folded]) -> Folded:
    """Put blocks of rows one after another."""
    sizes = np.cumsum([0, *(len(block.units) for block in blocks)])
    ends = [block.ends + size for block, size in zip(blocks, sizes, strict=False)]
    return Folded(np.concatenate([b.units for b in blocks]), np.concatenate(ends).astype(np.int64))


def trace(text: str) -> Traced:
    """Normalise one text and remember where every unit came from."""
    raw = units_of(text.replace(MARK, _UNSEEN))
    units, first, last = _fold(_basic(raw), published_rules(), np.arange(len(raw), dtype=np.int64))
    assert first is not None and last is not None
    character = _character_of(raw)
    return Traced(units, character[first], character[last] + 1)


def normalise(text: str) -> str:
    """Return the normalised text.

    >>> normalise("本發明所述的支架，高 12.5 ㎜。")
    '支架高0mm'
    """
    units, _, _ = _fold(_basic(units_of(text.replace(MARK, ""))), published_rules(), None)
    return units.tobytes().decode("utf-16-le", "surrogatepass")


def _character_of(raw: Units) -> Places:
    """Character number of every UTF-16 unit: the low half of a surrogate pair belongs to its high half."""
    low = (raw & 0xFC00) == 0xDC00
    follows = np.zeros(len(raw), bool)
    follows[1:] = low[1:] & ((raw[:-1] & 0xFC00) == 0xD800)
    return np.cumsum(~follows) - 1


def _fold(raw: Units, rules: Rules, origin: Places | None) -> tuple[Units, Places | None, Places | None]:
    """Apply the rules in order; with an origin, also return first and last raw unit behind every unit."""
    units, first, last = _letters(raw, rules, origin)
    kept = ~_phrase_mask(units, rules)
    return picked(units, kept), _at(first, kept), _at(last, kept)


def _letters(raw: Units, rules: Rules, origin: Places | None) -> tuple[Units, Places | None, Places | None]:
    """All rules but that of the phrases."""
    units = rules.table.take(raw, mode="wrap")
    units, origin = _expand(units, rules, origin)
    units, origin = _keep(units != INVISIBLE, units, origin)
    kept, last = _letters_and_numbers(units, origin)
    return picked(units, kept), _at(origin, kept), _at(last, kept)


def _basic(raw: Units) -> Units:
    """Replace characters beyond the basic plane that fold into it; the rest stay surrogate pairs."""
    begins = (raw[:-1] & 0xFC00) == 0xD800
    if not begins.any():
        return raw
    high = np.flatnonzero(begins)
    high = high[(raw[high + 1] & 0xFC00) == 0xDC00]
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
    signs = units - np.uint16(EXPANDED) < len(rules.expansions)
    if not signs.any():
        return units, origin
    places = np.flatnonzero(signs)
    times = np.ones(len(units), np.int64)
    which = (units[places] - EXPANDED).astype(np.int64)
    times[places] = rules.expanded_lengths[which]
    wide = np.repeat(units, times)
    starts = (np.cumsum(times) - times)[places]
    for sign in np.unique(which).tolist():
        text = rules.expansions[sign]
        wide[starts[which == sign][:, None] + np.arange(len(text))] = text
    return wide, None if origin is None else np.repeat(origin, times)


def _letters_and_numbers(units: Units, origin: Places | None) -> tuple[Mask, Places | None]:
    """Mark letters, and the first zero of every digit run; with an origin, also say where each of these ends.

    A point between two digits belongs to the run. Spaces and points are lower than any letter.
    """
    zero, point = units == ZERO, units == POINT
    goes_on = np.zeros(len(units), bool)
    goes_on[1:] = zero[1:] & zero[:-1]
    goes_on[2:] |= zero[2:] & point[1:-1] & zero[:-2]
    kept = (units >= ZERO) & ~goes_on
    if origin is None:
        return kept, None
    digits, last = np.flatnonzero(zero), origin.copy()
    run = np.cumsum(kept & zero)[digits]
    last[digits[np.diff(run, prepend=0) > 0]] = origin[digits[np.diff(run, append=len(units) + 1) > 0]]
    return kept, last


def _phrase_mask(units: Units, rules: Rules) -> Mask:
    """Mark the listed phrases; they never reach over a MARK because none contains one."""
    mask = np.zeros(len(units), bool)
    begins = np.flatnonzero(rules.phrase_start.take(units[:-1], mode="wrap"))
    heads = _two_units(units[begins], units[begins + 1])
    begun = {head: begins[heads == head] for head in {_head(phrase) for phrase in rules.phrases}}
    for phrase in rules.phrases:
        places = begun[_head(phrase)]
        places = places[places <= len(units) - len(phrase)]
        for offset in range(2, len(phrase)):
            places = places[units[places + offset] == phrase[offset]]
        for offset in range(len(phrase)):
            mask[places + offset] = True
    return mask


def _head(phrase: Units) -> int:
    return int(_two_units(phrase[:1], phrase[1:2])[0])


def _two_units(first: Units, second: Units) -> npt.NDArray[np.uint32]:
    return first.astype(np.uint32) << np.uint32(16) | second


def _keep(mask: Mask, units: Units, origin: Places | None) -> tuple[Units, Places | None]:
    return (units, origin) if mask.all() else (picked(units, mask), _at(origin, mask))


def _at(places: Places | None, mask: Mask) -> Places | None:
    return None if places is None else places[mask]


def examples() -> tuple[tuple[str, str], ...]:
    """Published examples of the table: (text, what it becomes)."""
    return published_rules().examples
