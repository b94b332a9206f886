"""Letters from above, their rows, return sheets and pressing, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from lantian.core.messages import Text
from lantian.desk.present.leads import days_left, doubt
from lantian.desk.present.words import Offices, either, label, language, said
from lantian.dispatch import book
from lantian.dispatch.actions import Owed
from lantian.dispatch.lists import labels
from lantian.dispatch.models import (
    SUBJECT_TEXTS,
    Dispatch,
    DispatchRow,
    DispatchStep,
    Press,
    ReturnSheet,
    RowAnswer,
    SheetUpload,
)  # fmt: skip
from lantian.dispatch.placing import DECLINED, HAND
from lantian.dispatch.queries import Share
from lantian.dispatch.states import (
    OPEN_SHEETS,
    OPEN_STATES,
    SHEET_TEXTS,
    STATE_TEXTS,
    STEP_TEXTS,
    UPLOAD_TEXTS,
    SheetState,
    State,
    Step,
    UploadState,
)  # fmt: skip
from lantian.office import clock
from lantian.office.charts import Mark
from lantian.registry.routing import STEP_TEXTS as ROUTE_TEXTS
from lantian.registry.routing import Step as RouteStep

QUEUE = Text("待定（市局确定）", "waits for the city to decide")
ROUTED: dict[str, Text] = {
    **{str(step): text for step, text in ROUTE_TEXTS.items()},
    HAND: Text("人工指定", "by hand"),
    DECLINED: Text("单位退回", "returned by an office"),
}
OPEN_ROW, DONE_ROW = Text("未填写", "unanswered"), Text("已填写", "answered")
HOW_TEXTS = {
    RowAnswer.How.SCREEN: Text("系统内填写", "on screen"),
    RowAnswer.How.FILE: Text("反馈表", "return sheet"),
}


@dataclass(frozen=True)
class Due:
    """A day by which something is due, and the working days left."""

    due: date
    days_left: int


def due(day: date | None, today: date) -> Due | None:
    """A due day with the working days left; none where none was set."""
    return Due(day, days_left(today, day)) if day else None


def kind_name(row: Dispatch) -> str:
    """The kind of a letter in words."""
    return label(book.kind(row.kind, row.received_on).name)


def letter(row: Dispatch, today: date, counts: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """A letter in a list or as the head of a page; `counts` are answered rows and all rows."""
    is_open = State(row.state) in OPEN_STATES
    return {
        "key": row.key,
        "number": row.number,
        "title": row.title,
        "kind": kind_name(row),
        "sender": row.sender,
        "sender_no": row.sender_no,
        "dated": row.dated,
        "received_on": row.received_on,
        "instruction": row.instruction,
        "unit": row.unit.name(language()),
        "state": row.state,
        "state_label": label(STATE_TEXTS[State(row.state)]),
        "version": row.version,
        "due": due(row.deadline, today),
        "open": is_open,
        "late": bool(is_open and row.deadline and row.deadline < today),
        "late_at_receipt": bool(row.deadline and row.deadline < row.received_on),
        "done": counts[0],
        "rows": counts[1],
        "ratio": counts[0] / counts[1] if counts[1] else None,
        "notes": either(row.notes_zh, row.notes_en),
        "unread": [{"row": one[0], "text": either(str(one[1]), str(one[2]))} for one in row.unread],
        "by": row.created_by.account.name,
        "at": row.created_at,
        "answer_no": row.answer_no,
        "answered_on": row.answered_on,
    }


def sheet(row: ReturnSheet, today: date, counts: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """One office's sheet; `counts` are rows and unanswered rows."""
    owes = SheetState(row.state) in OPEN_SHEETS
    return {
        "key": row.key,
        "unit": row.unit.name(language()),
        "unit_id": row.unit_id,
        "state": row.state,
        "state_label": label(SHEET_TEXTS[SheetState(row.state)]),
        "version": row.version,
        "due": due(row.deadline, today),
        "owes": owes,
        "late": bool(owes and row.deadline and row.deadline < today),
        "forwarded_on": row.forwarded_on,
        "submitted_on": row.submitted_on,
        "letter_no": row.letter_no,
        "letter_dated": row.letter_dated,
        "paper_key": row.paper_key,
        "remark": row.remark,
        "has_file": row.file_id is not None,
        "rows": counts[0],
        "left": counts[1],
    }


def offices_of(
    shares: Sequence[Share], owed: Sequence[Owed], houses: Offices, today: date
) -> list[dict[str, Any]]:
    """The split by office: the queue, then every office with its sheet, if it was sent one."""
    sheets = {one.sheet.unit_id: one.sheet for one in owed}
    listed = [
        {
            "unit": share.unit,
            "name": houses.by_id[share.unit].name(language()) if share.unit else said(QUEUE),
            "rows": share.rows,
            "left": share.open,
            "unsent": share.unsent,
            "sheet": sheet(sheets[share.unit], today) if share.unit in sheets else None,
        }
        for share in shares
    ]
    known = {one["unit"] for one in listed}
    gone = [
        {
            "unit": unit,
            "name": one.unit.name(language()),
            "rows": 0,
            "left": 0,
            "unsent": 0,
            "sheet": sheet(one, today),
        }
        for unit, one in sheets.items()
        if unit not in known
    ]
    return [*listed, *gone]


def progress(key: str, listed: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """What is open by office, the late part marked."""
    rows = reverse("dispatch_rows", args=[key])
    return [
        Mark(
            one["name"],
            one["left"],
            f"{rows}?{urlencode({'office': one['unit'] or 'queue', 'state': 'open'})}",
            one["left"] if one["sheet"] and one["sheet"]["late"] else 0,
        )
        for one in listed
        if one["left"]
    ]


def row(one: DispatchRow, given: RowAnswer | None, spellings: Mapping[str, list[str]]) -> dict[str, Any]:
    """One row in a list."""
    return {
        "key": one.key,
        "mark": f"{one.key}:{one.version}",
        "version": one.version,
        "place": one.place,
        "subject": one.subject_name or one.subject_no or said(SUBJECT_TEXTS["unknown"]),
        "subject_kind": label(SUBJECT_TEXTS[one.subject_kind]),
        "group": one.subject_group,
        "spellings": spellings.get(one.subject_group, []),
        "brief": _brief(one),
        "unit": one.holder.name(language()) if one.holder else said(QUEUE),
        "routed": label(ROUTED.get(one.routed_by, ROUTED[str(RouteStep.UNKNOWN)])),
        "reason": either(one.reason_zh, one.reason_en),
        "conflict": one.conflict,
        "forwarded": one.forwarded,
        "answered": one.answers > 0,
        "state": "verified" if one.answers else "received",
        "state_label": (given.values.get("outcome", "") if given else "")
        or label(DONE_ROW if one.answers else OPEN_ROW),
        "changed_by": one.changed_by.account.name,
        "changed_at": one.changed_at,
    }


def _ended(one: DispatchRow, given: RowAnswer | None) -> str:
    """How a row ended, in the words of its answer."""
    said_so = given.values.get("outcome", "") if given else ""
    return said_so or label(DONE_ROW if one.answers else OPEN_ROW)


def _brief(one: DispatchRow) -> str:
    """What stands in a row, short enough for a list."""
    return " · ".join(cell for cell in one.cells if cell)[:160]


def cells(one: DispatchRow) -> list[tuple[str, str]]:
    """A row under the sender's own headers."""
    return list(zip(labels(one.dispatch.columns), one.cells, strict=False))


def answer(one: RowAnswer) -> dict[str, Any]:
    """One answer to a row."""
    return {
        "number": one.number,
        "values": [
            (label(book.FIELDS[name]), one.values[name]) for name in book.FIELDS if name in one.values
        ],
        "how": label(HOW_TEXTS[RowAnswer.How(one.how)]),
        "unit": one.unit.name(language()),
        "by": one.post.account.name,
        "at": one.at,
    }


def fields(on: date, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns of an answer as a form; the value of a choice is the Chinese word that sheets carry."""
    return [
        {
            "name": name,
            "label": label(title),
            "choices": [(word.zh, label(word)) for word in book.choices(name, on)],
            "value": typed.get(name, ""),
            "long": name in ("facts", "proof"),
            "required": name == "outcome",
        }
        for name, title in book.FIELDS.items()
    ]


def needs(on: date) -> list[str]:
    """Which outcome needs which columns, as sentences."""
    colon = "：" if not language().startswith("en") else ": "
    comma = "、" if not language().startswith("en") else ", "
    return [
        f"{label(one.name)}{colon}{comma.join(said(book.FIELDS[name]) for name in one.needs)}"
        for one in book.outcomes(on)
        if one.needs
    ]


def legal(row: Dispatch) -> str:
    """What a letter of this kind rests on, with how sure we are of it."""
    rule = book.kind(row.kind, row.received_on).rule
    sure = doubt(rule.confidence)
    return said(rule.basis.cite()) + (f" ({sure})" if sure else "")


def step(one: DispatchStep) -> dict[str, Any]:
    """One line of the history."""
    unit = one.unit.name(language()) if one.unit else ""
    return {
        "words": label(STEP_TEXTS[Step(one.act)]),
        "unit": unit,
        "count": one.count,
        "reason": one.reason,
        "by": one.post.account.name,
        "by_unit": one.post.unit.name(language()),
        "at": one.at,
    }


def press(one: Press) -> dict[str, Any]:
    """One office pressed once."""
    return {
        "unit": one.unit.name(language()),
        "rows": one.rows,
        "left": one.unanswered,
        "deadline": one.deadline,
        "by": one.post.account.name,
        "at": one.at,
    }


def pressing_text(row: Dispatch, presses: Sequence[Press]) -> str:
    """The list of who still owes (未反馈清单) for a chat group: offices and counts, nobody's name; always Chinese."""
    at = clock.day_of(presses[0].at)
    lines = [
        f"{one.unit.name_zh}：{one.rows}条，未反馈{one.unanswered}条{_late_words(one, at)}" for one in presses
    ]
    head = f"【督办】{row.number}（{row.title}）未反馈清单，截至{at.month}月{at.day}日："
    return "\n".join([head, *lines, "请尽快在系统中填写，或者发回反馈表。"])


def _late_words(one: Press, at: date) -> str:
    if one.deadline is None:
        return ""
    if one.deadline < at:
        return f"，期限{one.deadline.month}月{one.deadline.day}日，已逾期"
    return f"，期限{one.deadline.month}月{one.deadline.day}日"


def upload(one: SheetUpload) -> dict[str, Any]:
    """A returned sheet in a list."""
    return {
        "key": one.key,
        "file_name": one.file.name,
        "sha256": one.file.sha256,
        "state": one.state,
        "state_label": label(UPLOAD_TEXTS[UploadState(one.state)]),
        "by": one.post.account.name,
        "at": one.at,
        "reason": one.reason,
    }


def found(one: SheetUpload, places: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """What reading a returned sheet found; `places` gives row of the list and subject by row key."""
    stored = one.found
    fault = stored.get("fault")
    return {
        "fault": either(*fault) if fault else "",
        "new": [_new(entry, places) for entry in stored.get("new", [])[:50]],
        "counts": {
            "new": len(stored.get("new", [])),
            "same": stored.get("same", 0),
            "changed": len(stored.get("changed", [])),
            "conflicts": len(stored.get("conflicts", [])),
            "kept": stored.get("kept", 0),
            **{f"remarks_{name}": count for name, count in stored.get("counts", {}).items()},
        },
        "changed": [_changed(entry, places) for entry in stored.get("changed", [])],
        "conflicts": [_conflict(entry, places) for entry in stored.get("conflicts", [])],
        "remarks": [
            {"name": name, "remarks": [_remark(entry) for entry in stored.get(name, [])]}
            for name in ("refused", "unknown", "cells", "missing")
        ],
        "notes": [either(*note) for note in stored.get("notes", [])],
        "skipped": [places.get(key, (0, key)) for key in stored.get("skipped", [])],
    }


def _in_order(values: Mapping[str, str]) -> list[str]:
    """Filled columns in the order of the sheet; the record keeps them in none."""
    return [values[name] for name in book.FIELDS if values.get(name)]


def _where(key: str, places: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    place, subject = places.get(key, (0, key))
    return {"key": key, "place": place, "subject": subject}


def _new(entry: Mapping[str, Any], places: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    return _where(entry["key"], places) | {"values": _in_order(entry["values"])}


def _changed(entry: Mapping[str, Any], places: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    after = entry["emptied"]
    fields = [
        {"name": label(book.FIELDS[name]), "old": entry["before"].get(name, ""), "new": after.get(name, "")}
        for name in entry["fields"]
        if name in book.FIELDS
    ]
    words = {"fields": fields, "lost": bool(entry["lost"]), "text": either(*entry["text"]), "by": entry["by"]}
    return _where(entry["key"], places) | words


def _conflict(entry: Mapping[str, Any], places: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    answers = [
        {"mark": f"{entry['key']}:{place}", "row": one["row"], "values": _in_order(one["values"])}
        for place, one in enumerate(entry["answers"])
    ]
    words = {"before": _in_order(entry["before"]), "answers": answers, "by": entry["by"]}
    return _where(entry["key"], places) | words | {"text": either(*entry["text"])}


def _remark(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "row": entry["row"],
        "column": entry["column"],
        "value": entry["value"],
        "text": either(*entry["text"]),
    }
