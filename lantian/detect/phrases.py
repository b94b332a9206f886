"""Phrases of advertisements with their context: what must stand near them, and what takes their edge off.

The phrases are the published, dated rule book `rulebooks/phrases.toml`. A phrase counts unless one of its
`unless` expressions stands shortly before it or around it (a warning against an offer is no offer).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from lantian.core.chain import digest_of
from lantian.core.messages import Text
from lantian.core.rulebook import Many, OneOf, Rulebook, RuleVersion, Shape, shipped
from lantian.detect.rules import Parameter

FILE = "phrases.toml"
_PHRASE = Shape({"any": str, "near": str, "unless": str, "within": int})
_KIND = Shape(
    {
        "detector": str,
        "name_zh": str,
        "name_en": str,
        "forbidden_to": OneOf(("all", "unlicensed")),
        "weighs": OneOf(("certain", "slight")),
        "phrases": Many(_PHRASE),
    }
)
_BESIDE = Shape({"near": str, "unless": str, "within": int})
_SCOPE = Shape({"any": str})
KINDS = ("posing", "offer", "inventors", "fast_track", "guarantee")
_READ = {"W01": ("posing", "listed_names"), "W02": KINDS[1:], "P11": ("offer", "business_scope")}
_LISTED = "protected_names"
"""What stands for the names that the office lists itself."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Phrase:
    """One expression with its context, `within` characters on either side."""

    any: re.Pattern[str]
    near: re.Pattern[str]
    unless: re.Pattern[str]
    within: int


@dataclass(frozen=True)
class Beside:
    """What must stand within so many characters of a listed name for it to count, and what must not."""

    near: re.Pattern[str]
    unless: re.Pattern[str]
    within: int


@dataclass(frozen=True)
class Kind:
    """A kind of offer: which detector it is for, its name, and whether a licensed agency may say it.

    `certain`: the words tell by themselves, whoever says them.
    """

    key: str
    detector: str
    name: Text
    licensed_may: bool
    certain: bool
    phrases: tuple[Phrase, ...]
    version: str


@dataclass(frozen=True)
class Said:
    """What a page says: the kind, and the words with a few around them."""

    kind: str
    words: str


def read(text: str, *, file: str = FILE) -> Rulebook:
    """Read a book of phrases; raises `BadRulebook` naming file, line and key."""
    shapes = {**dict.fromkeys(KINDS, _KIND), "listed_names": _BESIDE, "business_scope": _SCOPE}
    return Rulebook.from_text(text, file=file, shapes=shapes)


@cache
def shipped_book() -> Rulebook:
    """Return the book that comes with the program."""
    return read(shipped(FILE))


def kinds(detector: str, on: date, book: Rulebook | None = None) -> Mapping[str, Kind]:
    """Return the kinds of a detector on a day; raises `NotInForce` before the first day of the rule."""
    book = book or shipped_book()
    made = [_kind(key, book, on) for key in KINDS]
    return {kind.key: kind for kind in made if kind.detector == detector}


def in_use(on: date) -> str:
    """Return the digest of all rules of the book on a day: what findings of phrases hang on."""
    book = shipped_book()
    return digest_of({id: book.rule(id, on).version for id in book.versions})


def listed(detector: str, on: date, book: Rulebook | None = None) -> list[Parameter]:
    """Return every expression that a detector looks for on a day, with its context in words; none for most of them."""
    book = book or shipped_book()
    made = []
    for key in _READ.get(detector, ()):
        rule = book.rule(key, on)
        for place, one in enumerate(rule.values.get("phrases", [rule.values]), start=1):
            made.append(Parameter(f"{key}.{place}", one.get("any", _LISTED), "", _context(rule, one), rule))
    return made


def _context(rule: RuleVersion, one: Mapping[str, Any]) -> Text:
    if "near" not in one:
        return rule.text
    zh = f"{rule.text.zh}；前后{one['within']}字内须有“{one['near']}”，不得有“{one['unless']}”"
    en = f"{rule.text.en}; within {one['within']} characters “{one['near']}” and not “{one['unless']}”"
    return Text(zh, en)


def beside_names(on: date, book: Rulebook | None = None) -> Beside:
    """Return what makes a listed name of a state body count on a day; raises `NotInForce` as `kinds` does."""
    values = (book or shipped_book()).rule("listed_names", on).values
    return Beside(re.compile(values["near"]), re.compile(values["unless"]), values["within"])


def business_scope(on: date, book: Rulebook | None = None) -> re.Pattern[str]:
    """Return what a registered business scope says that offers agency; raises `NotInForce` as `kinds` does."""
    return re.compile((book or shipped_book()).rule("business_scope", on).values["any"])


def _kind(key: str, book: Rulebook, on: date) -> Kind:
    rule = book.rule(key, on)
    values = rule.values
    phrases = tuple(
        Phrase(re.compile(one["any"]), re.compile(one["near"]), re.compile(one["unless"]), one["within"])
        for one in values["phrases"]
    )
    return Kind(
        key,
        values["detector"],
        Text(values["name_zh"], values["name_en"]),
        values["forbidden_to"] == "unlicensed",
        values["weighs"] == "certain",
        phrases,
        rule.version,
    )


def plain(text: str) -> str:
    """Write a text without width, script tricks and blanks, as the phrases expect it."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def said(text: str, kind: Kind) -> Iterator[Said]:
    """Find a kind's phrases in a plain text, the first of each that its context allows."""
    for phrase in kind.phrases:
        for found in phrase.any.finditer(text):
            around = text[max(found.start() - phrase.within, 0) : found.end() + phrase.within]
            if phrase.near.search(around) and not phrase.unless.search(around):
                yield Said(kind.key, text[max(found.start() - 10, 0) : found.end() + 10])
                break
