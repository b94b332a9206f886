"""The whole house running: server and worker as own processes on a cloned database, and a browser to look at it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lantian.config.commands.demo import answers
from tests.early import PASSWORD, ROOT

READY_SECONDS = 60
CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@dataclass(frozen=True)
class House:
    """A running house: its address, and how to log in."""

    url: str

    def log_in(self, page: object, login: str) -> None:
        """Log a browser page in as a persona, through the login page."""
        page.goto(f"{self.url}/login/")  # type: ignore[attr-defined]
        page.fill("#id_login", login)  # type: ignore[attr-defined]
        page.fill("#id_password", PASSWORD)  # type: ignore[attr-defined]
        page.click("main button.btn-primary")  # type: ignore[attr-defined]
        page.wait_for_url(f"{self.url}/**")  # type: ignore[attr-defined]


def require_browser() -> None:
    """Skip without Chromium, unless the environment demands it."""
    if not Path(CHROMIUM).exists():
        if "browser" in os.environ.get("LANTIAN_REQUIRE", ""):
            pytest.fail(f"{CHROMIUM} is missing; install Debian's chromium")
        pytest.skip("no Chromium")


@contextmanager
def running(variables: Mapping[str, str]) -> Iterator[House]:
    """Start server and worker with these variables; wait until ready; stop both."""
    port = _free_port()
    environment = {**variables, "LANTIAN_PORT": str(port)}
    commands = ("serve", "worker")
    processes = [
        subprocess.Popen([sys.executable, "-m", "lantian", command], cwd=ROOT, env=environment)
        for command in commands
    ]
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/readyz", processes)
        yield House(url)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert all(process.poll() is None for process in processes), "a process of the house ended"
        if answers(url):
            return
        time.sleep(0.1)
    raise AssertionError("the house did not become ready")
