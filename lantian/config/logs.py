"""Logs: JSON lines on standard error. Nothing personal: request paths with keys, never bodies or names."""

from __future__ import annotations

import sys
import traceback
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


def without_words(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Tell a fault by its kinds and places, innermost first: what an exception says may quote a record.

    PostgreSQL, for one, writes the values of the row it refuses into its message; its code of five signs stays.
    """
    found = event.pop("exc_info", None)
    fault = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    told: list[str] = []
    while isinstance(fault, BaseException):
        told.append(_told(fault))
        fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if told:
        event["exception"] = "\n".join(reversed(told))
    return event


def _told(fault: BaseException) -> str:
    kind, code = type(fault), getattr(fault, "sqlstate", None)
    name = f"{kind.__module__}.{kind.__qualname__}" + (f" [{code}]" if code else "")
    frames = traceback.extract_tb(fault.__traceback__)
    return "\n".join([name, *(f"  {one.filename}:{one.lineno} in {one.name}" for one in frames)])


def configuration() -> dict[str, Any]:
    """The logging configuration for Django and for structlog alike."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        without_query,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
        without_words,
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
