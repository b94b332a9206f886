"""Masking of a typical case: names of natural persons, numbers, ways of contact, by rule; more by hand, never less.

Names are those that records name, and those that stand behind a title (法定代表人…). A name that no record and no
title points to is not found: the officer adds it, and a second person reads both texts side by side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lantian.core.messages import Text

NAME_WHY = Text("自然人姓名", "name of a natural person")
MORE_WHY = Text("经办人另行隐去", "masked by the officer")
MORE_SHOWN = "××"
_HAN = r"[\u3400-\u9fff]"
_PERSON = re.compile(r"[\u3400-\u9fff]{2,4}$|[\u3400-\u9fff]+·[\u3400-\u9fff·]+$")


@dataclass(frozen=True)
class Piece:
    """A stretch of text; `shown` stands in its place, and `why`, when it is masked."""

    text: str
    shown: str = ""
    why: Text | None = None


@dataclass(frozen=True)
class Masked:
    """A text cut into pieces that stay and pieces that are masked."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """What others read."""
        return "".join(piece.shown if piece.why else piece.text for piece in self.pieces)

    @property
    def replaced(self) -> tuple[Piece, ...]:
        """What was masked, in order."""
        return tuple(piece for piece in self.pieces if piece.why)


def mask(text: str, rule: Mapping[str, Any], names: Iterable[str] = (), more: Iterable[str] = ()) -> Masked:
    """Mask by the values of rule `masking`; `names` come from records, `more` are the officer's own words."""
    clean = _plain_digits(text)
    by_name = _shown_names(_in_order(clean, {*_people(names), *_behind_titles(clean, rule)}), rule)
    parts = [(re.escape(word), MORE_SHOWN, MORE_WHY) for word in _longest_first(more)]
    parts += [
        (one["expression"], one["shown"], Text(one["why_zh"], one["why_en"])) for one in rule["patterns"]
    ]
    parts += [(re.escape(name), by_name[name], NAME_WHY) for name in _longest_first(by_name)]
    return Masked(tuple(_cut(clean, parts)))


def holds(text: str, rule: Mapping[str, Any], names: Iterable[str] = ()) -> bool:
    """Whether a text still holds something that the rule masks."""
    return bool(mask(text, rule, names).replaced)


def _cut(text: str, parts: Sequence[tuple[str, str, Text]]) -> Iterator[Piece]:
    at = 0
    if parts:
        one = re.compile("|".join(f"(?P<p{n}>{expression})" for n, (expression, _, _) in enumerate(parts)))
        for found in one.finditer(text):
            if found.start() > at:
                yield Piece(text[at : found.start()])
            number = next(n for n in range(len(parts)) if found[f"p{n}"] is not None)
            yield Piece(found[0], parts[number][1], parts[number][2])
            at = found.end()
    if at < len(text):
        yield Piece(text[at:])


def _plain_digits(text: str) -> str:
    """Digits and Latin letters of double width as plain ones: otherwise a telephone number passes in disguise."""
    return "".join(
        unicodedata.normalize("NFKC", sign) if "\uff10" <= sign <= "\uff5a" and sign.isalnum() else sign
        for sign in text
    )


def _people(names: Iterable[str]) -> set[str]:
    return {name.strip() for name in names if _PERSON.match(name.strip())}


def _behind_titles(text: str, rule: Mapping[str, Any]) -> set[str]:
    """Names behind a title, and those joined to them (代理师张三、李四): a surname and one or two signs."""
    titles = "|".join(sorted(map(re.escape, rule["before"]), key=len, reverse=True))
    strong = f"(?:{'|'.join(rule['compound_surnames'])}|[{rule['surnames']}])"
    # A surname that is also a common word (于, 曾) counts only where something says that a name follows.
    first = re.compile(f"(?:{titles})(?:[为是系：:]|\\s)?(?P<surname>{strong})(?P<given>{_HAN}{{1,2}})")
    linked = re.compile(
        f"(?:{titles})[为是系：:](?P<surname>[{rule['weak_surnames']}])(?P<given>{_HAN}{{1,2}})"
    )
    joined = re.compile(f"[{rule['joins']}](?P<surname>{strong})(?P<given>{_HAN}{{1,2}})")
    follows = re.compile(f"{titles}|{strong}")
    found = set()
    for match in (*first.finditer(text), *linked.finditer(text)):
        next_: re.Match[str] | None = match
        while next_ is not None:
            name = _name(next_, rule, follows)
            found |= {name} if name else set()
            end = next_.start("surname") + len(name)
            next_ = joined.match(text, end) if name else None
    return found


def _name(match: re.Match[str], rule: Mapping[str, Any], follows: re.Pattern[str]) -> str:
    """The name that begins at a surname, cut before a sign that names do not end on; empty when it is none."""
    surname, given = match["surname"], match["given"]
    if given[0] in rule["never_first"] or rule["given"] in given:
        return ""
    last = given[1:]
    joins = last in rule["joins"] and follows.match(match.string, match.end()) is not None
    return str(surname + given[0] if last and (joins or last in rule["never_last"]) else surname + given)


def _in_order(text: str, names: Iterable[str]) -> list[str]:
    return sorted((name for name in names if name in text), key=lambda name: (text.index(name), name))


def _shown_names(names: Sequence[str], rule: Mapping[str, Any]) -> dict[str, str]:
    """张某某 for each name; two persons who would look alike become 张某甲 and 张某乙."""
    plain = {name: _surname(name, rule) + rule["given"] * _length(name, rule) for name in names}
    shown = {}
    for name, form in plain.items():
        alike = [other for other in names if plain[other] == form]
        if len(alike) == 1:
            shown[name] = form
        else:
            order = rule["order"]
            shown[name] = f"{_surname(name, rule)}{rule['given']}{order[alike.index(name) % len(order)]}"
    return shown


def _surname(name: str, rule: Mapping[str, Any]) -> str:
    return name[:2] if name[:2] in rule["compound_surnames"] and len(name) > 2 else name[:1]


def _length(name: str, rule: Mapping[str, Any]) -> int:
    return min(len(name) - len(_surname(name, rule)), 2)


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted({word for word in words if word}, key=lambda word: (-len(word), word))
