"""A real mail server (aiosmtpd) on loopback, with the answers that a test wants of it."""

import asyncio
import ssl
import warnings
from threading import Event, Thread
from typing import Any, Self

from aiosmtpd.smtp import SMTP


class MailHost:
    """Listens, as a context manager; `mails` holds what it took. `answers` are given to DATA, one after the other.

    An answer that begins with `lost` takes the mail and breaks the connection off before saying so.
    """

    def __init__(self, *, tls: ssl.SSLContext | None = None, **options: Any) -> None:
        self.answers: list[str] = []
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.port = 0
        self._tls, self._options = tls, options
        self._loop = asyncio.new_event_loop()
        self._ready = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address.startswith("unknown"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if not answer.startswith(("4", "5")):
            self.mails.append(envelope.content)
            self.recipients += envelope.rcpt_tos
        if answer.startswith("lost"):
            server.transport.abort()
        return answer

    def _clerk(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords in the clear, as it does not know that its socket is encrypted already.
            warnings.simplefilter("ignore")
            return SMTP(self, loop=self._loop, **self._options)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        made = self._loop.create_server(self._clerk, "127.0.0.1", 0, ssl=self._tls)
        server = self._loop.run_until_complete(made)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
