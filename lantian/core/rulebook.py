"""Rule books: legal values as dated, cited data, read strictly from TOML text.

A book has one table `[book]` and, for every rule, one `[[rule.<id>]]` for each span of days in which a
version of it is in force. What a version must say beyond its dates and its citation is declared by the reader
of the book as a `Shape`; a key that nobody declared is refused: a mistyped value must never be passed over.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NoReturn

from lantian.core.chain import digest_of
from lantian.core.messages import Refused, Text, Unreadable, WrongUse
from lantian.core.places import Path, header_above, line_of, written
from lantian.core.shapes import WORDS, is_points
from lantian.core.shapes import AtLeast as AtLeast
from lantian.core.shapes import Kind as Kind
from lantian.core.shapes import Many as Many
from lantian.core.shapes import OneOf as OneOf
from lantian.core.shapes import Points as Points
from lantian.core.shapes import Shape as Shape


class BadRulebook(Unreadable):
    """A rule book breaks a rule of its own form; the text names the file, the place and the line."""


class UnknownRule(WrongUse):
    """No rule of this name is in the book."""


class NotInForce(Refused):
    """The rule exists, but no version of it is in force on the day asked for."""


class Confidence(StrEnum):
    """How sure a value is: read in the instrument, in a text about it, remembered, or only assumed by us."""

    TEXT = "text"
    TEXT_SECONDARY = "text-secondary"
    MEMORY = "memory"
    UNVERIFIED = "unverified"

    @property
    def told(self) -> Text:
        """The same in words for a screen."""
        return _TOLD[self]

    @property
    def doubt(self) -> int:
        """0 for what was read in the instrument, more for every step away from it.

        >>> max(Confidence.TEXT, Confidence.UNVERIFIED, Confidence.MEMORY, key=lambda each: each.doubt)
        <Confidence.UNVERIFIED: 'unverified'>
        """
        return _DOUBT[self]


_TOLD = {
    Confidence.TEXT: Text("已核对原文", "read in the instrument itself"),
    Confidence.TEXT_SECONDARY: Text("仅见转述，原文未核对", "read in a text about it, not in the instrument"),
    Confidence.MEMORY: Text("凭记忆录入，未经核对", "from memory, not verified"),
    Confidence.UNVERIFIED: Text(
        "未经核实的暂定内容，不是官方规定", "assumed and not verified: not the official value"
    ),
}
_DOUBT = {confidence: place for place, confidence in enumerate(Confidence)}


@dataclass(frozen=True)
class Basis:
    """The citation: an instrument and the place in it."""

    instrument: Text
    article: Text

    def cite(self) -> Text:
        """Write the citation as one line."""
        return Text(f"{self.instrument.zh} {self.article.zh}", f"{self.instrument.en}, {self.article.en}")


@dataclass(frozen=True)
class RuleVersion:
    """One version of a rule, in force from `valid_from` to `valid_to`, both days included.

    `version` is the first day in force and the start of a digest over everything the version says.
    """

    id: str
    version: str
    valid_from: date
    valid_to: date | None
    text: Text
    basis: Basis
    confidence: Confidence
    source: str
    unit: str | None
    note: Text | None
    values: Mapping[str, Any]

    def in_force(self, on: date) -> bool:
        """Whether this version applies on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Rulebook:
    """A whole book. `digest` is the SHA-256 of its UTF-8 text, as any checksum program gives it."""

    id: str
    version: str
    title: Text
    digest: str
    versions: Mapping[str, tuple[RuleVersion, ...]]
    reading: _Reading = field(repr=False, compare=False)

    @classmethod
    def from_text(
        cls, text: str, *, file: str, shapes: Mapping[str, Shape], gapless: bool = False
    ) -> Rulebook:
        """Read a book; `shapes` gives the further keys by rule id, `*` standing for every other id.

        Raises `BadRulebook` for anything unknown, missing, twice said, overlapping or of the wrong kind, and with
        `gapless` for days between two versions of a rule on which none is in force.
        """
        return _Reading(text, file, gapless).book(shapes)

    def fault(self, version: RuleVersion, key: str, zh: str, en: str) -> BadRulebook:
        """A refusal at a key of a version, for readers that find a contradiction between values."""
        path = ("rule", version.id, self.reading.places[version.id, version.valid_from], key)
        return self.reading.bad(self.reading.line_of(path), written(path), zh, en)

    def rule(self, id: str, on: date) -> RuleVersion:
        """Return the version in force on a day; raise `UnknownRule` or `NotInForce`."""
        if id not in self.versions:
            known = get_close_matches(id, self.versions, n=5, cutoff=0.4) or sorted(self.versions)[:5]
            raise UnknownRule(
                f"没有名为“{id}”的规则；相近的有：{'、'.join(known)}。",
                f"There is no rule '{id}'; near: {', '.join(known)}.",
            )
        for version in self.versions[id]:
            if version.in_force(on):
                return version
        spans = "; ".join(f"{v.valid_from} – {v.valid_to or '…'}" for v in self.versions[id])
        raise NotInForce(
            f"规则“{id}”在{on}尚无生效版本；本规则库收录的有效期：{spans}。请核对日期。",
            f"No version of '{id}' is in force on {on}; this book holds: {spans}. Check the date.",
        )


@cache
def shipped(name: str) -> str:
    """Return the text of a rule book that comes with the program."""
    return files("lantian").joinpath("rulebooks", name).read_text("utf-8")


_BOOK = Shape({"id": str, "version": str, "title_zh": str, "title_en": str})
_BASIS = Shape({"instrument_zh": str, "instrument_en": str, "article_zh": str, "article_en": str})
_CITED: dict[str, Kind] = {
    "valid_from": date,
    "text_zh": str,
    "text_en": str,
    "basis": _BASIS,
    "confidence": OneOf(tuple(Confidence)),
    "source": str,
}
_MAY_SAY: dict[str, Kind] = {"valid_to": date, "unit": str, "note_zh": str, "note_en": str}
_TWINS = {"_zh": "_en", "_en": "_zh"}
_TWICE = ("overwrite", "twice", "Duplicate", "Cannot mutate immutable", "Cannot define")


class _Reading:
    """One pass over one file: remembers the text, so that a refusal can name the line."""

    def __init__(self, text: str, file: str, gapless: bool) -> None:
        self.text, self.file, self.gapless = text, file, gapless
        self.places: dict[tuple[str, date], int] = {}

    def book(self, shapes: Mapping[str, Shape]) -> Rulebook:
        content = self.parse()
        for key in content.keys() - {"book", "rule"}:
            self.refuse((key,), "不认识的表。", "unknown table.")
        head = content.get("book", {})
        self.check(head, _BOOK, ("book",))
        rules = content.get("rule", {})
        self.expect(rules, dict, ("rule",))
        versions = {id: self.rule(id, tables, shapes) for id, tables in rules.items()}
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return Rulebook(
            head["id"], head["version"], Text(head["title_zh"], head["title_en"]), digest, versions, self
        )

    def parse(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            line = int(found[1]) if found else len(self.text.splitlines())
            twice = any(word in str(error) for word in _TWICE)
            zh, en = ("同一个键出现两次", "said twice") if twice else ("不是有效的TOML", "not valid TOML")
            raise self.bad(
                line, header_above(self.text, line), f"{zh}（{error}）。", f"{en} ({error})."
            ) from error
        except (ValueError, RecursionError) as error:
            # Brackets within brackets without end, or a number of thousands of digits.
            raise self.bad(
                None,
                "—",
                "数字过长或者括号层数过多。",
                "a number is too long, or brackets are nested too deep.",
            ) from error

    def rule(self, id: str, tables: Any, shapes: Mapping[str, Shape]) -> tuple[RuleVersion, ...]:
        shape = shapes.get(id, shapes.get("*"))
        if shape is None:
            self.refuse(("rule", id), "本规则库没有这条规则。", "this book has no such rule.")
        self.expect(tables, list, ("rule", id))
        if not tables:
            self.refuse(("rule", id), "没有任何版本。", "it has no version.")
        full = Shape({**_CITED, **shape.required}, {**_MAY_SAY, **shape.optional})
        places = {}
        for place, table in enumerate(tables):
            self.check(table, full, ("rule", id, place))
            places[place] = _version(id, table)
        return self.in_order(places)

    def in_order(self, places: Mapping[int, RuleVersion]) -> tuple[RuleVersion, ...]:
        """Sort by first day; refuse spans that end before they begin or overlap."""
        ordered = sorted(places.items(), key=lambda item: item[1].valid_from)
        for place, version in ordered:
            if version.valid_to is not None and version.valid_to < version.valid_from:
                path = ("rule", version.id, place, "valid_to")
                self.refuse(path, "终止日早于起始日。", "ends before it begins.")
            self.places[version.id, version.valid_from] = place
        for (_, earlier), (place, later) in pairwise(ordered):
            if earlier.in_force(later.valid_from):
                path = ("rule", later.id, place, "valid_from")
                self.refuse(
                    path,
                    f"与{earlier.valid_from}起的版本有效期重叠。",
                    f"overlaps the version valid from {earlier.valid_from}.",
                )
            if self.gapless and not earlier.in_force(later.valid_from - timedelta(1)):
                path = ("rule", later.id, place, "valid_from")
                self.refuse(
                    path,
                    f"与{earlier.valid_from}起的版本之间有空档，其间没有生效的规定。",
                    f"leaves days without a rule after the version valid from {earlier.valid_from}.",
                )
        return tuple(version for _, version in ordered)

    def check(self, value: Any, kind: Kind, path: Path) -> None:
        """Refuse a value that is not of its kind."""
        if isinstance(kind, Shape):
            self.check_table(value, kind, path)
        elif isinstance(kind, Many):
            self.expect(value, list, path)
            for place, member in enumerate(value):
                self.check(member, kind.of, (*path, place))
        else:
            self.check_single(value, kind, path)

    def check_single(self, value: Any, kind: Kind, path: Path) -> None:
        """Refuse a single value that is not of its kind."""
        if isinstance(kind, OneOf):
            if value not in kind.values:
                options = " | ".join(kind.values)
                self.refuse(path, f"应为其中之一：{options}。", f"must be one of {options}.")
        elif isinstance(kind, AtLeast):
            self.expect(value, int, path)
            if value < kind.minimum:
                self.refuse(path, f"不得小于{kind.minimum}。", f"must be at least {kind.minimum}.")
        elif isinstance(kind, Points):
            if not is_points(value):
                self.refuse(
                    path, "应为不小于0、最多两位小数的数。", "must be 0 or more with at most two decimals."
                )
        elif isinstance(kind, type):
            self.expect(value, kind, path)

    def check_table(self, table: Any, shape: Shape, path: Path) -> None:
        """Refuse unknown keys, missing keys, and a text given in one language only."""
        self.expect(table, dict, path)
        # A reader may make a common key obligatory or narrow it: its own kind is the one that holds.
        kinds = {**shape.optional, **shape.required}
        for key, value in table.items():
            if key not in kinds:
                self.refuse((*path, key), "不认识的键。", "unknown key.")
            self.check(value, kinds[key], (*path, key))
        twins = {key[:-3] + _TWINS[key[-3:]] for key in table if key[-3:] in _TWINS}
        for key in sorted((shape.required.keys() | twins) - table.keys()):
            self.refuse((*path, key), "缺少这个键。", "this key is missing.")

    def expect(self, value: object, kind: type, path: Path) -> None:
        """Refuse a value of another type: yes or no is no number, a moment is no date, blank is no text."""
        fits = isinstance(value, kind) and not isinstance(value, bool | datetime)
        if not fits or (isinstance(value, str) and not value.strip()):
            words = WORDS[kind]
            self.refuse(path, f"应为{words.zh}，且不能为空。", f"must be {words.en}, not empty.")

    def refuse(self, path: Path, zh: str, en: str) -> NoReturn:
        """Raise `BadRulebook` for a place in the book."""
        raise self.bad(self.line_of(path), written(path), zh, en)

    def bad(self, line: int | None, where: str, zh: str, en: str) -> BadRulebook:
        at_zh, at_en = (f"第{line}行，", f"line {line}, ") if line else ("", "")
        return BadRulebook(f"{self.file}，{at_zh}{where}：{zh}", f"{self.file}, {at_en}{where}: {en}")

    def line_of(self, path: Path) -> int | None:
        """Find the line of a key, else of its table, counted from 1."""
        return line_of(self.text, path)


def _version(id: str, table: Mapping[str, Any]) -> RuleVersion:
    """Make a version out of a table that was found in order."""
    basis = table["basis"]
    common = _CITED.keys() | _MAY_SAY.keys()
    digest = digest_of(_plain(table))
    return RuleVersion(
        id=id,
        version=f"{table['valid_from']}.{digest[:8]}",
        valid_from=table["valid_from"],
        valid_to=table.get("valid_to"),
        text=Text(table["text_zh"], table["text_en"]),
        basis=Basis(
            Text(basis["instrument_zh"], basis["instrument_en"]),
            Text(basis["article_zh"], basis["article_en"]),
        ),
        confidence=Confidence(table["confidence"]),
        source=table["source"],
        unit=table.get("unit"),
        note=Text(table["note_zh"], table["note_en"]) if "note_zh" in table else None,
        values={key: value for key, value in table.items() if key not in common},
    )


def _plain(value: Any) -> Any:
    """Write dates and decimals as text, so that a table has a canonical JSON form."""
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return str(value) if isinstance(value, date | Decimal) else value
