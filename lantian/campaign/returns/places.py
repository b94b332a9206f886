"""What a place in a cell asks for: a figure, a span, perhaps an office; or a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from lantian.core.messages import Text

PLACE = re.compile(r"\{\{([^{}]*)\}\}")
_SPLIT = re.compile(r"[|｜\s　]+")


class Span(StrEnum):
    """Of which days a number speaks."""

    MONTH = "month"
    ADJUSTED = "adjusted"
    YEAR = "year"


SPAN_TEXTS: Mapping[Span, Text] = {
    Span.MONTH: Text("本月", "this month"),
    Span.ADJUSTED: Text("更正", "adjustment"),
    Span.YEAR: Text("累计", "since January"),
}
WORDS: Mapping[str, Text] = {
    "单位": Text("填报单位的名称", "name of the reporting office"),
    "年": Text("报表年份", "year of the return"),
    "月": Text("报表月份", "month of the return"),
    "填报日期": Text("生成报表的日期", "day on which the return was made"),
}
_SPANS = {word: span for span, text in SPAN_TEXTS.items() for word in (text.zh, str(span))}


@dataclass(frozen=True)
class Bound:
    """A cell's figure, span and office (None: the office that reports)."""

    figure: str
    span: Span
    unit: int | None = None


@dataclass(frozen=True)
class Known:
    """Names that a template may use: figures by id and title, offices by name, short name and code."""

    figures: Mapping[str, str]
    units: Mapping[str, int]


@dataclass(frozen=True)
class Wrong(Exception):
    """A place that says nothing we know."""

    text: Text


def inner(cell: str) -> list[str]:
    """What stands between the braces of a cell."""
    return [found.strip() for found in PLACE.findall(cell)]


def is_word(place: str) -> bool:
    """Whether a place stands for a word."""
    return place in WORDS


def bound(place: str, known: Known) -> Bound:
    """Read a place; raises `Wrong` with the nearest names."""
    figure, *rest = [part for part in _SPLIT.split(place) if part] or [""]
    id = known.figures.get(figure)
    if id is None:
        raise Wrong(_unknown(figure, known.figures))
    span, unit = Span.MONTH, None
    for part in rest:
        if part in _SPANS:
            span = _SPANS[part]
        elif part in known.units:
            unit = known.units[part]
        else:
            raise Wrong(_unknown(part, {**_SPANS, **known.units}))
    return Bound(id, span, unit)


def _unknown(word: str, known: Mapping[str, object]) -> Text:
    near = get_close_matches(word, known, n=3, cutoff=0.3)
    return Text(
        f"不认识“{word}”" + (f"；是否为：{'、'.join(near)}" if near else ""),
        f"'{word}' is not known" + (f"; did you mean {', '.join(near)}?" if near else ""),
    )


def spread(cell: str, words: Mapping[str, str]) -> str:
    """A cell's text with its words written out."""
    return PLACE.sub(lambda found: words.get(found.group(1).strip(), found.group()), cell)


def names(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Ids and titles as names of the ids."""
    for id, title in values.items():
        yield id, id
        yield title, id
