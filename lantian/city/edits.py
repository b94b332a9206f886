"""The edits that turn one text into the next: how abnormal batches are planted, and lawful relatives made.

Planted, of one source: a identical; b figures replaced; c10, c20, c30 that share of the swappable terms
renamed; d clauses reordered; m all three mixed; n noise (punctuation, width, traditional characters).
Planted, of two sources: e73, e55 recombination. Lawful: dual (the same invention as another kind of patent),
family (a divisional or priority successor), series (an improvement that keeps about a quarter).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any, Final

from lantian.city.texts import Words, groups, lexicon

Edit = Callable[[Words, Random], Words]
Merge = Callable[[Words, Words, Random], Words]

# A figure, not the number of a claim, a clause or a step.
_FIGURE: Final = re.compile(r"(?<![S（\d.])\d+(?:\.\d+)?(?![）．.\d])")
_NUMBER: Final = re.compile(r"^(?:（\d+）|S\d+、|\d+）)")
_TRADITIONAL: Final = dict(
    zip(
        "装与结构连进动开设两侧滑轮电机热转轴压缓冲气体盘数据图识别测监终块组铰链导轨驱",
        "裝與結構連進動開設兩側滑輪電機熱轉軸壓緩衝氣體盤數據圖識別測監終塊組鉸鏈導軌驅",
        strict=True,
    )
)
_WIDE: Final = {ord(char): chr(ord(char) + 0xFEE0) for char in "0123456789abcdefghijklmnopqrstuvwxyz()%:~"}
_HALF: Final = str.maketrans({"，": ",", "；": ";", "。": ".", "：": ":", "（": "(", "）": ")"})


def _map(words: Words, change: Callable[[str], str]) -> Words:
    claim = None if words.claim is None else change(words.claim)
    return Words(change(words.title), change(words.abstract), claim)


def identical(words: Words, rng: Random) -> Words:
    """Leave every character as it is."""
    return words


def figures_replaced(words: Words, rng: Random) -> Words:
    """Scale every figure by one factor, so that ranges stay in order."""
    factor = rng.uniform(1.1, 2.4)

    def scaled(match: re.Match[str]) -> str:
        figure = match.group()
        whole = str(max(1, round(float(figure) * factor)) + 1)
        return f"{float(figure) * factor + 0.1:.1f}" if "." in figure else whole

    return _map(words, lambda text: _FIGURE.sub(scaled, text))


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """Return every swappable term with the terms that may stand in its place."""
    table: dict[str, dict[str, None]] = {}
    for group in _swappable(lexicon()):
        for term in group:
            # A term may stand in the groups of several grammars.
            table.setdefault(term, {}).update((other, None) for other in group if other != term)
    return {term: tuple(others) for term, others in table.items()}


def _swappable(entries: dict[str, Any]) -> list[list[str]]:
    lines = [
        line
        for grammar in (entries["device"], entries["process"], entries["system"], *entries["field"])
        for name, line in grammar.items()
        # In `measures` the second word is the unit.
        if isinstance(line, str) and name != "measures"
    ]
    return [group for line in lines for group in groups(line) if len(group) > 1]


@cache
def _terms() -> re.Pattern[str]:
    return re.compile("|".join(sorted(synonyms(), key=lambda term: (-len(term), term))))


def synonyms_swapped(words: Words, rng: Random, share: float = 0.2) -> Words:
    """Rename a share of the distinct swappable terms of a text, each one everywhere alike."""
    whole = f"{words.title}\n{words.abstract}\n{words.claim or ''}"
    found = sorted(set(_terms().findall(whole)))
    chosen = rng.sample(found, math.ceil(len(found) * share))
    renamed = {term: rng.choice(synonyms()[term]) for term in chosen}
    return _map(
        words, lambda text: _terms().sub(lambda match: renamed.get(match.group(), match.group()), text)
    )


def split_claim(claim: str) -> tuple[str, list[str], str]:
    """Return head, clauses without their numbers, and the style of numbering (a format with {0})."""
    head, _, body = claim.rstrip("。").partition("：")
    clauses = body.split("；")
    first = _NUMBER.match(clauses[0])
    style = "" if first is None else re.sub(r"\d+", "{0}", first.group())
    return head, [_NUMBER.sub("", clause) for clause in clauses], style


def join_claim(head: str, clauses: list[str], style: str) -> str:
    """Put a claim together again, its clauses numbered in their new order."""
    numbered = [style.format(number) + clause for number, clause in enumerate(clauses, 1)]
    return f"{head}：{'；'.join(numbered)}。"


def _split_abstract(abstract: str) -> tuple[str, list[str], str]:
    opener, middle, closer = abstract.rstrip("。").split("。")
    return opener, middle.split("；"), closer


def _join_abstract(opener: str, middle: list[str], closer: str) -> str:
    return f"{opener}。{'；'.join(middle)}。{closer}。"


def clauses_reordered(words: Words, rng: Random) -> Words:
    """Shuffle the clauses of the claim and the middle of the abstract; a design stays as it is."""
    if words.claim is None:
        return words
    head, clauses, style = split_claim(words.claim)
    opener, middle, closer = _split_abstract(words.abstract)
    rng.shuffle(clauses)
    rng.shuffle(middle)
    return Words(words.title, _join_abstract(opener, middle, closer), join_claim(head, clauses, style))


def mixed(words: Words, rng: Random) -> Words:
    """Replace figures, swap 15 % of the terms and reorder the clauses."""
    return clauses_reordered(synonyms_swapped(figures_replaced(words, rng), rng, 0.15), rng)


def noise(words: Words, rng: Random) -> Words:
    """Change what no reader reads: punctuation, full and half width, traditional characters, stray spaces."""
    tables: list[dict[int, Any]] = [_WIDE, dict(_HALF), {ord(old): new for old, new in _TRADITIONAL.items()}]
    chosen = rng.sample(tables, rng.randint(1, 3))

    def noisy(text: str) -> str:
        for table in chosen:
            text = text.translate(table)
        return text.replace("，", "， ")

    return _map(words, noisy)


def dual(words: Words, rng: Random) -> Words:
    """Turn an invention's text into its utility model of the same day."""
    return _map(words, lambda text: text.replace("本发明", "本实用新型"))


def family(words: Words, rng: Random) -> Words:
    """Turn a text into its divisional or priority successor: the same disclosure, fewer clauses claimed."""
    if words.claim is None:
        return words
    head, clauses, style = split_claim(words.claim)
    keep = sorted(rng.sample(range(len(clauses)), max(2, round(len(clauses) * 0.8))))
    return replace(words, claim=join_claim(head, [clauses[number] for number in keep], style))


def merged(first: Words, second: Words, rng: Random, share: float) -> Words:
    """Join a share of the first text's clauses with the rest of the second, under the second's title."""
    if first.claim is None or second.claim is None:
        return first
    _, own, _ = split_claim(first.claim)
    head, other, style = split_claim(second.claim)
    _, own_middle, _ = _split_abstract(first.abstract)
    opener, other_middle, closer = _split_abstract(second.abstract)
    clauses = own[: round(len(own) * share)] + other[round(len(other) * share) :]
    middle = own_middle[: round(len(own_middle) * share)] + other_middle[round(len(other_middle) * share) :]
    return Words(second.title, _join_abstract(opener, middle, closer), join_claim(head, clauses, style))


EDITS: Final[dict[str, Edit]] = {
    "a": identical,
    "b": figures_replaced,
    "c10": lambda words, rng: synonyms_swapped(words, rng, 0.1),
    "c20": lambda words, rng: synonyms_swapped(words, rng, 0.2),
    "c30": lambda words, rng: synonyms_swapped(words, rng, 0.3),
    "d": clauses_reordered,
    "m": mixed,
    "n": noise,
    "dual": dual,
    "family": family,
}
MERGES: Final[dict[str, Merge]] = {
    "e73": lambda first, second, rng: merged(second, first, rng, 0.3),
    "e55": lambda first, second, rng: merged(second, first, rng, 0.45),
    "series": lambda first, second, rng: merged(first, second, rng, 0.28),
}
PLANTED: Final = ("a", "b", "c10", "c20", "c30", "d", "m", "n")
LAWFUL: Final = ("dual", "family", "series")


def edit(kind: str, words: Words, rng: Random) -> Words:
    """Return the words after one edit of `EDITS`; draws only from `rng`. KeyError for an unknown kind."""
    return EDITS[kind](words, rng)
