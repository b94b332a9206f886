"""Two applications side by side: texts with equal passages numbered, and what is on file about them.

Only published applications are read. Everything here is worked out when the page is opened, never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from lantian.core.messages import Text
from lantian.desk.present.words import kind_of_application, said
from lantian.detect import passages
from lantian.filings.models import Patent

SHOWN = 50
BLOCKS: dict[str, Text] = {
    "title": Text("标题", "Title"),
    "abstract": Text("摘要", "Abstract"),
    "claim": Text("权利要求", "Claim"),
}
HIDDEN = Text(
    "其中一件尚未公开，或者不知是否已公开：不显示文本。",
    "One of the two is not published, or not known to be: its text is not shown.",
)
GONE = Text(
    "其中一件已不在申请表中，无法对照。",
    "One of the two is no longer in the table of applications.",
)


@dataclass(frozen=True)
class Mark:
    """A passage in one text, in Python characters; equal numbers mark equal passages."""

    start: int
    end: int
    number: int


@dataclass(frozen=True)
class Chosen:
    """The two applications under comparison, by number."""

    a: str
    b: str


def readable(row: Patent | None) -> bool:
    """Whether the text of an application may be shown."""
    return row is not None and row.disclosure == "published"


def texts(row: Patent) -> list[str]:
    """The compared texts in their order."""
    return [getattr(row, name) or "" for name in BLOCKS]


def likeness(left: str, others: Sequence[str], known: Mapping[str, Patent]) -> dict[str, float]:
    """Jaccard index of each readable application against the left one."""
    base = known.get(left)
    if base is None or not readable(base):
        return {}
    return {
        number: passages.numbers(texts(base), texts(known[number])).jaccard
        for number in others
        if number != left and readable(known.get(number))
    }


def pair(chosen: Chosen, known: Mapping[str, Patent]) -> dict[str, Any]:
    """Both texts with their marks and the numbers of the pair, one text where there is no other, or why not."""
    a, b = known.get(chosen.a), known.get(chosen.b)
    if a is None or b is None:
        return _hidden(chosen, GONE)
    if not readable(a) or not readable(b):
        return _hidden(chosen, HIDDEN)
    if chosen.a == chosen.b:
        blocks = [_block(label, text, []) for label, text in zip(BLOCKS.values(), texts(a), strict=True)]
        return {"a": {"number": chosen.a, "title": a.title, "blocks": blocks}, "alone": True}
    numbers = passages.numbers(texts(a), texts(b))
    left, right, found = _blocks(a, b)
    return {
        "a": {"number": chosen.a, "title": a.title, "blocks": left},
        "b": {"number": chosen.b, "title": b.title, "blocks": right},
        "passages": found,
        "jaccard": numbers.jaccard,
        "containment": numbers.containment,
        "shared": numbers.shared,
    }


def _hidden(chosen: Chosen, why: Text) -> dict[str, Any]:
    return {"a": {"number": chosen.a}, "b": {"number": chosen.b}, "hidden": said(why)}


def _blocks(a: Patent, b: Patent) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int]:
    left, right, number = [], [], count(1)
    found = 0
    for label, a_text, b_text in zip(BLOCKS.values(), texts(a), texts(b), strict=True):
        numbered = [(next(number), passage) for passage in passages.aligned(a_text, b_text)]
        found += len(numbered)
        left.append(_block(label, a_text, [Mark(p.left_from, p.left_to, n) for n, p in numbered]))
        right.append(_block(label, b_text, [Mark(p.right_from, p.right_to, n) for n, p in numbered]))
    return left, right, found


def _block(label: Text, text: str, marks: list[Mark]) -> dict[str, Any]:
    return {"name": said(label), "text": text, "marks": marks}


def _listed(values: Sequence[str] | None) -> str:
    return "；".join(values or ())


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


FACTS: tuple[tuple[Text, Callable[[Patent], str]], ...] = (
    (Text("申请人", "Applicants"), lambda row: _listed(row.applicants)),
    (Text("代理机构", "Agency"), lambda row: row.agency_name or row.agency_code or ""),
    (Text("发明人", "Inventors"), lambda row: _listed(row.inventors)),
    (Text("类型", "Kind"), lambda row: kind_of_application(row.kind) if row.kind else ""),
    (Text("申请日", "Filed on"), lambda row: _day(row.filing_date)),
    (Text("公开号", "Publication number"), lambda row: row.publication_no or ""),
    (Text("主分类号", "Main class"), lambda row: row.main_ipc or ""),
    (Text("优先权", "Priority"), lambda row: _listed(row.priority_nos)),
    (Text("分案原申请号", "Parent application"), lambda row: row.parent_no or ""),
)


def comparison(chosen: Chosen, known: Mapping[str, Patent]) -> list[dict[str, Any]]:
    """What is on file about both, row by row; rows empty on both sides are left out."""
    a, b = known.get(chosen.a), known.get(chosen.b)
    if a is None or b is None or a is b or not (readable(a) and readable(b)):
        return []
    rows = [(said(name), read(a), read(b)) for name, read in FACTS]
    return [
        {"name": name, "a": left, "b": right, "same": left == right if left and right else None}
        for name, left, right in rows
        if left or right
    ]


def members(
    numbers: Sequence[str], chosen: Chosen, known: Mapping[str, Patent], near: Mapping[str, float]
) -> list[dict[str, Any]]:
    """The applications of a group with their likeness to the left one."""
    return [_member(number, known.get(number), near.get(number), chosen) for number in numbers]


def _member(number: str, row: Patent | None, near: float | None, chosen: Chosen) -> dict[str, Any]:
    return {
        "number": number,
        "title": row.title or "" if row else "",
        "applicant": _listed(row.applicants) if row else "",
        "kind_label": kind_of_application(row.kind if row else None),
        "filed_on": row.filing_date if row else None,
        "agency": row.agency_name if row else "",
        "similarity": near,
        "is_a": number == chosen.a,
        "is_b": number == chosen.b,
    }
