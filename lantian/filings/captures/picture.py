"""A picture of a page as it was kept: Chromium draws the kept bytes, without scripts and without a network.

The page lies under a name that no host bears (RFC 2606). The browser's only way out is a proxy, and the proxy is this
process: it knows the kept files of the one page and nothing else, and it opens no connection to anybody. So whatever
a page asks for, be it another host, this machine or the network's own services, is asked of nobody. The page's policy
(CSP) forbids scripts, frames and forms besides. The picture shows what was kept, and is ours, not the original.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from lantian.filings.captures.archives import HOME, Saved, single

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 30
SIZE = "1288,2400"
# A sandbox that allows nothing: the browser runs no script of the page.
_ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline' {home}; img-src data: {home}; font-src data: {home}"
_PNG = b"\x89PNG"


def browser() -> str | None:
    """The browser of this machine, if there is one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def drawn(body: bytes, kind: str) -> bytes | None:
    """A PNG of a page that is one file (Content-Type `kind`), as `painted`."""
    return painted(single(body, kind or "text/html"))


def painted(page: Saved) -> bytes | None:
    """A PNG of the upper part of a page, 1288 by 2400; None without a browser, or when it draws nothing."""
    program = browser()
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="lantian-picture-") as folder, _served(page) as (proxy, address):
        picture = Path(folder) / "page.png"
        _run(_command(program, folder, picture, proxy, address), folder)
        content = picture.read_bytes() if picture.exists() else b""
    return content if content.startswith(_PNG) else None


def _command(program: str, folder: str, picture: Path, proxy: str, address: str) -> list[str]:
    # Chromium does not start as root with its sandbox; the page runs no scripts in any case.
    bare = ["--no-sandbox"] if os.geteuid() == 0 else []
    # Should this process be killed, the browser does not outlive it for long.
    timed = shutil.which("timeout")
    bound = [timed, "--kill-after=1", str(SECONDS + 5)] if timed else []
    return [
        *bound, program, *bare, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync",
        "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-quic",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--proxy-server={proxy}",
        "--proxy-bypass-list=<-loopback>", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        f"--user-data-dir={folder}/profile", f"--window-size={SIZE}", f"--screenshot={picture}", address,
    ]  # fmt: skip


def _run(command: list[str], folder: str) -> None:
    """Run the browser within its time; afterwards none of its processes is left."""
    env = {"HOME": folder, "PATH": os.environ.get("PATH", ""), "LANG": "zh_CN.UTF-8"}
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(
            command, stdout=nothing, stderr=nothing, cwd=folder, env=env, start_new_session=True
        )
    except OSError:
        return
    try:
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def _served(page: Saved) -> Iterator[tuple[str, str]]:
    """The proxy that knows one page, and the page's address: a name that nobody on this machine can guess."""
    host = f"{secrets.token_hex(16)}.invalid"
    home = f"http://{host}/"
    files = {name: (_at_home(body, home), kind) for name, (body, kind) in page.files.items()}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            body, kind = (
                files.get(unquote(asked.path.lstrip("/")), (b"", "")) if asked.netloc == host else (b"", "")
            )
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Security-Policy", _ALONE.format(home=home))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", home + quote(page.entry)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _at_home(body: bytes, home: str) -> bytes:
    return body.replace(HOME.encode(), home.encode())
