"""What measures add to other pages: what the law allows next on a lead's page, what is due on the first page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from lantian.casework import measures_queries as queries
from lantian.casework.measuring import LEAD
from lantian.casework.models import Lead
from lantian.casework.queries import Period
from lantian.core import competence as matrix
from lantian.core.competence import CAPACITY_TEXTS, Act, Field, NoCompetence
from lantian.desk.present import measures as shown
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import label, said
from lantian.desk.requests import OfficerRequest
from lantian.office import competence
from lantian.office.actors import OfficerActor
from lantian.office.permissions import Permission

DUE_SHOWN = 6
# Each act with the page on which it begins.
PAGES: tuple[tuple[Act, str, dict[str, str]], ...] = (
    (Act.INTERVIEW, "interviews_new", {}),
    (Act.WARNING_TALK, "interviews_new", {}),
    (Act.SUPERVISION_OPINION, "rectifications_new", {"root": "supervision_opinion"}),
    (Act.ORDER_CORRECTION, "rectifications_new", {"root": "order_correction"}),
    (Act.REPORT_UP, "onwards_new", {"way": "up"}),
    (Act.TRANSFER, "onwards_new", {"way": "out"}),
)


def of_lead(request: OfficerRequest, lead: Lead) -> dict[str, Any]:
    """Measures taken on a lead, and for its holder every act with what the matrix says of it."""
    taken = shown.events(*queries.of_origin(LEAD, lead.key))
    holds = request.actor.unit == lead.holder_id and Permission.TAKE_MEASURES in request.actor.permissions
    field = Field(lead.field)
    allowed = (
        [_offer(request.actor, act, field, page, more, lead) for act, page, more in PAGES] if holds else []
    )
    return {"measures": taken, "allowed": allowed}


def _offer(
    by: OfficerActor, act: Act, field: Field, page: str, more: dict[str, str], lead: Lead
) -> dict[str, str]:
    offer = {"name": label(matrix.matrix().name(act))}
    try:
        grant = competence.may(by, act, field)
    except NoCompetence as refusal:
        return offer | {"refusal": said(refusal.text)}
    return offer | {
        "href": f"{reverse(page)}?{urlencode({'lead': lead.key, **more})}",
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
