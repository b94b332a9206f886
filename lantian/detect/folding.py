"""The look-up table of the normaliser, built once from `rulebooks/normaliser.toml`, Unicode and OpenCC."""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import opencc

MARK = "\uffff"
"""A noncharacter that ends every field; it is taken out of texts that carry it."""
INVISIBLE = 0
SPACE, POINT, ZERO = ord(" "), ord("."), ord("0")
EXPANDED = 0xE000
"""Private-use units stand for signs of several letters inside the table; private-use input is dropped."""
LAST_EXPANDED = 0xF8FF

Units = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Rules:
    """The published rules, ready for use; `digest` is SHA-256 over version, table, expansions and phrases."""

    version: str
    table: Units
    expansions: tuple[Units, ...]
    phrases: tuple[Units, ...]
    phrase_start: npt.NDArray[np.bool_]
    examples: tuple[tuple[str, str], ...]
    digest: str

    @property
    def expanded_lengths(self) -> npt.NDArray[np.int64]:
        """Number of letters of every expansion."""
        return np.array([len(text) for text in self.expansions], np.int64)


@cache
def published_rules() -> Rules:
    """Read the rule book that ships with this version."""
    book = resources.files("lantian.rulebooks").joinpath("normaliser.toml").read_text(encoding="utf-8")
    return build(tomllib.loads(book))


def build(book: dict[str, Any]) -> Rules:
    """Build the table from a rule book with version, phrases, look_alikes, invisible and examples."""
    alike = {ord(c): group[0] for group in book["look_alikes"] for c in group[1:]}
    invisible = {int(code, 16) for code in book["invisible"]}
    folded = [_plain(code, alike, invisible) for code in range(0x10000)]
    signs = sorted({text for text in folded if len(text) > 1})
    table = np.array([_entry(text, signs) for text in folded], np.uint16)
    expansions = tuple(_units(text) for text in signs)
    phrases = tuple(table[_units(phrase)] for phrase in book["phrases"])
    begins = np.zeros(0x10000, bool)
    begins[[phrase[0] for phrase in phrases]] = True
    seal = hashlib.sha256(str(book["version"]).encode())
    for part in (table, *expansions, *phrases):
        seal.update(part.astype("<u2").tobytes() + b"\xff\xff")
    examples = tuple((row["text"], row["gives"]) for row in book["examples"])
    return Rules(book["version"], table, expansions, phrases, begins, examples, seal.hexdigest())


@cache
def astral(code: int) -> int | None:
    """Unit that a character beyond the basic plane folds to; None if it must stay a surrogate pair."""
    text = _simplified(unicodedata.normalize("NFKC", chr(code)))
    if len(text) == 1 and ord(text) < 0x10000:
        return ord(text)
    kind = unicodedata.category(chr(code))
    if kind[0] in "LN":
        return None
    return 0x200B if kind in _UNSEEN else SPACE


_UNSEEN = {"Cf", "Mn", "Me", "Cn", "Co"}


def _plain(code: int, alike: dict[int, str], invisible: set[int]) -> str:
    """What one code unit becomes: letters, `0`, a point, a space, or nothing."""
    if chr(code) == MARK or 0xD800 <= code <= 0xDFFF:
        return chr(code)
    if code in invisible:
        return ""
    if unicodedata.category(chr(code)) == "Lo" and unicodedata.is_normalized("NFKD", chr(code)):
        return _simplified(chr(code)).translate(alike)
    text = unicodedata.normalize("NFKC", chr(code)).casefold()
    text = chr(code) if max(map(ord, text)) > 0xFFFF else text
    plain = "".join(_simplified(_kind(_bare(c))) for c in text).translate(alike)
    letters = plain.replace(" ", "").replace(".", "")
    return letters if len(plain) > 1 and letters else plain[:1]


def _bare(character: str) -> str:
    """Take accents off a letter; syllables that are built of letters stay whole."""
    base, *marks = list(unicodedata.normalize("NFD", character))
    plain = ord(base) < 0x10000 and all(unicodedata.category(mark) == "Mn" for mark in marks)
    return base if plain else character


def _kind(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in _UNSEEN or kind == "Mc":
        return ""
    if kind == "Nd":
        return "0"
    return character if kind[0] in "LN" or character == "." else " "


def _entry(text: str, signs: list[str]) -> int:
    if len(text) > 1:
        place = EXPANDED + signs.index(text)
        assert place <= LAST_EXPANDED
        return place
    return ord(text) if text else INVISIBLE


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(text: str) -> str:
    """Fold to simplified where one unit stays one unit; characters are folded alone, never as words."""
    if len(text) != 1 or ord(text) < 0x2E80:
        return text
    folded: str = _simplifier().convert(text)
    return folded if len(folded) == 1 and (ord(folded) < 0x10000) else text


def _units(text: str) -> Units:
    return np.frombuffer(text.encode("utf-16-le"), dtype="<u2").astype(np.uint16)
