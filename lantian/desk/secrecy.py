"""Unpublished applications: who is granted leave to read them, and the page on which one is read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lantian.core.messages import NotAllowed, Refused, Text
from lantian.desk.forms import GrantForm, RefusableForm
from lantian.desk.present.leads import doubt
from lantian.desk.present.words import language, said
from lantian.desk.requests import OfficerRequest
from lantian.filings import grants, queries, secrecy
from lantian.filings.models import UnpublishedGrant
from lantian.office import clock
from lantian.office.models import Post
from lantian.office.permissions import ROLES

GIVEN = Text("授权已生效。", "The grant is in force.")
ENDED = Text("授权已结束。", "The grant has ended.")
NOT_HELD = Text("没有这件未公开申请的文字。", "No unpublished text of this application is held.")
WATERMARK_LINES = 24


@never_cache
@require_safe
def unpublished(request: OfficerRequest) -> HttpResponse:
    """Read one unpublished application by its number; every reading is recorded, nothing can be downloaded."""
    number = request.GET.get("number", "").strip()[:40]
    context: dict[str, Any] = {"number": number, "grant": _held(request), **_cited()}
    if not number:
        return render(request, "desk/unpublished.html", context)
    try:
        texts = queries.unpublished_text(number, by=request.actor)
    except NotAllowed as refusal:
        return render(request, "desk/unpublished.html", context | {"error": said(refusal.text)}, status=403)
    if texts is None:
        return render(request, "desk/unpublished.html", context | {"error": said(NOT_HELD)}, status=404)
    reading = {"texts": texts, "watermark": _watermark(request), "lines": range(WATERMARK_LINES)}
    return render(request, "desk/unpublished.html", context | reading)


def _held(request: OfficerRequest) -> dict[str, Any] | None:
    grant = grants.in_force(post_id=request.actor.post_id)
    return {"purpose": grant.purpose, "valid_to": grant.valid_to} if grant else None


def _watermark(request: OfficerRequest) -> str:
    post = Post.objects.select_related("account", "unit").get(pk=request.actor.post_id)
    moment = clock.now().astimezone(clock.CHINA)
    return f"{post.account.name} {post.unit.name(language())} {moment:%Y-%m-%d %H:%M:%S}"


def _cited() -> dict[str, str]:
    rule = secrecy.rule("unpublished")
    return {"basis": said(rule.basis.cite()), "rule": said(rule.text), "confidence": doubt(rule.confidence)}


@require_http_methods(["GET", "HEAD", "POST"])
def secrecy_grants(request: OfficerRequest) -> HttpResponse:
    """Every grant; give one, end one."""
    if request.method != "POST":
        return _grants_page(request, None)
    if request.POST.get("do") == "give":
        form = _give(request)
        if form is not None:
            return _grants_page(request, form)
        messages.success(request, said(GIVEN))
        return redirect("secrecy_grants")
    if request.POST.get("do") != "end":
        raise BadRequest("unknown act")
    return _end(request)


def _give(request: OfficerRequest) -> RefusableForm | None:
    """Give a grant; the form comes back when it was refused."""
    form = GrantForm(request.POST)
    if not form.is_valid():
        return form
    try:
        grants.give(by=request.actor, **form.cleaned_data)
    except Refused as refusal:
        form.refuse(refusal)
        return form
    return None


def _end(request: OfficerRequest) -> HttpResponse:
    key = request.POST.get("grant", "")
    if not UnpublishedGrant.objects.filter(key=key).exists():
        raise Http404
    try:
        grants.end(key=key, by=request.actor)
    except Refused as refusal:
        messages.error(request, said(refusal.text))
    else:
        messages.success(request, said(ENDED))
    return redirect("secrecy_grants")


def _grants_page(request: OfficerRequest, form: RefusableForm | None) -> HttpResponse:
    context = {
        "grants": [_grant(row) for row in grants.given()],
        "posts": [{"key": post.key, "name": _post(post)} for post in grants.possible_posts()],
        "longest": secrecy.rule("grant").values["limit"],
        "error": form.first_error() if form else "",
        "typed": form.data if form else {},
        **_cited(),
    }
    return render(request, "desk/secrecy_grants.html", context, status=422 if form else 200)


def _grant(row: UnpublishedGrant) -> dict[str, Any]:
    ended_by = row.ended_by.account.name if row.ended_by else ""
    return {
        "key": row.key,
        "post": _post(row.post),
        "purpose": row.purpose,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "given_by": row.given_by.account.name,
        "ended_at": row.ended_at,
        "ended_by": ended_by,
        "in_force": row.ended_at is None and clock.today() < row.valid_to,
    }


def _post(post: Post) -> str:
    return f"{post.account.name} · {post.unit.name(language())} · {said(ROLES[post.role].name)}"
