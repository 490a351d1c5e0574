"""A package index of one page, on a socket of its own."""

from __future__ import annotations

import http.server
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.environments.index import IndexSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = "application/vnd.pypi.simple.v1+json"


@contextmanager
def serving(
    body: bytes, kind: str = JSON, status: int = 200, seconds: float = 0
) -> Iterator[tuple[IndexSettings, list[tuple[str, str]]]]:
    """An index that always gives this answer; the settings for it, and what it was asked."""
    asked: list[tuple[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Accept", "")))
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield IndexSettings(url=f"http://127.0.0.1:{server.server_port}/simple/"), asked
    finally:
        server.shutdown()
        server.server_close()
