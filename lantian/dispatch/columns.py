"""Where the columns of a return sheet stand in what came back: moved, renamed slightly, or gone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from lantian.core.messages import Text, Unreadable
from lantian.dispatch.grids import fold
from lantian.dispatch.sheets import KEY_HEADER, Field

STOPS = ".。;；,，、!！"
_ALIKE = 0.7
_BRACKETS = re.compile(r"[((\[【<〈《].*?[))\]】>〉》]")


def _wanted(columns: Sequence[str], fields: Sequence[Field]) -> list[str]:
    return [KEY_HEADER, *columns, *(each.header for each in fields)]


def known(headers: Sequence[str], columns: Sequence[str], fields: Sequence[Field]) -> int:
    """Count the wanted columns among some headers."""
    there = {fold(header) for header in headers if header.strip()}
    bare = {_bare(header) for header in headers if header.strip()}
    return sum(1 for name in _wanted(columns, fields) if fold(name) in there or _bare(name) in bare)


def _bare(header: str) -> str:
    """A header without its notes in brackets, stars and stops."""
    text = fold(header)
    return (_BRACKETS.sub("", text) or text).strip("*:" + STOPS)


def places_of(
    headers: Sequence[str], columns: Sequence[str], fields: Sequence[Field]
) -> tuple[dict[str, int], list[Text]]:
    """Where each wanted column stands: by its full header, by its bare name, then by likeness (which is noted)."""
    found: dict[str, int] = {}
    notes: list[Text] = []
    for form in (fold, _bare):
        for name in _wanted(columns, fields):
            free = [place for place in range(len(headers)) if place not in found.values()]
            fits = [place for place in free if headers[place].strip() and form(headers[place]) == form(name)]
            if name not in found and fits:
                found[name] = fits[0]
    for name in (name for name in _wanted(columns, fields) if name not in found):
        free = [place for place in range(len(headers)) if place not in found.values() and headers[place]]
        best = max(free, key=lambda place: _likeness(headers[place], name), default=None)
        if best is not None and _likeness(headers[best], name) >= _ALIKE:
            found[name] = best
            notes.append(
                Text(
                    f"把列“{headers[best]}”认作“{name}”，请核对。",
                    f"Column '{headers[best]}' was taken for '{name}'. Please check.",
                )
            )
    return found, notes


def _likeness(header: str, name: str) -> float:
    one, other = _bare(header), _bare(name)
    if min(len(one), len(other)) > 1 and (one in other or other in one):
        return 1.0 - abs(len(one) - len(other)) / 20
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def check_columns(
    places: Mapping[str, int], name: str, columns: Sequence[str], fields: Sequence[Field]
) -> None:
    """Raise `Unreadable` for a file without any column to fill in, or without anything to know its rows by."""
    if not any(each.header in places for each in fields):
        titles = "、".join(each.title.zh for each in fields)
        raise Unreadable(
            f"“{name}”中找不到要填写的列（{titles}）；请在下发的反馈表上填写后上传。",
            f"'{name}' has none of the columns to fill in ({titles}); fill in the sheet that was sent.",
        )
    if KEY_HEADER not in places and not any(column in places for column in columns):
        raise Unreadable(
            f"“{name}”中没有行键列，也没有原件的列，认不出各行；请在下发的反馈表上填写后上传。",
            f"'{name}' has neither the column of keys nor the sender's columns; fill in the sheet that was sent.",
        )


def absent(places: Mapping[str, int], fields: Sequence[Field]) -> Iterator[Text]:
    """Name the columns to fill in that are gone."""
    for each in fields:
        if each.header not in places:
            yield Text(
                f"表中没有“{each.title.zh}”列，该列已有的答复不变；需要填写的请恢复此列后重发。",
                f"Column '{each.title.en}' is not there; its known answers stay. Put it back to fill it in.",
            )
