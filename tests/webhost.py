"""A web host on this machine, for tests of captures: answers are given, requests are counted, nothing leaves."""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOUT = (
    "<html><title>办专利</title><body><p>专利包授权，不授权全额退款，微信联系 zhuanli2026</p></body></html>"
)


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers, body; `act` may do anything else with the open connection."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Host:
    """A host at work: its place (`127.0.0.1:port`), what it answers by path, what it was asked."""

    place: str
    answers: dict[str, Answer]
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        """An address of this host."""
        return f"http://{self.place}{path}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]


def page(text: str, **headers: str) -> Answer:
    """An HTML page in UTF-8."""
    return Answer(text.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers})


def png(width: int = 2, height: int = 2) -> bytes:
    """A whole picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * min(height, 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@contextmanager
def serving(answers: Mapping[str, Answer]) -> Iterator[Host]:
    """Serve answers on a free port of this machine; every other path is not found."""
    host = Host("", dict(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append((self.path, dict(self.headers.items())))
            answer = host.answers.get(self.path, Answer(status=404))
            if answer.act:
                answer.act(self)
                return
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.place = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
