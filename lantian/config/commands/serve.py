"""`lantian serve`: the web server, WSGI on granian."""

from __future__ import annotations

import argparse

from lantian.config import environment

WORKERS, THREADS = 2, 4


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: address and port come from the environment."""


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    env = environment.read()
    if env.embedded:
        env.embedded.start()
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        "lantian.config.wsgi:application",
        address=env.bind,
        port=env.port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve()
    return 0
