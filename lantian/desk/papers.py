"""Papers: the list, a new one about a lead, one paper with what may be done, its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lantian.casework import papers as casework
from lantian.casework import queries as leads
from lantian.casework.models import Lead
from lantian.core.competence import FIELD_TEXTS, Field
from lantian.core.competence import Act as LegalAct
from lantian.core.messages import Refused, Text
from lantian.core.moves import open_acts
from lantian.desk import paper_reviews, record_papers
from lantian.desk.downloads import attached
from lantian.desk.paging import paged
from lantian.desk.present import papers as shown
from lantian.desk.present.words import either, label, said
from lantian.desk.record_papers import About
from lantian.desk.requests import OfficerRequest
from lantian.dispatch.letters import sees as dispatch_sees
from lantian.office import audit, clock, competence, files
from lantian.office.actors import OfficerActor
from lantian.office.models import Paper, PaperApproval, StoredFile
from lantian.office.papers import actions, queries
from lantian.office.papers.actions import Numbered, Record, Wording
from lantian.office.papers.approving import Elsewhere, approve, record_approval
from lantian.office.papers.content import MissingFields
from lantian.office.papers.states import MOVES, Act, State
from lantian.office.papers.template import Template
from lantian.office.permissions import Permission
from lantian.office.plates import ChoosePlate, UnitRefused

PAGE, FEW, LARGEST_SCAN = 25, 6, 20 * 1024 * 1024
LONGEST_ID = 18  # digits of a number that a row can have
SCANS = {files.PDF, "image/png", "image/jpeg"}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DRAFTED = Text("草稿已保存，请另一人核准。", "The draft is saved; another person has to approve it.")
APPROVED = Text("已核准，可以印发。", "Approved; it may be issued.")
ISSUED = Text("已印发：{number}。文件正在生成。", "Issued as {number}. Its files are being made.")
DROPPED = Text("已作废，未占用文号。", "Dropped; it took no number.")


@require_safe
def papers(request: OfficerRequest) -> HttpResponse:
    """Papers of the office, and issued ones shared with it."""
    page = paged(request, queries.papers(request.actor), shown.paper, PAGE)
    approves = Permission.APPROVE_PAPERS in request.actor.permissions
    asked = queries.to_review(request.actor).count() if approves else 0
    return render(request, "desk/papers.html", {"page": page, "asked": asked})


@require_http_methods(["GET", "HEAD", "POST"])
def lead_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """A new paper about a lead: choose its kind, fill it in, look at it, save it. All of it shows the lead."""
    lead = leads.find(key)
    if lead is None:
        raise Http404
    audit.record(audit.Kind.LEAD_READ, by=request.actor, about=("lead", lead.key))
    about = record_papers.about_of(casework.ABOUT, lead.key, by=request.actor)
    assert about is not None
    return new_paper(request, about)


def new_paper(request: OfficerRequest, about: About) -> HttpResponse:
    """Choose the kind of a paper about a record, fill it in, look at it, save it."""
    typed = _asked(request).get("field", "")
    if about.asks and typed not in list(Field):
        return render(request, "desk/lead_paper.html", _choice(request, about) | {"kinds": [], "field": ""})
    about = replace(about, record=_in_field(about.record, typed))
    kind = _asked(request).get("kind", "")
    if kind not in about.kinds:
        return render(request, "desk/lead_paper.html", _choice(request, about))
    template = queries.template(request.actor.unit, kind)
    if request.method != "POST":
        return _form(request, about, template, {})
    try:
        return _written(request, about, template)
    except MissingFields as refusal:
        return _form(request, about, template, {"error": said(refusal.text), "missing": refusal.names})
    except Refused as refusal:
        return _form(request, about, template, {"error": said(refusal.text)})


def _written(request: OfficerRequest, about: About, template: Template) -> HttpResponse:
    record, wording, plate = about.record, _wording(request, template), _plate(request)
    if request.POST.get("do") != "save":
        right, content = actions.preview(
            kind=template.kind, record=record, wording=wording, plate=plate, by=request.actor
        )
        ground = shown.ground(competence.stored(right.grant), right.plate)
        return _form(request, about, template, {"preview": shown.text(content), "ground": ground})
    paper = actions.draft(kind=template.kind, record=record, wording=wording, plate=plate, by=request.actor)
    messages.success(request, said(DRAFTED))
    return redirect("paper", paper.key)


def _asked(request: OfficerRequest) -> Mapping[str, str]:
    return request.POST if request.method == "POST" else request.GET


def _in_field(record: Record, typed: str) -> Record:
    """The record in the field that the officer chose; the lead's own field otherwise."""
    field = Field(typed) if typed in list(Field) else record.field
    return replace(record, field=field)


def _choice(request: OfficerRequest, about: About) -> dict[str, Any]:
    """Every kind of paper that fits the record, with what the matrix says of it."""
    fitting = queries.templates(request.actor.unit, about.kinds)
    kinds = [_offer(request, template, about.record) for template in fitting]
    kinds.sort(key=lambda one: "refusal" in one)  # what the office may issue stands first
    return {"lead": about.head, "kinds": kinds, **_fields_of_law(about.record)}


def _offer(request: OfficerRequest, template: Template, record: Record) -> dict[str, str]:
    act, field = record.act(template), record.field
    offer, today = {"kind": template.kind, "name": label(template.name)}, clock.today()
    try:
        choices = actions.plates_for(request.actor, act, field, on=today)
        first = choices[0].pk if choices else None
        right = actions.right_to(request.actor, act, field, on=today, plate=first)
    except Refused as refusal:
        return offer | {"refusal": said(refusal.text)}
    names = "、".join(plate.name_zh for plate in choices)
    return offer | shown.ground(competence.stored(right.grant), right.plate) | {"issuer": names}


def _plates(request: OfficerRequest, act: LegalAct, field: Field, now: int | None) -> list[dict[str, Any]]:
    """Plates to choose among, the one chosen marked; empty when nothing has to be asked."""
    try:
        choices = actions.plates_for(request.actor, act, field, on=clock.today())
    except Refused:
        return []  # the act itself says why
    chosen = _plate(request) or now
    return [shown.plate(plate, chosen) for plate in choices] if len(choices) > 1 else []


def _plate(request: OfficerRequest) -> int | None:
    """The plate the officer chose."""
    typed = request.POST.get("plate", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID else None


def _form(request: OfficerRequest, about: About, template: Template, more: dict[str, Any]) -> HttpResponse:
    record, wording = about.record, _wording(request, template)
    context = {
        "lead": about.head,
        "kind": template.kind,
        "name": label(template.name),
        "fields": shown.fields(template, wording.typed, more.get("missing", ())),
        "free": wording.free if template.open_to_free_text else None,
        "plates": _plates(request, record.act(template), record.field, None),
        **_fields_of_law(record),
        **more,
    }
    return render(request, "desk/lead_paper.html", context, status=422 if "error" in more else 200)


def _fields_of_law(record: Record) -> dict[str, Any]:
    choices = [(str(field), label(text)) for field, text in FIELD_TEXTS.items()]
    return {"field": str(record.field), "field_choices": choices}


def _wording(request: OfficerRequest, template: Template) -> Wording:
    typed = {field.name: request.POST.get(f"f_{field.name}", "") for field in template.fields if field.typed}
    return Wording(typed, request.POST.get("free", ""))


@require_safe
def paper(request: OfficerRequest, key: str) -> HttpResponse:
    """One paper."""
    return _paper_page(request, _found(request, key))


def _paper_page(request: OfficerRequest, row: Paper, more: Mapping[str, Any] | None = None) -> HttpResponse:
    """The page of one paper; showing it is recorded, after a refusal too."""
    audit.record(audit.Kind.PAPER_READ, by=request.actor, about=("paper", row.key))
    version = queries.latest(row)
    template = queries.template(row.unit, row.kind)
    about = record_papers.about_of(row.about_kind, row.about_key, by=request.actor)
    context = {
        "paper": shown.paper(row),
        "lead": about.head if about else None,
        "text": shown.text(queries.content(version)),
        "ground": shown.ground(row.grant, row.plate),
        "versions": [shown.version(one) for one in queries.versions(row)],
        "approvals": [shown.approval(one) for one in queries.approvals(row)],
        "may": _may(request, row, about),
        "fields": shown.fields(template, version.typed),
        "free": version.free if template.open_to_free_text else None,
        "plates": _plates(request, LegalAct(row.grant["act"]), Field(row.field), row.plate_id),
        "has_files": row.pdf_id is not None and row.docx_id is not None,
        "has_scan": _scan(row) is not None,
        "fault": _fault(row),
        "today": clock.today(),
        **paper_reviews.of_paper(request, row),
        **(more or {}),
    }
    return render(request, "desk/paper.html", context, status=422 if more else 200)


def _fault(row: Paper) -> str:
    """Why the files of an issued paper could not be made; empty while there is hope."""
    job = queries.last_job(row)
    return either(job.fault_zh, job.fault_en) if job is not None and not job.open and not row.pdf_id else ""


def _may(request: OfficerRequest, row: Paper, about: About | None) -> list[str]:
    """What this officer may try now; whether it may be done is decided by the action."""
    if request.actor.unit != row.unit_id:
        return paper_reviews.offers(request, row)
    held = request.actor.permissions
    needs = {
        Act.REVISE: Permission.WRITE_PAPERS,
        Act.ISSUE: Permission.WRITE_PAPERS,
        Act.DROP: Permission.WRITE_PAPERS,
        Act.APPROVE: Permission.APPROVE_PAPERS,
    }
    acts = open_acts(MOVES, State(row.state))
    may = [str(act) for act in acts if needs[act] in held and not (act is Act.REVISE and about is None)]
    return [*may, "record"] if Act.APPROVE in acts and Permission.WRITE_PAPERS in held else may


@require_POST
def paper_revise(request: OfficerRequest, key: str) -> HttpResponse:
    """Save a new version."""
    row = _found(request, key)
    about = record_papers.about_of(row.about_kind, row.about_key, by=request.actor)
    if about is None:
        raise Http404
    record = _in_field(about.record, row.field)
    template = queries.template(row.unit, row.kind)
    wording = _wording(request, template)
    try:
        actions.revise(
            key=key,
            record=record,
            wording=wording,
            version=_version(request),
            by=request.actor,
            plate=_plate(request),
        )
    except (MissingFields, ChoosePlate, UnitRefused) as refusal:
        missing = refusal.names if isinstance(refusal, MissingFields) else ()
        fields = shown.fields(template, wording.typed, missing)
        more = {"error": said(refusal.text), "fields": fields, "free": wording.free}
        return _paper_page(request, _found(request, key), more)
    messages.success(request, said(DRAFTED))
    return redirect("paper", key)


@require_POST
def paper_approve(request: OfficerRequest, key: str) -> HttpResponse:
    """Approve on screen."""
    _found(request, key)
    approve(key=key, version=_version(request), by=request.actor)
    messages.success(request, said(APPROVED))
    return redirect("paper", key)


@require_POST
def paper_record(request: OfficerRequest, key: str) -> HttpResponse:
    """Record an approval given on paper or in the OA, with its scan."""
    _found(request, key)
    version = _version(request)
    on = _day(request.POST.get("on", ""))
    upload = request.FILES.get("scan")
    if upload is None or on is None or (upload.size or 0) > LARGEST_SCAN:
        raise Refused(
            "请填写核准日期，并上传核准页的扫描件（PDF、PNG 或 JPEG，不超过20 MB）。",
            "Give the day of approval and upload the scan of it (PDF, PNG or JPEG, at most 20 MB).",
        )
    by = request.actor
    with files.kept(name=upload.name or "scan", chunks=upload.chunks(), seen_by=by.units, by=by) as scan:
        if scan.content_type not in SCANS:
            raise Refused("扫描件应为 PDF、PNG 或 JPEG。", "The scan has to be PDF, PNG or JPEG.")
        given = Elsewhere(request.POST.get("how", ""), request.POST.get("approver", ""), on, scan)
        record_approval(key=key, version=version, given=given, by=by)
    messages.success(request, said(APPROVED))
    return redirect("paper", key)


@require_POST
def paper_issue(request: OfficerRequest, key: str) -> HttpResponse:
    """Issue: our number is taken now, or the OA's typed back."""
    row = _found(request, key)
    if request.POST.get("again"):
        actions.set_again(key=key, by=request.actor)
        return redirect("paper", key)
    about = record_papers.about_of(row.about_kind, row.about_key, by=request.actor)
    seen_by = about.record.seen_by if about else dispatch_sees(row)
    how = Numbered(request.POST.get("oa_number", ""), _day(request.POST.get("dated", "")))
    issued = actions.issue(key=key, version=_version(request), by=request.actor, how=how, seen_by=seen_by)
    messages.success(request, said(ISSUED).format(number=issued.number))
    return redirect("paper", key)


@require_POST
def paper_drop(request: OfficerRequest, key: str) -> HttpResponse:
    """Drop a paper that was not issued."""
    _found(request, key)
    actions.drop(key=key, version=_version(request), by=request.actor)
    messages.success(request, said(DROPPED))
    return redirect("paper", key)


@require_safe
def paper_file(request: OfficerRequest, key: str) -> FileResponse:
    """A file of a paper as an attachment that the browser may do nothing with: pdf (default), docx, scan."""
    row = _found(request, key)
    which = request.GET.get("as", "pdf")
    file = {"pdf": row.pdf, "docx": row.docx, "scan": _scan(row)}.get(which)
    return attached(file, DOCX if which == "docx" else "")


def waiting(by: OfficerActor) -> dict[str, Any]:
    """Papers that wait for the reader: drafts he may approve, approved ones he may issue, requests of small offices."""
    approves = Permission.APPROVE_PAPERS in by.permissions
    rows = list(queries.to_approve(by)[:FEW]) if approves else []
    if Permission.WRITE_PAPERS in by.permissions:
        rows += queries.to_issue(by)[:FEW]
    asked = queries.to_review(by).count() if approves else 0
    return {"papers_waiting": [shown.paper(row) for row in rows], "papers_asked": asked}


def of_lead(request: OfficerRequest, lead: Lead) -> dict[str, Any]:
    """The card of papers on a lead's page."""
    rows = queries.about(casework.ABOUT, lead.key, request.actor)
    may = Permission.WRITE_PAPERS in request.actor.permissions
    return {"papers": [shown.paper(row) for row in rows], "may_write": may}


def _scan(row: Paper) -> StoredFile | None:
    """The scan of the approval under which a paper stands."""
    found = PaperApproval.objects.filter(paper=row).select_related("scan").order_by("-id").first()
    return found.scan if found else None


def _version(request: OfficerRequest) -> int:
    typed = request.POST.get("version", "")
    if not (typed.isascii() and typed.isdigit()):
        raise BadRequest("version comes from the paper's own page")
    return int(typed)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _found(request: OfficerRequest, key: str) -> Paper:
    row = queries.find(key, request.actor)
    if row is None:
        raise Http404
    return row
