"""Yearly summaries and typical cases on screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lantian.campaign.colours import Colour
from lantian.campaign.figures import book
from lantian.campaign.models import Story, StoryStep, StoryVersion, Summary, SummaryStep, SummaryVersion
from lantian.campaign.models.summary import Done
from lantian.campaign.summary import masking, rules
from lantian.campaign.summary.content import NUMERALS, Paragraph, Said
from lantian.campaign.summary.counting import Number, Year
from lantian.campaign.summary.drafting import offered
from lantian.campaign.summary.queries import Merged, Standing
from lantian.campaign.summary.rules import DueDay
from lantian.campaign.summary.states import (
    ACT_TEXTS,
    PENDING_TEXTS,
    STATE_TEXTS,
    STORY_ACT_TEXTS,
    STORY_STATE_TEXTS,
    Act,
    Pending,
    State,
    StoryAct,
    StoryState,
)
from lantian.core.messages import Text
from lantian.desk.campaign import TONES
from lantian.desk.present.leads import doubt
from lantian.desk.present.papers import HOW_TEXTS, SOURCE_TEXTS
from lantian.desk.present.words import label, language, said
from lantian.office import clock
from lantian.office.models import StoredFile
from lantian.office.papers.content import TEMPLATE


def due(day: DueDay) -> dict[str, Any]:
    """Until when, to whom, and why that day."""
    return {
        "on": day.on,
        "receiver": said(day.receiver),
        "rule": label(day.rule.text),
        "basis": said(day.rule.basis.cite()),
        "doubt": doubt(day.rule.confidence),
    }


def colour(one: Colour) -> dict[str, str]:
    """A colour with its mark and word."""
    return {"tone": TONES.get(one, "neutral"), "words": label(one.text)}


def summary(row: Summary) -> dict[str, Any]:
    """A summary in a list or as the head of its page."""
    return {
        "key": row.key,
        "unit": row.unit.name(language()),
        "year": row.year,
        "state": row.state,
        "state_label": label(STATE_TEXTS[State(row.state)]),
        "due": row.due,
        "receiver": row.receiver,
        "sent_on": row.sent_on,
        "sent_number": row.sent_number,
        "received_on": row.received_on,
        "version": row.version,
    }


def standing(one: Standing) -> dict[str, Any]:
    """Where an office stands with its summary."""
    return {
        "unit": one.unit.name(language()),
        "due": due(one.due),
        "summary": summary(one.summary) if one.summary else None,
        "colour": colour(one.colour),
    }


def merged(rows: Iterable[Merged]) -> list[dict[str, Any]]:
    """Figures of all districts, reported beside counted."""
    figures = book.figures(clock.today())
    return [
        {
            "title": label(figures[row.figure].title),
            "reported": row.reported,
            "counted": row.counted,
            "difference": f"{row.difference:+d}" if row.difference else "0",
        }
        for row in rows
        if row.figure in figures and (row.reported or row.counted)
    ]


def text(content: Said) -> dict[str, Any]:
    """The text with the class of every source; a part with a figure opens its rows."""
    sections = [
        {
            "title": f"{NUMERALS[place]}、{section.title}",
            "paragraphs": [_paragraph(one) for one in section.paragraphs],
        }
        for place, section in enumerate(content.sections)
    ]
    return {"title": content.title, "receiver": content.receiver, "sections": sections}


def _paragraph(one: Paragraph) -> list[dict[str, str]]:
    return [
        {
            "text": part.text,
            "source": "" if part.source == TEMPLATE else part.source,
            "figure": part.figure,
            "title": label(SOURCE_TEXTS[part.source]) if part.source in SOURCE_TEXTS else "",
        }
        for part in one.parts
    ]


def numbers(year: Year, reasons: Mapping[str, str], large: Sequence[Number]) -> list[dict[str, Any]]:
    """Figures beside those of last year; `large` asks for a reason."""
    wanted = {one.figure for one in large}
    return [
        {
            "id": figure.id,
            "title": label(figure.title),
            "definition": label(figure.definition),
            "value": year.numbers[figure.id].value,
            "last": year.numbers[figure.id].last,
            "change": f"{year.numbers[figure.id].change:+d}" if year.numbers[figure.id].change else "0",
            "large": figure.id in wanted,
            "reason": reasons.get(figure.id, ""),
        }
        for figure in book.figures(year.until).values()
        if figure.id in year.numbers and (year.numbers[figure.id].value or year.numbers[figure.id].last)
    ]


def form(year: Year, version: SummaryVersion, typed: Mapping[str, str] | None) -> list[dict[str, Any]]:
    """The sections to write: words so far, and the sentences that records offer."""
    skeleton = rules.rule("skeleton", year.until).values
    sentences = list(offered(year))
    return [
        {
            "id": one["id"],
            "title": said(Text(one["title_zh"], one["title_en"])),
            "hint": said(Text(one["hint_zh"], one["hint_en"])),
            "required": one["words"] == rules.REQUIRED,
            "words": typed.get(f"words_{one['id']}", "") if typed else version.words.get(one["id"], ""),
            "sentences": [
                {"id": s["id"], "text": s["text"], "used": s["id"] not in version.left_out}
                for s in sentences
                if s["section"] == one["id"]
            ],
        }
        for one in skeleton["sections"]
    ]


def version(row: SummaryVersion | StoryVersion) -> dict[str, Any]:
    """One version in the history."""
    return {"number": row.number, "at": row.at, "by": row.post.account.name, "digest": row.digest[:12]}


def step(row: SummaryStep) -> dict[str, Any]:
    """One act on a summary."""
    return _done(row, label(ACT_TEXTS[Act(row.act)]))


def story_step(row: StoryStep) -> dict[str, Any]:
    """One act on a typical case."""
    return _done(row, label(STORY_ACT_TEXTS[StoryAct(row.act)]))


def _done(row: Done, act: str) -> dict[str, Any]:
    return {
        "act": act,
        "number": row.number,
        "how": label(HOW_TEXTS[row.how]) if row.how else "",
        "approver": row.approver,
        "on": row.on,
        "note": row.note,
        "file": _file(row.file),
        "by": row.post.account.name,
        "at": row.at,
    }


def story(row: Story) -> dict[str, Any]:
    """A typical case in a list or as the head of its page."""
    return {
        "key": row.key,
        "title": row.title,
        "unit": row.unit.name(language()),
        "state": row.state,
        "state_label": label(STORY_STATE_TEXTS[StoryState(row.state)]),
        "decision": row.decision,
        "served_on": row.served_on,
        "pending": row.pending,
        "pending_label": label(PENDING_TEXTS[Pending(row.pending)]),
        "publicity": row.publicity.key if row.publicity else "",
        "version": row.version,
    }


def pieces(masked: masking.Masked) -> list[dict[str, str]]:
    """A text beside its masked form: every masked stretch with what stands in its place and why."""
    return [
        {"text": piece.text, "shown": piece.shown, "why": label(piece.why) if piece.why else ""}
        for piece in masked.pieces
    ]


def _file(file: StoredFile | None) -> dict[str, str] | None:
    return {"key": file.key, "name": file.name} if file else None
