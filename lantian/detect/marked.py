"""Where a text says what the phrase rules look for: places in the text as it stands, for an eye to fall on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lantian.detect.phrases import Kind, plain


@dataclass(frozen=True)
class Place:
    """Signs `begin` to `end` of the text say something of a kind."""

    begin: int
    end: int
    kind: str


def places(text: str, kinds: Mapping[str, Kind]) -> list[Place]:
    """Every place whose context counts (`phrases`), in order, none overlapping another."""
    folded, origin = _folded(text)
    found = sorted(_found(folded, kinds.values()), key=lambda one: (one.begin, -one.end))
    told: list[Place] = []
    for one in found:
        place = Place(origin[one.begin], origin[one.end - 1] + 1, one.kind)
        if not told or place.begin >= told[-1].end:
            told.append(place)
    return told


def _found(folded: str, kinds: Iterable[Kind]) -> Iterator[Place]:
    for kind in kinds:
        for phrase in kind.phrases:
            for match in phrase.any.finditer(folded):
                around = folded[max(match.start() - phrase.within, 0) : match.end() + phrase.within]
                if (
                    match.end() > match.start()
                    and phrase.near.search(around)
                    and not phrase.unless.search(around)
                ):
                    yield Place(match.start(), match.end(), kind.key)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as phrases expect it, sign by sign, and for each of its signs the place it came from."""
    pieces, origin = [], []
    for at, sign in enumerate(text):
        folded = plain(sign)
        pieces.append(folded)
        origin += [at] * len(folded)
    return "".join(pieces), origin
