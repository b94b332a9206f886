"""A statement of credit: its lines, its reasons, and its one JSON form (`statement/1`)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from lantian.core.chain import canonical, digest_of
from lantian.core.credit.book import BookName, Indicator
from lantian.core.credit.events import Event, Subject
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence

SCHEMA = "statement/1"
WATERMARK = Text("内部测算，非评价结果", "internal reckoning, not the official result")

WHY = {
    "before": Text(
        "不计：{day}时该规定尚未施行或者已经失效", "not counted: the rule was not in force on {day}"
    ),
    "lapsed": Text("不计：有效期已于{day}届满", "not counted: its period ended on {day}"),
    "annulled": Text("不计：已于{day}被撤销或者更正", "not counted: annulled or corrected on {day}"),
    "repaired": Text("不计：已于{day}修复", "not counted: repaired on {day}"),
    "contested": Text(
        "不计：自{day}起有异议，按规定审核期间不计",
        "not counted: contested since {day}; the rule suspends it",
    ),
    "disputed": Text("照计：自{day}起有异议，审核中", "counted: contested since {day}, under review"),
    "repeats": Text(
        "不计：与事件“{other}”为同一文书同一事项", "not counted: the same matter as event '{other}'"
    ),
    "year": Text("不计：同一年度已计事件“{other}”", "not counted: event '{other}' counts for this year"),
    "cap": Text("部分计入：该项上限{number}分", "counted in part: this item is capped at {number} points"),
    "bonus_cap": Text(
        "部分计入：加分合计上限{number}分", "counted in part: bonuses together are capped at {number} points"
    ),
    "term": Text(
        "照计：文书所定期限未载明，暂无终止日", "counted: the term is not stated, so no last day is known"
    ),
    "transition": Text(
        "照计：{day}施行之日处罚仍在执行",
        "counted: still being served when the rule came into force on {day}",
    ),
}


class Why(NamedTuple):
    """Why a line counts otherwise than its clause alone would say."""

    code: str
    day: date | None = None
    other: str = ""
    number: Decimal | None = None

    @property
    def text(self) -> Text:
        """The reason in words."""
        return _said(self)


@lru_cache(maxsize=65536)
def _said(why: Why) -> Text:
    """Most reasons recur: a cap, a day on which many measures ended."""
    words = WHY[why.code]
    told = {"day": why.day, "other": why.other, "number": why.number}
    return Text(words.zh.format(**told), words.en.format(**told))


class Line(NamedTuple):
    """One event in a statement: `points` is what counts (below zero for deductions), `full` what the clause says.

    `first` and `last` are the days on which it holds, both included; `last` is None while no end is known.
    """

    event: Event
    indicator: Indicator
    points: Decimal
    full: Decimal
    first: date
    last: date | None
    confidence: Confidence
    contested: bool
    why: Why | None


class Statement(NamedTuple):
    """What a subject's credit was on a day, as known on a day. `score` = floor or `opening` + sum of points."""

    subject: Subject
    on: date
    known_on: date
    rulebook: BookName
    opening: Decimal
    lines: tuple[Line, ...]
    score: Decimal
    grade: str
    confidence: Confidence
    floored: bool

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON, in hex: equal digests are equal statements."""
        return digest_of(as_json(self))


@lru_cache(maxsize=65536)
def points_of(hundredths: int) -> Decimal:
    """Hundredths of a point as points with two places.

    >>> points_of(-1050)
    Decimal('-10.50')
    """
    return Decimal(hundredths).scaleb(-2).quantize(Decimal("0.01"))


def as_json(statement: Statement) -> dict[str, Any]:
    """Content of `statement/1` without its schema; decimals and dates as strings."""
    book = statement.rulebook
    return {
        "subject": {"kind": statement.subject.kind, "no": statement.subject.no},
        "on": statement.on.isoformat(),
        "known_on": statement.known_on.isoformat(),
        "rulebook": {"id": book.id, "version": book.version, "digest": book.digest},
        "opening": str(statement.opening),
        "lines": [_line_json(line) for line in statement.lines],
        "score": str(statement.score),
        "floored": statement.floored,
        "grade": statement.grade,
        "confidence": statement.confidence.value,
        "official": False,
        "mark": WATERMARK.zh,
    }


def to_bytes(statement: Statement) -> bytes:
    """The statement as canonical JSON with its schema, the same bytes on every replay."""
    return canonical({"schema": SCHEMA, **as_json(statement)})


def _line_json(line: Line) -> dict[str, Any]:
    event, indicator, why = line.event, line.indicator, line.why
    text = why.text if why is not None else None
    return {
        "event": event.id,
        "document": event.document,
        "quantity": event.quantity,
        "clause": indicator.id,
        "clause_zh": indicator.text.zh,
        "clause_en": indicator.text.en,
        "rule_version": indicator.version,
        "basis": indicator.cite.zh,
        "points": str(line.points),
        "full": str(line.full),
        "from": line.first.isoformat(),
        "to": line.last.isoformat() if line.last is not None else None,
        "confidence": line.confidence.value,
        "contested": line.contested,
        "why_zh": text.zh if text is not None else None,
        "why_en": text.en if text is not None else None,
    }
