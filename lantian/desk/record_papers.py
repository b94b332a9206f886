"""Papers about records: which kinds fit, where they lead back to, the card on a measure's page, its new paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lantian.casework import measure_papers, measures_queries
from lantian.casework import papers as lead_papers
from lantian.casework import queries as leads
from lantian.casework.measuring import DISPATCH, LEAD
from lantian.core.messages import Text
from lantian.desk.measuring import ROW
from lantian.desk.present import papers as shown
from lantian.desk.present.crediting import ROUTES, origins
from lantian.desk.present.listings import list_name
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.dispatch import queries as dispatch
from lantian.filings.captures import papers as evidence
from lantian.filings.captures import queries as captures
from lantian.office import clock
from lantian.office.actors import OfficerActor
from lantian.office.papers import queries
from lantian.office.papers.actions import Record
from lantian.office.papers.template import KINDS
from lantian.office.permissions import Permission
from lantian.standing import packaging
from lantian.standing import queries as listings

FOUND = {
    "interview": measures_queries.find_interview,
    "rectification": measures_queries.find_rectification,
    "onward": measures_queries.find_onward,
    "alertround": measures_queries.find_alerts,
}
LISTING = "listing"
RECORDED = Text("第{number}次提取", "taking no. {number}")
ALERTS = "alertround"  # its papers are drafted in a batch, so it has no page for a new one
# A lead has every paper but those that belong to a measure or a letter from above.
OF_LEADS = tuple(
    kind
    for kind in KINDS
    if kind not in (*measure_papers.OWN_KINDS, packaging.PAPER, evidence.PAPER)
    and not kind.startswith("dispatch_")
)


@dataclass(frozen=True)
class About:
    """A record that papers are written about: what they may say, which kinds fit, and the head of its page.

    `asks` where the field of law has to be said first.
    """

    record: Record
    kinds: tuple[str, ...]
    head: dict[str, str]
    asks: bool = False


def about_of(kind: str, key: str, *, by: OfficerActor) -> About | None:
    """The record a paper is about, if the reader may see it; none for letters, whose papers are written elsewhere."""
    if kind == LEAD:
        lead = leads.find(key)
        if lead is None:
            return None
        head = _head(LEAD, key, lead.number, lead.subject_name or lead.subject_no)
        return About(lead_papers.record_of(lead, by=by), OF_LEADS, head)
    if kind == LISTING:
        entry = listings.find_entry(key)
        if entry is None:
            return None
        head = _head(LISTING, key, entry.list_id, entry.subject.name)
        head["number"] = list_name(entry.list_id, clock.today())
        return About(packaging.record_of(entry, by=by), (packaging.PAPER,), head)
    if kind == evidence.ABOUT:
        return _evidence(key)
    measure = FOUND[kind](key) if kind in FOUND else None
    if measure is None:
        return None
    record = measure_papers.record_of(measure)
    subject = record.values["measure.subjects"]
    if kind == ALERTS:
        url = reverse("alerts_round", args=[key])
        head = {"key": key, "number": measure.number, "subject": subject, "url": url, "paper_url": url}
    else:
        head = _head(kind, key, measure.number, subject)
    return About(record, measure_papers.kinds_for(measure), head)


def _evidence(key: str) -> About | None:
    """A capture's newest record of evidence; none while nobody took any."""
    capture = captures.find(key)
    taken = evidence.newest(capture) if capture else None
    if capture is None or taken is None:
        return None
    record = evidence.record_of(capture, taken)
    head = _head(
        evidence.ABOUT, key, said(RECORDED).format(number=taken.number), record.values["capture.object"]
    )
    return About(record, (evidence.PAPER,), head, evidence.field_of(capture) is None)


def _head(kind: str, key: str, number: str, subject: str) -> dict[str, str]:
    places = {"url": reverse(kind, args=[key]), "paper_url": reverse(f"{kind}_paper", args=[key])}
    return {"key": key, "number": number, "subject": subject, **places}


def of_record(request: OfficerRequest, kind: str, key: str, unit: int) -> dict[str, Any]:
    """The card of papers on a record's page."""
    rows = queries.about(kind, key, request.actor)
    may = Permission.WRITE_PAPERS in request.actor.permissions and request.actor.unit == unit
    url = reverse(f"{kind}_paper", args=[key]) if may else ""
    return {"papers": [shown.paper(row) for row in rows], "paper_url": url}


def origin_of(kind: str, key: str) -> dict[str, str] | None:
    """The record that a measure hangs on, if the reader may see it."""
    if kind == DISPATCH:
        row = dispatch.find_row(key)
        words = said(ROW).format(number=row.dispatch.number, place=row.place) if row else ""
        return {"words": words, "href": reverse("row", args=[key])} if row else None
    if kind in ROUTES:
        told = origins([(kind, key)])[kind, key]
        return told if told["href"] else None
    lead = leads.find(key) if kind == LEAD else None
    return {"words": lead.number, "href": reverse("lead", args=[lead.key])} if lead else None
