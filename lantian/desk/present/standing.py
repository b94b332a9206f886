"""Standing on screen: official grades, the internal reckoning line by line, ways back, lists, classes, matters.

Every number of the reckoning carries how sure it is; nothing of it is ever given as an official grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from lantian.core import supervision
from lantian.core.credit.book import CreditBook
from lantian.core.credit.reconciling import Pair
from lantian.core.credit.statement import WATERMARK, Line, Statement
from lantian.core.credit.what_if import Way, WhatIf
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence
from lantian.desk.present.leads import Due, Step, days_left, doubt, rule_words
from lantian.desk.present.words import either, label, said
from lantian.office.charts import Mark
from lantian.standing import states
from lantian.standing.models import (
    CreditEvent,
    EventChange,
    Objection,
    Reckoning,
    Repair,
    SupervisionClass,
)
from lantian.standing.queries import Grade, Round

CHANGE_TEXTS = {
    "contested": Text("提出异议", "objected to"),
    "upheld": Text("异议审核：维持", "objection decided: upheld"),
    "annulled": Text("异议审核：撤销", "objection decided: annulled"),
    "corrected": Text("已改正", "conduct corrected"),
    "repaired": Text("已修复", "repaired"),
}
LAPSE = Text("到期失效", "points lapse")


def mark() -> str:
    """The mark that stands wherever our own reckoning is shown."""
    return said(WATERMARK)


def grade(found: Grade | None) -> dict[str, Any] | None:
    """An official grade with its day and source."""
    if found is None:
        return None
    return {"grade": found.grade, "score": found.score, "since": found.since, "source": found.source}


def quality(found: Iterable[Round]) -> list[dict[str, Any]]:
    """Rounds of the official quality evaluation."""
    return [
        {"round": one.round, "grade": one.grade, "on": one.published_on, "indicators": dict(one.indicators)}
        for one in found
    ]


def statement(found: Statement) -> dict[str, Any]:
    """The internal reckoning of a day, line by line."""
    return {
        "on": found.on,
        "known_on": found.known_on,
        "score": found.score,
        "grade": found.grade,
        "opening": found.opening,
        "floored": found.floored,
        "doubt": doubt(found.confidence),
        "book": f"{found.rulebook.id} {found.rulebook.version}",
        "book_digest": found.rulebook.digest[:12],
        "digest": found.digest,
        "lines": [line(one, found.rulebook.id) for one in reversed(found.lines)],
    }


def line(one: Line, book: str) -> dict[str, Any]:
    """One line: fact, clause, document, points, days, how sure."""
    return {
        "event": one.event.id,
        "indicator": one.indicator.id,
        "text": label(one.indicator.text),
        "cite": said(one.indicator.cite),
        "href": f"{reverse('rulebook')}?book={book}#{one.indicator.id}",
        "document": one.event.document,
        "quantity": one.event.quantity,
        "points": one.points,
        "full": one.full if one.full != one.points else None,
        "first": one.first,
        "last": one.last,
        "why": said(one.why.text) if one.why else "",
        "doubt": doubt(one.confidence),
        "contested": one.contested,
    }


def ways(found: WhatIf) -> dict[str, Any]:
    """Which repair or lapse brings back which grade, by when; and what can never be repaired."""
    texts = {one.event.id: one for one in found.now.lines}
    return {
        "ways": [_way(one, texts) for one in found.ways],
        "barred": [
            {
                "text": label(texts[one.event].indicator.text),
                "document": texts[one.event].event.document,
                "bars": [said(bar.text) for bar in one.bars],
                "doubt": doubt(one.confidence),
            }
            for one in found.barred
        ],
    }


def _way(one: Way, texts: Mapping[str, Line]) -> dict[str, Any]:
    repaired = texts.get(one.repairs or "")
    return {
        "text": label(repaired.indicator.text) if repaired else said(LAPSE),
        "document": repaired.event.document if repaired else "",
        "repair": repaired is not None,
        "apply_from": one.apply_from,
        "asked": one.asked,
        "by": one.by,
        "score": one.score,
        "grade": one.grade,
        "corrects_first": one.corrects_first,
        "provisional": one.provisional,
    }


def pair(one: Pair, book: CreditBook) -> dict[str, Any]:
    """One item of the reconciliation."""
    versions = book.indicators.get(one.indicator)
    return {
        "text": label(versions[0].text) if versions else one.indicator,
        "on": one.on,
        "ours": one.ours,
        "theirs": one.theirs,
        "why": said(one.why) if one.why else "",
    }


def event(row: CreditEvent, book: CreditBook | None) -> dict[str, Any]:
    """A recorded event with what befell it."""
    versions = book.indicators.get(row.indicator) if book else None
    return {
        "key": row.key,
        "text": label(versions[0].text) if versions else row.indicator,
        "indicator": row.indicator,
        "document": row.document,
        "on": row.occurred_on,
        "known_on": row.known_on,
        "until": row.until,
        "quantity": row.quantity,
        "changes": [_change(one) for one in row.changes.all()],
    }


def _change(row: EventChange) -> dict[str, Any]:
    return {"words": label(CHANGE_TEXTS[row.kind]), "on": row.on, "document": row.document, "note": row.note}


def history(rows: Iterable[Reckoning], subject_key: str) -> list[Mark]:
    """Stored reckonings as bars, the oldest first, each opening the statement of its day."""
    address = reverse("credit", args=[subject_key])
    return [
        Mark(f"{row.on} · {row.grade}", int(row.score), f"{address}?on={row.on}&known={row.on}")
        for row in rows
    ]


def supervision_class(row: SupervisionClass | None, today: date) -> dict[str, Any] | None:
    """The class that was signed, with its reasons."""
    if row is None:
        return None
    return {
        "code": row.code,
        "label": class_label(row.code, row.on),
        "proposed": row.proposed if row.proposed != row.code else "",
        "on": row.on,
        "by": row.post.account.name,
        "reasons": [either(zh, en) for zh, en in row.reasons],
        "reason": row.reason,
        "basis": either(row.rule["basis_zh"], row.rule["basis_en"]),
        "doubt": doubt(Confidence(row.rule["confidence"])),
        "rate": row.rate_percent,
        "weight": row.weight,
        "key_object": row.key_object,
        "follows": _follows(row.code, row.on),
        "review_by": row.review_by,
        "late": row.review_by < today,
    }


def consequence(one: supervision.Consequence) -> dict[str, Any]:
    """What follows from a class, with why, by which article and how sure."""
    return {
        "code": one.code,
        "label": label(one.text),
        "rate": one.rate_percent,
        "weight": one.weight,
        "months": one.every_months,
        "key_object": one.key_object,
        "guidance": one.guidance,
        "why": label(one.why),
        "cite": said(one.cite),
        "doubt": doubt(one.confidence),
    }


def _follows(code: str, on: date) -> dict[str, Any] | None:
    """What follows from a signed class by the table of the day it was signed; none where the table has it no more."""
    found = next((one for one in supervision.consequences(on) if one.code == code), None)
    return consequence(found) if found else None


def class_label(code: str, on: date) -> str:
    """A class in words."""
    rows = supervision.book().rule("classes", on).values["classes"]
    found = next((one for one in rows if one["code"] == code), None)
    return label(Text(found["text_zh"], found["text_en"])) if found else code


def proposed(found: supervision.Proposed) -> dict[str, Any]:
    """The class that the table gives."""
    return {
        "code": found.code,
        "label": label(found.text),
        "reasons": [said(one) for one in found.reasons],
        "documents": found.documents,
        "rate": found.rate_percent,
        "weight": found.weight,
        "key_object": found.key_object,
        "basis": said(found.basis.cite()),
        "doubt": doubt(found.confidence),
    }


def due(row: Repair | Objection, today: date) -> Due:
    """When a repair or objection must be decided, with the derivation stored then."""
    stored = row.derivation
    return Due(
        due=row.due,
        days_left=days_left(today, row.due),
        provisional=row.due_provisional,
        settled=row.decided_on is not None,
        rule=rule_words(stored["rule"], row.asked_on),
        steps=tuple(Step(date.fromisoformat(day), either(zh, en)) for day, zh, en in stored["steps"]),
        basis=either(stored["basis_zh"], stored["basis_en"]),
        confidence=doubt(Confidence(stored["confidence"])),
    )


def matter(row: Repair | Objection, today: date) -> dict[str, Any]:
    """A repair or an objection in a list."""
    repair = isinstance(row, Repair)
    words = (
        states.REPAIR_STATE_TEXTS[states.RepairState(row.state)]
        if repair
        else states.OBJECTION_STATE_TEXTS[states.ObjectionState(row.state)]
    )
    return {
        "key": row.key,
        "kind": "repair" if repair else "objection",
        "subject": row.subject.name,
        "subject_key": row.subject.key,
        "document": row.event.document,
        "indicator": row.event.indicator,
        "text": row.text,
        "asked_on": row.asked_on,
        "decided_on": row.decided_on,
        "reason": row.reason,
        "version": row.version,
        "state": row.state,
        "state_label": label(words),
        "open": row.decided_on is None,
        "due": due(row, today),
    }
