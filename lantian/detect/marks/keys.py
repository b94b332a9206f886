"""Keys of marks: sums of mixed characters or sounds. Equal sums mean equal sets, whatever the order.

A mark's whole key, and its key without each one of its characters, meet those of another mark where the two are
the same but for order, where one has a character more, or where one character differs (Garbe's symmetric delete).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from lantian.detect.marks.alphabets import Codes, Tables, mixed, tables

Rows = npt.NDArray[np.int64]
SHORT = 3
"""From so many characters on a mark has keys without one of them: one of two equal is no evidence."""
SPOKEN = 5
"""So many first characters are asked for with all their readings."""
PICTURE = r"^(图形|圖形|设计图|設計圖|标章图|標章圖|图|圖)$|(及|和)(图形|圖形|设计图|設計圖|图|圖)$"
"""What the register writes for a picture, or for a picture beside the words: no part of the words."""
APART = 5
"""Two characters replaced by look-alikes lie at most so far apart."""
_LONG = 32
"""Characters of a mark that count."""


@dataclass(frozen=True)
class Marks:
    """Marks taken apart: code points that count, flat, with the row of each; whole keys and lengths by row.

    `ordered` tells order: it is the same only for the same characters in the same order.
    """

    units: npt.NDArray[np.uint32]
    rows: Rows
    lengths: Rows
    mixed: Codes
    whole: Codes
    ordered: Codes
    groups: Codes
    tables: Tables

    @property
    def sounding(self) -> tuple[Codes, Rows]:
        """Keys by sound: of the usual readings, and with another reading of one character."""
        usual = self.tables.sounds[self.units, 0]
        whole = _sums(usual, self.rows, len(self.lengths)) + self.groups
        keys, rows = [whole], [np.arange(len(self.lengths))]
        for other in range(1, self.tables.sounds.shape[1]):
            said = self.tables.sounds[self.units, other]
            at = np.flatnonzero(said)
            keys.append(whole[self.rows[at]] - usual[at] + said[at])
            rows.append(self.rows[at])
        return _filled(np.concatenate(keys), np.concatenate(rows), self.lengths)

    @property
    def spoken(self) -> tuple[Codes, Rows]:
        """Keys by sound with every reading of the first SPOKEN characters: asked, never stored."""
        begins = np.cumsum(self.lengths) - self.lengths
        usual = self.tables.sounds[self.units, 0]
        keys = _sums(usual, self.rows, len(self.lengths)) + self.groups
        keys, rows = _filled(keys, np.arange(len(self.lengths)), self.lengths)
        for place in range(SPOKEN):
            more_keys, more_rows = [keys], [rows]
            for other in range(1, self.tables.sounds.shape[1]):
                long = np.flatnonzero(self.lengths[rows] > place)
                at = begins[rows[long]] + place
                said = self.tables.sounds[self.units[at], other]
                heard = said > 0
                more_keys.append(keys[long[heard]] - usual[at[heard]] + said[heard])
                more_rows.append(rows[long[heard]])
            keys, rows = np.concatenate(more_keys), np.concatenate(more_rows)
        return keys, rows

    @property
    def shortened(self) -> tuple[Codes, Rows]:
        """Keys without one character, of marks long enough."""
        at = np.flatnonzero(self.lengths[self.rows] >= SHORT)
        return self.whole[self.rows[at]] - self.mixed[at], self.rows[at]

    @property
    def entire(self) -> tuple[Codes, Rows]:
        """Whole keys of marks that have any character."""
        return _filled(self.whole, np.arange(len(self.lengths)), self.lengths)

    @property
    def resembling(self) -> tuple[Codes, Rows]:
        """Whole keys with one or two characters replaced by look-alikes: asked, never stored."""
        change = self.tables.alike[self.units]
        steps = np.where(change > 0, change - self.mixed[:, None], np.uint64(0))
        at, which = np.nonzero(change)
        keys = [self.whole[self.rows[at]] + steps[at, which]]
        rows = [self.rows[at]]
        for apart in range(1, APART + 1):
            first = np.arange(max(len(self.units) - apart, 0))
            first = first[self.rows[first] == self.rows[first + apart]]
            both = steps[first][:, :, None] + steps[first + apart][:, None, :]
            some = (change[first] > 0)[:, :, None] & (change[first + apart] > 0)[:, None, :]
            place, one, two = np.nonzero(some)
            keys.append(self.whole[self.rows[first[place]]] + both[place, one, two])
            rows.append(self.rows[first[place]])
        return np.concatenate(keys), np.concatenate(rows)


def taken_apart(marks: pl.Series, groups: Codes | None = None) -> Marks:
    """Take marks apart; null is empty. With `groups` only marks of one group can ever meet."""
    text = marks.cast(pl.String).fill_null("").str.normalize("NFKC").str.replace(PICTURE, "")
    text = text.str.slice(0, _LONG)
    points = np.frombuffer("".join(text).encode("utf-32-le", "surrogatepass"), np.uint32)
    rows = np.repeat(np.arange(len(text)), text.str.len_chars().to_numpy())
    table = tables(points)
    units = table.folded[points] if len(points) else points
    kept = units > 0
    units, rows = units[kept], rows[kept]
    lengths = np.bincount(rows, minlength=len(text)).astype(np.int64)
    begins = np.cumsum(lengths) - lengths
    codes = mixed(units.astype(np.uint64))
    place = (np.arange(len(units)) - begins[rows]).astype(np.uint64)
    height = len(text)
    salt = np.zeros(height, np.uint64) if groups is None else mixed(groups)
    ordered = _sums(mixed(codes + place), rows, height)
    return Marks(units, rows, lengths, codes, _sums(codes, rows, height) + salt, ordered, salt, table)


def _sums(codes: Codes, rows: Rows, height: int) -> Codes:
    """Add up codes by row; overflow wraps, which is what is wanted."""
    ends = np.searchsorted(rows, np.arange(height + 1))
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(codes, dtype=np.uint64)])
    return np.asarray(total[ends[1:]] - total[ends[:-1]], np.uint64)


def _filled(keys: Codes, rows: Rows, lengths: Rows) -> tuple[Codes, Rows]:
    some = lengths[rows] > 0
    return keys[some], rows[some]
