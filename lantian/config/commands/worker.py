"""`lantian worker`: runs jobs, and seals the audit every second."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from lantian.config.connected import connected

if TYPE_CHECKING:
    from procrastinate import App

log = logging.getLogger(__name__)
SEAL_EVERY_SECONDS = 1.0
CONCURRENCY = 2
STOP = (signal.SIGINT, signal.SIGTERM)


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Work until told to stop."""
    with connected():
        return 0 if _work() else 1


def _work() -> bool:
    """Work until told; whether it was told, or ended by itself because the database stayed away."""
    from procrastinate.contrib.django import app

    from lantian.config import nightly  # noqa: F401 - registers the nightly round
    from lantian.office import epochs, jobs, opened, queueing

    epochs.check()
    opened.sweep()
    stopped = threading.Event()
    sealer = threading.Thread(target=_seal_until, args=(stopped,), daemon=True)
    sealer.start()
    jobs.requeue_stalled()
    try:
        return asyncio.run(_until_told(app.with_connector(queueing.connector())))
    finally:
        stopped.set()
        sealer.join(SEAL_EVERY_SECONDS + 5)


async def _until_told(app: App) -> bool:
    """Run jobs until SIGINT or SIGTERM; those at work come to their end. A second signal ends the process at once."""
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=CONCURRENCY, install_signal_handlers=False, delete_jobs="successful"
            )
        )

        def tell() -> None:
            for one in STOP:
                loop.remove_signal_handler(one)
            told.set()
            work.cancel()

        for one in STOP:
            loop.add_signal_handler(one, tell)
        with suppress(asyncio.CancelledError):
            await work
    return told.is_set()


def _seal_until(stopped: threading.Event) -> None:
    from django.db import Error, close_old_connections, connection

    from lantian.office import audit

    while not stopped.wait(SEAL_EVERY_SECONDS):
        try:
            close_old_connections()
            audit.seal()
        except Error:
            # The database may restart under us; events wait unsealed and verify reports their age.
            log.warning("sealing failed, will try again")
            connection.close()
