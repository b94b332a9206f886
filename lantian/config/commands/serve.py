"""`lantian serve`: the web server, WSGI on granian."""

from __future__ import annotations

import argparse

from lantian.config.commands import say
from lantian.config.connected import database
from lantian.config.environment import Environment, Mode
from lantian.core.messages import Text

WORKERS, THREADS = 2, 4


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: address and port come from the environment."""


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    with database() as env:
        _tell_entrance(env)
        _serve(env)
    return 0


def _serve(env: Environment) -> None:
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


def _tell_entrance(env: Environment) -> None:
    if env.mode is Mode.PRODUCTION and env.public_url is None:
        say(
            Text(
                "未设置 LANTIAN_PUBLIC_URL：只能在本机以 http 打开。",
                "LANTIAN_PUBLIC_URL is not set: the desk opens on this machine only, over http.",
            )
        )
