"""Whether the process lives, and whether it can work."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from lantian.office import epochs

log = logging.getLogger(__name__)
WORKER_SILENT_AFTER = timedelta(seconds=60)


def process(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """Database reachable, schema current, epoch this cluster's, a worker alive: 200, else 503 with what is missing."""
    state = dict.fromkeys(("database", "migrations", "epoch", "worker"), False)
    try:
        connection.ensure_connection()
        state["database"] = True
        state["migrations"] = not _pending()
        if state["migrations"]:
            state |= {"epoch": epochs.current(), "worker": _worker_alive()}
    except Error:
        log.warning("not ready: the database does not answer")
    return JsonResponse(state, status=200 if all(state.values()) else 503)


def _pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _worker_alive() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now() - max(last_heartbeat) FROM procrastinate_workers")
        silent = cursor.fetchone()[0]
    return silent is not None and silent < WORKER_SILENT_AFTER
