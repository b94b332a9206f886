"""A new paper about an interview, a rectification, a report or transfer, a record of evidence."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from lantian.core.messages import NotAllowed, Text
from lantian.desk import papers, record_papers
from lantian.desk.requests import OfficerRequest
from lantian.filings.captures import queries as captures
from lantian.office import audit

FOUND = {**record_papers.FOUND, "capture": captures.find}
EVIDENCE = Text(
    "电子数据提取笔录由提取证据的单位制作。",
    "The record of evidence is made by the office whose officers took it.",
)
MEASURE = Text(
    "措施的文书由办理该措施的单位制作。", "The papers of a measure are made by the office that takes it."
)
READ = {
    "interview": audit.Kind.INTERVIEW_READ,
    "rectification": audit.Kind.RECTIFICATION_READ,
    "onward": audit.Kind.ONWARD_READ,
    "capture": audit.Kind.CAPTURE_READ,
}


@require_http_methods(["GET", "HEAD", "POST"])
def interview_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """A paper about an interview."""
    return _new(request, "interview", key)


@require_http_methods(["GET", "HEAD", "POST"])
def rectification_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """A paper about a rectification."""
    return _new(request, "rectification", key)


@require_http_methods(["GET", "HEAD", "POST"])
def onward_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """A paper about a report or transfer."""
    return _new(request, "onward", key)


@require_http_methods(["GET", "HEAD", "POST"])
def capture_paper(request: OfficerRequest, key: str) -> HttpResponse:
    """The record of evidence of a capture as a paper, made by the office whose officers took it."""
    return _new(request, "capture", key)


def _new(request: OfficerRequest, kind: str, key: str) -> HttpResponse:
    _refuse_other_maker(request, kind, key)
    about = record_papers.about_of(kind, key, by=request.actor)
    if about is None:
        raise Http404
    audit.record(READ[kind], by=request.actor, about=(kind, key))
    return papers.new_paper(request, about)


def _refuse_other_maker(request: OfficerRequest, kind: str, key: str) -> None:
    """Whoever sees a measure may look at what its paper would say; the office that takes it makes it."""
    record = FOUND[kind](key)
    if request.method == "POST" and record is not None and record.unit_id != request.actor.unit:
        words = EVIDENCE if kind == "capture" else MEASURE
        raise NotAllowed(words.zh, words.en)
