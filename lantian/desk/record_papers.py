"""Papers about measures: the card on a measure's page, and the way back to where the measure came from."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from lantian.casework import queries as leads
from lantian.casework.measuring import LEAD
from lantian.desk.present import papers as shown
from lantian.desk.requests import OfficerRequest
from lantian.office.papers import queries
from lantian.office.permissions import Permission


def of_record(request: OfficerRequest, kind: str, key: str, unit: int) -> dict[str, Any]:
    """The card of papers on a record's page."""
    rows = queries.about(kind, key, request.actor)
    may = Permission.WRITE_PAPERS in request.actor.permissions and request.actor.unit == unit
    return {"papers": [shown.paper(row) for row in rows], "may_write": may}


def origin_of(kind: str, key: str) -> dict[str, str] | None:
    """The record that a measure hangs on, if the reader may see it."""
    lead = leads.find(key) if kind == LEAD else None
    return {"words": lead.number, "href": reverse("lead", args=[lead.key])} if lead else None
