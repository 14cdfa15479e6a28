"""A proxy that loses requests or answers on their way: what no server's own faults can play."""

import http.client
import os
import socket
import struct
from collections.abc import Callable
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any, Self, cast
from urllib.parse import urlsplit


class Fate(StrEnum):
    """What becomes of a request."""

    PASS = "pass"
    LOSE_REQUEST = "lose the request"
    LOSE_ANSWER = "lose the answer"
    TOO_MANY = "429"
    TROUBLE = "503"


Fates = Callable[[int, str, str], Fate]
"""Given a request's number (from 1), its method and path: its fate."""
CODES = {Fate.TOO_MANY: 429, Fate.TROUBLE: 503}


class LosingProxy:
    """Stands before the server at `target`, as a context manager. `log` holds methods, paths and fates."""

    def __init__(self, target: str, fates: Fates) -> None:
        self.host = urlsplit(target).netloc
        self.fates = fates
        self.log: list[tuple[str, str, Fate]] = []
        self.lock = Lock()
        self._listener = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._listener.proxy = self  # type: ignore[attr-defined]
        self._listener.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def fate(self, method: str, path: str) -> Fate:
        with self.lock:
            fate = self.fates(len(self.log) + 1, method, path)
            self.log.append((method, path, fate))
        return fate

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _play(self) -> None:
        proxy = cast("LosingProxy", cast("Any", self.server).proxy)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fate = proxy.fate(self.command, urlsplit(self.path).path)
        if fate in CODES:
            self._send(CODES[fate], {"Content-Type": "application/json"}, b'{"error": "not now"}')
        elif fate is Fate.LOSE_REQUEST:
            self._reset()
        else:
            connection = http.client.HTTPConnection(proxy.host, timeout=20)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fate is Fate.LOSE_ANSWER:
                self._reset()
            else:
                kept = {name: value for name, value in answer.getheaders() if name.lower() in _KEPT}
                self._send(answer.status, kept, content)

    do_GET = do_POST = do_PUT = do_DELETE = _play  # noqa: N815

    def _send(self, code: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        """Says nothing."""


_KEPT = frozenset({"content-type", "link", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"})
