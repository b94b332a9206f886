"""The worker's own talk with the queue, which outlives a cut connection.

A job that ended and whose end the queue never heard would stay "at work" for as long as its worker lives, and every
later job under the same lock would wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException, UniqueViolation

PAUSES = (
    0.1,
    0.5,
    2.0,
    5.0,
    10.0,
)  # seconds between tries; a database that is away for longer ends the worker


class PatientConnector(PsycopgConnector):
    """Says again what a lost connection kept the queue from hearing.

    Every statement of the queue may be said twice: it sets a state, and a state set twice is the same.
    """

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        await _again(lambda: super(PatientConnector, self).execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: str, **arguments: Any) -> Any:
        return await _again(lambda: super(PatientConnector, self).execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: str, **arguments: Any) -> Any:
        return await _again(lambda: super(PatientConnector, self).execute_query_all_async(query, **arguments))


async def _again(say: Callable[[], Awaitable[Any]]) -> Any:
    for pause in PAUSES:
        try:
            return await say()
        except UniqueViolation:  # an answer, not a loss
            raise
        except ConnectorException:
            await asyncio.sleep(pause)
    return await say()


def connector() -> PatientConnector:
    """The connector of a worker, on the database the settings name."""
    return PatientConnector(kwargs=connector_params())
