"""Logs: JSON lines on standard error. Nothing personal: request paths with keys, never bodies or names."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import structlog

PERSONAL = {"name", "login", "phone", "email", "address", "text", "password", "title", "abstract", "claim"}


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values under personal keys; a processor of structlog."""
    for key in PERSONAL & event.keys():
        event[key] = "[redacted]"
    return event


def without_query(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Say of Django's `request` its method, path and id: its own text holds the query, and a query holds names."""
    request = event.pop("request", None)
    if request is not None:
        event["method"], event["path"] = getattr(request, "method", None), getattr(request, "path", None)
        # Django logs the status of an answer after the middlewares have let go of their context.
        event.setdefault("request_id", getattr(request, "reference", None))
    return event


def configuration() -> dict[str, Any]:
    """The logging configuration for Django and for structlog alike."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        without_query,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
        structlog.processors.format_exc_info,
    ]
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        "foreign_pre_chain": shared,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {"lantian": {"level": "INFO"}, "django": {"handlers": ["stderr"], "propagate": False}},
    }
