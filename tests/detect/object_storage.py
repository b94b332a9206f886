"""A bucket on this machine: as much of the S3 protocol as reading needs (HEAD, GET with a range, listing)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Bucket(BaseHTTPRequestHandler):
    """Answers for the files of a folder."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        file = self.folder / asked.path.lstrip("/").partition("/")[2]
        if "list-type" in asked.query:
            self.answer(200, _listing(self.folder, parse_qs(asked.query).get("prefix", [""])[0]))
        elif file.is_file():
            self.content(file.read_bytes())
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def content(self, content: bytes) -> None:
        wanted, size = self.headers.get("Range"), len(content)
        if wanted is None:
            return self.answer(200, content)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        low, high = (int(first), int(last or size)) if first else (max(size - int(last), 0), size)
        high = min(high, size - 1)
        return self.answer(206, content[low : high + 1], {"Content-Range": f"bytes {low}-{high}/{size}"})

    def answer(self, code: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        stamp = {"Last-Modified": "Sun, 22 Nov 2026 00:00:00 GMT", "ETag": '"1"'}
        for name, value in {**stamp, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _listing(folder: Path, prefix: str) -> bytes:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    rows = "".join(
        f"<Contents><Key>{key}</Key><Size>{file.stat().st_size}</Size><ETag>1</ETag>"
        "<LastModified>2026-11-22T00:00:00.000Z</LastModified></Contents>"
        for file in files
        if (key := str(file.relative_to(folder))).startswith(prefix)
    )
    return f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>".encode()


@contextmanager
def bucket(folder: Path) -> Iterator[dict[str, str]]:
    """Serve a folder as the bucket `office`; give the environment by which a process reaches it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Office", (Bucket,), {"folder": folder}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "reader",
            "AWS_SECRET_ACCESS_KEY": "reader",
            "AWS_REGION": "local",
        }
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
