"""Papers that small offices ask the city's reviewer to approve: the queue, the request, the return."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from lantian.core.messages import Refused, Text
from lantian.desk.paging import paged
from lantian.desk.present import papers as shown
from lantian.desk.present.words import label, language, said
from lantian.desk.requests import OfficerRequest
from lantian.office.models import Paper, PaperReview
from lantian.office.papers import queries, reviewing
from lantian.office.papers.states import State
from lantian.office.permissions import Permission

ASKED = Text("已请{office}核准。", "{office} is asked to approve it.")
RETURNED = Text("已退回，由起草单位修改。", "Returned; its office revises it.")
ACT_TEXTS = {
    PaperReview.Act.ASK: Text("请市局核准", "city asked to approve"),
    PaperReview.Act.RETURN: Text("退回修改", "sent back"),
}


@require_safe
def reviews(request: OfficerRequest) -> HttpResponse:
    """Drafts of other offices that wait for this one to approve them, the longest waiting first."""
    page = paged(request, queries.to_review(request.actor), _waiting)
    return render(request, "desk/paper_reviews.html", {"page": page})


def _waiting(row: Paper) -> dict[str, Any]:
    return shown.paper(row) | {"asked_at": row.asked_at, "why": row.asked_why}  # type: ignore[attr-defined]


def of_paper(request: OfficerRequest, row: Paper) -> dict[str, Any]:
    """What a paper's page shows of requests to the city's reviewer, and whether one may be made now or why not."""
    draft, own = row.state == State.DRAFT, row.unit_id == request.actor.unit
    writes = Permission.WRITE_PAPERS in request.actor.permissions
    asked = reviewing.stands(row) if draft else False
    reviewer = reviewing.reviewer_of(row)
    return {
        "reviews": [_shown(one) for one in queries.reviews(row)],
        "asked": asked,
        "reviewer": reviewer.name(language()) if reviewer else "",
        "may_ask": draft and own and writes and not asked and reviewing.may_ask(row) is None,
    }


def _shown(one: PaperReview) -> dict[str, Any]:
    return {
        "words": label(ACT_TEXTS[PaperReview.Act(one.act)]),
        "why": one.words,
        "version": one.version.number,
        "by": one.post.account.name,
        "at": one.at,
    }


def offers(request: OfficerRequest, row: Paper) -> list[str]:
    """What the office that was asked may do with a paper of another one."""
    asked = row.state == State.DRAFT and queries.is_asked(row, request.actor)
    return ["approve", "return"] if asked and Permission.APPROVE_PAPERS in request.actor.permissions else []


@require_POST
def paper_ask(request: OfficerRequest, key: str) -> HttpResponse:
    """Ask the city's reviewer."""
    row = _found(request, key)
    done = reviewing.ask(key=row.key, words=_words(request), version=_version(request), by=request.actor)
    messages.success(request, said(ASKED).format(office=done.reviewer.name(language())))
    return redirect("paper", key)


@require_POST
def paper_return(request: OfficerRequest, key: str) -> HttpResponse:
    """Return it with what to change."""
    row = _found(request, key)
    reviewing.send_back(key=row.key, words=_words(request), version=_version(request), by=request.actor)
    messages.success(request, said(RETURNED))
    return redirect("reviews")


def _words(request: OfficerRequest) -> str:
    words = request.POST.get("words", "")
    if not words.strip():
        raise Refused("请写明理由。", "Please give the reason.")
    return words


def _version(request: OfficerRequest) -> int:
    typed = request.POST.get("version", "")
    if not (typed.isascii() and typed.isdigit()):
        raise BadRequest("version comes from the paper's own page")
    return int(typed)


def _found(request: OfficerRequest, key: str) -> Paper:
    row = queries.find(key, request.actor)
    if row is None:
        raise Http404
    return row
