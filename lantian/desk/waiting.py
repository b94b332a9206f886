"""What waits for a second person: worksheets under review, lists proposed, repairs and objections to be decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import reverse

from lantian.casework import worksheets
from lantian.casework.worksheet_states import WorksheetState
from lantian.core.messages import Text
from lantian.desk.present import listings
from lantian.desk.present import standing as shown
from lantian.desk.present.words import label
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission
from lantian.standing import queries
from lantian.standing.models import Objection, Repair

SHOWN = 8
WORKSHEET = Text("裁量计算表", "worksheet")
REMOVAL = Text("待决定移出", "removal to be decided")
REPAIR, OBJECTION = Text("信用修复", "credit repair"), Text("异议", "objection")


def due(by: OfficerActor, today: date) -> dict[str, Any]:
    """What the reader may review or decide, each with the way there; what is due first."""
    found = [*_worksheets(by), *_lists(by, today), *_matters(by, today)]
    return {
        "reviews": sorted(found, key=lambda one: one["due"] or date.max)[:SHOWN],
        "reviews_count": len(found),
    }


def _worksheets(by: OfficerActor) -> Iterator[dict[str, Any]]:
    if Permission.APPROVE_PAPERS not in by.permissions:
        return
    for row in worksheets.listed(by).filter(state=WorksheetState.REVIEW, unit_id=by.unit)[:SHOWN]:
        yield {
            "href": reverse("worksheet", args=[row.key]),
            "subject": row.subject_name,
            "what": label(WORKSHEET),
            "number": row.number,
            "due": None,
        }


def _lists(by: OfficerActor, today: date) -> Iterator[dict[str, Any]]:
    if Permission.DECIDE_STANDING not in by.permissions:
        return
    rows = queries.undecided(by.post_id)
    if by.unit != queries.city_id():
        rows = rows.filter(unit_id=by.unit)
    for row in rows[:SHOWN]:
        told = listings.entry(row, today)
        yield {
            "href": reverse("listing", args=[row.key]),
            "subject": told["subject"],
            "what": told["list"],
            "number": label(REMOVAL) if told["decided_on"] else told["state_label"],
            "due": None,
        }


def _matters(by: OfficerActor, today: date) -> Iterator[dict[str, Any]]:
    if Permission.DECIDE_STANDING not in by.permissions or by.unit != queries.city_id():
        return
    open_: list[Repair | Objection] = [
        *queries.repairs().filter(decided_on=None)[:SHOWN],
        *queries.objections().filter(decided_on=None)[:SHOWN],
    ]
    for row in open_:
        told = shown.matter(row, today)
        yield {
            "href": reverse("credit", args=[row.subject.key]),
            "subject": told["subject"],
            "what": label(REPAIR if isinstance(row, Repair) else OBJECTION),
            "number": told["document"],
            "due": row.due,
        }
