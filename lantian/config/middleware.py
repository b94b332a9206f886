"""Small middlewares: a request id for the log, the language a person chose, and two checks at the door."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from lantian.desk import errors

Next = Callable[[HttpRequest], HttpResponse]
NUL = "\0"
STRANGERS_BYTES = 64 * 1024  # a login with its second step takes two or three kilobytes


def request_log(respond: Next) -> Next:
    """Bind a fresh request id to every log line of a request and hand it to the browser."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = secrets.token_hex(8)
        request.reference = request_id  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = respond(request)
        response["X-Request-Id"] = request_id
        return response

    return middleware


def chosen_language(respond: Next) -> Next:
    """Chinese unless the person chose English; the browser's wish is not asked (offices share machines)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = respond(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def without_nul(respond: Next) -> Next:
    """Refuse NUL in address, query and cookies: PostgreSQL keeps no such text, and nobody types it.

    Forms are looked at by the guard, after it is known who sends them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        typed = [request.path, *request.COOKIES.values()]
        typed += [text for name, texts in request.GET.lists() for text in (name, *texts)]
        if any(NUL in text for text in typed):
            return errors.bad_request(request)
        return respond(request)

    return middleware


def small_unless_known(respond: Next) -> Next:
    """Refuse a large body from somebody not logged in, before the check of forms reads it.

    A body without its length counts as empty (WSGI); what an officer may send ends at UPLOAD_LIMIT_MB.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        large = not length.isdigit() or int(length) > STRANGERS_BYTES
        if large and not request.user.is_authenticated:
            return errors.too_large(request)
        return respond(request)

    return middleware
