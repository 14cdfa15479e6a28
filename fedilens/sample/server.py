"""A server on loopback that plays the corpus as the Mastodon API."""

import os
import socket
import socketserver
import struct
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

from fedilens.sample.account_api import answer_writer
from fedilens.sample.addresses import Software
from fedilens.sample.api import answer
from fedilens.sample.corpus import Corpus
from fedilens.sample.faults import Fault, FaultKind, faulty
from fedilens.sample.limits import RateLimit, Spending, limit_headers, spend
from fedilens.sample.messages import Reply, Request, error_reply
from fedilens.sample.views import View, snapshot
from fedilens.sample.writing import Writing, owner_of

Faults = Callable[[int, str], Fault | None]
"""Given a request's number (from 1) and path: what goes wrong with it, if anything."""

LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.02


def no_faults(_number: int, _path: str) -> Fault | None:
    """Nothing goes wrong."""
    return None


class SampleServer:
    """Plays `corpus` as `view` sees it, as a context manager: `with SampleServer(view, …) as server`.

    Its time begins at `now` and goes on with `elapsed` (seconds); posts and edits of its future are not there yet.
    `requests` holds what was asked, in order; `writing` what was written by who logged in.
    """

    def __init__(
        self,
        view: View,
        *,
        corpus: Corpus,
        now: datetime,
        limit: RateLimit | None = None,
        faults: Faults = no_faults,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = view
        self.writing = Writing(view, owner_of(view))
        self.faults = faults
        self.requests: list[Request] = []
        self._corpus = corpus
        self._limit = limit or RateLimit()
        self._spending: Spending | None = None
        self._elapsed = elapsed
        self._lock = Lock()
        self._closing = Event()
        self.now = now
        self._listener = _Listener(self)
        self._thread = Thread(target=self._listener.serve_forever, args=(_POLL_SECONDS,), daemon=True)

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://{LOOPBACK}:{self._listener.server_address[1]}"

    @property
    def now(self) -> datetime:
        """The server's time; set it to move on (or back)."""
        return self._set_now + timedelta(seconds=self._elapsed() - self._set_at)

    @now.setter
    def now(self, moment: datetime) -> None:
        self._set_now, self._set_at = moment, self._elapsed()

    def __enter__(self) -> Self:
        """Begins to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stops, and lets go of every request that still waits."""
        self._closing.set()
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()

    def reply(self, request: Request) -> tuple[Reply, Fault | None]:
        """What `request` gets, and what goes wrong beneath the reply itself (reset, hang, cut)."""
        with self._lock:
            self.requests.append(request)
            number, now = len(self.requests), self.now
            self._spending = spending = spend(self._spending, self._limit, now=now)
        fault = self.faults(number, request.path)
        headers = limit_headers(spending, software=self.view.software, now=now)
        if spending.overdrawn and self.view.software is not Software.SNAC:
            good = error_reply(429, "Too many requests", headers=headers)
        else:
            told = self._answer(request, now=now)
            good = Reply(told.code, told.body, {**told.headers, **headers})
        return (faulty(fault, good) if fault else good), fault

    def mention(self, acct: str, text: str, *, bot: bool = False) -> str:
        """Somebody writes to the owner of the server's tokens; the id of that post."""
        with self._lock:
            return self.writing.mention(acct, text, now=self.now, bot=bot)

    def _answer(self, request: Request, *, now: datetime) -> Reply:
        with self._lock:
            written = answer_writer(request, self.writing, now=now)
        if written is not None:
            return written
        return answer(request, snapshot(self.view, self._corpus, now=now), tokens=self.writing.tokens)

    def wait(self, seconds: float) -> None:
        """Waits, but no longer than the server runs."""
        self._closing.wait(seconds)


class _Listener(ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, sample: SampleServer) -> None:
        self.sample = sample
        super().__init__((LOOPBACK, 0), _Handler)

    def server_bind(self) -> None:
        # Leaves out HTTPServer's look-up of the machine's name, which can take seconds where there is no resolver.
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that gave up waiting is what some tests are about, and nothing to print.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sample"
    sys_version = ""

    def _play(self) -> None:
        sample = cast("_Listener", self.server).sample
        reply, fault = sample.reply(self._request(sample.base_url))
        kind = fault.kind if fault else None
        if fault and kind is FaultKind.HANG:
            sample.wait(fault.seconds)
            self.close_connection = True
        elif kind is FaultKind.RESET:
            self._reset()
        elif fault and kind is FaultKind.CUT:
            self._send(reply, upto=len(reply.body) // 2)
            sample.wait(fault.seconds)
        else:
            self._send(reply, upto=len(reply.body))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _play  # noqa: N815  # http.server's names

    def _request(self, base_url: str) -> Request:
        address = urlsplit(self.path)
        params = parse_qs(address.query, keep_blank_values=True)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))  # left unread, it would reset the answer
        return Request(
            method=self.command,
            path=unquote(address.path),
            params={name: tuple(values) for name, values in params.items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            base_url=base_url,
            body=body,
        )

    def _send(self, reply: Reply, *, upto: int) -> None:
        self.send_response(reply.code)
        for name, value in {**reply.headers, "Content-Length": str(len(reply.body)), "Connection": "close"}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body[:upto])

    def _reset(self) -> None:
        """Closes at once with RST: a socket that does not linger, closed beneath its buffers."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        """Says nothing."""
