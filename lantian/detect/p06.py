"""P06: what no experiment gives, and what a template left behind.

Data that cannot be: shares above 100 percent, parts that sum to more (a range counts with its lower end), ranges the
wrong way round, below absolute zero, days that no calendar has. Templates: places not filled in, and words a drafting
programme says of itself. For review only, for good: whether data are invented is for an examiner to judge, and a slip
of the pen looks the same. Terse genuine texts, designs above all, give no data and no finding. How predictable a text
is (perplexity) is not measured: genuine claims of one field are as predictable as made ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from lantian.detect.contract import Detector, Found, Ground, Reads
from lantian.detect.parameters import shipped_book
from lantian.detect.rules import Rules, rules_of

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
"""Hyphens and minus signs as publications print them: all are read as one."""
# How figures, ranges and days are written: grammar, not judgement. Which words they belong to is in the rule book.
_FIGURE = r"(?:为|达到|可达|是|:|：)?(\d{3,4})(?:\.\d+)?%"
_RANGE = re.compile(r"(?<![\d.\-—~～])(\d+(?:\.\d+)?)℃(?:至|到|~|～|—)(\d+(?:\.\d+)?)℃")
_COLD = re.compile(r"(?<![\d℃%~～\-—])-(\d{3,4})(?:\.\d+)?℃")
_ABSOLUTE_ZERO = 273
"""Whole degrees Celsius below zero: physics, no threshold of ours."""
_AMOUNT = r"\d+(?:\.\d+)?%?(?:(?:至|到|~|～|—|-)\d+(?:\.\d+)?)?%"
_LOWEST = re.compile(r"(\d+(?:\.\d+)?)%?(?:(?:至|到|~|～|—|-)\d+(?:\.\d+)?)?%")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)年(\d{1,2})月(?:(\d{1,2})日)?(?:(?:至|到|~|～|—)((?:19|20)\d\d)年(\d{1,2})月)?"
)
_BEFORE = 8
"""Characters before a share among which a word of growth belongs to it: as far as one phrase reaches."""


@dataclass(frozen=True)
class Signs:
    """What is looked for, by the words and limits of the rule: shares, words of growth, sums of parts, templates."""

    share: re.Pattern[str]
    raised: re.Pattern[str]
    parts: re.Pattern[str]
    slot: re.Pattern[str]
    most: int
    most_together: int

    @classmethod
    def of(cls, rules: Rules) -> Signs:
        """Read the rule."""
        words, limits = rules.words, rules.limits
        part = rf"(?![^\d。；%]{{0,8}}(?:{words['whole']}))[^\d。；%]{{1,8}}{_AMOUNT}"
        return cls(
            re.compile(f"(?:{words['share']}){_FIGURE}"),
            re.compile(words["raised"]),
            re.compile(rf"{words['sum']}[^。；]{{0,40}}?((?:{part}){{3,}})"),
            re.compile(words["slot"]),
            limits["most_percent"],
            limits["sum_percent"],
        )


def find(ground: Ground) -> Iterator[Found]:
    """Yield one finding for each application with impossible data."""
    texts = [name for name in ("abstract", "claim") if ground.has(f"patents.{name}")]
    rows = ground.tables["patents"].filter(pl.col("kind").ne_missing("design"))
    rows = rows.with_columns(text=pl.concat_str(texts, separator="\n", ignore_nulls=True))
    signs, likely = Signs.of(ground.rules), pl.col("text").str.contains(ground.rules.words["likely"])
    for row in rows.filter(likely).iter_rows(named=True):
        data, slots = impossible(row["text"], signs), unfilled(row["text"], signs)
        odd = [*data, *slots]
        if odd:
            key = "both" if data and slots else "data" if data else "slots"
            name = next(iter(row["applicants"] or ()), None) or ""
            number = next(iter(row["applicant_ids"] or ()), None)
            yield Found(
                kind="applicant",
                no=number or f"{name}|{row['application_no']}",
                name=name,
                anchor=f"patents:{row['application_no']}",
                score=1 - 0.5 ** len(odd),  # orders findings; decides none
                strength="weak",
                says=ground.rules.say(key, count=len(odd), quoted="”“".join(odd[:3])),
                evidence=[],
                faults=[*(["data"] if data else []), *(["slots"] if slots else [])],
                members=[row["agency_code"]] if row["agency_code"] else [],
            )


def impossible(text: str, signs: Signs) -> list[str]:
    """Return the passages of a text that give data that cannot be.

    >>> impossible("效率达到130%，在200℃至150℃下烧结，冷却到-20℃", shipped())
    ['效率达到130%', '200℃至150℃']
    """
    text = text.translate(_DASHES)
    shares = (found for found in signs.share.finditer(text) if int(found[1]) > signs.most)
    odd = [
        one.group()
        for one in shares
        if not signs.raised.search(text, max(one.start() - _BEFORE, 0), one.start())
    ]
    odd += [found.group() for found in _RANGE.finditer(text) if float(found[1]) > float(found[2])]
    odd += [found.group() for found in _COLD.finditer(text) if int(found[1]) > _ABSOLUTE_ZERO]
    for found in signs.parts.finditer(text):
        # A range counts with its lower end: only if these exceed the whole no choice within the ranges fits.
        if sum(float(part) for part in _LOWEST.findall(found[1])) > signs.most_together:
            odd.append(found.group())
    return odd + [found.group() for found in _DATE.finditer(text) if not _dated(*found.groups())]


def _dated(year: str, month: str, day: str | None, to_year: str | None, to_month: str | None) -> bool:
    """Whether a day or month is in the calendar, and a span of months runs forward."""
    try:
        begins = date(int(year), int(month), int(day or 1))
        return to_year is None or date(int(to_year), int(to_month or 1), 28) >= begins.replace(day=1)
    except ValueError:
        return False


def unfilled(text: str, signs: Signs) -> list[str]:
    """Return what a template left in a text: places not filled in, words of a drafting programme.

    >>> [unfilled(text, shipped()) for text in ("本发明公开了一种XX装置，包括【此处填写技术特征】。", "一种XXL号服装")]
    [['一种XX', '【此处填写技术特征】'], []]
    """
    return [found.group() for found in signs.slot.finditer(text)]


def shipped(on: date = date(2024, 1, 20)) -> Signs:
    """What the shipped rule looks for on a day."""
    return Signs.of(rules_of(shipped_book(), DETECTOR.id, on, DETECTOR.limits))


DETECTOR = Detector(
    id="P06",
    subject="applicant",
    reads=(
        Reads(
            "patents",
            ("application_no", "disclosure"),
            also=("kind", "applicants", "applicant_ids", "agency_code"),
            one_of=("abstract", "claim"),
        ),
    ),
    limits=("most_percent", "sum_percent", "share", "raised", "sum", "whole", "slot", "likely"),
    find=find,
    version="3",
    review_only=True,
)
