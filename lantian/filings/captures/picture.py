"""A picture of a page as it was kept: Chromium draws the kept bytes, without scripts and without a network.

The bytes are served to the browser once, by this process, under a policy that lets nothing else be loaded; every
other name leads nowhere. So the picture shows what was kept, and drawing it sends nothing to anybody.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 30
SIZE = "1288,2400"
# A sandbox that allows nothing: the browser runs no script of the page.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
_PNG = b"\x89PNG"


def browser() -> str | None:
    """The browser of this machine, if there is one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def drawn(body: bytes, kind: str) -> bytes | None:
    """A PNG of a page (Content-Type `kind`), 1288 by 2400; None without a browser, or when it draws nothing."""
    program = browser()
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="lantian-picture-") as folder, _served(body, kind) as address:
        picture = Path(folder) / "page.png"
        try:
            subprocess.run(_command(program, folder, picture, address), **_quiet(folder))  # type: ignore[call-overload]
        except (OSError, subprocess.SubprocessError):
            return None
        content = picture.read_bytes() if picture.exists() else b""
    return content if content.startswith(_PNG) else None


def _command(program: str, folder: str, picture: Path, address: str) -> list[str]:
    names = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    # Chromium does not start as root with its sandbox; the page runs no scripts in any case.
    bare = ["--no-sandbox"] if os.geteuid() == 0 else []
    return [
        program, *bare, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
        "--disable-extensions", "--disable-background-networking", "--disable-component-update",
        f"--host-resolver-rules={names}", "--no-proxy-server",
        f"--user-data-dir={folder}/profile", f"--window-size={SIZE}", f"--screenshot={picture}", address,
    ]  # fmt: skip


def _quiet(folder: str) -> dict[str, object]:
    return {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "timeout": SECONDS,
        "check": True,
        "cwd": folder,
        "env": {"HOME": folder, "PATH": os.environ.get("PATH", ""), "LANG": "zh_CN.UTF-8"},
    }


@contextmanager
def _served(body: bytes, kind: str) -> Iterator[str]:
    """Serve the bytes under an address that nobody can guess, to this machine only."""
    place = f"/{secrets.token_urlsafe(16)}"

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == place
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", kind or "text/html")
            self.send_header("Content-Security-Policy", _ALONE)
            self.end_headers()
            self.wfile.write(body if known else b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{place}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
