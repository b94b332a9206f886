"""The text by rule around the figures: a sentence stands when its figures do not vanish, or says that they do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lantian.campaign.figures import book
from lantian.campaign.summary import rules
from lantian.campaign.summary.content import Paragraph, Part, Row, Said, Section
from lantian.campaign.summary.counting import Number, Year
from lantian.office.models import Unit
from lantian.office.papers.content import RECORD, TYPED, UNBOUND, day_words

_PLACE = re.compile(r"(\{[a-z_]+\})")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class StoryText:
    """An approved typical case as the summary shows it: already masked."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Typed:
    """What the officer gives: words by section, reasons by figure, sentences left out, typical cases chosen."""

    words: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] = ()
    stories: Sequence[StoryText] = ()


def write(unit: Unit, year: Year, typed: Typed) -> Said:
    """Write the summary of a year."""
    skeleton = rules.rule("skeleton", year.until).values
    names = {"unit": unit.name_zh, "year": str(year.year), "until": day_words(year.until)}
    sections = tuple(_section(one, skeleton, names, year, typed) for one in skeleton["sections"])
    due = rules.due(year.year, for_city=unit.kind == Unit.Kind.CITY)
    return Said(skeleton["title"].format(**names), due.receiver.zh, sections, tuple(_rows(year, typed)))


def large_changes(year: Year) -> list[Number]:
    """Figures whose change against last year needs a reason."""
    rule = rules.rule("comparison", year.until).values
    return [number for number in year.numbers.values() if number.is_large(rule)]


def cleaned(text: str) -> str:
    """Typed text without control signs and blanks around."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def offered(year: Year) -> Iterator[Mapping[str, Any]]:
    """Sentences of the rule that this year can fill."""
    for sentence in rules.rule("skeleton", year.until).values["sentences"]:
        if sentence.get("zero") or not _vanishes(sentence, year.numbers):
            yield sentence


def _section(
    one: Mapping[str, Any], skeleton: Mapping[str, Any], names: Mapping[str, str], year: Year, typed: Typed
) -> Section:
    found = [
        _sentence(sentence, names, year.numbers)
        for sentence in offered(year)
        if sentence["section"] == one["id"] and sentence["id"] not in typed.left_out
    ]
    if one["id"] == "cases":
        found += [_story(number, story) for number, story in enumerate(typed.stories, 1)]
    found += _free(typed.words.get(one["id"], ""))
    if not found and "empty" in one:
        found = [Paragraph((Part(one["empty"]),))]
    return Section(one["id"], one["title_zh"], tuple(found))


def _sentence(
    sentence: Mapping[str, Any], names: Mapping[str, str], numbers: Mapping[str, Number]
) -> Paragraph:
    text = sentence["zero"] if _vanishes(sentence, numbers) else sentence["text"]
    parts = []
    for piece in filter(None, _PLACE.split(text)):
        name = piece[1:-1]
        if not _PLACE.fullmatch(piece):
            parts.append(Part(piece))
        elif name in names:
            parts.append(Part(names[name], RECORD))
        else:
            parts.append(Part(str(numbers[name].value), RECORD, name))
    return Paragraph(tuple(parts), id=sentence["id"])


def _vanishes(sentence: Mapping[str, Any], numbers: Mapping[str, Number]) -> bool:
    """Whether every figure of a sentence is zero; one without figures never vanishes."""
    named = [name for name in rules.NAMED.findall(sentence["text"]) if name not in rules.BUILT_IN]
    return bool(named) and not any(numbers[name].value for name in named if name in numbers)


def _story(number: int, story: StoryText) -> Paragraph:
    return Paragraph((Part(f"案例{number}：{story.title}。"), Part(story.text, TYPED)), story=story.key)


def _free(words: str) -> Iterable[Paragraph]:
    lines = (line.strip() for line in cleaned(words).split("\n"))
    return [Paragraph((Part(line, UNBOUND),)) for line in lines if line]


def _rows(year: Year, typed: Typed) -> Iterator[Row]:
    rule = rules.rule("comparison", year.until).values
    for id, figure in book.figures(year.until).items():
        number = year.numbers[id]
        if number.value or number.last:
            reason = cleaned(typed.reasons.get(id, "")) if number.is_large(rule) else ""
            yield Row(id, figure.title.zh, compared(number, rule), reason)


def compared(number: Number, rule: Mapping[str, Any]) -> str:
    """A figure beside last year's in words, by the values of rule `comparison`."""
    if number.last is None:
        return f"{number.value}（无上年数据）"
    if number.change == 0:
        return f"{number.value}（上年{number.last}，{rule['even']}）"
    way = rule["up"] if number.change > 0 else rule["down"]
    return f"{number.value}（上年{number.last}，{way}{abs(number.change)}）"
