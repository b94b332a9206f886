"""Worksheets on screen: the sheet line by line with rule and doubt, its versions, its acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from lantian.casework.models import Worksheet, WorksheetStep, WorksheetVersion
from lantian.casework.worksheet_states import ACT_TEXTS, STATE_TEXTS, WorksheetAct, WorksheetState
from lantian.core.messages import Text
from lantian.core.rulebook import Confidence
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import either, label, language

EFFECT_TEXTS = {
    "none": Text("不予处罚", "no penalty"),
    "may_none": Text("可以不予处罚", "a penalty may be left out"),
    "lighter": Text("从轻或者减轻", "lighter, or below the band"),
    "lenient": Text("从轻", "lower part of the band"),
    "severe": Text("从重", "upper part of the band"),
}


def worksheet(row: Worksheet) -> dict[str, Any]:
    """A worksheet in a list or as the head of its page."""
    return {
        "key": row.key,
        "number": row.number,
        "version": row.version,
        "subject": row.subject_name,
        "subject_no": row.subject_no,
        "state": row.state,
        "state_label": label(STATE_TEXTS[WorksheetState(row.state)]),
        "office": row.unit.name(language()),
        "opened_on": row.opened_on,
        "changed_at": row.changed_at,
    }


def sheet(found: WorksheetVersion) -> dict[str, Any]:
    """A version as worked out then: every line with its reason, every rule with citation and doubt."""
    told: Mapping[str, Any] = found.sheet
    return {
        "number": found.number,
        "digest": found.digest,
        "book": f"{told['book']['id']} {told['book']['version']}",
        "doubt": doubt(Confidence(told["confidence"])),
        "acted_until": date.fromisoformat(told["acted_until"]),
        "decided_on": date.fromisoformat(told["decided_on"]),
        "gain": _gain(told["gain"]),
        "fine": _fine(told["fine"]),
    }


def _gain(told: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: told[name] for name in ("receipts_cny", "expenses_cny", "gain_cny", "version")}
    return plain | {
        "clients": [_counted(one) for one in told["clients"]],
        "expenses": [_counted(one) for one in told["expenses"]],
        "text": either(*told["text"]),
        "cite": either(*told["cite"]),
        "choice": either(*told["choice"]),
        "doubt": doubt(Confidence(told["confidence"])),
    }


def _counted(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "why": either(*one["why"]) if one["why"] else ""}


def _fine(told: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: either(*told[name]) for name in ("text", "cite", "tier_text")}
    return {**told, **words} | {
        "doubt": doubt(Confidence(told["confidence"])),
        "circumstances": [
            {"text": either(*one["text"]), "effect": label(EFFECT_TEXTS[one["effect"]])}
            for one in told["circumstances"]
        ],
        "earlier": [(date.fromisoformat(day), document) for day, document in told["earlier"]],
        "notes": [either(*one) for one in told["notes"]],
        "refused": either(*told["refused"]) if told["refused"] else "",
        "rules": [
            {
                "cite": either(*one["cite"]),
                "version": one["version"],
                "doubt": doubt(Confidence(one["confidence"])),
            }
            for one in told["rules"].values()
        ],
    }


def step(row: WorksheetStep) -> dict[str, Any]:
    """One act on a worksheet."""
    words = label(ACT_TEXTS[WorksheetAct(row.act)])
    return {"words": words, "number": row.number, "note": row.note, "by": row.post.account.name, "at": row.at}
