"""A new paper about an interview, a rectification, a report or transfer, a record of evidence."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from lantian.core.messages import NotAllowed
from lantian.desk import papers, record_papers
from lantian.desk.requests import OfficerRequest
from lantian.filings.captures import queries as captures
from lantian.office import audit

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
    capture = captures.find(key)
    if request.method == "POST" and capture is not None and capture.unit_id != request.actor.unit:
        raise NotAllowed(
            "电子数据提取笔录由提取证据的单位制作。",
            "The record of evidence is made by the office whose officers took it.",
        )
    return _new(request, "capture", key)


def _new(request: OfficerRequest, kind: str, key: str) -> HttpResponse:
    about = record_papers.about_of(kind, key, by=request.actor)
    if about is None:
        raise Http404
    audit.record(READ[kind], by=request.actor, about=(kind, key))
    return papers.new_paper(request, about)
