"""Mail by SMTP (RFC 5321) with STARTTLS or implicit TLS. This module alone imports smtplib."""

import smtplib
import ssl
from collections.abc import Collection
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import SMTP
from typing import Literal

from fedilens.errors import DoubtfulError, NotSentError, PublishError
from fedilens.types import MailDraft, Part

_PERMANENT = 500
_ACCEPTED = 250
_HUNG_UP = 421


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed in. `password` is never shown; `trusted` holds a CA file where the usual ones do not do."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    timeout: float = 30.0
    trusted: str | None = None

    def __repr__(self) -> str:
        """Without the password."""
        return f"SmtpServer({self.host!r}, {self.port}, {self.security!r})"


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """Hands mails to a server. Whether a mail arrived whose answer was lost cannot be asked."""

    server: SmtpServer
    sender: str
    most_doubts: int = 1
    """One repeat with the same Message-ID, which a mail program can recognise; no second one."""

    def send(self, part: Part, *, after: str | None) -> str:
        """The Message-ID of the mail that was accepted. Raises PublishError and its kinds."""
        del after
        if not isinstance(part.draft, MailDraft):
            raise TypeError(f"part {part.number} of {part.delivery} is no mail")
        draft = part.draft
        try:
            client = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            raise _refused(self.server.host, error) from error
        try:
            self._hand_in(client, draft)
        finally:
            client.close()
        return str(message_from_bytes(draft.message, policy=SMTP)["Message-ID"])

    def find(self, part: Part, *, after: str | None, known: Collection[str]) -> str | None:
        """Nothing: SMTP cannot tell."""
        del part, after, known
        return None  # a protocol's answer, said in full

    def check(self) -> None:
        """Logs in and out. Raises PublishError where that does not work."""
        try:
            self._connect().close()
        except (smtplib.SMTPException, OSError) as error:
            raise _refused(self.server.host, error) from error

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        context = ssl.create_default_context(cafile=server.trusted)
        client: smtplib.SMTP
        if server.security == "tls":
            client = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.security == "starttls":
                client.starttls(context=context)
            if server.user:
                _log_in(client, server)
        except BaseException:
            client.close()
            raise
        return client

    def _hand_in(self, client: smtplib.SMTP, draft: MailDraft) -> None:
        host = self.server.host
        try:
            client.ehlo_or_helo_if_needed()
            for code, answer in (client.mail(self.sender), client.rcpt(draft.recipient)):
                if code // 10 != _ACCEPTED // 10:
                    raise smtplib.SMTPResponseException(code, answer)
        except (smtplib.SMTPException, OSError) as error:
            raise _refused(host, error) from error
        try:
            code, answer = client.data(draft.message)
        except smtplib.SMTPDataError as error:  # refused before any of it was sent
            raise _refused(host, error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DoubtfulError(f"{host} broke off before it said whether it took the mail") from error
        if code != _ACCEPTED:
            raise _refused(host, smtplib.SMTPResponseException(code, answer))


def _log_in(client: smtplib.SMTP, server: SmtpServer) -> None:
    """Some servers hang up on a wrong password, which says as much as a refusal."""
    try:
        client.login(server.user, server.password)
    except smtplib.SMTPServerDisconnected as error:
        raise smtplib.SMTPAuthenticationError(_HUNG_UP, b"hung up") from error


def _refused(host: str, error: Exception) -> PublishError:
    """5xx will not change by itself; anything else may. The server's words may hold addresses and are left out."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        kind = NotSentError if error.smtp_code < _PERMANENT else PublishError
        return kind(f"{host} did not accept user and password ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _PERMANENT:
        return PublishError(f"{host} refused the mail ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPResponseException):
        return NotSentError(f"{host} cannot take the mail now ({error.smtp_code})")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return PublishError(f"{host} offers no STARTTLS or AUTH; set mail.security as your provider says")
    if isinstance(error, ssl.SSLError):
        return NotSentError(f"{host} has no valid certificate or speaks no TLS; check mail.security and mail.port")
    return NotSentError(f"{host} cannot be reached for mail")
