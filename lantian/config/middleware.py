"""Two small middlewares: a request id for the log, and the language a person chose."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Next = Callable[[HttpRequest], HttpResponse]


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
