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
from playwright.sync_api import expect

from lantian.config.commands.demo import answers
from tests.early import PASSWORD, ROOT

# Seconds that anything may take before it counts as broken: a slow machine is no fault, and waiting is free when green.
PATIENCE = 180
expect.set_options(timeout=PATIENCE * 1_000)
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
        page.context.set_default_timeout(PATIENCE * 1_000)  # type: ignore[attr-defined]
        page.goto(f"{self.url}/login/")  # type: ignore[attr-defined]
        page.fill("#id_login", login)  # type: ignore[attr-defined]
        page.fill("#id_password", PASSWORD)  # type: ignore[attr-defined]
        with page.expect_navigation():  # type: ignore[attr-defined]
            page.click("main button.btn-primary")  # type: ignore[attr-defined]


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
            process.wait(PATIENCE)


def _free_port() -> int:
    """Below the ports that the system itself gives away: until the server is up, nobody else is handed this one."""
    first = 10_000 + os.getpid() * 64 % 20_000  # another worker tries others
    for port in range(first, first + 2_000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def _wait(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert all(process.poll() is None for process in processes), "a process of the house ended"
        if answers(url, within=PATIENCE):
            return
        time.sleep(0.1)
    raise AssertionError("the house did not become ready")
