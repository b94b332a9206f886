"""The engine's work as machine loops, compiled by numba at first use (extra `fast`); import it through `fast`.

Each loop gives what the numpy way gives beside which it is asked: `normalise` (decoded, folded, without), `sketch`
(sampled), `candidates` (meeting), `verify` (compared). Arrays only; within the loops numba knows their types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np

from lantian.detect.folding import EXPANDED, INVISIBLE, MARK, POINT, ZERO
from lantian.detect.hashing import HEAD, LAST, TAIL

END = ord(MARK)
_16, _29, _32, _48 = (np.uint64(bits) for bits in (16, 29, 32, 48))
_NO_NUMBER, _DIGITS, _POINT_IN_DIGITS = 0, 1, 2
MANY = 255
_LEFT, _RIGHT = 1, 2
"""Flags of a gram: the left text has it, the right text has it."""

Array = Any
Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile a loop at its first call, and keep it in numba's cache for later processes."""
    ready: Loop = numba.njit(cache=True)(loop)
    return ready


@compiled
def decoded(utf8: Array) -> Array:
    """UTF-16 units of valid UTF-8."""
    units = np.empty(len(utf8), np.uint16)
    count, at, size = 0, 0, len(utf8)
    while at < size:
        byte = utf8[at]
        if byte < 0x80:
            units[count] = byte
            at += 1
        elif byte < 0xE0:
            units[count] = (byte & 0x1F) << 6 | utf8[at + 1] & 0x3F
            at += 2
        elif byte < 0xF0:
            units[count] = (byte & 0xF) << 12 | (utf8[at + 1] & 0x3F) << 6 | utf8[at + 2] & 0x3F
            at += 3
        else:
            high = (byte & 0x7) << 8 | (utf8[at + 1] & 0x3F) << 2 | (utf8[at + 2] & 0x3F) >> 4
            units[count] = 0xD800 + high - 0x40
            count += 1
            units[count] = 0xDC00 | (utf8[at + 2] & 0xF) << 6 | utf8[at + 3] & 0x3F
            at += 4
        count += 1
    return units[:count]


@compiled
def folded(raw: Array, table: Array, signs: Array, sign_at: Array) -> Array:
    """Table and expansion, invisible units, numbers, spaces and points."""
    last = EXPANDED + len(sign_at) - 1
    out = np.empty(_room(raw, table, sign_at), np.uint16)
    count, state = 0, _NO_NUMBER
    for unit in raw:
        one = table[unit]
        if EXPANDED <= one < last:
            for at in range(sign_at[one - EXPANDED], sign_at[one - EXPANDED + 1]):
                count, state = _put(out, count, signs[at], state)
        else:
            count, state = _put(out, count, one, state)
    return out[:count]


@compiled
def _room(raw: Array, table: Array, sign_at: Array) -> int:
    """Units that may come out."""
    room, last = len(raw), EXPANDED + len(sign_at) - 1
    for unit in raw:
        one = table[unit]
        if EXPANDED <= one < last:
            room += sign_at[one - EXPANDED + 1] - sign_at[one - EXPANDED]
    return room


@compiled
def _put(out: Array, count: int, one: int, state: int) -> tuple[int, int]:
    """Write one unit unless it goes; where the number stands that it may belong to."""
    if one > ZERO:
        out[count] = one
        return count + 1, _NO_NUMBER
    if one == ZERO:
        out[count] = one
        return count + (state == _NO_NUMBER), _DIGITS
    if one == POINT:
        return count, _POINT_IN_DIGITS if state == _DIGITS else _NO_NUMBER
    return count, state if one == INVISIBLE else _NO_NUMBER


@compiled
def without(units: Array, begins: Array, phrases: Array, phrase_at: Array) -> Array:
    """Take listed phrases out, in place: what is written lies before what is read."""
    count, until, size = 0, 0, len(units)
    for at in range(size):
        if begins[units[at]]:
            for each in range(len(phrase_at) - 1):
                low, length = phrase_at[each], phrase_at[each + 1] - phrase_at[each]
                same = at + length <= size
                offset = 0
                while same and offset < length:
                    same = units[at + offset] == phrases[low + offset]
                    offset += 1
                if same and at + length > until:
                    until = at + length
        if at >= until:
            units[count] = units[at]
            count += 1
    return units[:count]


@compiled
def sampled(units: Array, ends: Array, limits: Array) -> tuple[Array, Array]:
    """Mixed numbers of the 8-grams up to the limit of their row, and their rows."""
    hashes, rows = np.empty(len(units), np.uint64), np.empty(len(units), np.int64)
    count, row, inside = 0, 0, 0
    older = newer = np.uint64(0)
    for at in range(len(units)):
        unit = np.uint64(units[at])
        older = older >> _16 | newer << _48
        newer = newer >> _16 | unit << _48
        inside += 1
        if unit == END:
            inside = 0
            row += at + 1 == ends[row]
        elif inside >= 8:
            number = older * HEAD + newer * TAIL
            if number <= limits[row]:
                number = (number ^ number >> _32) * LAST
                hashes[count], rows[count] = number ^ number >> _29, row
                count += 1
    return hashes[:count].copy(), rows[:count].copy()


@compiled
def meeting(postings: Array, bits: int, height: int, most: int, asked: Array) -> tuple[Array, Array]:
    """Pairs of rows that meet under enough hashes, sorted, from sorted postings: hash above, row in the lower `bits`.

    Row after row: the later rows under each of its hashes are counted; under a hash of more than `most` rows only the
    two earliest rows have later ones. `asked`: hashes that do, by the lesser number of sampled grams.
    """
    members, begins, counts, sizes = _grouped(postings, bits, height)
    spans_from, spans = _later(members, begins, counts, most, height)
    times, met = np.zeros(len(sizes), np.uint8), np.empty(len(sizes), np.uint32)
    left, right, count = np.empty(len(sizes), np.int64), np.empty(len(sizes), np.int64), 0
    for row in range(height):
        seen = 0
        for place in range(spans_from[row], spans_from[row + 1]):
            seen = _count(members[spans[place, 0] : spans[place, 1]], times, met, seen)
        begun, left, right = count, _with_room(left, count + seen), _with_room(right, count + seen)
        for other in met[:seen]:
            if times[other] >= asked[min(sizes[row], sizes[other], len(asked) - 1)]:
                left[count], right[count] = row, other
                count += 1
            times[other] = 0
        right[begun:count].sort()
    return left[:count].copy(), right[:count].copy()


@compiled
def _grouped(postings: Array, bits: int, height: int) -> tuple[Array, Array, Array, Array]:
    """Rows one after another under each hash that two or more have, where each begins, how many; hashes of each row."""
    members, sizes = np.empty(len(postings), np.uint32), np.zeros(height, np.int64)
    begins, counts = np.empty(len(postings) // 2, np.int64), np.empty(len(postings) // 2, np.int64)
    count, begin, groups, low, above = 0, 0, 0, np.uint64((1 << bits) - 1), np.uint64(bits)
    for at in range(len(postings)):
        posting = postings[at]
        if at == 0 or posting != postings[at - 1]:
            if at and posting >> above != postings[at - 1] >> above:
                if count - begin > 1:
                    begins[groups], counts[groups] = begin, count - begin
                    groups, begin = groups + 1, count
                count = begin
            members[count] = posting & low
            sizes[np.int64(posting & low)] += 1
            count += 1
    if count - begin > 1:
        begins[groups], counts[groups] = begin, count - begin
        groups += 1
    return members[:count], begins[:groups], counts[:groups], sizes


@compiled
def _later(members: Array, begins: Array, counts: Array, most: int, height: int) -> tuple[Array, Array]:
    """Where in `members` the later rows under each hash of each row stand: `spans[spans_from[row] : …]`.

    Under a common hash only the two earliest rows have any: a star.
    """
    spans_from = np.zeros(height + 2, np.int64)
    for group in range(len(begins)):
        meets = 2 if counts[group] > most else counts[group] - 1
        for row in members[begins[group] : begins[group] + meets]:
            spans_from[row + 2] += 1
    spans_from = np.cumsum(spans_from)
    spans = np.empty((spans_from[-1], 2), np.uint32)
    for group in range(len(begins)):
        meets = 2 if counts[group] > most else counts[group] - 1
        for at in range(begins[group], begins[group] + meets):
            place = spans_from[members[at] + 1]
            spans[place, 0], spans[place, 1] = at + 1, begins[group] + counts[group]
            spans_from[members[at] + 1] += 1
    return spans_from, spans


@compiled
def _count(later: Array, times: Array, met: Array, seen: int) -> int:
    """Count the later rows, up to MANY, and note those that are new."""
    for other in later:
        met[seen] = other
        seen += times[other] == 0
        times[other] += times[other] < MANY
    return seen


@compiled
def _with_room(numbers: Array, size: int) -> Array:
    if size <= len(numbers):
        return numbers
    return np.concatenate((numbers, np.empty(size, np.int64)))


@compiled
def compared(units: Array, starts: Array, ends: Array, left: Array, right: Array) -> Array:
    """Distinct 4-grams of the left and of the right row of each pair, and of both: three columns.

    The grams of a pair go into a table of slots; a slot remembers for which pair it was filled, so none is emptied.
    """
    room = _slots(((ends[left] - starts[left]) + (ends[right] - starts[right])).max())
    grams, states = np.empty(room, np.uint64), np.zeros(room, np.int32)
    found = np.zeros((len(left), 3), np.int64)
    for pair in range(len(left)):
        one, other = (
            units[starts[left[pair]] : ends[left[pair]]],
            units[starts[right[pair]] : ends[right[pair]]],
        )
        mask = _slots(len(one) + len(other)) - 1
        found[pair, 0], _ = _filled(one, grams, states, mask, pair + 1, _LEFT)
        found[pair, 1], found[pair, 2] = _filled(other, grams, states, mask, pair + 1, _RIGHT)
    return found


@compiled
def _slots(size: int) -> int:
    """A power of two, a third more than so many grams at least."""
    slots = 16
    while slots < size + size // 3:
        slots *= 2
    return slots


@compiled
def _filled(text: Array, grams: Array, states: Array, mask: int, pair: int, own: int) -> tuple[int, int]:
    """Put the 4-grams of a text into the slots: how many there are, and how many the other side has as well."""
    gram, inside, distinct, shared = np.uint64(0), 0, 0, 0
    for unit in text:
        gram = gram >> _16 | np.uint64(unit) << _48
        inside = 0 if unit == END else inside + 1
        if inside >= 4:
            slot = np.int64(gram * HEAD >> _32) & mask
            while states[slot] >> 2 == pair and grams[slot] != gram:
                slot = slot + 1 & mask
            state = states[slot] if states[slot] >> 2 == pair else pair << 2
            if not state & own:
                distinct += 1
                shared += state & 3 != 0
                grams[slot], states[slot] = gram, state | own
    return distinct, shared
