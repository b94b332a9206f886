"""Refusals and faults as calm pages: what happened, what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lantian.casework.errors import Stale
from lantian.core.messages import NotAllowed, Refused
from lantian.publicity import errors as publicity
from lantian.standing import errors as standing

STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotAllowed, 403),
    (Stale, 409),
    (standing.Stale, 409),
    (publicity.Stale, 409),
    (Refused, 422),
)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """A refusal that no page showed in its own place."""
    status = next(status for kind, status in STATUS if isinstance(refusal, kind))
    words = refusal.text.pick(get_language() or "")
    title = "" if status in (403, 409) else _("没有办成")
    context = {"status": status, "title": title, "advice": words, "back": _back(request)}
    return render(request, "desk/error.html", context, status=status)


def forbidden_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old or came from elsewhere (CSRF)."""
    context = {
        "status": 403,
        "title": _("页面已过期"),
        "advice": _("为了安全，请返回、刷新页面后再提交一次；您填写的内容没有保存。"),
        "back": _back(request),
    }
    return render(request, "desk/error.html", context, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing a page of ours sends: an address or a form that was written or cut by hand."""
    context = {
        "status": 400,
        "title": _("请求无法识别"),
        "advice": _(
            "地址或表单内容不完整，或含有无法识别的字符。请返回原来的页面再试一次；您填写的内容没有保存。"
        ),
    }
    return render(request, "desk/error.html", context, status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """More than anybody outside may send; a session may have ended while a file was chosen."""
    context = {
        "status": 413,
        "title": _("请先登录"),
        "advice": _("未登录时不能上传文件，文件没有收下。请登录后再上传。"),
    }
    return render(request, "desk/error.html", context, status=413)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or a record outside the reader's scope: one answer for both."""
    return render(request, "desk/error.html", {"status": 404}, status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The post lacks the permission."""
    return render(request, "desk/error.html", {"status": 403}, status=403)


def fault(request: HttpRequest) -> HttpResponse:
    """Our fault; the reference leads to the log line."""
    return render(request, "desk/error.html", {"status": 500, "reference": _reference(request)}, status=500)


def _reference(request: HttpRequest) -> str:
    return str(getattr(request, "reference", ""))


def _back(request: HttpRequest) -> str:
    """Where a form was sent from: its own page answers GET, a bare POST route leads home."""
    referrer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}/"
    return referrer.removeprefix(origin[:-1]) if referrer.startswith(origin) else "/"
