"""The three alphabets of a mark: characters after folding, sounds (all readings of a character), look-alikes.

Sounds are syllables without tone, with zh, ch, sh as z, c, s and -ng as -n, as they fall together in speech.
Look-alikes come from `look_alikes.txt`, measured from drawn characters.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import opencc
from pypinyin import Style, pinyin

Codes = npt.NDArray[np.uint64]
CODE_POINTS = 0x110000
READINGS = 3
"""Readings kept of a polyphone."""
ALIKE = 16
"""Look-alikes kept of a character."""
_MERGED = ((re.compile("^([zcs])h"), r"\1"), (re.compile("ng$"), "n"))


@cache
def plain(character: str) -> str:
    """Write a character simplified, small, without accents; nothing if it is neither letter nor digit.

    >>> plain("鵬"), plain("É"), plain("·")
    ('鹏', 'e', '')
    """
    bare = unicodedata.normalize("NFKD", character).casefold()[:1] if ord(character) < 0x2E80 else character
    if not bare or unicodedata.category(bare)[0] not in "LN":
        return ""
    simple = _simplifier().convert(bare) if ord(bare) >= 0x2E80 else bare
    return simple if len(simple) == 1 else bare


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def sounds(character: str) -> tuple[str, ...]:
    """Return the merged syllables of a character, the usual one first; others sound as themselves.

    >>> sounds("乐"), sounds("张"), sounds("a")
    (('le', 'yue'), ('zan',), ('a',))
    """
    said = pinyin(character, style=Style.NORMAL, heteronym=True, errors="default")[0]
    return tuple(dict.fromkeys(_merged(one) for one in said if one))[:READINGS]


def _merged(syllable: str) -> str:
    for pattern, instead in _MERGED:
        syllable = pattern.sub(instead, syllable)
    return syllable


@cache
def look_alikes() -> dict[str, str]:
    """Return the look-alikes of every character that has some; who looks like whom holds both ways."""
    text = resources.files("lantian.detect.marks").joinpath("look_alikes.txt").read_text(encoding="utf-8")
    lines = [line.split(" ") for line in text.splitlines() if not line.startswith("#")]
    both = [(sign, other) for sign, alike in lines for other in alike]
    named: dict[str, dict[str, None]] = {}
    for sign, other in [*both, *((other, sign) for sign, other in both)]:
        named.setdefault(sign, {})[other] = None
    return {sign: "".join(others)[:ALIKE] for sign, others in named.items()}


@dataclass(frozen=True)
class Tables:
    """Numbers by code point: mixed character; mixed sounds, the usual one first; mixed look-alikes; 0 is none."""

    folded: npt.NDArray[np.uint32]
    sounds: Codes
    alike: Codes


def tables(points: npt.NDArray[np.uint32]) -> Tables:
    """Build the tables for the characters that occur; small, because few of all code points do."""
    present = np.unique(points)
    folded = np.zeros(int(present.max(initial=0)) + 1, np.uint32)
    for point in present.tolist():
        plainly = plain(chr(point)) if not 0xD800 <= point <= 0xDFFF else ""
        folded[point] = ord(plainly) if plainly else 0
    signs = np.unique(folded)
    size = int(signs.max(initial=0)) + 1
    said, alike = np.zeros((size, READINGS), np.uint64), np.zeros((size, ALIKE), np.uint64)
    near = look_alikes()
    for sign in signs[signs > 0].tolist():
        heard = [zlib.crc32(sound.encode()) for sound in sounds(chr(sign))]
        said[sign, : len(heard)] = mixed(np.array(heard, np.uint64))
        seen = [ord(other) for other in near.get(chr(sign), "")]
        alike[sign, : len(seen)] = mixed(np.array(seen, np.uint64))
    return Tables(folded, said, alike)


def mixed(codes: Codes) -> Codes:
    """Spread codes over 64 bits, so that sums of few of them tell the summands (splitmix64)."""
    spread = codes * np.uint64(0x9E3779B97F4A7C15)
    spread = (spread ^ (spread >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    spread = (spread ^ (spread >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return spread ^ (spread >> np.uint64(31))
