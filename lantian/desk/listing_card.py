"""The card of an upward proposal on its entry's page: its paper, its files, what was sent, what may be done."""

from __future__ import annotations

from typing import Any

from lantian.core.messages import Refused, Text
from lantian.desk import record_papers
from lantian.desk.present.words import said
from lantian.desk.requests import OfficerRequest
from lantian.office.permissions import Permission
from lantian.standing import deciders, packaging
from lantian.standing.models import ListEntry, ListPaper

KIND_TEXTS = {
    ListPaper.Kind.EVIDENCE: Text("证据材料", "evidence"),
    ListPaper.Kind.NOTICE: Text("告知文书和送达回证", "notices and proof of service"),
    ListPaper.Kind.HEARING: Text("听证、陈述申辩记录", "records of hearings and statements"),
    ListPaper.Kind.PACKAGE: Text("已报送的材料包", "package that was sent"),
}


def of_entry(request: OfficerRequest, row: ListEntry) -> dict[str, Any]:
    """The card of the package on an entry's page; nothing where this level decides."""
    if not packaging.goes_up(row):
        return {"upward": None}
    keeps = deciders.may_act(row, request.actor.unit)
    may = keeps and Permission.KEEP_STANDING in request.actor.permissions and row.decided_on is None
    paper = packaging.paper_of(row, request.actor)
    refusal = _refusal(row, request)
    card = {
        "enclosed": [_file(one) for one in packaging.enclosures(row)],
        "sent": [_file(one) for one in packaging.sent(row)],
        "ready": paper is not None,
        "refusal": refusal,
        "size": sum(one.file.size for one in packaging.enclosures(row)),
        "most": packaging.LARGEST - packaging.SPARE,
        "number": paper.number if paper else "",
        "may": may,
        "may_send": bool(may and not refusal and paper and paper.unit_id == request.actor.unit),
        "kinds": [(str(kind), said(text)) for kind, text in KIND_TEXTS.items() if kind != "package"],
    }
    writes = request.actor.unit if keeps else 0
    return {"upward": card} | record_papers.of_record(request, "listing", row.key, writes)


def _refusal(row: ListEntry, request: OfficerRequest) -> str:
    """Why this office may neither take nor send the package; empty when it may."""
    try:
        packaging.right_to(row, by=request.actor)
    except Refused as refusal:
        return said(refusal.text)
    return ""


def _file(one: ListPaper) -> dict[str, Any]:
    kind = said(KIND_TEXTS[ListPaper.Kind(one.kind)])
    return {"id": one.pk, "kind": kind, "title": one.title, "sha256": one.file.sha256, "at": one.at}
