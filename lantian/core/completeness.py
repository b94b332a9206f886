"""Completeness: which article of which instrument has a rule, and which rule names no article.

Reads only what rules cite; each book is checked strictly by its own reader. An article without a rule is no fault by
itself: the report is a list to read, not a test to pass.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from lantian.core.door import text_in_use
from lantian.core.rulebook import AtLeast, BadRulebook, Many, Rulebook, Shape

FILE = "instruments.toml"
SHAPES = {"*": Shape({"names": Many(str)}, {"articles": AtLeast(1)})}
_NUMBER = r"第(\d+|[一二三四五六七八九十百零]+)条"
_ARTICLE = re.compile(rf"{_NUMBER}(?:至{_NUMBER})?")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)}
_WHOLE = "全文"
_SPLIT = re.compile("[；;]")


class Citation(NamedTuple):
    """What one version of a rule cites, as the book writes it."""

    book: str
    rule: str
    instrument: str
    article: str
    confidence: str


class Coverage(NamedTuple):
    """An instrument: rules by article, and the articles without a rule where their number is known."""

    instrument: str
    title: str
    articles: int | None
    rules: Mapping[int, tuple[str, ...]]
    missing: tuple[int, ...]


class Completeness(NamedTuple):
    """The whole report; `unplaced` are rules that name no article, `foreign` those of instruments not listed."""

    coverage: tuple[Coverage, ...]
    unplaced: tuple[Citation, ...]
    foreign: tuple[Citation, ...]


def read_book(text: str, *, file: str = FILE) -> Rulebook:
    """Read a list of instruments; raises `BadRulebook`, also for a name that two instruments claim."""
    rules = Rulebook.from_text(text, file=file, shapes=SHAPES)
    claimed: dict[str, str] = {}
    for id, versions in rules.versions.items():
        for name in versions[-1].values["names"]:
            if claimed.setdefault(name, id) != id:
                raise rules.fault(
                    versions[-1],
                    "names",
                    f"“{name}”已是{claimed[name]}的名称。",
                    f"'{name}' is a name of {claimed[name]} already.",
                )
    return rules


def instruments(text: str | None = None) -> Rulebook:
    """The instruments in use, or those of a text."""
    return read_book(text if text is not None else text_in_use(FILE))


def citations(text: str, *, file: str) -> Iterator[Citation]:
    """Yield what every rule of a book cites; raises `BadRulebook` for a text that is no book."""
    try:
        rules = tomllib.loads(text)["rule"]
        for id, versions in rules.items():
            for each in versions:
                basis = each["basis"]
                yield Citation(file, id, basis["instrument_zh"], basis["article_zh"], each["confidence"])
                if "ground_zh" in each:
                    yield Citation(file, id, each["ground_zh"], each["ground_zh"], each["confidence"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise BadRulebook(f"{file}：不是规则库（{error}）。", f"{file}: is no rule book ({error}).") from None


def completeness(cited: Iterable[Citation], known: Rulebook) -> Completeness:
    """Lay citations over instruments.

    >>> found = completeness([Citation("b", "r", "专利代理条例", "第27条", "text")], instruments())
    >>> found.coverage[0].rules
    {27: ('b:r',)}
    """
    names = {name: id for id, versions in known.versions.items() for name in versions[-1].values["names"]}
    placed: dict[str, dict[int, set[str]]] = {id: {} for id in known.versions}
    unplaced, foreign = [], []
    for citation in cited:
        articles = list(_articles(citation, names))
        if not articles and _WHOLE not in citation.article:
            unplaced.append(citation)
        elif articles and not any(id for id, _ in articles):
            foreign.append(citation)
        for id, article in articles:
            if id:
                placed[id].setdefault(article, set()).add(f"{citation.book}:{citation.rule}")
    coverage = tuple(_coverage(known, id, found) for id, found in placed.items())
    return Completeness(coverage, tuple(sorted(set(unplaced))), tuple(sorted(set(foreign))))


def _coverage(known: Rulebook, id: str, found: Mapping[int, set[str]]) -> Coverage:
    version = known.versions[id][-1]
    total = version.values.get("articles")
    rules = {article: tuple(sorted(found[article])) for article in sorted(found)}
    missing = tuple(number for number in range(1, (total or 0) + 1) if number not in rules)
    return Coverage(id, version.text.zh, total, rules, missing)


def _articles(citation: Citation, names: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    """Pairs of instrument ('' when not listed) and article; a part of a citation may name its own instrument."""
    parts, bodies = _SPLIT.split(citation.article), _SPLIT.split(citation.instrument)
    paired = len(parts) == len(bodies)
    for place, part in enumerate(parts):
        own = _named(part, names)
        if not own and (paired or part.startswith("第")):
            own = _named(bodies[place if paired else 0], names)
        for first, last in _ARTICLE.findall(part):
            start = number_of(first)
            yield from ((own, number) for number in range(start, (number_of(last) if last else start) + 1))


def number_of(written: str) -> int:
    """Read the number of an article, in digits or in Chinese numerals below 200.

    >>> number_of("43"), number_of("四十三"), number_of("十"), number_of("一百零二"), number_of("一百一十")
    (43, 43, 10, 102, 110)
    """
    if written.isdecimal():
        return int(written)
    hundreds, found, rest = written.rpartition("百")
    total = 100 * _DIGITS.get(hundreds or "一", 1) if found else 0
    tens, found, ones = rest.lstrip("零").rpartition("十")
    if found:
        total += 10 * _DIGITS.get(tens or "一", 1)
    return total + _DIGITS.get(ones, 0)


def _named(text: str, names: Mapping[str, str]) -> str:
    """The instrument with the longest name in a text, or ''."""
    fitting = [name for name in names if name in text]
    return names[max(fitting, key=len)] if fitting else ""
