"""The worker's own talk with the queue, which outlives a cut connection.

A job that ended and whose end the queue never heard would stay "at work" for as long as its worker lives, and every
later job under the same lock would wait for it. So would one that the queue handed out to nobody.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import psycopg
from procrastinate import PsycopgConnector, sql
from procrastinate.connector import Notify
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)
# Seconds between tries, besides those that the pool waits for a connection; after the last the worker ends.
PAUSES = (0.1, 0.5, 2.0, 5.0, 10.0)
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
FETCH, FINISH, RETRY = (sql.queries[name] for name in ("fetch_job", "finish_job", "retry_job"))
HANDED_OUT = "SELECT id FROM procrastinate_jobs WHERE worker_id = %(worker_id)s AND status = 'doing'"


class PatientConnector(PsycopgConnector):
    """Says again what a lost connection kept the queue from hearing.

    Handing out a job and putting one back are not said twice: done once and unheard, the second saying would take
    another job, or put back one that runs again already. What then lies at work in nobody's hands is put back before
    the next job is handed out. One worker has one connector.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._held: set[int] = set()
        self._unsure = False

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        if query == RETRY:
            await self._put_back(query, **arguments)
        elif query == FINISH:
            await self._finish(query, **arguments)
        else:
            await _again(lambda: super(PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: str, **arguments: Any) -> Any:
        if query == FETCH:
            return await _again(lambda: self._hand_out(query, **arguments))
        return await _again(lambda: super(PatientConnector, self).execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: str, **arguments: Any) -> Any:
        return await _again(lambda: super(PatientConnector, self).execute_query_all_async(query, **arguments))

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Listen for new jobs; what is not heard meanwhile, the worker's own looking finds."""
        while True:
            try:
                await super().listen_notify(on_notification=on_notification, channels=channels)
            except ConnectorException:
                await asyncio.sleep(PAUSES[-1])

    async def _hand_out(self, query: str, **arguments: Any) -> Any:
        if self._unsure:
            await self._release(arguments["worker_id"])
        self._unsure = True
        row = await super().execute_query_one_async(query, **arguments)
        self._unsure = False
        if row["id"] is not None:
            self._held.add(row["id"])
        return row

    async def _finish(self, query: str, **arguments: Any) -> None:
        heard = False
        try:
            await _again(lambda: super(PatientConnector, self).execute_query_async(query, **arguments))
            heard = True
        finally:
            self._held.discard(arguments["job_id"])
            self._unsure = self._unsure or not heard

    async def _put_back(self, query: str, **arguments: Any) -> None:
        self._held.discard(arguments["job_id"])
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException as fault:
            if not _lost(fault):
                raise
            self._unsure = True

    async def _release(self, worker_id: int) -> None:
        """Put back what the queue takes to be in this worker's hands and is not."""
        for row in await super().execute_query_all_async(HANDED_OUT, worker_id=worker_id):
            if row["id"] not in self._held:
                log.info("a job in nobody's hands is put back", extra={"job": row["id"]})
                same = {"new_priority": None, "new_queue_name": None, "new_lock": None}
                await super().execute_query_async(RETRY, job_id=row["id"], retry_at=AT_ONCE, **same)


async def _again(say: Callable[[], Awaitable[Any]]) -> Any:
    """Say a thing until it is heard; a refusal after a loss means that it was heard before."""
    lost = False
    for pause in (*PAUSES, None):
        try:
            return await say()
        except ConnectorException as fault:
            if lost and isinstance(fault.__cause__, psycopg.errors.RaiseException):
                return None
            if pause is None or not _lost(fault):
                raise
            lost = True
            await asyncio.sleep(pause)
    raise AssertionError("the last try ends the loop")


def _lost(fault: ConnectorException) -> bool:
    """Whether a connection was lost; everything else is an answer."""
    return isinstance(fault.__cause__, psycopg.OperationalError)


def connector() -> PatientConnector:
    """The connector of a worker, on the database the settings name."""
    return PatientConnector(kwargs=connector_params())
