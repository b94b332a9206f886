"""The queue and a worker that do not hear each other: no job is left in nobody's hands, no answer asked for twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from procrastinate import PsycopgConnector, sql
from procrastinate.exceptions import ConnectorException

from lantian.office import queueing
from lantian.office.queueing import FETCH, FINISH, PatientConnector
from tests.conftest import Database
from tests.rooms.test_jobs import begin, some_patents


def lost() -> ConnectorException:
    fault = ConnectorException()
    fault.__cause__ = psycopg.OperationalError("the connection is lost")
    return fault


def unheard_once(monkeypatch: pytest.MonkeyPatch, method: str, wanted: str) -> None:
    """The first statement of a kind is done, and its answer lost."""
    real: Callable[..., Awaitable[Any]] = getattr(PsycopgConnector, method)
    said: list[str] = []

    async def once(self: PsycopgConnector, query: str, **arguments: Any) -> Any:
        answer = await real(self, query, **arguments)
        if query == wanted and not said:
            said.append(query)
            raise lost()
        return answer

    monkeypatch.setattr(PsycopgConnector, method, once)


def as_a_worker(work: Callable[[PatientConnector, int], Awaitable[None]]) -> None:
    async def run() -> None:
        one = queueing.connector()
        await one.open_async()
        try:
            row = await one.execute_query_one_async(sql.queries["register_worker"])
            await work(one, row["worker_id"])
        finally:
            await one.close_async()

    asyncio.run(run())


async def handed_out(one: PatientConnector, worker: int) -> int | None:
    row = await one.execute_query_one_async(FETCH, queues=None, worker_id=worker)
    found: int | None = row["id"]
    return found


async def at_work(one: PatientConnector, worker: int) -> list[int]:
    return [row["id"] for row in await one.execute_query_all_async(queueing.HANDED_OUT, worker_id=worker)]


def test_a_job_that_was_handed_out_unheard_is_handed_out_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(some_patents(1))
    unheard_once(monkeypatch, "execute_query_one_async", FETCH)

    async def work(one: PatientConnector, worker: int) -> None:
        first = await handed_out(one, worker)
        assert first is not None and await at_work(one, worker) == [first]

    as_a_worker(work)


def test_an_end_that_was_heard_before_its_answer_got_lost_is_no_fault(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(some_patents(1))
    unheard_once(monkeypatch, "execute_query_async", FINISH)

    async def work(one: PatientConnector, worker: int) -> None:
        job = await handed_out(one, worker)
        await one.execute_query_async(FINISH, job_id=job, status="succeeded", delete_job=True)
        assert await at_work(one, worker) == []

    as_a_worker(work)


def test_an_answer_is_not_asked_for_again(database: Database) -> None:
    """Only a loss is said again: what the queue refuses is refused at once."""

    async def work(one: PatientConnector, worker: int) -> None:
        with pytest.raises(ConnectorException):
            await one.execute_query_async(FINISH, job_id=-1, status="succeeded", delete_job=True)

    as_a_worker(work)


def test_a_listener_that_cannot_connect_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    async def refused(self: PsycopgConnector, **arguments: Any) -> None:
        tries.append("once")
        if len(tries) < 3:
            raise lost()
        raise asyncio.CancelledError

    monkeypatch.setattr(PsycopgConnector, "listen_notify", refused)
    monkeypatch.setattr(queueing, "PAUSES", (0.0,))
    listening = PatientConnector().listen_notify(on_notification=print, channels=["any"])  # type: ignore[arg-type]
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(listening)
    assert len(tries) == 3
