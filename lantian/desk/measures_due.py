"""What measures add to other pages: what the law allows next on a lead's page, what is due on the first page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from lantian.casework import measures_queries as queries
from lantian.casework.measuring import DISPATCH, LEAD
from lantian.casework.models import Lead
from lantian.casework.queries import Period
from lantian.core import competence as matrix
from lantian.core.competence import CAPACITY_TEXTS, Act, Field, NoCompetence
from lantian.desk.present import measures as shown
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import book
from lantian.dispatch.models import DispatchRow
from lantian.office import competence
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission

DUE_SHOWN = 6
# The word by which a page of a new measure is told where it begins.
STARTS = {LEAD: "lead", DISPATCH: "row"}
# Each act with the page on which it begins.
PAGES: tuple[tuple[Act, str, dict[str, str]], ...] = (
    (Act.INTERVIEW, "interviews_new", {}),
    (Act.WARNING_TALK, "interviews_new", {"kind": "warning_talk"}),
    (Act.SUPERVISION_OPINION, "rectifications_new", {"root": "supervision_opinion"}),
    (Act.ORDER_CORRECTION, "rectifications_new", {"root": "order_correction"}),
    (Act.RISK_ALERT, "alerts_new", {}),
    (Act.REPORT_UP, "onwards_new", {"way": "up"}),
    (Act.TRANSFER, "onwards_new", {"way": "out"}),
)


def of_lead(request: OfficerRequest, lead: Lead) -> dict[str, Any]:
    """Measures taken on a lead, and for its holder every act with what the matrix says of it."""
    return _on_record(request, (LEAD, lead.key), Field(lead.field), lead.holder_id)


def of_row(request: OfficerRequest, row: DispatchRow) -> dict[str, Any]:
    """Measures taken on a row of a letter from above, and for its office every act with what the matrix says."""
    letter = row.dispatch
    field = book.kind(letter.kind, letter.received_on).field
    return _on_record(request, (DISPATCH, row.key), field, row.holder_id or letter.unit_id)


def _on_record(request: OfficerRequest, origin: tuple[str, str], field: Field, holder: int) -> dict[str, Any]:
    by = request.actor
    holds = by.unit == holder and Permission.TAKE_MEASURES in by.permissions
    start = {STARTS[origin[0]]: origin[1]}
    allowed = [_offer(by, act, field, page, start | more) for act, page, more in PAGES] if holds else []
    return {"measures": shown.events(*queries.of_origin(*origin)), "allowed": allowed}


def _offer(by: OfficerActor, act: Act, field: Field, page: str, asked: dict[str, str]) -> dict[str, str]:
    offer = {"name": label(matrix.matrix().name(act))}
    try:
        grant = competence.may(by, act, field)
    except NoCompetence as refusal:
        return offer | {"refusal": said(refusal.text)}
    return offer | {
        "href": f"{reverse(page)}?{urlencode(asked)}",
        "capacity": label(CAPACITY_TEXTS[grant.capacity]),
        "basis": said(grant.basis.cite()),
        "doubt": doubt(grant.confidence),
    }


def due(by: OfficerActor, today: date) -> dict[str, Any]:
    """Re-checks that are due or overdue, and interviews still to be held, for the first page."""
    rows = queries.waiting(by)
    counts = {str(period): rows.filter(queries.falling(period, today)).count() for period in Period}
    return {
        "rechecks": [shown.rectification(row, today) for row in rows[:DUE_SHOWN]],
        "recheck_counts": counts,
        "talks": [shown.interview(row) for row in queries.planned(by)[:DUE_SHOWN]],
    }
