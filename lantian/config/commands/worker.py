"""`lantian worker`: runs jobs, and seals the audit every second."""

from __future__ import annotations

import argparse
import logging
import threading

from lantian.config.connected import connected

log = logging.getLogger(__name__)
SEAL_EVERY_SECONDS = 1.0
CONCURRENCY = 2


def configure(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(args: argparse.Namespace) -> int:
    """Work until told to stop."""
    with connected():
        _work()
    return 0


def _work() -> None:
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
        worker = app.with_connector(queueing.connector())
        worker.run_worker(concurrency=CONCURRENCY, install_signal_handlers=True, delete_jobs="successful")
    finally:
        stopped.set()
        sealer.join(SEAL_EVERY_SECONDS + 5)


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
